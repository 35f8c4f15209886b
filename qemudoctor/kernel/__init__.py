"""Linux as pure functions: releases and features, binfmt_misc, ELF and scripts as the kernel reads them, execve().

Each name is loaded at its first use: most questions need only some of the parts. No module may have the name of
something that is to be had here: once loaded, it would take its place.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qemudoctor.kernel.call import execve
    from qemudoctor.kernel.entry import Entry, EntryFormatError
    from qemudoctor.kernel.errnos import MEANINGS, Errno
    from qemudoctor.kernel.execution import Execution, Handler, Step
    from qemudoctor.kernel.features import FEATURES, Feature, Support
    from qemudoctor.kernel.instances import INITIAL, Instances, Mount, MountRefused
    from qemudoctor.kernel.machine import Machine, UnknownMachine, native_executable
    from qemudoctor.kernel.path import Located, LookupFailed, walk
    from qemudoctor.kernel.possible import Possibility, possible_answers, possible_outcomes, possible_registrations
    from qemudoctor.kernel.program import OpenBlocks, Program, open_program
    from qemudoctor.kernel.register import RegisterError
    from qemudoctor.kernel.registry import Registry
    from qemudoctor.kernel.release import KernelRelease, KernelReleaseError
    from qemudoctor.kernel.tree import ROOT, Credentials, Node, NodeKind, Tree

__all__ = [
    "FEATURES",
    "INITIAL",
    "MEANINGS",
    "ROOT",
    "Credentials",
    "Entry",
    "EntryFormatError",
    "Errno",
    "Execution",
    "Feature",
    "Handler",
    "Instances",
    "KernelRelease",
    "KernelReleaseError",
    "Located",
    "LookupFailed",
    "Machine",
    "Mount",
    "MountRefused",
    "Node",
    "NodeKind",
    "OpenBlocks",
    "Possibility",
    "Program",
    "RegisterError",
    "Registry",
    "Step",
    "Support",
    "Tree",
    "UnknownMachine",
    "execve",
    "native_executable",
    "open_program",
    "possible_answers",
    "possible_outcomes",
    "possible_registrations",
    "walk",
]

_HOLDS = {
    "call": ("execve",),
    "entry": ("Entry", "EntryFormatError"),
    "errnos": ("MEANINGS", "Errno"),
    "execution": ("Execution", "Handler", "Step"),
    "features": ("FEATURES", "Feature", "Support"),
    "instances": ("INITIAL", "Instances", "Mount", "MountRefused"),
    "machine": ("Machine", "UnknownMachine", "native_executable"),
    "path": ("Located", "LookupFailed", "walk"),
    "possible": ("Possibility", "possible_answers", "possible_outcomes", "possible_registrations"),
    "program": ("OpenBlocks", "Program", "open_program"),
    "register": ("RegisterError",),
    "registry": ("Registry",),
    "release": ("KernelRelease", "KernelReleaseError"),
    "tree": ("ROOT", "Credentials", "Node", "NodeKind", "Tree"),
}
"""What is to be had here, by the module that holds it."""
_HOME = {name: module for module, names in _HOLDS.items() for name in names}


def __getattr__(name: str) -> Any:
    """Return a name of a part, which is loaded for it."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(__import__(f"{__name__}.{_HOME[name]}", fromlist=(name,)), name)
