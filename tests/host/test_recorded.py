"""A host from a capture: what was recorded, what was looked for in vain, and what nobody looked at."""

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from qemudoctor.host import open_host
from qemudoctor.host.capture import CaptureError
from qemudoctor.host.capture_reader import parse_capture
from qemudoctor.host.door import (
    CouldNotLook,
    FileStat,
    Forbidden,
    Host,
    HostError,
    NoAnswer,
    NotRecorded,
    NotThere,
    Source,
)
from qemudoctor.host.recorded import RecordedHost
from qemudoctor.kernel.path import walk
from qemudoctor.kernel.tree import NodeKind
from tests.host.samples import SAMPLE

HOST: Host = RecordedHost(parse_capture(SAMPLE))
EMULATOR = "/usr/bin/qemu-aarch64-static"


def test_open_host_reads_a_capture_file(tmp_path: Path) -> None:
    (tmp_path / "node7.txt").write_bytes(SAMPLE)
    host = open_host(capture=str(tmp_path / "node7.txt"))
    assert isinstance(host, RecordedHost)
    assert (host.source, host.root) == (Source.CAPTURE, "/")


def test_facts_without_files() -> None:
    assert HOST.uname().release == "3.10.0-327.el7.x86_64"
    assert HOST.hostname() == "node7"
    assert HOST.euid() == 0
    assert HOST.environment("PATH") == "/usr/bin:/bin"
    assert HOST.environment("QEMU_CPU") is None
    assert HOST.which("docker") == "/usr/bin/docker"
    assert HOST.which("podman") is None


def test_registry_keeps_its_order() -> None:
    assert HOST.listdir("/proc/sys/fs/binfmt_misc") == ("qemu-aarch64", "qemu-arm", "register", "status")
    assert HOST.read("/proc/sys/fs/binfmt_misc/qemu-aarch64").splitlines()[2] == b"flags: "
    assert HOST.stat("/proc/sys/fs/binfmt_misc/qemu-aarch64").size == 0


def test_links_are_followed() -> None:
    assert HOST.stat("/bin/qemu-aarch64").size == 6113856
    assert HOST.readlink("/bin/qemu-aarch64") == "qemu-aarch64-static"
    assert walk(HOST.tree(), "/bin/qemu-aarch64").path == EMULATOR
    with pytest.raises(CouldNotLook, match="not a symbolic link"):
        HOST.readlink(EMULATOR)


def test_stat_tells_all_that_was_recorded() -> None:
    assert HOST.stat(EMULATOR) == FileStat(NodeKind.FILE, 0o755, 0, 0, 6113856, 64768, 1234)
    assert HOST.stat("/run/docker.sock").kind is NodeKind.SOCKET
    assert HOST.mount_is_noexec(EMULATOR) is False
    with pytest.raises(NotRecorded):
        HOST.mount_is_noexec("/etc/hostname")


def test_emulator_is_read_where_it_was_recorded() -> None:
    assert HOST.read(EMULATOR, limit=4) == b"\x7fELF"
    assert HOST.read_at(EMULATOR, 16, 4) == b"\x02\x00\x3e\x00"
    assert HOST.read_at(EMULATOR, 4097, 5) == b"lib64"
    assert HOST.read_at(EMULATOR, 6113856, 10) == b""
    for offset, size in ((0, 21), (4090, 10), (4120, 10), (6113855, 1)):
        with pytest.raises(NotRecorded, match="are not recorded"):
            HOST.read_at(EMULATOR, offset, size)
    with pytest.raises(NotRecorded):
        HOST.read(EMULATOR)


