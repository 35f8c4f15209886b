"""What a boot of this host registers, and who does it: each read once."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from qemudoctor.facts.fact import Fact
from qemudoctor.facts.persistent import (
    AtBoot,
    PersistentLine,
    is_configured_alike,
    list_files,
    read_persistent,
    register_all,
)
from qemudoctor.kernel.entry import Entry

if TYPE_CHECKING:
    from qemudoctor.facts.facts import Facts


class BootFacts:
    """What the next boot brings. Every property may raise Unavailable."""

    def __init__(self, facts: "Facts") -> None:
        self._facts = facts
        self._alike: dict[str, bool] = {}

    def beside(self, facts: "Facts") -> "BootFacts":
        """Return this for other facts of the same host: files and kernel are the same, the entries may be others."""
        then = BootFacts(facts)
        then.__dict__["_known"] = self.__dict__.setdefault("_known", {})
        return then

    @Fact
    def persistent(self) -> tuple[PersistentLine, ...]:
        """The register lines that a boot writes: those of binfmt.d in their order, then those of update-binfmts."""
        from qemudoctor.facts.updatebinfmts import read_database

        return read_persistent(self._facts.host) + read_database(self._facts.host)

    @Fact
    def registry(self) -> AtBoot:
        """What the kernel in question makes of these lines."""
        return register_all(self.persistent, kernel=self._facts.kernel, tree=self._facts.tree)

    @Fact
    def unit_obstacle(self) -> str | None:
        """Why systemd-binfmt does not register what is in binfmt.d; None where nothing is known to keep it from it."""
        from qemudoctor.facts.binfmtunit import read_obstacle

        return read_obstacle(self._facts.host, release=self._facts.kernel.text)

    @Fact
    def registering_unit(self) -> str | None:
        """A unit file of this host's own that registers emulators at boot, None without one."""
        from qemudoctor.facts.binfmtunit import read_agent

        return read_agent(self._facts.host)

    @Fact
    def _files(self) -> Mapping[str, str]:
        return list_files(self._facts.host)

    def is_configured_alike(self, entry: Entry) -> bool:
        """Return whether the file of binfmt.d that bears an entry's name surely registers just this entry at boot."""
        if entry.name not in self._alike:
            self._alike[entry.name] = is_configured_alike(self._facts.host, self._files, entry, self._facts.kernel)
        return self._alike[entry.name]
