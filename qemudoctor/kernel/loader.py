"""load_elf_binary(): the kernel's own programs, up to the point of no return and a little beyond."""

from typing import NamedTuple

from qemudoctor.kernel.elf import (
    ET_DYN,
    ET_EXEC,
    PT_INTERP,
    ElfHeader,
    Segment,
    header_size,
    parse_header,
    parse_segments,
    segment_size,
)
from qemudoctor.kernel.errnos import Errno
from qemudoctor.kernel.features import Feature
from qemudoctor.kernel.machine import Loader, Machine
from qemudoctor.kernel.mapping import FILE_OFFSET_MAX, Image, Killed, Mapper
from qemudoctor.kernel.path import LookupFailed
from qemudoctor.kernel.program import Program, open_program
from qemudoctor.kernel.release import KernelRelease
from qemudoctor.kernel.tree import Credentials, Tree

_TABLE_MAX_BYTES = 65536
_INTERP_MAX_BYTES = 4096
_OLD_INTERPRETER_MIN_BYTES = 128


class LoadFailed(Exception):
    """The loader gives up before the point of no return; errno is what execve() returns."""

    def __init__(self, errno: Errno, reason: str, *, opens: str | None = None) -> None:
        super().__init__(f"{errno.name}: {reason}")
        self.errno = errno
        self.reason = reason
        self.opens = opens


class _OtherMachine(LoadFailed):
    """The program is for an architecture that this loader does not take."""


class Loaded(NamedTuple):
    """A program that started: its word size and the dynamic loader that it named, None if static."""

    bits: int
    interpreter: str | None


class LoadContext(NamedTuple):
    """What does not change during one execve()."""

    root: Tree
    cwd: str
    kernel: KernelRelease
    machine: Machine
    credentials: Credentials


def load_native(program: Program, context: LoadContext, *, substitute: Program | None) -> Loaded:
    """Return how the kernel starts a program of its own architecture, with a substitute for the loader that it names.

    Raises: LoadFailed(ENOEXEC) if it is not one, LoadFailed with other errors of its headers or its dynamic loader,
        Killed after the point of no return.
    Source: Linux fs/binfmt_elf.c, load_elf_binary() and load_elf_phdrs(), 3.10 to 6.18.
    """
    failure = LoadFailed(Errno.ENOEXEC, "this kernel has no loader")
    for loader in context.machine.loaders:
        try:
            return _Load(program, context, loader.under(context.kernel), substitute).run()
        except LoadFailed as error:
            # The reason of a loader that takes this e_machine says more than that of another.
            if loader is context.machine.loaders[0] or not isinstance(error, _OtherMachine):
                failure = error
            if error.errno is not Errno.ENOEXEC:
                break
    raise failure


