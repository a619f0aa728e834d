"""The rule tables: what each pandas API becomes, with an example that runs.

A rule states the pandas signature in full, which parameters it does not handle (``not_yet``: a
value other than the default makes it not fire, with a message) or may ignore (``ignored``: no
effect on the result), and an ``example``. Nothing is dropped in silence.
"""

from __future__ import annotations

import ast
import inspect
from dataclasses import dataclass
from typing import Any, Callable

from transpiler.errors import NoRule
from transpiler.facts import Col, Const, Frame, Func, Grouped, Sequence, Value
from transpiler.places import check_storage, check_target


@dataclass(frozen=True)
class Parameter:
    name: str
    default: Any = inspect.Parameter.empty
    kind: str = "normal"  # normal, keyword (after *), args (*x), kwargs (**x)


@dataclass(frozen=True)
class Rule:
    """One rule. ``examples``: source lines over the nasty frame `df` (tests/nasty.py)."""

    name: str
    parameters: tuple[Parameter, ...]
    apply: Callable[["Call"], Value]
    examples: tuple[str, ...]
    not_yet: frozenset[str]
    ignored: frozenset[str]
    verdict: str
    source: str
    where: str

    @property
    def signature(self) -> str:
        return f"{self.name}({self.source})"


RULES: dict[str, list[Rule]] = {}


def rule(
    spec: str,
    *,
    example: str | tuple[str, ...] | list[str],
    not_yet: str = "",
    ignored: str = "",
    verdict: str = "native",
) -> Callable:
    """Register a function as the rule of ``spec`` ("Series.str.upper()", "pandas.merge(left, …)").

    Several rules of one name are tried in the order they were declared. Raises ValueError for a
    spec that does not parse or a parameter in ``not_yet`` or ``ignored`` that it does not have.
    """
    name, _, rest = spec.partition("(")
    source = rest.rsplit(")", 1)[0]
    parameters = parse_parameters(source)
    known = {p.name for p in parameters}
    for listed in (not_yet + " " + ignored).split():
        if listed not in known:
            raise ValueError(f"{spec}: no parameter {listed!r}")

    def register(function: Callable[["Call"], Value]) -> Callable[["Call"], Value]:
        entry = Rule(
            name,
            parameters,
            function,
            (example,) if isinstance(example, str) else tuple(example),
            frozenset(not_yet.split()),
            frozenset(ignored.split()),
            verdict,
            source,
            f"{function.__module__}:{function.__code__.co_firstlineno}",
        )
        RULES.setdefault(name, []).append(entry)
        return function

    return register


def parse_parameters(source: str) -> tuple[Parameter, ...]:
    """The parameters of "a, b=None, *, c=1" with their literal defaults."""
    args = ast.parse(f"def f({source}): pass").body[0].args  # type: ignore[attr-defined]

    def default(node: ast.expr | None) -> Any:
        return inspect.Parameter.empty if node is None else ast.literal_eval(node)

    normal = args.posonlyargs + args.args
    pads = [None] * (len(normal) - len(args.defaults)) + list(args.defaults)
    out = [Parameter(a.arg, default(d)) for a, d in zip(normal, pads)]
    if args.vararg:
        out.append(Parameter(args.vararg.arg, (), "args"))
    out += [
        Parameter(a.arg, default(d), "keyword") for a, d in zip(args.kwonlyargs, args.kw_defaults)
    ]
    if args.kwarg:
        out.append(Parameter(args.kwarg.arg, {}, "kwargs"))
    return tuple(out)


class Call:
    """One call to be translated: the receiver, the bound arguments, and the context of the pass.

    ``c.self`` is the receiver; ``c["how"]`` the Value of an argument (its default as a Const);
    ``c.lit("how")`` the Python value of a constant one; ``c.ctx`` emits, names and demands.
    """

    def __init__(
        self, rule: Rule, self_: Value | None, args: dict[str, Any], given: set[str], ctx: Any
    ) -> None:
        self.rule, self.self, self.args, self._given, self.ctx = rule, self_, args, given, ctx
        self.passed = 0  # conditions that held: how far the rule got

    def __getitem__(self, name: str) -> Any:
        return self.args[name]

    def given(self, name: str) -> bool:
        return name in self._given

    def lit(self, name: str) -> Any:
        """The constant value of an argument. Raises NoRule when it is not known here."""
        return literal(self.args[name], f"{name}=")

    def need(self, condition: Any, why: str) -> None:
        """Do not fire, for that reason, unless the condition holds."""
        if not condition:
            raise NoRule(why)
        self.passed += 1

    @property
    def frame(self) -> Frame:
        """The receiver as a frame. Raises NoRule for another kind."""
        if not isinstance(self.self, Frame):
            raise NoRule("the receiver is not a frame that is known here")
        return self.self

    @property
    def col(self) -> Col:
        """The receiver (or what an accessor belongs to) as a Series."""
        owner = getattr(self.self, "owner", self.self)
        if not isinstance(owner, Col):
            raise NoRule("the receiver is not a Series that is known here")
        return owner

    @property
    def grouped(self) -> Grouped:
        owner = getattr(self.self, "owner", self.self)
        if not isinstance(owner, Grouped):
            raise NoRule("the receiver is not a group-by that is known here")
        return owner


