"""Samples and helpers of the tests of the host."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

NOBODY = 65534
ROOT = Path(__file__).resolve().parents[2]

SAMPLE = rb"""qemu-doctor-capture 1
# origin: made up for tests, with one of everything
# reconstructed: yes

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
|EMPTY=
[directory mode=0755 device=34 inode=1] /proc/sys/fs/binfmt_misc
|qemu-aarch64
|qemu-arm
|register
|status
# comments may stand anywhere
[file size=0] /proc/sys/fs/binfmt_misc/qemu-aarch64
|enabled
|interpreter /usr/bin/qemu-aarch64-static
|flags: 
|offset 0
|magic 7f454c460201010000000000000000000200b700
|mask ffffffffffffff00fffffffffffffffffeffffff
[file mode=0200 size=0 content=forbidden] /proc/sys/fs/binfmt_misc/register
|Permission denied
[file size=0] /proc/sys/fs/binfmt_misc/status
|enabled
[link] /bin
|usr/bin
[file mode=0755 size=6113856 device=64768 inode=1234 noexec=no content=part encoding=hex] /usr/bin/qemu-aarch64-static
|7f454c46 02010103 00000000 00000000
|0200 3e00
[data offset=4096 encoding=base64] /usr/bin/qemu-aarch64-static
|L2xpYjY0L2xkLWxpbnV4LXg4Ni02NC5zby4y
|AA==
[find needle=qemu-aarch64\x20version\x20] /usr/bin/qemu-aarch64-static
|qemu-aarch64 version 2.12.0 (qemu-2.12.0-1.el7)
[find needle=qemu-arm\x20version\x20 found=no] /usr/bin/qemu-aarch64-static
[link] /usr/bin/qemu-aarch64
|qemu-aarch64-static
[file newline=no] /etc/hostname
|node7
[file encoding=escape] /etc/odd\x20name\xff
|a\\b\x00\xff
|c
[file] /etc/empty
[file content=none size=99] /etc/unread
[directory] /etc/binfmt.d
[directory content=none] /etc/docker
[directory content=forbidden] /root
[socket mode=0660 gid=999] /run/docker.sock
[character mode=0666] /dev/null
[fifo] /run/fifo
[absent] /usr/lib/binfmt.d
[forbidden] /var/secret/key
[unreadable errno=ELOOP] /mnt/share
|Too many levels of symbolic links
[which] docker
|/usr/bin/docker
[which] podman
[run status=0] docker version --format {{json\x20.}} ""
|{"Client": 1}
[stderr] docker version --format {{json\x20.}} ""
|WARNING: old
[run signal=SIGSEGV newline=no] qemu-arm --version
|half
[run error=absent] podman info
[run error=unreadable] docker info
|did not end within 5 s
[end]
"""  # noqa: W291  # the kernel prints "flags: " with its space


@contextmanager
def nobody() -> Iterator[None]:
    """Look with the rights of nobody for a while, if the tests run as root."""
    if os.geteuid() != 0:
        yield
        return
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


def in_child(work: Callable[[], str], *, drop_rights: bool = False) -> str:
    """Return what `work` returns in a forked child, for good as nobody if drop_rights is set and we are root."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _work_and_exit(writer, work, drop_rights=drop_rights)
    os.close(writer)
    with os.fdopen(reader, "rb") as answer:
        text = answer.read().decode()
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0, text
    return text


def _work_and_exit(writer: int, work: Callable[[], str], *, drop_rights: bool) -> NoReturn:
    status = 1
    try:
        if drop_rights and os.geteuid() == 0:
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
        os.write(writer, work().encode())
        status = 0
    except BaseException as error:
        os.write(writer, repr(error).encode())
    finally:
        os._exit(status)


def run_in_namespace(code: str, *arguments: str, setup: str = "true", root: bool = False) -> str:
    """Return what Python code prints in mount and user namespaces of its own, after a shell command.

    root: keep the user namespace; what that allows, only root may do.
    """
    if root and os.geteuid() != 0:
        pytest.skip("needs root")
    options = ["--mount", "--propagation=private"] if root else ["--user", "--map-root-user", "--mount"]
    shell = f'{setup} || exit 77; exec "$0" -c "$@"'
    command = ["unshare", *options, "sh", "-c", shell, sys.executable, code, *arguments]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=ROOT)
    except FileNotFoundError:
        pytest.skip("unshare is not installed (util-linux)")
    if result.returncode == 77 or result.stderr.startswith("unshare:"):
        pytest.skip(f"this kernel or sandbox does not allow it: {result.stderr.strip()}")
    assert result.returncode == 0, result.stderr
    return result.stdout
