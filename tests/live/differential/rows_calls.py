"""More of the outcome tables: arguments, calls by a descriptor, other machines, and what a started emulator gets."""

from dataclasses import replace

from qemudoctor.kernel import Machine, NodeKind
from tests.live.differential.elves import EM_386, EM_AARCH64, EM_X86_64, Ph
from tests.live.differential.hosts import NOEXEC, Case, File, Write
from tests.live.differential.rows import (
    BUSY_RUNS,
    F_ROOT,
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
    text,
)

EM_ARM = 40
COPIED_FIRST = at(("5.10.262", "6.1.192"), "E2BIG")
NO_EXECVEAT = at(UNTIL_3_18, "ENOSYS")
LONGEST = "x" * 131071
HERE = File(content=NATIVE.content, tag=1)
SCRIPT = text(b"#!/i\n")
WITHOUT_32 = Machine.named("x86_64").without("CONFIG_IA32_EMULATION")
ARM64 = Machine.named("aarch64")
OTHER_MACHINE = "needs a machine of another kind"
BY_NAME = ":x:E::x::/i:"


BEHIND = Ph(flags=4, offset=1 << 20, vaddr=0x700000, filesz=100, memsz=100)


def arguments(*argv: str) -> Case:
    return replace(called(p=HERE), argv=argv)


def fd(case: Case) -> Case:
    """Return a case in which the program is called by a descriptor that is closed then."""
    return replace(case, by_descriptor=True)


def disabled(name: str) -> Case:
    """Return a case in which an entry, or all, are switched off."""
    case = called(p=FOREIGN, i=NATIVE, lines=(entry(),))
    return replace(case, writes=(*case.writes, Write(name, b"0")))


