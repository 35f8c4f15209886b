"""QD202 to QD206, QD209 to QD211: the registry as a whole, its switches, what is missing in it and its order."""

import pytest

from qemudoctor.check import Severity
from tests.support.checking import Expected, findings, only, reason_to_skip, shapes
from tests.support.hosts import (
    FakeHost,
    ask,
    entry_text,
    linux,
    observing,
    static_emulator,
)

FILES = {"/usr/bin/qemu-aarch64-static": static_emulator("aarch64")}
MISSING = "binfmt-not-registered"
MAGIC = rb"\x7f\x45\x4c\x46\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00"


def registered(*, enabled: bool = True, flags: str = "F", switch: bool = True) -> FakeHost:
    return linux(entries={"qemu-aarch64": entry_text(flags=flags, enabled=enabled)}, files=FILES, enabled=switch)


@pytest.mark.parametrize(
    ("host", "require", "expected"),
    [
        pytest.param(linux(), ("linux/arm64",), [], id="mounted"),
        pytest.param(linux(mount="not-mounted"), (), [("error", None, None, "binfmt-not-mounted")], id="not mounted"),
        pytest.param(linux(mount="not-mounted"), ("linux/amd64",), [], id="not needed"),
        pytest.param(
            linux(mount="not-mounted", files={"/.dockerenv": ""}),
            ("linux/arm64",),
            [("info", None, None, "binfmt-not-mounted")],
            id="normal in a container",
        ),
        pytest.param(linux(mount="automount"), ("linux/arm64",), [], id="automount is another finding"),
    ],
)
def test_not_mounted(host: FakeHost, require: tuple[str, ...], expected: list[Expected]) -> None:
    assert shapes("QD202", ask(host, *require)) == expected


def test_not_mounted_and_yet_in_effect() -> None:
    facts = ask(linux(mount="not-mounted"), "linux/arm64", prober=observing(aarch64=("ok", "ok")))
    assert only("QD202", facts).severity is Severity.WARNING


def test_mounting_is_now_or_at_every_boot() -> None:
    now, boot = only("QD202", ask(linux(mount="not-mounted", euid=1000), "linux/arm64")).finding.remedies
    assert now.commands == ("sudo mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc",)
    assert boot.persistent
    assert all(command.startswith("sudo systemctl ") for command in boot.commands)


@pytest.mark.parametrize(("mount", "check"), [("not-mounted", "QD202"), ("automount", "QD203")])
def test_only_what_cures_is_offered_where_a_required_platform_was_seen_to_fail(mount: str, check: str) -> None:
    host = linux(mount=mount, files=FILES)
    facts = ask(host, "linux/arm64", prober=observing(aarch64=("ENOEXEC", "ENOEXEC")))
    *remedies, last = only(check, facts).finding.remedies
    assert remedies[0].id == "register-now"
    assert {x.proven for x in remedies} == {"model"}
    for remedy in remedies:
        assert "binfmt_misc" in remedy.commands[0], "it is mounted first"
    assert (last.id, last.proven) == ("run-directly", None)
    assert last.title.startswith("No cure")


def test_mounts_say_that_they_are_not_proven() -> None:
    remedies = only("QD202", ask(linux(mount="not-mounted"), "linux/arm64")).finding.remedies
    assert [x.id for x in remedies] == ["mount-now", "mount-at-boot"]
    assert all(x.proven is None and "Not proven" in (x.note or "") for x in remedies)


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({}, "an entry would be passed over"),
        ({"q": entry_text(flags="F")}, "its one entry, q, is passed over"),
        ({"p": entry_text(flags="F"), "q": entry_text(flags="F")}, "all 2 entries are passed over"),
    ],
)
def test_how_many_entries_are_passed_over(entries: dict[str, str], words: str) -> None:
    found = only("QD204", ask(linux(entries=entries, files=FILES, enabled=False), "linux/arm64")).finding
    assert words in found.message
    assert found.remedies[0].proven == ("model" if entries else None)


@pytest.mark.parametrize(
    ("kernel", "words"),
    [
        pytest.param("6.12.1", "vanish when the container ends", id="entries vanish"),
        pytest.param("5.15.120", "may vanish", id="not known"),
        pytest.param("3.10.0-1160.el7.x86_64", "its entries cannot be read", id="entries stay"),
    ],
)
def test_automount_not_triggered(kernel: str, words: str) -> None:
    found = only("QD203", ask(linux(mount="automount", kernel=kernel), "linux/arm64"))
    assert (found.severity, found.cause) == (Severity.WARNING, "binfmt-not-mounted")
    assert words in found.finding.message
    assert found.finding.remedies[0].commands == ("ls /proc/sys/fs/binfmt_misc/",)


