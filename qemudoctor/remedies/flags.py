"""Registering entries again as they are, with other flags: until the next reboot, and for good."""

from collections.abc import Iterator, Sequence

from qemudoctor.facts import Facts
from qemudoctor.kernel.entry import Entry
from qemudoctor.remedies.remedy import Effect, Remedy
from qemudoctor.remedies.shell import register, remove_entry, write


def now(facts: Facts, entries: Sequence[Entry], *, title: str, risk: str | None = None) -> Remedy:
    """Return the registration of entries in place of those of their names, oldest first, so that the order stays.

    entries: as they shall be, newest first; each is registered now.
    """
    ordered = tuple(reversed(entries))
    names = tuple(x.name for x in ordered)
    lines = tuple(x.to_register() for x in ordered)
    commands = tuple(
        command
        for name, line in zip(names, lines, strict=True)
        for command in (remove_entry(facts, name), register(facts, line))
    )
    return Remedy(
        id="register-now",
        title=f"{title}, until the next reboot",
        commands=commands,
        root=True,
        persistent=False,
        risk=risk,
        leaves="the entries, until the next reboot" if len(names) > 1 else "the entry, until the next reboot",
        effect=Effect(remove=names, register=lines),
    )


def now_and_at_boot(facts: Facts, entries: Sequence[Entry], *, title: str) -> Iterator[Remedy]:
    """Yield the same, and, where binfmt.d is read at boot, the files there that register those entries again."""
    from qemudoctor.remedies.boot import nobody_reads, own_file, reads_binfmt_d

    found = now(facts, entries, title=title)
    if not reads_binfmt_d(facts):
        yield found._replace(note=nobody_reads(facts))
        return
    yield found
    ordered = tuple(reversed(entries))
    files = [own_file(facts, x) for x in ordered]
    texts = [x.to_register().decode("utf-8", "surrogateescape") for x in ordered]
    writes = tuple(write(facts, text, file) for text, (file, _) in zip(texts, files, strict=True))
    written = tuple((file, f"{text}\n") for text, (file, _) in zip(texts, files, strict=True))
    yield found._replace(
        id="register-persistently",
        title=f"{title}, now and at every boot",
        commands=(*writes, *found.commands),
        persistent=True,
        leaves=files[0][1] if len(files) == 1 else f"the files {', '.join(file for file, _ in files)}",
        effect=Effect(
            remove=tuple(x.name for x in ordered), register=tuple(x.to_register() for x in ordered), files=written
        ),
    )
