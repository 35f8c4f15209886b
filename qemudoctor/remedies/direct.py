"""Running a single program outside containers: the emulator takes it as its argument, and no entry is needed."""

from collections.abc import Iterator
from shlex import quote

from qemudoctor.facts import Facts, Unavailable
from qemudoctor.platforms import Architecture
from qemudoctor.remedies.emulators import emulator_name, find, is_native
from qemudoctor.remedies.remedy import Remedy


def run_directly(facts: Facts, architecture: Architecture) -> Iterator[Remedy]:
    """Yield how one program runs through an emulator of this host, static or dynamic."""
    path = _emulator(facts, architecture)
    if path is None:
        return
    yield Remedy(
        id="run-directly",
        title="No cure, but a workaround for one program outside containers: name the emulator yourself",
        commands=(f"{quote(path)} PROGRAM",),
        root=False,
        persistent=None,
        note="PROGRAM stands for the path of a static program; for a dynamic one add -L and the folder that holds its"
        " libraries. Other programs that it starts are not emulated, and it is no help in containers",
    )


def _emulator(facts: Facts, architecture: Architecture) -> str | None:
    found = find(facts, architecture)
    if found is not None:
        return found.path
    path = f"/usr/bin/qemu-{emulator_name(architecture)}"
    try:
        emulator = facts.emulator(path)
    except Unavailable:
        return None
    return path if emulator.linkage is not None and emulator.executable and is_native(facts, emulator) else None