def test_triggered_automount_is_fine() -> None:
    assert shapes("QD203", ask(linux(), "linux/arm64")) == []


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        pytest.param(registered(), [], id="on"),
        pytest.param(registered(switch=False), [("error", None, None, "binfmt-disabled")], id="off"),
        pytest.param(linux(enabled=False), [("warning", None, None, "binfmt-disabled")], id="off and empty"),
    ],
)
def test_all_disabled(host: FakeHost, expected: list[Expected]) -> None:
    assert shapes("QD204", ask(host, "linux/arm64")) == expected


def test_switch_not_to_be_read() -> None:
    host = linux(forbidden=("/proc/sys/fs/binfmt_misc/status",))
    assert "Permission denied" in reason_to_skip("QD204", ask(host, "linux/arm64"))


@pytest.mark.parametrize(
    ("host", "require", "expected"),
    [
        pytest.param(registered(), ("linux/arm64",), [], id="enabled"),
        pytest.param(
            registered(enabled=False),
            ("linux/arm64",),
            [("error", "linux/arm64", "qemu-aarch64", "binfmt-disabled")],
            id="disabled and required",
        ),
        pytest.param(
            registered(enabled=False),
            (),
            [("warning", "linux/arm64", "qemu-aarch64", "binfmt-disabled")],
            id="disabled and perhaps on purpose",
        ),
        pytest.param(
            linux(entries={"a": entry_text(enabled=False), "b": entry_text(flags="F")}, files=FILES),
            ("linux/arm64",),
            [],
            id="another entry is enabled",
        ),
        pytest.param(registered(enabled=False, switch=False), ("linux/arm64",), [], id="everything is off"),
    ],
)
def test_entry_disabled(host: FakeHost, require: tuple[str, ...], expected: list[Expected]) -> None:
    assert shapes("QD205", ask(host, *require)) == expected


def test_enabling_is_proven() -> None:
    (remedy,) = only("QD205", ask(registered(enabled=False), "linux/arm64")).finding.remedies
    assert (remedy.commands, remedy.proven) == (
        (r"printf '%s\n' 1 > /proc/sys/fs/binfmt_misc/qemu-aarch64",),
        "model",
    )


def test_enabling_an_entry_that_would_fail_is_not_offered() -> None:
    found = only("QD205", ask(registered(enabled=False, flags=""), "linux/arm64")).finding.remedies
    assert [x.id for x in found if x.id == "enable-entry"] == []
    assert all(x.effect is not None and b"F" in x.effect.register[0][-2:] for x in found if x.id.startswith("register"))
    assert found != ()


@pytest.mark.parametrize(
    ("host", "require", "expected"),
    [
        pytest.param(registered(), ("linux/arm64",), [], id="registered"),
        pytest.param(
            registered(), ("linux/s390x",), [("error", "linux/s390x", None, MISSING)], id="another is registered"
        ),
        pytest.param(linux(), (), [("error", None, None, MISSING)], id="nothing at all"),
        pytest.param(linux(), ("linux/amd64",), [], id="native"),
        pytest.param(linux(), ("linux/386",), [], id="native 32-bit"),
        pytest.param(
            linux(config="CONFIG_BINFMT_MISC=y\n"),
            ("linux/386",),
            [("error", "linux/386", None, MISSING)],
            id="32-bit programs not supported",
        ),
        pytest.param(
            linux(),
            ("linux/arm/v7", "linux/arm/v6"),
            [("error", "linux/arm/v7", None, MISSING)],
            id="one for an architecture",
        ),
        pytest.param(registered(enabled=False), ("linux/arm64",), [], id="disabled is another finding"),
        pytest.param(registered(switch=False), ("linux/arm64",), [], id="all disabled is another finding"),
    ],
)
def test_not_registered(host: FakeHost, require: tuple[str, ...], expected: list[Expected]) -> None:
    assert shapes("QD206", ask(host, *require)) == expected


