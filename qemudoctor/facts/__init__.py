"""What is true of a host, typed and lazy; whatever could not be looked at raises Unavailable."""

from qemudoctor.facts.distribution import Distribution
from qemudoctor.facts.emulators import Emulator, Linkage, is_qemu, target_named_by
from qemudoctor.facts.fact import Unavailable
from qemudoctor.facts.facts import Facts, Prober, Question
from qemudoctor.facts.kernelconfig import Binfmt, BinfmtSupport, KernelConfig
from qemudoctor.facts.mounts import MOUNT_POINT, Mount, MountState
from qemudoctor.facts.prediction import Prediction
from qemudoctor.facts.registry import (
    DamagedEntry,
    RefusedLine,
    RegistryFacts,
    covered_architectures,
    covered_platforms,
    entry_path,
)
from qemudoctor.facts.sandbox import Sandbox
from qemudoctor.host.observation import Observation, Observed

__all__ = [
    "MOUNT_POINT",
    "Binfmt",
    "BinfmtSupport",
    "DamagedEntry",
    "Distribution",
    "Emulator",
    "Facts",
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
    "covered_architectures",
    "covered_platforms",
    "entry_path",
    "is_qemu",
    "target_named_by",
]
