"""Registrations that are written: taken by the kernel that they are for, or not written at all."""

import pytest

from qemudoctor.exceptions import DoctorError
from qemudoctor.facts import Facts
from qemudoctor.host.trees import MemoryFile
from qemudoctor.kernel import Entry, KernelRelease
from qemudoctor.platforms import ARCHITECTURES, PlatformError
from qemudoctor.registration.given import FORMATS, LINE, UPDATE_BINFMTS
from qemudoctor.registration.writing import (
    Wanted,
    compose,
    content_of,
    find_architectures,
    summarise,
    write_registration,
)
from tests.support.hosts import ask, linux, static_emulator

PATH = "/usr/bin/qemu-aarch64-static"
CENTOS_7 = "3.10.0-327.el7.x86_64"


def facts_of(kernel: str = "6.12", files: dict[str, MemoryFile] | None = None) -> Facts:
    return ask(linux(kernel=kernel, files=files))


@pytest.mark.parametrize(
    "words",
    [("aarch64",), ("arm64",), ("linux/arm64",), ("arm64/v8",), ("ARM64",), ("arm64v8",), ("arm64", "aarch64")],
)
def test_every_spelling_is_one_architecture(words: tuple[str, ...]) -> None:
    assert [x.qemu_target for x in find_architectures(words, facts=facts_of())] == ["aarch64"]


@pytest.mark.parametrize("word", ["armv7l", "linux/arm/v7", "armhf", "arm32v7", "armel"])
def test_arm_in_every_spelling(word: str) -> None:
    assert [x.qemu_target for x in find_architectures([word], facts=facts_of())] == ["arm"]


def test_all_leaves_out_the_own_family() -> None:
    targets = {x.qemu_target for x in find_architectures(["all"], facts=facts_of())}
    assert {"aarch64", "arm", "s390x", "riscv64", "mips64el"} <= targets
    assert not targets & {"x86_64", "i386", "i486"}


@pytest.mark.parametrize("kernel", [CENTOS_7, "3.10", "3.18", "4.4.0", "4.15.0-74-generic", "6.1.0-25-amd64", "7.3"])
@pytest.mark.parametrize("form", [x for x in FORMATS if x != UPDATE_BINFMTS])
def test_every_architecture_reads_back_on_every_kernel(kernel: str, form: str) -> None:
    facts = facts_of(kernel)
    release = KernelRelease.parse(kernel)
    for architecture in find_architectures(["all"], facts=facts):
        one = write_registration(architecture, Wanted(form), facts=facts)
        entry = Entry.from_register(one.content + b"\n", release)
        assert entry.name == f"qemu-{architecture.qemu_target}"
        assert entry.flags == ("" if kernel.startswith(("3.", "4.4.")) else "F")
        assert entry.matches(architecture.sample(), "")
        assert entry.matches(architecture.sample(pie=True), "")
        for other in ARCHITECTURES:
            if (other.bits, other.order, other.e_machine) != (
                architecture.bits,
                architecture.order,
                architecture.e_machine,
            ):
                assert not entry.matches(other.sample(), ""), (architecture.qemu_target, other.qemu_target)


def test_line_has_one_newline_and_nothing_else() -> None:
    facts = facts_of()
    written = (write_registration(ARCHITECTURES[3], Wanted(LINE, "F", "/q"), facts=facts),)
    content = content_of(written, form=LINE, facts=facts)
    assert content.startswith(b":qemu-arm:M::\\x7f\\x45\\x4c\\x46\\x01")
    assert content.endswith(b":/q:F\n")
    assert content.count(b"\n") == 1


def test_forty_bytes_fit_into_an_old_line() -> None:
    facts = facts_of("3.10")
    written = write_registration(find_architectures(["mips"], facts=facts)[0], Wanted(LINE), facts=facts)
    assert len(written.content) < 256


@pytest.mark.parametrize(
    ("interpreter", "delimiter"), [("/a", b":"), ("/a:b", b","), ("/a:b,c", b"|"), ("/a:b,c|d;#", b"%")]
)
def test_separator_is_in_no_field(interpreter: str, delimiter: bytes) -> None:
    content = compose(Entry("n", interpreter, "F", magic=b":,|%", mask=None), limit=1920)
    assert content[:1] == delimiter
    assert Entry.from_register(content, KernelRelease.parse("6.1")).interpreter == interpreter


