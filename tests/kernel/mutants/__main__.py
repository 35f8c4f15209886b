"""Usage: python -m tests.kernel.mutants [MODULE …] [--only TEXT].

Tries every mutant of qemudoctor.kernel, or of some of its modules. Status 1 if one survives that
survivors.txt does not explain, or if one that it explains does not survive.

A mutant in a function is tried in place: the function's code is exchanged in a process that has loaded everything. What
runs on import is tried in a process that loads the changed module.
"""

import argparse
import ast
import gc
import importlib
import os
import resource
import signal
import sys
import types
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import _lru_cache_wrapper
from pathlib import Path
from typing import Any, NamedTuple

import hypothesis  # noqa: F401  Loaded once, before any process is made.
import pytest  # noqa: F401

from tests.kernel.mutants.cases import Case, all_cases, functions_called, functions_of
from tests.kernel.mutants.operators import Mutant, mutants_of
from tests.kernel.mutants.survivors import explained

ROOT = Path(__file__).resolve().parents[3]
KERNEL = ROOT / "qemudoctor/kernel"
MEMORY_BYTES = 2 << 30
PATIENCE_S = 4.0
"""Processor time for one case; none takes a tenth of it, so that a mutant which takes so long does not end."""
SURVIVED, KILLED, IMPOSSIBLE = 0, 1, 2


class Source(NamedTuple):
    """One module of the model."""

    name: str
    tree: ast.Module
    mutants: list[Mutant]

    @classmethod
    def of(cls, name: str, only: str) -> "Source":
        """Return a module with its mutants whose keys hold a text."""
        tree = ast.parse((KERNEL / f"{name}.py").read_text(encoding="utf-8"))
        return cls(name, tree, [x for x in mutants_of(name, tree) if only in x.key])


def main() -> int:
    """Return the exit status."""
    parser = argparse.ArgumentParser()
    parser.add_argument("modules", nargs="*", metavar="MODULE")
    parser.add_argument("--only", default="", help="mutants whose name holds this text")
    options = parser.parse_args()
    names = options.modules or sorted(x.stem for x in KERNEL.glob("*.py"))
    survivors: set[str] = set()
    sources = [Source.of(name, options.only) for name in names]
    known = explained()
    for source, mutant in try_all(sources):
        if mutant is None:
            print(f"{source.name}: {len(source.mutants)} mutants", flush=True)
        else:
            survivors.add(mutant)
            print(f"  survived, {'explained' if mutant in known else 'not explained'}: {mutant}", flush=True)
    tried = {x.key for source in sources for x in source.mutants}
    gone = [x for x in known if x.partition(".")[0] in names and options.only in x and x not in survivors]
    print("".join(f"explained, but did not survive: {key}\n" for key in gone), end="")
    print(f"{len(tried)} mutants, {len(survivors)} survived, {len(survivors - set(known))} of them not explained")
    return 1 if gone or survivors - set(known) else 0


def try_all(sources: list[Source]) -> Iterator[tuple[Source, str | None]]:
    """Yield the mutants that no test notices, by key, and None at the end of each module."""
    said = _in_place(sources)
    for source in sources:
        for mutant in source.mutants:
            status = next(said) if mutant.function is not None else IMPOSSIBLE
            if status == IMPOSSIBLE:
                status = _child(lambda s=source, m=mutant: _judge_fresh(s, m))
            if status == SURVIVED:
                yield source, mutant.key
        yield source, None


