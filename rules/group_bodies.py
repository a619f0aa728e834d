"""The body of a user function over groups as one expression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

import libcst as cst

from transpiler.errors import NoRule
from transpiler.facts import Col, Func


@dataclass(frozen=True)
class Items:
    """Values of a group as a list: without its gaps, distinct, sorted; or one of its windows."""

    col: Col
    dropped: bool = False
    distinct: bool = False
    ordered: bool = False
    mask: Col | None = None
    kind: str = "items"  # items, mode, rolling
    params: dict | None = None
    part: int | None = None  # so many of the first values, or (negative) of the last


def opened(func: Func) -> tuple[str, cst.BaseExpression]:
    """The parameter of a function over groups, and its body as one expression."""
    params = func.node.params
    if (
        len(params.params) != 1
        or params.kwonly_params
        or params.posonly_params
        or params.star_kwarg
    ):
        raise NoRule("a function over groups with further parameters")
    if isinstance(params.star_arg, cst.Param) or params.params[0].default is not None:
        raise NoRule("a function over groups with further parameters")
    name = params.params[0].name.value
    if isinstance(func.node, cst.Lambda):
        return name, func.node.body
    if not isinstance(func.node, cst.FunctionDef) or func.node.decorators or func.node.asynchronous:
        raise NoRule("a function over groups that is not a plain function")
    return name, flattened(list(func.node.body.body), {})


def flattened(body: list, known: dict[str, cst.BaseExpression]) -> cst.BaseExpression:
    """Statements that end in ``return`` as one expression. Raises NoRule for others."""
    for i, line in enumerate(body):
        if isinstance(line, cst.If):
            rest = body[i + 1 :]
            orelse = line.orelse
            if orelse is not None:
                rest = ([orelse] if isinstance(orelse, cst.If) else list(orelse.body.body)) + rest
            test = line.test.visit(Put(known))
            yes = flattened(list(line.body.body), dict(known))
            return cst.IfExp(test, yes, flattened(rest, dict(known)))  # type: ignore[arg-type]
        if not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1:
            break
        small = line.body[0]
        if isinstance(small, cst.Return) and small.value is not None:
            return small.value.visit(Put(known))  # type: ignore[return-value]
        if (
            isinstance(small, cst.Assign)
            and len(small.targets) == 1
            and isinstance(small.targets[0].target, cst.Name)
        ):
            value = small.value.visit(Put(known))
            known[small.targets[0].target.value] = value  # type: ignore[assignment]
            continue
        if isinstance(small, cst.Expr) and isinstance(small.value, cst.SimpleString):
            continue
        if item_set(small, known):
            continue
        break
    raise NoRule("a function over groups with statements that are not followed")


def item_set(line: cst.BaseSmallStatement, known: dict[str, cst.BaseExpression]) -> bool:
    """``d["a"] = value`` of a dict that the function makes: it becomes an item of its display."""
    if not isinstance(line, cst.Assign) or len(line.targets) != 1:
        return False
    target = line.targets[0].target
    if not isinstance(target, cst.Subscript) or not isinstance(target.value, cst.Name):
        return False
    made, index = known.get(target.value.value), target.slice[0].slice
    if not isinstance(made, cst.Dict) or not isinstance(index, cst.Index):
        return False
    key = index.value
    if not isinstance(key, cst.SimpleString):
        return False
    others = [e for e in made.elements if not same_text(e, key)]
    item = cst.DictElement(key, line.value.visit(Put(known)))  # type: ignore[arg-type]
    if len(others) < len(made.elements):  # an item that is set again stays in its place
        others = [item if same_text(e, key) else e for e in made.elements]
    else:
        others.append(item)
    known[target.value.value] = made.with_changes(elements=[e.with_changes(comma=cst.MaybeSentinel.DEFAULT) for e in others])  # fmt: skip
    return True


def same_text(element: cst.BaseDictElement, key: cst.SimpleString) -> bool:
    found = getattr(element, "key", None)
    return isinstance(found, cst.SimpleString) and found.evaluated_value == key.evaluated_value


def record_of(
    tree: cst.BaseExpression, code: Callable
) -> list[tuple[str, cst.BaseExpression]] | None:
    """The items of ``pd.Series({name: value, …})`` or ``pd.Series([value, …], index=[name, …])``;
    None for another expression. Raises NoRule for another way to make a Series."""
    if not isinstance(tree, cst.Call) or code(tree.func) not in ("pd.Series", "pandas.Series", "Series"):  # fmt: skip
        return None
    by_name = {a.keyword.value if a.keyword else ("data", "index")[min(n, 1)]: a.value for n, a in enumerate(tree.args)}  # fmt: skip
    data, index = by_name.pop("data", None), by_name.pop("index", None)
    if by_name or data is None:
        raise NoRule("a record of this form")
    names = texts(index) if index is not None else None
    if isinstance(data, cst.Dict):
        items = {}
        for element in data.elements:
            if not isinstance(element, cst.DictElement) or not isinstance(element.key, cst.SimpleString):  # fmt: skip
                raise NoRule("a record of this form")
            items[element.key.evaluated_value] = element.value
        if names is not None and not set(names) <= set(items):
            raise NoRule("a record with a name that has no value")
        return [(x, items[x]) for x in names] if names is not None else list(items.items())
    if isinstance(data, (cst.List, cst.Tuple)) and names is not None:
        values = [e.value for e in data.elements if isinstance(e, cst.Element)]
        if len(values) == len(names) == len(data.elements):
            return list(zip(names, values))
    raise NoRule("a record of this form")


def texts(node: cst.BaseExpression) -> list[str]:
    """The texts of a list display. Raises NoRule for another expression."""
    if isinstance(node, (cst.List, cst.Tuple)):
        values = [e.value for e in node.elements]
        if all(isinstance(v, cst.SimpleString) for v in values):
            return [v.evaluated_value for v in values]  # type: ignore[union-attr,misc]
    raise NoRule("a record with names that are not known here")


class Put(cst.CSTTransformer):
    """Puts the values of local names in their place."""

    def __init__(self, known: dict[str, cst.BaseExpression]) -> None:
        super().__init__()
        self.known = known

    def visit_Attribute_attr(self, node: cst.Attribute) -> None:
        return None

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.BaseExpression:
        return updated_node.with_changes(attr=original_node.attr)

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:
        return updated_node.with_changes(keyword=original_node.keyword)

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
        found = self.known.get(updated_node.value)
        if found is None:
            return updated_node
        if not found.lpar:
            return found.deep_clone().with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        return found.deep_clone()


__all__ = ["Items", "opened", "record_of"]
