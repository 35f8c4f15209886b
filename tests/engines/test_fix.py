"""`fix --apply` where binfmt_misc is not mounted: on this machine's own registry, in mounts that nobody else sees."""

import subprocess
import sys
from pathlib import Path

from tests.engines.lab.registry import MachineRegistry
from tests.support.repository import ROOT

SCRIPT = """
set -u
mount -t tmpfs tmpfs /var/lib && mkdir /var/lib/qemu-doctor || exit 98
registry=/proc/sys/fs/binfmt_misc
doctor() { {python} -m qemudoctor "$@"; }
doctor fix --require linux/arm64 --apply --yes > /dev/null; echo "status $?"
[ -e $registry/qemu-aarch64 ] && echo registered
umount $registry
# The seventh place lies between the mount and the registration.
{python} -m tests.live.killing 7 fix --require linux/arm64 --apply --yes > /dev/null 2>&1
[ $? = 137 ] && echo killed
[ -e $registry/status ] && echo mounted
doctor fix --require linux/arm64 2>&1 > /dev/null | grep -c 'was not finished'
doctor fix --undo > /dev/null; echo "undo $?"
[ -e $registry/status ] || echo unmounted
"""


def test_what_was_not_mounted_is_mounted_and_unmounted_again(
    machine_registry: MachineRegistry, emulator: str, tmp_path: Path
) -> None:
    machine_registry.unmount()
    script = tmp_path / "script"
    script.write_text(SCRIPT.replace("{python}", sys.executable))
    command = ["unshare", "--mount", "sh", str(script)]
    ran = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    said = ["status 0", "registered", "killed", "mounted", "1", "undo 0", "unmounted"]
    assert ran.stdout.splitlines() == said, ran.stderr
