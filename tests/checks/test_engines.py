"""QD403 to QD410: engines elsewhere, engines that hang, rootless ones, what builds use, and what surrounds a host."""

from collections.abc import Mapping

import pytest

from qemudoctor.check import Facts
from qemudoctor.checks import CHECKS
from qemudoctor.facts import Prober
from qemudoctor.host.door import CouldNotLook, Forbidden, HostError, HttpAnswer
from qemudoctor.host.trees import Content, MemoryFile
from qemudoctor.kernel.tree import Node, NodeKind
from qemudoctor.runner import examine
from tests.support.checking import Expected, check_named, findings, only, reason_to_skip, shapes
from tests.support.engines import LISTENING, SOCKET, answer, context, docker, info, process, silence
from tests.support.hosts import MOUNTED, OTHER_MOUNTS, FakeHost, ask, entry_text, linux, observing, static_emulator

NEW = "6.12.1"
EMULATOR: dict[str, Content] = {"/usr/bin/qemu-aarch64-static": static_emulator("aarch64")}
WORKING = {"qemu-aarch64": entry_text(flags="F")}
WARNING: Expected = ("warning", None, None, None)
INFO: Expected = ("info", None, None, None)
WSL = "5.15.153.1-microsoft-standard-WSL2"
ENGINES = ("QD403", "QD404", "QD405", "QD406", "QD407", "QD408", "QD409", "QD410")
Answers = Mapping[tuple[str, str], HttpAnswer | HostError]


def having(
    files: Mapping[str, Content] | None = None,
    answers: Answers | None = None,
    *,
    entries: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
    kernel: str = "6.1.0-25-amd64",
    euid: int = 0,
    engines: tuple[str, ...] = (),
) -> FakeHost:
    """Return a host with a Docker daemon that runs here, unless something else is said."""
    return linux(
        kernel=kernel,
        entries=WORKING if entries is None else entries,
        files={SOCKET: LISTENING, **EMULATOR, **(files or {})},
        answers=docker() if answers is None else answers,
        environment=environment,
        euid=euid,
        engines=engines,
    )


def at(address: str, **more: str) -> FakeHost:
    return having(answers={}, environment={"DOCKER_HOST": address, **more})


SSH = at("ssh://me@build")
SOCKET_UNIT = {"/lib/systemd/system/docker.socket": ""}


@pytest.mark.parametrize(
    "host",
    [
        pytest.param(linux(entries=WORKING, files=EMULATOR, engines=()), id="no engine"),
        pytest.param(having(), id="docker"),
        pytest.param(having(SOCKET_UNIT), id="docker that systemd starts when needed"),
        pytest.param(having({"/run/docker.pid": "7", **process(7)}), id="docker with a pidfile"),
        pytest.param(having(engines=("podman", "buildah", "nerdctl")), id="podman and others"),
        pytest.param(having({"/var/lib/kubelet": Node(NodeKind.DIRECTORY)}), id="a node of Kubernetes"),
        pytest.param(having(environment={"GITHUB_ACTIONS": "true"}), id="a runner"),
        pytest.param(having(answers=docker(told=info(SecurityOptions=["name=userns"]))), id="userns-remap"),
        pytest.param(
            having(answers=docker(told=info(NEW, SecurityOptions=["name=rootless"])), kernel=NEW), id="rootless"
        ),
        pytest.param(having({"/usr/bin/buildkit-qemu-aarch64": MemoryFile(b"x", 0o755)}), id="bundled emulators"),
        pytest.param(having(context("default", "unix:///x")), id="a context that is not used"),
        pytest.param(having(environment={"DOCKER_DEFAULT_PLATFORM": "linux/amd64"}), id="native default platform"),
    ],
)
def test_a_healthy_host_gives_no_finding(host: FakeHost) -> None:
    report = examine(ask(host, "linux/arm64"), [check_named(name) for name in ENGINES])
    assert report.findings == ()
    assert {x.status.value for x in report.checks} == {"passed"}


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        pytest.param(SSH, [WARNING], id="ssh"),
        pytest.param(at("tcp://10.0.0.7:2376"), [WARNING], id="tcp"),
        pytest.param(at("tcp://localhost:2375"), [INFO], id="perhaps here"),
        pytest.param(at("tcp://docker:2376"), [INFO], id="a service of a CI job"),
        pytest.param(having(answers=docker(told=info("6.6.16-linuxkit"))), [WARNING], id="a virtual machine"),
        pytest.param(
            having(context("colima", "unix:///root/.colima/default/docker.sock")), [WARNING], id="Colima that is off"
        ),
        pytest.param(having(environment={"CONTAINER_HOST": "ssh://a@b"}), [WARNING], id="podman elsewhere"),
        pytest.param(having(environment={"BUILDKIT_HOST": "tcp://10.0.0.7:1234"}), [WARNING], id="BuildKit elsewhere"),
    ],
)
def test_elsewhere(host: FakeHost, expected: list[Expected]) -> None:
    assert shapes("QD403", ask(host, "linux/arm64")) == expected


