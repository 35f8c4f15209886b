"""What a kernel may answer of which not everything is known: the features that nobody looked at, asked both ways."""

from collections.abc import Callable, Hashable
from typing import Generic, NamedTuple, TypeVar

from qemudoctor._override import override
from qemudoctor.kernel.call import execve
from qemudoctor.kernel.entry import Entry
from qemudoctor.kernel.execution import Execution
from qemudoctor.kernel.features import Feature, Support
from qemudoctor.kernel.machine import Machine
from qemudoctor.kernel.program import OpenBlocks
from qemudoctor.kernel.register import RegisterError
from qemudoctor.kernel.registry import Registry
from qemudoctor.kernel.release import KernelRelease
from qemudoctor.kernel.tree import ROOT, Credentials, Tree

T = TypeVar("T")

MOST_FEATURES = 10
"""So many unknown features are asked both ways on the way to one answer, any more are taken as not backported."""

Registration = Entry | RegisterError | OpenBlocks
Settled = tuple[tuple[Feature, bool], ...]


class Possibility(NamedTuple, Generic[T]):
    """One answer that a kernel may give, and the features that it has or lacks then."""

    answer: T
    settled: Settled = ()

    @property
    def has(self) -> tuple[Feature, ...]:
        """Return the features that the kernel has where this is the answer, among those that decide."""
        return tuple(feature for feature, value in self.settled if value)

    @property
    def lacks(self) -> tuple[Feature, ...]:
        """Return the features that it has not."""
        return tuple(feature for feature, value in self.settled if not value)


def possible_answers(
    kernel: KernelRelease, ask: Callable[[KernelRelease], T], *, same: Callable[[T], Hashable]
) -> tuple[Possibility[T], ...]:
    """Return all that a pure function of a kernel may answer, the best answer first; one alone if that is certain.

    Only the features that ask() consults are asked both ways, and those that make no difference are left out.
    same: what two answers must have in common to count as one.
    """
    return _answers(_Asked(*kernel), ask, same, MOST_FEATURES)


def possible_outcomes(
    path: str,
    *,
    root: Tree,
    registry: Registry,
    kernel: KernelRelease,
    machine: Machine | str,
    argv: tuple[str, ...] | list[str] | None = None,
    cwd: str = "/",
    credentials: Credentials = ROOT,
) -> tuple[Possibility[Execution], ...]:
    """Return how execve(path, argv) may end, where a vendor's kernel leaves that open; the best answer first.

    The parameters and errors are those of execve(). Two ends differ by outcome, program or arguments.
    """

    def ask(release: KernelRelease) -> Execution:
        return execve(
            path,
            root=root,
            registry=registry,
            kernel=release,
            machine=machine,
            argv=argv,
            cwd=cwd,
            credentials=credentials,
        )

    return possible_answers(kernel, ask, same=ending)


def possible_registrations(
    line: bytes,
    *,
    registry: Registry,
    kernel: KernelRelease,
    root: Tree,
    cwd: str = "/",
    credentials: Credentials = ROOT,
) -> tuple[Possibility[Registration], ...]:
    """Return what a write of line to `register` may give: the entry, or what is raised; the best answer first.

    The parameters are those of Registry.register().
    """

    def ask(release: KernelRelease) -> Registration:
        try:
            return registry.register(line, kernel=release, root=root, cwd=cwd, credentials=credentials).entries[0]
        except (RegisterError, OpenBlocks) as error:
            return error

    return possible_answers(kernel, ask, same=_registration)


def ending(execution: Execution) -> tuple[Hashable, ...]:
    """Return in what two ends of an execve() differ for who runs the program."""
    return execution.outcome, execution.runs, execution.argv


def _registration(answer: Registration) -> Hashable:
    if isinstance(answer, Entry):
        return answer.to_procfs()
    return answer.errno if isinstance(answer, RegisterError) else None


class _Unsettled(Exception):
    """A feature is asked for of which nobody knows."""

    def __init__(self, feature: Feature) -> None:
        self.feature = feature


class _Asked(KernelRelease):
    """A release that gives no best answer for what is not known of it."""

    __slots__ = ()

    @override
    def supports(self, feature: Feature) -> bool:
        support = self.support(feature)
        if support is Support.UNKNOWN:
            raise _Unsettled(feature)
        return support is Support.YES


def _answers(
    kernel: KernelRelease, ask: Callable[[KernelRelease], T], same: Callable[[T], Hashable], left: int
) -> tuple[Possibility[T], ...]:
    try:
        return (Possibility(ask(kernel)),)
    except _Unsettled as unsettled:
        feature = unsettled.feature
    if not left:
        return (Possibility(ask(KernelRelease(*kernel))),)
    without, with_it = (_answers(kernel.assume(feature, value), ask, same, left - 1) for value in (False, True))
    if [(same(x.answer), x.settled) for x in without] == [(same(x.answer), x.settled) for x in with_it]:
        return without
    return (
        *(Possibility(x.answer, ((feature, False), *x.settled)) for x in without),
        *(Possibility(x.answer, ((feature, True), *x.settled)) for x in with_it),
    )
