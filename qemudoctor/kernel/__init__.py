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
    from qemudoctor.kernel.instances import INITIAL, Instances, Mount, MountRefused
    from qemudoctor.kernel.possible import Possibility, possible_answers, possible_outcomes, possible_registrations

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


_OF_INSTANCES = ("INITIAL", "Instances", "Mount", "MountRefused")
_OF_POSSIBLE = ("Possibility", "possible_answers", "possible_outcomes", "possible_registrations")


def __getattr__(name: str) -> Any:
    """Return what few ask for, and then load it."""
    if name in _OF_INSTANCES:
        from qemudoctor.kernel import instances

        return getattr(instances, name)
    if name in _OF_POSSIBLE:
        from qemudoctor.kernel import possible

        return getattr(possible, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
