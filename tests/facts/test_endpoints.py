"""Which endpoint a Docker client would use, and what becomes of files that are none of its making."""

import json

import pytest

from qemudoctor.facts.endpoints import ConfigError, parse_context, parse_object, read_endpoint, split, without_password
from qemudoctor.host.trees import Content
from tests.support.engines import context
from tests.support.hosts import FakeHost

CONFIG = "/root/.docker/config.json"


def host(files: dict[str, Content] | None = None, **environment: str) -> FakeHost:
    return FakeHost(files or {}, environment=environment)


@pytest.mark.parametrize(
    ("asked", "address", "source"),
    [
        pytest.param(host(), "unix:///var/run/docker.sock", None, id="nothing"),
        pytest.param(host({CONFIG: "{}"}), "unix:///var/run/docker.sock", None, id="no context"),
        pytest.param(
            host({CONFIG: '{"currentContext": "default"}'}), "unix:///var/run/docker.sock", None, id="default"
        ),
        pytest.param(host(DOCKER_HOST="tcp://10.0.0.7:2375"), "tcp://10.0.0.7:2375", "DOCKER_HOST", id="DOCKER_HOST"),
        pytest.param(
            host(context("far", "ssh://me@far"), DOCKER_HOST="unix:///x.sock"),
            "unix:///x.sock",
            "DOCKER_HOST",
            id="DOCKER_HOST wins",
        ),
        pytest.param(host(context("far", "ssh://me@far")), "ssh://me@far", CONFIG, id="current context"),
        pytest.param(
            host(context("far", "ssh://me@far"), DOCKER_CONTEXT="default"),
            "unix:///var/run/docker.sock",
            None,
            id="DOCKER_CONTEXT wins",
        ),
        pytest.param(
            host(context("far", "ssh://me@far"), DOCKER_CONTEXT="far"), "ssh://me@far", "DOCKER_CONTEXT", id="by name"
        ),
        pytest.param(
            host(context("far", "ssh://me@far", home="/home/u"), HOME="/home/u"),
            "ssh://me@far",
            "/home/u/.docker/config.json",
            id="another home",
        ),
        pytest.param(
            host({"/c/config.json": '{"currentContext": "default"}'}, DOCKER_CONFIG="/c"),
            "unix:///var/run/docker.sock",
            None,
            id="DOCKER_CONFIG",
        ),
    ],
)
def test_endpoint(asked: FakeHost, address: str, source: str | None) -> None:
    found = read_endpoint(asked)
    assert (found.address, found.source, found.problem) == (address, source, None)


DEEP = "[" * 100_000
META = "/root/.docker/contexts/meta"


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '"x"', DEEP, '{"a":' * 50_000, "x" * (2 << 20), b"\xff\xfe{}", '{"a": ' + "9" * 9000 + "}"],
)
def test_a_configuration_that_nobody_can_read(text: str | bytes) -> None:
    found = read_endpoint(host({CONFIG: text}))
    assert found.address is None
    assert found.problem is not None
    assert found.problem.startswith(CONFIG)


@pytest.mark.parametrize(
    "content",
    ["{", "{}", '{"Endpoints": []}', '{"Endpoints": {"docker": 7}}', '{"Endpoints": {"docker": {"Host": 1}}}'],
)
def test_a_context_that_names_no_endpoint(content: str) -> None:
    files = {x: content if x.startswith(META) else text for x, text in context("far", "x").items()}
    found = read_endpoint(host(files))
    assert (found.address, found.context) == (None, "far")
    assert found.problem


def test_a_context_that_is_not_there() -> None:
    found = read_endpoint(host({CONFIG: '{"currentContext": "gone"}'}))
    assert found.address is None
    assert "no context of that name" in (found.problem or "")


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\0b", "x" * 5000, "\x1b[31m", "\ud800"])
def test_a_context_with_a_hostile_name_is_looked_for_by_its_hash_only(name: str) -> None:
    files: dict[str, Content] = {CONFIG: json.dumps({"currentContext": name})}
    found = read_endpoint(host(files))
    assert found.address is None
    assert len(found.context or "") <= 201


def test_current_context_of_another_type_is_none() -> None:
    assert read_endpoint(host({CONFIG: '{"currentContext": ["x"]}'})).source is None


def test_a_configuration_that_may_not_be_read() -> None:
    found = read_endpoint(FakeHost({CONFIG: "{}"}, forbidden=(CONFIG,)))
    assert (found.address, found.problem) == (None, f"{CONFIG}: Permission denied")


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("unix:///a", ("unix", "/a")),
        ("unix://", ("unix", "/var/run/docker.sock")),
        ("SSH://x", ("ssh", "x")),
        ("host:2375", ("tcp", "host:2375")),
        (" tcp://h ", ("tcp", "h")),
    ],
)
def test_split(address: str, parts: tuple[str, str]) -> None:
    assert split(address) == parts


def test_a_password_is_not_shown() -> None:
    assert without_password("ssh://me:secret@far:22/x") == "ssh://me:…@far:22/x"
    assert without_password("ssh://me@far") == "ssh://me@far"
    assert "secret" not in str(read_endpoint(host(DOCKER_HOST="ssh://me:secret@far")))
    assert "secret" not in str(read_endpoint(host(context("far", "ssh://me:secret@far"))))


@pytest.mark.parametrize(
    ("path", "product"),
    [
        ("/home/u/.docker/desktop/docker.sock", "Docker Desktop"),
        ("/home/u/.colima/default/docker.sock", "Colima"),
        ("/home/u/.rd/docker.sock", "Rancher Desktop"),
        ("/home/u/.lima/docker/sock/docker.sock", "Lima"),
        ("/home/u/.orbstack/run/docker.sock", "OrbStack"),
        ("/run/user/1000/podman/podman-machine-default-api.sock", "podman machine"),
        ("/run/user/1000/docker.sock", None),
    ],
)
def test_products_by_the_place_of_their_socket(path: str, product: str | None) -> None:
    assert read_endpoint(host(DOCKER_HOST=f"unix://{path}")).product == product


def test_parsers_raise_one_error() -> None:
    for data in (b"", b"{", DEEP.encode(), b"\xff"):
        with pytest.raises(ConfigError):
            parse_object(data)
        with pytest.raises(ConfigError):
            parse_context(data)
