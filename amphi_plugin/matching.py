"""Which lines of a job belong to which lines of its pandas source, for the preview."""

import ast
from dataclasses import dataclass, field


@dataclass
class _Step:
    """A top-level statement: its lines, the names it binds, and the paths it mentions."""

    first: int
    last: int
    names: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)


def _bound(node: ast.stmt) -> set[str]:
    targets = getattr(node, "targets", None) or [getattr(node, "target", None)]
    names = set()
    for target in targets:
        while isinstance(target, (ast.Subscript, ast.Attribute)):
            target = target.value
        if isinstance(target, ast.Name):
            names.add(target.id)
    return names


def _paths(node: ast.stmt) -> set[str]:
    """File paths in a statement; `f"{DATA_ROOT}/out/x.csv"` counts as `out/x.csv`."""
    values = (n.value for n in ast.walk(node) if isinstance(n, ast.Constant))
    return {v.lstrip("/") for v in values if isinstance(v, str) and ("/" in v or "." in v[1:])}


def _steps(text: str) -> list[_Step]:
    try:
        body = ast.parse(text).body
    except SyntaxError:
        return []
    return [
        _Step(node.lineno, node.end_lineno or node.lineno, _bound(node), _paths(node))
        for node in body
        if not isinstance(node, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef))
    ]


def matches(pandas: str, job: str) -> list[dict[str, list[int]]]:
    """`[{"pandas": [first, last], "job": [first, last]}, …]`, lines from 1.

    A statement that binds a name belongs to the statements of the job that bind it (all of them,
    from the first line to the last); one that binds none, to those that mention its path.
    """
    right = _steps(job)
    found = []
    for step in _steps(pandas):
        same = [s for s in right if step.names & s.names]
        if not step.names:
            same = [s for s in right if step.texts & s.texts and not s.names]
        if not same:
            continue
        lines = [min(s.first for s in same), max(s.last for s in same)]
        found.append({"pandas": [step.first, step.last], "job": lines})
    return found
