"""The cures offered on many hosts: which, in which order, and that each can be pasted."""

import json
import re
import shlex
import shutil
import subprocess

import pytest

from qemudoctor.checks import CHECKS
from qemudoctor.host.trees import Content
from qemudoctor.kernel.features import Feature
from qemudoctor.platforms import OCI_PLATFORMS, parse_platform
from qemudoctor.remedies.cures import cures
from qemudoctor.remedies.register import fresh_line
from qemudoctor.remedies.remedy import Remedy
from qemudoctor.repair.plan import make_plan
from qemudoctor.runner import examine
from tests.support.hosts import (
    CENTOS_7,
    FakeHost,
    ask,
    centos_7,
    entry_text,
    link,
    linux,
    static_emulator,
)

EMULATOR = "/usr/bin/qemu-aarch64-static"
FILES: dict[str, Content] = {EMULATOR: static_emulator("aarch64")}
ENGINES = ("docker", "podman", "buildah", "kubelet")


def offered(host: FakeHost, platform: str = "linux/arm64") -> tuple[Remedy, ...]:
    return cures(ask(host, platform), parse_platform(platform))


def ids(host: FakeHost, platform: str = "linux/arm64") -> list[str]:
    return [remedy.id for remedy in offered(host, platform)]


INSTALL, BY_HAND = "install-package", "install-and-register"


@pytest.mark.parametrize(
    ("distribution", "remedy", "command"),
    [
        ("debian 13", INSTALL, "apt-get install -y qemu-user qemu-user-binfmt"),
        ("debian 12", INSTALL, "apt-get install -y qemu-user-static"),
        ("debian 11", INSTALL, "apt-get install -y qemu-user-static binfmt-support"),
        ("debian 9", BY_HAND, "apt-get install -y qemu-user-static"),
        ("ubuntu 25.10", INSTALL, "apt-get install -y qemu-user qemu-user-binfmt"),
        ("ubuntu 24.04", INSTALL, "apt-get install -y qemu-user-static"),
        ("ubuntu 16.04", BY_HAND, "apt-get install -y qemu-user-static"),
        ("fedora 41", INSTALL, "dnf install -y qemu-user-static-aarch64"),
        ("opensuse-leap 15.6", BY_HAND, "zypper install -y qemu-linux-user"),
        ("arch", INSTALL, "pacman -S --needed qemu-user-static qemu-user-static-binfmt"),
        ("alpine 3.20", BY_HAND, "apk add qemu-aarch64"),
    ],
)
def test_package_of_the_distribution(distribution: str, remedy: str, command: str) -> None:
    found = next(x for x in offered(linux(distribution=distribution)) if x.id in (INSTALL, BY_HAND))
    assert (found.id, found.commands[0], found.persistent, found.proven) == (remedy, command, True, "model")


def test_alpine_has_no_systemd() -> None:
    found = {x.id: x for x in offered(linux(distribution="alpine 3.20", files=FILES, euid=1000))}
    commands = found["register-persistently"].commands
    assert commands[:2] == ("sudo mkdir -p /etc/binfmt.d", "sudo rc-update add binfmt boot")
    assert "OpenRC" in (found["register-persistently"].note or "")


def test_a_distribution_without_version_rolls() -> None:
    host = linux(files={"/usr/lib/os-release": ""}, distribution="debian ")
    assert offered(host)[0].commands == ("apt-get install -y qemu-user qemu-user-binfmt",)


@pytest.mark.parametrize("distribution", ["centos 9"])
def test_enterprise_linux_has_no_package(distribution: str) -> None:
    assert ids(linux(distribution=distribution)) == ["tonistiigi-binfmt", "multiarch-qemu-user-static"]


def test_nothing_is_installed_where_the_emulator_is_there() -> None:
    found = ids(linux(files=FILES))
    assert found == [
        "register-now",
        "register-persistently",
        "tonistiigi-binfmt",
        "multiarch-qemu-user-static",
        "run-directly",
    ]


def test_without_f_on_a_kernel_that_has_it() -> None:
    host = linux(entries={"qemu-aarch64": entry_text()}, files=FILES, engines=ENGINES)
    assert ids(host) == [
        "bind-mount-docker-run",
        "register-now",
        "register-persistently",
        "tonistiigi-binfmt",
        "multiarch-qemu-user-static",
    ]


def test_every_way_of_handing_over_on_a_kernel_without_f() -> None:
    host = linux(kernel=CENTOS_7, entries={"qemu-aarch64": entry_text()}, files=FILES, engines=ENGINES)
    assert ids(host) == [
        "bind-mount-docker-run",
        "bind-mount-podman-run",
        "bind-mount-podman-build",
        "bind-mount-buildah-build",
        "bind-mount-compose",
        "copy-into-image",
        "bind-mount-kubernetes",
    ]


