"""QD401, QD402 and QD501: what can be seen, and whether it agrees with what really happens."""

import pytest

from qemudoctor.check import Severity
from qemudoctor.facts import Prober
from qemudoctor.host.trees import Content
from qemudoctor.kernel.tree import Node, NodeKind
from tests.support.checking import Expected, only, shapes
from tests.support.hosts import OTHER_MOUNTS, FakeHost, ask, entry_text, linux, observing, static_emulator

FILES = {"/usr/bin/qemu-aarch64-static": static_emulator("aarch64")}
GOOD = linux(entries={"qemu-aarch64": entry_text(flags="F")}, files=FILES)
POINT = "/proc/sys/fs/binfmt_misc"


@pytest.mark.parametrize(
    ("host", "kind"),
    [
        pytest.param(linux(files={"/.dockerenv": ""}), "docker", id="docker"),
        pytest.param(linux(files={"/run/.containerenv": ""}), "podman", id="podman"),
        pytest.param(linux(files={"/proc/1/environ": "A=b\0container=lxc\0"}), "lxc", id="lxc"),
        pytest.param(linux(files={"/proc/self/uid_map": "0 100000 65536\n"}), "user-namespace", id="user namespace"),
    ],
)
def test_sandboxed(host: FakeHost, kind: str) -> None:
    found = only("QD401", ask(host))
    assert (found.severity, found.finding.subject) == (Severity.INFO, kind)


def test_not_sandboxed() -> None:
    host = linux(files={"/proc/self/uid_map": "         0          0 4294967295\n"})
    assert shapes("QD401", ask(host)) == []


def test_own_registry_from_67_on() -> None:
    new = only("QD401", ask(linux(kernel="6.7.0", files={"/.dockerenv": ""}))).finding.message
    old = only("QD401", ask(linux(kernel="6.6.0", files={"/.dockerenv": ""}))).finding.message
    assert "may have a registry of its own" in new
    assert "whose registry is the host's" in old


def test_masked() -> None:
    mounts = OTHER_MOUNTS + f"40 22 0:40 / {POINT} ro,relatime - tmpfs tmpfs ro\n"
    files: dict[str, Content] = {
        "/proc/self/mountinfo": mounts,
        POINT: Node(NodeKind.DIRECTORY),
        "/etc/os-release": "ID=debian\n",
    }
    host = FakeHost(files, uname=linux().uname())
    assert shapes("QD402", ask(host)) == [("warning", None, None, None)]
    assert shapes("QD402", ask(GOOD)) == []


@pytest.mark.parametrize(
    ("prober", "require", "expected"),
    [
        pytest.param(None, ("linux/arm64",), [], id="nothing executed"),
        pytest.param(observing(), ("linux/arm64",), [], id="not observed"),
        pytest.param(observing(aarch64=("ok", "ok")), ("linux/arm64",), [], id="as predicted"),
        pytest.param(
            observing(aarch64=("ok", "EACCES")),
            ("linux/arm64",),
            [("error", "linux/arm64", "qemu-aarch64", None)],
            id="fails in a container",
        ),
        pytest.param(
            observing(aarch64=("ok", "EACCES")),
            (),
            [("warning", "linux/arm64", "qemu-aarch64", None)],
            id="not required",
        ),
        pytest.param(
            observing(aarch64=("signal:SIGSEGV", "signal:SIGSEGV")),
            ("linux/arm64",),
            [("error", "linux/arm64", "qemu-aarch64", "qemu-crash")],
            id="the emulator crashes",
        ),
        pytest.param(
            observing(aarch64=("exit:255", None)),
            ("linux/arm64",),
            [("error", "linux/arm64", "qemu-aarch64", None)],
            id="the emulator gives up",
        ),
    ],
)
def test_prediction_differs(prober: Prober | None, require: tuple[str, ...], expected: list[Expected]) -> None:
    assert shapes("QD501", ask(GOOD, *require, prober=prober)) == expected


def test_better_than_predicted_is_a_warning() -> None:
    host = linux(entries={"qemu-aarch64": entry_text()}, files=FILES)
    facts = ask(host, "linux/arm64", prober=observing(aarch64=("ok", "ok")))
    assert shapes("QD501", facts) == [("warning", "linux/arm64", "qemu-aarch64", None)]


def test_what_if_is_not_compared() -> None:
    facts = ask(GOOD, "linux/arm64", kernel="3.10", prober=observing(aarch64=("ok", "ok")))
    assert shapes("QD501", facts) == []


def test_evidence_holds_the_steps_of_the_model() -> None:
    found = only("QD501", ask(GOOD, "linux/arm64", prober=observing(aarch64=("ok", "EACCES")))).finding
    assert [x.source for x in found.evidence][1:] == [
        "kernel model, open",
        "kernel model, binfmt_misc",
        "kernel model, elf",
    ]


def test_three_variants_are_one_finding_that_names_all() -> None:
    host = linux(
        entries={"qemu-arm": entry_text("arm", flags="F")}, files={"/usr/bin/qemu-arm-static": static_emulator("arm")}
    )
    found = only("QD501", ask(host, prober=observing(arm=("exit:0", "exit:0")))).finding
    assert found.message == (
        "linux/arm/v5, linux/arm/v6 and linux/arm/v7: the kernel starts /usr/bin/qemu-arm-static, which ends by itself"
        " with status 0 instead of running the program, on the host and in an empty root, as a container's"
    )


def test_silent_where_another_finding_explains_the_failure() -> None:
    entries = {"qemu-arm": entry_text("arm", flags="F", interpreter="/usr/bin/qemu-aarch64-static")}
    facts = ask(linux(entries=entries, files=FILES), "linux/arm/v7", prober=observing(arm=("exit:255", "exit:255")))
    assert shapes("QD501", facts) == []
    assert shapes("QD207", facts) == [("error", "linux/arm/v7", "qemu-arm", "qemu-wrong-target")]


def test_another_end_than_another_finding_tells_is_a_warning() -> None:
    host = linux(entries={"qemu-aarch64": entry_text()}, files=FILES)
    facts = ask(host, "linux/arm64", prober=observing(aarch64=("ok", "EACCES")))
    assert shapes("QD501", facts) == [("warning", "linux/arm64", "qemu-aarch64", None)]


def test_silent_where_f_holds_a_better_file() -> None:
    damaged: dict[str, Content] = {"/usr/bin/qemu-aarch64-static": static_emulator("aarch64").data[:64]}
    host = linux(entries={"qemu-aarch64": entry_text(flags="F")}, files=damaged)
    facts = ask(host, "linux/arm64", prober=observing(aarch64=("ok", "ok")))
    assert shapes("QD501", facts) == []
    assert only("QD307", facts).severity.value == "warning"
