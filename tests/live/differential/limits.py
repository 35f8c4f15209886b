"""Programs at the limits of what the ELF loader maps, where one byte or one comparison decides."""

from typing import Any

from tests.live.differential.elves import EM_386, PT_NOTE, PT_NULL, Ph
from tests.live.differential.hosts import Case
from tests.live.differential.rows import ONE_PAGE, RWX, UNTIL_3_18, Row, at, called, elf
from tests.live.differential.settled import KILLED, LD, SEGV, UNTIL_5_10, pie

FAR = 1 << 46
TASK = (1 << 47) - 4096
BEHIND = 1 << 57
"""More than any processor's address space has."""
WIDER = "the address space is wider on a processor with 57-bit addresses"
OLD_SEGV = at(UNTIL_5_10, SEGV) | KILLED
ALWAYS: tuple[str, dict[str, str]] = (SEGV, {})
AFTER_3_10: tuple[str, dict[str, str]] = (SEGV, KILLED)
UNTIL_6_1: tuple[str, dict[str, str]] = ("ok", OLD_SEGV)
NOT_OK = {
    "a segment whose end is the end of the address space, moving": ALWAYS,
    "a segment behind the address space that moves": AFTER_3_10,
    "an empty segment at an address one off": UNTIL_6_1,
    "an empty segment with memory at an address one off": UNTIL_6_1,
    "the last segment read-only with more memory, an earlier one writable": UNTIL_6_1,
    "one byte of the file behind its end and a page of memory": (SEGV, KILLED | at(["6.1.192"], "ok")),
    "the entry point just behind memory without a file": ALWAYS,
    "the first segment empty, the other 65535 from it": AFTER_3_10,
    "the first segment empty with a loader": UNTIL_6_1,
    "the dynamic loader's first segment empty": ALWAYS,
    "a segment that moves and ends behind the end of the address space": AFTER_3_10,
    "the dynamic loader's segment is behind the address space, and fixed": ALWAYS,
    "no PT_LOAD in the dynamic loader": ALWAYS,
    "p_align that is no power of two, and one that is": (SEGV, at(UNTIL_5_10, "ok")),
    "the last segment read-only in the middle of a page, with more memory": UNTIL_6_1,
    "two segments that share the page of the common end, the last one read-only, with more memory": UNTIL_6_1,
    "of two powers of two the larger p_align counts": (SEGV, at(UNTIL_5_10, "ok")),
    "the first segment empty at an odd address, the other near": (SEGV, at(UNTIL_5_10, "ok")),
    "the entry point in the page below a segment far up": ALWAYS,
    "the first segment empty at an odd address, the other 65536 from its page": (SEGV, at(UNTIL_5_10, "ok")),
    "the dynamic loader's first segment empty at an odd address, the other far from its page": (
        "ok",
        at((*UNTIL_5_10, "6.1.192"), SEGV),
    ),
    "the first segment empty, the other at its page": (SEGV, KILLED),
    "a segment of the file at address 0": (SEGV, KILLED),
    "a segment of memory at address 0": (SEGV, at(UNTIL_5_10, "ok")),
    "an empty segment at address 1": ("ok", OLD_SEGV),
    "a dynamic loader at address 0": ALWAYS,
    "a loader of 64 bytes": ("ELIBBAD", at(UNTIL_3_18, "EIO")),
    "a loader of 63 bytes": ("EIO", {}),
    "a loader of 127 bytes": (
        "ok",
        at((*UNTIL_5_10, "6.1.192"), SEGV) | at((*UNTIL_3_18,), "EIO") | at(["4.4.155"], "ok"),
    ),
    "a loader of 128 bytes": ("ok", at((*UNTIL_5_10, "6.1.192"), SEGV) | at((*UNTIL_3_18, "4.4.155"), "ok")),
}
CASES = {
    "a page that ends with the file's part needs no clearing": called(
        p=elf(segments=(Ph(), Ph(flags=6, vaddr=0x600000, filesz=4096, memsz=8192)))
    ),
    "a segment at a high address that moves": called(
        p=elf(kind=3, segments=(Ph(flags=7, vaddr=TASK - 4096, filesz=100, memsz=100),), base=TASK - 4096, mute=True)
    ),
    "a segment whose end is the end of the address space, moving": called(
        p=elf(
            kind=3,
            segments=(Ph(flags=7, vaddr=TASK - 100 - 100 % 1, offset=4096 - 100, filesz=0, memsz=100),),
            mute=True,
        )
    ),
    "a segment behind the address space that moves": called(
        p=elf(kind=3, segments=(Ph(flags=7, vaddr=BEHIND, filesz=100, memsz=100),), base=BEHIND, mute=True)
    ),
    "an empty segment at an even address": called(
        p=elf(segments=(Ph(), Ph(flags=6, vaddr=0x600000, filesz=0, memsz=0)))
    ),
    "an empty segment at an address one off": called(
        p=elf(segments=(Ph(), Ph(flags=6, vaddr=0x600001, filesz=0, memsz=0)))
    ),
    "an empty segment with memory at an address one off": called(
        p=elf(segments=(Ph(), Ph(flags=6, vaddr=0x600001, filesz=0, memsz=10)))
    ),
    "the common end in a page of a segment that is not the last": called(
        p=elf(segments=(Ph(flags=6, vaddr=0x600000, filesz=100, memsz=200), Ph()))
    ),
    "the last segment read-only with more memory, an earlier one writable": called(
        p=elf(
            segments=(Ph(), Ph(flags=6, vaddr=0x600000, filesz=100), Ph(flags=4, vaddr=0x700000, filesz=50, memsz=60))
        )
    ),
    "the last segment writable with more memory, an earlier one read-only": called(
        p=elf(
            segments=(Ph(), Ph(flags=4, vaddr=0x600000, filesz=100), Ph(flags=6, vaddr=0x700000, filesz=50, memsz=60))
        )
    ),
    "the last segment read-only, an earlier one with more memory": called(
        p=elf(
            segments=(Ph(), Ph(flags=6, vaddr=0x600000, filesz=100, memsz=200), Ph(flags=4, vaddr=0x700000, filesz=50))
        )
    ),
    "two segments that share the page of the common end": called(
        p=elf(
            segments=(
                Ph(),
                Ph(flags=4, vaddr=0x600000, filesz=100),
                Ph(flags=6, vaddr=0x600000, filesz=50, memsz=60),
            )
        )
    ),
    "the common end lies in no segment's page": called(
        p=elf(segments=(Ph(), Ph(flags=6, vaddr=0x600000, filesz=4096), Ph(flags=6, vaddr=0x700000, filesz=0, memsz=9)))
    ),
    "one byte of the file and a page of memory": called(
        p=elf(segments=(Ph(), Ph(flags=6, vaddr=0x600000, filesz=1, memsz=4096)))
    ),
    "one byte of the file behind its end and a page of memory": called(
        p=elf(segments=(Ph(), Ph(flags=6, vaddr=0x600000, offset=8192, filesz=1, memsz=4096)))
    ),
    "the entry point in a second segment that moves": pie(Ph(), Ph(flags=7, vaddr=0x200000, filesz=100)),
    "the entry point in memory without a file": called(
        p=elf(segments=(Ph(), Ph(flags=7, vaddr=0x600000, filesz=0, memsz=100)), entry=0x600010, mute=True)
    ),
    "the entry point just behind memory without a file": called(
        p=elf(segments=(Ph(), Ph(flags=7, vaddr=0x600000, filesz=0, memsz=0x1000)), entry=0x601000, mute=True)
    ),
    "the entry point in a page of memory behind the file's part": called(
        p=elf(segments=(Ph(), Ph(flags=7, vaddr=0x600000, filesz=100, memsz=0x3000)), entry=0x601000, mute=True)
    ),
    "the entry point at an odd place of an odd segment": called(
        p=elf(segments=(Ph(), Ph(flags=7, vaddr=0x600010, offset=0x10, filesz=10)), entry=0x600001, mute=True)
    ),
    "the entry point in a segment that may not be executed, behind the file": called(
        p=elf(segments=(Ph(), Ph(flags=4, vaddr=0x600000, offset=0x10000, filesz=16)), entry=0x600000, mute=True)
    ),
    "the first segment empty, the other 65535 from it": pie(
        Ph(flags=6, vaddr=0, filesz=0, memsz=0), Ph(vaddr=0xFFFF, offset=0xFFF, filesz=1), base=0x20000
    ),
    "the first segment empty with a loader": pie(Ph(flags=6, vaddr=0x64, filesz=0, memsz=0), Ph(), interp=LD),
    "the dynamic loader's first segment empty": called(
        p=elf(interp=LD), ld=elf(kind=3, segments=(Ph(flags=6, vaddr=0x64, filesz=0, memsz=0), Ph(flags=7)))
    ),
    "the dynamic loader larger than a third": called(
        p=elf(interp=LD), ld=elf(kind=3, segments=(Ph(), Ph(flags=7, vaddr=FAR, filesz=1)))
    ),
    "a segment that moves and ends at the end of the address space": called(
        p=elf(kind=3, segments=(Ph(flags=7, vaddr=TASK - 4096, filesz=4096, memsz=4096),), base=TASK - 4096, mute=True)
    ),
    "a segment that moves and ends behind the end of the address space": called(
        p=elf(kind=3, segments=(Ph(flags=7, vaddr=TASK - 4096, filesz=4096, memsz=4097),), base=TASK - 4096, mute=True)
    ),
    "the dynamic loader's segment is behind the address space, and moves": called(
        p=elf(interp=LD),
        ld=elf(kind=3, segments=(Ph(flags=7, vaddr=BEHIND, filesz=100, memsz=100),), base=BEHIND, mute=True),
    ),
    "the dynamic loader's segment is far behind the address space, and moves": called(
        p=elf(interp=LD),
        ld=elf(kind=3, segments=(Ph(flags=7, vaddr=1 << 62, filesz=100, memsz=100),), base=1 << 62, mute=True),
    ),
    "the dynamic loader's segment is behind the address space, and fixed": called(
        p=elf(interp=LD), ld=elf(segments=(Ph(flags=7, vaddr=BEHIND, filesz=100, memsz=100),), base=BEHIND, mute=True)
    ),
    "the dynamic loader aligned to half the address space": called(
        p=elf(interp=LD), ld=elf(kind=3, segments=(Ph(flags=7, align=1 << 46),))
    ),
    "the dynamic loader aligned to the whole address space": called(
        p=elf(interp=LD), ld=elf(kind=3, segments=(Ph(flags=7, align=1 << 47),))
    ),
    "no PT_LOAD in the dynamic loader": called(p=elf(interp=LD), ld=elf(segments=(Ph(PT_NOTE),))),
    "the common end in a page behind a segment that ends there": called(
        p=elf(
            segments=(
                Ph(),
                Ph(flags=6, vaddr=0x601000, filesz=100, memsz=200),
                Ph(flags=4, vaddr=0x600000, filesz=4096),
            )
        )
    ),
    "the last segment read-only in the middle of a page, with more memory": called(
        p=elf(segments=(Ph(), Ph(flags=4, vaddr=0x600010, offset=0x10, filesz=16, memsz=32)))
    ),
    "two segments that share the page of the common end, with more memory": called(
        p=elf(
            segments=(
                Ph(),
                Ph(flags=4, vaddr=0x600000, filesz=100),
                Ph(flags=6, vaddr=0x600000, filesz=50, memsz=200),
            )
        )
    ),
    "two segments that share the page of the common end, the last one read-only, with more memory": called(
        p=elf(
            segments=(
                Ph(),
                Ph(flags=6, vaddr=0x600000, filesz=100),
                Ph(flags=4, vaddr=0x600000, filesz=50, memsz=200),
            )
        )
    ),
    "of two powers of two the larger p_align counts": pie(
        Ph(align=0x1000), Ph(flags=6, vaddr=0x200000, filesz=1, align=1 << 47)
    ),
    "the first segment empty at an odd address, the other near": pie(
        Ph(flags=6, vaddr=0x64, offset=0x64, filesz=0, memsz=0), Ph(vaddr=0x1000), base=0x1000
    ),
    "the first segment empty at an odd address, the other 65536 from its page": pie(
        Ph(flags=6, vaddr=0x64, offset=0x64, filesz=0, memsz=0), Ph(vaddr=0x10000), base=0x10000
    ),
    "the dynamic loader's first segment empty at an odd address, the other far from its page": called(
        p=elf(interp=LD),
        ld=elf(kind=3, segments=(Ph(flags=6, vaddr=0x64, filesz=0, memsz=0), Ph(flags=7, vaddr=0x10000)), base=0x10000),
    ),
    "the first segment empty, the other at its page": pie(
        Ph(flags=6, vaddr=0x10000, filesz=0, memsz=0), Ph(vaddr=0x10000), base=0x10000
    ),
    "a segment of the file at address 0": called(p=elf(segments=(Ph(), Ph(flags=6, vaddr=0, filesz=100)))),
    "a segment of memory at address 0": called(p=elf(segments=(Ph(), Ph(flags=6, vaddr=0, filesz=0, memsz=100)))),
    "an empty segment at address 0": called(p=elf(segments=(Ph(), Ph(flags=6, vaddr=0, filesz=0, memsz=0)))),
    "an empty segment at address 1": called(p=elf(segments=(Ph(), Ph(flags=6, vaddr=1, offset=1, filesz=0, memsz=0)))),
    "a segment at address 0 that moves": pie(Ph(vaddr=0), base=0),
    "a dynamic loader at address 0": called(p=elf(interp=LD), ld=elf(segments=(Ph(flags=7, vaddr=0),), base=0)),
    "the entry point in the page below a segment far up": called(
        p=elf(segments=(Ph(vaddr=0x10000000),), base=0x10000000, entry=0xFFFF000, mute=True)
    ),
    "the entry point in memory behind a part that lies behind the file": called(
        p=elf(
            segments=(Ph(), Ph(flags=7, vaddr=0x600000, offset=8192, filesz=4096, memsz=8192)),
            entry=0x601000,
            mute=True,
        )
    ),
    "a writable segment behind the end of the file, without more memory": called(
        p=elf(segments=(Ph(), Ph(flags=6, vaddr=0x600000, offset=8192, filesz=100, memsz=100)))
    ),
    "p_align of 0": pie(Ph(align=0)),
    "p_align of 1": pie(Ph(align=1)),
    "p_align of 1, with a loader": pie(Ph(align=1), interp=LD),
    "p_align that is no power of two, and one that is": pie(
        Ph(align=3), Ph(flags=6, vaddr=0x200000, filesz=1, align=1 << 47)
    ),
    "a loader of 64 bytes": called(p=elf(interp=LD), ld=elf(cut=64)),
    "a loader of 63 bytes": called(p=elf(interp=LD), ld=elf(cut=63)),
    "a loader of 127 bytes": called(p=elf(interp=LD), ld=elf(cut=127)),
    "a loader of 128 bytes": called(p=elf(interp=LD), ld=elf(cut=128)),
}

