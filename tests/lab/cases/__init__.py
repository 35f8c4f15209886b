"""The faults, by what is broken."""

from tests.lab.case import BOTH, ENGINES, Case, Place
from tests.lab.cases import container, flags, guest, healthy, interpreter, magic, persistence, registry
from tests.lab.cases.impossible import IMPOSSIBLE

__all__ = ["CASES", "IMPOSSIBLE"]

# On the machine's registry as well, where engines are among the workloads: one of each kind of end and of remedy.
_WITH_ENGINES = frozenset(
    {
        "arm-image-only-aarch64",
        "entry-disabled",
        "healthy",
        "healthy-tonistiigi",
        "interpreter-deleted",
        "interpreter-dynamic-pinned",
        "interpreter-itself-foreign-pinned",
        "newest-without-f",
        "no-entry",
        "no-entry-no-emulator",
        "registry-disabled",
        "without-f",
        "wrong-emulator",
        "wrong-magic",
    }
)
_DECLARED = (
    *registry.CASES,
    *interpreter.CASES,
    *magic.CASES,
    *flags.CASES,
    *persistence.CASES,
    *container.CASES,
    *guest.CASES,
    *healthy.CASES,
)


def _with_engines(case: Case) -> Case:
    if case.id in _WITH_ENGINES:
        case = case._replace(engines=ENGINES, places=BOTH)
    if Place.MACHINE not in case.places:
        return case
    return case._replace(stand_ins=tuple(dict.fromkeys((*case.stand_ins, "docker"))))


CASES: tuple[Case, ...] = tuple(_with_engines(case) for case in _DECLARED)
