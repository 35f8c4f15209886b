"""What /proc tells of processes, as text that a process can write itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qemudoctor.facts.processes import Process, from_pidfile, may_be_activated, parse_stat, search
from qemudoctor.facts.surroundings import is_wsl
from qemudoctor.kernel.tree import Node, NodeKind
from tests.support.engines import process
from tests.support.hosts import FakeHost

SYSTEMD = "/run/systemd/system"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1042 (dockerd) S 1 1042", Process(1042, "dockerd", "S")),
        ("7 (a) b) T 1", Process(7, "a) b", "T")),
        ("7 (x", None),
        ("x (dockerd) S", None),
        ("", None),
    ],
)
def test_stat(text: str, found: Process | None) -> None:
    assert parse_stat(text) == found


@given(st.text(max_size=40))
def test_any_text_is_read_or_none(text: str) -> None:
    found = parse_stat(text)
    assert found is None or found.number >= 0


def test_search_takes_the_first_of_that_name() -> None:
    host = FakeHost({**process(30), **process(4), **process(3, "bash"), "/proc/self/x": "", "/proc/9x/stat": ""})
    found = search(host, "dockerd")
    assert found is not None
    assert found.number == 4
    assert search(host, "podman") is None


def test_a_pid_of_another_program_is_none_of_ours() -> None:
    host = FakeHost({**process(4, "bash"), "/run/docker.pid": "4\n"})
    assert from_pidfile(host, "/run/docker.pid", "dockerd") is None
    ended = FakeHost({**process(4, state="Z"), "/run/docker.pid": "4\n"})
    assert from_pidfile(ended, "/run/docker.pid", "dockerd") is None


@pytest.mark.parametrize(
    ("socket", "unit", "may"),
    [
        ("/var/run/docker.sock", "/lib/systemd/system/docker.socket", True),
        ("/run/podman/podman.sock", "/usr/lib/systemd/system/podman.socket", True),
        ("/run/user/1000/podman/podman.sock", "/usr/lib/systemd/user/podman.socket", True),
        ("/run/user/1000/podman/podman.sock", "/usr/lib/systemd/system/podman.socket", False),
        ("/run/buildkit/buildkitd.sock", "/etc/systemd/system/buildkit.socket", True),
        ("/var/run/docker.sock", "/lib/systemd/system/docker.service", False),
        ("/tmp/x/socket", "/lib/systemd/system/docker.socket", False),
    ],
)
def test_sockets_that_systemd_may_keep(socket: str, unit: str, may: bool) -> None:
    running = {SYSTEMD: Node(NodeKind.DIRECTORY)}
    assert may_be_activated(FakeHost({**running, unit: ""}), socket, systemd=SYSTEMD) is may
    assert not may_be_activated(FakeHost({unit: ""}), socket, systemd=SYSTEMD)


@pytest.mark.parametrize(
    ("release", "wsl"),
    [
        ("5.15.153.1-microsoft-standard-WSL2", True),
        ("4.19.104-microsoft-standard", True),
        ("6.1.0-25-amd64", False),
        (None, False),
    ],
)
def test_wsl(release: str | None, wsl: bool) -> None:
    assert is_wsl(release) is wsl