def test_what_to_do_about_an_engine_elsewhere() -> None:
    found = only("QD403", ask(SSH, "linux/arm64", "linux/s390x")).finding
    assert [x.commands for x in found.remedies] == [
        ("ssh me@build qemu-doctor --require linux/arm64,linux/s390x",),
        (
            "docker run --rm --platform linux/arm64 alpine uname -m",
            "docker run --rm --platform linux/s390x alpine uname -m",
        ),
    ]
    desktop = having(answers=docker(told=info("6.6.16-linuxkit", OperatingSystem="Docker Desktop")))
    found = only("QD403", ask(desktop, "linux/arm64")).finding
    assert "in the virtual machine of Docker Desktop under Linux 6.6.16-linuxkit" in found.message
    assert "nsenter -t 1" in found.remedies[0].commands[0]


@pytest.mark.parametrize(
    ("address", "command"),
    [
        ("ssh://me@build:2222", "ssh ssh://me@build:2222 qemu-doctor --require linux/arm64"),
        ("ssh://build/run/docker.sock", "ssh build qemu-doctor --require linux/arm64"),
        ("ssh://$(reboot)", "ssh '$(reboot)' qemu-doctor --require linux/arm64"),
    ],
)
def test_commands_for_ssh(address: str, command: str) -> None:
    assert only("QD403", ask(at(address), "linux/arm64")).finding.remedies[0].commands == (command,)


@pytest.mark.parametrize("address", ["ssh://-oProxyCommand=reboot", "ssh://a b", "ssh://\x1b[31m", "ssh://a\nb"])
def test_no_command_from_a_hostile_address(address: str) -> None:
    found = only("QD403", ask(at(address), "linux/arm64")).finding
    assert [x.id for x in found.remedies] == ["try-there"]


def test_elsewhere_where_nobody_could_be_asked() -> None:
    forbidden = having(answers={(SOCKET, "/_ping"): Forbidden(SOCKET, "Permission denied", errno=13)})
    assert reason_to_skip("QD403", ask(forbidden, "linux/arm64")) == f"docker: {SOCKET}: Permission denied"
    unread = having(answers={(SOCKET, "/_ping"): CouldNotLook(SOCKET, "Input/output error", errno=5)})
    for check in ("QD403", "QD404"):
        assert "Input/output error" in reason_to_skip(check, ask(unread, "linux/arm64"))


BUILDER = '{"Driver": "kubernetes", "Nodes": [{"Endpoint": "kubernetes:///b"}]}'


def test_a_builder_elsewhere() -> None:
    files = {"/root/.docker/buildx/current": '{"Name": "b", "Global": true}'}
    host = having({**files, "/root/.docker/buildx/instances/b": BUILDER})
    found = only("QD403", ask(host, "linux/arm64")).finding
    assert found.message.startswith("buildx builder b: its builds run on another machine (driver kubernetes)")
    assert found.remedies[0].commands == ("docker buildx inspect --bootstrap",)


