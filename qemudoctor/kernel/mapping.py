"""What happens after the point of no return: a program that cannot be mapped dies by a signal, not with an errno."""

from typing import NamedTuple

from qemudoctor.kernel.elf import ET_DYN, ET_EXEC, PF_W, PF_X, PT_LOAD, ElfHeader, Segment
from qemudoctor.kernel.features import Feature
from qemudoctor.kernel.machine import Loader
from qemudoctor.kernel.program import Program
from qemudoctor.kernel.release import KernelRelease

FILE_OFFSET_MAX = (1 << 63) - 1


class Killed(Exception):
    """The load failed after the point of no return: the process dies by this signal."""

    def __init__(self, signal: str, reason: str) -> None:
        super().__init__(f"{signal}: {reason}")
        self.signal = signal
        self.reason = reason


class Image(NamedTuple):
    """An ELF file that is about to be mapped."""

    program: Program
    header: ElfHeader
    loads: tuple[Segment, ...]
    """Its segments of type PT_LOAD."""

    @classmethod
    def of(cls, program: Program, header: ElfHeader, segments: tuple[Segment, ...]) -> "Image":
        """Return the image of a file with these program headers."""
        return cls(program, header, tuple(x for x in segments if x.p_type == PT_LOAD))

    @property
    def moves(self) -> bool:
        """Whether the kernel chooses the addresses."""
        return self.header.e_type == ET_DYN


