"""The causes, by id."""

from functools import cache

from qemudoctor.errors.causes.cause import Cause, Step

__all__ = ["Cause", "Step", "cause", "causes"]


@cache
def _table() -> dict[str, Cause]:
    from qemudoctor.errors.causes import emulators, programs, registry

    return {row.id: row for table in (registry, programs, emulators) for row in table.ROWS}


def causes() -> tuple[Cause, ...]:
    """Return all causes, by id."""
    table = _table()
    return tuple(table[name] for name in sorted(table))


def cause(name: str) -> Cause:
    """Return the cause of an id. Raises: KeyError."""
    return _table()[name]
