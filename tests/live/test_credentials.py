"""The flag C, seen by a set-uid program: whose rights it has, and whether its C library is told to beware."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from qemudoctor.facts.behaviour import Behaviour, parse_behaviour
from qemudoctor.platforms import BY_TARGET
from qemudoctor.probe.questions import assemble_questions
from tests.live.test_programs_run import require_emulator
from tests.live.test_questions_answered import MOUNT, REGISTER, ROOM, line

pytestmark = pytest.mark.live

OWNER, CALLER = 1, 2
# Waits until its user namespace has ids, then makes the program set-uid and executes it as somebody else.
SCRIPT = f"""
echo ready; read go
{MOUNT}
printf %s "$1" > {REGISTER}
chown {OWNER} "$2"; chmod 4755 "$2"
exec setpriv --reuid {CALLER} --clear-groups "$2" </dev/null
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a folder that every user can enter."""
    path = Path(tempfile.mkdtemp(dir="/var/tmp"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


def execute(flags: str, folder: Path) -> Behaviour:
    """Return what a set-uid program of OWNER tells that CALLER executes, by an entry with these flags."""
    program = folder / "program"
    program.write_bytes(assemble_questions("aarch64"))
    command = ["unshare", "--user", "--mount", "sh", "-ec", SCRIPT, "sh"]
    arguments = [line("aarch64", Path(require_emulator("aarch64")), flags), str(program)]
    with subprocess.Popen([*command, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ROOM) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        if running.stdout.readline() != b"ready\n":
            pytest.skip("no user namespace here")
        for name in ("uid_map", "gid_map"):
            Path(f"/proc/{running.pid}/{name}").write_text("0 0 10\n", encoding="ascii")
        running.stdin.write(b"go\n")
        running.stdin.close()
        written = running.stdout.read()
    behaviour = parse_behaviour(written, BY_TARGET["aarch64"])
    assert behaviour is not None, written[:200]
    return behaviour


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, for a file of another user")
@pytest.mark.parametrize(("flags", "euid"), [("F", CALLER), ("OF", CALLER), ("CF", OWNER), ("POCF", OWNER)])
def test_c_decides_over_the_rights_of_a_set_uid_program(flags: str, euid: int, folder: Path) -> None:
    behaviour = execute(flags, folder)
    assert behaviour.euid == euid
    # The emulator is told by the kernel, and tells its program.
    assert behaviour.secure is (euid == OWNER)
