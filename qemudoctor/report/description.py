"""What reports tell of the host itself; None for what could not be looked at."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from qemudoctor.facts import Distribution, Facts, Sandbox, Unavailable
from qemudoctor.facts.emulators import Emulator
from qemudoctor.facts.registry import RegistryFacts
from qemudoctor.host.door import HostError
from qemudoctor.kernel.entry import Entry

if TYPE_CHECKING:
    from qemudoctor.facts.pinned import PinnedEmulator

T = TypeVar("T")


def known(read: Callable[[], T]) -> T | None:
    """Return what read returns, None if that could not be looked at."""
    try:
        return read()
    except (Unavailable, HostError):
        return None


def hostname(facts: Facts) -> str | None:
    """Return the name of the host."""
    return known(facts.host.hostname)


def kernel(facts: Facts) -> str | None:
    """Return the kernel release in question as it was given."""
    return known(lambda: facts.kernel.text)


def machine(facts: Facts) -> str | None:
    """Return the architecture of the kernel, by `uname -m`."""
    return known(lambda: facts.machine.name) or known(lambda: facts.uname.machine)


def distribution(facts: Facts) -> Distribution | None:
    """Return the distribution."""
    return known(lambda: facts.distribution)


def sandbox(facts: Facts) -> Sandbox | None:
    """Return what whoever looks is in; None also if that is not known."""
    return known(lambda: facts.sandbox)


def registry(facts: Facts) -> tuple[RegistryFacts | None, str | None]:
    """Return the registry, or the reason why it could not be read."""
    try:
        return facts.registry, None
    except Unavailable as error:
        return None, error.reason


def registry_state(facts: Facts) -> str:
    """Return the state of the registry as reports spell it."""
    return known(lambda: facts.registry_state) or "unreadable"


def emulator(facts: Facts, entry: Entry) -> Emulator | None:
    """Return what lies at the path of an entry's interpreter."""
    return known(lambda: facts.emulator(entry.interpreter))


def pinned_emulator(facts: Facts, entry: Entry) -> "PinnedEmulator | None":
    """Return the emulator that an entry keeps open; None also if that is not known."""
    return known(lambda: facts.pinned_emulator(entry))
