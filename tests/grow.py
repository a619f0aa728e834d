"""Random programs over random nasty frames, grown step by step with pandas as the judge.

Steps come from the rules' own examples (tests/templates.py), with other columns in them, and from
the shapes below: filters, joins, branches, loops, functions. Each step runs in pandas when it is
chosen, and one that raises is put back; so what grows are programs that pandas runs, on frames
whose types are known. The same seed grows the same program.
"""

from __future__ import annotations

import random
import tempfile
import warnings
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Callable

import numpy as np
import pandas as pd

from tests.templates import KINDS, Template, templates

TEXTS = ["a", "b", "B", "apple", "Apple ", " pad", "é", "日本", "", "x,y", 'q"t', "a\nb", "NA?", "7", "-1", "o'neil"]  # fmt: skip
KEYS = ["k1", "k2", "K2", "k3"]
DIGITS = ["1", "2.5", "x", " 8 ", "-7", "1e3", "", "0", "12", "nine"]
TIMES = ["2024-01-31 10:15:30", "1969-12-31 23:59:59", "2024-02-29 00:00:00", "1900-03-01 00:00:01",
         "2023-12-31 12:00:00"]  # fmt: skip
DAYS = ["2024-01-01", "2024-01-15", "1960-05-05", "2023-03-01", "1970-01-01"]
FLOATS = [0.0, -0.0, 1.5, -2.25, 3.0, 0.1, 2.675, 100.0, -0.5, 1e-5, 7.0]
#: names that files have and that could trip a translation: signs, other scripts, names that differ
#: in case only, and names that jobs or pandas give to columns of their own
NAMES = ["a.b", "with space", "it's", 'say "x"', "é", "日", "I", "K", "`tick`", "index", "value", "count", "key", "size",
         "sum", "1", "df", "_1", "a,b", "level_0", "variable", "T", "x[0]", "$v", "%s", "{n}", "value_", "__value",
         "mean", "name"]  # fmt: skip
TYPES = {"s": "str", "u": "str", "k": "str", "b": "bool", "i": "'int64'", "j": "'int64'", "f": "float", "g": "float", "n": "float"}  # fmt: skip
ROWS_AT_MOST = 16
COLUMNS_AT_MOST = 16
#: templates that one program may use up
DEALT = 8


#: what writes a step, and how often beside the others
Shapes = dict[Callable[["Grower"], "str | None"], int]


