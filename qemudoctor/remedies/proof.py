"""Whether a remedy helps: its effect applied to the model, and the model asked again."""

from collections.abc import Iterable, Iterator, Mapping

from qemudoctor.facts import Facts, Unavailable
from qemudoctor.host.door import HostError
from qemudoctor.host.trees import MemoryFile, MemoryTree, OverlayTree
from qemudoctor.kernel.execve import execve
from qemudoctor.kernel.machine import native_executable
from qemudoctor.kernel.path import LookupFailed
from qemudoctor.kernel.program import OpenBlocks, Program, open_program
from qemudoctor.kernel.register import RegisterError
from qemudoctor.kernel.registry import Registry
from qemudoctor.kernel.tree import Node, Tree
from qemudoctor.platforms import Platform
from qemudoctor.remedies.remedy import Effect, Remedy

PROGRAM = "/probe"
MODEL = "model"


def helpful(facts: Facts, platform: Platform, candidates: Iterable[Remedy]) -> Iterator[Remedy]:
    """Yield the remedies after which containers of a platform work, and those of which the model cannot tell."""
    for remedy in candidates:
        helps = prove(facts, remedy, platform)
        if helps is not False:
            yield remedy._replace(proven=MODEL) if helps else remedy


def prove(facts: Facts, remedy: Remedy, platform: Platform) -> bool | None:
    """Return whether a program of a platform runs in a container after a remedy; None where the model cannot tell."""
    if remedy.effect is None:
        return None
    try:
        return _outcome(facts, remedy.effect, platform) == "ok"
    except (Unavailable, HostError):
        return None
    except (RegisterError, LookupFailed, OpenBlocks):
        return False


def _outcome(facts: Facts, effect: Effect, platform: Platform) -> str:
    host = _host_tree(facts, effect)
    container = _Container(
        platform.architecture.sample(),
        {inside: open_program(host, outside, kernel=facts.kernel) for inside, outside in effect.container_files},
    )
    execution = execve(
        PROGRAM, root=container, registry=_registry(facts, effect, host), kernel=facts.kernel, machine=facts.machine
    )
    return execution.outcome


def _host_tree(facts: Facts, effect: Effect) -> Tree:
    if not effect.installs:
        return facts.host.tree()
    emulator = MemoryFile(native_executable(facts.machine))
    return OverlayTree(facts.host.tree(), dict.fromkeys(effect.installs, emulator))


def _registry(facts: Facts, effect: Effect, host: Tree) -> Registry:
    known = facts.registry
    unread = [x.name for x in known.damaged if x.name not in effect.remove]
    if unread:
        raise Unavailable(f"the entry {unread[0]} cannot be read")
    registry = known.registry
    for name in effect.remove:
        registry = registry.write(name, b"-1") if registry.named(name) is not None else registry
    for line in effect.register:
        registry = registry.register(line, kernel=facts.kernel, root=host)
    for name in effect.enable:
        registry = registry.write(name, b"1")
    return registry


class _Container:
    """An empty root that holds the program and the files handed to it, each still read from where it lies."""

    def __init__(self, program: bytes, files: Mapping[str, Program]) -> None:
        self._files = files
        empty = {path: MemoryFile(b"") for path in files}
        self._skeleton = MemoryTree({PROGRAM: MemoryFile(program), **empty})

    def node(self, path: str, /) -> Node | None:
        return self._files[path].node if path in self._files else self._skeleton.node(path)

    def read(self, path: str, offset: int, size: int, /) -> bytes:
        return self._files[path].read(offset, size) if path in self._files else self._skeleton.read(path, offset, size)
