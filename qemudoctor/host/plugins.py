"""Whether any installed package may plug something in, told without loading importlib.metadata.

Loading it, and reading every package's metadata, costs several times what a whole diagnosis does; nearly always it
finds nothing.
"""

import os
import sys

_METADATA = (".dist-info", ".egg-info")


def may_have_entry_points(group: str) -> bool:
    """Return whether importlib.metadata is worth asking for an entry point group: False is certain.

    Source: the entry points specification of packaging.python.org: NAME.dist-info/entry_points.txt, "[group]".
    """
    head = f"[{group}]".encode()
    for place in sys.path:
        try:
            names = os.listdir(place or ".")
        except NotADirectoryError:
            return True  # an archive on the path: only the library can look into it
        except OSError:
            continue
        for name in names:
            if name.endswith(_METADATA) and _contains(f"{place or '.'}/{name}/entry_points.txt", head):
                return True
    return False


def _contains(path: str, head: bytes) -> bool:
    try:
        with open(path, "rb") as file:
            return head in file.read(1 << 20)
    except OSError:
        return False
