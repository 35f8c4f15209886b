"""QD104: settings of the kernel that keep rootless engines from starting anything."""

from collections.abc import Sequence

import pytest

from qemudoctor.host.trees import Content
from tests.support.checking import only, shapes
from tests.support.hosts import FakeHost, ask, linux

MAXIMUM = "/proc/sys/user/max_user_namespaces"
CLONE = "/proc/sys/kernel/unprivileged_userns_clone"
APPARMOR = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns"
PROFILE = "/etc/apparmor.d/podman"


def host(
    files: dict[str, Content], *, engines: Sequence[str] = ("podman",), euid: int = 1000, forbidden: Sequence[str] = ()
) -> FakeHost:
    return linux(files=files, engines=engines, euid=euid, forbidden=forbidden)


@pytest.mark.parametrize(
    ("known", "number"),
    [
        pytest.param(host({}), 0, id="no such settings"),
        pytest.param(host({MAXIMUM: "63432\n", CLONE: "1\n", APPARMOR: "0\n"}), 0, id="allowed"),
        pytest.param(host({MAXIMUM: "0\n"}), 1, id="none at all"),
        pytest.param(host({CLONE: "0\n"}), 1, id="only root"),
        pytest.param(host({APPARMOR: "1\n"}), 1, id="AppArmor"),
        pytest.param(host({APPARMOR: "1\n", PROFILE: "x"}), 0, id="AppArmor with a profile for the engine"),
        pytest.param(host({MAXIMUM: "0\n"}, engines=()), 0, id="no engine"),
        pytest.param(host({MAXIMUM: "0\n"}, engines=("docker",), euid=0), 0, id="an engine that root runs"),
        pytest.param(host({MAXIMUM: "0\n"}, euid=0), 1, id="podman of root's machine"),
        pytest.param(host({MAXIMUM: "0\n", "/.dockerenv": ""}), 0, id="in a container"),
        pytest.param(host({MAXIMUM: "0\n"}, forbidden=(MAXIMUM,)), 0, id="may not be read"),
        pytest.param(host({MAXIMUM: "0\n", CLONE: "0\n"}), 2, id="two of them"),
    ],
)
def test_barriers(known: FakeHost, number: int) -> None:
    assert shapes("QD104", ask(known, "linux/arm64")) == [("info", None, None, None)] * number


def test_harmless_where_nothing_foreign_is_needed() -> None:
    assert shapes("QD104", ask(host({MAXIMUM: "0\n"}), "linux/amd64")) == []


def test_the_setting_is_lifted_now_or_for_good() -> None:
    found = only("QD104", ask(host({MAXIMUM: "0\n"}), "linux/arm64")).finding
    now, lasting = found.remedies
    assert now.commands == ("sudo sysctl -w user.max_user_namespaces=15000",)
    assert "/etc/sysctl.d/60-qemu-doctor-max-user-namespaces.conf" in lasting.commands[0]
    assert "not even root" in found.message
    assert now.risk is not None