@dataclass
class Program:
    """One grown flow: statements after the inputs were read, the inputs, the rules it draws on."""

    number: int
    main: pd.DataFrame
    other: pd.DataFrame
    steps: list[str] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    ends: str = "capture"
    names: dict[str, str] = field(default_factory=dict)
    parts: int = 1
    inputs: int | None = None  # the number in the inputs' names, where programs share them

    def reads(self) -> list[str]:
        """The lines that read the inputs."""
        n, named = self.file, {c: self.names.get(c, c) for c in KINDS}
        types = ", ".join(f"{named[c]!r}: {t}" for c, t in TYPES.items())
        times = [named["t"], named["d"]]
        lines = [f"main = pd.read_csv('main{n}.csv', parse_dates={times!r}, dtype={{{types}}})",
                 f"other = pd.read_csv('other{n}.csv', dtype={{'k': str, 'w': float, 'name': str}})"]  # fmt: skip
        if not len(self.main):  # parse_dates leaves objects where there is nothing to parse
            lines += [f"main[{t!r}] = pd.to_datetime(main[{t!r}])" for t in times]
        return lines

    @property
    def file(self) -> int:
        return self.number if self.inputs is None else self.inputs

    def reduced(self, steps: list[str]) -> "Program":
        """The program with these steps."""
        return replace(self, steps=steps)

    def source(self, reads: bool = True) -> str:
        """The program as text; without the reading where another has read the same before."""
        last = {
            "capture": f"capture('p{self.number}', df)",
            "out": f"capture('p{self.number}', out)",
            "csv": f"df.to_csv('out{self.number}.csv', index=False)",
        }[self.ends]
        lines = [*(self.reads() if reads else []), "df = main.copy()", *self.steps, last]
        return "\n".join(lines) + "\n"

    def write_inputs(self, folder: Path, parts: int = 1) -> None:
        """Write main and other; ``parts``: main as a folder of so many files, as Spark reads them."""
        path = folder / f"main{self.file}.csv"
        size = -(-len(self.main) // parts)
        if parts > 1 and size:
            path.mkdir()
            for at in range(0, len(self.main), size):
                rows = self.main.iloc[at : at + size]
                rows.to_csv(path / f"part-{at:05}.csv", index=False)
        else:
            self.main.to_csv(path, index=False)
        self.other.to_csv(folder / f"other{self.file}.csv", index=False)


def main_frame(r: random.Random) -> pd.DataFrame:
    """Rows like those of tests/nasty.py; none, one, or up to fourteen; some columns without a value."""
    count = r.choice([0, 1, 2, 3, 5, 8, 11, 14, 14])
    gaps = r.choice([0, 0.15, 0.4])
    floats = FLOATS + ([1e16] if r.random() < 0.1 else []) + ([np.inf] if r.random() < 0.1 else [])
    days = DAYS + (["15/01/2024", "soon"] if r.random() < 0.05 else [])  # then all of them are text
    pools: dict[str, list] = {"f": floats, "g": floats, "s": TEXTS, "u": DIGITS, "k": KEYS, "t": TIMES, "d": days,
                              "n": [float(n) for n in range(1, 9)]}  # fmt: skip

    def value(column: str) -> Any:
        return None if r.random() < gaps else r.choice(pools[column])

    rows = [{"i": r.randint(-5, 9), "j": r.randint(-3, 3), **{c: value(c) for c in pools}, "b": r.random() < 0.5}
            for _ in range(count)]  # fmt: skip
    out = pd.DataFrame(rows, columns=list(KINDS))
    for column in pools:
        if r.random() < 0.04:
            out[column] = None
    if count > 2 and r.random() < 0.3:
        out = pd.concat([out.head(count - 2), out.head(2)], ignore_index=True)
    return out


def other_frame(r: random.Random) -> pd.DataFrame:
    keys = r.sample([None, *KEYS, "z"], r.randint(0, 5))
    if keys and r.random() < 0.4:
        keys += [r.choice(keys)]
    rows = [{"k": k, "w": r.choice([None, 1.5, 2.0, 10.0]), "f": r.choice([None, *FLOATS[:5]]), "name": r.choice([None, *TEXTS[:6]])}
            for k in keys]  # fmt: skip
    return pd.DataFrame(rows, columns=["k", "w", "f", "name"])


def kind_of(values: pd.Series) -> str:
    """int, float, text, bool, time, or "" for what no slot takes."""
    dtype = str(values.dtype).lower()
    for start, kind in (("int", "int"), ("float", "float"), ("bool", "bool"), ("datetime64[ns]", "time"), ("string", "text")):  # fmt: skip
        if dtype.startswith(start):
            return kind
    if dtype == "object" and values.map(lambda v: isinstance(v, str) or pd.isna(v) is True).all():
        return "text"
    return ""


class Grower:
    """Grows one program: ``world`` is what its names are bound to after the steps so far."""

    def __init__(self, number: int, seed: int, shapes: Shapes | None = None) -> None:
        self.shapes = shapes or SHAPES
        self.r = random.Random(seed)
        self.next = DEALT * seed  # the templates are dealt out: programs in a row use them all
        self.program = Program(number, main_frame(self.r), other_frame(self.r))
        self.world: dict[str, Any] = {"np": np, "pd": pd}
        self.columns = 0
        if self.r.random() < 0.3:
            some = self.r.sample(list(KINDS), self.r.randint(2, len(KINDS)))
            self.program.names = dict(zip(some, self.r.sample(NAMES, len(some))))
            self.program.main = self.program.main.rename(columns=self.program.names)
        if self.r.random() < 0.2:
            self.program.parts = 3

    @property
    def df(self) -> pd.DataFrame:
        return self.world["df"]

    def new(self) -> str:
        """A name for a column; now and then of one that is there, which may never have been read."""
        if self.r.random() < 0.12:
            return str(self.pick(list(self.df.columns)))
        self.columns += 1
        return f"c{self.columns}"

    def of(self, kind: str) -> list[str]:
        """Columns that a slot of that kind takes; a key is a text with few values."""
        found = [c for c in self.df.columns if kind_of(self.df[c]) == ("text" if kind in ("key", "digits") else kind)]  # fmt: skip
        if kind == "key":
            return [c for c in found if self.df[c].nunique() <= 4] or found
        if kind == "float" and self.r.random() < 0.2:
            found += self.of("int")
        return found

    def attempt(self, step: str) -> bool:
        """Run a step; keep it when pandas does and leaves a frame to go on with."""
        world = after(step, self.world)
        if world is None or not isinstance(world["df"], pd.DataFrame) or not sound(world["df"]):
            return False
        self.world = world
        self.program.steps.append(step)
        return True

    def grow(self, steps: int) -> Program:
        self.world |= read_back(self.program)
        self.world["df"] = self.world["main"].copy()
        if self.r.random() < 0.2:
            self.attempt("df = df.convert_dtypes()")
        tries = 0
        while len(self.program.steps) < steps and tries < steps * 12:
            tries += 1
            shape = self.r.choices(list(self.shapes), weights=list(self.shapes.values()))[0]
            try:
                step = shape(self)
            except NothingToPick:
                continue
            if step:
                self.attempt(step)
        self.program.ends = self.r.choice(["capture", "capture", "csv"])
        return self.program

    def pick(self, items: list) -> Any:
        if not items:
            raise NothingToPick
        return self.r.choice(items)


class NothingToPick(Exception):
    """The frame has no column of the kind that a step needs."""


def read_back(program: Program) -> dict[str, pd.DataFrame]:
    """main and other as the program reads them."""
    world: dict[str, Any] = {"pd": pd}
    with tempfile.TemporaryDirectory() as name:
        program.write_inputs(Path(name))
        for line in program.reads():
            exec(line.replace("read_csv('", f"read_csv({name!r} + '/"), world)
    return {"main": world["main"], "other": world["other"]}


def after(step: str, world: dict[str, Any]) -> dict[str, Any] | None:
    """What the names are bound to after a step; None where pandas does not run it."""
    mine = {k: v.copy() if isinstance(v, pd.DataFrame) else v for k, v in world.items()}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(step, mine)
    except Exception:
        return None
    mine.pop("__builtins__", None)
    return mine


def sound(df: pd.DataFrame) -> bool:
    """Whether one can go on with it: few rows and columns, names that are text and differ."""
    names = list(df.columns)
    return (
        0 < len(names) <= COLUMNS_AT_MOST
        and len(df) <= ROWS_AT_MOST
        and df.columns.nlevels == 1
        and all(isinstance(c, str) for c in names)
        and len(set(names)) == len(names)
    )


# --- shapes of steps ----------------------------------------------------------------------------


def from_rule(g: Grower) -> str | None:
    """An example with other columns; its result becomes a column or the frame."""
    deck = shuffled()
    template = deck[g.next % len(deck)]
    g.next += 1
    filled = template.fill({c: g.pick(g.of(KINDS[c])) for c in template.columns})
    world = after(filled, g.world)
    use = using(g, world["out"], world["df"]) if world is not None else None
    if use is None:
        return None
    g.program.rules.append(template.rule)
    if filled.startswith("out = ") and "\n" not in filled and use.count("out") == 1:
        value = filled.removeprefix("out = ")
        return use.replace("out", f"({value})" if "out." in use else value)
    return filled + "\n" + use


@lru_cache(maxsize=1)
def shuffled() -> tuple[Template, ...]:
    return tuple(random.Random(4).sample(templates(), len(templates())))


def using(g: Grower, out: Any, df: pd.DataFrame) -> str | None:
    """What a program does with a value: a new column, the frame from here on, a number to add."""
    new = g.new()
    if isinstance(out, pd.DataFrame):
        flat = "" if all(isinstance(c, str) for c in out.columns) else f"\ndf.columns = [f'{new}_{{n}}' for n in range({len(out.columns)})]"  # fmt: skip
        if out.index.nlevels > 1 or out.index.name is not None:
            if g.r.random() < 0.7 and not flat:
                return "df = out.reset_index()"
        if out.index.equals(df.index) and len(out.columns) == 1 and not flat:
            return g.r.choice([f"df['{new}'] = out[{out.columns[0]!r}]", "df = out"])
        return "df = out" + flat
    if isinstance(out, pd.Series):
        if out.index.equals(df.index):
            return f"df['{new}'] = out"
        if len(out) > ROWS_AT_MOST:
            return None
        way = g.r.choice(["frame", "frame", "align", "reset"])
        if way == "align" and out.index.nlevels == 1 and out.index.is_unique:
            return f"df['{new}'] = out"
        if way == "reset" or isinstance(out.index, pd.MultiIndex):
            return f"df = out.reset_index(name='{new}')"
        return f"df = out.to_frame('{new}')"
    if isinstance(out, (bool, int, float, str, np.generic, pd.Timestamp)) or out is None:
        return f"df['{new}'] = out"
    if isinstance(out, np.ndarray) and out.ndim == 1 and len(out) == len(df):
        return f"df['{new}'] = out"
    return None


def mask(g: Grower) -> str:
    tests = [f"df[{c!r}] {g.pick(['>', '<=', '!=', '=='])} {g.pick([0, 1, 2.5])}" for c in g.of("int") + g.of("float")]  # fmt: skip
    tests += [f"df[{c!r}] {g.pick(['==', '!='])} '{g.pick(KEYS)}'" for c in g.of("key")]
    tests += [f"df[{c!r}].{g.pick(['isna', 'notna'])}()" for c in g.df.columns]
    tests += [f"df[{c!r}].isin({KEYS[:2]!r})" for c in g.of("key")]
    tests += [f"df[{c!r}]" for c in g.of("bool")]
    tests += [f"df[{c!r}] < '2000-01-01'" for c in g.of("time")]
    tests += [f"df[{c!r}].str.contains('a', na=False)" for c in g.of("text")]
    one, two = g.pick(tests), g.pick(tests)
    return g.pick([one, one, f"~({one})", f"({one}) & ({two})", f"({one}) | ({two})"])


def keep(g: Grower) -> str:
    return g.pick(["df = df[{}]", "df = df[{}].copy()", "df = df.loc[{}]", "df = df[{}].reset_index(drop=True)"]).format(mask(g))  # fmt: skip


def change(g: Grower) -> str:
    """A value put where a condition holds."""
    c = g.pick(g.of("int") + g.of("float") + g.of("text"))
    value = g.pick(["'zz'"] if c in g.of("text") else ["0", "-1", "7"])
    return g.pick([
        f"df.loc[{mask(g)}, {c!r}] = {value}",
        f"df[{c!r}] = df[{c!r}].where({mask(g)}, {value})",
        f"df['{g.new()}'] = np.where({mask(g)}, df[{c!r}], {value})",
        f"df[{c!r}] = df[{c!r}].mask({mask(g)})",
    ])  # fmt: skip


def number(g: Grower) -> str:
    numbers = g.of("int") + g.of("float")
    left, op = g.pick(numbers), g.pick(["+", "-", "*", "/", "//", "%", "**"])
    right = g.pick([f"df[{c!r}]" for c in numbers] + ["2", "-3", "0.5", "3"])
    if op == "**":
        right = "2"
    return f"df['{g.new()}'] = df[{left!r}] {op} {right}"


def group(g: Grower) -> str:
    """groupby in its spellings, the keys as columns or as labels."""
    keys = g.pick([[c] for c in g.of("key") + g.of("bool") + g.of("int")])
    keys = keys + g.pick([[], [], [g.pick(list(g.df.columns))]])
    keys = list(dict.fromkeys(keys))
    c = g.pick(g.of("int") + g.of("float"))
    how, how2 = (g.pick(["sum", "mean", "min", "max", "count", "nunique", "size", "first", "last", "std", "median"]) for _ in "ab")  # fmt: skip
    how_list = [h for h in dict.fromkeys([how, how2]) if h != "size"] or ["sum"]
    by = repr(keys if len(keys) > 1 else keys[0])
    options = g.pick(["", "", ", sort=False", ", dropna=False", ", as_index=False"])
    grouped = f"df.groupby({by}{options})"
    new = g.new()
    return g.pick([
        f"df = {grouped}.agg({new}=({c!r}, '{how}'), {new}b=({c!r}, '{how2}')).reset_index()",
        f"df = {grouped}.agg({new}=({c!r}, '{how}'))",
        f"df = {grouped}[{c!r}].{how}().reset_index()",
        f"df = {grouped}[[{c!r}]].{how}()",
        f"df = {grouped}[{c!r}].agg({how_list!r}).reset_index()",
        f"df = {grouped}.agg({{{c!r}: '{how}'}})",
        f"df = {grouped}.agg({{{c!r}: {how_list!r}}})\ndf.columns = ['_'.join(c) for c in df.columns]",
        f"df = {grouped}.size().reset_index(name='{new}')",
        f"df['{new}'] = df.groupby({by})[{c!r}].transform('{how}')",
        f"df['{new}'] = df[{keys[0]!r}].map(df.groupby({keys[0]!r})[{c!r}].{how}())",
    ])  # fmt: skip


def along(g: Grower) -> str:
    """Windows, with and without a key."""
    c = g.pick(g.of("int") + g.of("float"))
    start = g.pick([f"df[{c!r}]"] + [f"df.groupby({k!r})[{c!r}]" for k in g.of("key")] * 2)
    call = g.pick(["cumsum()", "shift(1)", "shift(-1)", "rank(method='first')", "rank()", "diff()", "pct_change()",
                   "cummax()", "ffill()", "bfill()", "rolling(2).sum()", "rolling(3, min_periods=1).mean()", "expanding().max()"])  # fmt: skip
    if "groupby" in start and ("rolling" in call or "expanding" in call):
        call += ".reset_index(level=0, drop=True)"
    return f"df['{g.new()}'] = {start}.{call}"


def order(g: Grower) -> str:
    by = list(dict.fromkeys([g.pick(list(g.df.columns)), g.pick(list(g.df.columns))]))
    way = [g.pick([True, False]) for _ in by]
    after = g.pick(["", "", ".head(5)", ".reset_index(drop=True)", f".drop_duplicates({by[0]!r})"])
    more = g.pick(["", ", na_position='first'", ", ignore_index=True"])
    return f"df = df.sort_values({by!r}, ascending={way!r}{more}, kind='stable'){after}"


def join(g: Grower) -> str:
    key, how = g.pick(g.of("key")), g.pick(["left", "inner", "outer", "right", "left"])
    on = f"left_on={key!r}, right_on='k'" if key != "k" else "on='k'"
    options = g.pick(["", "", ", suffixes=('', '_r')", ", indicator=True"])
    return g.pick([
        f"df = df.merge(other, {on}, how='{how}'{options})",
        f"df = df.merge(other[['k', 'w']].drop_duplicates('k'), {on}, how='{how}'{options})",
        f"df = df.merge(df.groupby({key!r}, as_index=False).agg({g.new()}=({key!r}, 'size')), on={key!r}, how='{how}')",
        f"df['{g.new()}'] = df[{key!r}].map(other.drop_duplicates('k').set_index('k')['w'])",
        f"df = df.join(other.drop_duplicates('k').set_index('k')[['w']].add_suffix('_{g.new()}'), on={key!r})",
        f"df = df[df[{key!r}].isin(other['k'])]",
    ])  # fmt: skip


def stack(g: Grower) -> str:
    some = g.pick(["df.head(2)", "df.tail(1)", "df.iloc[1:3]", f"df[{mask(g)}]", "df.head(0)", "main.head(2)", "saved"])  # fmt: skip
    return (
        f"df = pd.concat([df, {some}]{g.pick(['', ', ignore_index=True', ', ignore_index=True'])})"
    )


def branch(g: Grower) -> str:
    """Another name for the frame as it is now; later steps may come back to it."""
    if "saved" not in g.world:
        return g.pick(["saved = df", "saved = df.copy()", f"saved = df[{mask(g)}]"])
    return g.pick(
        ["df = saved", "df = saved.copy()", "df = df.assign(**{'%s': len(saved)})" % g.new()]
    )


def shape(g: Grower) -> str:
    c = g.pick(list(g.df.columns))
    c2 = g.pick(list(g.df.columns))
    few = [x for x in g.df.columns if g.r.random() < 0.7] or [c]
    return g.pick([
        "df = df.reset_index(drop=True)", "df = df.reset_index()", f"df = df.set_index({c!r})",
        f"df = df.rename(columns={{{c!r}: '{g.new()}'}})", f"df = df.drop(columns=[{c!r}])", f"df = df[{few!r}]",
        f"df = df.drop_duplicates({[c, c2]!r}, keep={g.pick(['first', 'last', False])!r})", "df = df.drop_duplicates()",
        f"df = df.dropna(subset=[{c!r}])", "df = df.head(4)", "df = df.iloc[1:]", "df = df.iloc[::-1]",
        f"df = df.melt(id_vars=[{c!r}], value_vars=[{c2!r}])",
        f"df = df.astype({{{c!r}: {g.pick(['str', 'float', 'int', 'object'])}}})",
        f"df[{c!r}] = df[{c!r}].fillna({g.pick(['0', repr('none'), '-1.5'])})",
        f"df[{c!r}] = df[{c!r}].astype(str)",
        "df.columns = [c.upper() for c in df.columns]", "df.columns = df.columns.str.lower()",
    ])  # fmt: skip


def around(g: Grower) -> str | None:
    """A step inside plain Python: a function, a loop, a condition."""
    body = from_rule(g)
    if body is None:
        return None
    inner = "\n".join("    " + line for line in body.splitlines())
    name = f"step_{g.new()}"
    numbers = g.of("float")
    return g.pick([
        f"def {name}(df):\n{inner}\n    return df\ndf = {name}(df)",
        f"def {name}(df):\n{inner}\n    return df\ndf = df.pipe({name})",
        f"if len(df) > {g.pick([0, 2, 5])}:\n{inner}",
        f"if df[{g.pick(list(g.df.columns))!r}].notna().all():\n{inner}",
        f"for c in {numbers[:3]!r}:\n    df[c] = df[c].fillna({g.pick([0, 1.5])})",
    ])  # fmt: skip


SHAPES: Shapes = {
    from_rule: 60, keep: 6, change: 5, number: 5, group: 8, along: 5, order: 5, join: 6, stack: 4, branch: 4, shape: 7, around: 5,
}  # fmt: skip


def grow(number: int, seed: int, least: int = 4, most: int = 12) -> Program:
    """The program of a seed."""
    grower = Grower(number, seed)
    return grower.grow(grower.r.randint(least, most))
