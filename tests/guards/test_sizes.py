"""Modules and functions stay short enough to be read in one go."""

import ast

import pytest

from tests.support.repository import ROOT, modules

MODULE_LINES = 400
FUNCTION_LINES = 60

PRODUCT = modules("qemudoctor", "checks")


@pytest.mark.parametrize("module", PRODUCT)
def test_module_is_short(module: str) -> None:
    lines = len((ROOT / module).read_text(encoding="utf-8").splitlines())
    assert lines <= MODULE_LINES, f"{module} has {lines} lines: split it by topic"


@pytest.mark.parametrize("module", PRODUCT)
def test_functions_are_short(module: str) -> None:
    tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
    long = [
        f"{module}:{node.lineno} {node.name} has {lines} lines"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    ]
    assert not long, long
