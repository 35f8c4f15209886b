"""What lies around the registry: the database of update-binfmts, units, automounts, hostile texts in all of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qemudoctor.facts import Unavailable
from qemudoctor.facts.automount import read_dead_automount
from qemudoctor.facts.mounts import Mount, MountState
from qemudoctor.facts.updatebinfmts import parse_row
from qemudoctor.kernel.entry import Entry
from qemudoctor.kernel.release import KernelRelease
from tests.support.hosts import ask, linux

KERNEL = KernelRelease.parse("6.1")
# Both as update-binfmts 2.2.2 wrote them; the kernel then showed the flags PF and OC.
IMPORTED = (
    b"qemu-user-static\nmagic\n0\n\\x7f\\x45\\x4c\\x46\\x02\n\\xff\\xff\\xff\\xff\\xff\n"
    b"/usr/libexec/qemu-binfmt/aarch64-binfmt-P\n\nno\nyes\nyes\n"
)
BY_EXTENSION = b"p\nextension\n0\nfoo\n\n/usr/bin/qemu-arm-static\n\nyes\n\n\n"


@pytest.mark.parametrize(
    ("text", "flags", "extension"),
    [pytest.param(IMPORTED, "PF", None, id="magic"), pytest.param(BY_EXTENSION, "OC", "foo", id="extension")],
)
def test_rows_are_what_the_kernel_gets(text: bytes, flags: str, extension: str | None) -> None:
    found = parse_row("q", text)
    assert found is not None
    entry = Entry.from_register(found, KERNEL)
    assert (entry.name, entry.flags, entry.extension) == ("q", flags, extension)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"a\nb\nc\n", id="short"),
        pytest.param(IMPORTED.replace(b"\n\nno", b"\n/usr/bin/detect\nno"), id="with a detector"),
        pytest.param(IMPORTED.replace(b"/usr/libexec/qemu-binfmt/aarch64-binfmt-P", b""), id="no interpreter"),
    ],
)
def test_rows_that_register_nothing(text: bytes) -> None:
    assert parse_row("q", text) is None


def test_another_delimiter_where_a_colon_is_in_use() -> None:
    found = parse_row("q", BY_EXTENSION.replace(b"/usr/bin", b"/usr:bin"))
    assert found is not None
    assert Entry.from_register(found, KERNEL).interpreter == "/usr:bin/qemu-arm-static"


@given(st.binary(max_size=200))
def test_no_row_raises(text: bytes) -> None:
    found = parse_row("q", text)
    assert found is None or found[1:2] == b"q"


@given(st.text(max_size=100))
def test_no_options_of_an_automount_raise(text: str) -> None:
    mount = Mount(MountState.AUTOMOUNT, "/proc/self/mountinfo", text)
    assert read_dead_automount(linux(mount="automount"), mount) is None or "-1" in text or "pgrp" in text


def test_a_database_that_may_not_be_read() -> None:
    host = linux(files={"/var/lib/binfmts/q": IMPORTED}, engines=("update-binfmts",), forbidden=("/var/lib/binfmts",))
    with pytest.raises(Unavailable, match="Permission denied"):
        _ = ask(host).persistent


def test_lines_of_update_binfmts_come_last() -> None:
    files = {"/var/lib/binfmts/a": BY_EXTENSION, "/etc/binfmt.d/z.conf": b":z:E::zed::/bin/z:"}
    found = ask(linux(files=files, engines=("update-binfmts",))).persistent
    assert [(x.name, x.is_of_binfmt_d) for x in found] == [("z", True), ("a", False)]


def test_names_in_the_database_are_no_paths_of_others() -> None:
    found = parse_row("a/../b", IMPORTED)
    assert found is not None, "the kernel refuses the name, not the reader"
