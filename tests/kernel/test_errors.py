"""What the errors of the model say of themselves."""

import errno
import os

import pytest

from qemudoctor.kernel import MEANINGS, Entry, Errno, KernelRelease, LookupFailed, OpenBlocks, RegisterError, Registry
from qemudoctor.kernel.loader import LoadFailed
from qemudoctor.kernel.mapping import Killed
from tests.live.differential.hosts import CaseTree, File


def test_why_f_cannot_open_its_interpreter() -> None:
    root = CaseTree.of((("/plain", File(content=b"x", mode=0o644)),))
    for path, why in (("/missing", "does not exist"), ("/plain", "cannot be opened")):
        with pytest.raises(RegisterError) as caught:
            Registry().register(f":a:M::x::{path}:F".encode(), kernel=KernelRelease.parse("6.18.44"), root=root)
        assert caught.value.reason == f"F opens the interpreter at once, and {path} {why}"


def test_register_error() -> None:
    error = RegisterError("too short")
    assert (str(error), error.errno, error.field, error.reason) == (
        "EINVAL: too short",
        Errno.EINVAL,
        "line",
        "too short",
    )
    error = RegisterError("taken", errno=Errno.EEXIST, field="name")
    assert (str(error), error.errno, error.field) == ("EEXIST: taken", Errno.EEXIST, "name")


def test_numbers_are_those_of_linux() -> None:
    assert {x.name: x.value for x in Errno if x} == {x.name: getattr(errno, x.name) for x in Errno if x}
    assert {x.name: MEANINGS[x] for x in Errno if x} == {x.name: os.strerror(x) for x in Errno if x}
    assert Errno.OK.value == 0


def test_other_errors() -> None:
    assert str(LookupFailed(Errno.ENOENT, "/p")) == "ENOENT: /p"
    assert str(LoadFailed(Errno.EIO, "cut")) == "EIO: cut"
    assert str(Killed("SIGSEGV", "no room")) == "SIGSEGV: no room"
    assert str(OpenBlocks("/fifo")) == "/fifo"


@pytest.mark.parametrize(
    ("line", "field", "reason"),
    [
        (b":a:M::x::/", "length", "10 bytes, but 11 to 1920 are allowed"),
        (b":a:M::x::/i:" + b"F" * 1910, "length", "1922 bytes, but 11 to 1920 are allowed"),
        (b"PaPMPPxPPP/iP\n", "delimiter", "a flag letter cannot be the delimiter"),
        (b":a:X::x::/i:", "type", "the type is 'X', not E or M"),
        (b":a:\\::x::/i:", "type", r"the type is '\', not E or M"),
        (b":a:MX::x::/i:", "type", "the type is longer than one letter"),
        (b":a:M::x:::::", "interpreter", "no interpreter"),
        (b"aaaaaaaaaaab", "name", "the name is empty, '.', '..' or contains a slash"),
        (b":a:M::x::/iiii", "interpreter", "the interpreter field does not end with the delimiter"),
        (b":aaaaaa\0aaa:", "name", "the name field does not end with the delimiter"),
        (b":a/b:M::x::/i:", "name", "the name is empty, '.', '..' or contains a slash"),
        (b":a:M:::::::::::", "magic", "no magic"),
        (b":a:M::xx:x:/i:", "mask", "the mask has 1 bytes, the magic 2"),
        (b":a:M:255:xx::/i:", "magic", "offset 255 and 2 bytes of magic reach beyond the first 256 bytes"),
        (rb":a:M::\x1::/i:", "magic", r"\x is not followed by two hexadecimal digits"),
        (rb":a:M::x:\xg1:/i:", "mask", r"\x is not followed by two hexadecimal digits"),
        (b":a:M:1z:x::/i:", "offset", "the offset is '1z', not a number from 0 to 2147483647"),
        (b":a:M:2147483648:x::/i:", "offset", "the offset is '2147483648', not a number from 0 to 2147483647"),
        (b":a:M:0\0:x::/i:", "offset", "the offset field does not end with the delimiter"),
        (b":a:E:\0:x::/i:", "offset", "the offset field does not end with the delimiter"),
        (b":a:E::x\0::/i:", "magic", "the magic field does not end with the delimiter"),
        (b":a:E::x:\0:/i:", "mask", "the mask field does not end with the delimiter"),
        (b":a:M::x::/i\0:", "interpreter", "the interpreter field does not end with the delimiter"),
        (b":a:E::x/y::/i:", "magic", "the extension is empty or contains a slash"),
        (b":a:M::x::/i:Z", "flags", "the flags are 'Z', not letters of POCF"),
        (b":a:M::x::/i:F\n\n", "flags", r"the flags are 'F\n\n', not letters of POCF"),
        (b":a:M::x::/i:FZ" + b"y" * 60, "flags", "the flags are 'FZ" + "y" * 38 + "', not letters of POCF"),
    ],
)
def test_what_is_wrong_with_a_register_string(line: bytes, field: str, reason: str) -> None:
    with pytest.raises(RegisterError) as caught:
        Entry.from_register(line, KernelRelease.parse("6.12.117"))
    assert caught.value.errno is Errno.EINVAL
    assert (caught.value.field, caught.value.reason) == (field, reason)


@pytest.mark.parametrize(
    ("release", "line", "reason"),
    [
        ("4.7.0", b":a:M::x::/i:F", "the flag F is not known before Linux 4.8"),
        ("4.7.0", b":a:M::x::/i:POF\n", "the flag F is not known before Linux 4.8"),
        ("4.7.0", b":a:M::x::/i:FZ", "the flags are 'FZ', not letters of POC"),
        ("4.7.0", b":a:M::x::/i:FX", "the flags are 'FX', not letters of POC"),
        ("4.7.0", b":a:M::x::/i:\n\n", r"the flags are '\n\n', not letters of POC"),
        ("4.7.0", b":a:M:1z:x::/i:", "the offset is '1z', not a number"),
        ("3.10.49", b":a:M::x::/" + b"i" * 250 + b":", "261 bytes, but 11 to 256 are allowed"),
        ("5.0.0", b":a:M:127:xx::/i:", "offset 127 and 2 bytes of magic reach beyond the first 128 bytes"),
        ("7.3.0", b":a:M::x::/i:LP", "L goes with none of P, O, C and T, and T not with P"),
        ("7.3.0", b":a:M::x::/i:TP", "L goes with none of P, O, C and T, and T not with P"),
        ("7.3.0", b":a:M::x::/i:Z", "the flags are 'Z', not letters of POCFTLD"),
        ("7.3.0", b":a:M::x::i:C", "C and L without F need an absolute interpreter"),
        ("7.3.0", b":a:M::x::i:L", "C and L without F need an absolute interpreter"),
    ],
)
def test_what_is_wrong_for_a_release(release: str, line: bytes, reason: str) -> None:
    with pytest.raises(RegisterError) as caught:
        Entry.from_register(line, KernelRelease.parse(release))
    assert caught.value.reason == reason
