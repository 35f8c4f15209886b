"""The running machine: real files, real commands."""

import os
import signal
import time
from pathlib import Path

import pytest

from qemudoctor.host import syscalls
from qemudoctor.host.door import CouldNotLook, Forbidden, Host, HostError, NotThere, Source
from qemudoctor.host.live import LiveHost
from qemudoctor.kernel.tree import NodeKind
from tests.host.samples import nobody, run_in_namespace

HOST: Host = LiveHost()


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    """Return a file in a directory that nobody may search."""
    folder = tmp_path / "locked"
    folder.mkdir()
    (folder / "file").write_bytes(b"secret")
    folder.chmod(0)
    return folder / "file"


def test_read_returns_the_file_up_to_the_limit(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"0123456789")
    path = str(tmp_path / "file")
    assert HOST.read(path) == b"0123456789"
    assert HOST.read(path, limit=4) == b"0123"
    assert HOST.read_at(path, 3, 4) == b"3456"
    assert HOST.read_at(path, 8, 100) == b"89"
    assert HOST.read_at(path, 1 << 62, 1 << 62) == b""


def test_read_follows_links(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"content")
    (tmp_path / "link").symlink_to("file")
    assert HOST.read(str(tmp_path / "link")) == b"content"
    assert HOST.readlink(str(tmp_path / "link")) == "file"
    assert HOST.stat(str(tmp_path / "link")).kind is NodeKind.FILE
    assert HOST.stat(str(tmp_path / "link"), follow=False).kind is NodeKind.LINK


@pytest.mark.live
def test_files_of_proc_are_read_to_their_end() -> None:
    with open("/proc/self/maps", "rb") as maps:
        assert HOST.read("/proc/self/maps").count(b"\n") >= maps.read().count(b"\n") - 5
    assert HOST.read("/proc/self/status", limit=5) == b"Name:"


def test_fifo_never_blocks(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for ask in (HOST.read, lambda path: HOST.read_at(path, 0, 1), lambda path: HOST.find_in_file(path, b"x", 1)):
        with pytest.raises(CouldNotLook, match="is a fifo, not a regular file"):
            ask(str(tmp_path / "fifo"))
    assert HOST.stat(str(tmp_path / "fifo")).kind is NodeKind.FIFO


@pytest.mark.parametrize(("path", "kind"), [("/dev/null", "character device"), ("/", "directory")])
def test_only_regular_files_are_opened(path: str, kind: str) -> None:
    with pytest.raises(CouldNotLook, match=f"is a {kind}, not a regular file"):
        HOST.read(path)


def test_not_there_forbidden_and_could_not_look_differ(tmp_path: Path, locked: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "file").touch()
    for missing in (tmp_path / "missing", tmp_path / "file" / "below"):
        with pytest.raises(NotThere):
            HOST.read(str(missing))
        assert not HOST.exists(str(missing))
    with pytest.raises(CouldNotLook, match="symbolic links") as caught:
        HOST.exists(str(tmp_path / "loop"))
    assert not isinstance(caught.value, Forbidden)
    with nobody():
        for ask in (HOST.read, HOST.stat, HOST.exists, HOST.listdir, HOST.readlink, HOST.mount_is_noexec):
            with pytest.raises(Forbidden):
                ask(str(locked))


def test_dangling_link_leads_to_nothing(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("missing")
    assert not HOST.exists(str(tmp_path / "link"))
    assert HOST.stat(str(tmp_path / "link"), follow=False).kind is NodeKind.LINK


@pytest.mark.parametrize("path", ["", "relative", "/nul\0byte", "/half\ud800"])
def test_what_is_no_path_is_refused(path: str) -> None:
    for ask in (HOST.read, HOST.stat, HOST.exists, HOST.listdir, HOST.readlink, HOST.mount_is_noexec):
        with pytest.raises(CouldNotLook):
            ask(path)


def test_listdir_keeps_the_order_of_the_kernel(tmp_path: Path) -> None:
    for name in ("b", "a", "d", "c"):
        (tmp_path / name).touch()
    assert HOST.listdir(str(tmp_path)) == tuple(os.listdir(tmp_path))
    with pytest.raises(NotThere):
        HOST.listdir(str(tmp_path / "a"))


def test_names_that_are_no_utf8_come_and_go_unchanged(tmp_path: Path) -> None:
    with open(os.fsencode(tmp_path) + b"/\xff\xe9", "wb") as file:
        file.write(b"latin")
    (name,) = HOST.listdir(str(tmp_path))
    assert name == "\udcff\udce9"
    assert HOST.read(f"{tmp_path}/{name}") == b"latin"


def test_huge_directory_is_not_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syscalls, "LISTING_LIMIT", 3)
    for name in "abcd":
        (tmp_path / name).touch()
    with pytest.raises(CouldNotLook, match="more than 3 names"):
        HOST.listdir(str(tmp_path))


STEP = 1 << 18


@pytest.mark.parametrize("offset", [0, 1, STEP - 3, STEP, 2 * STEP - 1, 3 * STEP - 6])
def test_find_in_file_finds_across_chunks(tmp_path: Path, offset: int) -> None:
    content = bytearray(3 * STEP)
    content[offset : offset + 6] = b"needle"
    (tmp_path / "file").write_bytes(content)
    found = HOST.find_in_file(str(tmp_path / "file"), b"needle", 10)
    assert found == bytes(content[offset : offset + 10])
    assert HOST.find_in_file(str(tmp_path / "file"), b"needles", 10) is None


def test_find_in_file_gives_up_on_a_huge_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syscalls, "SEARCH_LIMIT_BYTES", 1 << 20)
    with open(tmp_path / "sparse", "wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(CouldNotLook, match="first 1 MiB"):
        HOST.find_in_file(str(tmp_path / "sparse"), b"needle", 10)


def test_uname_and_user_are_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QEMU_CPU", "max")
    monkeypatch.delenv("QEMU_LD_PREFIX", raising=False)
    uname = HOST.uname()
    assert (uname.release, uname.machine) == (os.uname().release, os.uname().machine)
    assert HOST.hostname() == uname.node
    assert HOST.euid() == os.geteuid()
    assert HOST.environment("QEMU_CPU") == "max"
    assert HOST.environment("QEMU_LD_PREFIX") is None
    assert (HOST.source, HOST.root) == (Source.LIVE, "/")


def test_which_looks_in_path_and_standard_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "only-here"
    program.write_text("#!/bin/sh\n")
    monkeypatch.setenv("PATH", f"relative::{tmp_path}")
    assert HOST.which("only-here") is None
    program.chmod(0o755)
    assert HOST.which("only-here") == str(program)
    assert HOST.which("sh") in ("/usr/bin/sh", "/bin/sh")
    assert HOST.which("no-such-program") is None


def test_run_has_no_input_and_a_fixed_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "de")
    result = HOST.run(["sh", "-c", "cat; echo $LC_ALL$LANGUAGE; pwd; echo oops >&2; exit 3"], timeout_s=10)
    assert (result.status, result.signal) == (3, None)
    assert (result.stdout, result.stderr) == ("C.UTF-8\n/\n", "oops\n")


