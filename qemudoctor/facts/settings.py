"""What is set on this host around the registry: each read once."""

from typing import TYPE_CHECKING

from qemudoctor.facts.fact import Fact, Unavailable
from qemudoctor.facts.mounts import MountState
from qemudoctor.host.door import HostError

if TYPE_CHECKING:
    from qemudoctor.facts.elffiles import GuestLoader
    from qemudoctor.facts.environment import Variable
    from qemudoctor.facts.facts import Facts
    from qemudoctor.facts.namespaces import Barrier

_SHELLS = ("/bin/sh", "/bin/bash", "/usr/bin/env")
_ENGINES = ("docker", "podman", "buildah", "nerdctl")


class SettingFacts:
    """Variables, settings of the kernel, the automount, a root's loaders. Every property may raise Unavailable."""

    def __init__(self, facts: "Facts") -> None:
        self._facts = facts

    @Fact
    def dead_automount(self) -> str | None:
        """What says that nobody serves the automount of binfmt_misc any more, None where somebody may."""
        if self._facts.mount.state is not MountState.AUTOMOUNT:
            return None
        from qemudoctor.facts.automount import read_dead_automount

        return read_dead_automount(self._facts.host, self._facts.mount)

    @Fact
    def qemu_variables(self) -> "tuple[Variable, ...]":
        """QEMU's own environment variables that are set for whoever looks."""
        from qemudoctor.facts.environment import read_qemu_variables

        return read_qemu_variables(self._facts.host)

    @Fact
    def namespace_barriers(self) -> "tuple[Barrier, ...]":
        """The settings that keep users from making user namespaces."""
        from qemudoctor.facts.namespaces import read_barriers

        return read_barriers(self._facts.host, _ENGINES)

    @Fact
    def root_loaders(self) -> "tuple[GuestLoader, ...]":
        """The loaders that the shells of a mounted root name; nothing of the running machine, whose shells run."""
        if self._facts.host.source.value != "root":
            return ()
        from qemudoctor.facts.elffiles import read_guest_loader

        try:
            found = [read_guest_loader(self._facts.tree, program) for program in _SHELLS]
        except HostError as error:
            raise Unavailable(f"{error.path}: {error.reason}") from error
        return tuple(x for x in found if x is not None)
