"""What a row of the table of causes is made of."""

from typing import NamedTuple

KERNEL_DOC = "https://docs.kernel.org/admin-guide/binfmt-misc.html"
QEMU_USER = "https://www.qemu.org/docs/master/user/main.html"
BUILDX = "https://docs.docker.com/build/building/multi-platform/"
TONISTIIGI = "https://github.com/tonistiigi/binfmt"


class Step(NamedTuple):
    """Something to paste. {platform} and {arch} in a command stand for the platform and its name at the installers."""

    id: str
    title: str
    commands: tuple[str, ...]
    root: bool = False
    persistent: bool | None = None
    note: str | None = None


class Cause(NamedTuple):
    """One cause that a symptom can have.

    explanation: for a reader who does not know binfmt_misc. tell_apart: how to tell it from the causes that look alike.
    """

    id: str
    title: str
    explanation: str
    tell_apart: str
    steps: tuple[Step, ...]
    references: tuple[str, ...] = ()


INSTALL = Step(
    "install-emulator",
    "Register static emulators, opened by the kernel at once (flag F)",
    ("docker run --privileged --rm tonistiigi/binfmt --install {arch}",),
    root=True,
    persistent=False,
    note="on kernels from 6.7 on, mount binfmt_misc on the host first (`ls /proc/sys/fs/binfmt_misc`), or the "
    "entries vanish with the container",
)
INSTALL_PACKAGE = Step(
    "install-package",
    "Install the distribution's static emulators; the package registers them at every boot",
    ("sudo apt-get install qemu-user-static binfmt-support || sudo dnf install qemu-user-static",),
    root=True,
    persistent=True,
)
FILE = Step(
    "look-at-the-file",
    "Ask what the file is, and what this machine is",
    ("file PROGRAM", "uname -m"),
    note="PROGRAM: the path that the message names",
)
