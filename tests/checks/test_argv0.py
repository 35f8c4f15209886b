"""QD212: the flag P, and emulators that expect it or do not."""

from collections.abc import Mapping

import pytest

from qemudoctor.check import Severity
from qemudoctor.facts import Argv0, argv0_of
from qemudoctor.facts.emulators import Emulator
from qemudoctor.host.trees import Content
from qemudoctor.kernel.entry import Entry
from qemudoctor.kernel.release import KernelRelease
from tests.support.checking import Expected, only, reason_to_skip, shapes
from tests.support.hosts import FakeHost, ask, entry_text, link, linux, observing, static_emulator

EMULATOR = "/usr/bin/qemu-aarch64-static"
DEBIAN = "/usr/libexec/qemu-binfmt/aarch64-binfmt-P"
BAD: list[Expected] = [("error", "linux/arm64", "qemu-aarch64", "argv0-flag")]


def host(*, flags: str, interpreter: str = EMULATOR, kernel: str = "6.1.0", version: str = "7.2.22") -> FakeHost:
    files: Mapping[str, Content] = {
        EMULATOR: static_emulator("aarch64", version=version),
        DEBIAN: link("../../bin/qemu-aarch64-static"),
    }
    entries = {"qemu-aarch64": entry_text(flags=flags, interpreter=interpreter)}
    return linux(kernel=kernel, entries=entries, files=files)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param({"flags": "F"}, [], id="no P and a plain name"),
        pytest.param({"flags": "PF"}, [], id="P, told by the kernel to a QEMU that asks"),
        pytest.param({"flags": "POF", "interpreter": DEBIAN}, [], id="Debian's own"),
        pytest.param({"flags": "POF", "interpreter": DEBIAN, "kernel": "5.10.1"}, [], id="Debian's, on an old kernel"),
        pytest.param({"flags": "OF", "interpreter": DEBIAN}, BAD, id="Debian's name without P"),
        pytest.param({"flags": "PF", "version": "5.2.0"}, BAD, id="P and a QEMU before 6.0"),
        pytest.param({"flags": "PF", "kernel": "5.4.0"}, BAD, id="P and a kernel before 5.12"),
        pytest.param({"flags": "PF", "kernel": "5.10.100"}, [], id="a kernel that may have it"),
        pytest.param({"flags": "PF", "version": "rolling"}, [], id="a version that is no number"),
        pytest.param({"flags": "P", "kernel": "5.4.0"}, [], id="no F is the first fault"),
    ],
)
def test_arguments(options: dict[str, str], expected: list[Expected]) -> None:
    assert shapes("QD212", ask(host(**options), "linux/arm64")) == expected


def test_what_nobody_required_is_a_warning() -> None:
    facts = ask(host(flags="OF", interpreter=DEBIAN), "linux/s390x", "linux/arm64")
    assert only("QD212", facts).severity is Severity.ERROR
    assert shapes("QD212", ask(host(flags="OF", interpreter=DEBIAN), "linux/s390x")) == []


def test_one_finding_for_an_entry() -> None:
    files: dict[str, Content] = {
        "/usr/bin/qemu-arm-static": static_emulator("arm"),
        "/usr/libexec/qemu-binfmt/arm-binfmt-P": link("../../bin/qemu-arm-static"),
    }
    text = entry_text("arm", flags="OF", interpreter="/usr/libexec/qemu-binfmt/arm-binfmt-P")
    facts = ask(linux(entries={"qemu-arm": text}, files=files))
    assert [x[1:] for x in shapes("QD212", facts)] == [("linux/arm/v5", "qemu-arm", "argv0-flag")]


def test_the_registry_cannot_be_read() -> None:
    assert "automount" in reason_to_skip("QD212", ask(linux(mount="automount"), "linux/arm64"))


def test_p_is_added_where_the_name_asks_for_it() -> None:
    found = only("QD212", ask(host(flags="OF", interpreter=DEBIAN), "linux/arm64")).finding
    now = found.remedies[0]
    assert (now.id, now.proven) == ("register-now", "model")
    assert f"{DEBIAN}:POF" in now.commands[-1]


def test_p_is_taken_away_where_nobody_expects_it() -> None:
    found = only("QD212", ask(host(flags="POF", kernel="5.4.0"), "linux/arm64")).finding
    assert f"{EMULATOR}:OF" in found.remedies[0].commands[-1]
    assert found.remedies[0].proven == "model"


def test_the_real_end_of_such_an_emulator_is_not_told_twice() -> None:
    facts = ask(host(flags="OF", interpreter=DEBIAN), "linux/arm64", prober=observing(aarch64=("exit:1", "exit:1")))
    assert shapes("QD212", facts) == BAD
    assert shapes("QD501", facts) == []


@pytest.mark.parametrize(
    ("interpreter", "emulator", "expected"),
    [
        pytest.param("/opt/wrapper", None, Argv0.UNKNOWN, id="a wrapper may do it by itself"),
        pytest.param(EMULATOR, None, Argv0.UNKNOWN, id="nothing known of the emulator"),
        pytest.param(EMULATOR, Emulator(EMULATOR, exists=False), Argv0.UNKNOWN, id="it lies elsewhere"),
        pytest.param(DEBIAN, None, Argv0.WHOLE, id="told by its name"),
    ],
)
def test_what_is_not_known(interpreter: str, emulator: Emulator | None, expected: Argv0) -> None:
    entry = Entry("q", interpreter, "PF", magic=b"x")
    assert argv0_of(entry, kernel=KernelRelease.parse("6.1"), emulator=emulator) is expected


def test_a_newer_build_of_debian_does_not_go_by_its_name() -> None:
    newer = Emulator(DEBIAN, exists=True, version="11.1.3", build="Debian 1:11.1.3+ds-1")
    without = Entry("q", DEBIAN, "F", magic=b"x")
    assert argv0_of(without, kernel=KernelRelease.parse("6.12"), emulator=newer) is Argv0.UNKNOWN
    given = Entry("q", DEBIAN, "PF", magic=b"x")
    assert argv0_of(given, kernel=KernelRelease.parse("6.12"), emulator=newer) is Argv0.WHOLE


def test_a_name_like_debians_of_another_build_is_not_known() -> None:
    entry = Entry("q", DEBIAN, "OF", magic=b"x")
    other = Emulator(DEBIAN, exists=True, version="9.2.0", build=None)
    assert argv0_of(entry, kernel=KernelRelease.parse("6.1"), emulator=other) is Argv0.UNKNOWN
