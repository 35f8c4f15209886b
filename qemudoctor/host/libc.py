"""System calls that Python does not have: through the C library, loaded once and before a fork."""

import errno
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ctypes

_loaded: "list[tuple[ctypes.CDLL, Callable[[], int]]]" = []


def load_libc() -> None:
    """Load the C library. Raises: OSError where this Python cannot."""
    if _loaded:
        return
    try:
        import ctypes
    except ImportError:
        raise OSError(errno.ENOSYS, "this Python was built without ctypes") from None
    _loaded.append((ctypes.CDLL(None, use_errno=True), ctypes.get_errno))


def call_libc(name: str, *arguments: object) -> None:
    """Call a function of the C library that returns 0 if all went well. Raises: OSError."""
    load_libc()
    library, last_errno = _loaded[0]
    if getattr(library, name)(*arguments):
        number = last_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
