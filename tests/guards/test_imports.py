"""The direction of the rooms: who may import whom, read from the source without running it.

A room is a module or package directly below qemudoctor. Imports point one way, from what talks to people down
to what knows the kernel and what touches the machine; the kernel knows nothing of the machine.
"""

import ast
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

from tests.support.repository import ROOT, modules

GROUND = frozenset({"_override", "exceptions"})
PURE = frozenset({"kernel", "platform_rows", "platforms"})
KNOWING = GROUND | PURE | {"host", "facts", "known_bad_qemu"}
# `package` is qemudoctor/__init__.py, the public api.
JUDGING = KNOWING | {"check", "checks", "errors", "images", "probe", "remedies", "runner", "verdict"}

# Room -> the rooms that it may import. Each may import itself.
MAY_IMPORT: dict[str, frozenset[str]] = {
    "_override": frozenset(),
    "_version": frozenset(),
    "exceptions": frozenset(),
    "platform_rows": frozenset(),
    "platforms": GROUND | {"kernel", "platform_rows"},
    "kernel": frozenset({"_override"}),
    "known_bad_qemu": frozenset(),
    "host": GROUND | {"kernel"},
    "facts": GROUND | PURE | {"host"},
    "probe": KNOWING,
    "remedies": KNOWING | {"probe"},
    "registration": KNOWING | {"remedies"},
    "check": KNOWING | {"remedies"},
    "checks": PURE | {"_override", "package", "check", "facts", "known_bad_qemu", "remedies"},
    "verdict": KNOWING | {"check"},
    "runner": KNOWING | {"check", "checks", "remedies", "verdict"},
    "examination": JUDGING,
    "errors": JUDGING,
    "images": KNOWING | {"check", "probe", "remedies"},
    "fleet": JUDGING,
    "repair": JUDGING | {"examination"},
    "report": JUDGING | {"_version", "registration", "repair"},
    "package": frozenset({"_version", "errors", "examination"}),
    "cli": JUDGING | {"_version", "examination", "fleet", "package", "registration", "repair", "report"},
    "__main__": frozenset({"cli"}),
}

# What the pure rooms may take from the standard library: nothing here can reach a file, a clock or a process.
PURE_LIBRARY = frozenset(
    {
        "__future__",
        "abc",
        "bisect",
        "collections",
        "dataclasses",
        "enum",
        "errno",
        "fnmatch",
        "functools",
        "itertools",
        "operator",
        "re",
        "stat",
        "string",
        "struct",
        "textwrap",
        "types",
        "typing",
    }
)

PRODUCT = modules("qemudoctor", "checks")


def _dotted(module: str) -> tuple[str, ...]:
    """Return the installed name of a file: checks/kernel/config.py is qemudoctor.checks.kernel.config."""
    path = PurePosixPath(module).with_suffix("")
    parts = path.parts if path.parts[0] == "qemudoctor" else ("qemudoctor", *path.parts)
    return parts[:-1] if parts[-1] == "__init__" else parts


def _room(dotted: tuple[str, ...]) -> str:
    return dotted[1] if len(dotted) > 1 else "package"


def _tree(module: str) -> ast.Module:
    return ast.parse((ROOT / module).read_text(encoding="utf-8"), filename=module)


def _imports(module: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield (line, dotted name) of every import, wherever it stands: in a function or for types only, too."""
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, tuple(alias.name.split("."))
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}:{node.lineno}: relative import"
            source = tuple((node.module or "").split("."))
            if source != ("qemudoctor",):
                yield node.lineno, source
                continue
            for alias in node.names:
                # `from qemudoctor import kernel` is a room, `from qemudoctor import examine` the public api.
                yield node.lineno, (*source, alias.name) if alias.name in MAY_IMPORT else source


@pytest.mark.parametrize("module", PRODUCT)
def test_imports_point_one_way(module: str) -> None:
    room = _room(_dotted(module))
    assert room in MAY_IMPORT, f"{module}: a new room; say in MAY_IMPORT what it may import"
    allowed = MAY_IMPORT[room] | {room}
    wrong = [
        f"{module}:{line} imports {'.'.join(name)}"
        for line, name in _imports(module)
        if name[0] == "qemudoctor" and _room(name) not in allowed
    ]
    assert not wrong, wrong


@pytest.mark.parametrize("module", [name for name in PRODUCT if _room(_dotted(name)) in PURE])
def test_pure_rooms_import_nothing_that_does_io(module: str) -> None:
    wrong = [
        f"{module}:{line} imports {'.'.join(name)}"
        for line, name in _imports(module)
        if name[0] != "qemudoctor" and name[0] not in PURE_LIBRARY
    ]
    assert not wrong, wrong


@pytest.mark.parametrize("module", [name for name in PRODUCT if _room(_dotted(name)) != "host"])
def test_only_the_host_opens_files(module: str) -> None:
    # The linter bans modules; this is the one door that needs no import.
    wrong = [
        f"{module}:{node.lineno} calls open()"
        for node in ast.walk(_tree(module))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open"
    ]
    assert not wrong, wrong


@pytest.mark.parametrize("module", modules("qemudoctor", "checks", "tests", "benchmarks"))
def test_checks_have_one_name(module: str) -> None:
    wrong = [f"{module}:{line}" for line, name in _imports(module) if name[0] == "checks"]
    assert not wrong, f"import qemudoctor.checks instead, or every check is loaded twice: {wrong}"
