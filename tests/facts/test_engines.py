"""The engines of a host: whether they run, whose kernel they use, and that nobody is woken or contacted."""

from collections.abc import Mapping
from hashlib import sha256
from typing import NoReturn

import pytest

from qemudoctor._override import override
from qemudoctor.facts import Unavailable
from qemudoctor.facts.engines import Engine, EngineState, RegistryUsed, Role, Where
from qemudoctor.host.capture_reader import parse_capture
from qemudoctor.host.door import CouldNotLook, Forbidden, HostError, HttpAnswer, NotThere, Source
from qemudoctor.host.recorded import RecordedHost
from qemudoctor.host.refusing import TouchedHost
from qemudoctor.host.trees import Content
from qemudoctor.kernel.tree import Node, NodeKind
from tests.support.engines import LISTENING, SOCKET, answer, context, docker, info, process, silence
from tests.support.hosts import DEBIAN_12, MOUNTED, OTHER_MOUNTS, FakeHost, ask, entry_text, linux

NEW = "6.12.1"
UNIT = {"/usr/lib/systemd/system/docker.socket": "[Socket]\n"}


def first(host: FakeHost) -> Engine:
    return ask(host).containers.engines[0]


def at_socket(
    files: Mapping[str, Content] | None = None,
    answers: Mapping[tuple[str, str], HttpAnswer | HostError] | None = None,
    *,
    docker_host: str | None = None,
    kernel: str = DEBIAN_12,
) -> FakeHost:
    environment = {} if docker_host is None else {"DOCKER_HOST": docker_host}
    return linux(
        kernel=kernel,
        files={SOCKET: LISTENING, **(files or {})},
        answers=docker() if answers is None else answers,
        environment=environment,
        engines=(),
    )


def test_a_host_without_engines_has_none() -> None:
    assert ask(linux(engines=())).containers.engines == ()


def test_docker_that_runs_here() -> None:
    found = first(at_socket())
    assert (found.name, found.role, found.state) == ("docker", Role.ENGINE, EngineState.RUNNING)
    assert (found.where, found.registry) == (Where.HERE, RegistryUsed.HOST)
    assert (found.version, found.kernel, found.architecture) == ("27.5.1", "6.1.0-25-amd64", "x86_64")
    assert (found.storage, found.options) == ("overlay2", ("apparmor", "seccomp", "cgroupns"))
    assert not found.is_chosen


def test_another_kernel_is_elsewhere() -> None:
    told = info("6.6.16-linuxkit", OperatingSystem="Docker Desktop")
    found = first(at_socket(answers=docker(told=told)))
    assert (found.where, found.registry, found.product) == (Where.ELSEWHERE, RegistryUsed.ELSEWHERE, "Docker Desktop")


@pytest.mark.parametrize(
    ("address", "where"),
    [
        ("ssh://me@build", Where.ELSEWHERE),
        ("tcp://10.0.0.7:2376", Where.ELSEWHERE),
        ("10.0.0.7:2376", Where.ELSEWHERE),
        ("tcp://localhost:2375", Where.UNKNOWN),
        ("tcp://docker:2376", Where.UNKNOWN),
    ],
)
def test_no_other_machine_is_contacted(address: str, where: Where) -> None:
    found = first(at_socket(answers={}, docker_host=address))
    assert (found.state, found.where) == (EngineState.NOT_ASKED, where)


@pytest.mark.parametrize("address", ["npipe:////./pipe/docker_engine", "fd://", "gopher://x", "unix://relative"])
def test_an_address_that_is_none(address: str) -> None:
    assert first(at_socket(answers={}, docker_host=address)).state is EngineState.ABSENT


def test_the_machine_of_a_product_is_elsewhere_even_if_it_is_off() -> None:
    host = linux(files=context("colima", "unix:///root/.colima/default/docker.sock"), engines=())
    found = first(host)
    assert (found.state, found.where, found.product) == (EngineState.ABSENT, Where.ELSEWHERE, "Colima")


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (CouldNotLook(SOCKET, "Connection refused", errno=111), EngineState.DOWN),
        (NotThere(SOCKET, "No such file or directory", errno=2), EngineState.ABSENT),
        (Forbidden(SOCKET, "Permission denied", errno=13), EngineState.FORBIDDEN),
        (CouldNotLook(SOCKET, "Input/output error", errno=5), EngineState.UNKNOWN),
        (silence()[SOCKET, "/_ping"], EngineState.SILENT),
    ],
)
def test_engines_that_do_not_answer(error: HostError, state: EngineState) -> None:
    found = first(at_socket(answers={(SOCKET, "/_ping"): error}))
    assert found.state is state
    assert found.reason


