"""Remedies tried on the real kernel in a registry of their own: what is proven, what is not, and nothing is left."""

import os
import time
from pathlib import Path

import pytest

from qemudoctor.check import Effect, Remedy
from qemudoctor.facts import Facts
from qemudoctor.host.observation import Observation
from qemudoctor.host.rehearse import Trial, rehearse
from qemudoctor.platforms import BY_TARGET, parse_platform
from qemudoctor.probe.programs import EXIT_STATUS, assemble, assemble_code, program_of
from qemudoctor.remedies.rehearsal import confirmed, disproved_last
from tests.support.hosts import ask, linux, static_emulator

pytestmark = pytest.mark.live

EMULATOR = "/usr/bin/qemu-aarch64-static"
MAGIC = "".join(rf"\x{byte:02x}" for byte in BY_TARGET["aarch64"].magic)
ARM64 = parse_platform("linux/arm64")
PROGRAM = assemble("aarch64")
DAEMON = bytes.fromhex("b8390000000f0585c0740cbf2a000000b83c0000000f05b8700000000f05b8220000000f05ebf7")
"""x86-64: fork(); the parent exits with 42, the child calls setsid() and pauses for ever."""
HANGS = bytes.fromhex("b8220000000f05ebf7")
TIMEOUT_S = 0.5


def line(flags: str, interpreter: str = EMULATOR, name: str = "qemu-aarch64") -> bytes:
    return f":{name}:M::{MAGIC}::{interpreter}:{flags}".encode()


@pytest.fixture(autouse=True)
def _private_registries() -> None:
    if not Path(EMULATOR).exists():
        pytest.skip("qemu-aarch64-static (Debian: qemu-user-static) is needed")
    seen = rehearse([Trial(PROGRAM)], expected_status=EXIT_STATUS)[0]
    if seen.outcome is None:
        pytest.skip(f"no private registry here (Linux 6.7 has them): {seen.reason}")


@pytest.mark.parametrize(
    ("trial", "outcome"),
    [
        pytest.param(Trial(PROGRAM), "ENOEXEC", id="nothing registered"),
        pytest.param(Trial(PROGRAM, register=(line("F"),)), "ok", id="with F"),
        pytest.param(Trial(PROGRAM, register=(line(""),)), "ENOENT", id="without F"),
        pytest.param(Trial(PROGRAM, present=(line("F"),)), "ok", id="present"),
        pytest.param(Trial(PROGRAM, present=(line("F"),), disabled=("qemu-aarch64",)), "ENOEXEC", id="switched off"),
        pytest.param(Trial(PROGRAM, present=(line(""),), register=(line("F", name="n"),)), "ok", id="newest wins"),
        pytest.param(Trial(PROGRAM, present=(line("F"),), register=(line("F"),)), "EEXIST", id="name taken"),
        pytest.param(Trial(PROGRAM, register=(line("F", "/nowhere"),)), "ENOENT", id="no such emulator"),
        pytest.param(Trial(PROGRAM, present=(line("", "/in/it"),), files=(("/in/it", EMULATOR),)), "ok", id="bound"),
        pytest.param(Trial(PROGRAM, present=(b"nonsense",)), None, id="cannot be repeated"),
        pytest.param(Trial(PROGRAM, files=(("/x", "/nowhere"),)), None, id="nothing to bind"),
    ],
)
def test_one_trial(trial: Trial, outcome: str | None) -> None:
    seen = rehearse([trial], expected_status=EXIT_STATUS)[0]
    assert seen.outcome == outcome, seen.reason


def test_trials_do_not_disturb_each_other() -> None:
    trials = [Trial(PROGRAM, register=(line("F"),)), Trial(PROGRAM), Trial(PROGRAM, register=(line("F"),))]
    assert [x.outcome for x in rehearse(trials, expected_status=EXIT_STATUS)] == ["ok", "ENOEXEC", "ok"]


def test_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    before = Path("/proc/self/mountinfo").read_text(encoding="utf-8")
    trial = Trial(PROGRAM, register=(line(""),), files=(("/a/b/c", EMULATOR),))
    rehearse([trial], expected_status=EXIT_STATUS)
    assert list(tmp_path.iterdir()) == []
    assert Path("/proc/self/mountinfo").read_text(encoding="utf-8") == before
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def native(folder: Path, code: bytes) -> Path:
    """Return the path of a static program of this machine that stands in for an emulator."""
    if os.uname().machine != "x86_64":
        pytest.skip("the stand-in is made of x86-64 instructions")
    program = folder / "emulator"
    program.write_bytes(assemble_code(program_of("x86_64"), code))
    program.chmod(0o755)
    return program


