"""The tool itself inside other kernels: what it predicts there is what it observes there."""

import json
from pathlib import Path

import pytest

from qemudoctor.kernel import Entry
from qemudoctor.platforms import BY_TARGET
from tests.kernels.fetch import KINDS, Kind, NotServed, fetch
from tests.kernels.machines import CannotBoot, examine
from tests.kernels.missing import cannot_run
from tests.support.schemas import errors

pytestmark = pytest.mark.kernels

EMULATOR = "/usr/bin/qemu-aarch64-static"
ARM64 = BY_TARGET["aarch64"]
SCENARIOS = {
    "without F": Entry("qemu-aarch64", EMULATOR, "", magic=ARM64.magic, mask=ARM64.mask),
    "with F": Entry("qemu-aarch64", EMULATOR, "F", magic=ARM64.magic, mask=ARM64.mask),
    "emulator is missing": Entry("qemu-aarch64", "/usr/bin/gone", "", magic=ARM64.magic, mask=ARM64.mask),
    "emulator may not be executed": Entry("qemu-aarch64", "/etc/passwd", "", magic=ARM64.magic, mask=ARM64.mask),
    "another format": Entry("other", EMULATOR, "", extension="arm64"),
}
CONTAINER = {"without F": "ENOENT", "with F": "ok"}


@pytest.mark.parametrize("kind", [x for x in KINDS if x.is_uml], ids=lambda kind: kind.name)
def test_what_is_predicted_is_observed(kind: Kind) -> None:
    try:
        if not Path(EMULATOR).exists():
            raise CannotBoot(f"no {EMULATOR}")
        said = examine(kind, fetch(kind), {name: x.to_register().decode() for name, x in SCENARIOS.items()})
    except (NotServed, CannotBoot) as error:
        cannot_run(kind, str(error))
    assert sorted(said) == sorted(SCENARIOS)
    for name, answer in said.items():
        assert answer.err == "", name
        report = json.loads(answer.out)
        assert errors("report", report) == []
        assert report["host"]["kernel"].startswith(kind.name.removeprefix("uml-"))
        (platform,) = report["platforms"]
        print(kind.name, name, platform["host"], platform["container"], platform["verdict"])
        for place in ("host", "container"):
            assert platform[place]["observed"] is not None, (name, report)
            assert platform[place]["observed"] == platform[place]["predicted"], (name, report)
        assert platform["container"]["observed"] == CONTAINER.get(name, platform["container"]["observed"])
        assert (answer.status == 0) is (platform["verdict"] == "works"), (name, report)
