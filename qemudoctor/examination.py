"""From options to a report: which host, which question, which checks."""

from collections.abc import Iterable, Sequence

from qemudoctor.exceptions import DoctorError
from qemudoctor.facts import Facts, Question
from qemudoctor.facts.registry import ENTRIES_MAX
from qemudoctor.host import open_host
from qemudoctor.host.output import read_given
from qemudoctor.kernel.release import KernelRelease, KernelReleaseError
from qemudoctor.platforms import Platform, parse_platform
from qemudoctor.runner import builtin_checks, load_plugins, select
from qemudoctor.runner import examine as run
from qemudoctor.verdict import Report

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
    plugins, crashed = load_plugins()
    checks = select((*builtin_checks(), *(check for check, _ in plugins)), only=only, ignore=ignore)
    return run(facts, checks, crashed=crashed)


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
