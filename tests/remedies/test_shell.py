"""Commands do in a real shell what they say: quoting, one line into one file, with and without root."""

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qemudoctor._override import override
from qemudoctor.host.door import NotRecorded
from qemudoctor.platforms import ARCHITECTURES, Architecture
from qemudoctor.remedies import shell
from qemudoctor.remedies.register import fresh_line
from tests.support.hosts import FakeHost, ask, linux

SHELLS = [name for name in ("sh", "dash", "bash", "busybox") if shutil.which(name)]


def run(name: str, command: str, folder: Path) -> None:
    words = ["busybox", "sh"] if name == "busybox" else [name]
    subprocess.run([*words, "-c", command], cwd=folder, check=True, timeout=20)


@pytest.mark.parametrize("name", SHELLS)
@pytest.mark.parametrize("architecture", ARCHITECTURES, ids=[x.qemu_target for x in ARCHITECTURES])
def test_a_register_string_arrives_as_it_is(name: str, architecture: Architecture, tmp_path: Path) -> None:
    line = fresh_line(ask(linux()), architecture, "/usr/bin/a b'c")
    command = shell.register(ask(linux()), line).replace(shell.REGISTER, "register")
    run(name, command, tmp_path)
    assert (tmp_path / "register").read_bytes() == line + b"\n"


@given(text=st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=40))
def test_any_text_is_quoted(text: str) -> None:
    words = shlex.split(shell.write(ask(linux()), text, "/dev/full"))
    assert words[2] == text


def test_root_needs_no_sudo() -> None:
    facts = ask(linux(euid=0))
    assert shell.as_root(facts, "true") == "true"
    assert shell.write(facts, "1", "/x") == r"printf '%s\n' 1 > /x"


def test_others_do() -> None:
    facts = ask(linux(euid=1000))
    assert shell.as_root(facts, "true") == "sudo true"
    assert shell.write(facts, "1", "/x") == r"printf '%s\n' 1 | sudo tee /x >/dev/null"


def test_unknown_user_counts_as_root() -> None:
    class Nobody(FakeHost):
        @override
        def euid(self) -> int:
            raise NotRecorded("euid")

    assert not shell.needs_sudo(ask(Nobody({})))
