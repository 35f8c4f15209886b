"""One binfmt_misc instance: its entries in match order, and what writes to its files do."""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from qemudoctor._override import override
from qemudoctor.kernel.entry import Entry, Rules, extension_of, rules_of
from qemudoctor.kernel.errnos import Errno
from qemudoctor.kernel.features import Feature
from qemudoctor.kernel.path import NAME_MAX_BYTES, LookupFailed, is_longer
from qemudoctor.kernel.program import Program, open_program
from qemudoctor.kernel.register import RegisterError
from qemudoctor.kernel.release import KernelRelease
from qemudoctor.kernel.tree import ROOT, Credentials, Tree

RESERVED = frozenset({"register", "status"})
_DISABLE, _ENABLE, _REMOVE = b"0", b"1", b"-1"


class Registry(NamedTuple):
    """A registry: entries newest first, the order in which they are tried, and the switch of all."""

    entries: tuple[Entry, ...] = ()
    enabled: bool = True

    @classmethod
    def from_lines(cls, lines: Iterable[bytes], *, kernel: KernelRelease, root: Tree) -> "Registry":
        """Return what an empty registry holds after these register strings. Raises: RegisterError at the first."""
        registry = cls()
        for line in lines:
            registry = registry.register(line, kernel=kernel, root=root)
        return registry

    def register(
        self,
        line: bytes,
        *,
        kernel: KernelRelease,
        root: Tree,
        cwd: str = "/",
        credentials: Credentials = ROOT,
        is_outsider: bool = False,
    ) -> "Registry":
        """Return this registry after one write of line to `register`; F is opened in root, the writer's.

        is_outsider: the writer is in another user namespace than the one whose registry this is.
        Raises: RegisterError with the errno that write() returns. OpenBlocks where F names a fifo on an old kernel.
        Source: Linux fs/binfmt_misc.c, bm_register_write().
        """
        entry = Entry.from_register(line, kernel)
        if kernel.supports(Feature.OPEN_BEFORE_NAME):
            entry = _pin(entry, root, kernel, cwd, credentials)
            self._require_free(entry.name, kernel)
            self._require_pinnable(kernel, is_outsider)
        else:
            self._require_free(entry.name, kernel)
            self._require_pinnable(kernel, is_outsider)
            entry = _pin(entry, root, kernel, cwd, credentials)
        return self._replace(entries=(entry, *self.entries))

    def _require_free(self, name: str, kernel: KernelRelease) -> None:
        real = kernel.supports(Feature.REGISTER_ERRNO)
        if is_longer(name, NAME_MAX_BYTES):
            errno = Errno.ENAMETOOLONG if real else Errno.EINVAL
            raise RegisterError(f"the name is longer than {NAME_MAX_BYTES} bytes", errno=errno, field="name")
        if name in RESERVED or self.named(name) is not None:
            errno = Errno.EEXIST if real else Errno.EINVAL
            raise RegisterError(f"the name {name!r} is taken", errno=errno, field="name")

    def _require_pinnable(self, kernel: KernelRelease, is_outsider: bool) -> None:
        """Refuse the first entry from another user namespace, where the first one must pin the filesystem.

        Source: Linux fs/libfs.c, simple_pin_fs(); fs/super.c, sget(), which since 4.8 asks for the user namespace that
            the filesystem was mounted in.
        """
        if not is_outsider or self.entries or kernel.supports(Feature.UMOUNT_DROPS_ENTRIES):
            return
        if kernel.supports(Feature.REGISTER_ERRNO):
            reason = "the first entry must come from the user namespace that has mounted the registry"
            raise RegisterError(reason, errno=Errno.EBUSY, field="line")

    def named(self, name: str) -> Entry | None:
        """Return the entry of that name, if there is one."""
        return next((entry for entry in self.entries if entry.name == name), None)

    def write(self, name: str, command: bytes) -> "Registry":
        r"""Return this registry after a write of command to the file of that name, an entry or `status`.

        Format: `1` enables, `0` disables, `-1` removes (in `status`: all entries), one trailing newline allowed.
        Raises: RegisterError with EINVAL for anything else, ENOENT if there is no such file.
        Source: Linux fs/binfmt_misc.c, parse_command(), bm_entry_write(), bm_status_write().
        """
        entry = self.named(name)
        if entry is None and name != "status":
            raise RegisterError(f"no entry {name!r}", errno=Errno.ENOENT, field="name")
        if not command:
            return self
        command = command.removesuffix(b"\n")
        if command not in (_DISABLE, _ENABLE, _REMOVE):
            raise RegisterError("not 0, 1 or -1", field="command")
        if entry is None:
            return self._replace(entries=()) if command == _REMOVE else self._replace(enabled=command == _ENABLE)
        changed = () if command == _REMOVE else (entry._replace(enabled=command == _ENABLE),)
        at = self.entries.index(entry)
        return self._replace(entries=self.entries[:at] + changed + self.entries[at + 1 :])

    def match(self, head: bytes, path: str) -> Entry | None:
        """Return the entry that decides over a program: the newest enabled one that matches, or None."""
        if not self.enabled:
            return None
        number, own = int.from_bytes(head, "little"), extension_of(path)
        # What Entry.matches() does, for many at once: this is the busiest loop of the model.
        for bits, entries in _rules(_Same(self.entries)):
            entry = entries.get(own if bits is None else number & bits)
            if entry is not None:
                return entry
        return None


class _Same:
    """The entries of a registry, by identity: hashing thirty entries would cost more than the search itself."""

    __slots__ = ("entries",)

    def __init__(self, entries: tuple[Entry, ...]) -> None:
        self.entries = entries

    @override
    def __hash__(self) -> int:
        return id(self.entries)

    @override
    def __eq__(self, other: object) -> bool:
        return hash(self) == hash(other)


@lru_cache(maxsize=16)
def _rules(same: _Same) -> tuple[Rules, ...]:
    return rules_of(same.entries)


def _pin(entry: Entry, root: Tree, kernel: KernelRelease, cwd: str, credentials: Credentials) -> Entry:
    if "F" not in entry.flags:
        return entry
    try:
        program: Program = open_program(root, entry.interpreter, kernel=kernel, cwd=cwd, credentials=credentials)
    except LookupFailed as error:
        why = "does not exist" if error.errno is Errno.ENOENT else "cannot be opened"
        raise RegisterError(
            f"F opens the interpreter at once, and {entry.interpreter} {why}", errno=error.errno, field="interpreter"
        ) from error
    return entry._replace(pinned=program)
