"""Programs really executed: what the kernel does with them, and that nothing is left behind."""

import ctypes  # noqa: F401  # loaded here, since the tests' nobody may have no right to read Python's files
import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from qemudoctor.host import workspace
from qemudoctor.host.execute import Asking, execute_programs, observe
from qemudoctor.host.observation import Observation
from qemudoctor.probe.programs import EXIT_STATUS, assemble
from qemudoctor.probe.questions import assemble_questions
from tests.host.samples import in_child, run_in_namespace
from tests.support.repository import ROOT

pytestmark = pytest.mark.live

# uname -m -> QEMU target, and instructions that loop for ever and that the CPU refuses.
NATIVE = {
    "x86_64": ("x86_64", bytes.fromhex("ebfe"), bytes.fromhex("0f0b")),
    "aarch64": ("aarch64", bytes.fromhex("00000014"), bytes.fromhex("00000000")),
}
CODE_OFFSET = 120
OK = Observation("ok")
FOREIGN = b"no kernel knows this format"


def _native(which: str) -> bytes:
    """Return a program for this machine: "exits", "loops" or "crashes"."""
    if platform.machine() not in NATIVE:
        pytest.skip(f"no instructions for {platform.machine()} in this test")
    target, loop, illegal = NATIVE[platform.machine()]
    program = assemble(target)
    code = {"exits": b"", "loops": loop, "crashes": illegal}[which]
    return program[:CODE_OFFSET] + code + program[CODE_OFFSET + len(code) :]


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder in which workspaces are made; check that it is empty at the end."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def _require_user_namespace() -> None:
    if os.geteuid() != 0:
        run_in_namespace("")


def test_native_foreign_and_crashing_programs(temporary: Path) -> None:
    _require_user_namespace()
    programs = [("native", _native("exits")), ("foreign", FOREIGN), ("empty", b""), ("bad", _native("crashes"))]
    observed = observe(programs, expected_status=EXIT_STATUS)
    assert list(observed) == ["native", "foreign", "empty", "bad"]
    assert observed["native"] == (OK, OK)
    assert observed["foreign"] == observed["empty"] == (Observation("ENOEXEC"), Observation("ENOEXEC"))
    assert observed["bad"].plain == observed["bad"].contained == Observation("signal:SIGILL")
    assert os.listdir(temporary) == []


def test_other_status_is_told() -> None:
    assert execute_programs([_native("exits")], empty_root=False, expected_status=0) == (Observation("exit:42"),)


def test_script_finds_its_interpreter_only_outside_an_empty_root() -> None:
    _require_user_namespace()
    observed = observe([("script", b"#!/bin/sh\nexit 42\n")], expected_status=42)
    assert observed["script"] == (OK, Observation("ENOENT"))


def test_one_way_only() -> None:
    script = b"#!/bin/sh\nexit 42\n"
    assert execute_programs([script, FOREIGN], empty_root=False, expected_status=42) == (OK, Observation("ENOEXEC"))


def test_nothing_to_do() -> None:
    assert observe([], expected_status=0) == {}


def test_program_gets_no_input_and_a_clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QEMU_CPU", "odd")
    script = b"""#!/bin/sh
    test -z "$QEMU_CPU" && test "$LC_ALL" = C.UTF-8 && test -z "$(cat)" && test "$PWD" != / && test -x probe || exit 1
    test "$(ulimit -c)" != unlimited && trap | grep -q . && exit 2
    kill -PIPE $$  # ignored by Python, not by what it starts
    """
    assert execute_programs([script], empty_root=False, expected_status=0) == (Observation("signal:SIGPIPE"),)


def test_what_does_not_end_is_ended(temporary: Path) -> None:
    started = time.monotonic()
    stubborn = b"#!/bin/sh\ntrap '' ALRM\nwhile :; do sleep 60; done\n"
    loops = _native("loops")
    observations = execute_programs([loops, stubborn, loops], empty_root=False, expected_status=0, timeout_s=0.3)
    assert observations == (Observation("signal:SIGALRM", "did not end within 0.3 s"),) * 3
    assert time.monotonic() - started < 5
    assert os.listdir(temporary) == []
    assert _processes_with(str(temporary)) == []


def test_many_programs_in_little_time() -> None:
    started = time.monotonic()
    observed = observe([(str(number), FOREIGN) for number in range(100)], expected_status=0)
    assert {pair.plain for pair in observed.values()} == {Observation("ENOEXEC")}
    assert time.monotonic() - started < 5


def test_ordinary_user_gets_an_empty_root_too(tmp_path: Path) -> None:
    _require_user_namespace()
    program = _native("exits")

    def work() -> str:
        # The folder of the test belongs to another user.
        del os.environ["TMPDIR"]
        return repr(
            (os.geteuid() != 0, observe([("native", program)], expected_status=EXIT_STATUS)["native"] == (OK, OK))
        )

    assert in_child(work, drop_rights=True) == "(True, True)"


