"""ELF files that say who they are, and faulty ones of every kind that the kernel tells apart.

The programs write argc, their tag, their arguments and their auxiliary vector to descriptor 1 and exit with 42.
"""

import struct
from dataclasses import dataclass, field, replace
from random import Random

EXIT_STATUS = 42
TAG_BYTES = 8

# mov rbx,rsp; write(1,rbx,8); write(1,tag,8); write(1,argv[i],strlen+1) each; skip envp; write(1,auxv,size); exit(42)
_CODE_64 = bytes.fromhex(
    "4889e36a015f4889de6a085a89f80f05488d356b00000089f80f054c8b234c8d6b084d85e4741d498b750031d2803c1600488d520175f689f8"
    "0f054983c50849ffccebde498b45004983c5084885c075f3498b45004983c5084885c075f34c89ee498b45004983c5104885c075f34c89ea48"
    "29f289f80f05b83c0000006a2a5f0f05"
)
_CODE_32 = bytes.fromhex(
    "89e56a015b89e9ba040000006a0458cd80e8000000005981c165000000ba080000006a0458cd808b75008d7d0485f674188b0f31d2803c1100"
    "8d520175f76a0458cd8083c7044eebe48b0783c70485c075f78b0783c70485c075f789f98b0783c70885c075f789fa29ca6a0458cd80b80100"
    "0000bb2a000000cd80"
)
PT_NULL, PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_NOTE, PT_PHDR, PT_TLS, PT_GNU_STACK = 0, 1, 2, 3, 4, 6, 7, 0x6474E551
EM_386, EM_X86_64, EM_AARCH64 = 3, 62, 183
FOREIGN = (183, 40, 8, 20, 21, 22, 243, 2, 0, 62 << 8, 258, 0xBAAB)


@dataclass(frozen=True, slots=True)
class Ph:
    """One program header; None: filled in so that the program works."""

    kind: int = PT_LOAD
    flags: int = 5
    offset: int = 0
    vaddr: int | None = None
    filesz: int | None = None
    memsz: int | None = None
    align: int = 0x1000