def test_a_daemon_that_may_not_be_asked_still_runs_here() -> None:
    files = {"/run/docker.pid": "1042\n", **process(1042)}
    found = first(at_socket(files, {(SOCKET, "/_ping"): Forbidden(SOCKET, "Permission denied", errno=13)}))
    assert (found.state, found.where) == (EngineState.FORBIDDEN, Where.HERE)


class Unconnected(FakeHost):
    """A host on which nobody may connect to anything."""

    @override
    def http_get(self, socket: str, target: str, *, timeout_s: float) -> NoReturn:
        raise TouchedHost(socket)


def unconnected(host: FakeHost) -> FakeHost:
    host.__class__ = Unconnected
    return host


def test_an_engine_that_systemd_would_start_is_not_woken() -> None:
    found = first(unconnected(at_socket(UNIT)))
    assert (found.state, found.where, found.registry) == (EngineState.IDLE, Where.HERE, RegistryUsed.HOST)
    assert "was not connected to" in (found.reason or "")


def test_an_engine_that_was_started_by_systemd_is_asked() -> None:
    for files in ({"/run/docker.pid": "1042", **process(1042)}, process(77)):
        assert first(at_socket({**UNIT, **files})).state is EngineState.RUNNING


def test_the_daemon_inside_a_container_is_not_the_systems() -> None:
    inside = {**process(77), **{x: Node(NodeKind.LINK, target="mnt:[2]") for x in ("/proc/77/ns/mnt",)}}
    assert first(unconnected(at_socket({**UNIT, **inside}))).state is EngineState.IDLE
    assert first(at_socket({**UNIT, **inside, **process(78)})).process == 78


def test_a_stale_pidfile_does_not_count() -> None:
    for files in ({"/run/docker.pid": "1042"}, {"/run/docker.pid": "1042", **process(1042, "bash")}):
        assert first(unconnected(at_socket({**UNIT, **files}))).state is EngineState.IDLE


@pytest.mark.parametrize("text", ["", "x", "-1", "9" * 40, "1042 1043", "²"])
def test_a_damaged_pidfile_does_not_count(text: str) -> None:
    assert first(at_socket({"/run/docker.pid": text})).state is EngineState.RUNNING


def test_a_stopped_daemon_is_not_waited_for() -> None:
    files = {"/run/docker.pid": "1042", **process(1042, state="T")}
    found = first(unconnected(at_socket(files)))
    assert (found.state, found.process) == (EngineState.SUSPENDED, 1042)


def test_a_stopped_daemon_is_known_by_its_peer() -> None:
    found = first(at_socket(process(7, state="T"), silence(peer=7)))
    assert found.state is EngineState.SUSPENDED


def test_a_proxy_that_denies_info() -> None:
    answers = {
        (SOCKET, "/_ping"): answer(b"OK"),
        (SOCKET, "/info"): answer(b"denied", status=403),
        (SOCKET, "/version"): answer({"Version": "26.1.0", "KernelVersion": "5.4.0-1-amd64", "Arch": "amd64"}),
    }
    found = first(at_socket(answers=answers))
    assert (found.state, found.version, found.where) == (EngineState.RUNNING, "26.1.0", Where.ELSEWHERE)


@pytest.mark.parametrize("status", [301, 404, 500])
def test_something_else_answers(status: int) -> None:
    found = first(at_socket(answers={(SOCKET, "/_ping"): answer(b"hello", status=status)}))
    assert found.state is EngineState.SILENT


@pytest.mark.parametrize(
    "told",
    [
        b"",
        b"[]",
        b"[" * 100_000,
        {"KernelVersion": 7, "SecurityOptions": "name=rootless", "Driver": ["x"]},
        {"KernelVersion": None, "SecurityOptions": [None, 1, {}, "name="], "ServerVersion": ""},
    ],
)
def test_hostile_descriptions_tell_nothing(told: object) -> None:
    found = first(at_socket(answers=docker(told=told)))
    assert (found.state, found.where, found.options) == (EngineState.RUNNING, Where.UNKNOWN, ())


