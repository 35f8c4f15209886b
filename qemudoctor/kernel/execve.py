"""execve(): the walk from a path to a running program or an errno."""

import enum
from dataclasses import dataclass, field
from typing import NoReturn

from qemudoctor.kernel.entry import Entry
from qemudoctor.kernel.errnos import Errno
from qemudoctor.kernel.features import Feature
from qemudoctor.kernel.loader import Killed, LoadContext, LoadFailed, load_native
from qemudoctor.kernel.machine import Machine, native_executable
from qemudoctor.kernel.path import LookupFailed
from qemudoctor.kernel.program import OpenBlocks, Program, open_program
from qemudoctor.kernel.registry import Registry
from qemudoctor.kernel.release import KernelRelease
from qemudoctor.kernel.script import parse_shebang
from qemudoctor.kernel.tree import ROOT, Credentials, Tree

MAX_REWRITES = 5
_INTERPRETER_CUT_BYTES = 127


class Handler(enum.Enum):
    """The part of the kernel that takes a step."""

    OPEN = "open"
    MISC = "binfmt_misc"
    SCRIPT = "script"
    ELF = "elf"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the walk: who handled which file, what it opened, and a note for the reader."""

    handler: Handler
    file: str
    note: str
    entry: str | None = None
    opens: str | None = None


@dataclass(frozen=True, slots=True)
class Execution:
    """How one execve() ended.

    errno is 0 when the new program started or died after the point of no return (then signal names how).
    """

    errno: Errno
    steps: tuple[Step, ...]
    runs: str | None = None
    """The program that the kernel loaded, by the path it was opened with."""
    argv: tuple[str, ...] = ()
    signal: str | None = None
    blocks: bool = False
    """The call never returns: it waits in open() of a fifo."""

    @property
    def errno_name(self) -> str:
        """Return the errno's name, "ok" for 0."""
        return self.errno.name if self.errno else "ok"

    @property
    def outcome(self) -> str:
        """Return "ok", an errno's name, "signal:NAME" or "blocks"."""
        if self.blocks:
            return "blocks"
        return f"signal:{self.signal}" if self.signal else self.errno_name


def execve(
    path: str,
    *,
    root: Tree,
    registry: Registry,
    kernel: KernelRelease,
    machine: Machine | str,
    argv: tuple[str, ...] | list[str] | None = None,
    cwd: str = "/",
    credentials: Credentials = ROOT,
) -> Execution:
    """Return what execve(path, argv) does in a root, under a kernel release, with a registry.

    machine is what `uname -m` says, or a Machine. registry is the instance that the caller's user namespace uses. An
    entry with F whose pinned program is not known is taken to have pinned a native static program.
    Raises: UnknownMachine. What the tree raises when it cannot be read passes through.
    Source: Linux fs/exec.c, exec_binprm(); fs/binfmt_misc.c, load_misc_binary(); 3.10 to 6.18.
    """
    if isinstance(machine, str):
        machine = Machine.named(machine)
    walk = _Walk(LoadContext(root, cwd, kernel, machine, credentials), registry, path)
    walk.argv = list(argv) if argv is not None else [path]
    if not walk.argv and kernel.supports(Feature.EMPTY_ARGV_FILLED):
        walk.argv = [""]
    return walk.run()


class _Failed(Exception):
    def __init__(self, errno: Errno) -> None:
        self.errno = errno


