"""Transparent interpreters and substituted loaders, as Linux 7.3.4 was seen to do it."""

import pytest

from qemudoctor.kernel import Execution, KernelRelease, Registry
from qemudoctor.kernel.call import execve
from tests.live.differential.hosts import CaseTree
from tests.live.differential.rows import FOREIGN, NATIVE, RWX, elf, text

KERNEL = KernelRelease.parse("7.3.4")
NAMES_GONE = elf(interp=b"/gone\0")


def run(flags: str, **files: object) -> Execution:
    root = CaseTree.of((("/p.x" if name == "p" else f"/{name}", file) for name, file in files.items()))  # type: ignore[misc]
    registry = Registry().register(f":a:E::x::/i:{flags}".encode(), kernel=KERNEL, root=root)
    return execve("/p.x", root=root, registry=registry, kernel=KERNEL, machine="x86_64", argv=("a0", "b"))


@pytest.mark.parametrize(
    ("flags", "files", "outcome"),
    [
        ("L", {"p": NATIVE, "i": RWX}, "ok"),
        ("L", {"p": NAMES_GONE, "i": RWX}, "ok"),
        ("", {"p": NAMES_GONE, "i": text(b"#!/p.x")}, "ELOOP"),
        ("L", {"p": text(b"#!/n\n"), "i": RWX, "n": NATIVE}, "ok"),
        ("L", {"p": text(b"#!/n\n"), "i": RWX, "n": NAMES_GONE}, "ENOENT"),
        ("L", {"p": text(b"hello"), "i": RWX}, "ENOEXEC"),
        ("L", {"p": NATIVE}, "ENOENT"),
        ("L", {"p": NAMES_GONE, "i": FOREIGN}, "ELIBBAD"),
        ("L", {"p": NAMES_GONE, "i": text(b"hello")}, "EIO"),
        ("L", {"p": FOREIGN, "i": RWX}, "ENOEXEC"),
        ("T", {"p": text(b"x"), "i": NATIVE}, "ok"),
        ("T", {"p": text(b"x"), "i": text(b"#!/n\n"), "n": NATIVE}, "ENOEXEC"),
    ],
)
def test_outcome(flags: str, files: dict[str, object], outcome: str) -> None:
    assert run(flags, **files).outcome == outcome


def test_arguments_stay_as_they_were() -> None:
    assert run("L", p=NAMES_GONE, i=RWX).argv == ("a0", "b")
    transparent = run("T", p=text(b"x"), i=NATIVE)
    assert (transparent.argv, transparent.binary_fd) == (("a0", "b"), True)