def test_forbidden_user_namespace_is_no_outcome() -> None:
    # A user namespace that may have none below it, as a hardened machine forbids them to ordinary users.
    code = (
        "import os; open('/proc/sys/user/max_user_namespaces', 'w').write('0')\n"
        "from qemudoctor.host.execute import observe\n"
        "print(observe([('foreign', b'foreign')], expected_status=0)['foreign'])\n"
    )
    command = "setpriv --bounding-set=-sys_chroot --inh-caps=-all true"
    wrapped = f"import os, sys; os.execvp('setpriv', {command.split()[:-1]!r} + [sys.executable, '-c', {code!r}])"
    printed = run_in_namespace(wrapped, setup=command)
    assert "plain=Observation(outcome='ENOEXEC', reason=None, " in printed
    assert "outcome=None, reason='user namespaces are not allowed here (ENOSPC)'" in printed


def test_ignored_sigchld_of_whoever_started_us() -> None:
    def work() -> str:
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        observation = execute_programs([FOREIGN], empty_root=False, expected_status=0)[0]
        return f"{observation.outcome} {signal.getsignal(signal.SIGCHLD) is signal.SIG_IGN}"

    assert in_child(work) == "ENOEXEC True"


def test_closed_standard_streams_of_whoever_started_us() -> None:
    def work() -> str:
        os.closerange(0, 3)
        native, foreign = execute_programs([_native("exits"), FOREIGN], empty_root=False, expected_status=EXIT_STATUS)
        return f"{native.outcome} {foreign.outcome}"

    assert in_child(work) == "ok ENOEXEC"


def test_interrupt_leaves_nothing_behind(temporary: Path) -> None:
    loops = _native("loops")
    child = os.fork()
    if child == 0:
        try:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            observe([(str(number), loops) for number in range(4)], expected_status=0, timeout_s=60)
        except KeyboardInterrupt:
            os._exit(130)
        finally:
            os._exit(1)
    _wait_until(lambda: len(_processes_with(str(temporary))) >= 2)
    os.kill(child, signal.SIGINT)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 130
    assert os.listdir(temporary) == []
    assert _processes_with(str(temporary)) == []


def _processes_with(word: str) -> list[str]:
    """Return the processes in whose executable's path a word stands."""
    found: list[str] = []
    for name in os.listdir("/proc"):
        try:
            if name.isdecimal() and word in os.readlink(f"/proc/{name}/exe"):
                found.append(name)
        except OSError:
            continue
    return found


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_folder_without_noexec_is_sought(tmp_path: Path) -> None:
    code = """
import os, sys
from qemudoctor.host import workspace
from qemudoctor.host.execute import observe
first, second = sys.argv[1:]
workspace._STANDARD = (second,)
os.environ["TMPDIR"] = first
print(observe([("foreign", b"foreign")], expected_status=0)["foreign"].plain[:2])
workspace._STANDARD = ("/no/such/folder",)
os.environ.pop("XDG_RUNTIME_DIR", None)
print(observe([("foreign", b"foreign")], expected_status=0)["foreign"].plain[:2])
print(os.listdir(first), os.listdir(second))
"""
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    printed = run_in_namespace(code, str(first), str(second), setup=f"mount -t tmpfs -o noexec none '{first}'")
    assert printed.splitlines() == [
        "('ENOEXEC', None)",
        f"(None, 'there is no folder to execute a program from ({first} is mounted noexec, "
        "/no/such/folder: No such file or directory)')",
        "[] []",
    ]


