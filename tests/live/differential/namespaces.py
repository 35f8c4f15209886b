"""Random histories of user namespaces, mounts and registrations: which registry decides, and which one can be seen."""

from collections.abc import Callable, Iterator
from random import Random
from typing import NamedTuple

from qemudoctor.kernel import INITIAL, Instances, KernelRelease, Machine, MountRefused, RegisterError
from qemudoctor.kernel.call import execve
from tests.live.differential.elves import Elf
from tests.live.differential.hosts import CaseTree, File
from tests.live.differential.places import PROGRAM, Answer, Places

PLACES_MAX = 4
STEPS = 14
INTERPRETERS = 4
EXTENSION = PROGRAM.rpartition(".")[2]
TREE = CaseTree.of(
    [(f"/{PROGRAM}", File(content=b"x"))]
    + [(f"/i{n}", File(content=Elf().build(n), tag=n)) for n in range(INTERPRETERS)]
)


class Step(NamedTuple):
    """One thing that a process does, itself in a user namespace and a mount namespace of its own."""

    place: int
    verb: str
    """spawn, mount, unmount, cover, open, close, end, or the name of a file of the registry that is written."""
    content: str = ""


class History:
    """A kernel with a few processes, as the model sees it. Each process is called by its number."""

    def __init__(self, kernel: KernelRelease, machine: Machine, *, shared: bool) -> None:
        self.machine = machine
        self.kernel = Instances(kernel)
        self.alive: set[int] = {0}
        self.users = {0: INITIAL if shared else "0"}
        self.own: dict[int, int] = {0: 0}
        """How many mounts of its own a process has on top: others cannot be unmounted in an inner namespace."""
        self.files: dict[int, list[str]] = {0: []}
        self.registered = 0
        if not shared:
            # Its own registry is what the others inherit, so that this machine's does not matter.
            self.kernel = self.kernel.unshare_user("0").mount("0", by="0")

    def choices(self) -> Iterator[Step]:
        """Yield what the processes that are alive could do next."""
        for place in sorted(self.alive):
            if len(self.users) < PLACES_MAX:
                yield Step(place, "spawn", str(len(self.users)))
            yield from (Step(place, "mount"), Step(place, "cover"))
            if self.own[place]:
                yield Step(place, "unmount")
            if self.files[place]:
                yield Step(place, "close")
            if place:
                yield Step(place, "end")
            if self.kernel.owner_seen_in(str(place)) is not None:
                line = f":n{self.registered}:E::{EXTENSION}::i{self.registered % INTERPRETERS}:"
                yield from (Step(place, "register", line),) * 3
                yield from (Step(place, "open"), Step(place, "status", "01"[self.registered % 2]))
                yield Step(place, "status", "-1")

    def take(self, step: Step) -> str:
        """Return "ok" or an errno's name, and let the step happen."""
        view = str(step.place)
        try:
            getattr(self, f"_{step.verb}", self._write)(step, view)
        except (MountRefused, RegisterError) as error:
            return error.errno.name
        return "ok"

    def answers(self) -> dict[int, Answer]:
        """Return what each process gets from an execve(), and what it sees."""
        return {place: Answer(self._tag(place), *self._seen(place)) for place in sorted(self.alive)}

    def _tag(self, place: int) -> int | None:
        registry = self.kernel.used_by(self.users[place])
        ran = execve(
            f"/{PROGRAM}", root=TREE, registry=registry, kernel=self.kernel.kernel, machine=self.machine, argv=("a",)
        )
        return TREE.files[f"/{ran.runs}"].tag if ran.runs is not None else None

    def _seen(self, place: int) -> tuple[tuple[str, ...] | None, bool | None]:
        registry = self.kernel.seen_in(str(place))
        return (None, None) if registry is None else (tuple(x.name for x in registry.entries), registry.enabled)

    def _spawn(self, step: Step, view: str) -> None:
        new = int(step.content)
        self.kernel = self.kernel.unshare_user(step.content, parent=self.users[step.place])
        self.kernel = self.kernel.unshare_mounts(step.content, source=view)
        self.users[new], self.own[new], self.files[new] = step.content, 0, []
        self.alive.add(new)

    def _mount(self, step: Step, view: str) -> None:
        self.kernel = self.kernel.mount(view, by=self.users[step.place])
        self.own[step.place] += 1

    def _cover(self, step: Step, view: str) -> None:
        self.kernel = self.kernel.cover(view)
        self.own[step.place] += 1

    def _unmount(self, step: Step, view: str) -> None:
        self.kernel = self.kernel.unmount(view)
        self.own[step.place] -= 1

    def _open(self, step: Step, view: str) -> None:
        owner = self.kernel.owner_seen_in(view)
        assert owner is not None
        self.kernel = self.kernel.open_file(owner)
        self.files[step.place].append(owner)

    def _close(self, step: Step, _view: str) -> None:
        self.kernel = self.kernel.close_file(self.files[step.place].pop())

    def _end(self, step: Step, view: str) -> None:
        while self.files[step.place]:
            self._close(step, view)
        self.kernel = self.kernel.end_view(view)
        self.alive.remove(step.place)

    def _write(self, step: Step, view: str) -> None:
        owner = self.kernel.owner_seen_in(view)
        assert owner is not None
        content = step.content.encode()
        if step.verb == "register":
            self.registered += 1
            self.kernel = self.kernel.register(content, owner=owner, by=self.users[step.place], root=TREE)
        else:
            after = dict(self.kernel.registries)[owner].write(step.verb, content)
            self.kernel = self.kernel.change(owner, after)


def compare_histories(
    base: str,
    kernel: KernelRelease,
    machine: Machine,
    *,
    shared: bool,
    seed: int,
    cases: int,
    tell: Callable[[str], None],
    progress: Callable[[int], None],
) -> int:
    """Return the number of histories that the kernel answers in another way than the model, each with its own seed."""
    programs = {path[1:]: file.content for path, file in TREE.files.items() if file.content}
    disagreements = 0
    for number in range(seed, seed + cases):
        progress(number - seed)
        places = Places(base, programs, count=PLACES_MAX, shared=shared)
        try:
            difference = _difference(History(kernel, machine, shared=shared), places, Random(number))
        finally:
            places.close()
        if difference:
            disagreements += 1
            tell(f"seed {number}\n{difference}\n")
    return disagreements


def _difference(history: History, places: Places, random: Random) -> str:
    steps: list[Step] = []
    for _ in range(STEPS):
        step = random.choice(list(history.choices()))
        steps.append(step)
        said, did = history.take(step), places.take(*step)
        if said != did:
            return f"{steps}\nmodel: {said}\nkernel: {did}"
        expected = history.answers()
        observed = places.answers(expected)
        if observed != expected:
            return f"{steps}\nmodel:  {expected}\nkernel: {observed}"
    return ""


__all__ = ["History", "Step", "compare_histories"]
