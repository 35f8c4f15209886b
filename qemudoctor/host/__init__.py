"""The only door to a machine: the one this runs on, one mounted at a directory, one recorded in a capture."""

import os
import stat
from typing import TYPE_CHECKING

from qemudoctor.host.door import (
    CommandResult,
    CouldNotLook,
    FileStat,
    Forbidden,
    Host,
    HostError,
    NotRecorded,
    NotThere,
    Source,
    Uname,
)
from qemudoctor.host.live import LiveHost
from qemudoctor.host.trees import DirectoryTree, MemoryFile, MemoryTree, OverlayTree

if TYPE_CHECKING:
    from qemudoctor.host.recorded import RecordedHost
    from qemudoctor.host.rooted import RootedHost

__all__ = [
    "CommandResult",
    "CouldNotLook",
    "DirectoryTree",
    "FileStat",
    "Forbidden",
    "Host",
    "HostError",
    "LiveHost",
    "MemoryFile",
    "MemoryTree",
    "NotRecorded",
    "NotThere",
    "OverlayTree",
    "RecordedHost",
    "RootedHost",
    "Source",
    "Uname",
    "open_host",
]

# Only who asks for these pays for loading them.
_LATE = {"RecordedHost": "qemudoctor.host.recorded", "RootedHost": "qemudoctor.host.rooted"}


def __getattr__(name: str) -> object:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_LATE[name]), name)


def open_host(*, root: str | None = None, capture: str | None = None) -> Host:
    """Return the host to judge: this machine, the one mounted at the directory root, or the recorded one.

    Raises: DoctorError if root is no directory, CaptureError (a DoctorError) if capture cannot be read.
    """
    from qemudoctor.exceptions import DoctorError

    if root is not None and capture is not None:
        raise DoctorError("a host has either a root or a capture", hint="Give only one of --root and --capture.")
    if capture is not None:
        from qemudoctor.host.capture_reader import read_capture
        from qemudoctor.host.recorded import RecordedHost

        return RecordedHost(read_capture(capture))
    if root is None:
        return LiveHost()
    return _open_root(root)


def _open_root(root: str) -> Host:
    from qemudoctor.exceptions import DoctorError

    hint = "Give the directory at which the other machine is mounted, the one that holds its etc and usr."
    try:
        status = os.stat(root)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise DoctorError(f"{root!a}: {reason}", hint=hint) from error
    if not stat.S_ISDIR(status.st_mode):
        raise DoctorError(f"{root!a} is no directory", hint=hint)
    if os.path.samestat(status, os.stat("/")):
        return LiveHost()
    from qemudoctor.host.rooted import RootedHost

    return RootedHost(root)