def test_a_damaged_entry_could_be_the_one() -> None:
    host = linux(entries={"qemu-aarch64": "gibberish"})
    assert "cannot be read" in reason_to_skip("QD206", ask(host, "linux/arm64"))
    assert shapes("QD206", ask(host)) == []


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        pytest.param(b":q:X::a::/i:", "register-invalid-argument", id="type"),
        pytest.param(b":q:M::" + MAGIC + b":\\xff:/i:", "register-invalid-argument", id="mask"),
        pytest.param(b":status:M::" + MAGIC + b"::/i:", "register-exists", id="name taken"),
        pytest.param(b":q:M::" + MAGIC + b"::/nowhere:F", "interpreter-missing-on-host", id="interpreter missing"),
        pytest.param(b":q:M::" + MAGIC + b"::/usr:F", "permission-noexec", id="interpreter is a directory"),
    ],
)
def test_refused(line: bytes, cause: str) -> None:
    found = only("QD209", ask(linux(files=FILES), "linux/arm64", registry=[line]))
    assert (found.severity, found.cause) == (Severity.ERROR, cause)
    assert found.finding.evidence[0].source == "line 1"


def test_accepted_lines_and_refused_f() -> None:
    lines = [b":q:M::" + MAGIC + b"::/usr/bin/qemu-aarch64-static:F"]
    assert shapes("QD209", ask(linux(files=FILES), "linux/arm64", registry=lines)) == []
    assert shapes("QD209", ask(linux(files=FILES), "linux/arm64", registry=lines, kernel="3.10.0-327.el7")) == []
    assert shapes("QD209", ask(registered(), "linux/arm64")) == []


def test_unreadable_entry() -> None:
    host = linux(entries={"good": entry_text(flags="F"), "bad": "enabled\n"}, files=FILES)
    assert shapes("QD210", ask(host)) == [("warning", None, "bad", None)]
    assert shapes("QD210", ask(registered())) == []


def test_entry_not_to_be_read() -> None:
    path = "/proc/sys/fs/binfmt_misc/qemu-aarch64"
    host = linux(entries={"qemu-aarch64": entry_text()}, forbidden=(path,))
    found = only("QD210", ask(host)).finding
    assert [(x.source, x.text) for x in found.evidence] == [(path, "Permission denied")]


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        pytest.param({"a": entry_text(flags="F")}, [], id="one entry"),
        pytest.param({"a": entry_text(flags="F"), "b": entry_text(flags="F")}, [], id="the newest works"),
        pytest.param(
            {"a": entry_text(), "b": entry_text(flags="F")},
            [("warning", "linux/arm64", "a", None)],
            id="the older would work",
        ),
        pytest.param({"a": entry_text(), "b": entry_text()}, [], id="neither works"),
        pytest.param({"a": entry_text(), "b": entry_text(flags="F", enabled=False)}, [], id="the older is disabled"),
    ],
)
def test_shadowed(entries: dict[str, str], expected: list[Expected]) -> None:
    facts = ask(linux(entries=entries, files=FILES), "linux/arm64")
    assert shapes("QD211", facts) == expected


@pytest.mark.parametrize(
    ("interpreter", "words"),
    [
        ("/usr/local/bin/gone", "would work on the host and in a container, where this one works in neither"),
        ("/usr/bin/qemu-aarch64-static", "would work in a container where this one does not"),
    ],
)
def test_shadowed_says_where_it_fails(interpreter: str, words: str) -> None:
    entries = {"arm64": entry_text(interpreter=interpreter), "qemu-aarch64": entry_text(flags="F")}
    assert words in only("QD211", ask(linux(entries=entries, files=FILES), "linux/arm64")).finding.message


def test_a_program_that_ran_has_some_entry() -> None:
    """What was read is another namespace's registry: QD501 tells it, and nothing is said to end in an error."""
    host = linux(entries={"qemu-aarch64": entry_text(flags="F")}, files=FILES)
    ran = ask(host, "linux/s390x", prober=observing(s390x=("ok", "ok")))
    assert shapes("QD206", ran) == []
    assert [x.severity.value for x in findings("QD501", ran)] == ["warning"]
    failed = ask(host, "linux/s390x", prober=observing(s390x=("ENOEXEC", "ENOEXEC")))
    assert shapes("QD206", failed) == [("error", "linux/s390x", None, MISSING)]


@pytest.mark.parametrize("supposed", [False, True], ids=["the entries of the host", "given lines"])
def test_another_kernel_is_named_where_the_entries_are_listed(supposed: bool) -> None:
    lines = [b":q:M::" + MAGIC + b"::/usr/bin/qemu-aarch64-static:F"] if supposed else None
    host = linux(entries={"q": entry_text(flags="F")}, files=FILES)
    evidence = only("QD206", ask(host, "linux/arm64", kernel="3.10.0-327", registry=lines)).finding.evidence[0]
    source = "--registry" if supposed else "/proc/sys/fs/binfmt_misc"
    assert evidence.source == f"{source}, as Linux 3.10.0-327 would take it"
    assert evidence.text == "no entries; refused: q"
