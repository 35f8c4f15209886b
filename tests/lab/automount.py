"""An automount of binfmt_misc as systemd makes it, served by this process: the kernel asks, and it mounts.

`python automount.py MOUNT_POINT` prints "ready" and serves until whoever started it ends. With `--dead`, it leaves the
trap behind with nobody to serve it, as a systemd that was stopped or hangs.
Source: Linux Documentation/filesystems/autofs.rst, include/uapi/linux/auto_fs.h.
"""

import ctypes
import fcntl
import os
import signal
import struct
import subprocess
import sys

_PR_SET_PDEATHSIG = 1
_READY = 0x9360  # AUTOFS_IOC_READY
_PACKET_BYTES = 304
_DIRECT_MISSING = 5


def main(mount_point: str, *, is_dead: bool) -> None:
    """Set the trap and serve it."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    os.setpgid(0, 0)  # what this group does is not trapped
    reading, writing = os.pipe()
    options = f"fd={writing},pgrp={os.getpgrp()},minproto=5,maxproto=5,direct"
    command = ["mount", "-i", "-t", "autofs", "-o", options, "systemd-1", mount_point]
    subprocess.run(command, pass_fds=[writing], check=True)
    os.close(writing)
    folder = os.open(mount_point, os.O_RDONLY | os.O_DIRECTORY)
    print("ready", flush=True)
    sys.stdout.close()
    while not is_dead:
        packet = os.read(reading, _PACKET_BYTES)
        _, kind, token = struct.unpack_from("iiI", packet)
        assert kind == _DIRECT_MISSING
        subprocess.run(["mount", "-t", "binfmt_misc", "binfmt_misc", mount_point], check=True)
        fcntl.ioctl(folder, _READY, token)


if __name__ == "__main__":
    main(sys.argv[1], is_dead="--dead" in sys.argv[2:])
