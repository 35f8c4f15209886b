"""QD201: entries without F."""

import pytest

from tests.support.checking import Expected, only, reason_to_skip, shapes
from tests.support.hosts import (
    FakeHost,
    ask,
    dynamic_emulator,
    entry_text,
    link,
    linux,
    native_loader,
    observing,
    static_emulator,
)

EMULATOR = "/usr/bin/qemu-aarch64-static"
FILES = {EMULATOR: static_emulator("aarch64")}
MISSING: Expected = ("error", "linux/arm64", "qemu-aarch64", "f-flag-missing")


def registered(flags: str = "", **options: object) -> FakeHost:
    return linux(entries={"qemu-aarch64": entry_text(flags=flags, **options)}, files=FILES)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("host", "require", "expected"),
    [
        pytest.param(registered("F"), ("linux/arm64",), [], id="F is there"),
        pytest.param(registered(), ("linux/arm64",), [MISSING], id="F is missing"),
        pytest.param(registered(), (), [MISSING], id="nothing required"),
        pytest.param(registered("OC"), ("linux/arm64",), [MISSING], id="other flags"),
        pytest.param(registered(), ("linux/s390x",), [], id="another platform required"),
        pytest.param(registered(enabled=False), ("linux/arm64",), [], id="disabled"),
        pytest.param(linux(entries={"qemu-aarch64": entry_text()}), ("linux/arm64",), [], id="emulator missing anyway"),
        pytest.param(
            linux(entries={"new": entry_text(flags="F"), "qemu-aarch64": entry_text()}, files=FILES),
            ("linux/arm64",),
            [],
            id="a newer entry has F",
        ),
    ],
)
def test_fix_binary_missing(host: FakeHost, require: tuple[str, ...], expected: list[Expected]) -> None:
    assert shapes("QD201", ask(host, *require)) == expected


def test_platforms_of_one_architecture_are_one_finding() -> None:
    host = linux(entries={"qemu-arm": entry_text("arm")}, files={"/usr/bin/qemu-arm-static": static_emulator("arm")})
    shape = ("error", "linux/arm/v7", "qemu-arm", "f-flag-missing")
    assert shapes("QD201", ask(host, "linux/arm/v7", "linux/arm/v6", "linux/arm/v5")) == [shape]


def test_a_program_that_ran_lowers_it() -> None:
    facts = ask(registered(), "linux/arm64", prober=observing(aarch64=("ok", "ok")))
    assert shapes("QD201", facts) == [("warning", *MISSING[1:])]


def test_not_mounted() -> None:
    assert "not mounted" in reason_to_skip("QD201", ask(linux(mount="not-mounted"), "linux/arm64"))


def test_message_of_a_kernel_with_f_has_no_version() -> None:
    message = only("QD201", ask(registered(), "linux/arm64")).finding.message
    assert "4.8" not in message
    assert message.startswith("qemu-aarch64: registered without F, so the kernel looks for ")


def test_dynamic_emulator_is_told_and_not_handed_over() -> None:
    files = {EMULATOR: dynamic_emulator("aarch64"), "/lib64/ld-linux-x86-64.so.2": native_loader()}
    host = linux(entries={"qemu-aarch64": entry_text()}, files=files, engines=("docker",))
    found = only("QD201", ask(host, "linux/arm64")).finding
    assert "dynamically linked" in found.message
    assert not any(f"-v {EMULATOR}:" in command for x in found.remedies for command in x.commands)


def test_debian_link_is_mounted_where_the_entry_looks_and_taken_where_the_file_is() -> None:
    interpreter = "/usr/libexec/qemu-binfmt/aarch64-binfmt-P"
    host = linux(
        kernel="4.4.0-21-generic",
        entries={"qemu-aarch64": entry_text(interpreter=interpreter, flags="P")},
        files=FILES | {interpreter: link("../../bin/qemu-aarch64-static")},
    )
    found = only("QD201", ask(host, "linux/arm64")).finding
    assert found.remedies[0].commands == (f"docker run --rm -v {EMULATOR}:{interpreter}:ro IMAGE uname -m",)


def test_what_if_quotes_the_line() -> None:
    line = rb":qemu-aarch64:M::\x7f\x45\x4c\x46\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00:"
    line += rb":/usr/bin/qemu-aarch64-static:"
    found = only("QD201", ask(linux(files=FILES), "linux/arm64", registry=[line])).finding
    assert found.evidence[0].source == "the entry qemu-aarch64 of --registry"