NULL = Ph(PT_NULL, 0, 0, 0, 0, 0, 0)


def crowd(count: int, **changes: Any) -> Case:
    """Return a program with so many program headers."""
    return called(p=elf(segments=(Ph(), *(NULL,) * (count - 1)), **changes))


I386: dict[str, Any] = {"bits": 32, "machine": EM_386}
TABLES = (
    Row("128 program headers of 32 bytes", crowd(128, **I386), "ok"),
    Row("129 program headers of 32 bytes", crowd(129, **I386), "ok", old=at(ONE_PAGE, "ENOEXEC")),
    Row("2048 program headers of 32 bytes", crowd(2048, **I386), "ok", old=at(ONE_PAGE, "ENOEXEC")),
    Row("2049 program headers of 32 bytes", crowd(2049, **I386), "ENOEXEC"),
    Row("PT_INTERP of 4096 bytes", called(p=elf(interp=LD.ljust(4096, b"\0")), ld=RWX), "ok"),
    Row("a dynamic loader with a damaged magic", called(p=elf(interp=LD), ld=elf(ident=((0, 0x7E),))), "ELIBBAD"),
    Row("PT_INTERP at the largest offset", called(p=elf(interp=LD, interp_offset=(1 << 63) - 5), ld=RWX), "EIO"),
    Row("PT_INTERP at an offset too large", called(p=elf(interp=LD, interp_offset=(1 << 63) - 4), ld=RWX), "EINVAL"),
)
LIMITS = (
    *TABLES,
    *(
        Row(name, case, *NOT_OK.get(name, ("ok", {})), WIDER if "end of the address space" in name else "")
        for name, case in CASES.items()
    ),
)
