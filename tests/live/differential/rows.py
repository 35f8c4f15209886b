"""The outcome of execve() for every kind of file, loader and entry, as rows: what is called, and what each kernel says.

Each row is a test of the model under several releases, and one of the real kernel of this machine where that can show
it. `old` rows name the releases that answer differently.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from qemudoctor.kernel import KernelRelease, Machine, NodeKind
from qemudoctor.kernel.features import Version
from tests.live.differential.elves import EM_386, EM_AARCH64, Elf, Ph
from tests.live.differential.hosts import NOEXEC, Case, File, Write

RELEASES = (
    *("3.10.49", "3.18.20", "4.4.155", "4.9.0", "4.19.304", "5.0.1", "5.4.286", "5.10.262", "6.1.192"),
    *("6.11.10", "6.12.1", "6.12.117"),
)
LIVE = "6.18.44"
OLD_FIFO = ("3.10.49", "3.18.20", "4.4.155", "4.9.0", "5.0.1")
UNTIL_3_18 = ("3.10.49", "3.18.20")
UNTIL_5_7 = ("3.10.49", "3.18.20", "4.4.155", "4.9.0", "4.19.304", "5.0.1", "5.4.286")
ONE_PAGE = RELEASES[2:]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of an outcome table."""

    name: str
    case: Case
    outcome: str
    """"ok", an errno's name, "signal:NAME", "blocks"."""
    old: dict[str, str] = field(default_factory=dict)
    source_only: str = ""
    """Why the kernel of this machine cannot show it."""
    machine: Machine | None = None
    """Of a kernel that this is not; then source only."""

    @property
    def is_shown(self) -> bool:
        """Whether a kernel for x86-64 shows it."""
        return not self.source_only and self.machine is None

    def expected(self, version: Version) -> str:
        """Return the outcome under a kernel: what is said of the newest release up to it."""
        known = max((x for x in (*RELEASES, LIVE) if KernelRelease.parse(x).version <= version), key=_version)
        return self.old.get(known, self.outcome)


def _version(release: str) -> Version:
    return KernelRelease.parse(release).version


def at(releases: Iterable[str], outcome: str) -> dict[str, str]:
    return dict.fromkeys(releases, outcome)


def elf(**changes: Any) -> File:
    built = Elf(**changes)
    return File(content=built.build(1), bits=built.bits, label="elf")


def text(content: bytes, *, mode: int = 0o755) -> File:
    return File(content=content, mode=mode)


def link(target: str) -> File:
    return File(NodeKind.LINK, target=target)


def called(
    program: str = "/p", *, root: dict[str, File] | None = None, lines: tuple[str, ...] = (), **files: File
) -> Case:
    """Return a case whose host has the files: `p` lies at /p, `d__p` at /d/p."""
    return Case(
        host=tuple(("/" + name.replace("__", "/").replace("DOT", "."), file) for name, file in files.items()),
        root=None if root is None else tuple(root.items()),
        writes=tuple(Write("register", line.encode()) for line in lines),
        program=program,
        argv=("argv0", "x"),
    )


def chain(length: int, last: File) -> Case:
    names = [f"/c{n}" for n in range(length)] + ["/end"]
    scripts = [(name, text(f"#!{after}\n".encode())) for name, after in pairwise(names)]
    return Case(host=(*scripts, ("/end", last)), program=names[0], argv=("a",))


NATIVE = elf()
RWX = elf(segments=(Ph(flags=7),))
FOREIGN = elf(machine=EM_AARCH64)
MATCH = r"M::\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00:"
MASK = r"\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff"


def entry(interpreter: str = "/i", flags: str = "", name: str = "a64") -> str:
    return f":{name}:{MATCH}{MASK}:{interpreter}:{flags}"


NOT_BEFORE_4_8 = at(("3.10.49", "3.18.20", "4.4.155"), "ENOEXEC")
"""No entry: the kernel knows no F, the line was refused."""

BUSY_RUNS = at(("6.11.10", "6.12.1"), "ok")

