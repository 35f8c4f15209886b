"""The outcome of an examination: what is said of each platform, and the whole report."""

import enum
from typing import NamedTuple

from qemudoctor.check import Finding, Severity
from qemudoctor.facts import Facts, Observation, Unavailable
from qemudoctor.kernel.execution import Execution
from qemudoctor.platforms import Platform


class Support(enum.Enum):
    """Who runs a platform's programs."""

    NATIVE = "native"
    EMULATED = "emulated"
    NONE = "none"
    UNKNOWN = "unknown"


class Verdict(enum.Enum):
    """What a user can expect of a platform."""

    WORKS = "works"
    BROKEN = "broken"
    """An entry is there, but containers do not work."""
    DEGRADED = "degraded"
    """Containers work, but not on the host too, or not for position-independent programs."""
    MISSING = "missing"
    """Nobody runs these programs."""
    UNKNOWN = "unknown"


class Place(NamedTuple):
    """How a program of the platform ends in one place: by the model, and by real execution; None: not known."""

    predicted: str | None
    observed: str | None
    reason: str | None = None
    """Why it was not observed."""
    execution: Execution | None = None
    predicted_reason: str | None = None
    """Why it was not predicted."""

    @property
    def outcome(self) -> str | None:
        """Return what is known to happen: the observation where there is one, else the prediction."""
        return self.observed if self.observed is not None else self.predicted


class PlatformResult(NamedTuple):
    """One platform, judged."""

    platform: Platform
    required: bool
    support: Support
    entry: str | None
    host: Place
    container: Place
    verdict: Verdict
    missed: Place | None = None
    """How a position-independent program ends in an empty root, where only others work."""


class CheckStatus(enum.Enum):
    """How the run of a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    CRASHED = "crashed"


class CheckResult(NamedTuple):
    """How one check ended, and why it was skipped or crashed."""

    check: str
    slug: str
    status: CheckStatus
    reason: str | None = None


class ReportedFinding(NamedTuple):
    """A finding with everything settled that it left to its check."""

    check: str
    slug: str
    severity: Severity
    cause: str | None
    finding: Finding


class Summary(enum.Enum):
    """The last word of a report."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"


class Report(NamedTuple):
    """An examination: the facts it rests on, the platforms, the findings by severity, the checks in order of id."""

    facts: Facts
    platforms: tuple[PlatformResult, ...]
    findings: tuple[ReportedFinding, ...]
    checks: tuple[CheckResult, ...]

    def number_of(self, severity: Severity) -> int:
        """Return how many findings have exactly this severity."""
        return sum(1 for x in self.findings if x.severity is severity)

    @property
    def has_crashed(self) -> bool:
        """Return whether a check crashed."""
        return any(x.status is CheckStatus.CRASHED for x in self.checks)

    @property
    def is_undetermined(self) -> bool:
        """Return whether a required platform, or with nothing required any platform at all, is not determined."""
        if any(x.required and x.verdict is Verdict.UNKNOWN for x in self.platforms):
            return True
        return not self.platforms and not self.number_of(Severity.ERROR) and self._has_no_registry()

    def _has_no_registry(self) -> bool:
        try:
            _ = self.facts.registry
        except Unavailable:
            return True
        return False

    @property
    def summary(self) -> Summary:
        """Return the verdict over all."""
        if self.number_of(Severity.ERROR):
            return Summary.FAIL
        if self.is_undetermined or self.has_crashed:
            return Summary.UNKNOWN
        return Summary.WARN if self.number_of(Severity.WARNING) else Summary.PASS


def judge(facts: Facts, platform: Platform) -> PlatformResult:
    """Return what is to be said of one platform of a host. Never raises Unavailable: then it is unknown."""
    required = platform in facts.question.require
    host_seen, container_seen = facts.observed(platform)
    try:
        prediction = facts.prediction(platform)
        host = _place(prediction.host, host_seen)
        container = _place(prediction.container, container_seen)
    except Unavailable as error:
        host = _place(None, host_seen, error.reason)
        container = _place(None, container_seen, error.reason)
    entry = _entry_name(facts, platform)
    support = _support(facts, platform, entry, container)
    verdict = _verdict(support, host, container)
    missed = None
    if verdict is Verdict.WORKS and support is Support.EMULATED and not _takes_pie(facts, platform):
        verdict, missed = Verdict.DEGRADED, _walk_of_pie(facts, platform)
    return PlatformResult(platform, required, support, entry, host, container, verdict, missed)


def _takes_pie(facts: Facts, platform: Platform) -> bool:
    """Return whether some entry is for the platform's position-independent programs; true where nobody can tell.

    Nobody can where none of what was read matches any of its programs: what runs them is not among it.
    """
    try:
        registry = facts.registry.registry
    except Unavailable:
        return True
    sample, pie = (platform.architecture.sample(pie=x) for x in (False, True))
    return registry.match(pie, "") is not None or registry.match(sample, "") is None


def _walk_of_pie(facts: Facts, platform: Platform) -> Place | None:
    from qemudoctor.facts.prediction import predict

    try:
        machine = facts.machine_for(platform.architecture)
        found = predict(
            platform, root=facts.tree, registry=facts.registry.registry, kernel=facts.kernel, machine=machine, pie=True
        )
    except Unavailable:
        return None
    return _place(found.container, Observation(None, "programs of this kind are not executed"))


def _place(execution: Execution | None, seen: Observation, reason: str | None = None) -> Place:
    predicted = None if execution is None else execution.outcome
    return Place(predicted, seen.outcome, seen.reason, execution, reason)


def _entry_name(facts: Facts, platform: Platform) -> str | None:
    try:
        entry = facts.entry_for(platform)
    except Unavailable:
        return None
    return None if entry is None else entry.name


def _support(facts: Facts, platform: Platform, entry: str | None, container: Place) -> Support:
    if entry is not None:
        return Support.EMULATED
    try:
        if facts.is_native(platform) and container.outcome in (None, "ok"):
            return Support.NATIVE
    except Unavailable:
        pass
    if container.outcome is None:
        return Support.UNKNOWN
    return Support.EMULATED if container.outcome != "ENOEXEC" else Support.NONE


def _verdict(support: Support, host: Place, container: Place) -> Verdict:
    if container.outcome is None or host.outcome is None:
        return Verdict.WORKS if container.outcome == "ok" else Verdict.UNKNOWN
    if container.outcome == "ok":
        return Verdict.WORKS if host.outcome == "ok" else Verdict.DEGRADED
    return Verdict.MISSING if support is Support.NONE else Verdict.BROKEN
