"""Making an emulator executable that lies where its entry says and lacks the permission."""

from collections.abc import Iterator
from shlex import quote

from qemudoctor.facts import Emulator, Facts, Linkage
from qemudoctor.kernel.entry import Entry
from qemudoctor.kernel.tree import NodeKind
from qemudoctor.platforms import Platform
from qemudoctor.remedies.boot import after_reboot, returns
from qemudoctor.remedies.emulators import is_native
from qemudoctor.remedies.register import register_when_installed
from qemudoctor.remedies.remedy import Effect, Remedy
from qemudoctor.remedies.shell import as_root

_ID = "make-executable"


def make_executable(facts: Facts, platform: Platform, entry: Entry, emulator: Emulator) -> Iterator[Remedy]:
    """Yield the permission alone, and with a registration with F; nothing where it would not make an emulator of it."""
    if emulator.executable or emulator.noexec or emulator.kind is not NodeKind.FILE:
        return
    if emulator.linkage not in (Linkage.STATIC, Linkage.STATIC_PIE) or not is_native(facts, emulator):
        return
    command = as_root(facts, f"chmod a+x {quote(emulator.resolved or emulator.path)}")
    yield Remedy(
        id=_ID,
        title="Give the emulator its execute permission back",
        commands=(command,),
        root=True,
        persistent=returns(facts, entry.name),
        note=after_reboot(facts, entry.name),
        effect=Effect(installs=(entry.interpreter,)),
    )
    again = register_when_installed(facts, platform.architecture, entry.interpreter, (command,))
    yield again._replace(
        id=f"{_ID}-and-register",
        title="Give the emulator its execute permission back, and register it again with F",
        leaves=None if again.leaves is None else again.leaves.removeprefix("the package and "),
    )
