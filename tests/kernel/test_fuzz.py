"""A little of the fuzzer in each run of the tests; QEMU_DOCTOR_FUZZ says how many inputs, QEMU_DOCTOR_SEED which."""

import os

from tests.kernel.fuzz import Fuzzer

COUNT = int(os.environ.get("QEMU_DOCTOR_FUZZ", "3000"))
SEED = int(os.environ.get("QEMU_DOCTOR_SEED") or int.from_bytes(os.urandom(4), "little"))


def test_hostile_input_raises_nothing_but_documented_errors() -> None:
    print(f"seed {SEED}, {COUNT} inputs")
    tried = Fuzzer(SEED).run(COUNT)
    assert sum(tried.values()) == COUNT
