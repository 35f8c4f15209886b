"""One binfmt_misc instance: its entries in match order, and what writes to its files do."""

from collections.abc import Iterable
from typing import NamedTuple

from qemudoctor.kernel.entry import Entry, Rule, extension_of, rules_of
from qemudoctor.kernel.errnos import Errno
from qemudoctor.kernel.features import Feature
from qemudoctor.kernel.path import NAME_MAX_BYTES, LookupFailed
from qemudoctor.kernel.program import Program, open_program
from qemudoctor.kernel.register import RegisterError
from qemudoctor.kernel.release import KernelRelease
from qemudoctor.kernel.tree import ROOT, Credentials, Tree

RESERVED = frozenset({"register", "status"})
_COMMANDS = {b"0": 0, b"1": 1, b"-1": -1}
_RULES_MAX = 16
_RULES: dict[int, tuple[tuple[Entry, ...], tuple[Rule, ...]]] = {}
"""The rules of the registries that were asked last, by identity of their entries, which are held so that it stays."""


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
    ) -> "Registry":
        """Return this registry after one write of line to `register`; F is opened in root, the writer's.

        Raises: RegisterError with the errno that write() returns. OpenBlocks where F names a fifo on an old kernel.
        Source: Linux fs/binfmt_misc.c, bm_register_write().
        """
        entry = Entry.from_register(line, kernel)
        if kernel.supports(Feature.OPEN_BEFORE_NAME):
            entry = _pin(entry, root, kernel, cwd, credentials)
            self._require_free(entry.name, kernel)
        else:
            self._require_free(entry.name, kernel)
            entry = _pin(entry, root, kernel, cwd, credentials)
        return self._replace(entries=(entry, *self.entries))

    def _require_free(self, name: str, kernel: KernelRelease) -> None:
        real = kernel.supports(Feature.REGISTER_ERRNO)
        if len(name.encode("utf-8", "surrogateescape")) > NAME_MAX_BYTES:
            errno = Errno.ENAMETOOLONG if real else Errno.EINVAL
            raise RegisterError(f"the name is longer than {NAME_MAX_BYTES} bytes", errno=errno, field="name")
        if name in RESERVED or self.named(name) is not None:
            errno = Errno.EEXIST if real else Errno.EINVAL
            raise RegisterError(f"the name {name!r} is taken", errno=errno, field="name")

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
        value = _COMMANDS.get(command.removesuffix(b"\n"))
        if value is None:
            raise RegisterError("not 0, 1 or -1", field="command")
        if entry is None:
            return self._replace(entries=()) if value < 0 else self._replace(enabled=bool(value))
        others = {entry.name: None} if value < 0 else {entry.name: entry._replace(enabled=bool(value))}
        return self._replace(entries=tuple(y for x in self.entries if (y := others.get(x.name, x)) is not None))

    def match(self, head: bytes, path: str) -> Entry | None:
        """Return the entry that decides over a program: the newest enabled one that matches, or None."""
        if not self.enabled:
            return None
        number, own = int.from_bytes(head, "little"), extension_of(path)
        # What Entry.matches() does, without a call for each: this is the busiest loop of the model.
        for bits, wanted, extension, entry in _rules(self.entries):
            if number & bits == wanted and (extension is None or extension == own):
                return entry
        return None


def _rules(entries: tuple[Entry, ...]) -> tuple[Rule, ...]:
    """Return what rules_of() does, remembered: hashing thirty entries would cost more than the search itself."""
    known = _RULES.get(id(entries))
    if known is not None:
        return known[1]
    if len(_RULES) >= _RULES_MAX:
        _RULES.clear()
    rules = rules_of(entries)
    _RULES[id(entries)] = entries, rules
    return rules


def _pin(entry: Entry, root: Tree, kernel: KernelRelease, cwd: str, credentials: Credentials) -> Entry:
    if "F" not in entry.flags:
        return entry
    try:
        program: Program = open_program(root, entry.interpreter, kernel=kernel, cwd=cwd, credentials=credentials)
    except LookupFailed as error:
        raise RegisterError(
            f"F opens the interpreter at once, and {entry.interpreter} fails", errno=error.errno, field="interpreter"
        ) from error
    return entry._replace(pinned=program)
