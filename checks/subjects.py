"""What the checks have in common: whom to ask about, whether it works, and how to quote what was read."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from qemudoctor.check import Evidence, Facts, Finding, Severity
from qemudoctor.facts import Unavailable, covered_architectures, entry_path, is_qemu
from qemudoctor.kernel.entry import Entry
from qemudoctor.kernel.errnos import MEANINGS, Errno
from qemudoctor.kernel.execution import Execution
from qemudoctor.platforms import PLATFORMS, Architecture, Platform, platform_names

if TYPE_CHECKING:
    from qemudoctor.facts.engines import Engine

EMPTY_ROOT = "in an empty root, as a container's"
BINFMT_MISC = "https://docs.kernel.org/admin-guide/binfmt-misc.html"
BINFMT_MISC_SOURCE = "https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/fs/binfmt_misc.c"
EXECVE = "https://man7.org/linux/man-pages/man2/execve.2.html"
BINFMT_D = "https://man7.org/linux/man-pages/man5/binfmt.d.5.html"


def one_per_architecture(facts: Facts) -> tuple[Platform, ...]:
    """Return the platforms in question, of several with the same architecture only one: a required one if possible."""
    seen: dict[str, Platform] = {}
    for platform in (*facts.question.require, *facts.judged):
        seen.setdefault(platform.architecture.qemu_target, platform)
    return tuple(seen.values())


def each_platform(facts: Facts, find: Callable[[Facts, Platform], Iterator[Finding]]) -> Iterator[Finding]:
    """Yield what find yields of every platform; one that cannot be judged does not hide the others.

    Raises: Unavailable at the end, if there was one.
    """
    missing: Unavailable | None = None
    for platform in one_per_architecture(facts):
        try:
            yield from find(facts, platform)
        except Unavailable as error:
            missing = missing or error
    if missing is not None:
        raise missing


def is_only_native(facts: Facts) -> bool:
    """Return whether all that was required runs on this machine without any emulation."""
    required = facts.question.require
    try:
        return bool(required) and all(facts.is_native(platform) for platform in required)
    except Unavailable:
        return False


def severity_of_mount(facts: Facts) -> Severity | None:
    """Return INFO in a container, where a missing mount is normal, WARNING where all platforms really run.

    Else None, the check's own.
    """
    if facts.sandbox is not None:
        return Severity.INFO
    platforms = one_per_architecture(facts)
    runs = bool(platforms) and all(facts.observed(platform).contained.outcome == "ok" for platform in platforms)
    return Severity.WARNING if runs else None


def engine_evidence(engine: "Engine") -> tuple[Evidence, ...]:
    """Return what was read of an engine; at least its state."""
    told = tuple(Evidence(source, text) for source, text in engine.evidence)
    return told or (Evidence(engine.endpoint or engine.name, engine.reason or engine.state.value),)


def is_required(facts: Facts, platform: Platform) -> bool:
    """Return whether the user asked for this very platform."""
    return platform in facts.question.require


def severity_of(facts: Facts, platform: Platform) -> Severity | None:
    """Return None, for the check's own severity, unless a program was really executed in an empty root and ran."""
    return Severity.WARNING if facts.observed(platform).contained.outcome == "ok" else None


def consequence(execution: Execution) -> str:
    """Return how programs end, in the words that engines and shells print."""
    if execution.blocks:
        return "programs wait for ever"
    meaning = MEANINGS.get(execution.errno)
    if execution.errno is Errno.OK or meaning is None:
        return f"programs end with {execution.outcome}"
    return f'programs end in "{meaning[0].lower()}{meaning[1:]}" ({execution.errno.name})'


def kernel_evidence(facts: Facts) -> Evidence:
    """Return the kernel release in question and where it is from."""
    return Evidence("--kernel" if facts.question.kernel is not None else "uname -r", facts.kernel.text)


def entry_evidence(facts: Facts, entry: Entry, *lines: str) -> tuple[Evidence, ...]:
    """Return lines of an entry's text, by their first words: "flags:", "interpreter", "enabled"."""
    if facts.question.registry is not None:
        return (Evidence(f"the entry {entry.name} of --registry", entry.to_register().decode("utf-8", "replace")),)
    text = facts.registry.texts.get(entry.name, entry.to_procfs())
    wanted = [line for line in text.splitlines() if line.split(" ", 1)[0] in lines]
    return tuple(Evidence(entry_path(entry.name), line) for line in wanted)


def is_of_qemu(facts: Facts, entry: Entry) -> bool:
    """Return whether an entry starts QEMU: by its emulator's name, the file's own version, or what F keeps open."""
    if is_qemu(entry.interpreter):
        return True
    if not covered_architectures(entry):
        return False
    try:
        if facts.emulator(entry.interpreter).version is not None:
            return True
        pinned = facts.pinned_emulator(entry)
    except Unavailable:
        return False
    return pinned is not None and pinned.version is not None


def walk_evidence(execution: Execution, *, on_host: bool = False) -> Evidence:
    """Return the last step of the model's walk, in a container unless it was on the host."""
    step = execution.steps[-1]
    where = "on the host" if on_host else EMPTY_ROOT
    return Evidence(f"execve {where}, by the kernel model", f"{step.file}: {step.note}")


def platform_of(facts: Facts, architecture: Architecture) -> Platform:
    """Return the platform by which to call an architecture: one in question, or its first in OCI spelling."""
    for platform in facts.judged:
        if platform.architecture is architecture:
            return platform
    return PLATFORMS[platform_names(architecture)[0]]


def all_names(facts: Facts, platform: Platform) -> str:
    """Return the names of all platforms in question that have this one's architecture, this one first."""
    same = [x.name for x in facts.judged if x.architecture is platform.architecture and x != platform]
    return listed([platform.name, *same])


def listed(words: Sequence[str]) -> str:
    """Return words as a sentence lists them."""
    return " and ".join(x for x in (", ".join(words[:-1]), *words[-1:]) if x)
