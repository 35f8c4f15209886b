r"""The capture: one readable text file that records a host, so that it can be judged elsewhere and later.

Format: the line `qemu-doctor-capture 1`, then sections, then the line `[end]` that proves that nothing was cut off.
A section is a head, `[KIND NAME=VALUE ...] ARGUMENT`, and a body, each line of which starts with `|`, so that no
content can pass for a head. Lines that start with `#`, and empty lines, say nothing; those before the first section
tell where the capture comes from. A tool of sh, sed and od can write it.

    qemu-doctor-capture 1
    # origin: reconstructed from a bug report of 2019
    [uname]
    |system=Linux
    |node=node7
    |release=3.10.0-327.el7.x86_64
    |version=#1 SMP Thu Nov 19 22:10:57 UTC 2015
    |machine=x86_64
    [euid] 0
    [environment]
    |PATH=/usr/bin:/bin
    |QEMU_CPU
    [directory mode=0755] /proc/sys/fs/binfmt_misc
    |qemu-aarch64
    |register
    |status
    [file mode=0644 size=0] /proc/sys/fs/binfmt_misc/status
    |enabled
    [file mode=0755 size=6113856 content=part encoding=hex] /usr/bin/qemu-aarch64-static
    |7f454c460201010300000000000000000200 3e00
    [data offset=4096 encoding=hex] /usr/bin/qemu-aarch64-static
    |2f6c6962
    [find needle=qemu-aarch64\x20version\x20] /usr/bin/qemu-aarch64-static
    |qemu-aarch64 version 2.12.0
    [link] /lib
    |usr/lib
    [absent] /usr/lib/binfmt.d
    [forbidden] /root/.docker/config.json
    [unreadable errno=ELOOP] /mnt/share
    |Too many levels of symbolic links
    [which] docker
    |/usr/bin/docker
    [run status=0] docker version --format {{.Server.Version}}
    |19.03.5
    [stderr] docker version --format {{.Server.Version}}
    |WARNING: no swap limit support
    [get status=200 peer=1042] /run/docker.sock /_ping
    |OK
    [end]

Kinds of files: file, directory, link, fifo, socket, character, block, as lstat(2) sees them, each once; with any of
mode (octal), uid, gid, size, device, inode (decimal) and noexec=yes|no|unknown (of its mount).

* file: the body is the content. encoding= says how it is written: `text` (the default; newline=no if the last line
  has none), `escape` (text with backslash escapes), `hex`, `base64`. content= says how much of it: `full` (the
  default), `part` (its start, and the ranges in `data` sections behind; size= is needed), `none` (not looked at),
  `forbidden`, `unreadable` (the body is the reason, errno= the name of the error).
* directory: the body is the names, one a line, in the kernel's order. content= as above, but not `part`. What a full
  list does not name, and has no section of its own, is not there.
* link: the body is the target. No path may pass through a link: /bin/sh is recorded as [link] /bin, /usr/bin/sh.
* absent, forbidden, unreadable: lstat itself failed. Directories above a path that are not recorded are implied.
* find: the body is the first occurrence of needle with what follows, and no newline is added to it; found=no if
  there is none.
* run: the body is standard output, status= or signal= how it ended; or error=absent|forbidden|unreadable, and the
  body is the reason. stderr: standard error of the same command line.
* get: what the server at a unix socket answered to a GET for a target: status=, peer= the process that listens, and
  headers= the answer's headers as lines `name: value`, escaped; or error=absent|forbidden|unreadable with errno=, and
  the body is the reason.
* which: the body is the path of the program; empty if it was looked for and not found.
* environment: `NAME=VALUE`, or `NAME` if it was looked for and not set.

Escapes, in arguments, attributes, names, targets and values: `\\`, `\n`, `\t`, `\r`, `\xHH`. Words of a command line
are parted by single spaces; a space in a word is `\x20`, an empty word `""`.
What has no section was not looked at: it is neither there nor absent.
"""

import enum
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from qemudoctor.exceptions import DoctorError
from qemudoctor.host.door import CommandResult, HttpAnswer, Uname
from qemudoctor.kernel.tree import Node, NodeKind

FORMAT = "qemu-doctor-capture"
VERSION = "1"
END = "end"
SIZE_LIMIT_BYTES = 16 << 20

_ESCAPE = re.compile(rb"\\(x[0-9a-fA-F]{2}|[\\ntr])|\\")
_NOTHING: Mapping[Any, Any] = MappingProxyType({})
_LETTERS = {b"\\": b"\\", b"n": b"\n", b"t": b"\t", b"r": b"\r"}


class CaptureError(DoctorError):
    """A capture cannot be read; the message names the line and what was expected."""


class Answer(enum.Enum):
    """The ways in which a host can fail to answer, as sections and attributes spell them."""

    ABSENT = "absent"
    FORBIDDEN = "forbidden"
    UNREADABLE = "unreadable"


class Refusal(NamedTuple):
    """An answer that the host failed to give; errno is a name such as "ELOOP", or empty."""

    answer: Answer
    reason: str = ""
    errno: str = ""


class Unanswered(NamedTuple):
    """A question to a socket that got no answer; peer is the process that listens there, None if nobody does."""

    refusal: Refusal
    peer: int | None


class Extent(NamedTuple):
    """Bytes of a file from an offset."""

    offset: int
    data: bytes

    @property
    def end(self) -> int:
        """Return the offset behind the last byte."""
        return self.offset + len(self.data)


class Found(NamedTuple):
    """Where needle occurs first in a file: what stands there, or None if it does not occur."""

    needle: bytes
    window: bytes | None


class Record(NamedTuple):
    """A file as it was recorded. Its content or list may be whole (complete), in part, refused or not looked at."""

    node: Node
    device: int = 0
    inode: int = 0
    noexec: bool | None = None
    complete: bool = False
    refusal: Refusal | None = None
    extents: tuple[Extent, ...] = ()
    names: tuple[str, ...] = ()
    found: tuple[Found, ...] = ()

    @property
    def is_partial(self) -> bool:
        """Return whether this is a regular file of which anything may be missing."""
        return self.node.kind is NodeKind.FILE and not self.complete and self.refusal is None


class Capture(NamedTuple):
    """All that was recorded of a host."""

    comments: tuple[str, ...] = ()
    uname: Uname | None = None
    euid: int | None = None
    environment: Mapping[str, str | None] = _NOTHING
    paths: Mapping[str, Record | Refusal] = _NOTHING
    programs: Mapping[str, str | None] = _NOTHING
    commands: Mapping[tuple[str, ...], CommandResult | Refusal] = _NOTHING
    answers: Mapping[tuple[str, str], HttpAnswer | Unanswered] = _NOTHING
    """Of servers behind sockets, by socket and target."""


def unescape(raw: bytes) -> bytes:
    """Return raw with its backslash escapes resolved. Raises: ValueError on one that is not known."""
    return _ESCAPE.sub(_resolve, raw) if b"\\" in raw else raw


def _resolve(match: re.Match[bytes]) -> bytes:
    code = match[1]
    if code is None:
        raise ValueError("a backslash that starts no escape")
    return bytes.fromhex(code[1:].decode()) if code.startswith(b"x") else _LETTERS[code]
