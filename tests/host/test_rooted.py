"""A machine mounted at a directory: nothing of the running one may show through."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from qemudoctor.exceptions import DoctorError
from qemudoctor.host import LiveHost, RootedHost, open_host
from qemudoctor.host.door import CouldNotLook, Forbidden, Host, NotThere, Source
from qemudoctor.kernel.path import walk
from qemudoctor.kernel.tree import NodeKind
from tests.host.samples import nobody, run_in_namespace


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a root with a secret beside it."""
    (tmp_path / "secret").write_bytes(b"outside")
    root = tmp_path / "root"
    for folder in ("etc", "usr/bin", "usr/sbin", "proc", "sys", "run", "dev"):
        (root / folder).mkdir(parents=True)
    (root / "bin").symlink_to("usr/bin")
    (root / "etc" / "hostname").write_text("other\n")
    (root / "etc" / "os-release").symlink_to("/usr/lib/os-release")
    (root / "usr" / "lib").mkdir()
    (root / "usr" / "lib" / "os-release").write_text("ID=other\n")
    return root


@pytest.fixture
def host(root: Path) -> Host:
    return open_host(root=str(root))


def test_absolute_links_stay_inside(host: Host, root: Path) -> None:
    assert host.read("/etc/os-release") == b"ID=other\n"
    assert host.read_at("/etc/os-release", 3, 5) == b"other"
    assert host.find_in_file("/etc/os-release", b"other", 4) == b"othe"
    assert host.readlink("/etc/os-release") == "/usr/lib/os-release"
    assert host.stat("/etc/os-release").size == 9
    assert host.stat("/etc/os-release", follow=False).kind is NodeKind.LINK
    assert host.stat("/etc/os-release").inode == os.stat(root / "usr/lib/os-release").st_ino
    assert (host.source, host.root) == (Source.ROOT, str(root))


@pytest.mark.parametrize("target", ["../secret", "../../../../../../../../etc/passwd", "/etc/passwd", "{tmp}/secret"])
def test_hostile_links_lead_nowhere(host: Host, root: Path, tmp_path: Path, target: str) -> None:
    (root / "etc" / "evil").symlink_to(target.format(tmp=tmp_path))
    (root / "evil").symlink_to(tmp_path)
    asks: tuple[Callable[[str], object], ...] = (host.read, host.stat, host.listdir)
    for path in ("/etc/evil", "/evil/secret", "/evil", "/../secret", "/etc/../../secret"):
        assert not host.exists(path)
        for ask in asks:
            with pytest.raises(NotThere):
                ask(path)


def test_listdir_lists_inside(host: Host, root: Path) -> None:
    assert set(host.listdir("/bin")) == set()
    assert set(host.listdir("/")) == set(os.listdir(root))
    with pytest.raises(NotThere):
        host.listdir("/etc/hostname")


def test_special_files_are_not_opened(host: Host, root: Path) -> None:
    os.mkfifo(root / "etc" / "fifo")
    (root / "etc" / "loop").symlink_to("loop")
    with pytest.raises(CouldNotLook, match="is a fifo"):
        host.read("/etc/fifo")
    with pytest.raises(CouldNotLook, match="symbolic links"):
        host.read("/etc/loop")
    with pytest.raises(CouldNotLook, match="is not a symbolic link"):
        host.readlink("/etc/fifo")
    with pytest.raises(CouldNotLook, match="NUL"):
        host.read("/etc/\0")


def test_nothing_is_asked_of_the_running_kernel(host: Host) -> None:
    for ask in (
        host.uname,
        lambda: host.environment("PATH"),
        lambda: host.run(["true"], timeout_s=1),
        lambda: host.read("/proc/self/mountinfo"),
        lambda: host.exists("/proc/sys/fs/binfmt_misc"),
        lambda: host.listdir("/sys/module"),
        lambda: host.mount_is_noexec("/usr"),
        lambda: host.http_get("/run/docker.sock", "/_ping", timeout_s=1),
    ):
        with pytest.raises(CouldNotLook):
            ask()
    assert host.hostname() == "other"
    assert host.euid() == os.geteuid()
    assert not host.exists("/run/binfmt.d")


