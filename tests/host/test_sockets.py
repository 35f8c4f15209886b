"""Asking real sockets: servers that answer, that hang, that lie, and that are not there."""

import contextlib
import errno
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from qemudoctor.host import CouldNotLook, Forbidden, LiveHost, NotThere
from qemudoctor.host.door import READ_LIMIT_BYTES, NoAnswer
from tests.host.test_http import CHUNKED, PING

LIMIT_S = 0.1
LATE_S = 0.5
"""What a call may take on a machine that does other things as well."""
Answer = Callable[[socket.socket], None]


@contextlib.contextmanager
def serving(path: Path, answer: Answer) -> Iterator[str]:
    """Serve connections one after the other, each with `answer`."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen(5)

        def serve() -> None:
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                with client, contextlib.suppress(OSError):
                    answer(client)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield str(path)
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def saying(data: bytes) -> Answer:
    def answer(client: socket.socket) -> None:
        client.recv(4096)
        client.sendall(data)

    return answer


def endless(client: socket.socket) -> None:
    client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        client.sendall(b"x" * 65536)


def endless_headers(client: socket.socket) -> None:
    client.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        client.sendall(b"A: x\r\n" * 1000)


def dripping(client: socket.socket) -> None:
    for byte in PING * 50:
        client.sendall(bytes([byte]))
        time.sleep(0.01)


def silent(client: socket.socket) -> None:
    while client.recv(4096):
        pass


def resetting(client: socket.socket) -> None:
    client.close()


@pytest.mark.parametrize(("data", "body"), [(PING, b"OK"), (CHUNKED, b'{"a": 1}')], ids=["length", "chunks"])
def test_an_answer(tmp_path: Path, data: bytes, body: bytes) -> None:
    with serving(tmp_path / "s", saying(data)) as path:
        answer = LiveHost().http_get(path, "/_ping", timeout_s=2)
    assert (answer.status, answer.body, answer.peer) == (200, body, os.getpid())


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        pytest.param(silent, errno.ETIMEDOUT, id="silent"),
        pytest.param(dripping, errno.ETIMEDOUT, id="dripping"),
        pytest.param(endless, errno.EMSGSIZE, id="endless"),
        pytest.param(endless_headers, errno.EPROTO, id="endless headers"),
        pytest.param(saying(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), errno.EPROTO, id="another protocol"),
        pytest.param(saying(os.urandom(3000).replace(b"HTTP", b"")), errno.EPROTO, id="garbage"),
        pytest.param(saying(PING[:-1]), errno.EPROTO, id="cut off"),
        pytest.param(saying(CHUNKED[:-3]), errno.EPROTO, id="chunks cut off"),
        pytest.param(resetting, errno.EPROTO, id="closed"),
    ],
)
def test_no_usable_answer(tmp_path: Path, answer: Answer, code: int) -> None:
    timeout_s = 5.0 if code == errno.EMSGSIZE else LIMIT_S
    with serving(tmp_path / "s", answer) as path:
        start = time.monotonic()
        with pytest.raises(NoAnswer) as caught:
            LiveHost().http_get(path, "/info", timeout_s=timeout_s)
        took = time.monotonic() - start
    assert caught.value.errno in (code, errno.ECONNRESET, errno.EPIPE)
    assert caught.value.peer == os.getpid()
    assert took < timeout_s + LATE_S


def test_an_answer_is_capped(tmp_path: Path) -> None:
    whole = b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * (READ_LIMIT_BYTES - 19)
    with serving(tmp_path / "s", saying(whole)) as path:
        assert len(LiveHost().http_get(path, "/", timeout_s=5).body) == READ_LIMIT_BYTES - 19


def test_nobody_accepts(tmp_path: Path) -> None:
    """As of a daemon that has been stopped for a while: its queue is full, and connect() would wait for ever."""
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as server, contextlib.ExitStack() as waiting:
        server.bind(path)
        server.listen(0)
        for _ in range(3):
            client = waiting.enter_context(socket.socket(socket.AF_UNIX))
            client.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                client.connect(path)
        start = time.monotonic()
        with pytest.raises(NoAnswer):
            LiveHost().http_get(path, "/_ping", timeout_s=LIMIT_S)
        assert time.monotonic() - start < LIMIT_S + LATE_S


def test_nobody_listens_any_more(tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
    with pytest.raises(CouldNotLook) as caught:
        LiveHost().http_get(path, "/_ping", timeout_s=LIMIT_S)
    assert caught.value.errno == errno.ECONNREFUSED
    assert not isinstance(caught.value, NoAnswer)


def test_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotThere):
        LiveHost().http_get(str(tmp_path / "s"), "/_ping", timeout_s=LIMIT_S)


def test_no_socket(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path, tmp_path / "file"):
        with pytest.raises(CouldNotLook, match="is no socket"):
            LiveHost().http_get(str(path), "/_ping", timeout_s=LIMIT_S)


@pytest.mark.parametrize("path", ["relative", "/with\0nul", "/half\ud800"])
def test_no_path(path: str) -> None:
    with pytest.raises(CouldNotLook):
        LiveHost().http_get(path, "/_ping", timeout_s=LIMIT_S)


def test_a_path_that_is_too_long_for_a_socket(tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 120)
    folder.mkdir()
    here = os.getcwd()
    with socket.socket(socket.AF_UNIX) as server:
        os.chdir(folder)
        try:
            server.bind("s")
        finally:
            os.chdir(here)
        with pytest.raises(CouldNotLook):
            LiveHost().http_get(str(folder / "s"), "/_ping", timeout_s=LIMIT_S)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become somebody else")
def test_forbidden() -> None:
    program = (
        "import os, sys; os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "from qemudoctor.host import LiveHost, Forbidden\n"
        "try: LiveHost().http_get(sys.argv[1], '/_ping', timeout_s=1)\n"
        "except Forbidden: print('forbidden')"
    )
    path = f"/tmp/qemu-doctor-test-{os.getpid()}.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        try:
            os.chmod(path, 0o600)
            server.listen(1)
            # Loaded as root, before the rights are gone: a checkout may lie where nobody else can read.
            ran = subprocess.run(
                [sys.executable, "-c", "from qemudoctor.host import sockets\n" + program, path],
                capture_output=True,
                text=True,
                timeout=60,
            )
        finally:
            os.unlink(path)
    assert ran.stdout == "forbidden\n", ran.stderr
    assert Forbidden.__mro__[1] is CouldNotLook


def test_no_descriptor_is_left(tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    with serving(tmp_path / "s", silent) as path:
        for _ in range(3):
            with pytest.raises(NoAnswer):
                LiveHost().http_get(path, "/", timeout_s=0.02)
    assert len(os.listdir("/proc/self/fd")) <= before
