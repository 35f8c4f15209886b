"""What can be done about a finding: commands to paste, and what they change in the model's terms."""

from typing import NamedTuple


class Effect(NamedTuple):
    """What a remedy changes, so that the model can tell whether it helps. Applied in the order of the fields."""

    mounts: bool = False
    """binfmt_misc is mounted afterwards."""
    installs: tuple[str, ...] = ()
    """Paths at which a static emulator for this machine lies when the entries are registered."""
    remove: tuple[str, ...] = ()
    """Names of entries that are removed, where they exist."""
    register: tuple[bytes, ...] = ()
    """Register strings written, oldest first."""
    enable: tuple[str, ...] = ()
    """Names of entries, or `status`, that are switched on."""
    container_files: tuple[tuple[str, str], ...] = ()
    """Pairs of a path in the container and the path on the host whose file appears there."""
    files: tuple[tuple[str, str], ...] = ()
    """Pairs of a path and the text that is written there; they decide what the next boot registers."""
    touches: tuple[str, ...] = ()
    """Other paths that the commands make, as links or folders."""


class Remedy(NamedTuple):
    """Commands for this host, least invasive first among the remedies of a finding."""

    id: str
    title: str
    commands: tuple[str, ...]
    root: bool
    """The commands need root; they say so themselves with sudo where it is not obvious."""
    persistent: bool | None
    """Whether the effect survives a reboot; None where that question has no meaning (a command line option)."""
    risk: str | None = None
    leaves: str | None = None
    """What it leaves behind on the host, if anything."""
    note: str | None = None
    """What to know before pasting: a reboot, a rebuilt image, a name to fill in."""
    effect: Effect | None = None
    """None where the model cannot tell: another kernel, another host."""
    proven: str | None = None
    """"kernel" or "model": where the effect was seen to help; None if that was not possible."""
