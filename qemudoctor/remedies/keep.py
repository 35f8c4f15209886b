"""Writing what is registered now where a boot reads it."""

from collections.abc import Sequence

from qemudoctor.facts import Facts, Unavailable
from qemudoctor.facts.binfmtunit import MASK
from qemudoctor.kernel.entry import Entry
from qemudoctor.platforms import Platform
from qemudoctor.remedies.boot import own_file, reads_binfmt_d
from qemudoctor.remedies.proof import MODEL, lasts
from qemudoctor.remedies.register import at_boot_commands
from qemudoctor.remedies.remedy import Effect, Remedy
from qemudoctor.remedies.shell import as_root, write

_UNMASK = "systemctl unmask systemd-binfmt"


def keep(facts: Facts, entries: Sequence[tuple[Platform, Entry]]) -> tuple[Remedy, ...]:
    """Return how entries that work now come back at every boot; the registry is not touched for it."""
    unmask = _unmask(facts)
    if unmask is None and not reads_binfmt_d(facts):
        return ()
    files, leaves = [], []
    for _, entry in entries:
        if unmask is not None and facts.boot.is_configured_alike(entry):
            continue
        file, words = own_file(facts, entry)
        files.append((file, entry.to_register().decode("utf-8", "surrogateescape")))
        leaves.append(words)
    at_boot, touches = at_boot_commands(facts)
    commands = (*at_boot, *(write(facts, text, file) for file, text in files))
    effect = Effect(files=tuple((file, f"{text}\n") for file, text in files), touches=touches)
    remedy = Remedy(
        id="register-at-boot",
        title="Let every boot register what is registered now" if files else "Let systemd-binfmt run at every boot",
        commands=(*commands, *(() if unmask is None else (unmask,))),
        root=True,
        persistent=True,
        leaves=leaves[0]
        if len(leaves) == 1
        else f"the files {', '.join(file for file, _ in files)}"
        if leaves
        else None,
        risk=None if unmask is None else "somebody masked it on purpose; each of its starts removes all entries first",
        effect=effect,
    )
    try:
        proven = all(lasts(facts, effect, platform) for platform, _ in entries)
    except Unavailable:
        return (remedy._replace(note="Not proven: what a boot registers is not known here"),)
    return (remedy._replace(proven=MODEL),) if proven else ()


def _unmask(facts: Facts) -> str | None:
    """Return the command that unmasks systemd-binfmt, None where it is not masked."""
    try:
        obstacle = facts.boot.unit_obstacle if facts.has_systemd else None
    except Unavailable:
        return None
    return as_root(facts, _UNMASK) if obstacle is not None and obstacle.startswith(MASK) else None
