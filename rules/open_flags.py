"""Frames whose columns only the job sees: which values are missing, columns by their labels."""

from __future__ import annotations

from typing import Any

from rules.missing import flags_of_open
from rules.open_frames import RowValue, aside_of, whole_of
from rules.registry import Call, rule
from transpiler.facts import Frame, fresh
from transpiler.symbolic import E, render


def source_of(c: Call) -> tuple[Frame, bool]:
    """The frame of whose values these flags tell whether they are missing, or (True) there."""
    frame = c.frame
    c.need(frame.open, "the columns of the frame are known")
    source, present, columns = c.ctx.cells.get(("flags", frame.base), (None, False, ()))
    c.need(source is not None, "the truth of columns that only the job sees: name them, df[[…]]")
    c.need(frame.columns == columns and frame.gone == source.gone and frame.rows is source.rows, "flags that have changed since")  # fmt: skip
    return source, present


_RESULTS = {"any": "bool", "all": "bool", "sum": "int64", "mean": "float64"}


def along_row(c: Call, name: str) -> RowValue:
    """What is missing in each row, or there, as a value of the row."""
    c.need(c.lit("axis") in (1, "columns"), "a value of each column")
    source, present = source_of(c)
    named = c.ctx.hoist(source, c.ctx.hint)
    more = ", present=True" if present else ""
    variable = c.ctx.unique(f"{name}_{'present' if present else 'missing'}")
    text = f"{c.ctx.call('row_flags')}({named.text}, {render(name)}{more}{aside_of(named, 'aside=')})"  # fmt: skip
    c.ctx.emit(f"{variable} = {text}", defines=variable, reads=named.vars, kind="step")
    c.verdict = "runtime"  # type: ignore[attr-defined]
    full = name != "mean"  # of no columns
    whole = whole_of(c.ctx, source, named)
    return RowValue(E(variable), _RESULTS[name], whole, None, uses=frozenset({variable}), null_free=full, whole=whole)  # fmt: skip


for _name, _more, _example in (
    ("sum", ", min_count=0", "df['n_ok'] = df.notna().sum(axis=1)\nout = df[df['n_ok'] > 9]"),
    (
        "mean",
        "",
        "some = [x for x in df.columns if x in ('f', 'g', 's')]\ndf['part'] = df[some].isna().mean(axis=1).round(3)\nout = df",
    ),
):

    def _share(c: Call, name: str = _name) -> RowValue:
        """How many, or which share, of a row's values are missing, or there."""
        c.need("min_count" not in c.args or c.lit("min_count") == 0, "min_count= of this value")
        return along_row(c, name)

    rule(
        f"DataFrame.{_name}(axis=0, skipna=True, numeric_only=False{_more})",
        ignored="skipna numeric_only",
        example=_example,
    )(_share)


for _name in ("any", "all"):

    def _truth(c: Call, name: str = _name) -> RowValue:
        """Whether any (all) of a row's values are missing, or there."""
        c.need(c.lit("skipna") is True and c.lit("bool_only") is False, "skipna= or bool_only=")
        return along_row(c, name)

    _star = "*, " if _name == "any" else ""
    rule(
        f"DataFrame.{_name}({_star}axis=0, bool_only=False, skipna=True)",
        example=(
            f"df[df.isna().{_name}(axis=1)]",
            f"df['bad'] = df.isnull().{_name}(axis='columns')\nout = df[df['bad']]",
            f"df[df.notna().{_name}(axis=1)]",
            f"df[~df.isna().{_name}(axis=1)]",
            f"p = df.pivot_table(index='k', columns='s', values='i')\nout = p.isna().{_name}(axis=1)",
        ),
    )(_truth)


@rule(
    "DataFrame.__invert__()",
    example=("~df.isna()", "(~df.isna()).sum()", "(~df.notna()).any(axis=1)"),
)
def inverted(c: Call) -> Frame:
    """Whether values are there instead of missing."""
    source, present = source_of(c)
    return flags_of_open(c, not present, source)


@rule(
    "DataFrame.filter(items=None, like=None, regex=None, axis=None)",
    example=("df.filter(like='f').sum()", "df.filter(regex='^[ij]$').rename(columns={'i': 'a'})"),
)
def filtered(c: Call) -> Frame:
    """Columns by their labels."""
    c.need(c.lit("axis") in (None, 1, "columns"), "rows are filtered by label")
    frame = c.frame
    c.need(frame.open and not frame.label_kind and len(frame.label_names) < 2, "the columns of the frame are known")  # fmt: skip
    c.need(all(x.label == x.name for x in frame.columns), "renamed columns")
    given: dict[str, Any] = {k: c.lit(k) for k in ("items", "like", "regex")}
    given = {k: v for k, v in given.items() if v is not None}
    c.need(len(given) == 1, "one of items=, like= and regex=")
    c.ctx.use(frame)
    frame = c.ctx.losing(frame, [*(k.name for k in frame.order.keys), *(x.label for x in frame.columns)])  # fmt: skip
    ((how, wanted),) = given.items()
    c.verdict = "runtime"  # type: ignore[attr-defined]
    text = f"{c.ctx.call('columns_filtered')}({frame.text}, {how}={render(wanted)}{aside_of(frame, 'aside=')})"
    return frame.but(text=text, columns=(), base=fresh(), gone=())
