"""Processes in user and mount namespaces of their own, nested, which do what they are told to."""

import ctypes
import json
import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from tests.live.differential.elves import TAG_BYTES
from tests.live.differential.executor import name_of
from tests.live.differential.sandbox import (
    CLONE_NEWNS,
    CLONE_NEWUSER,
    MNT_DETACH,
    MS_PRIVATE,
    MS_REC,
    SandboxRefused,
    libc,
)

PROGRAM = "p.e"
"""What is called in each place: only an entry by extension runs it."""
PATIENCE_S = 5.0
"""The mounts of a process that has ended go a moment later."""
PR_SET_CHILD_SUBREAPER = 36


class Answer(NamedTuple):
    """What one process gets and sees."""

    runs: int | None
    """The tag of the interpreter that its execve() started."""
    entries: tuple[str, ...] | None
    """What is listed where binfmt_misc would be mounted, newest first; None if it is not."""
    enabled: bool | None


class Places:
    """The processes of one history; the first of them is the caller's child."""

    def __init__(self, base: str, programs: Mapping[str, bytes], *, count: int, shared: bool) -> None:
        self.base = base
        libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        pairs = [(os.pipe(), os.pipe()) for _ in range(count)]
        inner = [(told[0], answered[1]) for told, answered in pairs]
        outer = [(told[1], answered[0]) for told, answered in pairs]
        pid = os.fork()
        if pid == 0:
            for descriptor in (x for pair in outer for x in pair):
                os.close(descriptor)
            _Place(base, inner, 0).begin(programs, shared=shared)
        for descriptor in (x for pair in inner for x in pair):
            os.close(descriptor)
        self.commands = [told for told, _ in outer]
        self.replies = [os.fdopen(answered, encoding="utf-8") for _, answered in outer]
        said = self._reply(0)
        if said != "ok":
            self.close()
            raise SandboxRefused(str(said))

    def take(self, place: int, verb: str, content: str) -> str:
        """Return "ok" or the errno's name of what a process was told to do."""
        return str(self._ask(place, verb, content))

    def answers(self, expected: Mapping[int, Answer]) -> dict[int, Answer]:
        """Return what each process gets and sees, as soon as it is what is expected, or when patience ends."""
        end = time.monotonic() + PATIENCE_S
        while True:
            found = {place: self._answer(place) for place in expected}
            if found == expected or time.monotonic() > end:
                return found
            time.sleep(0.02)

    def _answer(self, place: int) -> Answer:
        runs, entries, enabled = self._ask(place, "look", "")
        return Answer(runs, None if entries is None else tuple(entries), enabled)

    def _ask(self, place: int, verb: str, content: str) -> Any:
        os.write(self.commands[place], json.dumps([verb, content]).encode() + b"\n")
        return self._reply(place)

    def _reply(self, place: int) -> Any:
        line = self.replies[place].readline()
        return json.loads(line) if line else "the process is gone"

    def close(self) -> None:
        """End all processes."""
        for descriptor in self.commands:
            os.close(descriptor)
        for stream in self.replies:
            stream.close()
        while True:
            try:
                os.waitpid(-1, 0)
            except ChildProcessError:
                return


