"""What is true of the containers of a host: their engines, and what their clients are told; each read once."""

from typing import TYPE_CHECKING

from qemudoctor.facts.engines import Engine, read_engines
from qemudoctor.facts.fact import Fact, Unavailable
from qemudoctor.host.door import HostError
from qemudoctor.kernel.features import Feature

if TYPE_CHECKING:
    from qemudoctor.facts.facts import Facts
    from qemudoctor.platforms import Platform


class ContainerFacts:
    """The part of the facts that is about containers. Every property may raise Unavailable; nothing is read twice."""

    def __init__(self, facts: "Facts") -> None:
        self._facts = facts
        self.known: dict[int | None, tuple[str, str, str]] = {}
        """Where a daemon looks for programs, by its process: a memory of facts.buildkit."""

    @Fact
    def engines(self) -> tuple[Engine, ...]:
        """The engines and builders that clients would use, and what surrounds this host."""
        facts = self._facts
        try:
            release: str | None = facts.uname.release
            has_instances = facts.kernel.supports(Feature.USERNS_INSTANCE)
        except Unavailable:
            release, has_instances = None, True
        return read_engines(facts.host, release=release, has_instances=has_instances, sandbox=facts.sandbox)

    def runs(self, platform: "Platform") -> bool | None:
        """Return whether programs run in an empty root: as observed, else as predicted; None if not known."""
        outcome = self._facts.observed(platform).contained.outcome
        if outcome is None:
            try:
                outcome = self._facts.prediction(platform).container.outcome
            except Unavailable:
                return None
        return outcome == "ok"

    @Fact
    def default_platform(self) -> str:
        """What DOCKER_DEFAULT_PLATFORM holds, "" if it is not set. Without knowing of engines nobody asks for it."""
        _ = self.engines
        try:
            return (self._facts.host.environment("DOCKER_DEFAULT_PLATFORM") or "").strip()
        except HostError as error:
            raise Unavailable(f"{error.path}: {error.reason}") from error

    @Fact
    def wsl_interop_is_off(self) -> bool:
        """Whether WSL2 was told not to start Windows programs."""
        from qemudoctor.facts.surroundings import interop_is_off

        return interop_is_off(self._facts.host)
