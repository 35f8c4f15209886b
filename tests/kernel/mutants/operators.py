"""What a mutant is: one place of a module's syntax tree, and what stands there instead."""

import ast
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
CALCULATED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
NAMES = {
    "lstrip": "rstrip",
    "rstrip": "lstrip",
    "find": "rfind",
    "partition": "rpartition",
    "rpartition": "partition",
    "removeprefix": "removesuffix",
    "removesuffix": "removeprefix",
    "startswith": "endswith",
    "endswith": "startswith",
    "min": "max",
    "max": "min",
    "any": "all",
    "all": "any",
}
TEXT_FOR_PEOPLE = ast.JoinedStr
REMOVABLE = ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Raise | ast.Delete | ast.Expr
SHOWN = 70

Place = tuple[ast.AST, str, int | None]
Parents = dict[ast.AST, tuple[ast.AST, str, int | None]]


class Mutant(NamedTuple):
    """One change. `key` names it, and goes on doing so when lines move."""

    key: str
    place: Place
    new: ast.AST
    function: str | None
    """The outermost function or method whose body it is in; None for what runs on import."""

    def exchange(self, node: ast.AST) -> ast.AST:
        """Put node in the mutant's place and return what was there."""
        parent, name, index = self.place
        if index is None:
            old = getattr(parent, name)
            setattr(parent, name, node)
        else:
            old = getattr(parent, name)[index]
            getattr(parent, name)[index] = node
        assert isinstance(old, ast.AST)
        return old


def mutants_of(name: str, tree: ast.Module) -> list[Mutant]:
    """Return all mutants of a module, each with a key of its own."""
    parents: Parents = {}
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if isinstance(value, list):
                parents.update({x: (parent, field, n) for n, x in enumerate(value) if isinstance(x, ast.AST)})
            elif isinstance(value, ast.AST):
                parents[value] = (parent, field, None)
    seen: Counter[str] = Counter()
    found = []
    for node in _wanted(tree):
        for new in _instead_of(node, parents):
            ast.fix_missing_locations(ast.copy_location(new, node))
            scope, function = _scope(node, parents)
            key = f"{name}.{scope}: {_statement(node, parents)} [{_shown(node)} -> {_shown(new)}]"
            seen[key] += 1
            if seen[key] > 1:
                key = f"{key} #{seen[key]}"
            found.append(Mutant(key, parents[node], new, function))
    return found


def _wanted(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes that may be changed: not annotations, texts for people, names of modules, sizes of caches."""
    if isinstance(node, ast.Import | ast.ImportFrom | TEXT_FOR_PEOPLE):
        return
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return
    if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("__all__", "__slots__"):
        return
    if not isinstance(node, ast.Module):
        yield node
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "bases", "type_params"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _wanted(child)


def _instead_of(node: ast.AST, parents: Parents) -> Iterator[ast.AST]:
    if isinstance(node, ast.stmt):
        yield from _statements(node, parents)
    elif isinstance(node, ast.Compare):
        for index, operator in enumerate(node.ops):
            for other in COMPARED[type(operator)]:
                ops = [*node.ops[:index], other(), *node.ops[index + 1 :]]
                yield ast.Compare(node.left, ops, node.comparators)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        for index in range(len(node.values)):
            rest = node.values[:index] + node.values[index + 1 :]
            yield rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
    elif isinstance(node, ast.BinOp):
        yield ast.BinOp(node.left, CALCULATED[type(node.op)](), node.right)
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.IfExp):
        yield from (node.body, node.orelse)
    elif isinstance(node, ast.Constant):
        yield from _constants(node, parents)
    elif isinstance(node, ast.Slice):
        if node.lower is not None:
            yield ast.Slice(None, node.upper, node.step)
        if node.upper is not None:
            yield ast.Slice(node.lower, None, node.step)
    elif isinstance(node, ast.Attribute) and node.attr in NAMES:
        yield ast.Attribute(node.value, NAMES[node.attr], node.ctx)
    elif isinstance(node, ast.Name) and node.id in NAMES and isinstance(node.ctx, ast.Load):
        yield ast.Name(NAMES[node.id], node.ctx)
    elif isinstance(node, ast.comprehension) and node.ifs:
        yield ast.comprehension(node.target, node.iter, [], node.is_async)


def _statements(node: ast.stmt, parents: Parents) -> Iterator[ast.AST]:
    in_function = _scope(node, parents)[1] is not None
    if isinstance(node, ast.If):
        yield from (ast.If(ast.Constant(value), node.body, node.orelse) for value in (True, False))
    elif isinstance(node, ast.While):
        yield ast.While(ast.Constant(False), node.body, node.orelse)
    elif isinstance(node, ast.Return):
        if node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None):
            yield ast.Return(ast.Constant(None))
    elif isinstance(node, ast.Continue):
        yield ast.Break()
    elif isinstance(node, ast.Break):
        yield ast.Continue()
    elif in_function and isinstance(node, REMOVABLE) and not _says_nothing(node):
        yield ast.Pass()


def _says_nothing(node: ast.stmt) -> bool:
    """Return whether a statement is a docstring, or the type of a variable without a value."""
    if isinstance(node, ast.AnnAssign):
        return node.value is None
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _constants(node: ast.Constant, parents: Parents) -> Iterator[ast.AST]:
    value, parent = node.value, parents[node][0]
    if isinstance(parent, ast.Expr) or (isinstance(parent, ast.keyword) and parent.arg == "maxsize"):
        return
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield ast.Constant(value + 1)
        if value:
            yield ast.Constant(value - 1)
    elif isinstance(value, bytes):
        yield ast.Constant(value + b"X")
    # A text with a blank is a sentence, not a name.
    elif isinstance(value, str) and not (value.strip() and " " in value) and not _is_source(node, parents):
        yield ast.Constant(value + "X")
    elif value is None and not isinstance(parent, ast.Compare | ast.Return):
        yield ast.Constant(False)


def _scope(node: ast.AST, parents: Parents) -> tuple[str, str | None]:
    """Return the name of what a node is in, and the outermost function whose body it is in."""
    names: list[str] = []
    function: list[str] | None = None
    while node in parents:
        parent, field, _ = parents[node]
        if isinstance(parent, ast.FunctionDef) and field == "body":
            names.append(parent.name)
            function = [parent.name]
        elif isinstance(parent, ast.ClassDef | ast.FunctionDef):
            names.append(parent.name)
            if function is not None:
                function.append(parent.name)
        node = parent
    return ".".join(reversed(names)) or "(module)", None if function is None else ".".join(reversed(function))


def _statement(node: ast.AST, parents: Parents) -> str:
    """Return the statement that a node is in, or the head of one with a body."""
    child = node
    while not isinstance(node, ast.stmt):
        child, node = node, parents[node][0]
    if isinstance(node, ast.If | ast.While | ast.For | ast.With | ast.FunctionDef | ast.Try | ast.ClassDef):
        return type(node).__name__.lower() + ("" if child is node else f" {_shown(child)}")
    return _shown(node)


@lru_cache(maxsize=64)
def _shown(node: ast.AST) -> str:
    if isinstance(node, ast.comprehension):
        return "if " + " and ".join(ast.unparse(x) for x in node.ifs) if node.ifs else "if True"
    if isinstance(node, ast.If | ast.While):
        return f"{type(node).__name__.lower()} {ast.unparse(node.test)}"
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _is_source(node: ast.AST, parents: Parents) -> bool:
    """Return whether a text says where a row of the table of features comes from."""
    parent = parents[node][0]
    return isinstance(parent, ast.Call) and ast.unparse(parent.func) in ("_since", "FeatureRow")