def literal(value: Any, what: str = "value") -> Any:
    """The Python value of a constant (also of a list of constants). Raises NoRule otherwise."""
    if isinstance(value, Const):
        labels = type(value.value).__name__ in ("Index", "RangeIndex", "ndarray")
        return value.value.tolist() if labels else value.value
    if isinstance(value, Sequence):
        return value.type(literal(item, what) for item in value.items)
    if not isinstance(value, Value):
        return value
    raise NoRule(f"{what} is not a constant that is known here")


#: what to write in place of a parameter that is not translated
_INSTEAD = {
    "chunksize": "it has one machine read piece after piece, and the job reads the whole in parallel without it",
    "iterator": "it has one machine read piece after piece, and the job reads the whole in parallel without it",
    "keep_default_dates": "say convert_dates=False, and pd.to_datetime on the column",
    "date_unit": "say convert_dates=False, and pd.to_datetime(…, unit=…) on the column",
    "nrows": ".head(…) of what was read says the same",
}


def not_translated(rule: Rule, name: str) -> str:
    """Why a rule does not fire for a parameter, and what to write instead."""
    advice = _INSTEAD.get(name) if ".read_" in rule.name else None
    return f"parameter {name}= of {rule.name} is not translated" + (f": {advice}" if advice else "")


def bind(
    rule: Rule, args: list[Value], kwargs: dict[str, Value]
) -> tuple[dict[str, Any], set[str]]:
    """Bind call arguments to a rule's parameters. Raises NoRule for one it does not take."""
    bound: dict[str, Any] = {}
    positional = [p for p in rule.parameters if p.kind == "normal"]
    rest = next((p for p in rule.parameters if p.kind == "args"), None)
    extra = next((p for p in rule.parameters if p.kind == "kwargs"), None)
    if len(args) > len(positional) and rest is None:
        raise NoRule(f"{rule.name} takes no positional argument {len(args)}")
    for parameter, value in zip(positional, args):
        bound[parameter.name] = value
    if rest is not None:
        bound[rest.name] = list(args[len(positional) :])
    names = {p.name for p in rule.parameters if p.kind in ("normal", "keyword")}
    if extra is not None:
        bound[extra.name] = {k: v for k, v in kwargs.items() if k not in names}
    for name, value in kwargs.items():
        if name in bound and name in names:
            raise NoRule(f"argument {name!r} is given twice")
        if name in names:
            bound[name] = value
        elif extra is None:
            raise NoRule(not_translated(rule, name))
    given = set(bound)
    for parameter in rule.parameters:
        if parameter.name in bound:
            continue
        if parameter.default is inspect.Parameter.empty:
            raise NoRule(f"argument {parameter.name!r} of {rule.name} is missing")
        bound[parameter.name] = Const(parameter.default)
    for name in rule.not_yet & given:
        default = next(p.default for p in rule.parameters if p.name == name)
        value = bound[name]
        same = isinstance(value, Const) and type(value.value) is type(default) and value.value == default  # fmt: skip
        if not same and not (name == "axis" and along_rows(rule, default, value)):
            raise NoRule(not_translated(rule, name))
    check_storage(bound.get("storage_options"))
    if "storage_options" in bound and ".to_" in rule.name:
        check_target(bound.get("path_or_buf", bound.get("path")))
    return bound, given


def along_rows(rule: Rule, default: Any, value: Value) -> bool:
    """Whether ``axis=`` says what is so anyway: a Series has one axis, 0 has other names."""
    named = isinstance(value, Const) and value.value in (0, "index", "rows")
    return named and (rule.name.startswith("Series.") or default == 0)


def find(name: str) -> list[Rule]:
    """The rules of a qualified pandas name, in the order to try them."""
    load()
    found = RULES.get(name)
    if found is not None:
        return found
    return next((rules for make in DERIVED if (rules := make(name))), [])


#: functions that give the rules of a name that others' rules stand for
DERIVED: list[Callable[[str], list[Rule]]] = []


_loaded: list[bool] = []


def load() -> None:
    """Import every rule family once, so that the tables are full."""
    if _loaded:
        return
    _loaded.append(True)
    import importlib
    import pkgutil

    import rules

    for module in sorted(m.name for m in pkgutil.iter_modules(rules.__path__)):
        importlib.import_module(f"rules.{module}")


__all__ = ["RULES", "Call", "Func", "Parameter", "Rule", "bind", "find", "literal", "load", "rule"]