STOPPED = {"/run/docker.pid": "7", **process(7, state="T")}
REFUSED: Answers = {(SOCKET, "/_ping"): CouldNotLook(SOCKET, "Connection refused", errno=111)}
OWN_SOCKET = "/x.sock"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        pytest.param(having(STOPPED, silence()), [WARNING], id="stopped"),
        pytest.param(having(answers=silence()), [INFO], id="silent"),
        pytest.param(having(answers=REFUSED), [INFO], id="nobody listens"),
        pytest.param(
            having(
                {OWN_SOCKET: LISTENING},
                {(OWN_SOCKET, "/_ping"): REFUSED[SOCKET, "/_ping"]},
                environment={"DOCKER_HOST": f"unix://{OWN_SOCKET}"},
            ),
            [WARNING],
            id="nobody listens where it was asked",
        ),
        pytest.param(at("unix:///gone.sock"), [WARNING], id="no socket where it was asked"),
        pytest.param(at("unix:///etc/os-release"), [WARNING], id="no socket but a file"),
        pytest.param(having({"/root/.docker/config.json": '{"currentContext": "x"}'}), [WARNING], id="no context"),
        pytest.param(having({"/root/.docker/config.json": "{"}), [WARNING], id="damaged configuration"),
    ],
)
def test_unusable(host: FakeHost, expected: list[Expected]) -> None:
    assert shapes("QD404", ask(host, "linux/arm64")) == expected


@pytest.mark.parametrize(
    ("host", "command"),
    [
        (having(STOPPED, silence()), "kill -CONT 7"),
        (having(STOPPED, silence(), euid=1000), "sudo kill -CONT 7"),
        (at("unix:///gone.sock"), "unset DOCKER_HOST"),
        (having({"/root/.docker/config.json": '{"currentContext": "x"}'}), "docker context use default"),
        (having(environment={"DOCKER_CONTEXT": "x"}), "unset DOCKER_CONTEXT"),
        (having(answers=REFUSED), "systemctl start docker"),
    ],
)
def test_what_to_do_about_an_unusable_engine(host: FakeHost, command: str) -> None:
    assert command in only("QD404", ask(host, "linux/arm64")).finding.remedies[0].commands


def own_registry(*targets: str, enabled: bool = True) -> dict[str, Content]:
    point = "/proc/sys/fs/binfmt_misc"
    entries = {f"/proc/7/root{point}/qemu-{x}": entry_text(x, flags="F", enabled=enabled) for x in targets}
    return {
        **process(7, namespace=2),
        "/proc/7/mountinfo": OTHER_MOUNTS + MOUNTED.replace("0:34", "0:99"),
        f"/proc/7/root{point}/status": "enabled\n",
        f"/proc/7/root{point}/register": "",
        **entries,
    }


LACKS: Expected = ("error", None, None, "binfmt-not-registered")
ROOTLESS: Answers = docker(told=info(NEW, SecurityOptions=["name=rootless"]), peer=7)


@pytest.mark.parametrize(
    ("files", "kernel", "require", "expected"),
    [
        pytest.param(
            own_registry(), NEW, ["linux/arm64"], [("error", None, None, "binfmt-not-registered")], id="empty"
        ),
        pytest.param(own_registry(), NEW, [], [("warning", None, None, "binfmt-not-registered")], id="not required"),
        pytest.param(own_registry("aarch64"), NEW, ["linux/arm64"], [], id="with the entry"),
        pytest.param(
            own_registry("aarch64", enabled=False),
            NEW,
            ["linux/arm64"],
            [LACKS],
            id="with the entry switched off",
        ),
        pytest.param(own_registry(), "6.1.0-25-amd64", ["linux/arm64"], [], id="an old kernel"),
        pytest.param(own_registry(), NEW, ["linux/amd64"], [], id="native"),
        pytest.param(process(7, namespace=2), NEW, ["linux/arm64"], [], id="no mount"),
    ],
)
def test_own_registry(files: dict[str, Content], kernel: str, require: list[str], expected: list[Expected]) -> None:
    answers = docker(told=info(kernel, SecurityOptions=["name=rootless"]), peer=7)
    assert shapes("QD405", ask(having(files, answers, kernel=kernel), *require)) == expected


def test_an_own_registry_that_cannot_be_read() -> None:
    files = own_registry()
    del files["/proc/7/root/proc/sys/fs/binfmt_misc/status"]
    found = only("QD405", ask(having(files, ROOTLESS, kernel=NEW), "linux/arm64"))
    assert "cannot be read" in found.finding.message
    assert found.finding.remedies[0].commands == ("systemctl --user restart docker",)


