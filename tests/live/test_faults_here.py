"""Faults made in a private registry on the real kernel: the tool names them, and what it prints cures them there."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from qemudoctor.platforms import BY_TARGET
from tests.support.bare_machine import need_unmounted_registry
from tests.support.repository import ROOT

pytestmark = pytest.mark.live

STATIC = "/usr/bin/qemu-{}-static"
DEBIAN = "/usr/libexec/qemu-binfmt/aarch64-binfmt-P"
REGISTRY = "/proc/sys/fs/binfmt_misc"
SYSTEMD = (
    "mount -t tmpfs none /run && mkdir -p /run/systemd/system",
    "mount -t tmpfs none /etc/binfmt.d",
    "mount -t tmpfs none /usr/lib/binfmt.d",
    "[ ! -d /var/lib/binfmts ] || mount -t tmpfs none /var/lib/binfmts",
)
"""A host that systemd starts, with empty folders of binfmt.d, and nothing for update-binfmts."""


def line(target: str = "aarch64", *, flags: str = "F", interpreter: str | None = None, name: str | None = None) -> str:
    row = BY_TARGET[target]
    magic, mask = ("".join(f"\\x{byte:02x}" for byte in x) for x in (row.magic, row.mask))
    return f":{name or f'qemu-{target}'}:M::{magic}:{mask}:{interpreter or STATIC.format(target)}:{flags}"


def registering(*lines: str) -> tuple[str, ...]:
    return tuple(f"printf '%s\\n' '{x}' > {REGISTRY}/register" for x in lines)


def examined(
    *before: str, require: str = "linux/arm64", variables: Mapping[str, str] | None = None, as_host: bool = True
) -> dict[str, Any]:
    """Return the report of a private namespace in which these commands were executed first.

    as_host: it takes the namespace for a host, since it sees a whole uid_map.
    """
    if shutil.which("unshare") is None or not Path(STATIC.format("aarch64")).exists():
        pytest.skip("unshare (util-linux) and qemu-aarch64-static (Debian: qemu-user-static) are needed")
    hidden = (
        "mount -t tmpfs none /mnt && printf '0 0 4294967295\\n' > /mnt/map && mount --bind /mnt/map /proc/$$/uid_map"
    )
    tool = f"{sys.executable} -m qemudoctor --json --require {require}"
    inner = f"{hidden}; exec {tool}" if as_host else f"exec {tool}"
    script = "\n".join(
        (f"mount -t binfmt_misc binfmt_misc {REGISTRY} || exit 99", *before, f"sh -c '{_quoted(inner)}'")
    )
    result = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        cwd=ROOT,
        env={**{k: v for k, v in os.environ.items() if not k.startswith("QEMU_")}, **(variables or {})},
    )
    if not result.stdout:
        pytest.skip(f"no private registry here (Linux 6.7 has them): {result.stderr.strip()[:300]}")
    report: dict[str, Any] = json.loads(result.stdout)
    return report


def _quoted(text: str) -> str:
    return text.replace("'", "'\\''")


def found(report: dict[str, Any], check: str) -> dict[str, Any]:
    (finding,) = [x for x in report["findings"] if x["check"] == check]
    return dict(finding)


def checks(report: dict[str, Any], *, info: bool = False) -> set[str]:
    """Return the checks that found something, but for those that judge the build of the emulator that is installed."""
    found = {x["check"] for x in report["findings"] if info or x["severity"] != "info"}
    return {x for x in found if not ("QD308" <= x < "QD400" or x >= "QD503")}


def remedy(finding: dict[str, Any], name: str) -> tuple[str, ...]:
    (commands,) = [x["commands"] for x in finding["remedies"] if x["id"] == name]
    return tuple(commands)


def works(report: dict[str, Any]) -> bool:
    return all(x["container"]["observed"] == "ok" for x in report["platforms"])


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([line(flags="OPF", interpreter=DEBIAN)], id="as Debian registers it"),
        pytest.param([line(flags="CF")], id="as tonistiigi does"),
        pytest.param([line(flags="PF")], id="P under a plain name"),
        pytest.param([line(name="mine")], id="a name of one's own"),
        pytest.param([line(), line("arm"), line("s390x")], id="several architectures"),
    ],
)
def test_no_false_alarm(lines: list[str]) -> None:
    report = examined(*registering(*lines))
    assert works(report)
    assert checks(report) == set()


FAULTS = [
    pytest.param([line(flags="OF", interpreter=DEBIAN)], "linux/arm64", "QD212", id="P is missing"),
    pytest.param([f":x:E::foo::{STATIC.format('aarch64')}:F"], "linux/arm64", "QD215", id="by extension"),
    pytest.param([line()], "linux/arm/v7", "QD206", id="only 64-bit ARM"),
    pytest.param([line("mipsel")], "linux/mips", "QD206", id="the other byte order"),
]


@pytest.mark.parametrize(("lines", "require", "check"), FAULTS)
def test_one_fault_is_one_finding_and_is_cured(lines: list[str], require: str, check: str) -> None:
    broken = examined(*registering(*lines), require=require)
    assert checks(broken) == {check}
    finding = found(broken, check)
    assert not works(broken)
    assert finding["remedies"][0]["proven"] in ("kernel", "model")
    cured = examined(*registering(*lines), *finding["remedies"][0]["commands"], require=require)
    assert works(cured)
    assert checks(cured) == set()


def test_c_is_given_and_taken_away() -> None:
    plain = registering(line())
    given = remedy(found(examined(*plain), "QD213"), "register-now")
    with_c = examined(*plain, *given)
    assert works(with_c)
    assert with_c["registry"]["entries"][0]["flags"] == "OCF"
    assert {"QD213", "QD214"} & checks(with_c, info=True) == {"QD214"}
    taken = remedy(found(with_c, "QD214"), "register-now")
    without = examined(*plain, *given, *taken)
    assert without["registry"]["entries"][0]["flags"] == "OF"
    assert works(without)


def test_two_emulators_and_the_order() -> None:
    copy = f"cp {STATIC.format('aarch64')} /run/FEX"
    lines = ("mount -t tmpfs none /run", copy, *registering(line(interpreter="/run/FEX", name="FEX"), line()))
    both = examined(*lines)
    finding = found(both, "QD216")
    assert finding["entry"] == "qemu-aarch64"
    one = examined(*lines, *remedy(finding, "remove-entry"))
    assert works(one)
    assert "QD216" not in checks(one, info=True)


def test_a_registry_that_is_read_only() -> None:
    locked = (*registering(line(flags="")), f"mount -o remount,ro {REGISTRY}")
    report = examined(*locked)
    assert checks(report) == {"QD201", "QD220"}
    cure = remedy(found(report, "QD201"), "register-now")
    assert works(examined(*locked, *cure))
    writable = examined(*locked, *remedy(found(report, "QD220"), "remount-writable"))
    assert "QD220" not in checks(writable, info=True)


@pytest.mark.parametrize("name", ["QEMU_CPU", "QEMU_LD_PREFIX", "QEMU_VERSION"])
def test_variables_of_qemu(name: str) -> None:
    lines = registering(line())
    report = examined(*lines, variables={name: "nonsense"})
    finding = found(report, "QD217")
    assert finding["subject"] == name
    assert works(report), "the test programs do not get it"
    assert checks(examined(*lines, *remedy(finding, "unset-variable"), variables={name: "nonsense"})) == set()


def test_what_the_boot_leaves_out() -> None:
    lines = (*SYSTEMD, *registering(line()))
    report = examined(*lines)
    assert works(report)
    finding = found(report, "QD221")
    kept = examined(*lines, *remedy(finding, "register-at-boot"))
    assert "QD221" not in checks(kept, info=True)
    # What the file holds is what a boot writes: an empty registry gets a working entry from it.
    written = examined(
        *SYSTEMD, *remedy(finding, "register-at-boot"), f"cat /etc/binfmt.d/*.conf > {REGISTRY}/register"
    )
    assert works(written)


def test_what_the_boot_registers_otherwise() -> None:
    worse = f"printf '%s\\n' '{line(flags='')}' > /etc/binfmt.d/q.conf"
    lines = (*SYSTEMD, worse, *registering(line()))
    finding = found(examined(*lines), "QD222")
    assert finding["severity"] == "warning"
    kept = examined(*lines, *remedy(finding, "register-at-boot"))
    assert "QD222" not in checks(kept, info=True)


def test_a_masked_service() -> None:
    mask = ("mount -t tmpfs none /etc/systemd/system", "ln -s /dev/null /etc/systemd/system/systemd-binfmt.service")
    conf = f"printf '%s\\n' '{line()}' > /etc/binfmt.d/qemu-aarch64.conf"
    finding = found(examined(*SYSTEMD, *mask, conf, *registering(line())), "QD221")
    assert remedy(finding, "register-at-boot") == ("systemctl unmask systemd-binfmt",)
    unmasked = examined(*SYSTEMD, *mask, conf, "rm /etc/systemd/system/systemd-binfmt.service", *registering(line()))
    assert "QD221" not in checks(unmasked, info=True)


def test_users_without_namespaces() -> None:
    if shutil.which("podman") is None:
        pytest.skip("podman is needed")
    report = examined(*registering(line()), "echo 0 > /proc/sys/user/max_user_namespaces")
    assert found(report, "QD104")["subject"] == "user.max_user_namespaces"


def test_a_namespace_that_has_lost_its_registry() -> None:
    need_unmounted_registry()
    lines = (*registering(line()), f"umount {REGISTRY}")
    report = examined(*lines, as_host=False)
    assert not works(report)
    assert "QD502" in checks(report), "inside a container a missing mount is no fault, but the failure is one"
    assert report["summary"]["verdict"] == "fail"


AUTOFS = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
reader, writer = os.pipe()
os.set_inheritable(writer, True)
pid = os.fork()
if not pid:
    os.setpgid(0, 0)
    options = f"fd={writer},pgrp={os.getpid()},minproto=5,maxproto=5,direct".encode()
    os._exit(libc.mount(b"systemd-1", b"/proc/sys/fs/binfmt_misc", b"autofs", 0, options) != 0)
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""
"""Sets up systemd's automount with a daemon that ends at once."""