def test_emulator_out_of_an_image_where_the_host_has_none() -> None:
    host = linux(kernel=CENTOS_7, distribution="centos 7", entries={"qemu-aarch64": entry_text()}, euid=1000)
    first = offered(host)[0]
    assert first.commands == (
        "docker create --name take-qemu-aarch64 multiarch/qemu-user-static:x86_64-aarch64 /usr/bin/qemu-aarch64-static",
        "sudo docker cp take-qemu-aarch64:/usr/bin/qemu-aarch64-static /usr/local/bin/qemu-aarch64-static",
        "docker rm take-qemu-aarch64",
        "docker run --rm -v /usr/local/bin/qemu-aarch64-static:/usr/bin/qemu-aarch64-static:ro IMAGE uname -m",
    )


def test_no_emulator_and_no_engine() -> None:
    host = linux(kernel=CENTOS_7, distribution="centos 7", entries={"qemu-aarch64": entry_text()}, engines=())
    assert ids(host) == []


def test_mips_of_qemu_7_does_not_fit_into_an_old_kernel() -> None:
    host = linux(kernel=CENTOS_7, files={"/usr/bin/qemu-mips-static": static_emulator("mips")})
    assert ids(host, "linux/mips") == ["run-directly"]


def test_siblings_are_registered_by_hand() -> None:
    host = linux(config="CONFIG_BINFMT_MISC=y\n")
    assert ids(host, "linux/386") == ["install-and-register", "tonistiigi-binfmt"]


@pytest.mark.parametrize(
    ("mount", "first"),
    [
        ("automount", "ls /proc/sys/fs/binfmt_misc/"),
        ("not-mounted", "mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc"),
    ],
)
def test_installers_need_a_mount_of_the_host_first(mount: str, first: str) -> None:
    host = linux(kernel="6.12.1", mount=mount)
    found = {x.id: x for x in offered(host)}["tonistiigi-binfmt"]
    assert found.commands == (first, "docker run --privileged --rm tonistiigi/binfmt --install arm64")
    assert "vanish" in (found.note or "")
    assert found.proven is None


def test_tonistiigi_replaces_nothing_by_itself() -> None:
    host = linux(entries={"qemu-aarch64": entry_text()})
    found = {x.id: x for x in offered(host)}["tonistiigi-binfmt"]
    assert found.commands[0] == "docker run --privileged --rm tonistiigi/binfmt --uninstall qemu-aarch64"
    assert "flag C" in (found.risk or "")


def test_podman_as_user_registers_as_root() -> None:
    host = linux(engines=("podman",), euid=1000)
    commands = [x for remedy in offered(host) for x in remedy.commands if "podman" in x]
    assert commands
    assert all(x.startswith("sudo podman run --privileged --rm ") for x in commands)


def every_host() -> list[FakeHost]:
    """Return hosts of many kinds: old and new kernels, entries with and without faults, all engines."""
    interpreter = "/usr/libexec/qemu-binfmt/aarch64-binfmt-P"
    debian: dict[str, Content] = {**FILES, interpreter: link("../../bin/qemu-aarch64-static")}
    hosts = [centos_7(), centos_7(registered=False)]
    for kernel in (CENTOS_7, "4.4.0-21-generic", "4.15.0-74-generic", "5.15.120", "6.12.1"):
        for euid in (0, 1000):
            hosts += [
                linux(kernel=kernel, euid=euid, engines=ENGINES),
                linux(kernel=kernel, euid=euid, engines=ENGINES, files=FILES),
                linux(kernel=kernel, euid=euid, engines=ENGINES, entries={"qemu-aarch64": entry_text()}),
                linux(kernel=kernel, euid=euid, engines=ENGINES, files=FILES, entries={"it's": entry_text()}),
                linux(
                    kernel=kernel,
                    euid=euid,
                    engines=ENGINES,
                    files=debian,
                    entries={"qemu-aarch64": entry_text(interpreter=interpreter, flags="P")},
                ),
                linux(
                    kernel=kernel,
                    euid=euid,
                    engines=ENGINES,
                    files={"/opt/my emulators/q": static_emulator("aarch64")},
                    entries={"qemu-aarch64": entry_text(interpreter="/opt/my emulators/q")},
                ),
            ]
    return hosts


HOSTS = every_host()


@pytest.mark.parametrize("number", range(len(HOSTS)))
def test_every_command_is_valid_shell(number: int) -> None:
    remedies = offered(HOSTS[number])
    assert all(remedy.commands for remedy in remedies)
    text = "\n".join(command for remedy in remedies for command in remedy.commands)
    for shell in ("dash", "bash"):
        if shutil.which(shell):
            subprocess.run([shell, "-n", "-c", text], check=True, timeout=20)


@pytest.mark.parametrize("number", range(len(HOSTS)))
def test_placeholders_are_explained(number: int) -> None:
    for remedy in offered(HOSTS[number]):
        text = " ".join(remedy.commands)
        for word in set(re.findall(r"\b(?:IMAGE|NAME|SERVICE|CONTAINER|PROGRAM)\b", text)):
            assert word in (remedy.note or "")