def running(program: Path) -> list[str]:
    """Return the processes that execute a file."""
    found = []
    for link in Path("/proc").glob("[0-9]*/exe"):
        try:
            found += [str(link)] if os.path.samefile(link, program) else []
        except OSError:
            continue
    return found


def test_no_emulator_stays_behind(tmp_path: Path) -> None:
    program = native(tmp_path, DAEMON)
    seen = rehearse([Trial(PROGRAM, register=(line("F", str(program)),))], expected_status=EXIT_STATUS)[0]
    assert (seen.outcome, running(program)) == ("ok", [])


@pytest.mark.parametrize("altogether_s", [TIMEOUT_S / 2, 10.0], ids=["given up", "waited for"])
def test_an_emulator_that_hangs_is_ended(tmp_path: Path, altogether_s: float) -> None:
    program = native(tmp_path, HANGS)
    trials = [Trial(PROGRAM, register=(line("F", str(program)),)), Trial(PROGRAM)]
    started = time.monotonic()
    seen = rehearse(trials, expected_status=EXIT_STATUS, timeout_s=TIMEOUT_S, altogether_s=altogether_s)
    assert time.monotonic() - started < TIMEOUT_S * 4
    given_up, waited_for = [None, None], ["signal:SIGALRM", "ENOEXEC"]
    assert [x.outcome for x in seen] == (given_up if altogether_s < TIMEOUT_S else waited_for)
    # Killed with the namespace, which the kernel clears away by itself.
    deadline = time.monotonic() + TIMEOUT_S
    while running(program) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert running(program) == []


def test_no_path_leads_out_of_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    outside = tmp_path / "outside"
    inside = "/.." * 20 + str(outside)
    trial = Trial(PROGRAM, present=(line("", inside),), files=((inside, EMULATOR),))
    assert rehearse([trial], expected_status=EXIT_STATUS)[0].outcome == "ok"
    assert not outside.exists()


def test_what_hangs_is_tried_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def counted(trials: list[Trial], *, expected_status: int) -> tuple[Observation, ...]:
        calls.append(len(trials))
        return rehearse(trials, expected_status=expected_status, timeout_s=TIMEOUT_S)

    program = native(tmp_path, HANGS)
    facts = ask(
        linux(kernel=os.uname().release, entries={}, files={str(program): static_emulator("aarch64")}), "linux/arm64"
    )
    monkeypatch.setattr("qemudoctor.host.rehearse.rehearse", counted)
    wanted = [(ARM64, remedy(Effect(register=(line("F", str(program)),))))]
    assert [confirmed(facts, wanted)[0].proven for _ in range(3)] == [None, None, None]
    assert calls == [1]


def remedy(effect: Effect, *, proven: str | None = "model") -> Remedy:
    return Remedy("x", "X", ("true",), root=True, persistent=False, effect=effect, proven=proven)


def modelled() -> Facts:
    """Return facts of a host like this one with an empty registry."""
    release = os.uname().release
    return ask(linux(kernel=release, entries={}, files={EMULATOR: static_emulator("aarch64")}), "linux/arm64")


def test_the_kernel_confirms() -> None:
    found = confirmed(modelled(), [(ARM64, remedy(Effect(register=(line("F"),))))])
    assert [x.proven for x in found] == ["kernel"]


def test_the_kernel_disagrees() -> None:
    # On the model an emulator lies there, on this machine it does not.
    path = "/nowhere/qemu-aarch64-static"
    facts = ask(linux(kernel=os.uname().release, entries={}, files={path: static_emulator("aarch64")}), "linux/arm64")
    bad, good = remedy(Effect(register=(line("F", path),))), remedy(Effect(), proven="model")._replace(effect=None)
    found = confirmed(facts, [(ARM64, bad), (ARM64, good)])
    assert [x.proven for x in found] == [None, "model"]
    assert "ENOENT" in str(found[0].note)
    assert [x.proven for x in disproved_last(found)] == ["model", None]


@pytest.mark.parametrize(
    "untried",
    [
        remedy(Effect(installs=(EMULATOR,), register=(line("F"),))),
        remedy(Effect(register=(line("F"),)), proven=None),
    ],
    ids=["yet to be installed", "not proven before"],
)
def test_what_cannot_be_tried_stays_as_it_is(untried: Remedy) -> None:
    assert confirmed(modelled(), [(ARM64, untried)]) == (untried,)


def test_an_old_kernel_has_no_private_registry() -> None:
    one = remedy(Effect(register=(line("F"),)))
    old = ask(linux(kernel="5.10.0-28-amd64", files={EMULATOR: static_emulator("aarch64")}), "linux/arm64")
    assert confirmed(old, [(ARM64, one)]) == (one,)
