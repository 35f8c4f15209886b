"""Entries as text and as register strings, what they match, and commands to a registry."""

import pytest

from qemudoctor.kernel import Entry, EntryFormatError, Errno, KernelRelease, RegisterError, Registry
from tests.live.differential.hosts import CaseTree, File

NOW = KernelRelease.parse("6.18.44")
ROOT = CaseTree.of((("/i", File(content=b"x")),))
MAGIC = "enabled\ninterpreter /i\nflags: OCF\noffset 1\nmagic 4142\nmask ff00\n"


def test_magic_entry_is_read() -> None:
    entry = Entry.from_procfs("a", MAGIC)
    assert entry == Entry("a", "/i", "OCF", 1, b"AB", b"\xff\0")
    assert entry.to_procfs() == MAGIC


def test_extension_entry_is_read() -> None:
    text = "disabled\ninterpreter i\nflags: \nextension .py\n"
    entry = Entry.from_procfs("a", text)
    assert entry == Entry("a", "i", extension="py", enabled=False)
    assert entry.to_procfs() == text


def test_an_interpreter_may_look_like_flags() -> None:
    text = "enabled\ninterpreter /i\nflags: F\nflags: P\nextension .x\n"
    entry = Entry.from_procfs("a", text)
    assert (entry.interpreter, entry.flags) == ("/i\nflags: F", "P")


@pytest.mark.parametrize("offset", [-(1 << 31), -1, 0, 255])
def test_an_entry_without_a_mask_is_read(offset: int) -> None:
    """Its offset is an int, and on old kernels any: the longest has eleven characters."""
    text = f"enabled\ninterpreter /i\nflags: \noffset {offset}\nmagic 41\n"
    entry = Entry.from_procfs("a", text)
    assert (entry.offset, entry.magic, entry.mask, entry.to_procfs()) == (offset, b"A", None, text)


def test_names_need_not_be_text() -> None:
    entry = Entry.from_register(b":\xff\xfe:E::\xe9::/\x80:", NOW)
    assert (entry.name, entry.extension, entry.interpreter) == ("\udcff\udcfe", "\udce9", "/\udc80")
    assert Entry.from_register(entry.to_register(), NOW) == entry
    assert entry.matches(b"", "/p.\udce9")


def test_a_letter_that_no_kernel_knows_is_no_flag() -> None:
    assert Entry("a", "/i").with_flags("XFZ").flags == "F"


def test_lines_of_newer_kernels_are_passed_over() -> None:
    assert Entry.from_procfs("a", f"{MAGIC}more of it\n") == Entry.from_procfs("a", MAGIC)


def test_letters_of_newer_kernels_are_kept() -> None:
    assert Entry.from_procfs("a", "enabled\ninterpreter /i\nflags: OTL\nextension .x\n").flags == "OTL"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not the text"),
        ("enabled\n", "not the text"),
        (MAGIC.replace("enabled", "on"), "not the text"),
        (MAGIC.replace("interpreter /i\n", ""), "not the text"),
        (MAGIC.replace("flags: OCF\n", ""), "not the text"),
        (MAGIC.replace("offset 1\n", ""), "the offset is"),
        (MAGIC.replace("magic 4142\n", ""), "magic has 0 bytes"),
        (MAGIC.replace("mask ff00\n", "mask ff\n"), "magic has 2 bytes, mask 1"),
        (MAGIC.replace("magic 4142\n", "magic 414\n"), "not hexadecimal"),
        (MAGIC.replace("mask ff00\n", "mask ff0\n"), "not hexadecimal"),
        (MAGIC.replace("magic 4142\n", "magic 41 42\n"), "not hexadecimal"),
        (MAGIC.replace("offset 1\n", "offset x\n"), "the offset is"),
        (MAGIC.replace("flags: OCF\n", "flags: O-F\n"), "not the text"),
        ("enabled\ninterpreter /i\nflags: \nextension .\n", "not an extension"),
        ("enabled\ninterpreter /i\nflags: \nextension .a/b\n", "not an extension"),
        (MAGIC[:-1], "not the text"),
        (MAGIC.replace("interpreter /i\n", "interpreters /i\n"), "not the text"),
        (MAGIC.replace("interpreter /i\n", "interpreter \n"), "not the text"),
        (MAGIC.replace("flags: OCF\n", "flags: OÇF\n"), "not the text"),
        (MAGIC.replace("offset 1\n", ""), "the offset is ''"),
        (MAGIC.replace("offset 1\n", "offset ٣\n"), "the offset is"),
        (MAGIC.replace("offset 1\n", "offset 1-\n"), "the offset is"),
        (MAGIC.replace("offset 1\n", "offset -\n"), "the offset is"),
        (MAGIC.replace("offset 1\n", "offset 000000000001\n"), "the offset is"),
        ("enabled\ninterpreter /i\nflags: \noffset 0\nmask ff\n", "magic has 0 bytes, mask 1"),
        ("enabled\ninterpreter /i\nflags: \noffset 0\n", "magic has 0 bytes, mask none$"),
    ],
)
def test_damaged_text(text: str, why: str) -> None:
    with pytest.raises(EntryFormatError, match=why):
        Entry.from_procfs("a", text)


