"""What the facts say of hosts written as literals."""

import pytest

from qemudoctor.facts import BinfmtSupport, Facts, Linkage, Question, Unavailable, read_guest_loader
from qemudoctor.host.capture_reader import parse_capture
from qemudoctor.host.door import Source, Uname
from qemudoctor.host.recorded import RecordedHost
from qemudoctor.host.refusing import RefusingHost
from qemudoctor.host.trees import Content, MemoryFile, MemoryTree
from qemudoctor.kernel import KernelRelease, Node, NodeKind
from qemudoctor.platforms import PLATFORMS
from tests.support.hosts import (
    FakeHost,
    ask,
    centos_7,
    dynamic_emulator,
    entry_text,
    link,
    linux,
    observing,
    static_emulator,
    ubuntu_1604,
)

ARM64 = PLATFORMS["linux/arm64"]
QEMU = "/usr/bin/qemu-aarch64-static"


def test_nothing_is_read_before_it_is_asked_for() -> None:
    Facts(RefusingHost())


def test_the_founding_story() -> None:
    failing = ask(centos_7(), "linux/arm64").prediction(ARM64)
    assert (failing.host.outcome, failing.container.outcome) == ("ok", "ENOENT")
    refused = ask(centos_7(registered=False), "linux/arm64").prediction(ARM64)
    assert (refused.host.outcome, refused.container.outcome) == ("ENOEXEC", "ENOEXEC")
    working = ask(ubuntu_1604(), "linux/arm64").prediction(ARM64)
    assert (working.host.outcome, working.container.outcome) == ("ok", "ok")


@pytest.mark.parametrize(
    ("content", "exists", "linkage", "executable"),
    [
        (static_emulator("aarch64"), True, Linkage.STATIC, True),
        (dynamic_emulator("aarch64"), True, Linkage.DYNAMIC, True),
        (static_emulator("aarch64", mode=0o644), True, Linkage.STATIC, False),
        (MemoryFile(b""), True, None, True),
        ("#!/bin/sh\n", True, None, True),
        (Node(NodeKind.DIRECTORY), True, None, True),
        (link("/nowhere"), False, None, False),
    ],
    ids=["static", "dynamic", "not-executable", "empty", "script", "directory", "dangling"],
)
def test_an_emulator(content: MemoryFile | str | Node, exists: bool, linkage: Linkage | None, executable: bool) -> None:
    emulator = ask(linux(files={QEMU: content})).emulator(QEMU)
    assert (emulator.exists, emulator.linkage, emulator.executable) == (exists, linkage, executable)


def test_the_version_is_read_from_the_file_behind_links() -> None:
    host = linux(files={QEMU: static_emulator("aarch64", version="8.2.2"), "/x/aarch64-binfmt-P": link(QEMU)})
    emulator = ask(host).emulator("/x/aarch64-binfmt-P")
    assert (emulator.resolved, emulator.version, emulator.build) == (QEMU, "8.2.2", "Debian 1:8.2.2+dfsg-7")


def test_every_truncation_of_an_emulator_is_some_emulator() -> None:
    content = dynamic_emulator("aarch64").data
    for size in range(len(content)):
        assert ask(linux(files={QEMU: MemoryFile(content[:size])})).emulator(QEMU).exists


def test_entries_come_in_match_order_and_damaged_ones_are_named() -> None:
    host = linux(entries={"new": entry_text(), "bad": "enabled\ninterpreter\n", "old": entry_text("arm")})
    registry = ask(host).registry
    assert [x.name for x in registry.entries] == ["new", "old"]
    assert [x.name for x in registry.damaged] == ["bad"]


def test_without_requirement_the_platforms_with_an_entry_are_judged() -> None:
    host = linux(entries={"a": entry_text(), "b": entry_text("i386")})
    assert [x.name for x in ask(host).judged] == ["linux/arm64"]


def test_where_entries_cannot_be_read_the_platforms_that_run_are_judged() -> None:
    seen = observing(aarch64=("ok", "ok"), riscv64=("ENOEXEC", "ENOEXEC"))
    assert [x.name for x in ask(linux(mount="not-mounted"), prober=seen).judged] == ["linux/arm64"]


def test_a_supposed_kernel_refuses_what_this_one_accepted() -> None:
    host = linux(entries={"qemu-aarch64": entry_text(flags="F")}, files={QEMU: static_emulator("aarch64")})
    facts = ask(host, "linux/arm64", kernel="3.10.0-327.el7.x86_64")
    assert facts.registry.entries == ()
    assert [(x.name, x.errno.name, x.needs_fix_binary) for x in facts.registry.refused] == [
        ("qemu-aarch64", "EINVAL", True)
    ]
    assert facts.prediction(ARM64).container.outcome == "ENOEXEC"


def test_a_supposed_kernel_keeps_disabled_entries_disabled() -> None:
    host = linux(entries={"q": entry_text(enabled=False)}, files={QEMU: static_emulator("aarch64")})
    assert [x.enabled for x in ask(host, kernel="5.10").registry.entries] == [False]