@pytest.mark.parametrize(
    ("entries", "answers", "kernel", "expected"),
    [
        pytest.param({}, ROOTLESS, NEW, [INFO], id="nothing registered"),
        pytest.param({"qemu-aarch64": entry_text()}, ROOTLESS, NEW, [INFO], id="registered without F"),
        pytest.param(WORKING, ROOTLESS, NEW, [], id="registered"),
        pytest.param({}, docker(), "6.1.0-25-amd64", [], id="not rootless"),
    ],
)
def test_rootless_cannot_register(
    entries: dict[str, str], answers: Answers, kernel: str, expected: list[Expected]
) -> None:
    host = having(process(7, namespace=2), answers, entries=entries, kernel=kernel)
    assert shapes("QD406", ask(host, "linux/arm64")) == expected


def test_what_a_rootless_installer_does() -> None:
    new = only("QD406", ask(having(process(7), ROOTLESS, entries={}, kernel=NEW), "linux/arm64"))
    assert "cut its own containers off" in new.finding.message
    told = docker(told=info(SecurityOptions=["name=rootless"]))
    assert "is not permitted" in only("QD406", ask(having(answers=told, entries={}), "linux/arm64")).finding.message


LXC = {"/proc/1/environ": "container=lxc\0"}
FAILS = observing(aarch64=("ENOEXEC", "ENOEXEC"))


@pytest.mark.parametrize(
    ("files", "prober", "require", "expected"),
    [
        pytest.param(LXC, FAILS, ["linux/arm64"], [WARNING], id="required, fails"),
        pytest.param(LXC, observing(aarch64=("ok", "ok")), ["linux/arm64"], [], id="works"),
        pytest.param(LXC, None, ["linux/arm64"], [], id="not known"),
        pytest.param({}, FAILS, ["linux/arm64"], [], id="no container"),
        pytest.param({"/.dockerenv": ""}, FAILS, ["linux/arm64"], [], id="a container of one program"),
    ],
)
def test_system_container(
    files: dict[str, Content], prober: Prober | None, require: list[str], expected: list[Expected]
) -> None:
    host = linux(mount="not-mounted", files=files, engines=())
    assert shapes("QD407", ask(host, *require, prober=prober)) == expected


BUNDLED: dict[str, Content] = {"/usr/bin/buildkit-qemu-aarch64": MemoryFile(b"x", 0o755)}
BUILDS: Expected = ("info", "linux/arm64", None, None)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        pytest.param(having(BUNDLED, entries={}), [BUILDS], id="no entry"),
        pytest.param(having(BUNDLED, entries={"qemu-aarch64": entry_text()}), [BUILDS], id="entry without F"),
        pytest.param(having(BUNDLED), [], id="entry that works"),
        pytest.param(having(entries={}), [], id="no emulator"),
        pytest.param(having(BUNDLED, silence(), entries={}), [], id="engine that hangs"),
        pytest.param(having(BUNDLED, docker(told=info("6.6.16-linuxkit")), entries={}), [], id="engine elsewhere"),
    ],
)
def test_bundled(host: FakeHost, expected: list[Expected]) -> None:
    assert shapes("QD408", ask(host, "linux/arm64")) == expected


@pytest.mark.parametrize(
    ("value", "entries", "expected"),
    [
        pytest.param("linux/arm64", WORKING, [("info", "linux/arm64", None, None)], id="emulated"),
        pytest.param("linux/arm64", {}, [("warning", "linux/arm64", None, None)], id="broken"),
        pytest.param(" linux/arm64 ", {}, [("warning", "linux/arm64", None, None)], id="with blanks"),
        pytest.param("linux/amd64", {}, [], id="native"),
        pytest.param("", {}, [], id="empty"),
        pytest.param("windows/amd64", {}, [], id="no platform of Linux"),
    ],
)
def test_default_platform(value: str, entries: dict[str, str], expected: list[Expected]) -> None:
    host = having(entries=entries, environment={"DOCKER_DEFAULT_PLATFORM": value})
    assert shapes("QD409", ask(host)) == expected


INTEROP = {"WSLInterop": "enabled\ninterpreter /init\nflags: PF\noffset 0\nmagic 4d5a\n"}


