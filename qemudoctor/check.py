"""What a check is made of: the public types for checks, built in and plugged in."""

import enum
from collections.abc import Callable, Iterator
from typing import NamedTuple

from qemudoctor.facts import Facts
from qemudoctor.remedies.remedy import Effect, Remedy

__all__ = ["Check", "Effect", "Evidence", "Facts", "Finding", "Remedy", "Severity"]


class Severity(enum.Enum):
    """How bad a finding is: an error stops what was asked for, a warning may, an info explains."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Evidence(NamedTuple):
    """What was read, and where, so that the reader can look for himself."""

    source: str
    text: str


class Finding(NamedTuple):
    """One thing that is wrong. message: subject, fault, consequence; one sentence, no full stop, no advice."""

    subject: str
    message: str
    platform: str | None = None
    """The platform concerned in OCI spelling; None where the whole host is."""
    entry: str | None = None
    evidence: tuple[Evidence, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    """Least invasive first."""
    severity: Severity | None = None
    """None: the severity of the check."""
    cause: str | None = None
    """None: the cause of the check."""


class Check(NamedTuple):
    """One question about a host.

    run may raise Unavailable: the check is then reported as skipped, with that reason.
    """

    id: str
    """QD and three digits, the first the family. Plug-ins use letters of their own."""
    slug: str
    title: str
    severity: Severity
    run: Callable[[Facts], Iterator[Finding]]
    explanation: str
    """Why it breaks, who is affected, when it is harmless; for a reader who does not know binfmt_misc."""
    cause: str | None = None
    """The cause in explain-error's terms that a finding of this check confirms."""
    family: str = "plugin"
    since: str = "0.1"
    references: tuple[str, ...] = ()