def test_workspace_is_private_and_removed_when_half_filled(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with workspace.Workspace([b"one", b"two"]) as folders:
        assert len(folders) == 2
        (top,) = os.listdir(temporary)
        assert os.stat(temporary / top).st_mode & 0o777 == 0o700
        for folder in folders:
            assert os.listdir(folder) == ["probe"]
            assert os.stat(f"{folder}/probe").st_mode & 0o7777 == 0o755
        # As an emulator that crashes leaves a core.
        Path(folders[0], "core").touch()
    assert os.listdir(temporary) == []
    monkeypatch.setattr(workspace, "_STANDARD", ())
    monkeypatch.setattr(workspace, "PROGRAM", "x" * 300)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    with pytest.raises(workspace.NoWorkspace, match="File name too long"), workspace.Workspace([b"one"]):
        pass
    assert os.listdir(temporary) == []


# A registry of its own, in which a native program serves as emulator: it ends with 42 whatever it is given.
REGISTRY = """
import os, sys
from qemudoctor.host.execute import observe
emulator, flags = sys.argv[1:]
with open("/proc/sys/fs/binfmt_misc/register", "w") as register:
    register.write(f":probe:M::PROBE-ME::{emulator}:{flags}")
print(*(x[:2] for x in observe([("foreign", b"PROBE-ME")], expected_status=42)["foreign"]), sep=chr(10))
"""


@pytest.mark.parametrize(("flags", "contained"), [("", "ENOENT"), ("F", "ok")])
def test_fix_binary_decides_in_an_empty_root(tmp_path: Path, flags: str, contained: str) -> None:
    emulator = tmp_path / "emulator"
    emulator.write_bytes(_native("exits"))
    emulator.chmod(0o755)
    setup = "mount -t binfmt_misc none /proc/sys/fs/binfmt_misc"
    printed = run_in_namespace(REGISTRY, str(emulator), flags, setup=setup)
    assert printed.splitlines() == [
        "('ok', None)",
        f"('{contained}', None)",
    ]


def test_what_a_program_leaves_in_its_group_is_ended(temporary: Path) -> None:
    script = b"#!/bin/sh\nsleep 60 &\nexit 42\n"
    assert execute_programs([script], empty_root=False, expected_status=42) == (Observation("ok"),)
    assert _processes_with(str(temporary)) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_after_everything_is_cleared_away(temporary: Path, number: signal.Signals) -> None:
    script = (
        "from qemudoctor.host.execute import execute_programs; "
        "execute_programs([b'#!/bin/sh\\nsleep 60\\n'], empty_root=False, expected_status=0, timeout_s=30)"
    )
    started = subprocess.Popen([sys.executable, "-c", script], env={**os.environ, "TMPDIR": str(temporary)}, cwd=ROOT)
    for _ in range(500):
        if os.listdir(temporary) and _processes_with(str(temporary)):
            break
        time.sleep(0.01)
    started.send_signal(number)
    assert started.wait(10) == -number
    assert os.listdir(temporary) == []
    assert _processes_with(str(temporary)) == []


def _asked(program: bytes) -> dict[str, Asking]:
    return {"native": Asking(program, ("name", "argument"))}


def test_a_program_answers_and_is_looked_at_meanwhile(temporary: Path) -> None:
    _require_user_namespace()
    quiet, asking = _native("exits"), assemble_questions(NATIVE[platform.machine()][0])
    seen = observe([("native", quiet)], asking=_asked(asking), expected_status=EXIT_STATUS)["native"]
    for place in seen:
        assert place.outcome == "ok"
        assert len(place.written) == 1920
        assert place.executable is not None
        # A native program is executed by nothing but itself.
        assert (place.executable.size, place.executable.is_there) == (len(asking), True)
        assert place.executable.path.startswith(str(temporary))
    assert os.listdir(temporary) == []


def test_one_that_cannot_answer_says_nothing_of_whether_programs_run() -> None:
    _require_user_namespace()
    for failing in (_native("crashes"), b"#!/bin/sh\nexit 3\n"):
        asked = _asked(failing)
        seen = observe([("native", _native("exits"))], asking=asked, expected_status=EXIT_STATUS)["native"]
        assert seen == (OK, Observation("ENOENT") if failing.startswith(b"#!") else OK)


def test_one_that_says_nothing_is_let_go() -> None:
    started = time.monotonic()
    waits = b"#!/bin/sh\nread answer\nexit 42\n"
    seen = observe([("native", waits)], asking=_asked(waits), expected_status=42)["native"]
    assert (seen.plain.outcome, seen.plain.written) == ("ok", b"")
    assert time.monotonic() - started < 4


def test_one_that_never_stops_talking_is_ended(temporary: Path) -> None:
    talks = b"#!/bin/sh\nwhile :; do echo nonsense; done\n"
    seen = observe([("native", talks)], asking=_asked(talks), expected_status=42, timeout_s=0.3)["native"]
    assert seen.plain.outcome in ("signal:SIGALRM", "signal:SIGPIPE")
    assert len(seen.plain.written) <= 1 << 13
    assert _processes_with(str(temporary)) == []


def test_closed_standard_streams_do_not_mix_with_the_answers() -> None:
    asking = assemble_questions(NATIVE[platform.machine()][0])

    def work() -> str:
        os.closerange(0, 3)
        seen = observe([("native", _native("exits"))], asking=_asked(asking), expected_status=EXIT_STATUS)["native"]
        return f"{seen.plain.outcome} {len(seen.plain.written)}"

    assert in_child(work) == "ok 1920"


def test_no_descriptor_is_left_open() -> None:
    asking = assemble_questions(NATIVE[platform.machine()][0])
    before = sorted(os.listdir("/proc/self/fd"))
    observe([("native", _native("exits"))], asking=_asked(asking), expected_status=EXIT_STATUS)
    assert sorted(os.listdir("/proc/self/fd")) == before
