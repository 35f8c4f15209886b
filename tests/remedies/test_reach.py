"""Remedies where the registry or the emulator cannot simply be used: covered, without permission, without a service."""

import pytest

from qemudoctor.facts import Facts
from qemudoctor.host.trees import Content, MemoryFile
from qemudoctor.platforms import parse_platform
from qemudoctor.remedies.cures import cures
from tests.support.checking import only
from tests.support.hosts import FakeHost, ask, entry_text, linux, observing, static_emulator

ARM64 = parse_platform("linux/arm64")
EMULATOR = "/usr/bin/qemu-aarch64-static"
COVERED = "40 22 0:40 / /proc/sys/fs/binfmt_misc ro,relatime - tmpfs tmpfs ro\n"
CONTAINER = "0 1000 65536\n"


def seen(host: FakeHost, outcome: str = "ENOEXEC") -> Facts:
    return ask(host, "linux/arm64", prober=observing(aarch64=(outcome, outcome)))


def test_a_covered_registry_is_uncovered_first() -> None:
    files: dict[str, Content] = {"/proc/self/mountinfo": COVERED, EMULATOR: static_emulator("aarch64")}
    found = {x.id: x for x in cures(seen(linux(mount="not-mounted", files=files)), ARM64)}
    remedy = found["register-now"]
    assert remedy.commands[0] == "umount /proc/sys/fs/binfmt_misc"
    assert remedy.commands[1].startswith("[ -e /proc/sys/fs/binfmt_misc/status ] || mount -t binfmt_misc")
    assert remedy.title.startswith("Uncover the registry, then")
    assert remedy.proven == "model"


def test_nothing_is_registered_from_a_container_that_hides_the_registry() -> None:
    files: dict[str, Content] = {
        "/proc/self/mountinfo": COVERED,
        "/proc/self/uid_map": CONTAINER,
        EMULATOR: static_emulator("aarch64"),
    }
    found = cures(seen(linux(mount="not-mounted", files=files)), ARM64)
    assert [x.id for x in found] == ["run-directly"]


@pytest.mark.parametrize(
    ("flags", "remedy", "severity"),
    [("", "make-executable-and-register", None), ("F", "make-executable", "warning")],
    ids=["without F", "pinned"],
)
def test_an_emulator_gets_its_permission_back(flags: str, remedy: str, severity: str | None) -> None:
    emulator = MemoryFile(static_emulator("aarch64").data, 0o644)
    host = linux(entries={"qemu-aarch64": entry_text(flags=flags)}, files={EMULATOR: emulator})
    found = only("QD302", ask(host, "linux/arm64")).finding
    assert (None if found.severity is None else found.severity.value) == severity
    assert found.remedies[0].id == remedy
    assert found.remedies[0].commands[0] == f"chmod a+x {EMULATOR}"
    assert found.remedies[0].proven == "model"


def test_a_dynamic_emulator_without_permission_is_not_helped_by_it() -> None:
    emulator = MemoryFile(b"\x7fELF not a program", 0o644)
    host = linux(entries={"qemu-aarch64": entry_text()}, files={EMULATOR: emulator})
    found = only("QD302", ask(host, "linux/arm64")).finding
    assert not [x for x in found.remedies if x.id.startswith("make-executable")]


@pytest.mark.parametrize(
    ("systemd", "programs", "remedy"),
    [
        (True, (), "install-package"),
        (False, (), "install-and-register"),
        (False, ("update-binfmts",), "install-package"),
    ],
    ids=["systemd", "no service", "binfmt-support"],
)
def test_a_package_registers_by_a_service(systemd: bool, programs: tuple[str, ...], remedy: str) -> None:
    host = linux(systemd=systemd, engines=programs)
    assert remedy in [x.id for x in cures(ask(host, "linux/arm64"), ARM64)]
