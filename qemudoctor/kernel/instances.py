"""Which registry decides over an execve() and which one can be seen: user namespaces, mounts, and the last umount."""

from typing import NamedTuple

from qemudoctor.kernel.errnos import Errno
from qemudoctor.kernel.features import Feature
from qemudoctor.kernel.registry import Registry
from qemudoctor.kernel.release import KernelRelease
from qemudoctor.kernel.tree import ROOT, Credentials, Tree

INITIAL = "initial"
"""The user namespace that a kernel starts with."""


class MountRefused(Exception):
    """A mount or umount of binfmt_misc failed; errno says how."""

    def __init__(self, errno: Errno, reason: str) -> None:
        super().__init__(f"{errno.name}: {reason}")
        self.errno = errno
        self.reason = reason


class Mount(NamedTuple):
    """A mount at /proc/sys/fs/binfmt_misc in one mount namespace."""

    view: str
    """The mount namespace."""
    owner: str | None
    """The user namespace whose registry it shows; None for another file system that covers what is below."""


class Instances(NamedTuple):
    """The registries of one running kernel, the user namespaces that may have one, and what keeps each of them alive.

    Namespaces go by any name. A mount namespace, a PID namespace, a chroot or a cgroup does not change which registry
    is used. Mounts that propagate between mount namespaces are not followed: each is a mount of its own here.
    Source: Linux fs/binfmt_misc.c, load_binfmt_misc(), bm_fill_super(), bm_evict_inode(); up to 6.6 one static list.
    OpenVZ and Virtuozzo, which have a registry for each container, are not in the model.
    """

    kernel: KernelRelease
    parents: tuple[tuple[str, str], ...] = ()
    """Each user namespace with the one that it was made in; not the initial one."""
    registries: tuple[tuple[str, Registry], ...] = ((INITIAL, Registry()),)
    """By user namespace: those that have one, mounted or not."""
    mounts: tuple[Mount, ...] = ()
    """In each mount namespace the last one is on top."""
    open_files: tuple[str, ...] = ()
    """The user namespaces in whose registry some process has a file open, once for each."""

    def unshare_user(self, name: str, *, parent: str = INITIAL) -> "Instances":
        """Return this kernel with one more user namespace, made by a process of parent."""
        return self._replace(parents=(*self.parents, (name, parent)))

    def owner_for(self, namespace: str) -> str:
        """Return the user namespace whose registry an execve() of a process in this one uses.

        From Linux 6.7 on it is the nearest, itself included, that ever mounted binfmt_misc; before, the initial one.
        """
        have, parents = dict(self.registries), dict(self.parents)
        while namespace not in have:
            namespace = parents[namespace]
        return namespace

    def used_by(self, namespace: str) -> Registry:
        """Return the registry that an execve() of a process in this user namespace uses."""
        return dict(self.registries)[self.owner_for(namespace)]

    def owner_seen_in(self, view: str) -> str | None:
        """Return whose registry a mount namespace shows, None where none is mounted or another mount covers it."""
        here = [mount.owner for mount in self.mounts if mount.view == view]
        return here[-1] if here else None

    def seen_in(self, view: str) -> Registry | None:
        """Return the registry that a mount namespace shows, None if it shows none."""
        owner = self.owner_seen_in(view)
        return None if owner is None else dict(self.registries)[owner]

    def mount(self, view: str, *, by: str = INITIAL) -> "Instances":
        """Return what a mount of binfmt_misc by root of a user namespace leads to; it shows that one's own registry.

        The first in a user namespace makes a registry, which is empty: what it inherited no longer counts for it. And
        it switches a registry on that nobody had mounted or open.
        Raises: MountRefused with EPERM outside the initial user namespace up to Linux 6.6, with EBUSY where the same
            registry is on top already.
        """
        own = self.kernel.supports(Feature.USERNS_INSTANCE)
        if not own and by != INITIAL:
            raise MountRefused(Errno.EPERM, "only the initial user namespace may mount binfmt_misc before Linux 6.7")
        if self.owner_seen_in(view) == by:
            raise MountRefused(Errno.EBUSY, "the same registry is mounted there already")
        if not own:
            return self._with_mount(view, by)
        registry = dict(self.registries).get(by, Registry())
        if not self._is_alive(by):
            registry = registry._replace(enabled=True)
        return self.change(by, registry)._with_mount(view, by)

    def cover(self, view: str) -> "Instances":
        """Return what a mount of another file system over it leads to."""
        return self._with_mount(view, None)

    def unshare_mounts(self, view: str, *, source: str) -> "Instances":
        """Return this kernel with one more mount namespace, which begins with copies of the mounts of another."""
        copies = (Mount(view, mount.owner) for mount in self.mounts if mount.view == source)
        return self._replace(mounts=(*self.mounts, *copies))

    def unmount(self, view: str) -> "Instances":
        """Return what an umount in a mount namespace leads to, lazy if a file is open.

        With the last mount and the last open file of a registry its entries are gone, on kernels that do not pin them.
        Raises: MountRefused with EINVAL where nothing is mounted.
        """
        here = [number for number, mount in enumerate(self.mounts) if mount.view == view]
        if not here:
            raise MountRefused(Errno.EINVAL, "nothing is mounted there")
        left = self._replace(mounts=self.mounts[: here[-1]] + self.mounts[here[-1] + 1 :])
        return left._cleaned(self.mounts[here[-1]].owner)

    def end_view(self, view: str) -> "Instances":
        """Return what the end of the last process in a mount namespace leads to: its mounts go, as a container's do."""
        ended = self
        while any(mount.view == view for mount in ended.mounts):
            ended = ended.unmount(view)
        return ended

    def open_file(self, owner: str) -> "Instances":
        """Return this kernel with one more open file in the registry of a user namespace, mounted somewhere."""
        return self._replace(open_files=(*self.open_files, owner))

    def close_file(self, owner: str) -> "Instances":
        """Return what the end of one open file in the registry of a user namespace leads to."""
        at = self.open_files.index(owner)
        return self._replace(open_files=self.open_files[:at] + self.open_files[at + 1 :])._cleaned(owner)

    def register(
        self,
        line: bytes,
        *,
        owner: str = INITIAL,
        by: str = INITIAL,
        root: Tree,
        cwd: str = "/",
        credentials: Credentials = ROOT,
    ) -> "Instances":
        """Return this kernel after a write to `register` of the registry of one user namespace by a process of another.

        Only the mode of a file counts, no capability: whoever sees an outer registry, and is its owner, may write it.
        Raises: what Registry.register() does.
        """
        after = dict(self.registries)[owner].register(
            line, kernel=self.kernel, root=root, cwd=cwd, credentials=credentials, is_outsider=by != owner
        )
        return self.change(owner, after)

    def change(self, owner: str, registry: Registry) -> "Instances":
        """Return this kernel with another state of the registry of a user namespace, as after writes to it."""
        return self._replace(registries=tuple((dict(self.registries) | {owner: registry}).items()))

    def _is_alive(self, owner: str) -> bool:
        return owner in self.open_files or any(mount.owner == owner for mount in self.mounts)

    def _with_mount(self, view: str, owner: str | None) -> "Instances":
        return self._replace(mounts=(*self.mounts, Mount(view, owner)))

    def _cleaned(self, owner: str | None) -> "Instances":
        """Return this kernel without the entries of a registry that nobody has mounted or open any more."""
        if owner is None or self._is_alive(owner) or not self.kernel.supports(Feature.UMOUNT_DROPS_ENTRIES):
            return self
        return self.change(owner, dict(self.registries)[owner]._replace(entries=()))
