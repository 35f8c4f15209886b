"""Where cases are run, and what observing and curing have in common."""

import json
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from qemudoctor._override import override
from tests.lab.case import Case, Place
from tests.lab.world import Answer, Folder, Step, attempt_folder, run_steps

DOCTOR = f"{shlex.quote(sys.executable)} -m qemudoctor"
REGISTER = "/proc/sys/fs/binfmt_misc/register"
StepOf: TypeAlias = Step | Callable[[Case, Folder], Step]
_AFTER_A_CURE = ("docker run", "BuildKit", "podman run")


class Wrong(NamedTuple):
    """One way in which a case did not turn out as it declares."""

    what: str
    expected: object
    found: object

    @override
    def __str__(self) -> str:
        return f"{self.what}: expected {self.expected!r}, found {self.found!r}"


class Laboratory(NamedTuple):
    """Where cases are run: the image to execute, the place, and what the environment of its shells holds."""

    image: Path
    place: Place
    environment: Mapping[str, str] = {}
    words: Mapping[str, str] = {}
    """What the words in capitals of a remedy stand for here."""
    reset: Callable[[], None] = lambda: None
    """Makes the registry empty, where it is not a new one for each attempt."""

    def run(self, case: Case, steps: Sequence[StepOf], *, is_broken: bool = True, pasted: str = "") -> list[Answer]:
        """Return how steps ended, each given as it is or made for the folder of the attempt.

        pasted: shell text behind what breaks the host, in the same shell.
        """
        self.reset()
        with attempt_folder() as folder:
            made = [step(case, folder) if callable(step) else step for step in steps]
            return run_steps(
                case,
                self.place,
                made,
                image=self.image,
                folder=folder,
                environment=self.environment,
                is_broken=is_broken,
                pasted=pasted,
            )


def workloads(case: Case, place: Place, *, is_cured: bool = False) -> tuple[str, ...]:
    """Return what executes the program. After a remedy one engine of each kind is enough."""
    if place is Place.PRIVATE:
        return case.workloads
    return (*case.workloads, *(x for x in case.engines if not is_cured or x in _AFTER_A_CURE))


def examine(case: Case) -> Step:
    """Return the examination of the host as it is."""
    return {"shell": f"cd /; exec {case.examined_by} {DOCTOR} --json --require {case.platform}"}


def document(answer: Answer) -> dict[str, Any] | None:
    """Return what was printed as JSON, None if it is none."""
    try:
        found = json.loads(answer.stdout)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
