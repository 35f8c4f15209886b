"""execve(): the walk from a path to a running program or an errno."""

from typing import NoReturn

from qemudoctor.kernel.arguments import are_too_large
from qemudoctor.kernel.entry import Entry
from qemudoctor.kernel.errnos import Errno
from qemudoctor.kernel.execution import Execution, Handler, Step
from qemudoctor.kernel.features import Feature
from qemudoctor.kernel.loader import LoadContext, LoadFailed, load_native
from qemudoctor.kernel.machine import Machine, native_executable
from qemudoctor.kernel.mapping import Killed
from qemudoctor.kernel.path import LookupFailed, describe_failure, is_longer
from qemudoctor.kernel.program import OpenBlocks, Program, open_program
from qemudoctor.kernel.registry import Registry
from qemudoctor.kernel.release import KernelRelease
from qemudoctor.kernel.tree import ROOT, Credentials, Tree

MAX_REWRITES = 5
S_ISUID = 0o4000
SET_GID = 0o2010
"""Set-gid needs the group's x bit as well: without it, the bit once meant mandatory locking."""
_INTERPRETER_CUT_BYTES = 127
_DESCRIPTOR = "/dev/fd/3"
"""What the kernel calls a file that is called by a descriptor; the number is the caller's."""


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
    by_descriptor: bool = False,
) -> Execution:
    """Return what execve(path, argv) does in a root, under a kernel release, with a registry.

    by_descriptor: the file is called by an open descriptor that is closed then (O_CLOEXEC), as fexecve() does it.
    machine is what `uname -m` says, or a Machine. registry is the instance that the caller's user namespace uses. An
    entry with F whose pinned program is not known is taken to have pinned a native static program.
    Raises: UnknownMachine. What the tree raises when it cannot be read passes through.
    Source: Linux fs/exec.c, exec_binprm(); fs/binfmt_misc.c, load_misc_binary(); 3.10 to 6.18.
    """
    if isinstance(machine, str):
        machine = Machine.named(machine)
    arguments = list(argv) if argv is not None else [path]
    if not arguments and kernel.supports(Feature.EMPTY_ARGV_FILLED):
        arguments = [""]
    context = LoadContext(root, cwd, kernel, machine, credentials)
    return _Walk(context, registry, path, arguments, by_descriptor=by_descriptor).run()


class _Failed(Exception):
    def __init__(self, errno: Errno) -> None:
        self.errno = errno


