"""What the kernel model says of one platform on one host: in the host's own root, and in a container's."""

from typing import TYPE_CHECKING, NamedTuple

from qemudoctor.facts.fact import Unavailable
from qemudoctor.facts.mounts import MountState
from qemudoctor.facts.registry import RegistryFacts
from qemudoctor.host.door import HostError
from qemudoctor.host.trees import MemoryFile, MemoryTree, OverlayTree
from qemudoctor.kernel.execve import Execution, execve
from qemudoctor.kernel.registry import Registry
from qemudoctor.platforms import Platform

if TYPE_CHECKING:
    from qemudoctor.facts.facts import Facts

PROGRAM = "/probe"


class Prediction(NamedTuple):
    """How execve() of a minimal static program of the platform ends."""

    host: Execution
    """In the host's own root."""
    container: Execution
    """In an empty root that holds nothing but the program."""


def predict(facts: "Facts", platform: Platform) -> Prediction:
    """Return the model's answer for a platform. Raises: Unavailable if kernel, machine or registry are not known."""
    sample = {PROGRAM: MemoryFile(platform.architecture.sample())}
    kernel, machine, registry = facts.kernel, facts.machine_for(platform.architecture), _registry(facts)
    try:
        host = execve(
            PROGRAM, root=OverlayTree(facts.host.tree(), sample), registry=registry, kernel=kernel, machine=machine
        )
    except HostError as error:
        raise Unavailable(f"{error.path}: {error.reason}") from error
    container = execve(PROGRAM, root=MemoryTree(sample), registry=registry, kernel=kernel, machine=machine)
    return Prediction(host, container)


def _registry(facts: "Facts") -> Registry:
    """Return the registry for the model; a kernel without binfmt_misc has none, so nothing matches."""
    if facts.question.registry is None and facts.mount.state is MountState.ABSENT:
        return Registry()
    known: RegistryFacts = facts.registry
    if known.damaged:
        raise Unavailable(f"the entry {known.damaged[0].name} cannot be read: {known.damaged[0].reason}")
    return known.registry
