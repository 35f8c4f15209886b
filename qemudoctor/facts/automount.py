"""Whether somebody still serves an automount: told from its options, without looking into it."""

from qemudoctor.facts.mounts import Mount, MountState
from qemudoctor.host.door import CouldNotLook, Host

_OPTIONS_MAX = 64


def read_dead_automount(host: Host, mount: Mount) -> str | None:
    """Return what says that nobody serves the automount at the mount point of binfmt_misc, None if somebody may.

    Format: the options of autofs in mountinfo, "rw,fd=29,pgrp=1,timeout=0,minproto=5,maxproto=5,direct,pipe_ino=10931".
        fd and pipe_ino become -1 when the kernel has given its daemon up; pgrp is the daemon's process group.
    Source: Linux fs/autofs/inode.c, autofs_show_options(); seen on 6.18 with a daemon that had ended.
    """
    if mount.state is not MountState.AUTOMOUNT or mount.source != "/proc/self/mountinfo":
        return None
    found = dict(x.partition("=")[::2] for x in mount.evidence.rsplit(" ", 1)[-1].split(",")[:_OPTIONS_MAX])
    if "-1" in (found.get("pipe_ino"), found.get("fd")):
        return "the kernel has given up its daemon (pipe_ino=-1)"
    group = found.get("pgrp", "")
    if not group.isdecimal() or int(group) < 1:
        return None  # 0: a process of another namespace
    try:
        alive = host.exists(f"/proc/{int(group)}") or not host.exists("/proc/1")  # hidepid= hides the others
    except CouldNotLook:
        return None
    return None if alive else f"its daemon, process {int(group)}, does not run any more"
