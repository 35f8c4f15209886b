"""Register strings: every limit and error, and the release in which it changed."""

import pytest

from qemudoctor.kernel import Entry, Errno, KernelRelease, NodeKind, RegisterError, Registry
from tests.live.differential.hosts import CaseTree, File

NOW = KernelRelease.parse("6.18.44")
FIRST_7_3 = KernelRelease.parse("7.3.4")
ROOT = CaseTree.of(
    (
        ("/i", File(content=b"x")),
        ("/plain", File(content=b"x", mode=0o644)),
        ("/busy", File(content=b"x", busy=True)),
        ("/loop", File(NodeKind.LINK, target="loop")),
        ("/fifo", File(NodeKind.FIFO)),
        ("/noexec/i", File(content=b"x")),
        ("/d/i", File(content=b"x")),
    )
)


def refusal(line: bytes, kernel: KernelRelease = NOW) -> str:
    try:
        Registry().register(line, kernel=kernel, root=ROOT)
    except RegisterError as error:
        return f"{error.errno.name} {error.field}"
    return "ok"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"", "EINVAL length"),
        (b":a:M::A:::", "EINVAL length"),
        (b":a:M::A::/:", "ok"),
        (b":a:E::x::/i:" + b"P" * 1908, "ok"),
        (b":a:E::x::/i:" + b"P" * 1909, "EINVAL length"),
        (b"::M::AA::/i:", "EINVAL name"),
        (b":.:M::AA::/i:", "EINVAL name"),
        (b":..:M::AA::/i:", "EINVAL name"),
        (b":a/b:M::AA::/i:", "EINVAL name"),
        (b":...:M::AA::/i:", "ok"),
        (b":a\0b:M::AA::/i:", "EINVAL name"),
        (b":" + b"n" * 255 + b":M::AA::/i:", "ok"),
        (b":" + b"n" * 256 + b":M::AA::/i:", "ENAMETOOLONG name"),
        (b":register:M::AA::/i:", "EEXIST name"),
        (b":status:M::AA::/i:", "EEXIST name"),
        (b":a:X::AA::/i:", "EINVAL type"),
        (b":a:m::AA::/i:", "EINVAL type"),
        (b":a:MM::AA::/i:", "EINVAL type"),
        (b":aaaaaaaaaaaaa", "EINVAL type"),
        (b":a:M:+1:AA::/i:", "ok"),
        (b":a:M:-0:AA::/i:", "ok"),
        (b":a:M:1\n:AA::/i:", "ok"),
        (b":a:M:-1:AA::/i:", "EINVAL offset"),
        (b":a:M:0x4:AA::/i:", "EINVAL offset"),
        (b":a:M: 1:AA::/i:", "EINVAL offset"),
        (b":a:M:1z:AA::/i:", "EINVAL offset"),
        (b":a:M:2147483648:AA::/i:", "EINVAL offset"),
        (b":a:M:2147483647:AA::/i:", "EINVAL magic"),
        (b":a:M:254:AA::/i:", "ok"),
        (b":a:M:255:AA::/i:", "EINVAL magic"),
        (b":a:M::::/i/i/i:", "EINVAL magic"),
        (b":a:M::\0A::/i:", "EINVAL magic"),
        (rb"abaMaa\xaabaa/ia", "ok"),
        (rb":a:M::\x4z::/i:", "EINVAL magic"),
        (rb":a:M::\xzz::/i:", "EINVAL magic"),
        (rb":a:M::\xX1::/i:", "EINVAL magic"),
        (rb":a:M::\x1X::/i:", "EINVAL magic"),
        (rb":a:M::\xaF\xFa\x09::/i:", "ok"),
        (rb":a:M::\x41\x42:\xff:/i:", "EINVAL mask"),
        (rb":a:M::\x41:\xff\xff:/i:", "EINVAL mask"),
        (rb":a:M::\x41:\x00:/i:", "ok"),
        (rb":abc:M::\x41", "EINVAL interpreter"),
        (b":a:E::::/i/i/i:", "EINVAL magic"),
        (b":a:E::a/b::/i:", "EINVAL magic"),
        (b":a:E:zz:ab:zz:/i:", "ok"),
        (b":a:E::ab:::::", "EINVAL interpreter"),
        (b":a:E::ab::i/", "EINVAL interpreter"),
        (b":a:E::ab::/i:\n", "ok"),
        (b":a:E::ab::/i:\n\n", "EINVAL flags"),
        (b":a:E::ab::/i:P\n", "ok"),
        (b":a:E::ab::/i:p", "EINVAL flags"),
        (b":a:E::ab::/i:T", "EINVAL flags"),
        (b":a:E::ab::/i:P:", "EINVAL flags"),
        (b"\na\nE\n\nab\n\n/i\n\n", "ok"),
        (b"PaPEPPabPP/iP\n", "EINVAL delimiter"),
        (b":a:E::ab::/missing:F", "ENOENT interpreter"),
        (b":a:E::ab::/i/x:F", "ENOTDIR interpreter"),
        (b":a:E::ab::/d:F", "EACCES interpreter"),
        (b":a:E::ab::/plain:F", "EACCES interpreter"),
        (b":a:E::ab::/fifo:F", "EACCES interpreter"),
        (b":a:E::ab::/noexec/i:F", "EACCES interpreter"),
        (b":a:E::ab::/busy:F", "ETXTBSY interpreter"),
        (b":a:E::ab::/loop:F", "ELOOP interpreter"),
        (b":a:E::ab::/" + b"y" * 256 + b":F", "ENAMETOOLONG interpreter"),
        (b":a:E::ab::i:F", "ok"),
        (b":a:E::ab::relative:C", "ok"),
    ],
)
def test_kernel_of_today(line: bytes, said: str) -> None:
    assert refusal(line) == said


