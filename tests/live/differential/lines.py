"""Random, mutated and hostile register strings."""

from random import Random

DELIMITERS = b":::::::::,|;#%x\\0EMPOCFTLD\n\0 \xff/1"
NAMES = (b"a", b"a", b"b", b"qemu-arm", b"register", b"status", b".", b"..", b"...", b"", b"a/b", b"a b", b"\xff\xfe")
MORE_NAMES = (b"n" * 254, b"n" * 255, b"n" * 256, b"n" * 300, b"a\nb", b"a\0b", b"-", b"\\x61", b"/", b"a:", b"\x01")
NUMBERS = (
    b"",
    b"",
    b"",
    b"0",
    b"1",
    b"16",
    b"127",
    b"128",
    b"252",
    b"253",
    b"255",
    b"256",
    b"257",
    b"1000",
    b"+1",
    b"-1",
)
MORE_NUMBERS = (b"-0", b"+0", b"00", b"010", b"0x4", b" 1", b"1 ", b"1\n", b"1\n\n", b"\n", b"+", b"-", b"+-1", b"1z")
LONG_NUMBERS = (
    b"2147483647",
    b"2147483648",
    b"4294967296",
    b"4294967297",
    b"18446744073709551616",
    b"9" * 30,
    b"0" * 50,
)
INTERPRETERS = (
    b"/i",
    b"/i",
    b"/i",
    b"/none",
    b"/dir",
    b"/dir/i",
    b"/fifo",
    b"/link",
    b"/loop",
    b"/missing",
    b"/noexec/i",
)
MORE_INTERPRETERS = (b"", b"i", b"i/", b"/i/x", b"/i ", b"/a\nb", b"/i\nflags: F", b"/" + b"y" * 255, b"/" + b"y" * 256)
ODD_INTERPRETERS = (
    b"/z" * 900,
    b"/\xff",
    b"./i",
    b"dir/../i",
    b"//i",
    b"/i\0",
    b"\0",
    b".",
    b"/",
    b"/link/",
    b"\\x2fi",
)
EXTENSIONS = (
    b"foo",
    b"x",
    b"",
    b".",
    b"a.b",
    b"a/b",
    b"\xff",
    b"\\x41",
    b"e" * 300,
    b"e" * 1000,
    b"a\nb",
    b"a\0b",
    b" ",
)
FLAGS = (
    b"",
    b"",
    b"P",
    b"O",
    b"C",
    b"F",
    b"OCF",
    b"PF",
    b"POCF",
    b"FCOP",
    b"PPPP",
    b"OF",
    b"CF",
    b"p",
    b"X",
    b"PX",
    b" P",
)
MORE_FLAGS = (
    b"\n",
    b"P\n",
    b"P\n\n",
    b"\nP",
    b"P ",
    b"P\0",
    b"\0",
    b"P:",
    b":",
    b"::",
    b"T",
    b"L",
    b"D",
    b"TC",
    b"LD",
    b"P" * 1700,
    b"F\r\n",
)
BYTES = b":\\x\0\n/PF,Aa0 .\xff\x7f"


class Lines:
    """Register strings of one seed."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def sequence(self) -> tuple[bytes, ...]:
        """Return strings that are written one after the other to an empty registry."""
        return tuple(self.line() for _ in range(self.random.choice((1, 1, 1, 2, 3, 4))))

    def line(self) -> bytes:
        """Return one string: valid more often than not, but never surely."""
        random, roll = self.random, self.random.random()
        if roll < 0.03:
            return random.randbytes(random.choice((0, 1, 5, 10, 11, 12, 40, 256, 1920, 1921, 5000)))
        line = self._composed()
        if roll < 0.1:
            return self._of_length(line)
        if roll < 0.4:
            return line
        for _ in range(random.choice((1, 1, 2, 5))):
            line = self._damaged(line)
        return line

    def _composed(self) -> bytes:
        random = self.random
        delimiter = bytes([random.choice(DELIMITERS)]) if random.random() < 0.3 else b":"
        extension = random.random() < 0.35
        kind = b"E" if extension else b"M"
        if random.random() < 0.05:
            kind = random.choice((b"", b"e", b"m", b"EE", b"MM", b"X", b"\0", b" M"))
        if extension:
            offset, magic, mask = (
                self._rarely(NUMBERS, b""),
                self._mostly(EXTENSIONS, b"foo"),
                self._rarely(EXTENSIONS, b""),
            )
        else:
            magic = self._magic(random.choice((1, 1, 2, 4, 20, 20, 40, 127, 128, 129, 255, 256, 257, 300)))
            offset, mask = self._number(), self._mask(magic)
        parts = (
            self._mostly(NAMES + MORE_NAMES, random.choice((b"a", b"b", b"c"))),
            kind,
            offset,
            magic,
            mask,
            self._mostly(INTERPRETERS + MORE_INTERPRETERS + ODD_INTERPRETERS, b"/i"),
            self._mostly(FLAGS + MORE_FLAGS, random.choice(FLAGS[:12])),
        )
        return b"".join(delimiter + part for part in parts)

    def _mostly(self, values: tuple[bytes, ...], usual: bytes) -> bytes:
        return self.random.choice(values) if self.random.random() < 0.4 else usual

    def _rarely(self, values: tuple[bytes, ...], usual: bytes) -> bytes:
        return self.random.choice(values) if self.random.random() < 0.2 else usual

    def _number(self) -> bytes:
        return self._mostly(NUMBERS + MORE_NUMBERS + LONG_NUMBERS, b"")

    def _magic(self, size: int) -> bytes:
        random = self.random
        raw = random.choice((random.randbytes(size), bytes(size), b"A" * size, b"\xff" * size))
        style = random.random()
        if style < 0.6:
            return b"".join(b"\\x%02x" % byte for byte in raw)
        if style < 0.7:
            return b"".join(b"\\x%02X" % byte for byte in raw)
        if style < 0.9:
            return b"".join(bytes([x]) if 32 < x < 127 and x not in b":\\" else b"\\x%02x" % x for x in raw)
        return raw

    def _mask(self, magic: bytes) -> bytes:
        random = self.random
        roll = random.random()
        if roll < 0.4:
            return b""
        if roll < 0.8:
            count = magic.count(b"\\x") or len(magic)
            return b"".join(b"\\x%02x" % random.choice((255, 255, 0, 254)) for _ in range(count))
        return self._magic(random.choice((1, 2, 4, 20)))

    def _of_length(self, line: bytes) -> bytes:
        """Return the line with flags up to a length at which the kernel stops accepting."""
        length = self.random.choice((11, 255, 256, 257, 1919, 1920, 1921, 1922, 4096))
        return line + self.random.choice((b"P", b"O", b"F")) * max(0, length - len(line))

    def _damaged(self, line: bytes) -> bytes:
        random = self.random
        at = random.randrange(len(line) + 1)
        choice = random.randrange(6)
        if choice == 0:
            return line[:at] + line[at + 1 :]
        if choice == 1:
            return line[:at] + bytes([random.choice(BYTES)]) + line[at:]
        if choice == 2:
            return line[:at] + bytes([random.choice(BYTES)]) + line[at + 1 :]
        if choice == 3:
            return line[:at]
        if choice == 4:
            return line + random.choice((b"\n", b":", b"P", b"\0", b" ", b"\\"))
        return line[:at] + random.choice((b"\\x", b"\\x4", b"\\xzz", b"\\", b"\\n", b"\\x00", b"\0\0")) + line[at:]
