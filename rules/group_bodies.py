"""The body of a user function over groups as one expression."""

from __future__ import annotations

from dataclasses import dataclass

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
        break
    raise NoRule("a function over groups with statements that are not followed")


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


__all__ = ["Items", "opened"]
