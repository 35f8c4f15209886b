"""Cases in which the model and a kernel once disagreed. The kernel was right; each is kept as a row."""

from dataclasses import replace
from typing import Any

from tests.live.differential.elves import EM_386, PT_NOTE, PT_TLS, Ph
from tests.live.differential.hosts import Case, File
from tests.live.differential.rows import (
    FOREIGN,
    NATIVE,
    NOT_BEFORE_4_8,
    RWX,
    UNTIL_3_18,
    UNTIL_5_7,
    Row,
    at,
    called,
    elf,
    entry,
)

UNTIL_5_10 = (*UNTIL_5_7, "5.10.262")
UNTIL_6_1 = (*UNTIL_5_10, "6.1.192")
KILLED = at(["3.10.49"], "signal:SIGKILL")
SEGV = "signal:SIGSEGV"
LD = b"/ld\0"
EMPTY = Ph(flags=6, vaddr=0x600064, filesz=0, memsz=0)
BEHIND = Ph(flags=6, offset=8192, vaddr=0x600000, filesz=100, memsz=200)


def pie(*segments: Ph, **changes: Any) -> Case:
    return called(p=elf(kind=3, segments=segments, **changes), ld=RWX)


SET_ID = called(p=FOREIGN, i=File(content=NATIVE.content, mode=0o2710, tag=1), lines=(entry(flags="F"),))
NO_F = NOT_BEFORE_4_8
SETTLED = (
    Row(
        "a segment beyond the largest file offset",
        pie(Ph(flags=7, offset=(1 << 63) - 4096, vaddr=0, memsz=8192, filesz=8192)),
        SEGV,
        old=KILLED,
    ),
    Row("the entry point of a position-independent program lies outside", pie(Ph(), entry=(1 << 47) - 1), SEGV),
    Row(
        "the entry point of the dynamic loader lies outside",
        called(p=elf(interp=LD), ld=elf(segments=(Ph(flags=7),), entry=(1 << 47) + 2)),
        SEGV,
    ),
    Row(
        "an empty segment at an odd address",
        called(p=elf(segments=(Ph(), EMPTY))),
        "ok",
        old=at(UNTIL_5_10, SEGV) | KILLED,
    ),
    Row(
        "a writable segment behind the end of the file whose page must be cleared",
        called(p=elf(segments=(Ph(), BEHIND))),
        SEGV,
        old=KILLED | at(["6.1.192"], "ok"),
    ),
    Row(
        "a program whose rest of the page is not writable",
        called(p=elf(segments=(Ph(memsz=5000),))),
        "ok",
        old=at(UNTIL_5_10, SEGV) | KILLED,
    ),
    Row(
        "a dynamic loader whose rest of the page is not writable",
        called(p=elf(interp=LD), ld=elf()),
        "ok",
        old=at(UNTIL_6_1, SEGV) | at((*UNTIL_3_18, "4.4.155"), "ok"),
    ),
    Row(
        "p_align moves a program with a loader to address 0",
        pie(Ph(align=1 << 63), interp=LD),
        SEGV,
        old=at(UNTIL_5_7, "ok"),
    ),
    Row("p_align of half the address space", pie(Ph(align=1 << 46), interp=LD), "ok"),
    Row(
        "p_align moves a static program to address 0",
        pie(Ph(align=1 << 47)),
        SEGV,
        old=at(UNTIL_5_10, "ok"),
    ),
    Row(
        "p_align moves an i386 program with a loader to address 0",
        called(
            p=elf(bits=32, machine=EM_386, kind=3, segments=(Ph(align=1 << 31),), interp=LD),
            ld=elf(bits=32, machine=EM_386, segments=(Ph(flags=7),)),
        ),
        SEGV,
        old=at(UNTIL_5_7, "ok"),
    ),
    Row("p_align of a static i386 program", pie(Ph(align=1 << 31), bits=32, machine=EM_386), "ok"),
    Row(
        "a static position-independent program whose first segment is empty",
        pie(EMPTY, Ph()),
        SEGV,
        old=KILLED,
    ),
    Row(
        "two segments farther apart than the address space",
        pie(Ph(), Ph(vaddr=(1 << 47) - 8192, filesz=1)),
        SEGV,
        old=KILLED,
    ),
    Row("two segments a third of the address space apart, alone", pie(Ph(), Ph(vaddr=1 << 46, filesz=1)), "ok"),
    Row(
        "two segments a third of the address space apart, and a loader",
        pie(Ph(), Ph(vaddr=1 << 46, filesz=1), interp=LD),
        SEGV,
        old=KILLED,
    ),
    Row(
        "a static position-independent program whose first segment is empty, and the other far enough from it",
        pie(Ph(flags=6, vaddr=0, filesz=0, memsz=0), Ph(), base=0x10000),
        "ok",
    ),
    Row(
        "F: a set-gid interpreter that the caller may not execute", replace(SET_ID, uid=1000, gid=1000), "ok", old=NO_F
    ),
    Row(
        "F: a set-uid interpreter that nobody but its owner may execute",
        replace(
            SET_ID, host=(("/p", FOREIGN), ("/i", File(content=NATIVE.content, mode=0o4700, uid=1, tag=1))), uid=1000
        ),
        "ok",
        old=NO_F,
    ),
    Row(
        "an empty position-independent program, and a loader",
        pie(Ph(flags=4, vaddr=0x600000, filesz=0, memsz=0), interp=LD),
        SEGV,
        old=KILLED,
    ),
    Row(
        "a position-independent program of one byte without a file, and a loader",
        pie(Ph(flags=4, vaddr=0x600000, filesz=0, memsz=1), interp=LD),
        "ok",
    ),
    Row("no PT_LOAD, position-independent", pie(Ph(PT_TLS)), SEGV),
    Row("no PT_LOAD, and a dynamic loader that runs", called(p=elf(segments=(Ph(PT_NOTE),), interp=LD), ld=RWX), "ok"),
)
