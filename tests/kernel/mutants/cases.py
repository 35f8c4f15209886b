"""The tests that judge a mutant: those of tests/kernel, called directly; no random ones, no pinned answers."""

import importlib
import itertools
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).resolve().parents[1]
RANDOM = frozenset({"test_fuzz", "test_hostile"})
"""They may find a mutant on one day and not on another."""
ABOUT_MUTANTS = frozenset({"test_mutants"})
RECORDED_FROM_THE_MODEL = frozenset({"test_pinned"})
"""It says that an answer is the one of before, not that it is right."""

FIRST = {
    "features": "test_support_table",
    "errnos": "test_errors",
    "machine": "test_machine_table",
    "entry": "test_entries",
    "register": "test_register_lines",
    "call": "test_outcomes",
    "loader": "test_outcomes",
}
"""Where most about a module is, if not in the file of its name."""


class Case(NamedTuple):
    """One call of a test function."""

    name: str
    run: Callable[[], None]


def all_cases(module: str) -> Iterator[Case]:
    """Yield all cases; first those that are about a module of the kernel. Each file is loaded when it is needed."""
    names = sorted(path.stem for path in FOLDER.glob("test_*.py"))
    names = [name for name in names if name not in RANDOM | RECORDED_FROM_THE_MODEL | ABOUT_MUTANTS]
    names.sort(key=lambda name: name != FIRST.get(module, f"test_{module}"))
    for name in names:
        yield from _cases_of(importlib.import_module(f"tests.kernel.{name}"))


def _cases_of(module: Any) -> Iterator[Case]:
    for name, function in vars(module).items():
        if name.startswith("test_") and callable(function):
            for number, arguments in enumerate(_arguments(function)):
                yield Case(f"{module.__name__}.{name}#{number}", partial(function, **arguments))


def _arguments(function: Callable[..., None]) -> Iterator[dict[str, Any]]:
    """Yield what pytest.mark.parametrize gives a function: the product of its marks."""
    tables = [
        [_row(mark.args[0], values) for values in mark.args[1]]
        for mark in getattr(function, "pytestmark", ())
        if mark.name == "parametrize"
    ]
    for rows in itertools.product(*tables):
        yield {name: value for row in rows for name, value in row.items()}


def _row(names: str | tuple[str, ...], values: Any) -> dict[str, Any]:
    wanted = [x.strip() for x in names.split(",")] if isinstance(names, str) else list(names)
    values = getattr(values, "values", values) if type(values).__name__ == "ParameterSet" else values
    return dict(zip(wanted, [values] if len(wanted) == 1 else values, strict=True))


def functions_of(package: str, run: Callable[[], object]) -> set[str]:
    """Return the functions of a package that something calls, as "file:qualified name"."""
    codes: set[Any] = set()

    def note(frame: Any, _event: str, _argument: Any) -> None:
        # Only calls come here, as long as this gives no tracer for the lines.
        codes.add(frame.f_code)

    sys.settrace(note)
    try:
        run()
    finally:
        sys.settrace(None)
    return {f"{code.co_filename}:{code.co_qualname}" for code in codes if package in code.co_filename}


def functions_called(cases: list[Case], package: str, *, forget: Callable[[], None]) -> dict[str, list[int]]:
    """Return which cases call a function of a package; each case must pass.

    forget: empties what remembers answers, or a case would not call what another one has called before.
    """
    called: dict[str, list[int]] = {}
    for number, case in enumerate(cases):
        forget()
        for name in functions_of(package, case.run):
            called.setdefault(name, []).append(number)
    return called
