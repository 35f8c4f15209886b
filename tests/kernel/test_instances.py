"""Which registry an execve() uses in a user namespace, which one can be seen, and what the last umount takes away."""

import pytest

from qemudoctor.kernel import (
    INITIAL,
    Credentials,
    Entry,
    Errno,
    Instances,
    KernelRelease,
    Machine,
    MountRefused,
    RegisterError,
    Registry,
)
from qemudoctor.kernel.call import execve
from tests.live.differential.hosts import CaseTree
from tests.live.differential.rows import FOREIGN, NATIVE, entry, text

OLD, OLD_DROPS, NEW = "5.10.46", "6.1.192", "6.12.117"
RELEASES = (OLD, OLD_DROPS, NEW)
PINS = ["5.10.46", "5.4.282", "6.1.106", "6.6.31", "4.19.304", "5.15.100", "3.10.0-1160.el7.x86_64"]
DROPS = ["5.4.283", "5.15.167", "6.1.107", "6.6.63", "6.7", "6.12.117", "6.18.44"]
TREE = CaseTree.of((("/p", FOREIGN), ("/i", NATIVE)))
SECRET = CaseTree.of((("/d/p", text(NATIVE.content, mode=0o700)),))


def boot(release: str) -> Instances:
    return Instances(KernelRelease.parse(release))


def registry(kernel: KernelRelease, *names: str) -> Registry:
    return Registry.from_lines((entry(name=name).encode() for name in names), kernel=kernel, root=TREE)


def host(release: str) -> Instances:
    """A host that has mounted binfmt_misc and registered an emulator."""
    kernel = boot(release).mount("host")
    return kernel.change(INITIAL, registry(kernel.kernel, "host's"))


def names(entries: Registry | None) -> list[str] | None:
    return None if entries is None else [x.name for x in entries.entries]


def outcome(kernel: Instances, namespace: str) -> str:
    used = kernel.used_by(namespace)
    return execve("/p", root=TREE, registry=used, kernel=kernel.kernel, machine=Machine.named("x86_64")).outcome


@pytest.mark.parametrize("release", RELEASES)
def test_a_child_that_never_mounted_inherits(release: str) -> None:
    kernel = host(release).unshare_user("child").unshare_user("grandchild", parent="child")
    assert [kernel.owner_for(x) for x in (INITIAL, "child", "grandchild")] == [INITIAL] * 3
    assert outcome(kernel, "grandchild") == "ok"


@pytest.mark.parametrize("release", RELEASES)
def test_what_a_container_sees_is_not_what_it_uses(release: str) -> None:
    kernel = host(release).unshare_mounts("container", source="nothing")
    assert kernel.seen_in("container") is None
    assert outcome(kernel, INITIAL) == "ok"
    assert names(kernel.unshare_mounts("copy", source="host").seen_in("copy")) == ["host's"]


@pytest.mark.parametrize("release", [OLD, OLD_DROPS, "6.6.63"])
def test_before_6_7_only_the_initial_namespace_mounts(release: str) -> None:
    kernel = host(release).unshare_user("child")
    with pytest.raises(MountRefused, match="EPERM: only the initial user namespace") as caught:
        kernel.mount("child's", by="child")
    assert caught.value.errno is Errno.EPERM
    assert caught.value.reason == "only the initial user namespace may mount binfmt_misc before Linux 6.7"
    assert kernel.owner_for("child") == INITIAL == "initial"
    assert kernel.used_by("child") == kernel.used_by(INITIAL)


@pytest.mark.parametrize("release", ["6.7", "6.12.117", "6.18.44"])
def test_an_own_registry_is_empty_and_hides_the_outer_one(release: str) -> None:
    kernel = host(release).unshare_user("child").unshare_user("grandchild", parent="child").mount("own", by="child")
    assert [outcome(kernel, x) for x in (INITIAL, "child", "grandchild")] == ["ok", "ENOEXEC", "ENOEXEC"]
    assert names(kernel.seen_in("own")) == []
    kernel = kernel.change("child", registry(kernel.kernel, "child's"))
    assert names(kernel.used_by("grandchild")) == ["child's"]
    assert names(kernel.used_by(INITIAL)) == ["host's"]


def test_after_the_umount_of_its_own_it_stays_cut_off() -> None:
    kernel = host(NEW).unshare_user("child").mount("own", by="child").unmount("own")
    assert outcome(kernel, "child") == "ENOEXEC"
    assert kernel.seen_in("own") is None
    assert kernel.owner_for("child") == "child"