def _in_place(sources: list[Source]) -> Iterator[int]:
    """Yield what becomes of each mutant in a function when that function's code is exchanged.

    One that no test notices is IMPOSSIBLE to judge so if its function is called on import as well.
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        os._exit(_try_in_place(sources, writing))
    os.close(writing)
    with open(reading, encoding="ascii") as stream:
        yield from (int(line) for line in stream)
    _, status = os.waitpid(pid, 0)
    if status:
        raise SystemExit("the tests do not pass without a change")


def _try_in_place(sources: list[Source], writing: int) -> int:
    cases: list[Case] = []
    on_import = functions_of(str(KERNEL), lambda: cases.extend(all_cases("")))
    caches = [x for x in gc.get_objects() if isinstance(x, _lru_cache_wrapper)]
    called = functions_called(cases, str(KERNEL), forget=lambda: _forget(caches))
    kills: Counter[int] = Counter()
    gc.freeze()
    for source in sources:
        for mutant in source.mutants:
            if mutant.function is None:
                continue
            function = f"{KERNEL / source.name}.py:{mutant.function}"
            # What noticed many others goes first.
            chosen = [(n, cases[n]) for n in sorted(called.get(function, ()), key=lambda n: (-kills[n], n))]
            told, tell = os.pipe()
            status = _child(lambda s=source, m=mutant, c=chosen, t=tell: _judge_in_place(s, m, c, t, caches))
            os.close(tell)
            with open(told, "rb") as stream:
                kills.update(int(x) for x in stream.read().split())
            if status == SURVIVED and function in on_import:
                status = IMPOSSIBLE
            os.write(writing, f"{status}\n".encode())
    return 0


def _child(judge: Any) -> int:
    """Return what a function says in a process of its own; one that takes too long or too much is killed."""
    pid = os.fork()
    if pid == 0:
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 1)
        os.dup2(null, 2)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        status = KILLED
        try:
            status = judge()
        finally:
            os._exit(status)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else KILLED


@contextmanager
def _changed(mutant: Mutant) -> Iterator[None]:
    old = mutant.exchange(mutant.new)
    try:
        yield
    finally:
        mutant.exchange(old)


def _judge(cases: Iterable[tuple[int, Case]], tell: int | None = None) -> int:
    for number, case in cases:
        signal.setitimer(signal.ITIMER_PROF, PATIENCE_S)
        try:
            case.run()
        except BaseException:
            if tell is not None:
                os.write(tell, f"{number}\n".encode())
            return KILLED
    return SURVIVED


def _judge_in_place(source: Source, mutant: Mutant, cases: list[tuple[int, Case]], tell: int, caches: list[Any]) -> int:
    with _changed(mutant):
        code = compile(source.tree, str(KERNEL / f"{source.name}.py"), "exec")
    assert mutant.function is not None
    function = _live(importlib.import_module(_qualified(source.name)), mutant.function)
    if function is None:
        return IMPOSSIBLE
    try:
        function.__code__ = next(x for x in _codes(code) if x.co_qualname == mutant.function)
    except ValueError:
        return IMPOSSIBLE
    _forget(caches)
    return _judge(cases, tell)


def _forget(caches: list[Any]) -> None:
    for cache in caches:
        cache.cache_clear()


def _live(module: types.ModuleType, qualified: str) -> Any:
    """Return the function of that name that is in use."""
    found: Any = module
    for part in qualified.split("."):
        found = vars(found).get(part)
        if found is None:
            return None
    found = getattr(found, "fget", None) or getattr(found, "__func__", None) or found
    found = getattr(found, "__wrapped__", found)
    return found if isinstance(found, types.FunctionType) else None


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)


class _Finder:
    """Loads one module from a changed tree."""

    def __init__(self, name: str, code: types.CodeType) -> None:
        self.name = _qualified(name)
        self.code = code

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name != self.name:
            return None
        from importlib.util import spec_from_loader

        return spec_from_loader(name, self, is_package=self.name == "qemudoctor.kernel")  # type: ignore[arg-type]

    def create_module(self, spec: Any) -> None:
        return None

    def exec_module(self, module: types.ModuleType) -> None:
        if module.__name__ == "qemudoctor.kernel":
            module.__path__ = [str(KERNEL)]
        exec(self.code, vars(module))


def _judge_fresh(source: Source, mutant: Mutant) -> int:
    with _changed(mutant):
        code = compile(source.tree, str(KERNEL / f"{source.name}.py"), "exec")
    sys.meta_path.insert(0, _Finder(source.name, code))
    return _judge(enumerate(all_cases(source.name)))


def _qualified(name: str) -> str:
    return "qemudoctor.kernel" if name == "__init__" else f"qemudoctor.kernel.{name}"


sys.exit(main())