class _Walk:
    """The state of one call: the file at hand, its name, the arguments, how often it was rewritten."""

    def __init__(
        self, context: LoadContext, registry: Registry, path: str, argv: list[str], *, by_descriptor: bool
    ) -> None:
        self.context = context
        self.registry = registry
        self.path = path
        self.name = _DESCRIPTOR if by_descriptor else path
        self.by_descriptor = by_descriptor
        self.argv = argv
        self.steps: list[Step] = []
        self.execfd_wanted = False
        self.executable_set = False
        self.argv0_kept = False
        self.loader: Program | None
        self.owner: Program
        """The file whose set-uid and set-gid bits count."""

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
        return self._started(runs)

    def _started(self, runs: str) -> Execution:
        caller = self.context.credentials
        node = self.owner.node
        sets_uid, sets_gid = bool(node.mode & S_ISUID), node.mode & SET_GID == SET_GID
        # Only F lets somebody start a file that he may not execute.
        is_foreign = (sets_uid or sets_gid) and not caller.may(1, node)
        if is_foreign and self.context.kernel.supports(Feature.SETID_NEEDS_EXECUTE):
            sets_uid = sets_gid = False
        euid = node.uid if sets_uid else caller.uid
        egid = node.gid if sets_gid else caller.gid
        return Execution(
            Errno.OK,
            tuple(self.steps),
            runs,
            tuple(self.argv),
            binary_fd=self.execfd_wanted,
            argv0_flag=self.argv0_kept and self.context.kernel.supports(Feature.ARGV0_IN_AUXV),
            euid=euid,
            egid=egid,
            secure=(euid, egid) != (caller.uid, caller.gid),
        )

    def _walk(self) -> str:
        if not self.path:
            self._fail(Handler.OPEN, "", Errno.ENOENT, "an empty path names nothing")
        if self.by_descriptor and not self.context.kernel.supports(Feature.EXECVEAT):
            self._fail(Handler.OPEN, self.name, Errno.ENOSYS, "this kernel has no execveat()")
        is_too_large = are_too_large(self.name, self.argv)
        if is_too_large and self.context.kernel.supports(Feature.ARGUMENTS_FIRST):
            self._fail(Handler.OPEN, self.name, Errno.E2BIG, "the arguments are too large")
        file = self.owner = self._open(Handler.OPEN, self.name, self.path)
        self._note(Handler.OPEN, self.name, "the program itself", opens=file.path)
        if is_too_large:
            self._fail(Handler.OPEN, self.name, Errno.E2BIG, "the arguments are too large")
        for _ in range(MAX_REWRITES + 1):
            following = self._rewrite(file)
            if following is None:
                return self.name
            self._require_one_rewrite()
            file = following
        self._fail(Handler.OPEN, self.name, Errno.ELOOP, f"more than {MAX_REWRITES} interpreters in a row")

    def _rewrite(self, file: Program) -> Program | None:
        """Return the interpreter that comes next, or None if the file itself was loaded."""
        self.loader = None
        size = 256 if self.context.kernel.supports(Feature.BUFFER_256) else 128
        head = file.read(0, size)
        entry = self.registry.match(head, self.name)
        if entry is not None and "L" in entry.flags:
            self._substitute_loader(entry)
        elif entry is not None:
            return self._misc(entry)
        if head.startswith(b"#!"):
            return self._script(head)
        self._elf(file)
        return None

    def _require_one_rewrite(self) -> None:
        """Refuse to go on where an entry wanted the file as a descriptor: only one may be passed."""
        if not self.execfd_wanted:
            return
        if self.executable_set and self.context.kernel.supports(Feature.ONE_EXECFD_REWRITE):
            note = "an entry with O or C came before, and after it no second interpreter is allowed"
            self._fail(Handler.OPEN, self.name, Errno.ENOEXEC, note)
        self.executable_set = True

    def _require_path(self, handler: Handler) -> None:
        """Refuse to start an interpreter for a file that it could not open: its descriptor is closed by then."""
        if self.by_descriptor:
            self._fail(handler, self.name, Errno.ENOENT, "an interpreter could not open the file: it has no path")

    def _misc(self, entry: Entry) -> Program:
        self._require_path(Handler.MISC)
        file, interpreter = self.name, entry.interpreter
        if is_longer(interpreter, _INTERPRETER_CUT_BYTES) and not self.context.kernel.supports(
            Feature.LONG_INTERPRETER
        ):
            raw = interpreter.encode("utf-8", "surrogateescape")
            interpreter = raw[:_INTERPRETER_CUT_BYTES].decode("utf-8", "surrogateescape")
        program = self._entry_program(entry, interpreter)
        if "T" not in entry.flags:
            self.argv = [interpreter, file, *(self.argv if "P" in entry.flags else self.argv[1:])]
        self.execfd_wanted = self.execfd_wanted or "O" in entry.flags or "C" in entry.flags
        self.argv0_kept = self.argv0_kept or "P" in entry.flags
        if "C" not in entry.flags:
            self.owner = program
        self.name = interpreter
        return program

    def _substitute_loader(self, entry: Entry) -> None:
        """Open the interpreter of an entry with L, which an ELF program gets for its loader: the search goes on.

        Source: Linux 7.3 fs/binfmt_misc.c, load_misc_binary(); booted 7.3.4.
        """
        self.loader = self._entry_program(entry, entry.interpreter)

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
        from qemudoctor.kernel.script import parse_shebang

        shebang = parse_shebang(head, kernel=self.context.kernel)
        if shebang is None:
            self._fail(Handler.SCRIPT, self.name, Errno.ENOEXEC, "the #! line names no interpreter or is too long")
        self._require_path(Handler.SCRIPT)
        interpreter = shebang.interpreter.decode("utf-8", "surrogateescape")
        argument = () if shebang.argument is None else (shebang.argument.decode("utf-8", "surrogateescape"),)
        hint = _WINDOWS if (interpreter, *argument)[-1].endswith("\r") else ""
        program = self._open(Handler.SCRIPT, self.name, interpreter, hint=hint)
        self._note(Handler.SCRIPT, self.name, f"the #! line names the interpreter{hint}", opens=interpreter)
        self.argv = [interpreter, *argument, self.name, *self.argv[1:]]
        self.name, self.owner = interpreter, program
        return program

    def _elf(self, file: Program) -> None:
        try:
            loaded = load_native(file, self.context, substitute=self.loader)
        except LoadFailed as error:
            self._fail(Handler.ELF, self.name, error.errno, error.reason, opens=error.opens)
        bits = f"{loaded.bits}-bit program of this architecture"
        note = f"{bits}, static" if loaded.interpreter is None else f"{bits}, its loader is opened in this root"
        self._note(Handler.ELF, self.name, note, opens=loaded.interpreter)

    def _open(self, handler: Handler, file: str, path: str, *, entry: str | None = None, hint: str = "") -> Program:
        context = self.context
        try:
            return open_program(
                context.root, path, kernel=context.kernel, cwd=context.cwd, credentials=context.credentials
            )
        except LookupFailed as error:
            self._fail(handler, file, error.errno, f"{describe_failure(path, error)}{hint}", entry=entry, opens=path)

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


_WINDOWS = (
    "; the #! line ends in a carriage return, as Windows ends lines, and the kernel takes it for a part of the name"
)
