"""Steps over all columns where only the job knows them: pivot tables, indicators."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from rules.labels import labels_text
from rules.lib import on, tight
from rules.registry import Call, rule
from transpiler.errors import attempt
from transpiler.facts import (
    Col,
    Column,
    ColumnValues,
    Const,
    Frame,
    Module,
    Scalar,
    fresh,
)
from transpiler.symbolic import E, render


@dataclass(frozen=True)
class RowValue(Col):
    """A value of each row over all of its columns: it holds while those are as they were."""

    whole: Frame | None = None


@dataclass(frozen=True)
class Choice:
    """What a frame is: the columns of `whole` with these labels, after `steps` over each of them,
    (function, its arguments, more of them after the names of the columns to leave alone)."""

    whole: Frame
    labels: str
    steps: tuple[tuple[str, str, str], ...] = ()


def choice_of(ctx: Any, frame: Frame) -> Choice | None:
    """How a frame was chosen by labels that the job knows; None for any other."""
    found = ctx.cells.get(("choice", frame.base))
    same = found is not None and not frame.columns and not frame.gone
    return found if same and frame.rows is found.whole.rows else None


def chosen_again(ctx: Any, before: Frame, after: Frame, step: tuple[str, str, str]) -> Frame:
    """The frame after a step over all its columns, which can be done on the whole as well."""
    found = choice_of(ctx, before)
    if found is not None:
        ctx.cells[("choice", after.base)] = replace(found, steps=(*found.steps, step))
    return after


def whole_of(ctx: Any, frame: Frame, named: Frame) -> Frame:
    """The frame over which a value of each row holds: that of which its columns were chosen."""
    found = choice_of(ctx, frame)
    return named if found is None or found.steps else found.whole


def aside_of(frame: Frame, keyword: str = "") -> str:
    """The columns that pandas does not see, as an argument."""
    names = [*frame.hidden, *(x.name for x in frame.index.levels)]
    return f", {keyword}{render(names)}" if names else ""


def open_frame(c: Call) -> Frame:
    frame = c.frame
    c.need(frame.open and not frame.nullable, "the columns of the frame are known")
    c.need(not any(k.name not in frame.hidden and k.name not in {x.name for x in frame.index.levels} for k in frame.order.keys), "rows sorted by a column")  # fmt: skip
    c.ctx.use(frame)
    c.verdict = "runtime"  # type: ignore[attr-defined]
    return frame


def across(c: Call, how: str) -> Col:
    """A value of each row, over all columns."""
    frame = open_frame(c)
    flags = how in ("sum", "mean") and ("flags", frame.base) in c.ctx.cells
    c.need(not flags, "of what is missing")  # rules/open_flags.py
    c.need(c.lit("axis") in (1, "columns"), "a value of each column")
    c.need(c.lit("skipna") is True and c.lit("numeric_only") is False, "skipna= or numeric_only=")
    c.need("min_count" not in c.args or c.lit("min_count") == 0, "min_count= of this value")
    named = c.ctx.hoist(frame, c.ctx.hint)
    name = c.ctx.unique(f"row_{how}")
    text = f"{c.ctx.call('across')}({named.text}, {render(how)}{aside_of(frame)})"
    c.ctx.emit(f"{name} = {text}", defines=name, reads=named.vars, kind="step")
    whole = whole_of(c.ctx, frame, named)
    return RowValue(E(name), None, whole, None, uses=frozenset({name}), whole=whole)


_P = "p = df.pivot_table(index='k', columns='s', values='i', aggfunc='sum')\n"
for _name, _more in (("sum", ", min_count=0"), ("mean", ""), ("min", ""), ("max", "")):

    def _across(c: Call, how: str = _name) -> Col:
        """One value per row, over all columns."""
        return across(c, how)

    rule(
        f"DataFrame.{_name}(axis=0, skipna=True, numeric_only=False{_more})",
        example=(
            f"{_P}p['all'] = p.{_name}(axis=1)\nout = p",
            f"p = pd.crosstab(df['k'], df['j'])\nout = p.{_name}(axis=1)",
        ),
    )(_across)


for _name in ("idxmax", "idxmin"):

    def _label_of(c: Call, how: str = _name) -> Col:
        """The label of the column that has the extreme value of each row."""
        c.need(not c.frame.label_kind and len(c.frame.label_names) < 2, "columns whose labels are not their names")  # fmt: skip
        return across(c, how).but(dtype="object", gap="nan")

    rule(
        f"DataFrame.{_name}(axis=0, skipna=True, numeric_only=False)",
        example=(
            f"{_P}out = p.{_name}(axis=1)",
            f"p = pd.crosstab(df['k'], df['s'])\np['most'] = p.{_name}(axis='columns')\nout = p",
            f"p = df.groupby(['k', 's'])['i'].sum().unstack(fill_value=0)\nout = p.{_name}(axis=1).rename('first').reset_index()",
        ),
    )(_label_of)


_T = "p = df.groupby(['k', 'j'])['f'].sum().unstack()\n"
_N = "p = pd.crosstab(df['k'], df['j'])\n"
#: operators between every column and a number, a value of its row, or a number for each column
_OPERATORS = {"add": ("+", "p + 1"), "sub": ("-", "p - p.mean()"), "mul": ("*", "p * df['f'].max()"),
              "truediv": ("/", "p / p.sum()")}  # fmt: skip
_METHODS = {"add": "add", "sub": "sub", "mul": "mul", "div": "truediv", "truediv": "truediv"}


def computed(c: Call, op: str, by_row: bool, swap: bool = False) -> Frame:
    """An operator between every column and something else."""
    frame, other = open_frame(c), c["other"]
    of_every_column(c, frame)
    more, reads, dropped = "", other.vars, []
    if isinstance(other, Col):
        c.need(by_row, "a Series matched with the columns")
        series = attempt(on, frame, other)
        if series is None:
            frame, dropped = before_drop(c, frame)
            series = on(frame, other)
        c.need(not series.temps and not series.windowed and not series.is_nullable, "a value that depends on other rows")  # fmt: skip
        value = str(tight(series))
        reads = reads | series.uses
    elif isinstance(other, ColumnValues):
        c.need(
            not by_row and other.base and (other.of_all(frame) or choice_of(c.ctx, frame)),
            "numbers of other columns",
        )
        other = c.ctx.hoist(other, "by_column") if choice_of(c.ctx, frame) else other
        value = other.text
        if frame.label_kind:
            frame = c.ctx.hoist(frame, c.ctx.hint)
            hidden = [*frame.hidden, *(x.name for x in frame.index.levels)]
            more = f", labels={labels_text(c.ctx, frame, hidden)}"
    else:
        number = isinstance(other, Const) and type(other.value) in (int, float)
        known = number and other.value == other.value  # type: ignore[attr-defined]
        c.need(known or isinstance(other, Scalar) and other.dtype in (None, "int64", "float64"), "an operand of this kind")  # fmt: skip
        value = other.code()
    more += ", swap=True" if swap else ""
    return changed(c, frame, "each_computed", f"{c.ctx.call(op)}, {value}", more, reads, dropped)


def before_drop(c: Call, frame: Frame) -> tuple[Frame, list[str]]:
    """The frame as it was before columns were dropped, and their names: a Series made of one of them
    is of those rows. Raises NoRule where it is not known, or other things changed since."""
    wide = c.ctx.cells.get(("without", frame.base, frame.gone))
    c.need(wide is not None and wide.rows is frame.rows and wide.order == frame.order, "a Series of columns that have changed")  # fmt: skip
    kept = {(x.name, x.uid) for x in frame.columns}
    c.need(kept <= {(x.name, x.uid) for x in wide.columns}, "a Series of columns that have changed")
    return wide, [x.name for x in wide.columns if (x.name, x.uid) not in kept]


for _name, (_symbol, _example) in _OPERATORS.items():

    def _operator(c: Call, op: str = _name) -> Frame:
        """Every column with a number, or with one for each column."""
        return computed(c, op, False)

    def _reverse(c: Call, op: str = _name) -> Frame:
        """A number with every column."""
        return computed(c, op, False, swap=True)

    rule(f"DataFrame.__{_name}__(other)", example=(f"{_T}out = {_example}", f"{_N}out = p {_symbol} 7"))(_operator)  # fmt: skip
    rule(f"DataFrame.__r{_name}__(other)", example=f"{_T}out = 100 {_symbol} p")(_reverse)

for _name, _op in _METHODS.items():

    def _method(c: Call, op: str = _op) -> Frame:
        """Every column with a value of its row, a number, or one for each column."""
        return computed(c, op, c.lit("axis") in (0, "index"))

    rule(
        f"DataFrame.{_name}(other, axis='columns', level=None, fill_value=None)",
        not_yet="level fill_value",
        example=(
            f"{_P}out = p.{_name}(p.sum(axis=1), axis=0)",
            f"p = pd.crosstab(df['k'], df['b'])\nout = p.{_name}(p.sum(axis=1), axis='index').round(3)",
            f"{_T}out = p.fillna(0).{_name}(4).reset_index()",
            f"{_T}p['all'] = p.sum(axis=1)\nout = p.drop(columns='all').{_name}(p['all'], axis=0)",
            f"{_P}p['all'] = p.sum(axis=1)\nout = p.{_name}(p['all'], axis=0).round(3)",
            f"{_N}out = p.{_name}(p.sum())",
        ),
    )(_method)


def changed(c: Call, frame: Frame, function: str, args: str, more: str = "", reads: frozenset = frozenset(), dropped: list[str] | None = None) -> Frame:  # fmt: skip
    """The frame with other values in all columns but those to be ``dropped``: `function` makes them."""
    aside = aside_of(frame.but(hidden=(*frame.hidden, *(dropped or ()))))
    text = f"{c.ctx.call(function)}({frame.text}, {args}{aside}{more})"
    text += f".drop({', '.join(map(render, dropped))})" if dropped else ""
    columns = tuple(Column(x.label, x.name, None) for x in frame.columns if x.name not in (dropped or ()))  # fmt: skip
    out = frame.but(text=text, columns=columns, base=fresh(), vars=frame.vars | reads)
    if dropped:
        out = out.but(gone=(*frame.gone, *dropped))
    return chosen_again(c.ctx, frame, out, (function, args, more))


def expecting_new(c: Call, frame: Frame, names: list[Any]) -> Frame:
    """A frame whose columns only the job knows, of which it looks that it has none of these."""
    c.need(not frame.label_kind and len(frame.label_names) < 2, "columns whose labels are not their names")  # fmt: skip
    c.need(all(isinstance(x, str) and not frame.has(x) for x in names), "two columns would have the same name")  # fmt: skip
    c.verdict = "runtime"  # type: ignore[attr-defined]
    return frame.but(text=f"{c.ctx.call('expect_new')}({frame.text}, {render(names)})")


def of_every_column(c: Call, frame: Frame) -> None:
    """Raises NoRule where a step over every column would not find the known ones by their labels."""
    c.need(
        all(x.label == x.name for x in frame.columns), "columns whose labels are not their names"
    )


@rule(
    "DataFrame.round(decimals=0)",
    example=(
        "df.pivot_table(index='k', columns='s', values='f').round(1)",
        "pd.crosstab(df['k'], df['s'], normalize='index').round(2)",
    ),
)
def rounded(c: Call) -> Frame:
    """Every number rounded."""
    frame, places = open_frame(c), c.lit("decimals")
    of_every_column(c, frame)
    c.need(type(places) is int, "places of single columns")
    return changed(c, frame, "each_rounded", f"{places}")


_KINDS = {"int": "bigint", "int64": "bigint", "builtins.int": "bigint", "numpy.int64": "bigint",
          "float": "double", "float64": "double", "builtins.float": "double", "numpy.float64": "double"}  # fmt: skip


@rule(
    "DataFrame.astype(dtype, copy=None, errors='raise')",
    not_yet="errors",
    ignored="copy",
    example=(
        "df.pivot_table(index='k', columns='s', values='i', aggfunc='sum').fillna(0).astype(int)",
        "pd.get_dummies(df['k']).astype('int64')",
        "pd.crosstab(df['k'], df['b']).astype(float).reset_index()",
    ),
)
def cast(c: Call) -> Frame:
    """Every number as an integer, or as a fraction."""
    frame, dtype = open_frame(c), c["dtype"]
    of_every_column(c, frame)
    name: Any = dtype.name if isinstance(dtype, Module) else c.lit("dtype")
    c.need(isinstance(name, str) and name in _KINDS, "a dtype of this form")
    return changed(c, frame, "each_cast", render(_KINDS[name]))


@rule(
    "DataFrame.clip(lower=None, upper=None, *, axis=None, inplace=False)",
    not_yet="axis inplace",
    example=(
        "df.pivot_table(index='k', columns='s', values='f').clip(lower=0)",
        "pd.crosstab(df['k'], df['j']).clip(1, upper=2)",
    ),
)
def clipped(c: Call) -> Frame:
    """Every number held between two limits."""
    frame, limits = open_frame(c), [c.lit("lower"), c.lit("upper")]
    of_every_column(c, frame)
    c.need(all(x is None or type(x) in (int, float) and x == x for x in limits), "limits of this kind")  # fmt: skip
    c.need(None not in limits or limits != [None, None], "no limit")
    if None not in limits:
        limits.sort()
    return changed(c, frame, "each_limited", ", ".join(map(render, limits)))
