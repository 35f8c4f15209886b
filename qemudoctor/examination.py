"""From options to a report: which host, which question, which checks."""

from collections.abc import Iterable, Sequence

from qemudoctor.check import Check
from qemudoctor.exceptions import DoctorError
from qemudoctor.facts import Facts, Question
from qemudoctor.facts.registry import ENTRIES_MAX
from qemudoctor.host import open_host
from qemudoctor.host.output import read_given
from qemudoctor.kernel.release import KernelRelease, KernelReleaseError
from qemudoctor.platforms import PLATFORMS, Platform, parse_platform
from qemudoctor.runner import builtin_checks, load_plugins, select
from qemudoctor.runner import examine as run
from qemudoctor.verdict import CheckResult, Report, ReportedFinding

REGISTRY_LIMIT_BYTES = 1 << 20
_COMMENT = (b"#", b";")
_REGISTRY_HINT = "--registry takes a binfmt.d file"


def examine(
    root: str = "/",
    require: Iterable[str] = (),
    probe: bool = True,
    *,
    capture: str | None = None,
    kernel: str | None = None,
    registry: str | None = None,
    only: Sequence[str] = (),
    ignore: Sequence[str] = (),
) -> Report:
    """Return the report on a host: the running machine, one mounted at root, or a recorded one.

    require: platforms in OCI spelling or a common alias. probe: whether small programs are really executed; that
        happens on the running machine only, and not where kernel or registry are supposed.
    kernel, registry: what if the kernel were this release, the registry held the lines of this file (binfmt.d syntax).
    only, ignore: ids or slugs of checks, or the start of an id.
    Raises: DoctorError for what the user can put right.
    """
    facts = prepare(root, require, probe, capture=capture, kernel=kernel, registry=registry)
    checks, crashed = all_checks()
    report = run(facts, select(checks, only=only, ignore=ignore), crashed=crashed)
    return rehearsed(report) if probe and facts.host.source.value == "live" else report


def all_checks() -> tuple[tuple[Check, ...], tuple[CheckResult, ...]]:
    """Return the checks of this package and of plug-ins, and a crash for each plug-in that failed to load."""
    plugins, crashed = load_plugins()
    return (*builtin_checks(), *(check for check, _ in plugins)), crashed


def rehearsed(report: Report) -> Report:
    """Return a report whose remedies the running kernel has tried, in a registry of its own."""
    wanted = [
        (platform, remedy)
        for found in report.findings
        if (platform := concerned(found)) is not None
        for remedy in found.finding.remedies
        if remedy.proven is not None and remedy.effect is not None
    ]
    if not wanted:
        return report
    from qemudoctor.remedies.rehearsal import confirmed, disproved_last

    judged = iter(confirmed(report.facts, wanted))
    findings = []
    for found in report.findings:
        platform = concerned(found)
        remedies = tuple(
            next(judged) if platform is not None and x.proven is not None and x.effect is not None else x
            for x in found.finding.remedies
        )
        findings.append(found._replace(finding=found.finding._replace(remedies=disproved_last(remedies))))
    return report._replace(findings=tuple(findings))


def concerned(found: ReportedFinding) -> Platform | None:
    """Return the platform that a finding's remedies have to make work; of a whole host's, one that they register."""
    if found.finding.platform is not None:
        return PLATFORMS.get(found.finding.platform)
    from qemudoctor.facts import covered_platforms
    from qemudoctor.kernel.entry import Entry

    for remedy in found.finding.remedies:
        for line in () if remedy.effect is None else remedy.effect.register:
            names = covered_platforms(Entry.from_register(line, KernelRelease.parse("6.18")))
            if names:
                return PLATFORMS[names[0]]
    return None


def prepare(
    root: str = "/",
    require: Iterable[str] = (),
    probe: bool = True,
    *,
    capture: str | None = None,
    kernel: str | None = None,
    registry: str | None = None,
) -> Facts:
    """Return the facts on a host, not yet read. The parameters and errors are those of examine()."""
    host = open_host(root=None if root == "/" else root, capture=capture)
    question = Question(
        tuple(dict.fromkeys(_platforms(require))),
        None if kernel is None else parse_kernel(kernel),
        None if registry is None else read_registry_file(registry),
    )
    if not probe or host.source.value != "live" or question.is_hypothetical:
        return Facts(host, question)
    from qemudoctor.probe.observe import observe

    return Facts(host, question, prober=observe)


def _platforms(require: Iterable[str]) -> Iterable[Platform]:
    for text in require:
        for word in text.split(","):
            if word.strip():
                yield parse_platform(word)


def parse_kernel(text: str) -> KernelRelease:
    """Return a kernel release that the user named. Raises: DoctorError."""
    try:
        return KernelRelease.parse(text)
    except KernelReleaseError as error:
        hint = "give what `uname -r` prints there, such as 3.10.0-327.el7.x86_64"
        raise DoctorError(str(error), hint=hint) from error


def read_registry_file(path: str) -> tuple[tuple[str, bytes], ...]:
    """Return the register strings of a file with where each comes from, in the order of registration.

    Format: one register string a line; blank lines and lines that begin with # or ; are passed over (binfmt.d(5)).
    Raises: DoctorError if the file cannot be read or is no such file.
    """
    content = read_given(path, limit=REGISTRY_LIMIT_BYTES, hint=_REGISTRY_HINT)
    lines = []
    for number, line in enumerate(content.split(b"\n"), 1):
        stripped = line.strip()
        if stripped and not stripped.startswith(_COMMENT):
            lines.append((f"{path}:{number}", stripped))
    if len(lines) > ENTRIES_MAX:
        raise DoctorError(f"{path} holds {len(lines)} lines, which is no real registry", hint=_REGISTRY_HINT)
    return tuple(lines)