FILES = (
    Row("missing", called(), "ENOENT"),
    Row("in a missing directory", called("/nodir/p"), "ENOENT"),
    Row("dangling symbolic link", called(p=link("/gone")), "ENOENT"),
    Row("component is a file", called("/f/p", f=NATIVE), "ENOTDIR"),
    Row("trailing slash on a file", called("/p/", p=NATIVE), "ENOTDIR"),
    Row("symbolic link loop", called(p=link("/q"), q=link("/p")), "ELOOP"),
    Row("name of 256 bytes", called("/" + "n" * 256), "ENAMETOOLONG"),
    Row("name of 255 bytes", called("/" + "n" * 255), "ENOENT"),
    Row("path of 4096 bytes", called("/" + "./" * 2047 + "p"), "ENAMETOOLONG"),
    Row("path of 4095 bytes", called("/" + "./" * 2046 + "/p", p=NATIVE), "ok"),
    Row("empty path", called(""), "ENOENT"),
    Row("directory", called("/p", p=File(NodeKind.DIRECTORY)), "EACCES"),
    Row("fifo", called(p=File(NodeKind.FIFO)), "EACCES", old=at(OLD_FIFO, "blocks")),
    Row("socket", called(p=File(NodeKind.SOCKET)), "EACCES", old=at(OLD_FIFO, "ENXIO")),
    Row("character device", called(p=File(NodeKind.CHARACTER)), "EACCES", source_only="needs a device node"),
    Row("no x bit", called(p=text(b"x", mode=0o644)), "EACCES"),
    Row("one x bit is enough for root", called(p=File(content=NATIVE.content, mode=0o001)), "ok"),
    Row("on a noexec mount", Case(host=((f"{NOEXEC}/p", NATIVE),), program=f"{NOEXEC}/p", argv=("a",)), "EACCES"),
    Row("open for writing", called(p=File(content=NATIVE.content, busy=True)), "ETXTBSY", old=BUSY_RUNS),
    Row("empty", called(p=text(b"")), "ENOEXEC"),
    Row("one byte", called(p=text(b"x")), "ENOEXEC"),
    Row("text without #!", called(p=text(b"echo hello\n")), "ENOEXEC"),
    Row("BOM before #!", called(p=text(b"\xef\xbb\xbf#!/i\n"), i=NATIVE), "ENOEXEC"),
    Row("native program", called(p=NATIVE), "ok"),
    Row("script", called(p=text(b"#!/i\n"), i=NATIVE), "ok"),
    Row("script with CR", called(p=text(b"#!/i\r\n"), i=NATIVE), "ENOENT"),
    Row("script whose argument ends with CR", called(p=text(b"#!/i -e\r\n"), i=NATIVE), "ok"),
    Row("script without newline", called(p=text(b"#!/i"), i=NATIVE), "ok"),
    Row("script to text", called(p=text(b"#!/i\n"), i=text(b"hello")), "ENOEXEC"),
    Row("script to an empty file", called(p=text(b"#!/i\n"), i=text(b"")), "ENOEXEC"),
    Row("script to a missing file", called(p=text(b"#!/i\n")), "ENOENT"),
    Row("script to a directory", called(p=text(b"#!/i\n"), i=File(NodeKind.DIRECTORY)), "EACCES"),
    Row("script to a file without x", called(p=text(b"#!/i\n"), i=text(b"x", mode=0o644)), "EACCES"),
    Row("script through a file", called(p=text(b"#!/i/x\n"), i=NATIVE), "ENOTDIR"),
    Row("script without a name", called(p=text(b"#!\n")), "ENOEXEC"),
    Row("script of blanks", called(p=text(b"#!" + b" " * 254)), "ENOEXEC"),
    Row("#! and end of file", called(p=text(b"#!")), "EACCES", old=at(UNTIL_5_7, "ENOEXEC")),
    Row("#! and NUL", called(p=text(b"#!\0\n")), "EACCES", old=at(UNTIL_5_7, "ENOEXEC")),
    Row(
        "interpreter of 254 bytes",
        called(p=text(b"#!/" + b"n" * 253 + b"\n")),
        "ENOEXEC",
        old=at(("3.10.49", "3.18.20", "4.4.155", "4.9.0"), "ENOENT"),
    ),
    Row("chain of 5 scripts", chain(5, NATIVE), "ok"),
    Row("chain of 6 scripts", chain(6, NATIVE), "ELOOP"),
    Row("chain of 6 scripts to a missing file", Case(chain(6, NATIVE).host[:-1], "/c0", argv=("a",)), "ENOENT"),
    Row("script that names itself", called(p=text(b"#!/p\n")), "ELOOP"),
)

