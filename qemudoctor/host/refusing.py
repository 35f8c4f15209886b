"""A host that may not be touched: the proof that something works from what it was given."""

from collections.abc import Sequence
from typing import NoReturn

from qemudoctor.host.door import READ_LIMIT_BYTES, Source


class TouchedHost(AssertionError):
    """The host was asked although it should not have been; path says for what."""

    def __init__(self, path: str) -> None:
        super().__init__(f"the host was asked for {path}")
        self.path = path


class RefusingHost:
    """A host whose every method raises TouchedHost."""

    source = Source.LIVE
    root = "/"

    def read(self, path: str, *, limit: int = READ_LIMIT_BYTES) -> NoReturn:
        raise TouchedHost(path)

    def read_at(self, path: str, offset: int, size: int) -> NoReturn:
        raise TouchedHost(path)

    def find_in_file(self, path: str, needle: bytes, window: int, *, start: int = 0) -> NoReturn:
        raise TouchedHost(path)

    def stat(self, path: str, *, follow: bool = True) -> NoReturn:
        raise TouchedHost(path)

    def readlink(self, path: str) -> NoReturn:
        raise TouchedHost(path)

    def listdir(self, path: str) -> NoReturn:
        raise TouchedHost(path)

    def exists(self, path: str) -> NoReturn:
        raise TouchedHost(path)

    def mount_is_noexec(self, path: str) -> NoReturn:
        raise TouchedHost(path)

    def uname(self) -> NoReturn:
        raise TouchedHost("uname")

    def hostname(self) -> NoReturn:
        raise TouchedHost("hostname")

    def euid(self) -> NoReturn:
        raise TouchedHost("euid")

    def environment(self, name: str) -> NoReturn:
        raise TouchedHost(f"${name}")

    def which(self, program: str) -> NoReturn:
        raise TouchedHost(program)

    def run(self, argv: Sequence[str], *, timeout_s: float) -> NoReturn:
        raise TouchedHost(" ".join(argv))

    def http_get(self, socket: str, target: str, *, timeout_s: float) -> NoReturn:
        raise TouchedHost(socket)

    def tree(self) -> NoReturn:
        raise TouchedHost("/")