@pytest.mark.parametrize("number", range(len(HOSTS)))
def test_nothing_asks_an_old_kernel_for_f(number: int) -> None:
    facts = ask(HOSTS[number], "linux/arm64")
    if facts.kernel.supports(Feature.FIX_BINARY):
        return
    for remedy in cures(facts, parse_platform("linux/arm64")):
        text = " ".join(remedy.commands)
        assert "-p yes" not in text
        assert "--install" not in text
        assert not re.search(r":[POC]*F[POC]*'", text)


@pytest.mark.parametrize("number", range(len(HOSTS)))
def test_register_image_never_with_p_yes(number: int) -> None:
    for remedy in offered(HOSTS[number]):
        assert not any(":register" in x and "-p yes" in x for x in remedy.commands)


@pytest.mark.parametrize("platform", OCI_PLATFORMS)
def test_every_platform_has_a_cure(platform: str) -> None:
    facts = ask(linux(), platform)
    wanted = parse_platform(platform)
    if facts.is_native(wanted):
        return
    assert any(x.proven == "model" for x in cures(facts, wanted))


class TestSnippets:
    host = linux(
        kernel=CENTOS_7,
        engines=ENGINES,
        files={"/opt/my emulators/q": static_emulator("aarch64")},
        entries={"qemu-aarch64": entry_text(interpreter="/opt/my emulators/q")},
    )

    def named(self, name: str) -> Remedy:
        return {x.id: x for x in offered(self.host)}[name]

    def test_run_quotes_the_mount(self) -> None:
        words = shlex.split(self.named("bind-mount-docker-run").commands[0])
        assert words[3:5] == ["-v", "/opt/my emulators/q:/opt/my emulators/q:ro"]

    def test_kubernetes_patch_is_json(self) -> None:
        words = shlex.split(self.named("bind-mount-kubernetes").commands[0])
        pod = json.loads(words[-1])["spec"]["template"]["spec"]
        assert pod["volumes"] == [{"name": "emulator", "hostPath": {"path": "/opt/my emulators/q", "type": "File"}}]
        (mount,) = pod["containers"][0]["volumeMounts"]
        assert mount == {"name": "emulator", "mountPath": "/opt/my emulators/q", "readOnly": True}

    def test_dockerfile_copies_to_the_very_path(self) -> None:
        commands = self.named("copy-into-image").commands
        assert "cp '/opt/my emulators/q' base-with-emulator/qemu" in commands
        assert any('COPY ["qemu", "/opt/my emulators/q"]' in x for x in commands)

    def test_compose_file(self) -> None:
        command = self.named("bind-mount-compose").commands[0]
        assert '      - "/opt/my emulators/q:/opt/my emulators/q:ro"' in command.splitlines()

    def test_a_path_that_no_mount_option_can_name(self) -> None:
        path = "/opt/a:b/q"
        host = linux(
            kernel=CENTOS_7,
            files={path: static_emulator("aarch64")},
            entries={"qemu-aarch64": entry_text(interpreter=path)},
        )
        assert ids(host) == []


SHADOWED = {"arm64": entry_text(interpreter="/usr/local/bin/gone"), "qemu-aarch64": entry_text(flags="F")}
LINE = fresh_line(ask(linux()), parse_platform("linux/arm64").architecture, EMULATOR).decode() + "\n"


@pytest.mark.parametrize(
    "files",
    [
        pytest.param(FILES, id="an emulator of the host"),
        pytest.param(FILES | {"/usr/lib/binfmt.d/qemu-aarch64.conf": LINE}, id="a line of binfmt.d"),
    ],
)
@pytest.mark.parametrize("older", [1, 2], ids=["one behind it", "two behind it"])
def test_what_lies_behind_another_entry_stays_there(files: dict[str, Content], older: int) -> None:
    names = ["qemu-aarch64", "qemu-aarch64-2"][:older]
    entries = {"arm64": SHADOWED["arm64"]} | dict.fromkeys(names, SHADOWED["qemu-aarch64"])
    found = next(x for x in offered(linux(entries=entries, files=files)) if x.id == "register-now")
    assert found.effect is not None
    assert (found.effect.remove, found.proven) == ((), "model")
    assert found.effect.register[0].startswith(f":qemu-aarch64-{older + 1}:".encode())
    assert len(found.commands) == 1
    assert "though /usr/local/bin/gone is not on this host" in (found.note or "")


@pytest.mark.parametrize("there", [True, False])
def test_the_other_entry_could_get_f_only_where_its_file_is(there: bool) -> None:
    entries = {"arm64": entry_text(interpreter="/opt/other")}
    files = FILES | ({"/opt/other": static_emulator("aarch64")} if there else {})
    found = next(x for x in offered(linux(entries=entries, files=files)) if x.id == "register-now")
    assert ("has to register it with F" in (found.note or "")) is there


def test_an_entry_in_front_is_put_right_by_a_plan() -> None:
    facts = ask(linux(entries=SHADOWED, files=FILES), "linux/arm64")
    plan = make_plan(examine(facts, CHECKS), CHECKS)
    assert [x.finding.subject for step in plan.steps for x in step.solves if x.check == "QD301"] == ["arm64"]
    assert [x.verdict.value for x in plan.after.platforms] == ["works"]
