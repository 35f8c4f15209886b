"""A mount namespace for an engine, so that it finds nothing of the machine's own engine and leaves nothing.

Engines keep state at fixed places outside their data folder: dockerd makes /etc/docker/key.json and reads
/etc/docker/daemon.json, containerd makes /opt/containerd, podman /var/lib/containers/cache. In a namespace of
its own each of these is a folder of the test. All mounts, also those that an engine leaves behind, end with it.
"""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

# Engines that find several cgroup hierarchies give up (crun: "cgroups in hybrid mode not supported"), so here
# they find one.
ONE_CGROUP_HIERARCHY = "umount -R /sys/fs/cgroup; mount -t cgroup2 cgroup2 /sys/fs/cgroup\n"
# The folder and the place that it covers, pair by pair up to "--"; then the command.
_COVER = 'while [ "$1" != -- ]; do mount --bind "$1" "$2"; shift 2; done; shift; exec "$@"\n'


@contextmanager
def existing(places: Sequence[str]) -> Iterator[None]:
    """Make the folders that are not there, and remove those again: a place can only be covered if it exists."""
    with ExitStack() as stack:
        for place in places:
            stack.enter_context(_existing(Path(place)))
        yield


@contextmanager
def _existing(place: Path) -> Iterator[None]:
    is_ours = not place.exists()
    place.mkdir(exist_ok=True)
    # Removing a folder also removes what covers it in other namespaces, so other tests may not be using it.
    used = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(used, fcntl.LOCK_SH)
        yield
    finally:
        if is_ours:
            # In use, or not empty because somebody else filled it: then it stays.
            with suppress(OSError):
                fcntl.flock(used, fcntl.LOCK_EX | fcntl.LOCK_NB)
                place.rmdir()
        os.close(used)


def own_folders(folder: Path, places: Sequence[str]) -> tuple[tuple[Path, str], ...]:
    """Return for each place the folder below `folder` that is to cover it."""
    pairs = tuple((folder / place.strip("/").replace("/", "-"), place) for place in places)
    for own, _ in pairs:
        own.mkdir(exist_ok=True)
    return pairs


def entering(
    *, setup: str = "", options: Sequence[str] = (), covered: Sequence[tuple[Path, str]] = ()
) -> tuple[str, ...]:
    """Return the words to put before a command, so that it runs in a mount namespace of its own.

    `setup` is shell text that runs there first, with `options` (of unshare) in force. Then each folder in
    `covered` is bound over its place.
    """
    pairs = [str(word) for pair in covered for word in pair]
    # slave: what the machine mounts later is seen here too, and nothing of what happens here is seen there.
    unshare = ("unshare", "--mount", "--propagation", "slave", *options)
    return (*unshare, "sh", "-ec", setup + _COVER, "sh", *pairs, "--")