def test_searches_are_recorded() -> None:
    needle = b"qemu-aarch64 version "
    assert HOST.find_in_file(EMULATOR, needle, 200) == needle + b"2.12.0 (qemu-2.12.0-1.el7)"
    assert HOST.find_in_file(EMULATOR, needle, 27) == needle + b"2.12.0"
    assert HOST.find_in_file(EMULATOR, b"qemu-arm version ", 200) is None
    with pytest.raises(NotRecorded):
        HOST.find_in_file(EMULATOR, b"other", 200)
    # What is there as a whole can be searched.
    assert HOST.find_in_file("/proc/sys/fs/binfmt_misc/qemu-aarch64", b"flags", 6) == b"flags:"
    assert HOST.find_in_file("/proc/sys/fs/binfmt_misc/qemu-aarch64", b"extension", 6) is None


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        pytest.param("/usr/lib/binfmt.d", NotThere, id="recorded as absent"),
        pytest.param("/usr/lib/binfmt.d/qemu.conf", NotThere, id="below what is absent"),
        pytest.param("/etc/binfmt.d/qemu.conf", NotThere, id="not in a whole list"),
        pytest.param("/etc/binfmt.d/sub/qemu.conf", NotThere, id="below what is not in a whole list"),
        pytest.param("/etc/hostname/x", NotThere, id="below a file"),
        pytest.param("/proc/sys/fs/binfmt_misc/qemu-arm", NotRecorded, id="in a list, not recorded itself"),
        pytest.param("/etc/docker/daemon.json", NotRecorded, id="in a directory that was not listed"),
        pytest.param("/etc/passwd", NotRecorded, id="in a directory that is only implied"),
        pytest.param("/root/.docker", NotRecorded, id="in a directory whose list is forbidden"),
        pytest.param("/opt/x", NotRecorded, id="nowhere near"),
        pytest.param("/var/secret/key", Forbidden, id="forbidden"),
        pytest.param("/var/secret/key/x", Forbidden, id="below what is forbidden"),
        pytest.param("/mnt/share", CouldNotLook, id="unreadable"),
        pytest.param("/mnt/share/x", CouldNotLook, id="below what is unreadable"),
    ],
)
def test_missing_forbidden_and_unknown_differ(path: str, kind: type[HostError]) -> None:
    asks: tuple[Callable[[str], object], ...] = (HOST.read, HOST.stat, HOST.listdir, HOST.readlink)
    for ask in asks:
        with pytest.raises(kind) as caught:
            ask(path)
        assert type(caught.value) is kind
    if kind is NotThere:
        assert not HOST.exists(path)
    else:
        with pytest.raises(kind):
            HOST.exists(path)


def test_reason_and_errno_are_those_of_the_host() -> None:
    with pytest.raises(CouldNotLook, match="Too many levels of symbolic links") as caught:
        HOST.stat("/mnt/share")
    assert caught.value.errno == errno.ELOOP


def test_content_can_be_missing_where_the_file_is_there() -> None:
    assert HOST.stat("/proc/sys/fs/binfmt_misc/register").mode == 0o200
    with pytest.raises(Forbidden):
        HOST.read("/proc/sys/fs/binfmt_misc/register")
    with pytest.raises(Forbidden):
        HOST.find_in_file("/proc/sys/fs/binfmt_misc/register", b"x", 1)
    with pytest.raises(NotRecorded):
        HOST.read("/etc/unread")
    with pytest.raises(Forbidden):
        HOST.listdir("/root")
    with pytest.raises(NotRecorded):
        HOST.listdir("/etc/docker")
    assert HOST.read("/etc/empty") == b""
    assert HOST.listdir("/etc/binfmt.d") == ()


def test_what_is_no_file_is_not_read() -> None:
    for path, words in (("/run/fifo", "is a fifo"), ("/dev/null", "is a character device"), ("/etc", "is a directory")):
        with pytest.raises(CouldNotLook, match=words):
            HOST.read(path)
    with pytest.raises(NotThere):
        HOST.listdir("/etc/hostname")


def test_implied_directories_are_there() -> None:
    assert HOST.exists("/etc")
    assert HOST.stat("/usr").kind is NodeKind.DIRECTORY
    with pytest.raises(NotRecorded):
        HOST.listdir("/usr")