@pytest.mark.parametrize(
    ("wanted", "kernel", "said"),
    [
        (Wanted(LINE, "F"), CENTOS_7, "not known before Linux 4.8; Linux 4.8 takes it"),
        (Wanted(LINE, "X"), "6.12", "not letters of POCF"),
        (Wanted(LINE, "TP"), "6.12", "not letters of POCF"),
        (Wanted(LINE, "TP"), "7.3", "T not with P"),
        (Wanted(LINE, "F:"), "6.12", "letters only"),
        (Wanted(LINE, None, "qemu"), "6.12", "no absolute path"),
        (Wanted(LINE, None, "/a\nb"), "6.12", "cannot be printed"),
        (Wanted(LINE, None, "/a "), "6.12", "cannot be printed"),
        (Wanted(LINE, None, "/" + "a" * 2000), "6.12", "this kernel takes 1920"),
        (Wanted(LINE, None, "/" + "a" * 250), "3.10", "this kernel takes 256"),
        (Wanted(LINE, None, "/" + "a" * 130), "4.4", "cuts it at 127"),
        (Wanted(LINE, None, "/:,|%!@=+~&"), "6.12", "every character that could separate"),
        (Wanted(LINE, name="a/b"), "6.12", "contains a slash"),
        (Wanted(LINE, name="status"), "6.12", "is taken"),
        (Wanted(LINE, name="n" * 256), "6.12", "longer than 255"),
        (Wanted(LINE, None, "/usr/bin/qemu-arm-static"), "6.12", "refuses"),
        (Wanted(UPDATE_BINFMTS, "O"), "6.12", "no word for the flag O"),
    ],
)
def test_what_would_be_refused_is_not_written(wanted: Wanted, kernel: str, said: str) -> None:
    facts = facts_of(kernel)
    with pytest.raises(DoctorError) as caught:
        write_registration(find_architectures(["arm64"], facts=facts)[0], wanted, facts=facts)
    assert said in caught.value.message


def test_own_programs_are_never_taken_over() -> None:
    facts = facts_of()
    with pytest.raises(DoctorError) as caught:
        write_registration(find_architectures(["amd64"], facts=facts)[0], Wanted(LINE), facts=facts)
    assert "x86_64 machine itself" in caught.value.message


def test_emulator_of_this_host_is_found_or_said_to_be_missing() -> None:
    architecture = find_architectures(["arm64"], facts=facts_of())[0]
    path = "/usr/local/bin/qemu-aarch64-static"
    there = write_registration(architecture, Wanted(LINE), facts=facts_of(files={path: static_emulator("aarch64")}))
    assert there.judged.entry is not None
    assert there.judged.entry.interpreter == path
    assert any(path in x for x in there.notes)
    missing = write_registration(architecture, Wanted(LINE), facts=facts_of())
    assert missing.judged.entry is not None
    assert missing.judged.entry.interpreter == PATH
    assert any("refuses F with ENOENT" in x for x in missing.notes)


def notes_of(*words: str, files: dict[str, MemoryFile] | None = None) -> tuple[str, ...]:
    facts = facts_of(files=files)
    found = find_architectures(words, facts=facts)
    return summarise(tuple(write_registration(x, Wanted(LINE), facts=facts) for x in found))


def test_what_is_said_of_all_is_said_once() -> None:
    every = len(find_architectures(["all"], facts=facts_of()))
    usual, missing = notes_of("all")
    assert usual.startswith(f"all {every}: no static emulator for it was found")
    assert usual.endswith("/usr/bin/qemu-*-static")
    assert missing.startswith(f"all {every}: /usr/bin/qemu-*-static is not on this host")


def test_what_is_said_of_some_names_them() -> None:
    files = {f"/usr/bin/qemu-{x}-static": static_emulator(x) for x in ("arm", "s390x")}
    found = notes_of("arm", "s390x", "riscv64", files=files)
    assert found[0] == "arm, s390x: the interpreter is the static emulator of this host, /usr/bin/qemu-*-static"
    assert [x.partition(":")[0] for x in found[1:]] == ["riscv64", "riscv64"]
    assert found[2].startswith("riscv64: /usr/bin/qemu-riscv64-static is not on this host")


def test_unknown_name_is_told_all_that_go() -> None:
    with pytest.raises(PlatformError) as caught:
        find_architectures(["foo"], facts=facts_of())
    hint = caught.value.hint or ""
    assert all(f" {x.qemu_target}" in hint for x in ARCHITECTURES)
    assert "`all`" in hint


def test_p_that_this_kernel_does_not_tell_is_not_written() -> None:
    facts = facts_of("5.4")
    with pytest.raises(DoctorError) as caught:
        write_registration(find_architectures(["arm64"], facts=facts)[0], Wanted(LINE, "PF"), facts=facts)
    assert "flag P" in caught.value.message