@dataclass(frozen=True, slots=True)
class Elf:
    """What an ELF file holds; build() writes it."""

    bits: int = 64
    machine: int = EM_X86_64
    kind: int = 2
    """e_type: 2 is fixed, 3 position-independent."""
    interp: bytes | None = None
    interp_size: int | None = None
    interp_offset: int | None = None
    segments: tuple[Ph, ...] = (Ph(),)
    order: str = "<"
    ident: tuple[tuple[int, int], ...] = ()
    entry: int | None = None
    phoff: int | None = None
    phentsize: int | None = None
    phnum: int | None = None
    flags: int = 0
    base: int | None = None
    cut: int | None = None
    mute: bool = False
    """Nobody can say what happens after the start."""
    notes: tuple[str, ...] = field(default=())

    @property
    def prints(self) -> bool:
        return not self.mute and (self.bits, self.machine) in {(64, 62), (32, 3), (32, 6)}

    def build(self, tag: int) -> bytes:
        """Return the file."""
        header, row = (64, 56) if self.bits == 64 else (52, 32)
        rows = list(self.segments)
        interp = self.interp
        if interp is not None:
            rows.insert(0, Ph(PT_INTERP, 4))
        count = len(rows)
        at_interp = header + row * count
        at_code = at_interp + len(interp or b"")
        code = (_CODE_64 if self.bits == 64 else _CODE_32) + b"%08d" % tag
        size = at_code + len(code)
        base = self.base if self.base is not None else 0 if self.kind == 3 else 0x400000
        table = b""
        for ph in rows:
            if ph.kind == PT_INTERP and ph.filesz is None:
                length = len(interp or b"") if self.interp_size is None else self.interp_size
                offset = at_interp if self.interp_offset is None else self.interp_offset
                ph = replace(ph, offset=offset, vaddr=0, filesz=length, memsz=length)
            table += self._row(ph, base, size)
        body = self._header(header, row, count, base + at_code) + table + (interp or b"") + code
        return body if self.cut is None else body[: self.cut]

    def _row(self, ph: Ph, base: int, size: int) -> bytes:
        vaddr = base + ph.offset if ph.vaddr is None else ph.vaddr
        filesz = size if ph.filesz is None else ph.filesz
        memsz = filesz if ph.memsz is None else ph.memsz
        if self.bits == 64:
            fields = (ph.kind, ph.flags, *(x % (1 << 64) for x in (ph.offset, vaddr, vaddr, filesz, memsz, ph.align)))
            return struct.pack(self.order + "IIQQQQQQ", *fields)
        mask = (1 << 32) - 1
        words = (ph.offset & mask, vaddr & mask, vaddr & mask, filesz & mask, memsz & mask)
        return struct.pack(self.order + "IIIIIIII", ph.kind, *words, ph.flags, ph.align & mask)

    def _header(self, header: int, row: int, count: int, entry: int) -> bytes:
        ident = bytearray(b"\x7fELF" + bytes((self.bits // 32, 1 if self.order == "<" else 2, 1)) + bytes(9))
        for index, value in self.ident:
            ident[index] = value
        word = (1 << self.bits) - 1
        fields = (
            self.kind,
            self.machine,
            1,
            (entry if self.entry is None else self.entry) & word,
            (header if self.phoff is None else self.phoff) & word,
            0,
            self.flags,
            header,
            row if self.phentsize is None else self.phentsize,
            count if self.phnum is None else self.phnum,
            0,
            0,
            0,
        )
        return bytes(ident) + struct.pack(
            self.order + ("HHIQQQIHHHHHH" if self.bits == 64 else "HHIIIIIHHHHHH"), *fields
        )


def good(random: Random) -> Elf:
    """Return a program that runs here."""
    bits = random.choice((64, 64, 64, 32))
    machine = EM_X86_64 if bits == 64 else random.choice((EM_386, EM_386, 6))
    kind = random.choice((2, 2, 2, 3))
    base = random.choice((None, None, 0x10000, 0x8048000, 0x70000000)) if kind == 2 else None
    return Elf(bits, machine, kind, base=base)


def foreign(random: Random) -> Elf:
    """Return a program of another architecture."""
    bits = random.choice((64, 64, 32))
    order = random.choice("<<<>")
    machine = random.choice(FOREIGN[:8])
    if random.random() < 0.1:
        bits, order, machine = 32, "<", EM_X86_64
    return Elf(bits, machine, random.choice((2, 3)), order=order, flags=random.choice((0, 0x5000000, 0x20)), mute=True)


def sizes(random: Random) -> int:
    """Return a number at which something could change."""
    near = random.choice((0, 1, 2, 52, 64, 128, 256, 4096, 65536, 1 << 31, 1 << 32, 1 << 47, 1 << 63, 1 << 64))
    return max(0, near + random.randint(-3, 3))


def replace_interpreter(elf: Elf, interp: bytes | None) -> Elf:
    """Return a program that names another dynamic loader, or none."""
    return replace(elf, interp=interp)


def mutate(elf: Elf, random: Random) -> Elf:
    """Return the program with one thing changed that a loader could mind."""
    return random.choice(_MUTATIONS)(elf, random)


def _ident(elf: Elf, random: Random) -> Elf:
    return replace(elf, ident=((random.randint(4, 15), random.randint(0, 255)),))


def _magic(elf: Elf, random: Random) -> Elf:
    return replace(elf, ident=((random.randint(0, 3), random.randint(0, 255)),), mute=True)


def _type(elf: Elf, random: Random) -> Elf:
    return replace(elf, kind=random.choice((0, 1, 2, 3, 4, 0xFE00, 0xFFFF)), mute=True)


def _machine(elf: Elf, random: Random) -> Elf:
    machine = random.choice((*FOREIGN, 3, 6, 62))
    return replace(elf, machine=machine, mute=elf.mute or machine not in ((62,) if elf.bits == 64 else (3, 6)))


def _table(elf: Elf, random: Random) -> Elf:
    if random.random() < 0.5:
        return replace(elf, phentsize=random.choice((0, 31, 32, 33, 55, 56, 57, 64)))
    return replace(elf, phnum=random.choice((0, 1, 2, 3, 4, 65535)), mute=True)


def _many(elf: Elf, random: Random) -> Elf:
    full = 65536 // (56 if elf.bits == 64 else 32)
    count = random.choice((72, 73, 74, 127, 128, 129, full - 2, full - 1, full, full + 1))
    return replace(elf, segments=elf.segments + (Ph(PT_NULL, 0, 0, 0, 0, 0, 0),) * (count - len(elf.segments)))


def _table_place(elf: Elf, random: Random) -> Elf:
    return replace(elf, phoff=sizes(random), mute=True)


def _cut(elf: Elf, random: Random) -> Elf:
    return replace(elf, cut=random.choice((0, 3, 4, 19, 20, 51, 52, 63, 64, 65, 119, 120, 121, 150, 200)), mute=True)


def _entry(elf: Elf, random: Random) -> Elf:
    return replace(elf, entry=sizes(random), mute=True)


def _load(elf: Elf, random: Random) -> Elf:
    field_name = random.choice(("vaddr", "filesz", "memsz", "offset", "align", "flags"))
    value = sizes(random)
    if field_name == "vaddr" and elf.kind == 2:
        value %= 1 << elf.bits
    if field_name == "flags":
        value = random.choice((0, 1, 2, 4, 6, 7))
    segment = replace(elf.segments[0], **{field_name: value})
    mute = field_name not in ("align",)
    return replace(elf, segments=(segment, *elf.segments[1:]), mute=elf.mute or mute)


def _second_load(elf: Elf, random: Random) -> Elf:
    filesz = random.choice((0, 1, 100, 5000))
    offset = random.choice((0, 0, 1, 100, 4096, 8192))
    vaddr = 0x600000 + random.choice((0, 1, 100, 4096, offset % 4096))
    memsz = max(0, filesz + random.choice((-1, 0, 0, 0, 1, 10000)))
    segment = Ph(PT_LOAD, random.choice((4, 5, 6)), offset, vaddr, filesz, memsz)
    order = random.random() < 0.2
    return replace(elf, segments=(segment, *elf.segments) if order else (*elf.segments, segment), mute=True)


def _no_load(elf: Elf, random: Random) -> Elf:
    kind = random.choice((PT_NULL, PT_DYNAMIC, PT_NOTE, PT_PHDR, PT_TLS))
    return replace(elf, segments=tuple(replace(x, kind=kind) for x in elf.segments), mute=True)


def _other(elf: Elf, random: Random) -> Elf:
    kind = random.choice((PT_NOTE, PT_TLS, PT_GNU_STACK, 0x12345678))
    extra = Ph(kind, random.choice((0, 4, 6)), sizes(random), sizes(random), sizes(random), sizes(random))
    return replace(elf, segments=(*elf.segments, extra))


def _interp(elf: Elf, random: Random) -> Elf:
    if elf.interp is None:
        return _other(elf, random)
    choice = random.randrange(5)
    if choice == 0:
        return replace(elf, interp_size=random.choice((0, 1, 2, 3, 4095, 4096, 4097, 1 << 31, (1 << 64) - 1)))
    if choice == 1:
        return replace(elf, interp_offset=sizes(random))
    if choice == 2:
        return replace(elf, interp=elf.interp.rstrip(b"\0"))
    if choice == 3:
        return replace(
            elf, interp=random.choice((b"\0", b"\0\0", b"x\0", b"/\0\0", elf.interp + b"junk\0", elf.interp * 2))
        )
    return replace(
        elf, segments=(*elf.segments, Ph(PT_INTERP, 4, sizes(random), 0, random.choice((0, 2, 10, 5000)), 0))
    )


_MUTATIONS = (
    _ident,
    _magic,
    _type,
    _machine,
    _table,
    _many,
    _table_place,
    _cut,
    _entry,
    _load,
    _load,
    _second_load,
    _no_load,
    _other,
    _interp,
    _interp,
    _interp,
)