def test_copied_proc_is_read(host: Host, root: Path) -> None:
    kernel = root / "proc" / "sys" / "kernel"
    kernel.mkdir(parents=True)
    values = {"ostype": "Linux", "hostname": "old", "osrelease": "4.4.0", "version": "#1", "arch": "aarch64"}
    for name, value in values.items():
        (kernel / name).write_text(f"{value}\n")
    registry = root / "proc" / "sys" / "fs" / "binfmt_misc"
    registry.mkdir(parents=True)
    (registry / "status").write_text("enabled\n")
    uname = host.uname()
    assert (uname.release, uname.machine, uname.node) == ("4.4.0", "aarch64", "old")
    assert host.read("/proc/sys/fs/binfmt_misc/status") == b"enabled\n"
    # A copy is never whole: what it lacks is unknown.
    with pytest.raises(CouldNotLook):
        host.exists("/proc/sys/fs/binfmt_misc/qemu-arm")


PROC_OF_THE_RUNNING_MACHINE = """
import sys
from qemudoctor.host import CouldNotLook, RootedHost
host = RootedHost(sys.argv[1])
for ask in (host.read, host.exists, host.stat, host.listdir, host.readlink):
    for path in ("/proc/self/status", "/proc", "/sys/kernel", "/run/x", "/dev/null", "/link/status"):
        try:
            print(ask, path, ask(path))
        except CouldNotLook as error:
            assert "belongs to the running machine" in error.reason, error
print("done")
"""


@pytest.mark.live
def test_mounted_proc_belongs_to_the_running_machine(root: Path) -> None:
    (root / "link").symlink_to("proc/self")
    mounts = (f"mount --rbind /{name} '{root}/{name}'" for name in ("proc", "sys", "dev"))
    setup = f"{' && '.join(mounts)} && mount -t tmpfs none '{root}/run'"
    assert run_in_namespace(PROC_OF_THE_RUNNING_MACHINE, str(root), setup=setup) == "done\n"


def test_noexec_of_this_machine_does_not_count(root: Path) -> None:
    (root / "usr" / "bin" / "tool").touch()
    code = (
        "import sys; from qemudoctor.host import DirectoryTree, RootedHost\n"
        "for tree in RootedHost(sys.argv[1]).tree(), DirectoryTree(sys.argv[1]):\n"
        "    print(tree.node('/usr/bin/tool').noexec)"
    )
    setup = f"mount --bind '{root}' '{root}' && mount -o remount,bind,noexec '{root}'"
    assert run_in_namespace(code, str(root), setup=setup).split() == ["False", "True"]


def test_which_looks_below_the_root(host: Host, root: Path) -> None:
    (root / "usr" / "bin" / "docker").touch(0o644)
    assert host.which("docker") is None
    (root / "usr" / "sbin" / "docker").touch(0o755)
    assert host.which("docker") == "/usr/sbin/docker"
    (root / "usr" / "local" / "bin").mkdir(parents=True)
    (root / "usr" / "local" / "bin" / "docker").symlink_to("/bin/docker")
    (root / "usr" / "bin" / "docker").chmod(0o755)
    assert host.which("docker") == "/usr/local/bin/docker"
    assert host.which("sh") is None


def test_forbidden_below_the_root(host: Host, root: Path) -> None:
    (root / "etc").chmod(0)
    with nobody(), pytest.raises(Forbidden):
        host.exists("/etc/hostname")
    (root / "etc").chmod(0o755)


def test_tree_is_that_of_the_root(root: Path) -> None:
    assert walk(RootedHost(str(root)).tree(), "/etc/os-release").path == "/usr/lib/os-release"


def test_open_host_chooses(tmp_path: Path) -> None:
    assert isinstance(open_host(), LiveHost)
    assert isinstance(open_host(root="/"), LiveHost)
    assert isinstance(open_host(root=str(tmp_path)), RootedHost)


@pytest.mark.parametrize("name", ["missing", "file", "nul\0byte"])
def test_open_host_explains_a_root_that_is_none(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DoctorError) as caught:
        open_host(root=f"{tmp_path}/{name}")
    assert caught.value.message
    assert "directory" in caught.value.hint


def test_open_host_takes_one_of_both() -> None:
    with pytest.raises(DoctorError):
        open_host(root="/", capture="file")
