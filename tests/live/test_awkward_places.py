"""The command in awkward places: no traceback, what could not be looked at is told, and the status is right."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.repository import ROOT

pytestmark = pytest.mark.live

PRIVATE = ("unshare", "--user", "--map-root-user", "--mount")
MOUNT = "mount -t binfmt_misc none /proc/sys/fs/binfmt_misc"
REGISTER = "/proc/sys/fs/binfmt_misc/register"
ARM64 = (
    r":qemu-aarch64:M::\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00"
    r":\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:INTERPRETER:"
)


def run(*before: str, arguments: tuple[str, ...] = ("--require", "linux/arm64", "--json")) -> dict[str, Any]:
    """Return the report of the command, started by `before`; "status" is its exit status."""
    command = [*before, sys.executable, "-m", "qemudoctor", *arguments]
    ran = subprocess.run(
        command, capture_output=True, text=True, cwd="/", timeout=60, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert "Traceback" not in ran.stderr, ran.stderr
    assert ran.stdout, ran.stderr
    report = json.loads(ran.stdout)
    assert isinstance(report, dict)
    return {**report, "status": ran.returncode}


def private(script: str, **options: Any) -> dict[str, Any]:
    """Return the report in a user and mount namespace of its own, after a shell script."""
    if subprocess.run([*PRIVATE, "true"], capture_output=True).returncode:
        pytest.skip("user namespaces are not allowed here")
    return run(*PRIVATE, "sh", "-ec", f'{script}\nexec "$@"', "sh", **options)


def verdict(report: dict[str, Any]) -> str:
    return str(report["platforms"][0]["verdict"])


def found(report: dict[str, Any]) -> set[str]:
    return {x["check"] for x in report["findings"]}


@pytest.mark.parametrize("probe", [True, False], ids=["probing", "not-probing"])
def test_binfmt_misc_is_covered(probe: bool) -> None:
    arguments = ("--require", "linux/arm64", "--json") + (() if probe else ("--no-probe",))
    report = private("mount -t tmpfs none /proc/sys/fs/binfmt_misc", arguments=arguments)
    assert report["registry"]["state"] == "masked"
    assert report["registry"]["reason"]
    if not probe:
        assert (verdict(report), report["status"]) == ("unknown", 3)


def test_proc_is_not_there() -> None:
    report = private("mount -t tmpfs none /proc")
    assert report["registry"]["state"] in ("unreadable", "absent", "not-recorded")
    assert report["status"] in (1, 3)


@pytest.mark.parametrize(
    ("make", "outcome", "check"),
    [
        ("mkdir {}", "EACCES", "QD302"),
        (": > {}; chmod 755 {}", "ENOEXEC", "QD302"),
        ("echo hello > {}; chmod 755 {}", "ENOEXEC", None),
        ("cp /bin/true {}; chmod 644 {}", "EACCES", "QD302"),
        ("ln -s nowhere {}", "ENOENT", "QD301"),
        ("true {}", "ENOENT", "QD301"),
    ],
    ids=["directory", "empty", "text", "not-executable", "dangling", "missing"],
)
def test_an_interpreter_that_is_none(tmp_path: Path, make: str, outcome: str, check: str | None) -> None:
    path = tmp_path / "interpreter"
    subprocess.run(["sh", "-ec", make.replace("{}", shlex.quote(str(path)))], check=True)
    line = shlex.quote(ARM64.replace("INTERPRETER", str(path)))
    report = private(f"{MOUNT}; printf %s {line} > {REGISTER}")
    host = report["platforms"][0]["host"]
    assert (host["predicted"], host["observed"]) == (outcome, outcome)
    assert (verdict(report), report["status"]) == ("broken", 1)
    assert found(report) & {"QD301", "QD302", "QD305", "QD307"}
    assert check is None or check in found(report)


def test_strange_names_and_paths(tmp_path: Path) -> None:
    path = tmp_path / "in\x1b[31m\nterpreter\u202e"
    path.symlink_to("/bin/true")
    line = shlex.quote(ARM64.replace("INTERPRETER", str(path)).replace("qemu-aarch64", "na\nme \x1b[2J"))
    report = private(f"{MOUNT}; printf %s {line} > {REGISTER}")
    assert report["registry"]["entries"][0]["name"] == "na\nme \x1b[2J"
    assert verdict(report) == "broken"


@pytest.fixture
def unprivileged(tmp_path: Path) -> tuple[str, ...]:
    """A way to run as nobody, with a Python and a checkout that nobody can read."""
    setpriv = shutil.which("setpriv")
    if os.geteuid() != 0 or setpriv is None:
        pytest.skip("needs root, to become somebody else")
    return (setpriv, "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all")


def nobody(unprivileged: tuple[str, ...], *arguments: str) -> subprocess.CompletedProcess[str]:
    ask = [sys.executable, "-c", "import distro; print(distro.__file__)"]
    package = subprocess.run(ask, capture_output=True, text=True, check=True)
    folder = Path("/var/tmp") / f"qemu-doctor-test-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        shutil.copytree(ROOT / "qemudoctor", folder / "qemudoctor", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(Path(package.stdout.strip()).parent, folder / "distro")
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755)
        return subprocess.run(
            [*unprivileged, "/usr/bin/python3", "-m", "qemudoctor", *arguments],
            capture_output=True,
            text=True,
            cwd=folder,
            timeout=60,
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_without_root_it_observes_all_the_same(unprivileged: tuple[str, ...]) -> None:
    ran = nobody(unprivileged, "--require", "linux/386,linux/arm64", "--json")
    assert "Traceback" not in ran.stderr, ran.stderr
    report = json.loads(ran.stdout)
    for platform in report["platforms"]:
        for place in ("host", "container"):
            assert platform[place]["observed"] is not None, platform[place]["reason"]


def test_without_user_namespaces_it_says_so(unprivileged: tuple[str, ...]) -> None:
    """PR_SET_NO_NEW_PRIVS does not forbid them; a limit of zero does."""
    private_limit = (*PRIVATE, "sh", "-ec", 'echo 0 > /proc/sys/user/max_user_namespaces; exec "$@"', "sh")
    if subprocess.run([*private_limit, "true"], capture_output=True).returncode:
        pytest.skip("the limit of user namespaces cannot be set here")
    script = (
        "import os; from qemudoctor.host.execute import execute_programs as e; "
        "from qemudoctor.probe.programs import assemble; "
        "os.chroot = lambda path: (_ for _ in ()).throw(PermissionError(1, 'x')); "
        "print(e([assemble('x86_64')], empty_root=True, expected_status=42))"
    )
    ran = subprocess.run(
        [*private_limit, sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, timeout=60
    )
    assert "user namespaces are not allowed here" in ran.stdout, ran.stderr
    assert "outcome=None" in ran.stdout