@dataclass(slots=True)
class _Walk:
    """The state of one call: the file at hand, its name, the arguments, how often it was rewritten."""

    context: LoadContext
    registry: Registry
    name: str
    argv: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    execfd_wanted: bool = False
    executable_set: bool = False
    file: Program | None = None

    def run(self) -> Execution:
        try:
            runs = self._walk()
        except _Failed as error:
            return Execution(error.errno, tuple(self.steps))
        except OpenBlocks as error:
            self._note(Handler.OPEN, self.name, "waits for a writer of this fifo, for ever", opens=str(error))
            return Execution(Errno.OK, tuple(self.steps), blocks=True)
        except Killed as error:
            self._note(Handler.ELF, self.name, f"{error.reason}: too late for an error, the process dies")
            return Execution(Errno.OK, tuple(self.steps), self.name, tuple(self.argv), signal=error.signal)
        return Execution(Errno.OK, tuple(self.steps), runs, tuple(self.argv))

    def _walk(self) -> str:
        if not self.name:
            self._fail(Handler.OPEN, "", Errno.ENOENT, "an empty path names nothing")
        self.file = self._open(Handler.OPEN, self.name, self.name)
        self._note(Handler.OPEN, self.name, "the program itself", opens=self.file.path)
        depth = 0
        while True:
            if depth > MAX_REWRITES:
                self._fail(Handler.OPEN, self.name, Errno.ELOOP, f"more than {MAX_REWRITES} interpreters in a row")
            following = self._rewrite(self.file)
            if following is None:
                return self.name
            self._take(following)
            depth += 1

    def _rewrite(self, file: Program) -> Program | None:
        """Return the interpreter that comes next, or None if the file itself was loaded."""
        size = 256 if self.context.kernel.supports(Feature.BUFFER_256) else 128
        head = file.read(0, size)
        entry = self.registry.match(head, self.name)
        if entry is not None:
            return self._misc(entry)
        if head.startswith(b"#!"):
            return self._script(head)
        self._elf(file)
        return None

    def _take(self, following: Program) -> None:
        """Go on with the interpreter; where an entry wanted the file as a descriptor, only one may be passed."""
        if self.context.kernel.supports(Feature.ONE_EXECFD_REWRITE) and self.execfd_wanted:
            if self.executable_set:
                note = "an entry with O or C came before, and after it no second interpreter is allowed"
                self._fail(Handler.OPEN, self.name, Errno.ENOEXEC, note)
            self.executable_set = True
        self.file = following

    def _misc(self, entry: Entry) -> Program:
        file, interpreter = self.name, entry.interpreter
        raw = interpreter.encode("utf-8", "surrogateescape")
        if not self.context.kernel.supports(Feature.LONG_INTERPRETER) and len(raw) > _INTERPRETER_CUT_BYTES:
            interpreter = raw[:_INTERPRETER_CUT_BYTES].decode("utf-8", "surrogateescape")
        program = self._entry_program(entry, interpreter)
        self.argv = [interpreter, file, *(self.argv if "P" in entry.flags else self.argv[1:])]
        self.execfd_wanted = self.execfd_wanted or "O" in entry.flags or "C" in entry.flags
        self.name = interpreter
        return program

    def _entry_program(self, entry: Entry, interpreter: str) -> Program:
        if "F" not in entry.flags:
            program = self._open(Handler.MISC, self.name, interpreter, entry=entry.name)
            note = "the interpreter is looked up in this root"
        else:
            program = entry.pinned or Program.from_bytes(native_executable(self.context.machine), path=interpreter)
            note = "the interpreter is the file that F keeps open since the registration: no lookup"
        self._note(Handler.MISC, self.name, note, entry=entry.name, opens=interpreter)
        return program

    def _script(self, head: bytes) -> Program:
        shebang = parse_shebang(head, kernel=self.context.kernel)
        if shebang is None:
            self._fail(Handler.SCRIPT, self.name, Errno.ENOEXEC, "the #! line names no interpreter or is too long")
        interpreter = shebang.interpreter.decode("utf-8", "surrogateescape")
        program = self._open(Handler.SCRIPT, self.name, interpreter)
        self._note(Handler.SCRIPT, self.name, "the #! line names the interpreter", opens=interpreter)
        argument = () if shebang.argument is None else (shebang.argument.decode("utf-8", "surrogateescape"),)
        self.argv = [interpreter, *argument, self.name, *self.argv[1:]]
        self.name = interpreter
        return program

    def _elf(self, file: Program) -> None:
        try:
            loaded = load_native(file, self.context)
        except LoadFailed as error:
            self._fail(Handler.ELF, self.name, error.errno, error.reason, opens=error.opens)
        bits = f"{loaded.bits}-bit program of this architecture"
        note = f"{bits}, static" if loaded.interpreter is None else f"{bits}, its loader is opened in this root"
        self._note(Handler.ELF, self.name, note, opens=loaded.interpreter)

    def _open(self, handler: Handler, file: str, path: str, *, entry: str | None = None) -> Program:
        context = self.context
        try:
            return open_program(
                context.root, path, kernel=context.kernel, cwd=context.cwd, credentials=context.credentials
            )
        except LookupFailed as error:
            note = f"{error.path}: {_FAILURES[error.errno]}"
            self._fail(handler, file, error.errno, note, entry=entry, opens=path)

    def _note(
        self, handler: Handler, file: str, note: str, *, entry: str | None = None, opens: str | None = None
    ) -> None:
        self.steps.append(Step(handler, file, note, entry, opens))

    def _fail(
        self,
        handler: Handler,
        file: str,
        errno: Errno,
        note: str,
        *,
        entry: str | None = None,
        opens: str | None = None,
    ) -> NoReturn:
        self._note(handler, file, f"{note} ({errno.name})", entry=entry, opens=opens)
        raise _Failed(errno)


_FAILURES = {
    Errno.ENOENT: "there is no such file in this root",
    Errno.ENOTDIR: "not a directory",
    Errno.EACCES: "may not be executed",
    Errno.ELOOP: "too many symbolic links",
    Errno.ENAMETOOLONG: "the name is too long",
    Errno.ENXIO: "is a socket",
    Errno.ETXTBSY: "is open for writing",
}
