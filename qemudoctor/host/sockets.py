"""Asking a server behind a socket of this machine one thing, with a limit on time and answer."""

import errno
import os
import stat
import struct
import time

# Not socket: that one loads selectors and builds its enums, which takes as long as a whole answer of an engine.
from _socket import AF_UNIX, SO_PEERCRED, SOCK_STREAM, SOL_SOCKET, socket

from qemudoctor.host.door import READ_LIMIT_BYTES, CouldNotLook, HttpAnswer, NoAnswer
from qemudoctor.host.http import HttpError, is_whole, parse_answer, request
from qemudoctor.host.syscalls import encode, failure

_STEP_BYTES = 1 << 16
_PEER = struct.Struct("iii")


def http_get(path: str, target: str, *, timeout_s: float) -> HttpAnswer:
    """Return what the server at a unix socket answers to a GET. All of it together takes at most timeout_s.

    Raises: NotThere, Forbidden, CouldNotLook before anybody listens; NoAnswer after.
    """
    deadline = time.monotonic() + timeout_s
    try:
        text = request(target)
    except HttpError as error:
        raise CouldNotLook(path, str(error)) from None
    try:
        raw = encode(path)
        if not stat.S_ISSOCK(os.stat(raw).st_mode):
            raise CouldNotLook(path, "is no socket")
        client = socket(AF_UNIX, SOCK_STREAM)
        try:
            client.settimeout(timeout_s)
            client.connect(raw)
            return _asked(client, path, text, deadline=deadline, timeout_s=timeout_s)
        finally:
            client.close()
    except BlockingIOError as error:
        # The queue of a server that accepts nobody is full: it has been hanging for a while.
        raise NoAnswer(path, "accepts no connection", errno=error.errno) from error
    except TimeoutError as error:
        raise NoAnswer(path, f"did not answer within {timeout_s:g} s", errno=errno.ETIMEDOUT) from error
    except OSError as error:
        raise failure(path, error) from error


def _asked(client: socket, path: str, text: bytes, *, deadline: float, timeout_s: float) -> HttpAnswer:
    peer = _peer(client)
    data = bytearray()
    try:
        client.settimeout(_left(deadline))
        client.sendall(text)
        while not is_whole(data):
            client.settimeout(_left(deadline))
            part = client.recv(_STEP_BYTES)
            if not part:
                break
            data += part
            if len(data) > READ_LIMIT_BYTES:
                raise NoAnswer(path, f"answers more than {READ_LIMIT_BYTES >> 20} MiB", errno=errno.EMSGSIZE, peer=peer)
        return parse_answer(bytes(data), peer=peer)
    except TimeoutError as error:
        reason = f"did not answer within {timeout_s:g} s"
        raise NoAnswer(path, reason, errno=errno.ETIMEDOUT, peer=peer) from error
    except HttpError as error:
        reason = f"what answers is no engine: {error}"
        raise NoAnswer(path, reason, errno=errno.EPROTO, peer=peer) from error
    except (BrokenPipeError, ConnectionError) as error:
        raise NoAnswer(path, "closed the connection without an answer", errno=error.errno, peer=peer) from error


def _left(deadline: float) -> float:
    """Return the seconds until the deadline. Raises: TimeoutError behind it (0 would mean: do not wait at all)."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _peer(client: socket) -> int | None:
    """Return the process that listens, None if it cannot be seen from here.

    It is the one that called listen(): for a socket that systemd opened for an engine, systemd. unix(7), SO_PEERCRED.
    """
    pid: int
    pid, _, _ = _PEER.unpack(client.getsockopt(SOL_SOCKET, SO_PEERCRED, _PEER.size))
    return pid or None
