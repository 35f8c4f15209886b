"""QD308 and QD309: an emulator that is older than its file, and one that is known to be bad."""

import struct

import pytest

from qemudoctor.facts import Linkage, Unavailable
from qemudoctor.host.observation import Executable
from qemudoctor.host.trees import Content, MemoryFile
from qemudoctor.platforms import BY_TARGET
from tests.support.answering import answering, dump
from tests.support.checking import Expected, findings, only, reason_to_skip, shapes
from tests.support.hosts import FakeHost, ask, entry_text, linux, static_emulator

EMULATOR = "/usr/bin/qemu-aarch64-static"
WARNING: list[Expected] = [("warning", "linux/arm64", "qemu-aarch64", None)]


def host(version: str = "10.0.13", *, flags: str = "F", there: bool = True, enabled: bool = True) -> FakeHost:
    """Return a host with an emulator of this version at the path of its entry."""
    files: dict[str, Content] = {EMULATOR: static_emulator("aarch64", version=version)} if there else {}
    return linux(entries={"qemu-aarch64": entry_text(flags=flags, enabled=enabled)}, files=files)


def executable(version: str | None = "7.2.22", *, inode: int = 1, size: int = 900, musl: bool = False) -> Executable:
    """Return another file than the one at the path, as it was seen to run."""
    said = None if version is None else f"qemu-aarch64 version {version} (Debian 1:{version}+dfsg-7)\nCopyright (c)"
    head = BY_TARGET["x86_64"].sample()
    return Executable(7, inode, size, f"{EMULATOR} (deleted)", False, head, said, musl)


def same_as_now(machine: FakeHost) -> Executable:
    status = machine.stat(EMULATOR)
    return Executable(status.device, status.inode, status.size, EMULATOR, True)


@pytest.mark.parametrize(
    ("machine", "seen", "expected"),
    [
        pytest.param(host(), executable(), WARNING, id="an older one"),
        pytest.param(host(), executable("11.1.3"), WARNING, id="a newer one"),
        pytest.param(host("7.2.22"), executable(), WARNING, id="another build of the same version"),
        pytest.param(host(), executable(None), WARNING, id="one that does not tell its version"),
        pytest.param(host(there=False), executable(), [], id="there is no file now"),
        pytest.param(host(flags=""), executable(), [], id="without F"),
        pytest.param(host(), None, [], id="must not be looked at"),
    ],
)
def test_outdated(machine: FakeHost, seen: Executable | None, expected: list[Expected]) -> None:
    facts = ask(machine, "linux/arm64", prober=answering({"aarch64": (dump("aarch64"), seen)}))
    assert shapes("QD308", facts) == expected


def test_the_same_file_is_not_outdated() -> None:
    machine = host()
    facts = ask(machine, "linux/arm64", prober=answering({"aarch64": (dump("aarch64"), same_as_now(machine))}))
    assert shapes("QD308", facts) == []
    pinned = facts.pinned_emulator(facts.registry.entries[0])
    assert pinned is not None
    assert (pinned.stale, pinned.gone, pinned.version, pinned.linkage) == (False, False, "10.0.13", Linkage.STATIC)


def test_a_copy_of_the_same_build_is_stale_and_no_finding() -> None:
    machine = host("7.2.22")
    copy = executable(size=machine.stat(EMULATOR).size)
    facts = ask(machine, "linux/arm64", prober=answering({"aarch64": (dump("aarch64"), copy)}))
    assert shapes("QD308", facts) == []
    pinned = facts.pinned_emulator(facts.registry.entries[0])
    assert pinned is not None
    assert pinned.stale


def test_what_is_printed_and_what_is_offered() -> None:
    facts = ask(host(), "linux/arm64", prober=answering({"aarch64": (dump("aarch64"), executable())}))
    found = only("QD308", facts).finding
    assert "still runs QEMU 7.2.22, which it opened at the registration, and not QEMU 10.0.13" in found.message
    assert [(x.id, x.persistent, x.proven) for x in found.remedies] == [("register-now", False, "model")]
    assert found.remedies[0].commands[-1].endswith("/register")


def test_what_lies_there_and_cannot_run_is_not_registered() -> None:
    broken = MemoryFile(static_emulator("aarch64").data[:64])
    machine = linux(entries={"qemu-aarch64": entry_text(flags="F")}, files={EMULATOR: broken})
    facts = ask(machine, "linux/arm64", prober=answering({"aarch64": (dump("aarch64"), executable())}))
    assert only("QD308", facts).finding.remedies == ()


def test_without_execution_nothing_is_known() -> None:
    facts = ask(host(), "linux/arm64")
    assert shapes("QD308", facts) == []
    with pytest.raises(Unavailable, match="not executed"):
        facts.pinned_emulator(facts.registry.entries[0])