def test_commands_are_recorded() -> None:
    result = HOST.run(["docker", "version", "--format", "{{json .}}", ""], timeout_s=1)
    assert (result.status, result.stdout, result.stderr) == (0, '{"Client": 1}\n', "WARNING: old\n")
    result = HOST.run(["qemu-arm", "--version"], timeout_s=1)
    assert (result.status, result.signal, result.stdout) == (None, "SIGSEGV", "half")
    with pytest.raises(NotThere):
        HOST.run(["podman", "info"], timeout_s=1)
    with pytest.raises(CouldNotLook, match="did not end within 5 s"):
        HOST.run(["docker", "info"], timeout_s=1)
    with pytest.raises(NotRecorded):
        HOST.run(["docker", "ps"], timeout_s=1)


def test_empty_capture_knows_nothing() -> None:
    host: Host = RecordedHost(parse_capture(b"qemu-doctor-capture 1\n[end]\n"))
    asks: tuple[Callable[[], object], ...] = (
        host.uname,
        host.hostname,
        host.euid,
        lambda: host.environment("PATH"),
        lambda: host.which("docker"),
        lambda: host.run(["true"], timeout_s=1),
        lambda: host.exists("/etc"),
        lambda: host.listdir("/"),
        lambda: host.tree().node("/"),
    )
    for ask in asks:
        with pytest.raises(NotRecorded, match="not recorded in this capture"):
            ask()


def test_host_name_can_come_from_its_file() -> None:
    host = RecordedHost(parse_capture(b"qemu-doctor-capture 1\n[file] /etc/hostname\n|pi\n[end]\n"))
    assert host.hostname() == "pi"


ANSWERS = b"""qemu-doctor-capture 1
[get status=200 peer=1042 headers=server:\\x20Docker/27\\napi-version:\\x201.47 newline=no] /run/docker.sock /_ping
|OK
[get error=unreadable errno=ETIMEDOUT peer=1042] /run/docker.sock /info
|did not answer within 0.07 s
[get error=unreadable errno=ECONNREFUSED] /old.sock /_ping
|Connection refused
[get error=forbidden errno=EACCES] /other.sock /_ping
[end]
"""


def test_answers_of_sockets() -> None:
    host = RecordedHost(parse_capture(ANSWERS))
    answer = host.http_get("/run/docker.sock", "/_ping", timeout_s=1)
    assert (answer.status, answer.body, answer.peer) == (200, b"OK", 1042)
    assert answer.headers == {"server": "Docker/27", "api-version": "1.47"}
    with pytest.raises(NoAnswer) as silent:
        host.http_get("/run/docker.sock", "/info", timeout_s=1)
    assert (silent.value.peer, silent.value.errno) == (1042, errno.ETIMEDOUT)
    with pytest.raises(CouldNotLook) as refused:
        host.http_get("/old.sock", "/_ping", timeout_s=1)
    assert refused.value.errno == errno.ECONNREFUSED
    assert not isinstance(refused.value, NoAnswer)
    with pytest.raises(Forbidden):
        host.http_get("/other.sock", "/_ping", timeout_s=1)
    with pytest.raises(NotRecorded):
        host.http_get("/run/docker.sock", "/version", timeout_s=1)


@pytest.mark.parametrize(
    "line",
    [
        b"[get] /run/docker.sock /_ping",
        b"[get status=200] /run/docker.sock",
        b"[get status=200] /a b c",
        b"[get status=2000] /a /b",
        b"[get status=200 error=absent] /a /b",
        b"[get error=wrong] /a /b",
        b"[get status=200 peer=x] /a /b",
        b"[get status=200] /a /b\n[get status=200] /a /b",
    ],
)
def test_an_answer_that_no_host_gives(line: bytes) -> None:
    with pytest.raises(CaptureError):
        parse_capture(b"qemu-doctor-capture 1\n" + line + b"\n[end]\n")