class Mapper(NamedTuple):
    """The address space that one kernel gives the programs of one of its ELF loaders."""

    kernel: KernelRelease
    loader: Loader
    page: int
    lowest: int
    """The lowest address that may be mapped."""

    def map(self, image: Image, interpreter: Image | None) -> None:
        """Raise Killed where mapping a program or its dynamic loader fails, or nothing is at the entry point.

        Source: Linux fs/binfmt_elf.c, load_elf_binary(), elf_load(), load_elf_interp(); 3.10 to 6.18.
        """
        reason = self._unmappable(image, alone=interpreter is None, is_loader=False)
        if reason is not None:
            modern = self.kernel.supports(Feature.SEGV_AFTER_POINT_OF_NO_RETURN)
            raise Killed("SIGSEGV" if modern else "SIGKILL", reason)
        if interpreter is None:
            self._require_code(image)
            return
        if interpreter.header.e_type not in (ET_EXEC, ET_DYN):
            raise Killed("SIGSEGV", f"the loader's e_type is {interpreter.header.e_type}")
        reason = self._unmappable(interpreter, alone=True, is_loader=True)
        if reason is not None:
            raise Killed("SIGSEGV", f"the loader: {reason}")
        self._require_code(interpreter)

    def _unmappable(self, image: Image, *, alone: bool, is_loader: bool) -> str | None:
        """Return why mapping the segments fails; alone: no dynamic loader follows, the kernel looks for a place."""
        loads = image.loads
        for segment in loads:
            # Of a dynamic loader that moves the kernel checks the address that it really gets.
            reason = self._too_large(segment, is_checked=not (is_loader and image.moves))
            reason = reason or self._misplaced(segment, is_fixed=not image.moves, is_loader=is_loader)
            if reason is not None:
                return reason
        if is_loader or any(x.p_memsz > x.p_filesz for x in loads):
            tails = self._tails(loads, is_loader=is_loader)
            if any(self._is_uncleared(image.program, segment, end) for segment, end in tails):
                return "the rest of the last page must be cleared and cannot be written"
        if not image.moves or not loads:
            return None
        return self._unplaceable(loads, alone=alone, is_loader=is_loader)

    def _one_by_one(self, *, is_loader: bool) -> bool:
        feature = Feature.LOADER_SEGMENTS_ONE_BY_ONE if is_loader else Feature.SEGMENTS_ONE_BY_ONE
        return self.kernel.supports(feature)

    def _tails(self, loads: tuple[Segment, ...], *, is_loader: bool) -> list[tuple[Segment, int]]:
        """Return the segments of whose last page the rest must be cleared, and where that rest begins."""
        if not self._one_by_one(is_loader=is_loader):
            return self._common_tail(loads, is_loader=is_loader)
        # In between, kernels tried to clear it and let it be where they could not.
        return _own_tails(loads) if self.kernel.supports(Feature.LOADER_SEGMENTS_ONE_BY_ONE) else []

    def _too_large(self, segment: Segment, *, is_checked: bool) -> str | None:
        if segment.p_filesz > segment.p_memsz:
            return "p_filesz is larger than p_memsz"
        if is_checked and segment.p_vaddr > self.loader.task_size - segment.p_memsz:
            return "a segment lies outside the address space"
        return None

    def _misplaced(self, segment: Segment, *, is_fixed: bool, is_loader: bool) -> str | None:
        """Return why mmap() refuses a segment, or the part of it that comes from the file."""
        inside = segment.p_vaddr % self.page
        is_mapped = self._is_mapped(segment, inside, is_loader=is_loader)
        is_low = is_fixed and segment.p_vaddr - inside < self.lowest
        # Memory without a file is mapped there only where each segment is mapped on its own.
        if is_low and (is_mapped or (segment.p_memsz and self._one_by_one(is_loader=is_loader))):
            return "a segment lies below the lowest address that may be mapped"
        if not is_mapped:
            return None
        if (segment.p_offset - inside) % self.page:
            return "p_vaddr and p_offset do not agree modulo the page size"
        if segment.p_offset + segment.p_filesz > FILE_OFFSET_MAX:
            return "a segment lies beyond the largest file offset"
        return None

    def _is_mapped(self, segment: Segment, inside: int, *, is_loader: bool) -> bool:
        """Return whether the kernel maps a part of the file for a segment, be it an empty one."""
        return segment.p_filesz > 0 or (inside > 0 and not self._one_by_one(is_loader=is_loader))

    def _is_uncleared(self, program: Program, segment: Segment, end: int) -> bool:
        at = end - end % self.page
        return at != end and not (segment.p_flags & PF_W and _has_bytes(program, segment, at))

    def _common_tail(self, loads: tuple[Segment, ...], *, is_loader: bool) -> list[tuple[Segment, int]]:
        """Return the segment that the end of all the file's parts lies in, and that end, if there is more memory."""
        if not loads:
            return []
        end = max(x.p_vaddr + x.p_filesz for x in loads)
        always = is_loader and self.kernel.supports(Feature.LOADER_TAIL_CLEARED)
        if end == max(x.p_vaddr + x.p_memsz for x in loads) and not always:
            return []
        at = end - end % self.page
        covering = [x for x in loads if at < x.p_vaddr + x.p_filesz]
        return [(covering[-1], end)] if covering else []

    def _unplaceable(self, loads: tuple[Segment, ...], *, alone: bool, is_loader: bool) -> str | None:
        """Return why there is no place for a program whose addresses the kernel chooses."""
        first = min(x.p_vaddr - x.p_vaddr % self.page for x in loads)
        size = max(x.p_vaddr + x.p_memsz for x in loads) - first
        if not size:
            return "the program has no size"
        # Alone it goes below the stack, which lies somewhere near the end; with a loader, into the last third.
        whole = self.loader.task_size
        if size > (whole - whole // 4096 if alone else whole // 3):
            return "the program is larger than the address space"
        most = whole - 1 if alone else self.loader.align_max
        is_far = any(x.p_align > most and x.p_align.bit_count() == 1 for x in loads)
        aligned = Feature.ALIGNED_STATIC_PIE if alone else Feature.ALIGNED_PIE
        if is_far and not is_loader and self.kernel.supports(aligned):
            return "p_align moves the program down to address 0"
        inside = loads[0].p_vaddr % self.page
        if alone and not self._is_mapped(loads[0], inside, is_loader=is_loader):
            # Nothing is mapped for the first segment, so nothing reserves a place: the kernel goes on at address 0.
            if inside and not is_loader:
                return "the first segment is empty, and its page would lie below address 0"
            base = loads[0].p_vaddr - inside
            if any(x.p_memsz and x.p_vaddr - base < self.lowest for x in loads):
                return "the first segment is empty and the others would lie at address 0"
        return None

    def _require_code(self, image: Image) -> None:
        """Raise Killed where nothing is mapped at the entry point, so that the first instruction cannot be read."""
        at = image.header.e_entry - image.header.e_entry % self.page
        for segment in reversed(image.loads):
            low = segment.p_vaddr - segment.p_vaddr % self.page
            if not low <= at < segment.p_vaddr + segment.p_memsz:
                continue
            from_file = at < segment.p_vaddr + segment.p_filesz
            if segment.p_flags & PF_X and from_file and not _has_bytes(image.program, segment, at):
                raise Killed("SIGBUS", "the entry point lies behind the end of the file")
            return
        raise Killed("SIGSEGV", "nothing is mapped at the entry point")


def _own_tails(loads: tuple[Segment, ...]) -> list[tuple[Segment, int]]:
    """Return the writable segments that have more memory than file, and where the file's part of each ends."""
    return [(x, x.p_vaddr + x.p_filesz) for x in loads if x.p_flags & PF_W and x.p_memsz > x.p_filesz > 0]


def _has_bytes(program: Program, segment: Segment, at: int) -> bool:
    """Return whether the page at an address within a segment's file part is backed by the file."""
    return bool(program.read(segment.p_offset + at - segment.p_vaddr, 1))
