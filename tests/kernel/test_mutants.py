"""What is said of mutants that survive is said of mutants that there are."""

import ast
from pathlib import Path

from tests.kernel.mutants.operators import mutants_of
from tests.kernel.mutants.survivors import explained

KERNEL = Path(__file__).resolve().parents[2] / "qemudoctor/kernel"


def test_explained_mutants_exist_and_each_has_a_name_of_its_own() -> None:
    keys = [
        mutant.key
        for path in sorted(KERNEL.glob("*.py"))
        for mutant in mutants_of(path.stem, ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert len(set(keys)) == len(keys) > 3000
    assert set(explained()) <= set(keys)
    assert all(reason.endswith(".") for reason in explained().values())
