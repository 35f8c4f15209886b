"""The names that other programs import, and that they stay what they are whatever else was loaded before."""

import subprocess
import sys

import pytest

from tests.support.repository import PACKAGE, ROOT

EVERY_MODULE = """
import pkgutil, importlib, qemudoctor.kernel
for found in pkgutil.iter_modules(qemudoctor.kernel.__path__):
    importlib.import_module("qemudoctor.kernel." + found.name)
"""
USE = """
import types, qemudoctor, qemudoctor.kernel
from qemudoctor.kernel import KernelRelease, Entry, RegisterError, Registry, Program, execve
from qemudoctor.host import DirectoryTree, MemoryTree
assert callable(qemudoctor.examine) and callable(qemudoctor.explain_error)
kernel = KernelRelease.parse("3.10.0-327.el7.x86_64")
try: Entry.from_register(b":a:M::x::/i:F", kernel)
except RegisterError as error: assert error.errno.name == "EINVAL"
seen = execve("/p", root=MemoryTree({"/p": b"x"}), registry=Registry(), kernel=kernel, machine="x86_64")
assert (seen.errno, seen.errno_name) == (8, "ENOEXEC"), seen
names = [x for x in qemudoctor.kernel.__all__ if isinstance(getattr(qemudoctor.kernel, x), types.ModuleType)]
assert names == [], names
"""


@pytest.mark.parametrize("before", ["", EVERY_MODULE], ids=["first", "after every module"])
def test_the_public_names_are_there(before: str) -> None:
    ran = subprocess.run([sys.executable, "-c", before + USE], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_no_module_of_the_kernel_takes_the_place_of_a_public_name() -> None:
    import qemudoctor.kernel

    modules = {x.stem for x in (PACKAGE / "kernel").glob("*.py")}
    assert modules & set(qemudoctor.kernel.__all__) == set()
