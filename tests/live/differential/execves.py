"""Random calls of programs, predicted and really made."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from random import Random

from qemudoctor.kernel import KernelRelease, Machine
from qemudoctor.kernel.arguments import STRING_MAX_BYTES
from tests.live.differential.executor import Executor
from tests.live.differential.generate import Generator
from tests.live.differential.hosts import Case
from tests.live.differential.predict import Observation, is_well_formed, predict
from tests.live.differential.rows import Row
from tests.live.differential.shrink import shrink

BY_DESCRIPTOR, LARGE = 0.04, 0.003
"""How many of the calls are made by a descriptor, and how many with arguments at the limits."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The model and one kernel."""

    executor: Executor
    kernel: KernelRelease
    machine: Machine
    by_path: bool = False
    """No program is called by a descriptor."""

    def differs(self, case: Case) -> tuple[Observation, Observation] | None:
        """Return what the model says and what the kernel did, where these are not the same."""
        prediction = predict(case, kernel=self.kernel, machine=self.machine)
        dies = prediction.observation.outcome.startswith("signal:")
        observed = self.executor.run(case, speaks=prediction.speaks, dies=dies)
        if observed == prediction.observation:
            return None
        return prediction.observation, observed

    def fails(self, case: Case) -> bool:
        """Return whether the case can be made and is answered differently."""
        return is_well_formed(case) and self.differs(case) is not None

    def check_rows(self, rows: Iterable[Row], *, tell: Callable[[str], None]) -> int:
        """Return the number of rows of the outcome tables that the kernel does not answer as they say."""
        wrong = 0
        for row in rows:
            if not row.is_shown:
                continue
            prediction = predict(row.case, kernel=self.kernel, machine=self.machine)
            expected = row.expected(self.kernel.version)
            observed = self.executor.run(row.case, speaks=prediction.speaks, dies=expected.startswith("signal:"))
            if observed.outcome == expected and observed != prediction.observation:
                wrong += 1
                tell(f"{row.name}: {expected}, but not the same: {prediction.observation}, {observed}")
            if observed.outcome != expected:
                wrong += 1
                tell(f"{row.name}: expected {expected}, but the kernel says {observed.outcome}")
        return wrong

    def run(
        self, seed: int, *, cases: int, full: bool, tell: Callable[[str], None], progress: Callable[[int], None]
    ) -> int:
        """Return the number of disagreements; each is told with a case made small. Each case has a seed of its own."""
        disagreements = done = 0
        while done < cases:
            case = case_of(seed, ids=self.executor.sandbox.many_ids)
            if self.by_path:
                case = replace(case, by_descriptor=False)
            seed += 1
            if not is_well_formed(case):
                continue
            done += 1
            progress(done)
            difference = self.differs(case)
            if difference is None:
                continue
            disagreements += 1
            small = shrink(case, self.fails)
            again = self.differs(small)
            model, observed = again or difference
            once = "" if again else "only once: the same call was answered as the model says when it was made again\n"
            tell(f"seed {seed - 1}\n{once}model:  {model}\nkernel: {observed}\n{small.as_text(full=full)}\n")
        return disagreements


def case_of(seed: int, *, ids: bool) -> Case:
    """Return the one case that a seed stands for."""
    case, random = Generator(Random(seed), ids=ids).case(), Random(~seed)
    if random.random() < BY_DESCRIPTOR:
        case = replace(case, by_descriptor=True)
    if random.random() < LARGE:
        size = random.choice((STRING_MAX_BYTES, STRING_MAX_BYTES + 1, 1000))
        case = replace(case, argv=(*case.argv, *("x" * size,) * random.choice((1, 14, 17))))
    return case


__all__ = ["Comparison", "case_of"]
