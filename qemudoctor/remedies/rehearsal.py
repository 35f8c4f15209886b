"""Whether the running kernel confirms what the model says of a remedy: tried in a registry that nobody else sees."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from qemudoctor.facts import Facts, Unavailable
from qemudoctor.host.door import FileStat, HostError
from qemudoctor.kernel.features import Feature
from qemudoctor.kernel.path import LookupFailed
from qemudoctor.kernel.program import OpenBlocks
from qemudoctor.kernel.register import RegisterError
from qemudoctor.platforms import Platform
from qemudoctor.remedies.proof import MODEL, registry_after
from qemudoctor.remedies.remedy import Remedy

if TYPE_CHECKING:
    from qemudoctor.host.rehearse import Trial

KERNEL = "kernel"
_Tried = tuple["Trial", tuple[FileStat | None, ...]]
_OUTCOMES: dict[_Tried, str] = {}
"""What was tried by this process, with the files that took part: emulators that hang are not waited for again."""


def confirmed(facts: Facts, remedies: Sequence[tuple[Platform, Remedy]]) -> tuple[Remedy, ...]:
    """Return each remedy as the running kernel judges it, in the order given.

    One that it confirms is proven by it. One after which the program does not run, whatever the model says, is proven
    by nothing and says so. Where it cannot be tried (an emulator that is yet to be installed, a kernel without private
    registries, no right to user namespaces), the word of the model stands.
    """
    if facts.question.is_hypothetical or not _has_private_registries(facts):
        return tuple(x for _, x in remedies)
    trials = [_trial(facts, remedy, platform) for platform, remedy in remedies]
    wanted = tuple(dict.fromkeys(x for x in trials if x is not None and x not in _OUTCOMES))
    if wanted:
        from qemudoctor.host.rehearse import rehearse
        from qemudoctor.probe.programs import EXIT_STATUS

        observed = rehearse([x for x, _ in wanted], expected_status=EXIT_STATUS)
        _OUTCOMES.update((x, y.outcome) for x, y in zip(wanted, observed, strict=True) if y.outcome is not None)
    return tuple(
        remedy if trial is None else _judged(remedy, _OUTCOMES.get(trial))
        for (_, remedy), trial in zip(remedies, trials, strict=True)
    )


def disproved_last(remedies: Iterable[Remedy]) -> tuple[Remedy, ...]:
    """Return remedies in their order, with those that nothing proves behind those that something does."""
    return tuple(sorted(remedies, key=lambda x: x.proven is None))


def _judged(remedy: Remedy, outcome: str | None) -> Remedy:
    if outcome is None:
        return remedy
    if outcome == "ok":
        return remedy._replace(proven=KERNEL)
    tried = f"Not proven: the model says that it helps, but tried on this kernel in private it ended in {outcome}"
    return remedy._replace(proven=None, note=". ".join(x for x in (tried, remedy.note) if x))


def _has_private_registries(facts: Facts) -> bool:
    try:
        return facts.kernel.supports(Feature.USERNS_INSTANCE)
    except Unavailable:
        return False


def _trial(facts: Facts, remedy: Remedy, platform: Platform) -> "_Tried | None":
    """Return how a remedy is tried, None where the present state or the effect cannot be repeated in private."""
    from qemudoctor.host.rehearse import Trial
    from qemudoctor.probe.programs import TARGETS, assemble

    effect, target = remedy.effect, platform.architecture.qemu_target
    # What is yet to be installed cannot be tried, not even where another file lies at its path now.
    if effect is None or effect.installs or remedy.proven != MODEL or target not in TARGETS:
        return None
    try:
        after = registry_after(facts, effect, platform)
    except (Unavailable, HostError, RegisterError, LookupFailed, OpenBlocks):
        return None
    present = after.entries[len(effect.register) :]
    sample = platform.architecture.sample()
    lost = [x for x in present if "F" in x.flags and x.pinned is None]
    if not after.enabled or any(x.matches(sample, "") for x in lost):
        return None
    kept = [x for x in reversed(present) if x not in lost]
    trial = Trial(
        assemble(target),
        present=tuple(x.to_register() for x in kept),
        disabled=tuple(x.name for x in kept if not x.enabled),
        register=effect.register,
        files=effect.container_files,
    )
    paths = dict.fromkeys((*(x.interpreter for x in after.entries), *(path for _, path in effect.container_files)))
    return trial, tuple(_file(facts, x) for x in paths)


def _file(facts: Facts, path: str) -> FileStat | None:
    try:
        return facts.host.stat(path)
    except HostError:
        return None
