"""Real messages whose cause was made on purpose: what the text alone cannot tell, the host does."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from qemudoctor.errors import Standing, explain_error
from qemudoctor.facts import Facts
from tests.support.hosts import ask, entry_text, linux, static_emulator
from tests.support.repository import ROOT

MESSAGES: list[dict[str, Any]] = [
    json.loads(line) for line in (ROOT / "fixtures/messages/engines.jsonl").read_text(encoding="utf-8").splitlines()
]
EMULATOR = {"/usr/bin/qemu-aarch64-static": static_emulator("aarch64")}
HOSTS: dict[str, Callable[[], Facts]] = {
    "no-entry": lambda: ask(linux(), "arm64"),
    "without-f": lambda: ask(linux(entries={"qemu-aarch64": entry_text()}, files=EMULATOR), "arm64"),
    "with-f": lambda: ask(linux(entries={"qemu-aarch64": entry_text(flags="F")}, files=EMULATOR), "arm64"),
    "disabled": lambda: ask(linux(entries={"qemu-aarch64": entry_text(enabled=False)}, files=EMULATOR), "arm64"),
    "emulator-missing": lambda: ask(linux(entries={"qemu-aarch64": entry_text()}), "arm64"),
}
# By the text alone these are the causes of other, more frequent failures with the same words.
CAN_BE_TOLD = frozenset(
    {
        "argv0-flag",
        "binfmt-not-registered",
        "elf-loader-missing",
        "entrypoint-missing",
        "f-flag-missing",
        "image-arch-mismatch",
        "permission-noexec",
        "register-exists",
    }
)


@pytest.mark.parametrize("message", MESSAGES, ids=[x["id"] for x in MESSAGES])
def test_every_message_is_recognised(message: dict[str, Any]) -> None:
    assert explain_error(message["text"]).recognised


def test_text_alone_tells_most() -> None:
    told = [x for x in MESSAGES if x["cause"] in CAN_BE_TOLD and "chroot" not in x["id"]]
    right = [x for x in told if x["cause"] in [y.id for y in explain_error(x["text"]).causes[:3]]]
    assert len(told) > 60
    assert len(right) / len(told) >= 0.97, [x["id"] for x in told if x not in right]


CONFIRMED = [x for x in MESSAGES if x["host"] in HOSTS and x["host"] != "with-f"]


@pytest.mark.parametrize("message", CONFIRMED, ids=[x["id"] for x in CONFIRMED])
def test_host_confirms_the_cause(message: dict[str, Any]) -> None:
    first = explain_error(message["text"], HOSTS[message["host"]]()).causes[0]
    assert first.id == message["cause"]
    assert first.standing is Standing.CONFIRMED
    assert first.check
    assert first.because


WITH_F = [x for x in MESSAGES if x["host"] == "with-f"]


@pytest.mark.parametrize("message", WITH_F, ids=[x["id"] for x in WITH_F])
def test_host_with_a_working_entry_rules_the_registry_out(message: dict[str, Any]) -> None:
    causes = explain_error(message["text"], HOSTS["with-f"]()).causes
    standing = {x.id: x.standing for x in causes}
    for cause in ("binfmt-not-registered", "f-flag-missing", "interpreter-dynamic", "interpreter-missing-on-host"):
        assert standing.get(cause, Standing.RULED_OUT) is Standing.RULED_OUT
    assert causes[0].standing is Standing.LIKELY
    assert message["cause"] in [x.id for x in causes if x.standing is not Standing.RULED_OUT]
