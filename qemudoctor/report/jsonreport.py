"""The report as JSON, schema report/1."""

from qemudoctor._version import __version__
from qemudoctor.check import Evidence, Severity
from qemudoctor.facts import Facts, covered_platforms
from qemudoctor.kernel.entry import Entry
from qemudoctor.report import description
from qemudoctor.report.document import Document, dump, refused_document, remedy_document
from qemudoctor.report.engines import engines_document
from qemudoctor.verdict import CheckResult, Place, PlatformResult, Report, ReportedFinding, Support

SCHEMA = "qemu-doctor/report/1"


def render_json(report: Report) -> str:
    """Return a report as JSON in ASCII; the same report gives the same text."""
    return dump(report_document(report))


def report_document(report: Report) -> Document:
    """Return a report as the value that its JSON holds."""
    return {
        "schema": SCHEMA,
        "tool": {"name": "qemu-doctor", "version": __version__},
        "host": _host(report.facts),
        "supposed": _supposed(report.facts),
        "registry": _registry(report.facts),
        "engines": engines_document(report.facts),
        "platforms": [_platform(x) for x in report.platforms],
        "findings": [_finding(x) for x in report.findings],
        "checks": [_check(x) for x in report.checks],
        "summary": {
            "verdict": report.summary.value,
            "errors": report.number_of(Severity.ERROR),
            "warnings": report.number_of(Severity.WARNING),
            "infos": report.number_of(Severity.INFO),
        },
    }


def _host(facts: Facts) -> Document:
    system, sandbox = description.distribution(facts), description.sandbox(facts)
    return {
        "hostname": description.hostname(facts),
        "machine": description.machine(facts),
        "kernel": description.kernel(facts),
        "os": None if system is None else {"id": system.id, "version": system.version, "name": system.name},
        "source": facts.host.source.value,
        "sandbox": None
        if sandbox is None
        else {"kind": sandbox.kind, "source": sandbox.source, "evidence": sandbox.evidence},
    }


def _supposed(facts: Facts) -> Document:
    kernel, registry = facts.question.kernel, facts.question.registry
    return {
        "kernel": None if kernel is None else kernel.text,
        "registry": None if registry is None else [source for source, _ in registry],
    }


def _registry(facts: Facts) -> Document:
    found, reason = description.registry(facts)
    return {
        "state": description.registry_state(facts),
        "enabled": None if found is None else found.registry.enabled,
        "entries": [] if found is None else [_entry(facts, entry) for entry in found.entries],
        "damaged": []
        if found is None
        else [{"name": x.name, "path": x.path, "reason": x.reason} for x in found.damaged],
        "refused": [] if found is None else [refused_document(x) for x in found.refused],
        "reason": reason,
    }


def _entry(facts: Facts, entry: Entry) -> Document:
    by_extension = entry.extension is not None
    return {
        "name": entry.name,
        "enabled": entry.enabled,
        "interpreter": entry.interpreter,
        "flags": entry.flags,
        "offset": entry.offset,
        "magic": None if by_extension else entry.magic.hex(),
        "mask": None if entry.mask is None else entry.mask.hex(),
        "extension": entry.extension,
        "platforms": list(covered_platforms(entry)),
        "emulator": _emulator(facts, entry),
    }


def _emulator(facts: Facts, entry: Entry) -> Document | None:
    found = description.emulator(facts, entry)
    if found is None:
        return None
    pinned = description.pinned_emulator(facts, entry)
    runs = found if pinned is None else pinned
    # Unless a program was executed, nobody knows whether F keeps open what lies there now.
    unknown = None if "F" in entry.flags else False
    return {
        "path": found.resolved or found.path,
        "exists": found.exists,
        "linkage": None if runs.linkage is None else runs.linkage.value,
        "version": runs.version,
        "pinned": "F" in entry.flags,
        "stale": unknown if pinned is None else pinned.stale,
    }


def _platform(result: PlatformResult) -> Document:
    return {
        "platform": result.platform.name,
        "required": result.required,
        "support": None if result.support is Support.UNKNOWN else result.support.value,
        "entry": result.entry,
        "host": _place(result.host),
        "container": _place(result.container),
        "verdict": result.verdict.value,
    }


def _place(place: Place) -> Document:
    return {"predicted": place.predicted, "observed": place.observed, "reason": place.reason}


def _finding(found: ReportedFinding) -> Document:
    finding = found.finding
    return {
        "check": found.check,
        "slug": found.slug,
        "severity": found.severity.value,
        "platform": finding.platform,
        "entry": finding.entry,
        "subject": finding.subject,
        "message": finding.message,
        "cause": found.cause,
        "evidence": [_evidence(x) for x in finding.evidence],
        "remedies": [remedy_document(x) for x in finding.remedies],
    }


def _evidence(evidence: Evidence) -> Document:
    return {"source": evidence.source, "text": evidence.text}


def _check(result: CheckResult) -> Document:
    return {"check": result.check, "slug": result.slug, "status": result.status.value, "reason": result.reason}