def test_a_supposed_registry_takes_the_place_of_the_hosts() -> None:
    magic = rb"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00"
    line = b":mine:M::" + magic + b"::/usr/bin/qemu-aarch64-static:F"
    host = linux(entries={"a": entry_text()}, mount="not-mounted", files={QEMU: static_emulator("aarch64")})
    facts = ask(host, "linux/arm64", registry=[line, b"nonsense", line])
    assert [x.name for x in facts.registry.entries] == ["mine"]
    assert [x.errno.name for x in facts.registry.refused] == ["EINVAL", "EEXIST"]
    assert facts.registry_state == "mounted"


@pytest.mark.parametrize(
    ("config", "mount", "support"),
    [
        ("CONFIG_BINFMT_MISC=y\n", "mounted", BinfmtSupport.BUILT_IN),
        ("CONFIG_BINFMT_MISC=m\n", "mounted", BinfmtSupport.MODULE),
        ("# CONFIG_BINFMT_MISC is not set\n", "absent", BinfmtSupport.MISSING),
        ("CONFIG_BINFMT_MISC_OTHER=y\n# CONFIG_BINFMT_MISC is not set", "absent", BinfmtSupport.MISSING),
    ],
)
def test_the_configuration(config: str, mount: str, support: BinfmtSupport) -> None:
    assert ask(linux(config=config, mount=mount)).binfmt.support is support


def test_a_module_that_is_there_without_a_configuration() -> None:
    files = {"/lib/modules/6.1.0-25-amd64/kernel/fs/binfmt_misc.ko.xz": b"\xfd7zXZ"}
    binfmt = ask(linux(config=None, mount="absent", files=files)).binfmt
    assert (binfmt.support, binfmt.available) == (BinfmtSupport.MODULE, False)


def test_nothing_tells_whether_the_kernel_has_it() -> None:
    with pytest.raises(Unavailable):
        _ = ask(linux(config=None, mount="absent")).binfmt


def test_32_bit_programs_need_their_option() -> None:
    i386 = PLATFORMS["linux/386"]
    assert ask(linux()).is_native(i386)
    assert not ask(linux(config="CONFIG_BINFMT_MISC=y\n# CONFIG_IA32_EMULATION is not set\n")).is_native(i386)


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ({}, None),
        ({"/.dockerenv": "", "/proc/self/mountinfo": "28 1 0:50 / / rw - overlay overlay rw\n"}, "docker"),
        ({"/.dockerenv": "", "/proc/self/mountinfo": "28 1 8:1 / / rw - ext4 /dev/sda rw\n"}, None),
        ({"/proc/1/environ": "PATH=/bin\0container=lxc\0"}, "lxc"),
        ({"/proc/self/uid_map": "         0       1000          1\n"}, "user-namespace"),
        ({"/proc/self/uid_map": "         0          0 4294967295\n"}, None),
    ],
    ids=["host", "docker", "disk-made-of-an-image", "lxc", "user-namespace", "initial-namespace"],
)
def test_the_sandbox_that_we_run_in(files: dict[str, Content], kind: str | None) -> None:
    sandbox = ask(linux(files=files)).sandbox
    assert (sandbox and sandbox.kind) == kind


def test_the_distribution_and_its_family() -> None:
    assert ask(linux(distribution="centos 7")).distribution.family == "fedora"
    with pytest.raises(Unavailable):
        _ = ask(FakeHost({"/etc/os-release": 'ID="open'})).distribution
    with pytest.raises(Unavailable):
        _ = ask(FakeHost({})).distribution


def test_a_root_without_a_kernel_is_asked_for_its_shell() -> None:
    shell: dict[str, Content] = {"/usr/bin/dash": static_emulator("aarch64"), "/bin/sh": link("/usr/bin/dash")}
    facts = ask(FakeHost(shell, source=Source.ROOT), kernel="6.1")
    assert facts.machine.name == "x86_64"
    with pytest.raises(Unavailable):
        _ = ask(FakeHost({}, source=Source.ROOT)).kernel


def test_a_machine_without_rules_is_unavailable() -> None:
    host = FakeHost({}, uname=Uname("Linux", "n", "6.1.0", "#1", "pdp11"))
    with pytest.raises(Unavailable):
        _ = ask(host).machine


def test_what_raised_once_raises_again() -> None:
    facts = ask(FakeHost({}))
    for _ in range(2):
        with pytest.raises(Unavailable, match="os-release"):
            _ = facts.distribution


def test_a_supposed_registry_whose_interpreter_nobody_looked_at_is_unknown() -> None:
    capture = RecordedHost(parse_capture(b"qemu-doctor-capture 1\n[absent] /etc/os-release\n[end]\n", name="c"))
    facts = Facts(capture, Question(kernel=KernelRelease.parse("6.1"), registry=(("x:1", b":a:E::ab::/bin/emu:F"),)))
    with pytest.raises(Unavailable, match="not recorded"):
        _ = facts.registry


@pytest.mark.parametrize(("exists", "files"), [(False, {}), (True, {"/lib/ld.so": MemoryFile(b"")})])
def test_the_loader_of_a_foreign_program(exists: bool, files: dict[str, Content]) -> None:
    tree = MemoryTree({"/p": dynamic_emulator("x", loader="/lib/ld.so"), **files})
    loader = read_guest_loader(tree, "/p")
    assert loader is not None
    assert (loader.path, loader.exists) == ("/lib/ld.so", exists)
    assert read_guest_loader(tree, "/nowhere") is None
    assert read_guest_loader(MemoryTree({"/p": static_emulator("x")}), "/p") is None
