"""Linux as pure functions: releases and features, binfmt_misc, ELF and scripts as the kernel reads them, execve()."""

from typing import TYPE_CHECKING, Any

from qemudoctor.kernel.entry import Entry, EntryFormatError
from qemudoctor.kernel.errnos import MEANINGS, Errno
from qemudoctor.kernel.execve import Execution, Handler, Step, execve
from qemudoctor.kernel.features import FEATURES, Feature, Support
from qemudoctor.kernel.machine import Machine, UnknownMachine, native_executable
from qemudoctor.kernel.path import Located, LookupFailed, walk
from qemudoctor.kernel.program import OpenBlocks, Program, open_program
from qemudoctor.kernel.register import RegisterError
from qemudoctor.kernel.registry import Registry
from qemudoctor.kernel.release import KernelRelease, KernelReleaseError
from qemudoctor.kernel.tree import ROOT, Credentials, Node, NodeKind, Tree

if TYPE_CHECKING:
    from qemudoctor.kernel.possible import Possibility, possible_answers, possible_outcomes, possible_registrations

__all__ = [
    "FEATURES",
    "MEANINGS",
    "ROOT",
    "Credentials",
    "Entry",
    "EntryFormatError",
    "Errno",
    "Execution",
    "Feature",
    "Handler",
    "KernelRelease",
    "KernelReleaseError",
    "Located",
    "LookupFailed",
    "Machine",
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


def __getattr__(name: str) -> Any:
    """Return what few ask for, and then load it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from qemudoctor.kernel import possible

    return getattr(possible, name)
