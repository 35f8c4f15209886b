"""What explain-error answers: the symptoms that a text shows, and the causes they can have."""

import enum
from typing import NamedTuple

from qemudoctor.errors.kinds.registering import ROWS as REGISTERING
from qemudoctor.errors.reading.errnos import IN_WORDS
from qemudoctor.remedies.remedy import Remedy


class Standing(enum.Enum):
    """How sure a cause is."""

    CONFIRMED = "confirmed"
    """This host shows it."""
    LIKELY = "likely"
    POSSIBLE = "possible"
    RULED_OUT = "ruled-out"
    """It cannot be so on this host."""


class Symptom(NamedTuple):
    """One line of the text that belongs to the subject, and what could be read out of it."""

    line: str
    """As it stood there, without log prefixes and control characters."""
    number: int
    """Of the line, from 1."""
    kind: str
    says: str
    """What the line means, for the reader."""
    emitter: str
    emitter_version: str | None = None
    errno: str | None = None
    signal: str | None = None
    exit_status: int | None = None
    program: str | None = None
    platform: str | None = None
    interpreter: str | None = None
    """The interpreter, emulator or loader that the line names."""
    syscall: str | None = None

    @property
    def answer(self) -> str | None:
        """Return what the errno means, where it is one of an execution; else only its name says something."""
        return None if self.errno is None or self.kind in REGISTERING else IN_WORDS.get(self.errno)


class RankedCause(NamedTuple):
    """One cause, and how it stands. Score: 0 to 1, comparable within one explanation only."""

    id: str
    title: str
    standing: Standing
    score: float
    because: tuple[str, ...] = ()
    check: str | None = None
    """The check that confirms it or rules it out.

    None also of a confirmed cause where a text shows a fault of this host's QEMU that no check reports, as no version
    is without it.
    """
    remedies: tuple[Remedy, ...] = ()
    explanation: str = ""
    tell_apart: str = ""
    references: tuple[str, ...] = ()


class Failure(NamedTuple):
    """Symptoms that belong together, and the causes of them."""

    symptoms: tuple[Symptom, ...]
    causes: tuple[RankedCause, ...]
    is_of_another_host: bool = False
    """What the message mostly means cannot be so on this host, and nothing here explains it."""


class Explanation(NamedTuple):
    """The answer: unrelated failures in the order of the text; symptoms and causes over all of them."""

    failures: tuple[Failure, ...] = ()
    similar: tuple[str, ...] = ()
    """Lines that name the subject, but that no signature knows."""

    @property
    def recognised(self) -> bool:
        """Return whether the text has to do with the subject."""
        return bool(self.failures)

    @property
    def symptoms(self) -> tuple[Symptom, ...]:
        """Return the symptoms of all failures, in the order of the text."""
        return tuple(symptom for failure in self.failures for symptom in failure.symptoms)

    @property
    def causes(self) -> tuple[RankedCause, ...]:
        """Return each cause once, most probable first, with its highest standing in any failure."""
        best: dict[str, RankedCause] = {}
        for failure in self.failures:
            for cause in failure.causes:
                known = best.get(cause.id)
                if known is None or rank(cause) < rank(known):
                    best[cause.id] = cause
        return tuple(sorted(best.values(), key=rank))


_ORDER = {Standing.CONFIRMED: 0, Standing.LIKELY: 1, Standing.POSSIBLE: 1, Standing.RULED_OUT: 2}


def rank(cause: RankedCause) -> tuple[int, float, str]:
    """Return the key by which causes are sorted: confirmed ones first, ruled-out ones last, else by score."""
    return _ORDER[cause.standing], -cause.score, cause.id