class _Place:
    """One of the processes, inside."""

    def __init__(self, base: str, pipes: list[tuple[int, int]], number: int) -> None:
        self.base = base
        self.folder = f"{base}/registry"
        self.pipes = pipes
        self.number = number
        self.files: list[int] = []

    def begin(self, programs: Mapping[str, bytes], *, shared: bool) -> NoReturn:
        """Make the first place: without namespaces the user namespace is this kernel's own, and nothing is mounted."""
        try:
            self._unshare(CLONE_NEWNS if shared else CLONE_NEWNS | CLONE_NEWUSER)
            _require(self._mount("tmpfs", self.base))
            # A process in a chroot cannot have a user namespace, so interpreters are relative.
            os.chdir(self.base)
            os.mkdir(self.folder)
            for name, content in programs.items():
                Path(self.base, name).write_bytes(content)
                Path(self.base, name).chmod(0o755)
            _require(self._mount("binfmt_misc", self.folder))
            if shared:
                self._write("status", "-1")
                self._write("status", "1")
                _require(self._unmount())
        except (OSError, SandboxRefused) as error:
            self._say(str(error))
            os._exit(1)
        self._say("ok")
        self._serve()

    def _serve(self) -> NoReturn:
        with open(self.pipes[self.number][0], encoding="utf-8", closefd=False) as commands:
            for line in commands:
                verb, content = json.loads(line)
                try:
                    self._say(self._do(verb, content))
                except OSError as error:
                    self._say(name_of(error.errno or 0))
                if verb == "end":
                    break
        os._exit(0)

    def _say(self, answer: object) -> None:
        os.write(self.pipes[self.number][1], json.dumps(answer).encode() + b"\n")

    def _do(self, verb: str, content: str) -> object:
        if verb == "look":
            return self._run(), *self._listing()
        if verb == "spawn":
            return self._spawn(int(content))
        if verb == "mount":
            return self._mount("binfmt_misc", self.folder)
        if verb == "cover":
            return self._mount("tmpfs", self.folder)
        if verb == "unmount":
            return self._unmount()
        if verb == "open":
            self.files.append(os.open(f"{self.folder}/status", os.O_RDONLY))
        elif verb == "close":
            os.close(self.files.pop())
        elif verb != "end":
            self._write(verb, content)
        return "ok"

    def _spawn(self, number: int) -> str:
        reading, writing = os.pipe()
        if os.fork() == 0:
            os.close(reading)
            for descriptor in self.files:
                os.close(descriptor)
            place = _Place(self.base, self.pipes, number)
            try:
                place._unshare(CLONE_NEWNS | CLONE_NEWUSER)
            except (OSError, SandboxRefused) as error:
                os.write(writing, str(error).encode())
                os._exit(1)
            os.write(writing, b"ok")
            os.close(writing)
            place._serve()
        os.close(writing)
        with open(reading, "rb") as stream:
            return stream.read().decode()

    def _unshare(self, flags: int) -> None:
        uid, gid = os.getuid(), os.getgid()
        if libc.unshare(flags) != 0:
            raise SandboxRefused(f"unshare: {os.strerror(ctypes.get_errno())}")
        if flags & CLONE_NEWUSER:
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
            Path("/proc/self/gid_map").write_text(f"0 {gid} 1")
        libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None)

    def _mount(self, kind: str, target: str) -> str:
        done = libc.mount(b"none", target.encode(), kind.encode(), 0, b"mode=755" if kind == "tmpfs" else None)
        return "ok" if done == 0 else name_of(ctypes.get_errno())

    def _unmount(self) -> str:
        return "ok" if libc.umount2(self.folder.encode(), MNT_DETACH) == 0 else name_of(ctypes.get_errno())

    def _write(self, name: str, content: str) -> None:
        descriptor = os.open(f"{self.folder}/{name}", os.O_WRONLY)
        try:
            os.write(descriptor, content.encode())
        finally:
            os.close(descriptor)

    def _listing(self) -> tuple[list[str] | None, bool | None]:
        names = os.listdir(self.folder)
        if "register" not in names:
            return None, None
        enabled = Path(self.folder, "status").read_text() == "enabled\n"
        return [name for name in names if name not in ("register", "status")], enabled

    def _run(self) -> int | None:
        """Return the tag of the interpreter that runs the program, None where there is none for it."""
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.dup2(writing, 1)
            signal.alarm(10)
            try:
                os.execv(f"{self.base}/{PROGRAM}", ["a"])
            finally:
                os._exit(1)
        os.close(writing)
        with open(reading, "rb") as stream:
            said = stream.read()
        os.waitpid(pid, 0)
        return int(said[8 : 8 + TAG_BYTES]) if said else None


def _require(done: str) -> None:
    if done != "ok":
        raise SandboxRefused(f"mount: {done}")
