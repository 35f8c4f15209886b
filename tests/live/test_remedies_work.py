"""Printed commands, pasted into real shells on the real kernel, in a registry of our own that nobody else sees."""

import shutil
import subprocess
from pathlib import Path

import pytest

from qemudoctor.facts import Facts
from qemudoctor.host.trees import Content
from qemudoctor.platforms import parse_platform
from qemudoctor.probe.programs import EXIT_STATUS, assemble
from qemudoctor.remedies import shell
from qemudoctor.remedies.cures import cures
from qemudoctor.remedies.mount import enable
from qemudoctor.remedies.register import fresh_line, remove
from qemudoctor.remedies.remedy import Remedy
from tests.support.checking import findings
from tests.support.hosts import ask, entry_text, link, linux, static_emulator

pytestmark = pytest.mark.live

EMULATOR = "/usr/bin/qemu-aarch64-static"
ARM64 = parse_platform("linux/arm64")
NAME = "qemu-aarch64"
CONF = "/usr/lib/binfmt.d/qemu-aarch64.conf"
DEBIAN = "/usr/libexec/qemu-binfmt/aarch64-binfmt-P"
FACTS = ask(linux(entries={NAME: entry_text()}, files={EMULATOR: static_emulator("aarch64")}), "linux/arm64")
NEW = ask(linux(files={EMULATOR: static_emulator("aarch64")}), "linux/arm64")
PREPARE = "mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc || exit 99"
FAILS = 127
"""What chroot says of ENOENT; and of ENOEXEC, since it then looks for a /bin/sh, which is not there."""

SHELLS = [
    pytest.param(words, id=words[0], marks=pytest.mark.skipif(not shutil.which(words[0]), reason="not installed"))
    for words in (["dash"], ["bash"], ["busybox", "sh"])
]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return an empty root that holds nothing but an arm64 program."""
    program = tmp_path / "probe"
    program.write_bytes(assemble("aarch64"))
    program.chmod(0o755)
    return tmp_path


def outcomes(words: list[str], root: Path, *commands: str) -> list[int]:
    """Return how the program in the root ends after each of the commands, in a private registry."""
    if shutil.which("unshare") is None or not Path(EMULATOR).exists():
        pytest.skip("unshare (util-linux) and qemu-aarch64-static (Debian: qemu-user-static) are needed")
    probe = f"chroot {root} /probe 2>/dev/null; echo $?"
    script = "\n".join([PREPARE, *(f"{command}\n{probe}" for command in commands)])
    command = ["unshare", "--user", "--map-root-user", "--mount", *words, "-c", script]
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    if result.returncode in (1, 99) and not result.stdout:
        pytest.skip(f"no private registry here (Linux 6.7 has them): {result.stderr.strip()[:200]}")
    return [int(line) for line in result.stdout.split()]


def cure(name: str, *, facts: Facts = FACTS) -> Remedy:
    return {x.id: x for x in cures(facts, ARM64)}[name]


WITHOUT_F = shell.register(FACTS, fresh_line(FACTS, ARM64.architecture, EMULATOR, flags=""))


@pytest.mark.parametrize("words", SHELLS)
def test_registering_again_with_f(words: list[str], root: Path) -> None:
    again = "\n".join(cure("register-now").commands)
    assert outcomes(words, root, "true", WITHOUT_F, again) == [FAILS, FAILS, EXIT_STATUS]


@pytest.mark.parametrize("words", SHELLS)
def test_registering_for_the_first_time(words: list[str], root: Path) -> None:
    commands = "\n".join(cure("register-now", facts=NEW).commands)
    assert outcomes(words, root, "true", commands) == [FAILS, EXIT_STATUS]


def test_registering_what_binfmt_d_holds(root: Path) -> None:
    if not Path(CONF).exists() or not Path(DEBIAN).exists():
        pytest.skip(f"{CONF} (Debian: qemu-user-static) is needed")
    files: dict[str, Content] = {
        EMULATOR: static_emulator("aarch64"),
        DEBIAN: link("../../bin/qemu-aarch64-static"),
        CONF: Path(CONF).read_bytes(),
    }
    facts = ask(linux(entries={NAME: entry_text()}, files=files), "linux/arm64")
    commands = "\n".join(cure("register-now", facts=facts).commands)
    assert DEBIAN in commands
    assert outcomes(["sh"], root, WITHOUT_F, commands) == [FAILS, EXIT_STATUS]


def test_registering_the_right_emulator_in_place_of_another(root: Path) -> None:
    other = "/usr/bin/qemu-arm-static"
    files = {EMULATOR: static_emulator("aarch64"), other: static_emulator("arm")}
    entries = {NAME: entry_text(interpreter=other, flags="F")}
    facts = ask(linux(entries=entries, files=files), "linux/arm64")
    wrong = shell.register(facts, fresh_line(facts, ARM64.architecture, other))
    commands = "\n".join(cure("register-now", facts=facts).commands)
    assert outcomes(["sh"], root, wrong, commands) == [255, EXIT_STATUS]


def test_a_mask_that_lets_position_independent_programs_in(root: Path) -> None:
    program = bytearray((root / "probe").read_bytes())
    program[16] = 3
    (root / "probe").write_bytes(program)
    mask = "ff" * 20
    facts = ask(
        linux(entries={NAME: entry_text(mask=mask, flags="F")}, files={EMULATOR: static_emulator("aarch64")}),
        "linux/arm64",
    )
    narrow = shell.register(facts, facts.registry.entries[0].to_register())
    (found,) = findings("QD207", facts)
    commands = "\n".join(found.finding.remedies[0].commands)
    assert outcomes(["sh"], root, narrow, commands) == [FAILS, EXIT_STATUS]


@pytest.mark.parametrize("words", SHELLS)
def test_switching_on_and_removing(words: list[str], root: Path) -> None:
    commands = "\n".join(cure("register-now", facts=NEW).commands)
    entry = FACTS.registry.entries[0]
    steps = (
        commands,
        f"echo 0 > /proc/sys/fs/binfmt_misc/{NAME}",
        *enable(FACTS, NAME).commands,
        "echo 0 > /proc/sys/fs/binfmt_misc/status",
        *enable(FACTS, "status").commands,
        *remove(FACTS, entry).commands,
    )
    expected = [EXIT_STATUS, FAILS, EXIT_STATUS, FAILS, EXIT_STATUS, FAILS]
    assert outcomes(words, root, *steps) == expected


def test_handing_the_emulator_over(root: Path) -> None:
    """What `docker run -v SOURCE:DESTINATION` does: the destination is the path that the entry names."""
    mount = next(x for x in cure("bind-mount-docker-run").commands if " -v " in x).split(" -v ")[1].split()[0]
    source, destination, _ = mount.split(":")
    bind = f"mkdir -p {root}/usr/bin; : > {root}{destination}; mount --bind {source} {root}{destination}"
    assert outcomes(["sh"], root, WITHOUT_F, bind) == [FAILS, EXIT_STATUS]