@pytest.mark.parametrize(
    ("release", "line", "said"),
    [
        ("3.17.8", b":a:E::x::/i:" + b"P" * 244, "ok"),
        ("3.17.8", b":a:E::x::/i:" + b"P" * 245, "EINVAL length"),
        ("3.18.0", b":a:E::x::/i:" + b"P" * 245, "ok"),
        ("4.7.10", b":a:E::ab::/i:F", "EINVAL flags"),
        ("4.8.0", b":a:E::ab::/i:F", "ok"),
        ("4.7.10", b":status:E::ab::/i:", "EINVAL name"),
        ("4.8.0", b":status:E::ab::/i:", "EEXIST name"),
        ("4.7.10", b":" + b"n" * 256 + b":M::AA::/i:", "EINVAL name"),
        ("4.17.19", b":a:M:4294967297:AA::/i:", "ok"),
        ("4.17.19", b":a:M:+1:AA::/i:", "EINVAL offset"),
        ("4.17.19", b":a:M:2147483648:AA::/i:", "ok"),
        ("4.17.19", b":a:M:2147483647:A::/i:", "ok"),
        ("4.17.19", b":a:M:2147483646:A::/i:", "EINVAL magic"),
        ("4.18.0", b":a:M:2147483647:A::/i:", "EINVAL magic"),
        ("4.18.0", b":a:M:4294967297:AA::/i:", "EINVAL offset"),
        ("5.0.21", b":a:M:127:AA::/i:", "EINVAL magic"),
        ("5.0.21", b":a:M:126:AA::/i:", "ok"),
        ("5.1.0", b":a:M:127:AA::/i:", "ok"),
        ("4.18.0-147.el8.x86_64", b":a:M:127:AA::/i:", "ok"),
        ("6.1.100", b"PaPEPPabPP/iP\n", "ok"),
        ("6.1.100", b"PaPEPPabPP/iP", "EINVAL flags"),
        ("7.2.0", b"PaPEPPabPP/iP\n", "EINVAL delimiter"),
        ("7.2.0", b":a:E::ab::/i:T", "EINVAL flags"),
        ("7.3.0", b":a:E::ab::/i:T", "ok"),
        ("7.3.0", b"TaTETTabTT/iT\n", "EINVAL delimiter"),
        ("7.2.0", b":a:E::ab::i:C", "ok"),
        ("7.3.0", b":a:E::ab::i:C", "EINVAL interpreter"),
        ("7.3.0", b":a:E::ab::i:CF", "ok"),
        ("7.3.0", b":a:E::ab::/i:LD", "ok"),
        ("7.3.0", b":a:E::ab::i:L", "EINVAL interpreter"),
        ("7.3.0", b":a:E::ab::i:LF", "ok"),
        ("7.3.0", b":a:E::ab::i:T", "ok"),
        ("7.3.0", b":a:E::ab::/i:LF", "ok"),
        ("7.3.0", b":a:E::ab::/i:TC", "ok"),
        ("7.3.0", b":a:E::ab::/i:TP", "EINVAL flags"),
        ("7.3.0", b":a:E::ab::/i:LP", "EINVAL flags"),
        ("7.3.0", b":a:E::ab::/i:LO", "EINVAL flags"),
        ("7.3.0", b":a:E::ab::/i:LC", "EINVAL flags"),
        ("7.3.0", b":a:E::ab::/i:LT", "EINVAL flags"),
        ("5.10.46", b":status:E::ab::/missing:F", "ENOENT interpreter"),
        ("7.3.0", b":a:E::ab::/i:C", "ok"),
        ("7.3.0", b":a:E::ab::i:O", "ok"),
    ],
)
def test_what_changed(release: str, line: bytes, said: str) -> None:
    assert refusal(line, KernelRelease.parse(release)) == said


