"""What lies at /proc/sys/fs/binfmt_misc, told from mountinfo without touching it."""

import pytest

from qemudoctor.facts import MOUNT_POINT, MountState, Unavailable
from qemudoctor.facts.mounts import parse_mountinfo, read_mount
from qemudoctor.host.door import Source
from tests.support.hosts import AUTOMOUNT, MOUNTED, OTHER_MOUNTS, FakeHost, ask, linux

ROOT = "28 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n"
TMPFS = "40 22 0:40 / /proc/sys/fs/binfmt_misc ro,relatime - tmpfs tmpfs ro\n"
READ_ONLY_SYS = "41 22 0:21 /sys /proc/sys ro,relatime - proc proc rw\n"


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        (MOUNTED, MountState.MOUNTED),
        (AUTOMOUNT, MountState.AUTOMOUNT),
        (AUTOMOUNT + MOUNTED.replace("36 22", "36 29"), MountState.MOUNTED),
        (TMPFS, MountState.MASKED),
        ("", MountState.NOT_MOUNTED),
        (READ_ONLY_SYS, MountState.NOT_MOUNTED),
    ],
    ids=["mounted", "automount", "automount-triggered", "covered", "nothing", "proc-sys-read-only"],
)
@pytest.mark.parametrize("root", ["", ROOT], ids=["after-chroot", "with-root"])
def test_mountinfo_decides(lines: str, state: MountState, root: str) -> None:
    host = linux(mount="not-mounted", files={"/proc/self/mountinfo": root + OTHER_MOUNTS + lines})
    assert read_mount(host).state is state


def test_a_mount_that_a_newer_proc_covers_is_not_seen() -> None:
    text = ROOT + OTHER_MOUNTS + MOUNTED + "50 22 0:51 / /proc rw - proc proc rw\n"
    host = linux(mount="not-mounted", files={"/proc/self/mountinfo": text})
    assert read_mount(host).state is MountState.NOT_MOUNTED


def test_without_the_directory_it_is_absent() -> None:
    assert read_mount(linux(mount="absent")).state is MountState.ABSENT


def test_what_may_not_be_read_is_not_absent() -> None:
    host = linux(forbidden=["/proc/self/mountinfo"])
    assert read_mount(host).state is MountState.UNREADABLE


def test_a_copied_tree_without_mountinfo_is_judged_by_its_files() -> None:
    files = {f"{MOUNT_POINT}/status": "enabled\n", f"{MOUNT_POINT}/register": ""}
    assert read_mount(FakeHost(files, source=Source.ROOT)).state is MountState.MOUNTED
    assert read_mount(FakeHost({"/etc/fstab": ""}, source=Source.ROOT)).state is MountState.NOT_RECORDED


def test_the_line_is_the_evidence() -> None:
    assert "binfmt_misc binfmt_misc rw" in read_mount(linux()).evidence


def test_octal_escapes_and_short_lines() -> None:
    lines = parse_mountinfo("1 2 0:3 / /mnt/a\\040b rw - ext4 /dev/sda rw\nbroken\n1 2 0:3 / - x\n")
    assert [x.mount_point for x in lines] == ["/mnt/a b"]


@pytest.mark.parametrize("mount", ["automount", "not-mounted", "absent"])
def test_entries_that_cannot_be_read_are_unavailable(mount: str) -> None:
    with pytest.raises(Unavailable):
        _ = ask(linux(mount=mount)).registry
