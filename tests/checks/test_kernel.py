"""QD101 and QD102: kernels without F, and kernels without binfmt_misc."""

import pytest

from tests.support.checking import Expected, only, reason_to_skip, shapes
from tests.support.hosts import (
    CENTOS_7,
    FakeHost,
    ask,
    entry_text,
    linux,
    static_emulator,
)

OLD = "kernel-too-old-for-f"
GONE = "binfmt-module-missing"
EMULATOR = {"/usr/bin/qemu-aarch64-static": static_emulator("aarch64")}
RELEASE = "6.1.0-25-amd64"


@pytest.mark.parametrize(
    ("host", "require", "expected"),
    [
        pytest.param(linux(entries={"qemu-aarch64": entry_text(flags="F")}), ("linux/arm64",), [], id="new enough"),
        pytest.param(
            linux(kernel=CENTOS_7), ("linux/arm64",), [("error", "linux/arm64", None, OLD)], id="nothing registered"
        ),
        pytest.param(linux(kernel=CENTOS_7), (), [("error", None, None, OLD)], id="nothing registered or required"),
        pytest.param(
            linux(kernel="4.4.0-21-generic"),
            ("linux/arm64", "linux/arm/v7"),
            [("error", "linux/arm64", None, OLD)],
            id="one finding for the kernel",
        ),
        pytest.param(
            linux(kernel=CENTOS_7, entries={"qemu-aarch64": entry_text()}),
            ("linux/arm64",),
            [("info", None, None, OLD)],
            id="registered without F",
        ),
        pytest.param(linux(kernel=CENTOS_7), ("linux/amd64",), [], id="only native programs required"),
        pytest.param(
            linux(kernel=CENTOS_7, mount="not-mounted"), ("linux/arm64",), [("info", None, None, OLD)], id="not mounted"
        ),
    ],
)
def test_kernel_too_old(host: FakeHost, require: tuple[str, ...], expected: list[Expected]) -> None:
    assert shapes("QD101", ask(host, *require)) == expected


@pytest.mark.parametrize("mount", ["mounted", "not-mounted", "automount"])
def test_kernel_too_old_is_not_about_native_programs(mount: str) -> None:
    host = linux(kernel=CENTOS_7, mount=mount, entries={"qemu-aarch64": entry_text()})
    assert shapes("QD101", ask(host, "linux/amd64", "linux/386")) == []


@pytest.mark.parametrize(
    ("kernel", "distribution", "words"),
    [
        (CENTOS_7, "centos 7", "this one never gets F by an update"),
        ("4.4.0-21-generic", "ubuntu 16.04", "linux-generic-hwe-16.04 brings 4.15"),
        ("4.4.0-21-generic", "opensuse-leap 42.3", "look for a newer one of this distribution"),
    ],
)
def test_where_a_kernel_with_f_is_to_be_had(kernel: str, distribution: str, words: str) -> None:
    host = linux(kernel=kernel, distribution=distribution, files=EMULATOR)
    notes = [x.note or "" for x in only("QD101", ask(host, "linux/arm64")).finding.remedies]
    assert words in " ".join(notes)
    assert ("never" in " ".join(notes)) is (kernel == CENTOS_7)


@pytest.mark.parametrize(
    ("kernel", "words"),
    [
        pytest.param("2.6.32-754.el6.x86_64", "older than 3.10", id="older"),
        pytest.param("3.10.0", None, id="the oldest known"),
        pytest.param("6.12.1", None, id="known"),
        pytest.param("7.3.4", None, id="the newest known"),
        pytest.param("7.4.0", "newer than 7.3", id="newer"),
    ],
)
def test_kernel_outside_the_model(kernel: str, words: str | None) -> None:
    facts = ask(linux(), "linux/arm64", kernel=kernel)
    assert shapes("QD103", facts) == ([("info", None, None, None)] if words else [])
    if words is not None:
        assert words in only("QD103", facts).finding.message


def test_kernel_outside_the_model_unknown() -> None:
    assert "not known" in reason_to_skip("QD103", ask(FakeHost({}), "linux/arm64"))


def test_refused_line_counts_less_where_the_requirement_is_met() -> None:
    lines = [
        b":a:M::\\x7fELF\\x01:\\xff\\xff\\xff\\xff\\xff:/bin/true:F",
        rb":qemu-aarch64:M::\x7f\x45\x4c\x46\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00::/e:",
    ]
    facts = ask(linux(kernel=CENTOS_7, files={"/e": static_emulator("aarch64")}), "linux/arm64", registry=lines)
    assert shapes("QD101", facts) == [("warning", None, None, OLD)]


def test_kernel_unknown() -> None:
    assert "not known" in reason_to_skip("QD101", ask(FakeHost({}), "linux/arm64"))


@pytest.mark.parametrize(
    ("host", "require", "expected"),
    [
        pytest.param(linux(), ("linux/arm64",), [], id="mounted"),
        pytest.param(linux(mount="not-mounted"), ("linux/arm64",), [], id="built in and not mounted"),
        pytest.param(
            linux(mount="absent", config="# CONFIG_BINFMT_MISC is not set\n"),
            ("linux/arm64",),
            [("error", None, None, GONE)],
            id="not built",
        ),
        pytest.param(linux(mount="absent", config=None), (), [("error", None, None, GONE)], id="no directory"),
        pytest.param(
            linux(mount="absent", config="# CONFIG_BINFMT_MISC is not set\n"), ("linux/amd64",), [], id="not needed"
        ),
        pytest.param(linux(mount="absent"), ("linux/arm64",), [("error", None, None, GONE)], id="module's file gone"),
        pytest.param(
            linux(mount="absent", files={f"/lib/modules/{RELEASE}/kernel/fs/binfmt_misc.ko.xz": ""}),
            ("linux/arm64",),
            [],
            id="module not loaded yet",
        ),
        pytest.param(linux(mount="absent", files={"/.dockerenv": ""}), ("linux/arm64",), [], id="modules not visible"),
        pytest.param(
            linux(
                mount="absent",
                files={f"/lib/modules/{RELEASE}/kernel/fs/x": ""},
                forbidden=(f"/lib/modules/{RELEASE}/kernel/fs",),
            ),
            ("linux/arm64",),
            [],
            id="modules not to be listed",
        ),
    ],
)
def test_module_missing(host: FakeHost, require: tuple[str, ...], expected: list[Expected]) -> None:
    assert shapes("QD102", ask(host, *require)) == expected


def test_no_statement_about_another_kernel() -> None:
    facts = ask(linux(mount="absent", config="# CONFIG_BINFMT_MISC is not set\n"), "linux/arm64", kernel="6.12")
    assert shapes("QD102", facts) == []


def test_configuration_and_registry_unknown() -> None:
    host = linux(mount="absent", config=None, forbidden=("/proc/self/mountinfo",))
    assert reason_to_skip("QD102", ask(host, "linux/arm64"))


def test_an_emulator_by_hand_remains() -> None:
    host = linux(mount="absent", config="# CONFIG_BINFMT_MISC is not set\n", files=EMULATOR)
    found = only("QD102", ask(host, "linux/arm64")).finding
    assert [x.commands for x in found.remedies] == [("/usr/bin/qemu-aarch64-static PROGRAM",)]