@pytest.mark.parametrize(("release", "errno"), [("5.11.9", Errno.EEXIST), ("5.12.0", Errno.ENOENT)])
def test_whether_the_name_or_the_interpreter_is_looked_at_first(release: str, errno: Errno) -> None:
    registry = Registry().register(b":a:E::ab::/i:", kernel=NOW, root=ROOT)
    with pytest.raises(RegisterError) as caught:
        registry.register(b":a:E::ab::/missing:F", kernel=KernelRelease.parse(release), root=ROOT)
    assert caught.value.errno is errno


def test_a_delimiter_behind_the_line_is_no_flag() -> None:
    """The kernel puts eight behind it, and some took a letter."""
    assert Entry.from_register(b"PaPEPPabPP/iP\n", KernelRelease.parse("6.1.100")).flags == ""


def test_flags_have_an_order_and_c_and_t_open_the_binary() -> None:
    assert Entry.from_register(b":a:E::ab::/i:FCP", NOW).flags == "POCF"
    assert Entry.from_register(b":a:E::ab::/i:TCFD", FIRST_7_3).flags == "OCFT"
    assert Entry.from_register(b":a:E::ab::/i:", NOW).with_flags("C").flags == "OC"


def test_an_entry_by_extension_has_nothing_else() -> None:
    entry = Entry.from_register(b":a:E:7:x:zz:/i:", NOW)
    assert entry == Entry("a", "/i", "", 0, b"", None, "x", True, None)
    by_magic = Entry.from_register(b":a:M:7:x::/i:", NOW)
    assert by_magic == Entry("a", "/i", "", 7, b"x", None, None, True, None)
    assert (by_magic.mask, by_magic.extension, by_magic.pinned) == (None, None, None)


@pytest.mark.parametrize(
    ("magic", "read"),
    [
        (rb"\\x41", rb"\\x41"),
        (rb"\\\x41", rb"\\A"),
        (rb"a\\", rb"a\\"),
        (b"a\\", b"a\\"),
        (rb"\x41\x00\x42", b"A\0B"),
        (rb"\n\t", rb"\n\t"),
    ],
)
def test_escapes(magic: bytes, read: bytes) -> None:
    assert Entry.from_register(b":a:M::" + magic + b"::/i:", NOW).magic == read


def test_d_registers_a_disabled_entry() -> None:
    assert not Entry.from_register(b":a:E::ab::/i:D", FIRST_7_3).enabled


def test_an_old_offset_wraps_around_and_matches_nothing_before_the_head() -> None:
    entry = Entry.from_register(b":a:M:4294967295:AA::/i:", KernelRelease.parse("4.9.0"))
    assert entry.offset == -1
    assert not entry.matches(b"AAAA", "/p")
    assert Entry.from_register(b":a:M:4294967297:AA::/i:", KernelRelease.parse("4.9.0")).offset == 1
    entry = Entry.from_register(b":a:M:2147483647:AA::/i:", KernelRelease.parse("4.9.0"))
    assert entry.offset == 2147483647
    assert not entry.matches(b"AAAA", "/p")


def test_only_hexadecimal_escapes_are_decoded() -> None:
    assert Entry.from_register(rb":a:M::\x41\X4D\101::/i:", NOW).magic == rb"A\X4D\101"
    assert Entry.from_register(rb":a:M::\x3a\x00z::/i:", NOW).magic == b":\0z"


def test_a_raw_nul_ends_the_magic() -> None:
    assert Entry.from_register(b":a:M::AB\0CD::/i:", NOW).magic == b"AB"