@pytest.mark.parametrize("looked", [False, True], ids=["nobody has looked", "somebody has looked"])
def test_an_automount_without_its_daemon(looked: bool) -> None:
    """Only root of the machine may mount autofs; it is in a mount namespace of our own and ends with it."""
    if os.geteuid() != 0:
        pytest.skip("root is needed")
    need_unmounted_registry()
    tool = f"{sys.executable} -m qemudoctor --json --no-probe --require linux/arm64"
    steps = [f"{sys.executable} -c '{_quoted(AUTOFS)}' || exit 99", *([f"ls {REGISTRY} 2>/dev/null"] if looked else [])]
    cure = (f"umount {REGISTRY}", f"mount -t tmpfs none {REGISTRY}")
    result = subprocess.run(
        [
            "unshare",
            "--mount",
            "sh",
            "-c",
            "\n".join([*steps, tool, *cure, f"grep -c autofs.*{REGISTRY} /proc/self/mounts"]),
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
    )
    if result.returncode == 99:
        pytest.skip(f"no autofs here: {result.stderr[:200]}")
    text, _, rest = result.stdout.rpartition("}")
    report = json.loads(text + "}")
    finding = found(report, "QD218")
    assert (finding["severity"], "QD203" in checks(report)) == ("error", False)
    assert remedy(finding, "mount-now")[0] == cure[0]
    assert rest.strip() == "0", "the first command of the cure has taken the automount away"


def test_a_mount_that_became_noexec() -> None:
    """F has the emulator open, so the kernel starts it, and cannot map it."""
    broken = (
        "mount -t tmpfs none /mnt && cp /usr/bin/qemu-aarch64-static /mnt/",
        *registering(line(interpreter="/mnt/qemu-aarch64-static")),
        "mount -o remount,noexec /mnt",
    )
    report = examined(*broken, as_host=False)
    assert checks(report) == {"QD302"}
    finding = found(report, "QD302")
    assert (finding["cause"], "killed by SIGSEGV" in finding["message"]) == ("permission-noexec", True)
    assert "bind-mount-docker-run" not in {x["id"] for x in finding["remedies"]}, "F does not look into the container"
    cured = examined(*broken, *remedy(finding, "register-now"), as_host=False)
    assert works(cured)