def test_run_passes_words_as_they_are() -> None:
    result = HOST.run(["printf", "%s|", "$HOME", "a b", "", "\udcff"], timeout_s=10)
    assert result.stdout == "$HOME|a b||\ufffd|"


def test_run_names_the_signal() -> None:
    result = HOST.run(["sh", "-c", "kill -SEGV $$"], timeout_s=10)
    assert (result.status, result.signal) == (None, "SIGSEGV")


@pytest.mark.parametrize("script", ["sleep 60", "sleep 60 & sleep 60", "sleep 60 & exit 0", "exec >&- 2>&-; sleep 60"])
def test_run_ends_what_takes_too_long(script: str) -> None:
    started = time.monotonic()
    with pytest.raises(CouldNotLook, match=r"did not end within 0\.2 s"):
        HOST.run(["sh", "-c", script], timeout_s=0.2)
    assert time.monotonic() - started < 5


def test_run_ends_what_prints_too_much() -> None:
    with pytest.raises(CouldNotLook, match="printed more than 4 MiB"):
        HOST.run(["cat", "/dev/zero"], timeout_s=30)


def test_run_says_why_nothing_was_started(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("text")
    with pytest.raises(NotThere):
        HOST.run(["no-such-program"], timeout_s=10)
    with pytest.raises(Forbidden):
        HOST.run([str(tmp_path / "plain")], timeout_s=10)
    with pytest.raises(CouldNotLook):
        HOST.run(["true", "nul\0byte"], timeout_s=10)


def test_names_of_signals() -> None:
    assert syscalls.signal_name(signal.SIGKILL) == "SIGKILL"
    assert syscalls.signal_name(40) == "SIG40"


@pytest.mark.live
def test_mount_with_noexec_is_seen(tmp_path: Path) -> None:
    code = (
        "import sys; from qemudoctor.host import LiveHost\n"
        "print(LiveHost().mount_is_noexec(sys.argv[1]), LiveHost().tree().node(sys.argv[1] + '/file').noexec)"
    )
    setup = f"mount -t tmpfs -o noexec none '{tmp_path}' && touch '{tmp_path}/file'"
    assert run_in_namespace(code, str(tmp_path), setup=setup).split() == ["True", "True"]
    (tmp_path / "file").touch()
    assert LiveHost().tree().node(f"{tmp_path}/file") is not None


# As systemd mounts it: the kernel asks a daemon through the pipe, and whoever triggered it waits for the answer.
AUTOMOUNT = """
import os, select, signal, subprocess, sys
from qemudoctor.host import HostError, LiveHost
place = sys.argv[1]
requests, writer = os.pipe()
os.set_inheritable(writer, True)
options = f"fd={writer},pgrp={os.getpgrp()},minproto=5,maxproto=5,direct"
command = ["mount", "-t", "autofs", "-o", options, "systemd-1", place]
if subprocess.run(command, close_fds=False, stderr=subprocess.DEVNULL).returncode:
    sys.exit(77)
os.close(writer)
child = os.fork()
if child == 0:
    os.setpgid(0, 0)  # of the daemon's own group, nothing is triggered
    signal.alarm(10)
    host = LiveHost()
    print(host.stat(place).kind.value, host.stat(place + "/").kind.value, host.exists(place))
    for ask in (host.read, host.readlink, host.mount_is_noexec, host.tree().readlink):
        try:
            ask(place)
        except HostError as error:
            print(error.reason)
    print(host.tree().node(place).kind.value, flush=True)
    os._exit(0)
status = os.waitpid(child, 0)[1]
print(status, select.select([requests], [], [], 0)[0], flush=True)
os.close(requests)
"""


@pytest.mark.live
def test_automount_is_not_triggered(tmp_path: Path) -> None:
    printed = run_in_namespace(AUTOMOUNT, str(tmp_path), root=True)
    assert printed.splitlines() == [
        "directory directory True",
        "is a directory, not a regular file",
        "Invalid argument",
        "is an automount that was not triggered yet",
        "Invalid argument",
        "directory",
        "0 []",
    ]


def test_errors_tell_path_and_reason() -> None:
    error = HostError("/a", "because", errno=5)
    assert (error.path, error.reason, error.errno, str(error)) == ("/a", "because", 5, "/a: because")