@pytest.mark.parametrize(
    ("kernel", "entries", "files", "expected"),
    [
        pytest.param(WSL, WORKING, {}, [WARNING], id="missing"),
        pytest.param(WSL, {**WORKING, **INTEROP}, {}, [], id="there"),
        pytest.param(WSL, {"WSLInterop-late": INTEROP["WSLInterop"]}, {}, [], id="by systemd"),
        pytest.param(
            WSL, {"WSLInterop": INTEROP["WSLInterop"].replace("enabled", "disabled")}, {}, [WARNING], id="disabled"
        ),
        pytest.param(WSL, WORKING, {"/etc/wsl.conf": "[boot]\n[Interop]\nEnabled = FALSE\n"}, [], id="not wanted"),
        pytest.param(WSL, WORKING, {"/etc/wsl.conf": "[boot]\nenabled=false\n"}, [WARNING], id="other section"),
        pytest.param(WSL, WORKING, {"/.dockerenv": ""}, [], id="in a container"),
        pytest.param("6.1.0-25-amd64", WORKING, {}, [], id="no WSL"),
    ],
)
def test_wsl_interop(kernel: str, entries: dict[str, str], files: dict[str, Content], expected: list[Expected]) -> None:
    host = linux(kernel=kernel, entries=entries, files={**EMULATOR, **files}, engines=())
    assert shapes("QD410", ask(host, "linux/arm64")) == expected


def test_wsl_interop_cannot_look() -> None:
    assert "not mounted" in reason_to_skip("QD410", ask(linux(kernel=WSL, mount="not-mounted", engines=())))


def test_wsl_interop_is_registered_as_wsl_does() -> None:
    from qemudoctor.kernel import Entry, KernelRelease

    found = only("QD410", ask(linux(kernel=WSL, entries={}, engines=()))).finding
    effect = found.remedies[0].effect
    assert effect is not None
    entry = Entry.from_register(effect.register[0], KernelRelease.parse(WSL))
    assert entry.matches(b"MZ" + bytes(126), "cmd.exe")
    assert (entry.interpreter, entry.flags) == ("/init", "PF")


HOSTILE = "\x1b]0;owned\x07\r\n\t\x00\x7f\x85\u202e\u200b\udcff"


def hostile() -> Facts:
    told = info(HOSTILE, OperatingSystem=HOSTILE, ServerVersion=HOSTILE, SecurityOptions=[f"name={HOSTILE}"])
    files = context(HOSTILE.replace("\x00", "").replace("\udcff", ""), f"unix://{OWN_SOCKET}")
    return ask(having({OWN_SOCKET: LISTENING, **files}, docker(OWN_SOCKET, told=told)), "linux/arm64")


def test_nothing_that_an_engine_says_steers_a_terminal() -> None:
    from qemudoctor.report.jsonreport import render_json
    from qemudoctor.report.text import render_text

    report = examine(hostile(), CHECKS)
    assert "QD403" in [x.check for x in report.findings]
    for text in (render_text(report), render_text(report, verbose=True)):
        assert text.replace("\n", "").isprintable()
    assert render_json(report).isascii()


def test_messages_start_with_their_subject() -> None:
    hosts = [SSH, having(STOPPED, silence()), having(own_registry(), ROOTLESS, kernel=NEW, entries={}), having(BUNDLED)]
    facts = [ask(x, "linux/arm64") for x in hosts] + [ask(linux(kernel=WSL, entries={}, engines=()))]
    found = [x.finding for one in facts for check in ENGINES for x in findings(check, one)]
    assert len(found) >= 4
    for finding in found:
        assert finding.message.startswith(f"{finding.subject}: ")
        assert finding.evidence
        assert not finding.message.endswith(".")


def test_an_odd_answer_is_no_engine() -> None:
    found = only("QD404", ask(having(answers={(SOCKET, "/_ping"): answer(b"<html>", status=404)}), "linux/arm64"))
    assert found.severity.value == "info"


@pytest.mark.parametrize(
    ("answers", "environment", "engine"),
    [
        pytest.param(docker(), {}, "docker", id="here"),
        pytest.param(docker(told=info("6.6.16-linuxkit")), {}, "podman", id="in a virtual machine"),
        pytest.param({}, {"DOCKER_HOST": "ssh://far"}, "podman", id="elsewhere"),
        pytest.param(docker(told=info(SecurityOptions=["name=rootless"])), {}, "podman", id="rootless"),
    ],
)
def test_installers_are_run_by_an_engine_that_reaches_this_host(
    answers: Answers, environment: dict[str, str], engine: str
) -> None:
    from qemudoctor.remedies.emulators import runner

    assert runner(ask(having(answers=answers, environment=environment, engines=("docker", "podman")))) == engine
