"""What a remedy claims is applied to the model, and only what helps is offered."""

import pytest

from qemudoctor.host.trees import Content
from qemudoctor.platforms import BY_TARGET, parse_platform
from qemudoctor.remedies.proof import helpful, prove
from qemudoctor.remedies.remedy import Effect, Remedy
from tests.support.hosts import (
    CENTOS_7,
    FakeHost,
    ask,
    dynamic_emulator,
    entry_text,
    link,
    linux,
    static_emulator,
)

ARM64 = parse_platform("linux/arm64")
EMULATOR = "/usr/bin/qemu-aarch64-static"
DYNAMIC = "/usr/bin/qemu-aarch64"
FILES: dict[str, Content] = {
    EMULATOR: static_emulator("aarch64"),
    DYNAMIC: dynamic_emulator("aarch64"),
    "/link": link(EMULATOR),
}
WITHOUT_F = linux(entries={"qemu-aarch64": entry_text()}, files=FILES)
MAGIC = "".join(rf"\x{byte:02x}" for byte in BY_TARGET["aarch64"].magic)


def line(flags: str, interpreter: str = EMULATOR, name: str = "new") -> bytes:
    return f":{name}:M::{MAGIC}::{interpreter}:{flags}".encode()


def remedy(effect: Effect | None) -> Remedy:
    return Remedy("x", "X", ("true",), root=False, persistent=None, effect=effect)


@pytest.mark.parametrize(
    ("host", "effect", "helps"),
    [
        pytest.param(WITHOUT_F, None, None, id="nobody can tell"),
        pytest.param(WITHOUT_F, Effect(), False, id="nothing changes"),
        pytest.param(
            WITHOUT_F, Effect(container_files=((EMULATOR, EMULATOR),)), True, id="static emulator handed over"
        ),
        pytest.param(WITHOUT_F, Effect(container_files=((EMULATOR, "/link"),)), True, id="through a link"),
        pytest.param(WITHOUT_F, Effect(container_files=(("/usr/bin/q", EMULATOR),)), False, id="at another path"),
        pytest.param(WITHOUT_F, Effect(container_files=((EMULATOR, DYNAMIC),)), False, id="dynamic one handed over"),
        pytest.param(WITHOUT_F, Effect(container_files=((EMULATOR, "/nowhere"),)), False, id="missing one handed over"),
        pytest.param(WITHOUT_F, Effect(register=(line("F"),)), True, id="newer entry with F"),
        pytest.param(WITHOUT_F, Effect(register=(line("F", DYNAMIC),)), False, id="newer entry of a dynamic one"),
        pytest.param(WITHOUT_F, Effect(register=(line("F", "/nowhere"),)), False, id="F and no emulator"),
        pytest.param(
            WITHOUT_F, Effect(installs=("/n/q",), register=(line("F", "/n/q"),)), True, id="F and one installed before"
        ),
        pytest.param(WITHOUT_F, Effect(register=(line("F", name="qemu-aarch64"),)), False, id="the name is taken"),
        pytest.param(
            WITHOUT_F,
            Effect(remove=("qemu-aarch64", "never there"), register=(line("F", name="qemu-aarch64"),)),
            True,
            id="removed before",
        ),
        pytest.param(
            linux(entries={"q": entry_text(flags="F", enabled=False)}, files=FILES),
            Effect(enable=("q",)),
            True,
            id="switched on",
        ),
        pytest.param(
            linux(entries={"q": entry_text(flags="F")}, files=FILES, enabled=False),
            Effect(enable=("status",)),
            True,
            id="all switched on",
        ),
        pytest.param(
            linux(kernel=CENTOS_7, files=FILES), Effect(register=(line("F"),)), False, id="F on a kernel without it"
        ),
        pytest.param(
            linux(kernel=CENTOS_7, files=FILES),
            Effect(register=(line(""),), container_files=((EMULATOR, EMULATOR),)),
            True,
            id="without F and handed over",
        ),
        pytest.param(linux(mount="not-mounted"), Effect(mounts=True), None, id="entries not known"),
        pytest.param(linux(entries={"q": "?"}), Effect(register=(line("F"),)), None, id="an entry cannot be read"),
        pytest.param(
            linux(entries={"q": "?"}, files=FILES),
            Effect(remove=("q",), register=(line("F"),)),
            True,
            id="it is removed",
        ),
    ],
)
def test_prove(host: FakeHost, effect: Effect | None, helps: bool | None) -> None:
    assert prove(ask(host, "linux/arm64"), remedy(effect), ARM64) is helps


def test_helpful_marks_what_is_proven_and_drops_what_does_not_help() -> None:
    good, bad, unknown = (
        remedy(Effect(register=(line("F"),))),
        remedy(Effect()),
        remedy(None),
    )
    found = list(helpful(ask(WITHOUT_F, "linux/arm64"), ARM64, (bad, good, unknown)))
    assert found == [good._replace(proven="model"), unknown]