def test_texts_are_capped() -> None:
    found = first(at_socket(answers=docker(told=info("x" * 100_000, SecurityOptions=["name=" + "y" * 999] * 99))))
    assert len(found.kernel or "") == 201
    assert found.options == ("y" * 40,)


def own_mount(number: int, device: str) -> dict[str, Content]:
    point = "/proc/sys/fs/binfmt_misc"
    root = f"/proc/{number}/root{point}"
    return {
        f"/proc/{number}/mountinfo": OTHER_MOUNTS + MOUNTED.replace("0:34", device),
        f"{root}/qemu-s390x": entry_text("s390x", flags="F"),
        f"{root}/status": "enabled\n",
        f"{root}/register": "",
    }


ROOTLESS = docker(told=info(NEW, SecurityOptions=["name=rootless"]), peer=7)


def test_a_rootless_engine_uses_the_nearest_registry() -> None:
    found = first(at_socket(process(7, namespace=2), ROOTLESS, kernel=NEW))
    assert (found.is_rootless, found.registry) == (True, RegistryUsed.NEAREST)
    same = {**process(7, namespace=2), **own_mount(7, "0:34")}
    assert first(at_socket(same, ROOTLESS, kernel=NEW)).registry is RegistryUsed.NEAREST


def test_a_registry_of_its_own() -> None:
    files = {**process(7, namespace=2), **own_mount(7, "0:99")}
    found = first(at_socket(files, ROOTLESS, kernel=NEW))
    assert found.registry is RegistryUsed.OWN
    assert [x.name for x in found.own_entries or ()] == ["qemu-s390x"]
    # Before 6.7 there is one registry, whatever the mount looks like.
    told = docker(told=info(SecurityOptions=["name=rootless"]), peer=7)
    assert first(at_socket(files, told)).registry is RegistryUsed.HOST


def test_the_entries_of_a_registry_that_is_switched_off_do_not_count() -> None:
    files = {**process(7, namespace=2), **own_mount(7, "0:99")}
    files["/proc/7/root/proc/sys/fs/binfmt_misc/status"] = "disabled\n"
    assert first(at_socket(files, ROOTLESS, kernel=NEW)).own_entries == ()


def test_a_second_engine_of_the_user_is_told_of() -> None:
    host = linux(
        files={"/run/user/1000/docker.sock": LISTENING, "/run/user/1000/docker.pid": "9", **process(9)},
        euid=1000,
        engines=(),
    )
    default, own = ask(host).containers.engines
    assert (default.state, own.state, own.is_rootless) == (EngineState.ABSENT, EngineState.RUNNING, True)


def test_roots_and_captures_that_tell_nothing() -> None:
    with pytest.raises(Unavailable):
        _ = ask(linux(source=Source.ROOT)).containers.engines
    from qemudoctor.facts import Facts

    with pytest.raises(Unavailable, match="not recorded"):
        _ = Facts(RecordedHost(parse_capture(b"qemu-doctor-capture 1\n[end]\n"))).containers.engines