ARGUMENTS = (
    Row("an argument of 131071 bytes", arguments("a", LONGEST), "ok"),
    Row("an argument of 131072 bytes", arguments("a", LONGEST + "x"), "E2BIG"),
    Row("an argument of 131072 bytes that need not be text", arguments("a", "\udcff" * 131072), "E2BIG"),
    Row("an argument of 131071 bytes of two each", arguments("a", "é" * 65535 + "x"), "ok"),
    Row("an argument of 131072 bytes of two each", arguments("a", "é" * 65536), "E2BIG"),
    Row("a quarter of the stack of arguments", arguments(*(LONGEST,) * 15), "ok"),
    Row("exactly a quarter of the stack of arguments", arguments(*(LONGEST,) * 15, "x" * 130940), "ok"),
    Row("one byte more than a quarter of the stack of arguments", arguments(*(LONGEST,) * 15, "x" * 130941), "E2BIG"),
    Row("an argument of 131072 bytes of four each", arguments("a", "\U0001f600" * 32768), "E2BIG"),
    Row("more than a quarter of the stack of arguments", arguments(*(LONGEST,) * 17), "E2BIG"),
    Row("too many short arguments", arguments(*("",) * 300000), "E2BIG"),
    Row(
        "a program that is not there, with too many arguments",
        Case((), "/p", argv=(LONGEST + "x",)),
        "ENOENT",
        old=COPIED_FIRST,
    ),
    Row("text, with too many arguments", replace(called(p=text(b"x")), argv=(LONGEST + "x",)), "E2BIG"),
)
DESCRIPTORS = (
    Row("by a descriptor: a native program", fd(called(p=HERE)), "ok", old=NO_EXECVEAT),
    Row("by a descriptor: a script", fd(called(p=SCRIPT, i=NATIVE)), "ENOENT", old=NO_EXECVEAT),
    Row("by a descriptor: a script that names nothing", fd(called(p=text(b"#!\n"))), "ENOEXEC", old=NO_EXECVEAT),
    Row("by a descriptor: text", fd(called(p=text(b"x"))), "ENOEXEC", old=NO_EXECVEAT),
    Row("by a descriptor: a foreign program", fd(called(p=FOREIGN)), "ENOEXEC", old=NO_EXECVEAT),
    *(
        Row(
            f"by a descriptor: an entry with {flags or 'no flags'}",
            fd(called(p=FOREIGN, i=NATIVE, lines=(entry(flags=flags),))),
            "ENOENT",
            old=NO_EXECVEAT,
        )
        for flags in ("", "O", "OC")
    ),
    Row(
        "by a descriptor: an entry with F",
        fd(called(p=FOREIGN, i=NATIVE, lines=(entry(flags="F"),))),
        "ENOENT",
        old=at(["4.4.155"], "ENOEXEC") | NO_EXECVEAT,
    ),
    Row(
        "by a descriptor: an entry by extension never matches",
        fd(called("/p.x", pDOTx=HERE, lines=(BY_NAME,))),
        "ok",
        old=NO_EXECVEAT,
    ),
    Row("by a descriptor: no x bit", fd(called(p=text(b"x", mode=0o644))), "EACCES", old=NO_EXECVEAT),
    Row("by a descriptor: a missing file", fd(called()), "ENOENT", old=NO_EXECVEAT),
)
PLACES = (
    Row("random bytes", called(p=text(bytes(range(128, 256)))), "ENOEXEC"),
    Row("block device", called(p=File(NodeKind.BLOCK)), "EACCES", source_only="needs a device node"),
    Row("script on a noexec mount", Case(((f"{NOEXEC}/p", SCRIPT), ("/i", NATIVE)), f"{NOEXEC}/p"), "EACCES"),
    Row(
        "script to an interpreter on a noexec mount",
        Case((("/p", text(b"#!/noexec/i\n")), (f"{NOEXEC}/i", NATIVE)), "/p", argv=("a",)),
        "EACCES",
    ),
    Row(
        "entry's interpreter on a noexec mount",
        Case(
            (("/p", FOREIGN), (f"{NOEXEC}/i", NATIVE)),
            "/p",
            writes=(Write("register", entry(f"{NOEXEC}/i").encode()),),
            argv=("a",),
        ),
        "EACCES",
    ),
    Row("script that is open for writing", called(p=replace(SCRIPT, busy=True), i=NATIVE), "ETXTBSY", old=BUSY_RUNS),
    Row(
        "no x bit for this user",
        replace(called(p=replace(NATIVE, mode=0o700)), uid=1000, gid=1000),
        "EACCES",
    ),
)
PROGRAMS = (
    Row("i386, e_phentsize 31", called(p=elf(bits=32, machine=EM_386, phentsize=31)), "ENOEXEC"),
    Row("i386, e_phnum 0", called(p=elf(bits=32, machine=EM_386, phnum=0)), "ENOEXEC"),
    Row("a segment behind the end of the file", called(p=elf(segments=(Ph(), BEHIND))), "ok"),
    Row(
        "PT_INTERP with program headers behind its end",
        called(p=elf(interp=b"/ld\0"), ld=elf(cut=100)),
        "ELIBBAD",
        old=at(UNTIL_3_18, "EIO"),
    ),
    Row("i386 with a foreign loader", called(p=elf(bits=32, machine=EM_386, interp=b"/ld\0"), ld=FOREIGN), "ELIBBAD"),
)
MACHINES = (
    Row("i386 without CONFIG_IA32_EMULATION", called(p=elf(bits=32, machine=EM_386)), "ENOEXEC", machine=WITHOUT_32),
    Row("arm on arm64", called(p=elf(bits=32, machine=EM_ARM, flags=0x05000000)), "ok", machine=ARM64),
    Row(
        "arm on arm64 without AArch32",
        called(p=elf(bits=32, machine=EM_ARM, flags=0x05000000)),
        "ENOEXEC",
        machine=ARM64.without("AArch32"),
    ),
    Row("x86-64 on arm64", called(p=elf(machine=EM_X86_64)), "ENOEXEC", machine=ARM64),
    Row("arm64 on arm64", called(p=elf(machine=EM_AARCH64)), "ok", machine=ARM64),
)
EMULATED = (
    Row("an entry that is disabled", disabled("a64"), "ENOEXEC"),
    Row("the registry is switched off", disabled("status"), "ENOEXEC"),
    Row(
        "F: the interpreter's loader is there in the container",
        called(i=elf(interp=b"/ld\0"), ld=RWX, root=F_ROOT | {"/ld": RWX}, lines=(entry(flags="F"),)),
        "ok",
        old=NOT_BEFORE_4_8,
    ),
    Row(
        "interpreter of another user",
        replace(called(p=FOREIGN, i=replace(NATIVE, mode=0o700, uid=1), lines=(entry(),)), uid=1000, gid=1000),
        "EACCES",
    ),
    Row("interpreter only in the container, called on the host", called(p=FOREIGN, lines=(entry(),)), "ENOENT"),
    *(
        Row(
            f"interpreter matches the same entry, {flags}",
            called(p=FOREIGN, i=FOREIGN, lines=(entry(flags=flags),)),
            "ENOEXEC",
            old=at(UNTIL_5_7, "ELOOP") | (NOT_BEFORE_4_8 if "F" in flags else {}),
        )
        for flags in ("OC", "OCF", "OPF")
    ),
    *(
        Row(
            f"two entries that point at each other, {flags}",
            called(
                "/a.x",
                aDOTx=text(b"a"),
                bDOTy=text(b"b"),
                lines=(f":x:E::x::/b.y:{flags}", f":y:E::y::/a.x:{flags}"),
            ),
            "ENOEXEC",
            old=at(UNTIL_5_7, "ELOOP"),
        )
        for flags in ("O", "C")
    ),
    Row(
        "entry with C, foreign interpreter, entry",
        called("/a.x", aDOTx=text(b"a"), f=FOREIGN, i=NATIVE, lines=(":x:E::x::/f:C", entry())),
        "ENOEXEC",
        old=at(UNTIL_5_7, "ok"),
    ),
    *(
        Row(
            f"script whose interpreter is foreign, {flags}",
            called(p=SCRIPT, i=FOREIGN, q=HERE, lines=(entry("/q", flags),)),
            "ok",
            old=NOT_BEFORE_4_8 if "F" in flags else {},
        )
        for flags in ("P", "O", "OC", "POCF")
    ),
    # What comes then is the emulator's message, not the kernel's.
    Row(
        "entry, and the program's own PT_INTERP is missing",
        called(p=elf(machine=EM_AARCH64, interp=b"/gone\0"), i=HERE, lines=(entry(),)),
        "ok",
    ),
    Row(
        "entry, and the program's own PT_INTERP is of another machine",
        called(p=elf(machine=EM_AARCH64, interp=b"/ld\0"), ld=NATIVE, i=HERE, lines=(entry(),)),
        "ok",
    ),
    Row(
        "entry, and the program has no program headers",
        called(p=elf(machine=EM_AARCH64, phnum=0), i=HERE, lines=(entry(),)),
        "ok",
    ),
    Row(
        "entry, and the program is its header",
        called(p=elf(machine=EM_AARCH64, cut=64), i=HERE, lines=(entry(),)),
        "ok",
    ),
)
CALLS = (*ARGUMENTS, *DESCRIPTORS, *PLACES, *PROGRAMS, *MACHINES, *EMULATED)
