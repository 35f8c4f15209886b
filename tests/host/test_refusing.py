"""The host that may not be touched."""

from collections.abc import Callable

import pytest

from qemudoctor.host.door import Host
from qemudoctor.host.refusing import RefusingHost, TouchedHost

HOST: Host = RefusingHost()


@pytest.mark.parametrize(
    ("ask", "path"),
    [
        (lambda: HOST.read("/a"), "/a"),
        (lambda: HOST.read_at("/a", 0, 1), "/a"),
        (lambda: HOST.find_in_file("/a", b"x", 1), "/a"),
        (lambda: HOST.stat("/a"), "/a"),
        (lambda: HOST.readlink("/a"), "/a"),
        (lambda: HOST.listdir("/a"), "/a"),
        (lambda: HOST.exists("/a"), "/a"),
        (lambda: HOST.mount_is_noexec("/a"), "/a"),
        (HOST.uname, "uname"),
        (HOST.hostname, "hostname"),
        (HOST.euid, "euid"),
        (lambda: HOST.environment("PATH"), "$PATH"),
        (lambda: HOST.which("docker"), "docker"),
        (lambda: HOST.run(["docker", "info"], timeout_s=1), "docker info"),
        (lambda: HOST.http_get("/run/docker.sock", "/_ping", timeout_s=1), "/run/docker.sock"),
        (HOST.tree, "/"),
    ],
)
def test_every_question_is_refused(ask: Callable[[], object], path: str) -> None:
    with pytest.raises(TouchedHost) as caught:
        ask()
    assert caught.value.path == path


def test_it_is_no_error_that_a_caller_would_handle() -> None:
    assert issubclass(TouchedHost, AssertionError)
