"""What is true of a host, typed and lazy; whatever could not be looked at raises Unavailable."""

from typing import TYPE_CHECKING, Any

from qemudoctor.facts.argv0 import Argv0, argv0_of
from qemudoctor.facts.distribution import Distribution
from qemudoctor.facts.elffiles import GuestLoader, read_guest_loader
from qemudoctor.facts.emulators import Emulator, Linkage, is_qemu, target_named_by
from qemudoctor.facts.fact import Unavailable
from qemudoctor.facts.facts import Facts
from qemudoctor.facts.mounts import MOUNT_POINT, Mount, MountState
from qemudoctor.facts.question import Prober, Question
from qemudoctor.facts.registry import (
    DamagedEntry,
    RefusedLine,
    RegistryFacts,
    covered_architectures,
    covered_platforms,
    entry_path,
)
from qemudoctor.facts.sandbox import Sandbox
from qemudoctor.facts.targets import (
    has_own_rule,
    is_for_another,
    is_of_another_emulator,
    matches_pie,
    meant_for,
    runs_programs_of,
)
from qemudoctor.host.observation import Observation, Observed

if TYPE_CHECKING:  # what few ask for
    from qemudoctor.facts.kernelconfig import Binfmt, BinfmtSupport, KernelConfig
    from qemudoctor.facts.prediction import Prediction

__all__ = [
    "MOUNT_POINT",
    "Argv0",
    "Binfmt",
    "BinfmtSupport",
    "DamagedEntry",
    "Distribution",
    "Emulator",
    "Facts",
    "GuestLoader",
    "KernelConfig",
    "Linkage",
    "Mount",
    "MountState",
    "Observation",
    "Observed",
    "Prediction",
    "Prober",
    "Question",
    "RefusedLine",
    "RegistryFacts",
    "Sandbox",
    "Unavailable",
    "argv0_of",
    "covered_architectures",
    "covered_platforms",
    "entry_path",
    "has_own_rule",
    "is_for_another",
    "is_of_another_emulator",
    "is_qemu",
    "matches_pie",
    "meant_for",
    "read_guest_loader",
    "runs_programs_of",
    "target_named_by",
]


def __getattr__(name: str) -> Any:
    """Return what few ask for, and then load it."""
    if name in ("Binfmt", "BinfmtSupport", "KernelConfig"):
        from qemudoctor.facts import kernelconfig

        return getattr(kernelconfig, name)
    if name == "Prediction":
        from qemudoctor.facts.prediction import Prediction

        return Prediction
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
