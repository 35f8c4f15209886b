"""Random cases: hosts, registries and programs in which something of interest happens."""

from dataclasses import replace
from random import Random

from qemudoctor.kernel.tree import NodeKind
from tests.live.differential import elves
from tests.live.differential.hosts import NOEXEC, Case, File, Write, to_bytes, to_text

EXTENSIONS = ("foo", "bar", "sh", "x", "py", "a.b", "FOO", "é", "f" * 200)
NAMES = (
    *("/p", "/i", "/i2", "/ld", "/bin/sh", "/bin/interp", "/lib/ld.so", "/d/e/q", "/a b", "/né", "/x."),
    *("/a.foo", "/b.bar", "/c.foo.bar", "/d.x/p", "/.sh", "/s.sh", "/u.py", "/w.a.b", "/t.FOO", "/z.é", "/i.foo"),
    *(f"{NOEXEC}/n", f"{NOEXEC}/n.foo", "/usr/bin/qemu-aarch64-static", "/r\r", "/l\nn", "/" + "L" * 125),
    *("/" + "M" * 126, "/" + "N" * 250, "/" + "O" * 251, "/" + "P" * 252, "/" + "Q" * 253, "/" + "R" * 254),
    *(f"/k.{'f' * 200}", to_text(b"/h\xff\xfe.x"), "/noent/../p", "/j.x"),
)
MISSING = (
    "/missing",
    "/p/below",
    "/nodir/i",
    "/" + "y" * 256,
    "/z" * 2050,
    "/p/",
    "missing",
    "",
    "/",
    ".",
    "/self.foo",
)


