"""What a row of the table of faulty versions is made of."""

import re
from collections.abc import Collection
from functools import cache
from typing import NamedTuple

Version = tuple[int, int, int]
NEVER: Version = (999, 0, 0)

LINKAGES = frozenset({"static", "static-pie", "dynamic"})
LIBRARIES = frozenset({"musl", "glibc"})


class Cure(NamedTuple):
    """What helps where no version of QEMU does."""

    id: str
    title: str
    commands: tuple[str, ...]
    note: str | None = None


class KnownBad(NamedTuple):
    """One fault of QEMU's user mode.

    spans: versions that have it, each from the first bad one up to the first good one, NEVER where there is none.
    guests, hosts: QEMU's targets and `uname -m`, empty for all. traits: those that a build has to have.
    """

    id: str
    symptom: str
    spans: tuple[tuple[Version, Version], ...]
    sources: tuple[str, ...]
    workaround: str
    guests: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    traits: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    """Of the symptoms that it can have; without any, no text is explained by it."""
    signs: tuple[str, ...] = ()
    """Patterns that a text has to fit, each of them; without any, no text shows this fault and no other."""
    unless: str = ""
    """A pattern: what fits it has another fault."""
    errnos: tuple[str, ...] = ()
    signals: tuple[str, ...] = ()
    syscalls: tuple[str, ...] = ()
    causes: tuple[str, ...] = ("qemu-crash",)
    """Of explain-error: it is told beside the most probable of them."""
    cures: tuple[Cure, ...] = ()
    last: str = ""
    """The last version in which it was seen, where none is known to be without it."""
    needs_patch: bool = False
    """Only builds with somebody's patch have it, which no version tells: it is never sure."""
    needs_wide_heap: bool = False
    """Only kernels have it that put heaps anywhere in 16 GB."""
    is_certain: bool = False
    """Its signs are those of no other fault, so that it is told of also where this host's version is without it."""
    confirms: bool = False
    """Its signs name the program that dies of it, or are its last words: where they stand in the crash's own line, or
    name the step that died, a version that has the fault confirms it."""
    report: str = ""
    """The severity with which a check reports it; "" where the versions are not sure, or no version is without it."""

    @property
    def fixed(self) -> Version:
        """The first version that, with all after it, is without the fault."""
        return self.spans[-1][1]

    @property
    def is_fixed(self) -> bool:
        """Whether a newer version helps."""
        return self.fixed != NEVER

    def is_for(self, guest: str | None, machine: str | None) -> bool:
        """Return whether a guest and a machine can meet it; None for what is not known."""
        return (guest is None or not self.guests or guest in self.guests) and (
            machine is None or not self.hosts or machine in self.hosts
        )

    def has(self, version: Version, traits: Collection[str]) -> bool | None:
        """Return whether a build of a version has it.

        None where its traits are not known well enough, and of versions after the last one in which it was seen.
        """
        if not any(first <= version < fixed for first, fixed in self.spans):
            return False
        answer: bool | None = None if self.needs_patch or self.is_after_last(version) else True
        for trait in self.traits:
            group = LINKAGES if trait in LINKAGES else LIBRARIES
            if trait not in traits:
                if not group.isdisjoint(traits):
                    return False
                answer = None
        return answer

    def is_after_last(self, version: Version) -> bool:
        """Return whether a version is newer than the last in which a fault was seen that nobody knows to be mended."""
        last = parse_version(self.last) if self.last and not self.is_fixed else None
        return last is not None and version > last

    def is_met_with(self, wide_heap: bool | None) -> bool | None:
        """Return whether it is met on a kernel. wide_heap: whether that puts heaps anywhere, None if not known."""
        return wide_heap if self.needs_wide_heap else True

    def is_before(self, version: Version) -> bool:
        """Return whether a version is older than the fault."""
        return version < self.spans[0][0]

    def is_of(self, kind: str, *, guest: str | None, errno: str | None, signal: str | None) -> bool:
        """Return whether a symptom can be one of this fault; None for what the symptom does not say."""
        return (
            kind in self.kinds
            and self.is_for(guest, None)
            and (errno is None or not self.errnos or errno in self.errnos)
            and (signal is None or not self.signals or signal in self.signals)
        )

    def is_shown_in(self, text: str, *, syscall: str | None = None) -> bool:
        """Return whether a text has the signs of this fault."""
        if syscall is not None and self.syscalls:
            return syscall in self.syscalls
        if not self.signs or (self.unless and _compiled(self.unless).search(text)):
            return False
        return all(_compiled(sign).search(text) for sign in self.signs)

    def is_named_by(self, died: str, *, syscall: str | None = None) -> bool:
        """Return whether what is known of the program that died has the signs, so that the fault can be confirmed.

        died: the crash's own line, and those that name the program or the step. syscall: that the line names.
        """
        if not self.confirms:
            return False
        if syscall is not None and self.syscalls:
            return syscall in self.syscalls
        return bool(self.signs) and all(_compiled(sign).search(died) for sign in self.signs)

    def span_text(self) -> str:
        """Return the versions that have it, in words."""
        build = f" ({' '.join(self.traits)} builds)" if self.traits else ""
        machine = f", on {' and '.join(self.hosts)} hosts" if self.hosts else ""
        return f"{' and '.join(map(_span, self.spans))}{build}{machine}" + (
            f", seen up to {self.last}" if self.last else ""
        )


def _span(span: tuple[Version, Version]) -> str:
    first, fixed = (".".join(map(str, x)) for x in span)
    if span[1] == NEVER:
        return f"from {first} on" if span[0] > (0, 0, 0) else "of all versions"
    return f"before {fixed}" if span[0] == (0, 0, 0) else f"from {first} to before {fixed}"


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def parse_version(text: str) -> Version | None:
    """Return a version of QEMU as numbers; None if it is none. Format: "7.2.22", "10.0.13", "11.1", "10.0.0-rc1"."""
    plain = text.split(".")
    if 2 <= len(plain) <= 3 and all(x.isascii() and x.isdecimal() and len(x) < 5 for x in plain):
        major, minor, micro = (*map(int, plain), 0)[:3]
        return major, minor, micro
    from packaging.version import InvalidVersion
    from packaging.version import Version as Parsed

    try:
        parsed = Parsed(text[:40])
    except InvalidVersion:
        return None
    if len(parsed.release) < 2:
        return None
    return parsed.major, parsed.minor, parsed.micro