def test_an_entry_that_is_off_pins_nothing_that_runs() -> None:
    facts = ask(host(enabled=False), "linux/arm64", prober=answering({"aarch64": (dump("aarch64"), executable())}))
    with pytest.raises(Unavailable, match="switched off"):
        facts.pinned_emulator(facts.registry.entries[0])


@pytest.mark.parametrize("check", ["QD308", "QD309"])
def test_cannot_look(check: str) -> None:
    assert "not mounted" in reason_to_skip(check, ask(linux(mount="not-mounted"), "linux/arm64"))


def pie(version: str, *, target: str = "aarch64", musl: bool = False) -> MemoryFile:
    """Return a static-pie emulator."""
    content = bytearray(static_emulator(target, version=version).data)
    struct.pack_into("<H", content, 16, 3)
    return MemoryFile(bytes(content) + (b"No error information\0" if musl else b""))


@pytest.mark.parametrize(
    ("content", "severities", "words"),
    [
        pytest.param(pie("11.1.3"), [], "", id="the newest"),
        pytest.param(pie("10.0.13"), [], "", id="Debian 13"),
        pytest.param(pie("7.2.22"), ["info"], "openat2", id="Debian 12"),
        pytest.param(static_emulator("aarch64", version="7.2.22"), ["warning"], "SIGSEGV", id="not pie"),
        pytest.param(static_emulator("aarch64", version="9.2.2"), ["info"], "systemd 260", id="not pie, and cured"),
        pytest.param(pie("8.1.2"), ["warning"], "of the heap", id="brk, as in 8.1 up to its third release"),
        pytest.param(pie("8.1.3"), ["info"], "systemd 260", id="brk, mended"),
        pytest.param(pie("9.1.0"), ["warning"], "byte order", id="9.1.0"),
        pytest.param(pie("10.1.0", musl=True), ["warning"], "O_NOFOLLOW", id="built with musl"),
        pytest.param(pie("10.1.0"), ["info"], "systemd 260", id="built with glibc"),
        pytest.param(pie("strange"), [], "", id="no version"),
        pytest.param("#!/bin/sh\n", [], "", id="a script"),
    ],
)
def test_known_bad(content: Content, severities: list[str], words: str) -> None:
    machine = linux(entries={"qemu-aarch64": entry_text(flags="F")}, files={EMULATOR: content})
    found = findings("QD309", ask(machine, "linux/arm64"))
    assert [x.severity.value for x in found] == severities
    assert all(words in x.finding.message for x in found)


def test_what_a_program_showed_is_not_guessed_from_the_version() -> None:
    machine = linux(entries={"qemu-aarch64": entry_text(flags="F")}, files={EMULATOR: pie("7.2.22")})
    facts = ask(machine, "linux/arm64", prober=answering({"aarch64": (dump("aarch64"), None)}))
    assert findings("QD309", facts) == ()


def test_each_row_tells_all_its_sources() -> None:
    machine = linux(entries={"qemu-aarch64": entry_text(flags="F")}, files={EMULATOR: pie("9.1.0")})
    evidence = only("QD309", ask(machine, "linux/arm64")).finding.evidence
    assert any(x.source.endswith("/1081849") and "/1081850" in x.text for x in evidence)


def test_a_fault_of_other_machines_is_not_told() -> None:
    arm = linux(
        machine="aarch64",
        entries={"qemu-x86_64": entry_text("x86_64", flags="F")},
        files={"/usr/bin/qemu-x86_64-static": static_emulator("x86_64", machine="aarch64", version="9.2.0")},
    )
    assert findings("QD309", ask(arm, "linux/amd64")) == ()


def test_the_emulator_that_runs_is_judged_and_not_the_file() -> None:
    seen = answering({"aarch64": (dump("aarch64"), executable("9.1.0"))})
    found = only("QD309", ask(host("11.1.3"), "linux/arm64", prober=seen)).finding
    assert "QEMU 9.1.0" in found.message
    # The file that lies there is without the fault.
    assert found.remedies[0].title.startswith("Register it again, so that the kernel opens the file")


def test_one_finding_for_all_entries_of_a_version() -> None:
    entries = {
        f"qemu-{x}": entry_text(x, flags="F") for x in ("arm", "s390x", "riscv64", "ppc64le", "mips64el", "mips")
    }
    files: dict[str, Content] = {
        f"/usr/bin/{x}-static": static_emulator(x.removeprefix("qemu-"), version="7.2.0") for x in entries
    }
    (found,) = findings("QD309", ask(linux(entries=entries, files=files)))
    assert "and others" in found.finding.message
    assert found.cause == "qemu-crash"
    assert any("aslr" in x.text or "SIGSEGV" in x.text for x in found.finding.evidence)


def test_what_keeps_programs_from_starting_comes_first() -> None:
    assert findings("QD309", ask(host("9.1.0", flags=""), "linux/arm64")) == ()