F_ROOT = {"/p": FOREIGN}
ENTRIES = (
    Row("no entry", called(p=FOREIGN, i=NATIVE), "ENOEXEC"),
    Row("interpreter runs", called(p=FOREIGN, i=NATIVE, lines=(entry(),)), "ok"),
    Row("interpreter is missing", called(p=FOREIGN, lines=(entry(),)), "ENOENT"),
    Row("interpreter through a file", called(p=FOREIGN, i=NATIVE, lines=(entry("/i/x"),)), "ENOTDIR"),
    Row("interpreter is a directory", called(p=FOREIGN, i=File(NodeKind.DIRECTORY), lines=(entry(),)), "EACCES"),
    Row("interpreter has no x bit", called(p=FOREIGN, i=text(NATIVE.content, mode=0o600), lines=(entry(),)), "EACCES"),
    Row(
        "interpreter is written",
        called(p=FOREIGN, i=File(content=NATIVE.content, busy=True), lines=(entry(),)),
        "ETXTBSY",
        old=BUSY_RUNS,
    ),
    Row(
        "interpreter only in the container",
        called(p=FOREIGN, root={"/p": FOREIGN, "/i": NATIVE}, lines=(entry(),)),
        "ok",
    ),
    Row("interpreter only on the host", called(i=NATIVE, root=F_ROOT, lines=(entry(),)), "ENOENT"),
    Row(
        "F: interpreter only on the host",
        called(i=NATIVE, root=F_ROOT, lines=(entry(flags="F"),)),
        "ok",
        old=NOT_BEFORE_4_8,
    ),
    Row(
        "F: the interpreter's loader is missing in the container",
        called(i=elf(interp=b"/ld\0"), ld=RWX, root=F_ROOT, lines=(entry(flags="F"),)),
        "ENOENT",
        old=NOT_BEFORE_4_8,
    ),
    Row(
        "F: the interpreter's loader is foreign in the container",
        called(i=elf(interp=b"/ld\0"), ld=RWX, root=F_ROOT | {"/ld": FOREIGN}, lines=(entry(flags="F"),)),
        "ELIBBAD",
        old=NOT_BEFORE_4_8,
    ),
    Row(
        "F: the interpreter's loader is empty in the container",
        called(i=elf(interp=b"/ld\0"), ld=RWX, root=F_ROOT | {"/ld": text(b"")}, lines=(entry(flags="F"),)),
        "EIO",
        old=NOT_BEFORE_4_8,
    ),
    Row(
        "F: the interpreter is a script whose interpreter is missing in the container",
        called(i=text(b"#!/sh\n"), sh=NATIVE, root=F_ROOT, lines=(entry(flags="F"),)),
        "ENOENT",
        old=NOT_BEFORE_4_8,
    ),
    Row("interpreter is text", called(p=FOREIGN, i=text(b"hello"), lines=(entry(),)), "ENOEXEC"),
    Row("interpreter is empty", called(p=FOREIGN, i=text(b""), lines=(entry(),)), "ENOEXEC"),
    Row("interpreter's loader is missing", called(p=FOREIGN, i=elf(interp=b"/ld\0"), lines=(entry(),)), "ENOENT"),
    Row("interpreter is a script", called(p=FOREIGN, i=text(b"#!/sh\n"), sh=NATIVE, lines=(entry(),)), "ok"),
    *(
        Row(
            f"interpreter is a script, {flag}",
            called(p=FOREIGN, i=text(b"#!/sh\n"), sh=NATIVE, lines=(entry(flags=flag),)),
            "ENOEXEC",
            old=at(UNTIL_5_7, "ok"),
        )
        for flag in "OC"
    ),
    Row("interpreter matches the same entry", called(p=FOREIGN, i=FOREIGN, lines=(entry(),)), "ELOOP"),
    *(
        Row(
            f"interpreter matches the same entry, {flag}",
            called(p=FOREIGN, i=FOREIGN, lines=(entry(flags=flag),)),
            "ENOEXEC",
            old=at(UNTIL_5_7, "ELOOP"),
        )
        for flag in "OC"
    ),
    Row(
        "two entries that point at each other",
        called("/a.x", aDOTx=text(b"a"), bDOTy=text(b"b"), lines=(":x:E::x::/b.y:", ":y:E::y::/a.x:")),
        "ELOOP",
    ),
    Row(
        "entry, foreign interpreter, entry",
        called("/a.x", aDOTx=text(b"a"), f=FOREIGN, i=NATIVE, lines=(":x:E::x::/f:", entry())),
        "ok",
    ),
    Row(
        "entry with O, foreign interpreter, entry",
        called("/a.x", aDOTx=text(b"a"), f=FOREIGN, i=NATIVE, lines=(":x:E::x::/f:O", entry())),
        "ENOEXEC",
        old=at(UNTIL_5_7, "ok"),
    ),
    Row("interpreter is foreign", called("/a.x", aDOTx=text(b"a"), f=FOREIGN, lines=(":x:E::x::/f:",)), "ENOEXEC"),
    Row("interpreter is i386", called(p=FOREIGN, i=elf(bits=32, machine=EM_386), lines=(entry(),)), "ok"),
    Row("relative interpreter", called(p=FOREIGN, i=NATIVE, lines=(entry("i"),)), "ok"),
    Row(
        "interpreter path of 128 bytes",
        Case(
            host=(("/p", FOREIGN), ("/" + "n" * 127, NATIVE)),
            writes=(Write("register", entry("/" + "n" * 127).encode()),),
            program="/p",
        ),
        "ok",
        old=at(("3.10.49", "4.4.155", "4.9.0", "3.18.20"), "ENOENT") | {"3.10.49": "ENOEXEC"},
    ),
    Row(
        "script whose interpreter is foreign",
        called(p=text(b"#!/f\n"), f=FOREIGN, i=NATIVE, lines=(entry(flags="POC"),)),
        "ok",
    ),
    Row(
        "the newest entry decides, though the older one would work",
        called(p=FOREIGN, i=NATIVE, lines=(entry(), entry("/gone", name="newer"))),
        "ENOENT",
    ),
)
