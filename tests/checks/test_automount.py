"""QD218: an automount that nobody serves any more."""

import pytest

from qemudoctor.check import Facts, Severity
from qemudoctor.host.trees import Content
from qemudoctor.kernel.tree import Node, NodeKind
from tests.support.checking import Expected, only, shapes
from tests.support.hosts import OTHER_MOUNTS, FakeHost, ask, linux, observing

LINE = "63 45 0:39 / /proc/sys/fs/binfmt_misc rw,relatime - autofs systemd-1 rw,"
OPTIONS = "timeout=0,minproto=5,maxproto=5,direct,pipe_ino="
GIVEN_UP = f"{LINE}fd=-1,pgrp=812,{OPTIONS}-1\n"
"""As Linux 6.18 shows it after somebody looked, when the daemon had ended."""
SERVED = f"{LINE}fd=4,pgrp=812,{OPTIONS}1816733\n"
DEAD: list[Expected] = [("error", None, None, "binfmt-not-mounted")]
ALIVE = Node(NodeKind.DIRECTORY)


def host(line: str, *processes: int, euid: int = 0, inside: bool = False) -> FakeHost:
    files: dict[str, Content] = {f"/proc/{x}": ALIVE for x in processes}
    files["/proc/self/mountinfo"] = OTHER_MOUNTS + line
    if inside:
        files["/.dockerenv"] = ""
    return linux(mount="automount", files=files, euid=euid)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(ask(linux(), "linux/arm64"), [], id="mounted"),
        pytest.param(ask(host(SERVED, 1, 812), "linux/arm64"), [], id="served"),
        pytest.param(ask(host(GIVEN_UP, 1, 812), "linux/arm64"), DEAD, id="given up by the kernel"),
        pytest.param(ask(host(SERVED, 1), "linux/arm64"), DEAD, id="its daemon has ended"),
        pytest.param(ask(host(SERVED), "linux/arm64"), [], id="processes are hidden"),
        pytest.param(ask(host(SERVED.replace("812", "0"), 1), "linux/arm64"), [], id="a process of elsewhere"),
        pytest.param(ask(host(GIVEN_UP), "linux/amd64"), [], id="not needed"),
        pytest.param(ask(host(f"{LINE}nonsense=,,=\n", 1), "linux/arm64"), [], id="options that are none"),
    ],
)
def test_dead_automount(facts: Facts, expected: list[Expected]) -> None:
    assert shapes("QD218", facts) == expected


def test_it_is_told_once() -> None:
    assert shapes("QD203", ask(host(GIVEN_UP), "linux/arm64")) == []


def test_severity() -> None:
    runs = ask(host(GIVEN_UP), "linux/arm64", prober=observing(aarch64=("ok", "ok")))
    assert only("QD218", runs).severity is Severity.WARNING
    inside = ask(host(GIVEN_UP, inside=True), "linux/arm64")
    assert only("QD218", inside).severity is Severity.INFO


def test_it_is_taken_away_first() -> None:
    now, boot = only("QD218", ask(host(GIVEN_UP, euid=1000), "linux/arm64")).finding.remedies
    assert now.commands == (
        "sudo umount /proc/sys/fs/binfmt_misc",
        "sudo mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc",
    )
    assert boot.commands[0] == now.commands[0]


def test_what_cures_a_platform_takes_it_away_as_well() -> None:
    facts = ask(host(GIVEN_UP), "linux/arm64", prober=observing(aarch64=("ENOEXEC", "ENOEXEC")))
    remedies = only("QD218", facts).finding.remedies
    registering = [x for x in remedies if x.effect is not None]
    assert registering
    assert all(x.commands[0] == "umount /proc/sys/fs/binfmt_misc" for x in registering)
