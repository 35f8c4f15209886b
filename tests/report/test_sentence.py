"""The verdict in plain words."""

import pytest

from qemudoctor.report.sentence import verdict_sentence
from qemudoctor.runner import examine
from tests.support.hosts import (
    FakeHost,
    ask,
    centos_7,
    dynamic_emulator,
    entry_text,
    linux,
    observing,
    static_emulator,
    ubuntu_1604,
)

PINNED = linux(entries={"qemu-aarch64": entry_text(flags="F")})
DYNAMIC = linux(
    entries={"qemu-aarch64": entry_text(flags="F", interpreter="/usr/bin/qemu-aarch64")},
    files={"/usr/bin/qemu-aarch64": dynamic_emulator("aarch64"), "/lib64/ld-linux-x86-64.so.2": b"\x7fELF" + bytes(60)},
)
DISABLED = linux(entries={"qemu-aarch64": entry_text(enabled=False)})
ALL_DISABLED = linux(
    entries={"qemu-aarch64": entry_text()},
    enabled=False,
    files={"/usr/bin/qemu-aarch64-static": static_emulator("aarch64")},
)
TWO = linux(entries={"qemu-aarch64": entry_text(flags="F"), "qemu-s390x": entry_text("s390x", flags="F")})

SENTENCES = {
    "works": (ubuntu_1604(), {"aarch64": ("ok", "ok")}, "linux/arm64 works on the host and in containers"),
    "several work": (
        TWO,
        {"aarch64": ("ok", "ok"), "s390x": ("ok", "ok")},
        "linux/arm64 and linux/s390x work on the host and in containers",
    ),
    "not observed": (
        ubuntu_1604(),
        {},
        "linux/arm64 works on the host and in containers (predicted, not observed)",
    ),
    "without F": (
        centos_7(),
        {"aarch64": ("ok", "ENOENT")},
        "linux/arm64 works on the host but not in containers: the kernel looks for /usr/bin/qemu-aarch64-static in the "
        "container's own files, where it is not (ENOENT)",
    ),
    "the observation differs": (
        PINNED,
        {"aarch64": ("ok", "EACCES")},
        "linux/arm64 works on the host but not in containers: EACCES (Permission denied) was observed, ok predicted",
    ),
    "disabled entry": (
        DISABLED,
        {},
        "linux/arm64 works neither on the host nor in containers: the entry qemu-aarch64 is disabled (ENOEXEC)",
    ),
    "disabled registry": (
        ALL_DISABLED,
        {},
        "linux/arm64 works neither on the host nor in containers: the registry is disabled (ENOEXEC)",
    ),
    "nothing registered": (centos_7(registered=False), {}, "nothing is emulated here"),
    "nothing known": (
        linux(mount="not-mounted"),
        {},
        "what is emulated here could not be determined: binfmt_misc is not mounted here, so its entries cannot be read",
    ),
}


@pytest.mark.parametrize(("host", "seen", "expected"), SENTENCES.values(), ids=SENTENCES)
def test_sentence(host: FakeHost, seen: dict[str, tuple[str, str]], expected: str) -> None:
    assert verdict_sentence(examine(ask(host, prober=observing(**seen)), ())) == expected


def test_dynamic_emulator_names_its_loader() -> None:
    sentence = verdict_sentence(examine(ask(DYNAMIC, prober=observing(aarch64=("ok", "ENOENT"))), ()))
    assert "/usr/bin/qemu-aarch64 is dynamic, and the kernel looks for its loader /lib64/ld-linux" in sentence


def test_missing_platform() -> None:
    sentence = verdict_sentence(examine(ask(PINNED, "s390x"), ()))
    assert sentence == "linux/s390x does not run here: no entry matches (ENOEXEC)"


def test_refused_line_is_the_reason() -> None:
    sentence = verdict_sentence(examine(ask(ubuntu_1604(), "arm64", kernel="3.10.0-327.el7.x86_64"), ()))
    assert sentence == (
        "linux/arm64 does not run here: the entry qemu-aarch64 is refused, the flag F is not known before Linux 4.8 "
        "(ENOEXEC)"
    )


def test_unknown_platform_has_its_reason() -> None:
    sentence = verdict_sentence(examine(ask(linux(mount="not-mounted"), "arm64"), ()))
    assert sentence == (
        "whether linux/arm64 works could not be determined: binfmt_misc is not mounted here, so its entries cannot be "
        "read"
    )


def test_many_platforms_are_not_all_named() -> None:
    names = ("arm64", "s390x", "riscv64", "ppc64le", "loong64", "mips64le", "mipsle", "arm/v7")
    sentence = verdict_sentence(examine(ask(linux(), *names), ()))
    assert sentence.endswith("linux/mips64le and 2 more do not run here: no entry matches (ENOEXEC)")


def test_observation_counts_where_nothing_could_be_predicted() -> None:
    facts = ask(linux(mount="not-mounted"), "arm64", prober=observing(aarch64=("ENOEXEC", "ENOEXEC")))
    sentence = verdict_sentence(examine(facts, ()))
    assert sentence == "linux/arm64 does not run here: ENOEXEC (Exec format error) was observed"
