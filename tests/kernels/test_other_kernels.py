"""Random cases inside other real kernels: what the model says of their release is what they do."""

import os

import pytest

from tests.kernels.fetch import KINDS, Kind, NotServed, fetch
from tests.kernels.machines import CannotBoot, run
from tests.kernels.missing import cannot_run

pytestmark = pytest.mark.kernels

# An emulated processor makes a few hundred calls a minute.
CASES = os.environ.get("QEMU_DOCTOR_KERNEL_CASES", "300")
SEED = os.environ.get("QEMU_DOCTOR_SEED") or str(int.from_bytes(os.urandom(4), "little"))


def commands(kind: Kind) -> list[list[str]]:
    """Return what is run inside: register strings, calls, histories of namespaces, the tables of outcomes."""
    lines = ["register", "--cases", str(int(CASES) * 10), "--seed", SEED, "--shared"]
    calls = ["execve", "--cases", CASES, "--seed", SEED, "--shared"]
    # A history is some fifty calls.
    histories = ["namespaces", "--cases", str(max(1, int(CASES) // 20)), "--seed", SEED, "--shared"]
    if kind.is_uml:
        # It runs no 32-bit programs, which several rows of the tables are about.
        calls += ["--without", "CONFIG_IA32_EMULATION"]
        # There execveat() finds nothing under an empty name, as if its flags got lost; 5.10 on x86-64 does.
        calls += ["--by-path"] if kind.name == "uml-5.10" else []
        return [lines, calls, histories]
    return [lines, calls, histories, ["rows", "--shared"]]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_kernel_and_model_agree(kind: Kind) -> None:
    try:
        answer = run(kind, fetch(kind), commands(kind))
    except (NotServed, CannotBoot) as error:
        cannot_run(kind, str(error))
    print(answer.text)
    assert set(answer.statuses) == {0}, answer.text