class _Load:
    def __init__(self, program: Program, context: LoadContext, loader: Loader, substitute: Program | None) -> None:
        self.program = program
        self.context = context
        self.loader = loader
        self.substitute = substitute

    def run(self) -> Loaded:
        header = self._header(self.program)
        if not header.is_elf:
            raise LoadFailed(Errno.ENOEXEC, "not an ELF file, no script, no entry matches")
        # The kernel looks at e_type first: the same errno, but a reason that says less of a foreign program.
        if not self.loader.accepts(header):
            about = f"it is for another architecture, e_machine {_own_machine(self.program)}"
            raise _OtherMachine(Errno.ENOEXEC, f"no entry matches this program, and {about}")
        if header.e_type not in (ET_EXEC, ET_DYN):
            raise LoadFailed(Errno.ENOEXEC, f"e_type is {header.e_type}, not a program")
        segments = self._segments(self.program, header)
        interpreter, loaded = self._interpreter(segments)
        inner = None if interpreter is None else self._check_interpreter(interpreter)
        self._map(Image.of(self.program, header, segments), inner)
        return loaded

    def _header(self, program: Program) -> ElfHeader:
        head = program.read(0, header_size(self.loader.bits))
        return parse_header(head, bits=self.loader.bits, order=self.loader.order)

    def _segments(self, program: Program, header: ElfHeader) -> tuple[Segment, ...]:
        size = header.e_phnum * segment_size(self.loader.bits)
        limit = _TABLE_MAX_BYTES
        if size > self.context.machine.page_size_bytes and self.context.kernel.supports(Feature.PHDRS_ONE_PAGE):
            limit = self.context.machine.page_size_bytes
        if header.e_phentsize != segment_size(self.loader.bits) or not size or size > limit:
            raise LoadFailed(Errno.ENOEXEC, f"{header.e_phnum} program headers of {header.e_phentsize} bytes")
        try:
            table = _read_exactly(program, header.e_phoff, size, "program headers")
        except LoadFailed as error:
            if self.context.kernel.supports(Feature.SHORT_PHDRS_ENOEXEC):
                raise LoadFailed(Errno.ENOEXEC, error.reason) from error
            raise
        return parse_segments(table, bits=self.loader.bits, order=self.loader.order)

    def _interpreter(self, segments: tuple[Segment, ...]) -> tuple[Program | None, Loaded]:
        """Return the dynamic loader that the first PT_INTERP names, opened."""
        segment = next((x for x in segments if x.p_type == PT_INTERP), None)
        if segment is None:
            return None, Loaded(self.loader.bits, None)
        if not 2 <= segment.p_filesz <= _INTERP_MAX_BYTES:
            raise LoadFailed(Errno.ENOEXEC, f"PT_INTERP has {segment.p_filesz} bytes")
        raw = _read_exactly(self.program, segment.p_offset, segment.p_filesz, "PT_INTERP")
        if raw[-1]:
            raise LoadFailed(Errno.ENOEXEC, "PT_INTERP does not end with NUL")
        path = raw.partition(b"\0")[0].decode("utf-8", "surrogateescape")
        context = self.context
        try:
            program = self.substitute or open_program(
                context.root, path, kernel=context.kernel, cwd=context.cwd, credentials=context.credentials
            )
        except LookupFailed as error:
            raise LoadFailed(error.errno, f"its loader {path}", opens=path) from error
        size, least = len(program.read(0, _OLD_INTERPRETER_MIN_BYTES)), header_size(self.loader.bits)
        if size < least or (size < _OLD_INTERPRETER_MIN_BYTES and not self._may_be_short()):
            raise LoadFailed(Errno.EIO, f"the loader {path} beyond the end of the file", opens=path)
        return program, Loaded(self.loader.bits, path)

    def _may_be_short(self) -> bool:
        return self.context.kernel.supports(Feature.SHORT_INTERPRETER_OK)

    def _check_interpreter(self, program: Program) -> Image | LoadFailed:
        """Return the dynamic loader, or what is wrong with its program headers where the kernel sees that too late."""
        header = self._header(program)
        if not header.is_elf:
            raise LoadFailed(Errno.ELIBBAD, f"the loader {program.path} is not an ELF file", opens=program.path)
        if not self.loader.accepts(header):
            raise LoadFailed(
                Errno.ELIBBAD,
                f"the loader {program.path} is of another architecture (e_machine {header.e_machine})",
                opens=program.path,
            )
        try:
            return Image.of(program, header, self._segments(program, header))
        except LoadFailed as error:
            if self.context.kernel.supports(Feature.SHORT_PHDRS_ENOEXEC):
                raise LoadFailed(Errno.ELIBBAD, f"the loader's {error.reason}", opens=program.path) from error
            return error

    def _map(self, image: Image, interpreter: Image | LoadFailed | None) -> None:
        """Raise Killed where mapping the program fails: the old program is gone by then."""
        context = self.context
        mapper = Mapper(context.kernel, self.loader, context.machine.page_size_bytes, context.machine.lowest_address)
        if isinstance(interpreter, LoadFailed):
            raise Killed("SIGSEGV", f"the loader's {interpreter.reason}") from interpreter
        mapper.map(image, interpreter)


def _own_machine(program: Program) -> int:
    """Return the e_machine of a program in the byte order that it claims itself."""
    head = program.read(0, 20)
    return int.from_bytes(head[18:], "big" if head[5:6] == b"\2" else "little")


def _read_exactly(program: Program, offset: int, size: int, what: str) -> bytes:
    """Return size bytes at offset. Raises: LoadFailed with EIO at the end of the file, EINVAL for a negative offset."""
    if offset + size > FILE_OFFSET_MAX:
        raise LoadFailed(Errno.EINVAL, f"{what} at a negative offset")
    content = program.read(offset, size)
    if len(content) < size:
        raise LoadFailed(Errno.EIO, f"{what} beyond the end of the file")
    return content
