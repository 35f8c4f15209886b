"""QD301 to QD307: what can be wrong with the emulator that an entry names."""

import pytest

from qemudoctor.host.trees import Content, MemoryFile
from qemudoctor.kernel.tree import Node, NodeKind
from qemudoctor.platforms import BY_TARGET
from tests.support.checking import Expected, errors, only, reason_to_skip, shapes
from tests.support.hosts import (
    FakeHost,
    ask,
    dynamic_emulator,
    entry_text,
    link,
    linux,
    observing,
    static_emulator,
)

EMULATOR = "/usr/bin/qemu-aarch64-static"
GOOD = static_emulator("aarch64")
ARM64_PROGRAM = MemoryFile(BY_TARGET["aarch64"].sample())
SCRIPT = '#!/bin/sh\nexec qemu-aarch64 "$@"\n'


def having(content: Content | None, flags: str = "", **files: Content) -> FakeHost:
    """Return a host whose entry names an emulator with this content; None: there is none."""
    there = {} if content is None else {EMULATOR: content}
    return linux(entries={"qemu-aarch64": entry_text(flags=flags)}, files=there | files)


def shape(cause: str | None, severity: str = "error") -> list[Expected]:
    return [(severity, "linux/arm64", "qemu-aarch64", cause)]


CASES = [
    pytest.param("QD301", having(GOOD), [], id="missing: it is there"),
    pytest.param("QD301", having(None), shape("interpreter-missing-on-host"), id="missing"),
    pytest.param("QD301", having(link("/nowhere")), shape("interpreter-missing-on-host"), id="missing: dangling link"),
    pytest.param("QD301", having(None, "F"), [], id="missing: held open"),
    pytest.param("QD302", having(GOOD), [], id="unusable: it is not"),
    pytest.param("QD302", having(Node(NodeKind.DIRECTORY)), shape("permission-noexec"), id="unusable: directory"),
    pytest.param("QD302", having(MemoryFile(GOOD.data, 0o644)), shape("permission-noexec"), id="unusable: mode"),
    pytest.param("QD302", having(MemoryFile(GOOD.data, noexec=True)), shape("permission-noexec"), id="unusable: mount"),
    pytest.param("QD302", having(b""), shape("binary-corrupt-or-empty"), id="unusable: empty"),
    pytest.param("QD302", having(b"", "F"), shape("binary-corrupt-or-empty"), id="unusable: empty and with F"),
    pytest.param("QD302", having("Not found\n"), shape("binary-corrupt-or-empty"), id="unusable: a web page"),
    pytest.param(
        "QD302",
        having(MemoryFile(GOOD.data, 0o644), "F"),
        shape("permission-noexec", "warning"),
        id="unusable: held open until the next registration",
    ),
    pytest.param("QD302", having(Node(NodeKind.FIFO)), shape("permission-noexec"), id="unusable: fifo"),
    pytest.param("QD303", having(GOOD, "F"), [], id="dynamic: static"),
    pytest.param("QD303", having(dynamic_emulator("aarch64"), "F"), shape("interpreter-dynamic"), id="dynamic: with F"),
    pytest.param("QD303", having(dynamic_emulator("aarch64")), shape("interpreter-dynamic"), id="dynamic: no loader"),
    pytest.param("QD304", having(GOOD, "OCF"), [], id="foreign: native"),
    pytest.param("QD304", having(ARM64_PROGRAM, "OCF"), shape("interpreter-loop"), id="foreign: matches itself, C"),
    pytest.param("QD304", having(ARM64_PROGRAM), shape("interpreter-loop"), id="foreign: matches itself"),
    pytest.param(
        "QD304", having(MemoryFile(BY_TARGET["s390x"].sample())), shape("qemu-wrong-target"), id="foreign: another one"
    ),
    pytest.param("QD305", having(GOOD), [], id="script: program"),
    pytest.param("QD305", having(SCRIPT, "F"), shape("shebang-interpreter-missing"), id="script: with F"),
    pytest.param("QD305", having(SCRIPT), shape("shebang-interpreter-missing"), id="script: no shell"),
    pytest.param("QD307", having(GOOD), [], id="fails: it does not"),
    pytest.param("QD307", having(GOOD.data[:64], "F"), shape("binary-corrupt-or-empty"), id="fails: cut off"),
]


@pytest.mark.parametrize(("check", "host", "expected"), CASES)
def test_emulator(check: str, host: FakeHost, expected: list[Expected]) -> None:
    assert shapes(check, ask(host, "linux/arm64")) == expected


@pytest.mark.parametrize("check", ["QD301", "QD302", "QD303", "QD304", "QD305", "QD306", "QD307"])
def test_cannot_look(check: str) -> None:
    assert "not mounted" in reason_to_skip(check, ask(linux(mount="not-mounted"), "linux/arm64"))


def test_emulator_not_to_be_read() -> None:
    host = linux(entries={"qemu-aarch64": entry_text()}, files={EMULATOR: GOOD}, forbidden=(EMULATOR,))
    assert "Permission denied" in reason_to_skip("QD302", ask(host, "linux/arm64"))