@pytest.mark.parametrize(
    "entry",
    [
        Entry("a", "/i", "OCF", 0, b"AB", b"\xff\0"),
        Entry("a", "/i", "", 3, b":,|;#%\0\n\\x"),
        Entry("a:b", "/i,j", "P", extension="py"),
        Entry("a", "/:,|;#%", "", extension="py"),
        Entry("é", "/ü", "", extension="ß"),
        Entry("a", "/i", "", 0, bytes(range(200)), bytes(range(200))),
        Entry("a", "/" + "i" * 500, "POCF", 0, bytes(range(256)), b"\xff" * 256),
    ],
)
def test_register_string_gives_the_entry_again(entry: Entry) -> None:
    line = entry.to_register()
    assert len(line) <= 1920
    assert Entry.from_register(line, NOW) == entry


@pytest.mark.parametrize(
    ("entry", "head", "path", "matches"),
    [
        (Entry("a", "/i", magic=b"AB"), b"ABC", "/p", True),
        (Entry("a", "/i", magic=b"AB"), b"AC", "/p", False),
        (Entry("a", "/i", magic=b"AB"), b"A", "/p", False),
        (Entry("a", "/i", magic=b"\0\0"), b"", "/p", True),
        (Entry("a", "/i", magic=b"AB", mask=b"\xff\0"), b"AX", "/p", True),
        (Entry("a", "/i", magic=b"AB", mask=b"\0\0"), b"", "/p", True),
        (Entry("a", "/i", offset=2, magic=b"C"), b"ABC", "/p", True),
        (Entry("a", "/i", offset=2, magic=b"C"), b"ABD", "/p", False),
        (Entry("a", "/i", offset=255, magic=b"C"), b"\0" * 255 + b"C", "/p", True),
        (Entry("a", "/i", offset=256, magic=b"\0"), b"\0" * 256, "/p", False),
        (Entry("a", "/i", extension="x"), b"", "/p.x", True),
        (Entry("a", "/i", extension="x"), b"", "/.x", True),
        (Entry("a", "/i", extension="x"), b"", "/p.x.y", False),
        (Entry("a", "/i", extension="x"), b"", "/d.x/p", False),
        (Entry("a", "/i", extension="x"), b"", "/p.X", False),
        (Entry("a", "/i", extension="x"), b"", "x", False),
        (Entry("a", "/i", extension="X"), b"", "/p", False),
        (Entry("a", "/i", extension="y"), b"", "/p.x.y", True),
        (Entry("a", "/i", extension="x/p"), b"", "/d.x/p", True),
    ],
)
def test_matching(entry: Entry, head: bytes, path: str, matches: bool) -> None:
    assert entry.matches(head, path) is matches
    assert Registry((entry,)).match(head, path) == (entry if matches else None)


def registry(*lines: bytes) -> Registry:
    return Registry.from_lines(lines, kernel=NOW, root=ROOT)


def test_the_newest_enabled_entry_matches() -> None:
    both = registry(b":a:E::x::/i:", b":b:E::x::/i:")
    first = both.match(b"", "/p.x")
    assert first is not None
    assert first.name == "b"
    second = both.write("b", b"0").match(b"", "/p.x")
    assert second is not None
    assert second.name == "a"
    assert both.write("b", b"0\n").write("b", b"1\n").match(b"", "/p.x") == first
    assert both.write("status", b"0").match(b"", "/p.x") is None
    assert both.write("status", b"0").write("status", b"1") == both


def test_removal() -> None:
    both = registry(b":a:E::x::/i:", b":b:E::x::/i:")
    assert [entry.name for entry in both.write("a", b"-1").entries] == ["b"]
    assert both.write("status", b"-1").entries == ()
    assert both.write("a", b"") is both
    assert both.named("c") is None


@pytest.mark.parametrize("command", [b"2", b"00", b"1\n\n", b"-1\n", b" 1", b"-2", b"on", b"\n"])
def test_refused_commands(command: bytes) -> None:
    one = registry(b":a:E::x::/i:")
    for name in ("a", "status"):
        if command == b"-1\n":
            assert one.write(name, command).entries == ()
            continue
        with pytest.raises(RegisterError) as caught:
            one.write(name, command)
        assert (caught.value.errno, caught.value.field) == (Errno.EINVAL, "command")


def test_no_such_entry() -> None:
    with pytest.raises(RegisterError) as caught:
        registry().write("a", b"1")
    assert (caught.value.errno, caught.value.field) == (Errno.ENOENT, "name")


