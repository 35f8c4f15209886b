"""Causes against the facts of a host: what a check finds is confirmed, what cannot be is ruled out."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from qemudoctor.check import Severity
from qemudoctor.facts import Emulator, Facts, Linkage, MountState, Question, Unavailable, is_qemu
from qemudoctor.kernel.entry import Entry
from qemudoctor.kernel.features import Feature, Support
from qemudoctor.platforms import PLATFORMS, Platform
from qemudoctor.verdict import ReportedFinding

# Causes that are no more where a program of the platform starts in an empty root, by the model.
OF_THE_REGISTRY = (
    "binfmt-disabled",
    "binfmt-module-missing",
    "binfmt-not-mounted",
    "binfmt-not-registered",
    "f-flag-missing",
    "interpreter-dynamic",
    "interpreter-missing-on-host",
    "kernel-too-old-for-f",
)


class Against(NamedTuple):
    """What a host says of causes: findings by cause, and reasons why a cause cannot be."""

    findings: Mapping[str, tuple[ReportedFinding, ...]]
    ruled_out: Mapping[str, str]
    more: tuple[str, ...] = ()
    """Causes that the text did not suggest, and that this host gives for the very same end."""
    is_decided: bool = False
    """The findings are those that tell why a program of the platform ends here as the message says."""


def about(facts: Facts, platforms: Iterable[str]) -> Facts:
    """Return facts on the same host that ask for the platforms, too; the same facts if they do already."""
    known = facts.question.require
    new = tuple(PLATFORMS[x] for x in dict.fromkeys(platforms) if x in PLATFORMS and PLATFORMS[x] not in known)
    if not new or known:
        return facts
    question = Question(new, facts.question.kernel, facts.question.registry)
    return Facts(facts.host, question)


def against_host(
    facts: Facts,
    causes: Iterable[str],
    platform: str | None,
    errnos: frozenset[str] = frozenset(),
    *,
    is_given: bool = False,
) -> Against:
    """Return what a host says of causes.

    platform: of the program, if it is known. errnos: those of the message. is_given: whether the user named the
    platform; what a message names may be what was asked for, and not what the program is.
    """
    wanted = frozenset(causes)
    subject = PLATFORMS.get(platform or "")
    decides = _decider(facts, subject, errnos)
    findings: dict[str, list[ReportedFinding]] = {}
    for found in _findings(facts, None if decides is not None else wanted):
        concerned = found.finding.platform
        is_told = found.cause in wanted and (subject is None or concerned is None or concerned == subject.name)
        if found.cause is not None and (is_told or (decides is not None and decides(found))):
            findings.setdefault(found.cause, []).append(found)
    ruled_out = {}
    for cause in wanted - findings.keys():
        reason = _reason_against(facts, cause, subject)
        if cause == "image-arch-mismatch" and is_given and subject is not None and facts.is_native(subject):
            reason = f"the program is for {subject.name}, as was said, and this host runs such programs itself"
        if reason is not None:
            ruled_out[cause] = reason
    more = tuple(sorted(findings.keys() - wanted))
    return Against({cause: tuple(found) for cause, found in findings.items()}, ruled_out, more, decides is not None)


def _decider(
    facts: Facts, platform: Platform | None, errnos: frozenset[str]
) -> Callable[[ReportedFinding], bool] | None:
    """Return which findings tell why a program of a platform ends here as the message says.

    None where the model gives another end: then the message has to do with the program, or with another host.
    """
    if platform is None:
        return None
    try:
        prediction = facts.prediction(platform)
    except Unavailable:
        return None
    if errnos & {prediction.container.outcome, prediction.host.outcome}:
        return lambda x: x.finding.platform == platform.name and x.severity is not Severity.INFO
    if "ENOEXEC" in errnos:  # a mask that leaves out some of its programs, though not the smallest
        return lambda x: x.finding.platform == platform.name and x.cause == "qemu-wrong-target"
    return None


def _findings(facts: Facts, causes: frozenset[str] | None) -> Iterable[ReportedFinding]:
    """Yield what the checks find that can have one of the causes; with None, those that can have any.

    Some checks settle the cause with the finding.
    """
    from qemudoctor.runner import confirming_checks, run_check

    for check in confirming_checks(causes):
        if causes is None or check.cause is None or check.cause in causes:
            yield from run_check(check, facts)[0]


def _reason_against(facts: Facts, cause: str, platform: Platform | None) -> str | None:
    rules = (_starts if cause in OF_THE_REGISTRY else None, _RULES.get(cause))
    for rule in filter(None, rules):
        try:
            reason = rule(facts, platform)
        except Unavailable:  # the next may need less
            continue
        if reason is not None:
            return reason
    return None


def _starts(facts: Facts, platform: Platform | None) -> str | None:
    # That programs of the host's own start says nothing of its registry.
    if platform is None or facts.is_native(platform):
        return None
    prediction = facts.prediction(platform)
    if prediction.host.outcome == prediction.container.outcome == "ok":
        return f"by the model of this host's kernel, a program for {platform.name} starts here, also in an empty root"
    return None


def _not_mounted(facts: Facts, _: Platform | None) -> str | None:
    return "binfmt_misc is mounted" if facts.mount.state is MountState.MOUNTED else None


def _module_missing(facts: Facts, _: Platform | None) -> str | None:
    if facts.mount.state is MountState.MOUNTED:
        return "this kernel has binfmt_misc: it is mounted"
    return "this kernel has binfmt_misc" if facts.binfmt.available else None


def _disabled(facts: Facts, _: Platform | None) -> str | None:
    found = facts.registry
    if found.registry.enabled and all(entry.enabled for entry in found.entries):
        return "binfmt_misc and all its entries are switched on"
    return None


def _not_registered(facts: Facts, platform: Platform | None) -> str | None:
    if platform is None:
        return None
    if facts.is_native(platform):
        return f"this host runs programs for {platform.name} itself"
    entry = facts.entry_for(platform)
    if entry is not None and entry.enabled and facts.registry.registry.enabled:
        return f"{entry.name} is registered for {platform.name}"
    return None


def _emulating(facts: Facts, platform: Platform | None) -> tuple[Entry, ...]:
    """Return the entries that can be meant: that of the platform, or all of emulators."""
    if platform is not None:
        entry = facts.entry_for(platform)
        return () if entry is None else (entry,)
    return tuple(x for x in facts.registry.entries if is_qemu(x.interpreter))


def _without_f(facts: Facts, platform: Platform | None) -> str | None:
    entries = _emulating(facts, platform)
    if not entries:
        return "no emulator is registered, and without one the answer would be exec format error"
    if all("F" in entry.flags for entry in entries):
        return f"{_named(entries)} has F"
    return None


def _without_c(facts: Facts, platform: Platform | None) -> str | None:
    entries = _emulating(facts, platform)
    if entries and all("C" in entry.flags for entry in entries):
        return f"{_named(entries)} has C"
    return None


def _too_old(facts: Facts, _: Platform | None) -> str | None:
    if facts.kernel.support(Feature.FIX_BINARY) is Support.YES:
        return f"Linux {facts.kernel.text} knows the flag F"
    return None


def _emulator_missing(facts: Facts, platform: Platform | None) -> str | None:
    return _all_emulators(facts, platform, lambda x: x.exists, "exists")


def _emulator_dynamic(facts: Facts, platform: Platform | None) -> str | None:
    entries = _emulating(facts, platform)
    if entries and not any(facts.emulator(entry.interpreter).exists for entry in entries):
        return f"the emulator of {_named(entries)} does not exist"
    return _all_emulators(facts, platform, lambda x: x.linkage in (Linkage.STATIC, Linkage.STATIC_PIE), "is static")


def _all_emulators(
    facts: Facts, platform: Platform | None, is_good: Callable[[Emulator], bool], says: str
) -> str | None:
    entries = _emulating(facts, platform)
    if entries and all(is_good(facts.emulator(entry.interpreter)) for entry in entries):
        return f"the emulator of {_named(entries)} {says}"
    return None


def _native_32(facts: Facts, platform: Platform | None) -> str | None:
    if platform is not None and facts.is_native(platform):
        return f"this host runs programs for {platform.name} itself"
    return None


def _rosetta(facts: Facts, platform: Platform | None) -> str | None:
    del platform
    if facts.is_native(PLATFORMS["linux/amd64"]):
        return "Rosetta runs programs for amd64 on machines of Apple's, and this host runs them itself"
    return None


def _named(entries: tuple[Entry, ...]) -> str:
    return entries[0].name if len(entries) == 1 else "every emulator's entry"


_RULES: dict[str, Callable[[Facts, Platform | None], str | None]] = {
    "binfmt-disabled": _disabled,
    "binfmt-module-missing": _module_missing,
    "binfmt-not-mounted": _not_mounted,
    "binfmt-not-registered": _not_registered,
    "credential-flag-missing": _without_c,
    "f-flag-missing": _without_f,
    "interpreter-dynamic": _emulator_dynamic,
    "interpreter-missing-on-host": _emulator_missing,
    "kernel-too-old-for-f": _too_old,
    "native-32bit-unsupported": _native_32,
    "rosetta": _rosetta,
}


def emulators_meant(facts: Facts, platform: str | None) -> tuple[Entry, ...]:
    """Return the entries of QEMU that can be meant and that run something; none where that cannot be looked at."""
    try:
        entries = _emulating(facts, PLATFORMS.get(platform or ""))
    except Unavailable:
        return ()
    return tuple(x for x in entries if x.enabled and is_qemu(x.interpreter))