def test_a_switched_off_registry_does_not_fall_through() -> None:
    kernel = host(NEW).unshare_user("child").mount("own", by="child")
    kernel = kernel.change("child", registry(kernel.kernel, "child's").write("status", b"0"))
    assert outcome(kernel, "child") == "ENOEXEC"


def test_the_outer_mount_can_be_read_but_is_not_used() -> None:
    kernel = host(NEW).unshare_user("child").unshare_mounts("child's", source="host").mount("elsewhere", by="child")
    assert names(kernel.seen_in("child's")) == ["host's"]
    assert kernel.owner_seen_in("child's") == INITIAL
    assert outcome(kernel, "child") == "ENOEXEC"
    on_top = kernel.mount("child's", by="child")
    assert names(on_top.seen_in("child's")) == []
    on_top = on_top.unmount("elsewhere").change("child", registry(kernel.kernel, "child's"))
    assert names(on_top.used_by("child")) == ["child's"]
    assert names(on_top.unmount("child's").seen_in("child's")) == ["host's"]
    assert names(on_top.unmount("child's").used_by("child")) == []


@pytest.mark.parametrize("release", RELEASES)
def test_a_second_mount_shows_the_same_registry(release: str) -> None:
    kernel = host(release).mount("second")
    assert kernel.seen_in("second") == kernel.seen_in("host")
    assert names(kernel.unmount("host").seen_in("second")) == ["host's"]


@pytest.mark.parametrize("release", RELEASES)
def test_the_same_registry_is_not_mounted_on_itself(release: str) -> None:
    with pytest.raises(MountRefused, match="EBUSY: the same registry") as caught:
        host(release).mount("host")
    assert caught.value.errno is Errno.EBUSY
    assert names(host(release).cover("host").mount("host").seen_in("host")) == ["host's"]


@pytest.mark.parametrize("release", RELEASES)
def test_a_covered_registry_cannot_be_seen_and_is_used(release: str) -> None:
    kernel = host(release).cover("host")
    assert kernel.seen_in("host") is None
    assert outcome(kernel, INITIAL) == "ok"
    assert names(kernel.unmount("host").seen_in("host")) == ["host's"]
    assert names(kernel.mount("host").unmount("host").unmount("host").seen_in("host")) == ["host's"]


@pytest.mark.parametrize("release", PINS)
def test_entries_outlive_the_last_mount_where_they_pin_it(release: str) -> None:
    kernel = host(release).unmount("host")
    assert kernel.seen_in("host") is None
    assert outcome(kernel, INITIAL) == "ok"
    assert names(kernel.mount("again").seen_in("again")) == ["host's"]


@pytest.mark.parametrize("release", DROPS)
def test_entries_are_gone_with_the_last_mount(release: str) -> None:
    kernel = host(release).unmount("host")
    assert outcome(kernel, INITIAL) == "ENOEXEC"
    assert names(kernel.mount("again").seen_in("again")) == []


@pytest.mark.parametrize(("release", "left"), [(OLD, "ok"), (OLD_DROPS, "ENOEXEC"), (NEW, "ENOEXEC")])
def test_what_an_installer_registered_in_its_container(release: str, left: str) -> None:
    """It mounts binfmt_misc itself, since the host's automount was never triggered, registers and ends."""
    kernel = boot(release).mount("installer")
    kernel = kernel.change(INITIAL, registry(kernel.kernel, "arm64"))
    assert outcome(kernel, INITIAL) == "ok"
    assert outcome(kernel.end_view("installer"), INITIAL) == left
    assert outcome(kernel.mount("host").end_view("installer"), INITIAL) == "ok"
    assert outcome(kernel.end_view("another"), INITIAL) == "ok"
    assert kernel.cover("installer").end_view("installer").mounts == ()


@pytest.mark.parametrize(("release", "left"), [(OLD, ["host's"]), (OLD_DROPS, []), (NEW, [])])
def test_an_open_file_keeps_the_entries(release: str, left: list[str]) -> None:
    kernel = host(release).open_file(INITIAL).open_file(INITIAL).unmount("host").close_file(INITIAL)
    assert names(kernel.used_by(INITIAL)) == ["host's"]
    assert names(kernel.close_file(INITIAL).used_by(INITIAL)) == left


