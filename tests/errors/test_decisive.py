"""A host that gives the very end that a message tells: then its cause is the one, whatever the text alone suggests."""

import pytest

from qemudoctor.errors import explain_error
from qemudoctor.errors.explanation import Standing
from qemudoctor.host.trees import MemoryFile
from qemudoctor.platforms import BY_TARGET
from tests.support.hosts import FakeHost, ask, entry_text, linux, static_emulator

EMULATOR = "/usr/bin/qemu-aarch64-static"
GOOD = static_emulator("aarch64")
NO_FORMAT = "exec /bin/uname: exec format error"
NOT_FOUND = "exec /bin/uname: no such file or directory"
LOOP = "chroot: failed to run command '/bin/uname': Too many levels of symbolic links"


def having(emulator: MemoryFile, flags: str = "", **entry: str) -> FakeHost:
    text = entry_text(flags=flags, magic=entry.get("magic"), mask=entry.get("mask"))
    return linux(entries={"qemu-aarch64": text}, files={EMULATOR: emulator})


MAGIC = BY_TARGET["aarch64"].magic.hex()
CASES = [
    pytest.param(having(GOOD, "F", magic=MAGIC.replace("b7", "b8")), NO_FORMAT, "qemu-wrong-target", id="magic"),
    pytest.param(having(GOOD, "F", mask="ff" * 20), NO_FORMAT, "qemu-wrong-target", id="mask without PIE"),
    pytest.param(having(MemoryFile(b""), "F"), NO_FORMAT, "binary-corrupt-or-empty", id="empty"),
    pytest.param(having(MemoryFile(GOOD.data, 0o644)), NOT_FOUND, "permission-noexec", id="no permission, no F"),
    pytest.param(having(MemoryFile(BY_TARGET["aarch64"].sample()), "F"), LOOP, "interpreter-loop", id="loop"),
]


@pytest.mark.parametrize(("host", "message", "cause"), CASES)
def test_cause_of_this_host_is_first(host: FakeHost, message: str, cause: str) -> None:
    first = explain_error(message, ask(host, "linux/arm64")).causes[0]
    assert (first.id, first.standing) == (cause, Standing.CONFIRMED)
    assert first.check


@pytest.mark.parametrize(("host", "message", "cause"), CASES)
def test_another_end_has_another_cause(host: FakeHost, message: str, cause: str) -> None:
    explanation = explain_error("exec /bin/uname: permission denied", ask(host, "linux/arm64"))
    assert cause == "permission-noexec" or cause not in [
        x.id for x in explanation.causes if x.standing is Standing.CONFIRMED
    ]
