"""The engines in the report: all of them in JSON, and in text those that a reader has to know of."""

import json
from typing import Any

import pytest

from qemudoctor.host.door import Source
from qemudoctor.host.trees import MemoryFile
from qemudoctor.report.engines import render_engines
from qemudoctor.report.jsonreport import render_json
from qemudoctor.runner import examine
from tests.support.engines import LISTENING, SOCKET, context, docker, info, silence
from tests.support.hosts import FakeHost, ask, entry_text, linux, static_emulator
from tests.support.schemas import errors

HERE = linux(
    files={
        SOCKET: LISTENING,
        "/usr/bin/qemu-aarch64-static": static_emulator("aarch64"),
        "/usr/bin/buildkit-qemu-s390x": MemoryFile(b"x", 0o755),
    },
    entries={"qemu-aarch64": entry_text(flags="F")},
    answers=docker(),
    engines=("podman",),
)
FAR = linux(files=context("far", "ssh://me@far"), engines=())
ODD = linux(files={SOCKET: LISTENING}, answers=docker(told=info("\x1b[31m\ud800", Driver="\u202e")), engines=())
HANGING = linux(files={SOCKET: LISTENING}, answers=silence(), engines=())
IDLE = linux(files={SOCKET: LISTENING, "/lib/systemd/system/docker.socket": ""}, engines=())


def document(host: FakeHost, *require: str) -> Any:
    return json.loads(render_json(examine(ask(host, *require), ())))


@pytest.mark.parametrize("host", [HERE, FAR, ODD, HANGING, IDLE, linux(engines=()), linux(source=Source.ROOT)])
def test_engines_follow_the_schema(host: FakeHost) -> None:
    assert errors("report", document(host, "linux/arm64")) == []


def test_engines_in_json() -> None:
    docker_here, podman = document(HERE, "linux/arm64", "linux/s390x", "linux/riscv64", "linux/amd64")["engines"]
    assert docker_here["name"] == "docker"
    assert (docker_here["state"], docker_here["where"], docker_here["registry"]) == ("running", "here", "host")
    assert docker_here["builds"] == [
        {"platform": "linux/arm64", "uses": "kernel", "bundled": None},
        {"platform": "linux/s390x", "uses": "bundled", "bundled": "/usr/bin/buildkit-qemu-s390x"},
        {"platform": "linux/riscv64", "uses": "nobody", "bundled": None},
        {"platform": "linux/amd64", "uses": "native", "bundled": None},
    ]
    assert (podman["name"], podman["state"], podman["builds"]) == ("podman", "installed", [])


def test_engines_that_could_not_be_looked_at_are_null() -> None:
    assert document(linux(source=Source.ROOT))["engines"] is None
    assert document(linux(engines=()))["engines"] == []


def lines(host: FakeHost, *, verbose: bool = False) -> list[str]:
    return render_engines(ask(host, "linux/arm64"), verbose=verbose)


def test_an_engine_that_is_simply_there_is_not_told_of() -> None:
    assert lines(HERE) == []
    assert lines(HERE, verbose=True)[0].startswith("docker 27.5.1 at unix:///var/run/docker.sock: running; its")


@pytest.mark.parametrize(
    ("host", "start"),
    [
        (FAR, "docker at ssh://me@far (by /root/.docker/config.json): not-asked; its"),
        (HANGING, "docker at unix:///var/run/docker.sock: silent"),
        (IDLE, "docker at unix:///var/run/docker.sock: idle: no dockerd runs; systemd"),
        (ODD, "docker 27.5.1 at unix:///var/run/docker.sock: running; its programs run"),
    ],
)
def test_engines_that_have_to_be_known_of(host: FakeHost, start: str) -> None:
    told = lines(host)
    assert told[0].startswith(start[:40])
    assert " ".join(x.strip() for x in told).startswith(start)
    assert all(x.isprintable() for x in told)