class Generator:
    """Cases of one seed. `ids`: whether the executor can be another user than root."""

    def __init__(self, random: Random, *, ids: bool = False) -> None:
        self.random = random
        self.ids = ids
        self.tag = 0
        self.names: list[str] = []

    def case(self) -> Case:
        """Return the next case."""
        if self.random.random() < 0.15:
            return self._chain()
        self.tag = 0
        self.names = self.random.sample(NAMES, self.random.randint(2, 8))
        host = self._files(self.names)
        root = self._other_root(host) if self.random.random() < 0.35 else None
        everything = [*host, *(root or [])]
        program = self._spelled(self.random.choice(self.names if self.random.random() < 0.95 else MISSING))
        uid = self.random.choice((0, 0, 0, 1000, 1001)) if self.ids else 0
        return Case(
            host=tuple(host),
            root=None if root is None else tuple(root),
            writes=self._writes(everything),
            removed=self._removed(host),
            program=program,
            argv=self._argv(program),
            cwd=self._cwd(root or host),
            uid=uid,
            gid=uid,
        )

    def _files(self, names: list[str]) -> list[tuple[str, File]]:
        return [(name, self._owned(self._file())) for name in dict.fromkeys(names) if "/../" not in name]

    def _other_root(self, host: list[tuple[str, File]]) -> list[tuple[str, File]]:
        kept = [row for row in host if self.random.random() < 0.5]
        names = [name for name in self.names if self.random.random() < 0.5]
        return list(dict([*kept, *self._files(names)]).items())

    def _removed(self, host: list[tuple[str, File]]) -> tuple[str, ...]:
        if self.random.random() < 0.9:
            return ()
        above = {parent for name, _ in host for parent in (name[: name.rfind("/")],)}
        names = [name for name, file in host if file.kind is not NodeKind.DIRECTORY and name not in above]
        return (self.random.choice(names),) if names else ()

    def _cwd(self, root: list[tuple[str, File]]) -> str:
        directories = [name for name, file in root if file.kind is NodeKind.DIRECTORY]
        return self.random.choice(directories) if directories and self.random.random() < 0.3 else "/"

    def _owned(self, file: File) -> File:
        random = self.random
        if file.kind is NodeKind.LINK:
            return file
        if random.random() < 0.1:
            file = replace(file, mode=random.choice((0o644, 0o711, 0o700, 0o001, 0o000, 0o010, 0o111, 0o775)))
        if self.ids and random.random() < 0.2:
            bits = random.choice((0, 0o4000, 0o2000, 0o6000)) if file.kind is NodeKind.FILE else 0
            file = replace(
                file, mode=file.mode | bits, uid=random.choice((0, 1000, 1001)), gid=random.choice((0, 1000))
            )
        return file

    def _file(self) -> File:
        random, roll = self.random, self.random.random()
        self.tag += 1
        if roll < 0.45:
            return self._elf(elves.good(random))
        if roll < 0.58:
            return self._elf(elves.foreign(random))
        if roll < 0.8:
            return File(content=self._script(), label="script")
        if roll < 0.88:
            return File(content=self._text(), label="text")
        if roll < 0.93:
            return File(NodeKind.LINK, target=self._link(), label="link")
        if roll < 0.95:
            return replace(self._elf(elves.good(random)), busy=True)
        kind = random.choice((NodeKind.DIRECTORY, NodeKind.DIRECTORY, NodeKind.FIFO, NodeKind.SOCKET))
        return File(kind, label=kind.value)

    def _elf(self, elf: elves.Elf) -> File:
        random = self.random
        if random.random() < 0.3:
            elf = replace(elf, interp=to_bytes(self._pick()) + b"\0", notes=("interp",))
        for _ in range(random.choice((0, 0, 0, 1, 1, 2, 3))):
            elf = elves.mutate(elf, random)
        return File(content=elf.build(self.tag), tag=self.tag if elf.prints else None, bits=elf.bits, label=_label(elf))

    def _pick(self) -> str:
        """Return a path that a file or an entry refers to, mostly one that exists."""
        return self._spelled(self.random.choice(self.names if self.random.random() < 0.85 else MISSING))

    def _spelled(self, path: str) -> str:
        roll = self.random.random()
        if roll < 0.9:
            return path
        if roll < 0.94:
            return path.lstrip("/")
        return self.random.choice(
            ("./" + path.lstrip("/"), "/." + path, "/" + path, "/.." + path, path + "/", path + "/.")
        )

    def _link(self) -> str:
        target = self._pick()
        return target if target and len(target) < 4096 else "/p"

    def _script(self) -> bytes:
        random = self.random
        blanks = random.choice(("", "", "", " ", "\t", " \t  ", " " * random.choice((100, 250, 252, 253, 254, 255))))
        path = self._pick()
        argument = random.choice(("", "", "", " x", " -e", "\tx  y ", " \t", " " + "a" * random.choice((10, 245, 300))))
        ending = random.choice(("\n", "\n", "\n", "", "\r\n", "\0\n", "\0", " \n", "\n#! /p\n", " " * 255, " \0x\n"))
        line = to_bytes(f"#!{blanks}{path}{argument}{ending}")
        if random.random() < 0.06:
            line = random.choice((b"", b" ", b"\xef\xbb\xbf", b"\n", b"#", b"#!")) + line
        if random.random() < 0.06:
            at = random.randrange(min(len(line), 260) + 1)
            line = line[:at] + random.choice((b"\0", b"\t", b" ", b"\n", b"\r", b"\xff", b"")) + line[at + 1 :]
        return line + random.choice((b"", b"", b"echo\n", b"\0" * 10))

    def _text(self) -> bytes:
        random = self.random
        return random.choice(
            (b"", b"#", b"#!", b"hello\n", b"\x7fELF", random.randbytes(random.choice((1, 4, 20, 64, 300))), b"\0" * 64)
        )

    def _argv(self, program: str) -> tuple[str, ...]:
        random = self.random
        rest = [
            random.choice(("", "a", "-x", "a b", "é", "\n", "z" * 300)) for _ in range(random.choice((0, 0, 1, 2, 3)))
        ]
        first = random.choice((program, program, "argv0", "", "-sh"))
        return () if random.random() < 0.05 else (first, *rest)

    def _writes(self, files: list[tuple[str, File]]) -> tuple[Write, ...]:
        random = self.random
        writes = [self._entry(index, files) for index in range(random.choice((0, 1, 1, 1, 2, 2, 3, 4, 5)))]
        for _ in range(random.choice((0, 0, 0, 1, 2))):
            name = random.choice(("status", *(f"e{n}" for n in range(len(writes)))))
            content = random.choice((b"0", b"0\n", b"1", b"1\n", b"-1") if name != "status" else (b"0", b"1", b"1\n"))
            writes.append(Write(name, content))
        return tuple(writes)

    def _entry(self, index: int, files: list[tuple[str, File]]) -> Write:
        random = self.random
        flags = "".join(letter for letter in "POCF" if random.random() < 0.3)
        if random.random() < 0.05:
            # Flags of Linux 7.3.
            flags += random.choice("TLD")
        interpreter = to_bytes(self._pick())
        if random.random() < 0.4:
            extension = to_bytes(random.choice(EXTENSIONS[:4] if random.random() < 0.7 else EXTENSIONS))
            return Write("register", b":e%d:E::%s::%s:%s" % (index, extension, interpreter, flags.encode()))
        offset, magic, mask = self._magic(files)
        line = b":e%d:M:%d:%s:%s:%s:%s" % (
            index,
            offset,
            b"".join(b"\\x%02x" % x for x in magic),
            b"".join(b"\\x%02x" % x for x in mask),
            interpreter,
            flags.encode(),
        )
        return Write("register", line)

    def _magic(self, files: list[tuple[str, File]]) -> tuple[int, bytes, bytes]:
        random, roll = self.random, self.random.random()
        contents = [file.content for _, file in files if file.kind is NodeKind.FILE] or [b""]
        content = random.choice(contents).ljust(256, b"\0")
        if roll < 0.3:
            # What QEMU registers: class, byte order and machine, of whatever file this is.
            return 0, content[:20], b"\xff\xff\xff\xff\xff\xfe\xfe\0" + b"\xff" * 8 + b"\xfe\xff\xff\xff"
        if roll < 0.4:
            return 0, random.choice((b"#!", b"\x7fELF", b"#", b"\0\0", b"hello")), b""
        size = random.choice((1, 1, 2, 3, 4, 10, 50))
        offset = random.choice((0, 0, 2, 18, 200, 256 - size, 256 - size + 1, random.randrange(256)))
        magic = bytearray(content[offset : offset + size].ljust(size, b"\0"))
        if random.random() < 0.1:
            magic[random.randrange(size)] ^= 1 << random.randrange(8)
        mask = random.choice((b"", bytes(size), random.randbytes(size), b"\xff" * size))
        return offset, bytes(magic), mask

    def _chain(self) -> Case:
        """Return a row of scripts and entries that follow each other, about as long as the kernel allows."""
        random, self.tag = self.random, 1
        length = random.randint(1, 8)
        files: list[tuple[str, File]] = []
        writes: list[Write] = []
        names = self.names = [f"/c{n}.e{n}" for n in range(length + 1)]
        for n in range(length):
            if random.random() < 0.5:
                files.append((names[n], File(content=to_bytes(f"#!{names[n + 1]}\n"), label="script")))
                continue
            files.append((names[n], self._elf(elves.foreign(random)) if random.random() < 0.5 else File(content=b"x")))
            flags = random.choice(("", "", "", "P", "F", "O", "C", "POCF"))
            writes.append(Write("register", to_bytes(f":e{n}:E::e{n}::{names[n + 1]}:{flags}")))
        last = random.random()
        if last < 0.6:
            files.append((names[length], self._elf(elves.good(random))))
        elif last < 0.9:
            files.append((names[length], self._owned(self._file())))
        return Case(host=tuple(files), program=names[0], writes=tuple(writes), argv=self._argv(names[0]))


def _label(elf: elves.Elf) -> str:
    default = elves.Elf()
    names = ("bits", "machine", "kind", "interp", "interp_size", "interp_offset", "order", "ident", "entry", "phoff")
    more = ("phentsize", "phnum", "base", "cut", "mute")
    changed = [
        f"{name}={getattr(elf, name)!r}" for name in names + more if getattr(elf, name) != getattr(default, name)
    ]
    if len(elf.segments) < 5 and elf.segments != default.segments:
        changed.append(f"segments={elf.segments!r}")
    return "elf " + " ".join(changed)
