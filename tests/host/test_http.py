"""Answers of HTTP/1 as engines give them, and whatever else a socket may say."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qemudoctor.host.http import HttpError, is_whole, parse_answer, request

PING = (
    b"HTTP/1.0 200 OK\r\nApi-Version: 1.41\r\nOstype: linux\r\nServer: Docker/20.10.24+dfsg1 (linux)\r\n"
    b"Content-Length: 2\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nOK"
)
CHUNKED = b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\n{"a":\r\n3\r\n 1}\r\n0\r\n\r\n'
UNTIL_CLOSED = b"HTTP/1.0 403 Forbidden\r\nServer: x\r\n\r\nno"


def test_an_answer_of_docker() -> None:
    answer = parse_answer(PING, peer=7)
    assert (answer.status, answer.body, answer.peer) == (200, b"OK", 7)
    assert answer.headers["server"] == "Docker/20.10.24+dfsg1 (linux)"


@pytest.mark.parametrize(
    ("data", "status", "body"),
    [
        pytest.param(CHUNKED, 200, b'{"a": 1}', id="chunks"),
        pytest.param(UNTIL_CLOSED, 403, b"no", id="until the end"),
        pytest.param(PING + b"more", 200, b"OK", id="more than announced"),
        pytest.param(b"HTTP/1.1 204 \r\n\r\n", 204, b"", id="nothing"),
    ],
)
def test_other_answers(data: bytes, status: int, body: bytes) -> None:
    answer = parse_answer(data)
    assert (answer.status, answer.body) == (status, body)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"OK",
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/2 200 OK\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"x" * 5000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"A: x\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: \xb2\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nabcde\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\nabc\r\n0\r\n\r\n",
    ],
)
def test_no_answer(data: bytes) -> None:
    with pytest.raises(HttpError):
        parse_answer(data)


@pytest.mark.parametrize("sample", [PING, CHUNKED], ids=["length", "chunks"])
def test_every_part_of_an_answer_is_known_as_one(sample: bytes) -> None:
    for end in range(len(sample)):
        with pytest.raises(HttpError):
            parse_answer(sample[:end])
        assert not is_whole(sample[:end])
    assert is_whole(sample)


@settings(deadline=None)
@given(st.one_of(st.binary(max_size=200), st.binary(max_size=200).map(lambda rest: CHUNKED[:48] + rest)))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for read in (parse_answer, is_whole):
        with contextlib.suppress(HttpError):
            read(data)


@pytest.mark.parametrize("target", ["", "info", "/a b", "/a\r\nX: y", "/\x00", "/ä"])
def test_a_target_holds_nothing_else(target: str) -> None:
    with pytest.raises(HttpError):
        request(target)


def test_the_request() -> None:
    assert request("/_ping") == b"GET /_ping HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\n\r\n"
