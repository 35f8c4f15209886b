"""Whether a remedy helps: its effect applied to the model, and the model asked again."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from qemudoctor.facts import Argv0, Emulator, Facts, MountState, RegistryFacts, Unavailable, argv0_of, is_for_another
from qemudoctor.host.door import HostError
from qemudoctor.host.trees import MemoryFile, MemoryTree, OverlayTree
from qemudoctor.kernel.call import execve
from qemudoctor.kernel.entry import Entry
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


def helpful(facts: Facts, platform: Platform, candidates: Iterable[Remedy], *, pie: bool = False) -> Iterator[Remedy]:
    """Yield the remedies after which containers of a platform work, then those of which the model cannot tell."""
    unproven = []
    for remedy in candidates:
        helps = prove(facts, remedy, platform, pie=pie)
        if helps:
            yield remedy._replace(proven=MODEL)
        elif helps is None:
            unproven.append(remedy if remedy.effect is None else remedy._replace(note=_unproven(remedy.note)))
    yield from unproven


def registers(facts: Facts, candidates: Iterable[Remedy]) -> Iterator[Remedy]:
    """Yield remedies that concern entries and no platform: those that the kernel in question accepts whole.

    What the model cannot tell comes as it is.
    """
    for remedy in candidates:
        try:
            registry_after(facts, remedy.effect or Effect())
        except (Unavailable, HostError):
            yield remedy._replace(note=_unproven(remedy.note))
        except (RegisterError, LookupFailed, OpenBlocks):
            continue
        else:
            yield remedy._replace(proven=MODEL)


def _unproven(note: str | None) -> str:
    return ". ".join(x for x in ("Not proven: the model lacks facts of this host", note) if x)


def prove(facts: Facts, remedy: Remedy, platform: Platform, *, pie: bool = False) -> bool | None:
    """Return whether a program of a platform runs in a container after a remedy; None where the model cannot tell.

    pie: a position-independent one has to run as well.
    """
    if remedy.effect is None:
        return None
    try:
        host = tree_after(facts, remedy.effect)
        registry = registry_after(facts, remedy.effect, platform)
        samples = [platform.architecture.sample(pie=x) for x in ((False, True) if pie else (False,))]
        return all(_runs(facts, remedy.effect, platform, host, registry, sample) for sample in samples)
    except (Unavailable, HostError):
        return None
    except (RegisterError, LookupFailed, OpenBlocks):
        return False


def comes_back(facts: Facts, platform: Platform) -> bool:
    """Return whether programs of a platform run in a container by what binfmt.d registers at boot.

    Raises: Unavailable where that cannot be looked at.
    """
    registry = facts.at_boot.registry
    try:
        return _runs(facts, Effect(), platform, facts.tree, registry, platform.architecture.sample())
    except HostError as error:
        raise Unavailable(f"{error.path}: {error.reason}") from error


def lasts(facts: Facts, effect: Effect, platform: Platform) -> bool:
    """Return whether programs of a platform run in a container after a boot, with the files that an effect writes.

    Raises: Unavailable where what a boot registers is not known.
    """
    from qemudoctor.facts.persistent import PersistentLine, register_all

    written = {path: text.encode("utf-8", "surrogateescape") for path, text in effect.files}
    names = {path.rpartition("/")[2] for path in written}
    kept = [x for x in facts.persistent if x.path.rpartition("/")[2] not in names or not x.is_of_binfmt_d]
    new = [PersistentLine(x, line) for x, text in written.items() for line in text.split(b"\n") if line]
    lines = sorted((*kept, *new), key=lambda x: (not x.is_of_binfmt_d, x.path.rpartition("/")[2]))
    registry = register_all(tuple(lines), kernel=facts.kernel, tree=facts.tree).registry
    try:
        return _runs(facts, Effect(), platform, facts.tree, registry, platform.architecture.sample())
    except HostError as error:
        raise Unavailable(f"{error.path}: {error.reason}") from error


def starts(facts: Facts, emulator: Emulator) -> bool:
    """Return whether the kernel gets a program started in an empty root, without any entry; true if nobody can tell."""
    try:
        program = open_program(facts.tree, emulator.path, kernel=facts.kernel)
        root = _Container(b"", {PROGRAM: program})
        walk = execve(PROGRAM, root=root, registry=Registry(), kernel=facts.kernel, machine=facts.machine)
    except (LookupFailed, OpenBlocks):
        return False
    except (Unavailable, HostError):
        return True
    return walk.outcome == "ok"


def _runs(facts: Facts, effect: Effect, platform: Platform, host: Tree, registry: Registry, sample: bytes) -> bool:
    """Return whether a program runs in a container: the kernel starts something, and that is the right emulator."""
    container = _Container(
        sample, {inside: open_program(host, outside, kernel=facts.kernel) for inside, outside in effect.container_files}
    )
    walk = execve(PROGRAM, root=container, registry=registry, kernel=facts.kernel, machine=facts.machine)
    entry = registry.match(sample, PROGRAM)
    if walk.outcome != "ok" or entry is None:
        return walk.outcome == "ok"
    return not is_for_another(entry, platform.architecture) and _serves(facts, effect, entry)


def _serves(facts: Facts, effect: Effect, entry: Entry) -> bool:
    """Return whether the emulator that is started can do its work, as far as is known.

    That is: its flag P fits, and what F keeps open does not lie where it cannot be mapped.
    """
    emulator = None
    if entry.interpreter not in effect.installs:
        with suppress(Unavailable):
            emulator = facts.emulator(entry.interpreter)
    if emulator is not None and emulator.noexec and "F" in entry.flags:
        return False
    return argv0_of(entry, kernel=facts.kernel, emulator=emulator) in (Argv0.WHOLE, Argv0.UNKNOWN)


def tree_after(facts: Facts, effect: Effect) -> Tree:
    """Return the host's root directory after an effect: with a stand-in for each emulator that it installs."""
    if not effect.installs:
        return facts.tree
    emulator = MemoryFile(native_executable(facts.machine))
    return OverlayTree(facts.tree, dict.fromkeys(effect.installs, emulator))


def registry_after(facts: Facts, effect: Effect, platform: Platform | None = None) -> Registry:
    """Return the registry after an effect.

    Raises: Unavailable where it is not known now; RegisterError where the kernel would refuse; HostError.
    """
    host = tree_after(facts, effect)
    known = facts.registry if platform is None else _known_registry(facts, platform)
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


def _known_registry(facts: Facts, platform: Platform) -> RegistryFacts:
    """Return the registry before a remedy.

    Where it is not mounted, or covered, and a program was seen to end in ENOEXEC, no entry is in effect for the
    platform, and what is registered anew comes first: an empty one stands for it.
    """
    try:
        return facts.registry
    except Unavailable:
        unseen = facts.mount.state in (MountState.NOT_MOUNTED, MountState.AUTOMOUNT, MountState.MASKED)
        if unseen and facts.observed(platform).contained.outcome == "ENOEXEC":
            return RegistryFacts(Registry(), {})
        raise


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
