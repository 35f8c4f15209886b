"""A diagnosis reads: under strace it writes nowhere but in its own folder of probes, and it mounts nothing."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.engines.lab.entries import EMULATOR, aarch64_line
from tests.engines.lab.registry import FOLDER

pytestmark = pytest.mark.live

OWN_FOLDER = re.compile(r'["<](?:/[^"/<>]+)*/qemu-doctor-[0-9a-f]{16}(?:/[^"<>]*)?[">]')
OPENING = re.compile(r"\b(?:open|openat|openat2|creat)\(")
WRITING = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_TMPFILE|\bcreat\(")
CHANGING = [
    "mkdir",
    "mkdirat",
    "rmdir",
    "unlink",
    "unlinkat",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "symlink",
    "symlinkat",
    "chmod",
    "fchmodat",
    "fchmodat2",
    "chown",
    "lchown",
    "fchownat",
    "mknod",
    "mknodat",
    "truncate",
    "utimensat",
    "setxattr",
    "lsetxattr",
]
NEVER = [
    "mount",
    "umount2",
    "move_mount",
    "fsopen",
    "fsmount",
    "open_tree",
    "mount_setattr",
    "pivot_root",
    "init_module",
    "finit_module",
    "delete_module",
    "setns",
    "reboot",
    "swapon",
    "sethostname",
    "bpf",
]
MADE = re.compile(r"\b(?:clone3?|v?fork)(?:\(| resumed>).* = (\d+)$")
PRIVATE = "CLONE_NEWNS|CLONE_NEWUSER|CLONE_NEWPID)"
CALL = re.compile(r"^(?:\[pid +\d+\] |\d+ +)?(?:[\d.]+ )?(\w+)\(")


def traced(tmp_path: Path, *arguments: str, before: Sequence[str] = ()) -> list[str]:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed")
    log = tmp_path / "strace.log"
    command = [sys.executable, "-m", "qemudoctor", *arguments]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    kinds = ",".join(["%file", "%desc", "%network", "unshare", "clone", "clone3", "fork", "vfork", *NEVER])
    ran = subprocess.run(
        [*before, strace, "-f", "-y", "-qq", "-s", "300", "-e", f"trace={kinds}", "-o", str(log), *command],
        env=environment,
        cwd="/",
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode in (0, 1, 3), ran.stderr
    assert "Traceback" not in ran.stderr
    return log.read_text(errors="replace").splitlines()


def called(line: str) -> str:
    found = CALL.match(line)
    return found.group(1) if found else ""


def in_private(lines: list[str]) -> set[str]:
    """Return the processes that have left the mounts of the host, with their children: nobody sees what they mount."""
    private: set[str] = set()
    for line in lines:
        process = line.split()[0]
        if called(line) == "unshare" and PRIVATE in line and line.endswith(" = 0"):
            private.add(process)
        elif process in private and (made := MADE.search(line)) is not None:
            private.add(made.group(1))
    return private


def is_private(line: str, processes: set[str]) -> bool:
    """Return whether a call is one of those with which a remedy is tried: in private, and in the own folder."""
    if line.split()[0] not in processes:
        return False
    if called(line) == "mount":
        return is_own(line) or "MS_REC|MS_PRIVATE" in line
    return re.search(r'"/proc/self/(?:setgroups|uid_map|gid_map)"', line) is not None


def is_own(line: str) -> bool:
    """Return whether a call names the folder of probes, or a path relative to it in a forked child."""
    return OWN_FOLDER.search(line) is not None


@pytest.mark.parametrize(
    "arguments", [("--require", "linux/arm64,linux/riscv64", "--json"), (), ("trace", "/bin/sh")], ids=" ".join
)
def test_nothing_is_written_or_mounted(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    lines = traced(tmp_path, *arguments)
    assert any("/proc/self/mountinfo" in line for line in lines), "strace saw nothing of the diagnosis"
    private = in_private(lines)
    opened = [x for x in lines if OPENING.search(x) and WRITING.search(x) and not is_own(x) and '"/dev/null"' not in x]
    changed = [x for x in lines if called(x) in CHANGING and not is_own(x)]
    never = [x for x in lines if called(x) in NEVER and not is_private(x, private)]
    opened = [x for x in opened if not is_private(x, private)]
    assert opened == []
    assert changed == []
    assert never == []


def test_nothing_is_written_where_a_remedy_is_tried(tmp_path: Path) -> None:
    """Of an entry without F the remedies are tried, in folders that are taken away again."""
    if not Path(EMULATOR).exists():
        pytest.skip("qemu-aarch64-static (Debian: qemu-user-static) is needed")
    script = f'mount -t binfmt_misc none {FOLDER} && printf %s "$0" > {FOLDER}/register && exec "$@"'
    broken = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, aarch64_line().decode()]
    if subprocess.run([*broken, "true"], capture_output=True).returncode:
        pytest.skip("no private registry here (Linux 6.7 has them)")
    lines = traced(tmp_path, "--require", "linux/arm64", before=broken)
    assert [x for x in lines if called(x) == "unlinkat" and is_own(x)], "no remedy was tried"
    private = in_private(lines)
    opened = [x for x in lines if OPENING.search(x) and WRITING.search(x) and not is_own(x) and '"/dev/null"' not in x]
    assert [x for x in opened if not is_private(x, private)] == []
    assert [x for x in lines if called(x) in CHANGING and not is_own(x)] == []
    assert [x for x in lines if called(x) in NEVER and not is_private(x, private)] == []


def test_only_namespaces_of_its_own_are_ever_entered(tmp_path: Path) -> None:
    entered = [x for x in traced(tmp_path, "--require", "linux/arm64") if called(x) == "unshare"]
    assert [x for x in entered if "CLONE_NEWUSER)" not in x and PRIVATE not in x] == []


def test_without_probes_nothing_is_mounted_at_all(tmp_path: Path) -> None:
    lines = traced(tmp_path, "--no-probe", "--require", "linux/arm64,linux/riscv64", "--json")
    assert [x for x in lines if called(x) in (*NEVER, "unshare")] == []


def test_no_network_is_used(tmp_path: Path) -> None:
    lines = traced(tmp_path, "--require", "linux/arm64")
    assert [x for x in lines if called(x) in ("connect", "bind", "sendto") and "AF_INET" in x] == []


def test_nothing_below_the_mount_point_is_touched_unless_it_is_mounted(tmp_path: Path) -> None:
    """An automount must not be triggered: mountinfo is asked first. A fresh /proc has no mount there."""
    fresh = ["unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "--mount-proc"]
    lines = traced(tmp_path, "--require", "linux/arm64", before=fresh)
    below = [x for x in lines if '"/proc/sys/fs/binfmt_misc/' in x]
    listed = [x for x in lines if '"/proc/sys/fs/binfmt_misc"' in x and "O_DIRECTORY" in x and "O_PATH" not in x]
    assert below == []
    assert listed == []