@pytest.mark.parametrize(
    ("environment", "files", "programs", "name", "where"),
    [
        pytest.param({}, {}, ("podman",), "podman", Where.HERE, id="podman"),
        pytest.param({"CONTAINER_HOST": "ssh://root@far/run/podman.sock"}, {}, (), "podman", Where.ELSEWHERE, id="ssh"),
        pytest.param({"CONTAINER_HOST": "unix:///run/podman/podman.sock"}, {}, (), "podman", Where.HERE, id="socket"),
        pytest.param({"CONTAINER_CONNECTION": "far"}, {}, (), "podman", Where.UNKNOWN, id="connection"),
        pytest.param(
            {"CONTAINER_CONNECTION": "podman-machine-default"}, {}, (), "podman", Where.ELSEWHERE, id="podman machine"
        ),
        pytest.param({}, {}, ("buildah",), "buildah", Where.HERE, id="buildah"),
        pytest.param({"BUILDKIT_HOST": "tcp://10.0.0.7:1234"}, {}, (), "buildkit", Where.ELSEWHERE, id="BUILDKIT_HOST"),
        pytest.param({}, {"/run/buildkit/buildkitd.sock": LISTENING}, (), "buildkit", Where.HERE, id="buildkitd"),
        pytest.param({}, {"/run/containerd/containerd.sock": LISTENING}, (), "containerd", Where.HERE, id="containerd"),
        pytest.param(
            {}, {"/run/containerd/containerd.sock": LISTENING}, ("nerdctl",), "nerdctl", Where.HERE, id="nerdctl"
        ),
        pytest.param(
            {}, {"/var/lib/kubelet": Node(NodeKind.DIRECTORY)}, (), "kubernetes node", Where.HERE, id="kubelet"
        ),
        pytest.param(
            {"GITHUB_ACTIONS": "true", "RUNNER_ENVIRONMENT": "github-hosted"},
            {},
            (),
            "GitHub Actions runner (github-hosted)",
            Where.HERE,
            id="GitHub",
        ),
        pytest.param({"GITLAB_CI": "true"}, {}, (), "GitLab runner", Where.HERE, id="GitLab"),
        pytest.param({}, {"/proc/1/environ": "container=lxc\0"}, (), "lxc", Where.HERE, id="lxc"),
    ],
)
def test_other_engines(
    environment: dict[str, str], files: dict[str, Content], programs: tuple[str, ...], name: str, where: Where
) -> None:
    host = unconnected(linux(files=files, environment=environment, engines=programs))
    assert [(x.name, x.where) for x in ask(host).containers.engines] == [(name, where)]


def test_wsl2() -> None:
    (found,) = ask(linux(kernel="5.15.153.1-microsoft-standard-WSL2", engines=())).containers.engines
    assert (found.name, found.role) == ("WSL2", Role.NODE)


def test_rootless_podman_that_has_a_registry_of_its_own() -> None:
    files = {"/run/user/1000/libpod/tmp/pause.pid": "7", **process(7, "catatonit", namespace=2), **own_mount(7, "0:99")}
    host = linux(kernel=NEW, files=files, euid=1000, engines=("podman",), entries={})
    (found,) = ask(host).containers.engines
    assert (found.name, found.registry) == ("podman", RegistryUsed.OWN)


BUILDX = "/root/.docker/buildx"


@pytest.mark.parametrize(
    ("group", "where"),
    [
        ('{"Driver": "docker-container", "Nodes": [{"Endpoint": "default"}]}', Where.HERE),
        ('{"Driver": "docker-container", "Nodes": [{"Endpoint": "ssh://far"}]}', Where.ELSEWHERE),
        ('{"Driver": "kubernetes", "Nodes": [{"Endpoint": "kubernetes:///b"}]}', Where.ELSEWHERE),
        ('{"Driver": "remote", "Nodes": [{"Endpoint": "tcp://10.0.0.7:1234"}]}', Where.ELSEWHERE),
        ('{"Driver": "remote", "Nodes": [{"Endpoint": "unix:///b.sock"}]}', Where.UNKNOWN),
        ("{", Where.UNKNOWN),
        ('{"Nodes": {"x": 1}}', Where.UNKNOWN),
    ],
)
def test_builders_of_buildx(group: str, where: Where) -> None:
    current = f'{{"Key": "unix://{SOCKET}", "Name": "b", "Global": false}}'
    files = {f"{BUILDX}/current": current, f"{BUILDX}/instances/b": group}
    _, builder = ask(at_socket(files)).containers.engines
    assert (builder.name, builder.role, builder.where) == ("buildx builder b", Role.BUILDER, where)


@pytest.mark.parametrize(
    "current",
    ['{"Key": "unix:///other.sock", "Name": "b"}', "{}", "", '{"Name": 7}', '{"Name": "../../etc/x", "Global": true}'],
)
def test_no_builder_is_chosen(current: str) -> None:
    files = {f"{BUILDX}/current": current, f"{BUILDX}/instances/b": '{"Driver": "kubernetes"}'}
    assert len(ask(at_socket(files)).containers.engines) == 1


def test_the_default_builder_of_an_endpoint() -> None:
    key = sha256(f"unix://{SOCKET}".encode()).hexdigest()[:20]
    files = {f"{BUILDX}/current": "{}", f"{BUILDX}/defaults/{key}": "b", f"{BUILDX}/instances/b": '{"Driver": "cloud"}'}
    _, builder = ask(at_socket(files)).containers.engines
    assert (builder.name, builder.where) == ("buildx builder b", Where.ELSEWHERE)
