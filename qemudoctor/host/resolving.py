"""Looking paths up in a tree with the kernel's path walk, for hosts that are not the running machine."""

import errno

from qemudoctor.host.door import CouldNotLook, Forbidden, HostError, NotThere
from qemudoctor.host.syscalls import decode, encode
from qemudoctor.kernel.errnos import MEANINGS, Errno
from qemudoctor.kernel.path import Located, LookupFailed, walk
from qemudoctor.kernel.tree import Node, NodeKind, Tree


def locate(tree: Tree, path: str, *, follow: bool = True) -> Located:
    """Return where a path leads in a tree, links followed as its own kernel would. Raises: HostError."""
    path = decode(encode(path))
    try:
        return walk(tree, path, follow_last=follow)
    except LookupFailed as error:
        kind: type[HostError]
        match error.errno:
            case Errno.ENOENT | Errno.ENOTDIR:
                kind = NotThere
            case Errno.EACCES:
                kind = Forbidden
            case _:
                kind = CouldNotLook
        raise kind(path, MEANINGS[error.errno], errno=error.errno.value) from error


def link_target(path: str, node: Node) -> str:
    """Return where a symbolic link points. Raises: CouldNotLook if it is none."""
    if node.kind is not NodeKind.LINK:
        raise CouldNotLook(path, "is not a symbolic link", errno=errno.EINVAL)
    return node.target