def test_a_program_that_ran_lowers_it() -> None:
    """The file that F holds open may be an older, static one."""
    facts = ask(having(dynamic_emulator("aarch64"), "F"), "linux/arm64", prober=observing(aarch64=("ok", "ok")))
    assert shapes("QD303", facts) == shape("interpreter-dynamic", "warning")


def test_missing_emulator_says_where_the_link_ends() -> None:
    found = only("QD301", ask(having(link("/nowhere")), "linux/arm64")).finding
    assert (EMULATOR, "/nowhere does not exist") in [(x.source, x.text) for x in found.evidence]


def test_a_fifo_hangs_an_old_kernel() -> None:
    files: dict[str, Content] = {EMULATOR: Node(NodeKind.FIFO)}
    host = linux(kernel="4.15.0-74-generic", entries={"qemu-aarch64": entry_text()}, files=files)
    assert "wait for ever" in only("QD302", ask(host, "linux/arm64")).finding.message


def test_only_pinned_is_one_finding_for_all_entries() -> None:
    entries = {f"qemu-{x}": entry_text(x, flags="F") for x in ("aarch64", "arm", "s390x", "riscv64", "ppc64le")}
    found = only("QD306", ask(linux(entries=entries)))
    assert found.severity.value == "info"
    assert "and others" in found.finding.message


@pytest.mark.parametrize(
    "host",
    [
        pytest.param(having(GOOD, "F"), id="the file is there"),
        pytest.param(having(None), id="without F"),
        pytest.param(linux(entries={"x": entry_text(flags="F", interpreter="/opt/other")}), id="not QEMU"),
    ],
)
def test_nothing_is_only_pinned(host: FakeHost) -> None:
    assert shapes("QD306", ask(host)) == []


@pytest.mark.parametrize(
    ("check", "host", "label"),
    [
        pytest.param("QD301", having(None), "execve on the host", id="missing"),
        pytest.param("QD302", having(b""), "execve on the host", id="unusable, without F"),
        pytest.param("QD302", having(b"", "F"), "execve in an empty root, as a container's", id="unusable, with F"),
        pytest.param("QD304", having(ARM64_PROGRAM), "execve on the host", id="foreign"),
        pytest.param("QD303", having(dynamic_emulator("aarch64"), "F"), "execve in an empty root", id="dynamic"),
    ],
)
def test_the_evidence_tells_where_the_walk_was(check: str, host: FakeHost, label: str) -> None:
    assert only(check, ask(host, "linux/arm64")).finding.evidence[-1].source.startswith(label)


BROKEN_AT_ITS_PATH: list[tuple[str, Content]] = [
    ("QD302", b""),
    ("QD303", dynamic_emulator("aarch64")),
    ("QD304", ARM64_PROGRAM),
    ("QD305", SCRIPT),
    ("QD307", GOOD.data[:64]),
]


@pytest.mark.parametrize(("check", "content"), BROKEN_AT_ITS_PATH, ids=[x for x, _ in BROKEN_AT_ITS_PATH])
def test_what_f_holds_open_works_until_the_next_registration(check: str, content: Content) -> None:
    facts = ask(having(content, "F"), "linux/arm64", prober=observing(aarch64=("ok", "ok")))
    found = only(check, facts)
    assert found.severity.value == "warning"
    assert "run now by the older file that F keeps open" in found.finding.message
    assert "after the next registration or reboot" in found.finding.message
    assert ("a program executed in an empty root, as a container's", "ok") in found.finding.evidence
    assert errors(facts) == []
    assert shapes("QD501", facts) == []


def test_a_good_emulator_elsewhere_on_the_host_is_offered() -> None:
    host = linux(
        entries={"qemu-aarch64": entry_text(flags="F", interpreter="/opt/qemu-aarch64-static")},
        files={"/opt/qemu-aarch64-static": GOOD.data[:64], EMULATOR: GOOD},
    )
    found = only("QD307", ask(host, "linux/arm64")).finding
    assert found.remedies[0].id == "register-now"
    assert found.remedies[0].proven == "model"
    assert f":{EMULATOR}:F'" in found.remedies[0].commands[-1]


@pytest.mark.parametrize(
    ("kernel", "flags", "words"),
    [
        pytest.param("6.1.0", "F", "and /bin/sh, which its first line needs, cannot be started in a container", id="F"),
        pytest.param("6.1.0", "OC", "an entry with the flag O or C cannot have a script", id="O and C"),
        pytest.param("6.1.0", "POCF", "in a container; besides, since Linux 5.8 an entry", id="O, C and F"),
        pytest.param("5.4.0", "", "cannot be started on the host", id="old kernel"),
    ],
)
def test_why_a_script_fails(kernel: str, flags: str, words: str) -> None:
    shell: dict[str, Content] = {} if kernel == "5.4.0" else {"/bin/sh": static_emulator("x")}
    host = linux(kernel=kernel, entries={"qemu-aarch64": entry_text(flags=flags)}, files={EMULATOR: SCRIPT} | shell)
    assert words in only("QD305", ask(host, "linux/arm64")).finding.message