def test_the_interpreter_of_f_is_pinned() -> None:
    entry = registry(b":a:E::x::/i:F").entries[0]
    assert entry.pinned is not None
    assert entry.pinned.read(0, 9) == b"x"
    assert registry(b":a:E::x::/i:").entries[0].pinned is None


def test_a_magic_decides_whatever_the_name_is() -> None:
    entry = Entry("a", "/i", magic=b"AB")
    assert [Registry((entry,)).match(b"ABC", path) for path in ("/p", "/p.x", "/d.x/p")] == [entry] * 3
    assert Registry((entry,)).match(b"CBA", "/p") is None
    assert Registry((entry,)).match(b"ABC", "/p") is entry
    assert Registry((entry,), enabled=False).match(b"ABC", "/p") is None
    by_name = Entry("b", "/i", extension="x")
    assert [Registry((by_name,)).match(b"", path) for path in ("/p", "/p.x", "/p.y")] == [None, by_name, None]


def test_many_registries_one_after_the_other() -> None:
    for number in range(100):
        entry = Entry(f"e{number}", "/i", magic=bytes((number,)))
        assert Registry((entry,)).match(bytes((number,)), "/p") is entry
        assert Registry((entry,)).match(bytes((number + 1,)), "/p") is None


def test_the_first_of_several_decides_whatever_they_look_at() -> None:
    """Entries that look at the same bytes, at others, at the name, enabled or not."""
    entries = tuple(
        Entry(f"e{n}", "/i", "", offset, magic, mask, extension, n not in (3, 8))
        for n, (offset, magic, mask, extension) in enumerate(
            (
                *((0, b"a", None, None), (0, b"b", None, None), (0, b"a", None, None), (0, b"c", None, None)),
                *((1, b"c", None, None), (0, b"", None, "x"), (0, b"", None, "y"), (0, b"", None, "x")),
                *((0, b"", None, "z"), (0, b"c", None, None), (0, b"AB", b"\xdf\0", None), (-1, b"d", None, None)),
                *((0, b"", None, "z"), (0, b"zz", b"\0\0", None), (0, b"e", None, None)),
            )
        )
    )
    heads = (b"", b"a", b"b", b"c", b"cc", b"d", b"e", b"az", b"Az", b"aB", b"AB", b"\xff" * 40)
    for head in heads:
        for path in ("/p", "/p.x", "/p.y", "/p.z", "/p.", "/d.x/p"):
            first = next((x for x in entries if x.enabled and x.matches(head, path)), None)
            assert Registry(entries).match(head, path) is first, (head, path)
            assert Registry(entries[::-1]).match(head, path) is next(
                (x for x in reversed(entries) if x.enabled and x.matches(head, path)), None
            )


def test_an_offset_that_wrapped_around_is_written_as_a_number() -> None:
    old = KernelRelease.parse("4.9.0")
    entry = Entry.from_register(b":a:M:2147483648:x::/i:", old)
    assert entry.offset == -(1 << 31)
    assert Entry.from_register(entry.to_register(), old) == entry
    assert not entry.matches(b"x", "/p")


def test_register_strings_are_written_so_that_they_can_be_read() -> None:
    assert Entry("a", "/i", "F", 3, b"\0aX\xff", b"\xff").to_register() == rb":a:M:3:\x00\x61\x58\xff:\xff:/i:F"
    assert Entry("a", "/i", "", 0, b"a").to_register() == rb":a:M::\x61::/i:"
    assert Entry("a", "/i", extension="x:y").to_register() == b",a,E,,x:y,,/i,"
    assert Entry(":,|;#", "/i", extension="x").to_register() == b"%:,|;#%E%%x%%/i%"
    assert Entry(":,|;#%", "/i", extension="x").to_register() == b"\1:,|;#%\1E\1\1x\1\1/i\1"


@pytest.mark.parametrize(("length", "is_escaped"), [(1920, True), (1921, False)])
def test_a_register_string_that_would_be_too_long_is_written_raw(length: int, is_escaped: bool) -> None:
    entry = Entry("a", "/", magic=b"X" * 200, mask=b"\\\n\0:" + b"\xfe" * 196)
    entry = entry._replace(interpreter="/" + "y" * (length - len(entry.to_register())))
    line = entry.to_register()
    assert len(line) == length if is_escaped else len(line) < 1920
    assert (rb":\x58\x58" in line) is is_escaped
    assert (b":XXXX" in line) is not is_escaped
    assert rb":\x5c\x0a\x00\x3a" in line
    assert (b"\xfe\xfe" in line) is not is_escaped


def test_a_nul_can_be_the_delimiter() -> None:
    assert Entry.from_register(b"\0a\0M\0\0xy\0\0/i\0F", NOW) == Entry("a", "/i", "F", magic=b"xy")
