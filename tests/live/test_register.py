"""`register` and the real kernel: what it writes is taken and reads back, and --check says what the kernel says."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.repository import ROOT

pytestmark = pytest.mark.live

REFUSED = 77
SYSTEMD = "/usr/lib/systemd/systemd-binfmt"
PRIVATE = ("unshare", "--user", "--map-root-user", "--mount")


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    if shutil.which("unshare") is None:
        pytest.skip("unshare (util-linux) is needed")
    return subprocess.run([*PRIVATE, *command], cwd=ROOT, capture_output=True, text=True, timeout=300)


@pytest.mark.parametrize(
    ("what", "cases_min"), [("lines", 200), ("systemd", 200), ("update-binfmts", 180), ("judged", 500)]
)
def test_kernel_agrees(what: str, cases_min: int, tmp_path: Path) -> None:
    if what == "systemd" and not Path(SYSTEMD).exists():
        pytest.skip("systemd-binfmt (Debian: systemd) is needed")
    if what == "update-binfmts" and shutil.which("update-binfmts") is None:
        pytest.skip("update-binfmts (Debian: binfmt-support) is needed")
    ran = run(tmp_path, sys.executable, "-m", "tests.live.registering", what, str(tmp_path))
    if ran.returncode == REFUSED or "unshare:" in ran.stderr:
        pytest.skip(f"no private registry here (Linux 6.7 has them): {ran.stderr.strip()[:200]}")
    assert ran.returncode == 0, (ran.stdout[-3000:], ran.stderr[-3000:])
    assert int(ran.stdout.rsplit("cases: ", 1)[1]) >= cases_min


def test_redirected_into_the_registry_it_registers(tmp_path: Path) -> None:
    script = (
        "mount -t binfmt_misc b /proc/sys/fs/binfmt_misc || exit 77; "
        f"{sys.executable} -m qemudoctor register aarch64 --flags F --interpreter /bin/true "
        "> /proc/sys/fs/binfmt_misc/register && cat /proc/sys/fs/binfmt_misc/qemu-aarch64"
    )
    ran = run(tmp_path, "sh", "-c", script)
    if ran.returncode == REFUSED or "unshare:" in ran.stderr:
        pytest.skip(f"no private registry here (Linux 6.7 has them): {ran.stderr.strip()[:200]}")
    assert ran.returncode == 0, ran.stderr
    assert "interpreter /bin/true\nflags: F\n" in ran.stdout
