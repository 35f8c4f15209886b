"""What the kernel model says of one platform on one host: in the host's own root, and in a container's."""

from typing import NamedTuple

from qemudoctor.facts.fact import Unavailable
from qemudoctor.host.door import HostError
from qemudoctor.host.trees import MemoryFile, MemoryTree, OverlayTree
from qemudoctor.kernel.call import execve
from qemudoctor.kernel.execution import Execution
from qemudoctor.kernel.machine import Machine
from qemudoctor.kernel.registry import Registry
from qemudoctor.kernel.release import KernelRelease
from qemudoctor.kernel.tree import Tree
from qemudoctor.platforms import Platform

PROGRAM = "/probe"


class Prediction(NamedTuple):
    """How execve() of a minimal static program of the platform ends."""

    host: Execution
    """In the host's own root."""
    container: Execution
    """In an empty root that holds nothing but the program."""


def predict(
    platform: Platform, *, root: Tree, registry: Registry, kernel: KernelRelease, machine: Machine, pie: bool = False
) -> Prediction:
    """Return the model's answer for a platform on a host with that root. Raises: Unavailable if it cannot be read.

    pie: for a position-independent program.
    """
    sample = {PROGRAM: MemoryFile(platform.architecture.sample(pie=pie))}
    try:
        host = execve(PROGRAM, root=OverlayTree(root, sample), registry=registry, kernel=kernel, machine=machine)
    except HostError as error:
        raise Unavailable(f"{error.path}: {error.reason}") from error
    container = execve(PROGRAM, root=MemoryTree(sample), registry=registry, kernel=kernel, machine=machine)
    return Prediction(host, container)