def test_the_last_umount_of_one_registry_leaves_the_others() -> None:
    kernel = host(NEW).unshare_user("child").mount("own", by="child").open_file("child").open_file(INITIAL)
    kernel = kernel.change("child", registry(kernel.kernel, "child's")).unmount("own").close_file("child")
    assert (names(kernel.used_by("child")), names(kernel.used_by(INITIAL))) == ([], ["host's"])
    assert kernel.open_files == (INITIAL,)


@pytest.mark.parametrize(("release", "enabled"), [(OLD, False), (OLD_DROPS, False), (NEW, True)])
def test_the_switch_after_the_last_umount(release: str, enabled: bool) -> None:
    """Up to Linux 6.6 it is one variable of the kernel; from 6.7 on a new mount switches a registry on."""
    kernel = boot(release).mount("host")
    kernel = kernel.change(INITIAL, Registry(enabled=False)).mount("second")
    assert not kernel.used_by(INITIAL).enabled
    again = kernel.unmount("host").unmount("second").mount("host")
    assert again.used_by(INITIAL).enabled is enabled
    held = kernel.open_file(INITIAL).unmount("host").unmount("second").mount("host")
    assert not held.used_by(INITIAL).enabled


@pytest.mark.parametrize("release", ["4.9.0", OLD])
def test_the_first_entry_from_an_inner_namespace_is_refused(release: str) -> None:
    """It must pin the filesystem, and that was mounted by another user namespace."""
    kernel = boot(release).mount("host").unshare_user("child")
    with pytest.raises(RegisterError, match="EBUSY: the first entry must come from the user namespace") as caught:
        kernel.register(entry(name="first").encode(), by="child", root=TREE)
    assert caught.value.field == "line"
    after = kernel.register(entry(name="first").encode(), root=TREE)
    after = after.register(entry(name="second").encode(), by="child", root=TREE)
    assert names(after.used_by("child")) == ["second", "first"]


@pytest.mark.parametrize("release", ["4.4.155", OLD_DROPS, NEW])
def test_the_first_entry_from_an_inner_namespace_is_taken(release: str) -> None:
    """Nothing is pinned; and before Linux 4.8 a filesystem does not know who mounted it."""
    kernel = boot(release).mount("host").unshare_user("child")
    after = kernel.register(entry(name="first").encode(), by="child", root=TREE)
    assert names(after.used_by(INITIAL)) == ["first"]


@pytest.mark.parametrize(("release", "said"), [("4.9.0", "EBUSY"), ("5.10.46", "ENOENT"), ("6.1.192", "ENOENT")])
def test_what_is_looked_at_before_the_pin(release: str, said: str) -> None:
    kernel = boot(release).mount("host").unshare_user("child")
    with pytest.raises(RegisterError) as caught:
        kernel.register(entry("/gone", "F").encode(), by="child", root=TREE)
    assert caught.value.errno.name == said
    with pytest.raises(RegisterError) as caught:
        kernel.register(entry(name="status").encode(), by="child", root=TREE)
    assert caught.value.errno.name == "EEXIST"


def test_a_registration_reaches_the_registry_that_is_written() -> None:
    kernel = host(NEW).unshare_user("child").mount("own", by="child").unshare_user("inner", parent="child")
    kernel = kernel.register(entry("i").encode(), owner="child", by="inner", root=TREE)
    assert names(kernel.used_by("child")) == ["a64"]
    kernel = kernel.register(entry("i", "F", name="f").encode(), owner="child", by="child", root=TREE)
    with pytest.raises(RegisterError, match="EACCES"):
        kernel.register(
            entry("p", "F", name="g").encode(), owner="child", root=SECRET, cwd="/d", credentials=Credentials(1, 1)
        )
    assert names(kernel.register(entry("p", "F", name="g").encode(), root=SECRET, cwd="/d").used_by(INITIAL)) == [
        "g",
        "host's",
    ]


@pytest.mark.parametrize("release", RELEASES)
def test_nothing_to_unmount(release: str) -> None:
    with pytest.raises(MountRefused, match="EINVAL: nothing is mounted") as caught:
        host(release).unmount("elsewhere")
    assert caught.value.errno is Errno.EINVAL


def test_a_mount_does_not_change_what_was_asked_before() -> None:
    before = host(NEW).unshare_user("child")
    before.mount("own", by="child")
    assert before.owner_for("child") == INITIAL
    assert before.registries == ((INITIAL, Registry((Entry.from_register(entry(name="host's").encode(), KERNEL),))),)


KERNEL = KernelRelease.parse(NEW)
