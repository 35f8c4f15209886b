"""What is asked of a host, and who may execute something to answer it."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from qemudoctor.host.door import Host
from qemudoctor.host.observation import Observed
from qemudoctor.kernel.release import KernelRelease
from qemudoctor.platforms import Architecture, Platform

Prober = Callable[[Host, tuple[Architecture, ...]], Mapping[str, Observed]]
"""Runs one program of each architecture, on the host and in an empty root; answers by QEMU target."""


class Question(NamedTuple):
    """What is asked of a host: the platforms required, and what would be if kernel or registry were others."""

    require: tuple[Platform, ...] = ()
    kernel: KernelRelease | None = None
    registry: tuple[tuple[str, bytes], ...] | None = None
    """Pairs of where a register string comes from and the string, oldest first; None: the host's own registry."""

    @property
    def is_hypothetical(self) -> bool:
        """Return whether the question is not about the host as it is."""
        return self.kernel is not None or self.registry is not None
