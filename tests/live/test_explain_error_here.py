"""Messages of real failures on the real registry, in a namespace of its own: the true cause is first, and confirmed."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.support.bare_machine import need_unmounted_registry
from tests.support.repository import ROOT

pytestmark = pytest.mark.live

PRIVATE = ("unshare", "--user", "--map-root-user", "--mount")
EMULATOR = "/usr/bin/qemu-aarch64-static"
FOLDER = "/proc/sys/fs/binfmt_misc"
MOUNT = f"mount -t binfmt_misc none {FOLDER}"
LINE = (
    r":qemu-aarch64:M::\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00"
    r":\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:INTERPRETER:"
)
NO_FORMAT = (
    "exec /bin/uname: exec format error",
    "chroot: failed to run command '/bin/sh': Exec format error",
    "bash: ./hello-arm64: cannot execute binary file: Exec format error",
)
NOT_FOUND = (
    "exec /bin/uname: no such file or directory",
    "chroot: failed to run command '/bin/sh': No such file or directory",
    "standard_init_linux.go:228: exec user process caused: no such file or directory",
)


class State(NamedTuple):
    """A state of the registry: the shell that makes it, what is then said, the cause, and what cannot be the cause."""

    script: str
    messages: tuple[str, ...]
    cause: str
    ruled_out: tuple[str, ...]


def register(interpreter: str, flags: str = "") -> str:
    return f"printf %s {shlex.quote(LINE.replace('INTERPRETER', interpreter) + flags)} > {FOLDER}/register"


STATES = {
    "no entry": State(
        MOUNT, NO_FORMAT, "binfmt-not-registered", ("binfmt-disabled", "binfmt-not-mounted", "binfmt-module-missing")
    ),
    "without F": State(
        f"{MOUNT}; {register(EMULATOR)}",
        NOT_FOUND,
        "f-flag-missing",
        ("interpreter-dynamic", "interpreter-missing-on-host"),
    ),
    "disabled": State(
        f"{MOUNT}; {register(EMULATOR, 'F')}; echo 0 > {FOLDER}/qemu-aarch64",
        NO_FORMAT,
        "binfmt-disabled",
        ("binfmt-not-mounted", "binfmt-module-missing"),
    ),
    "status 0": State(
        f"{MOUNT}; {register(EMULATOR, 'F')}; echo 0 > {FOLDER}/status",
        NO_FORMAT,
        "binfmt-disabled",
        ("binfmt-not-mounted", "binfmt-module-missing"),
    ),
    "interpreter missing": State(
        f"{MOUNT}; {register('/nowhere/qemu-aarch64-static')}",
        NOT_FOUND,
        "interpreter-missing-on-host",
        ("interpreter-dynamic",),
    ),
    "dynamic with F": State(
        f"{MOUNT}; {register('/bin/true', 'F')}",
        NOT_FOUND,
        "interpreter-dynamic",
        ("f-flag-missing", "interpreter-missing-on-host"),
    ),
    "not mounted": State("true", NO_FORMAT, "binfmt-not-mounted", ()),
}


def explain(script: str, message: str) -> dict[str, Any]:
    """Return the explanation of a message in a user and mount namespace of its own, after a shell script."""
    if subprocess.run([*PRIVATE, "true"], capture_output=True).returncode:
        pytest.skip("user namespaces are not allowed here")
    ask = [sys.executable, "-m", "qemudoctor", "explain-error", "--json", "--platform", "linux/arm64", message]
    ran = subprocess.run(
        [*PRIVATE, "sh", "-ec", f'{script}\nexec "$@"', "sh", *ask],
        capture_output=True,
        text=True,
        cwd="/",
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert "Traceback" not in ran.stderr, ran.stderr
    assert ran.returncode == 0, ran.stderr
    document = json.loads(ran.stdout)
    assert isinstance(document, dict)
    return document


@pytest.mark.parametrize(
    ("state", "message"),
    [(state, message) for state in STATES.values() for message in state.messages],
    ids=[f"{name}: {message[:24]}" for name, state in STATES.items() for message in state.messages],
)
def test_true_cause_is_confirmed_and_what_cannot_be_is_ruled_out(state: State, message: str) -> None:
    if not Path(EMULATOR).exists():
        pytest.skip("qemu-aarch64-static (Debian: qemu-user-static) is needed")
    if state.script == "true":
        need_unmounted_registry()
    causes = explain(state.script, message)["causes"]
    assert causes[0]["id"] == state.cause
    assert causes[0]["standing"] == "confirmed"
    assert causes[0]["check"]
    assert causes[0]["because"]
    standing = {x["id"]: x["standing"] for x in causes}
    assert {x: standing.get(x, "ruled-out") for x in state.ruled_out} == dict.fromkeys(state.ruled_out, "ruled-out")
    assert [x["id"] for x in causes if x["standing"] == "confirmed"] == [state.cause]
