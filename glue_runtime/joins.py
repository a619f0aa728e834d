"""merge and concat over frames whose columns and types only the job sees."""

from __future__ import annotations

from pyspark.sql import functions as F

from glue_runtime.quoting import quoted
from glue_runtime.reshape import WHOLE

NUMERIC = ("tinyint", "smallint", "int", "bigint", "float", "double")


def merge(
    left,
    right,
    how="inner",
    on=None,
    left_on=None,
    right_on=None,
    suffixes=("_x", "_y"),
    indicator=None,
    rows=None,
):
    """`left.merge(right)` as pandas names and matches: missing keys equal each other, columns of
    both sides get suffixes, shared keys stay in the left side's place.

    rows: columns of left and right that tell their row order; they stay.
    Raises ValueError for keys of different kinds and for names that repeat.
    """
    ours, theirs = on or left_on or [], on or right_on or []
    aside = rows or ()
    if how != "cross" and not ours:
        ours = theirs = [c for c in left.columns if c in right.columns and c not in aside]
    same_kind(left, right, ours, theirs)
    shared = {b for a, b in zip(ours, theirs) if a == b}
    left_shown = [c for c in left.columns if c not in aside]
    right_shown = [c for c in right.columns if c not in aside and c not in shared]
    both = set(left_shown) & set(right_shown)
    left_names = [c + (suffixes[0] or "") if c in both else c for c in left_shown]
    right_names = [c + (suffixes[1] or "") if c in both else c for c in right_shown]
    shown = left_names + right_names
    if len(set(shown)) < len(shown):
        raise ValueError(f"merge gives columns of the same name: {sorted(shown)}")
    # Every column gets a number for a name while the rows are joined: none can clash.
    one = left.select(
        *[quoted(c).alias(f"l{i}") for i, c in enumerate(left.columns)], F.lit(True).alias("l")
    )
    two = right.select(
        *[quoted(c).alias(f"r{i}") for i, c in enumerate(right.columns)], F.lit(True).alias("r")
    )
    l_at = {c: F.col(f"l{i}") for i, c in enumerate(left.columns)}
    r_at = {c: F.col(f"r{i}") for i, c in enumerate(right.columns)}
    if how == "cross":
        found = one.crossJoin(two)
    else:
        condition = F.lit(True)
        for a, b in zip(ours, theirs):
            condition = condition & l_at[a].eqNullSafe(r_at[b])
        found = one.join(two, condition, how)
    out = [
        key_cell(l_at, r_at, c, c in shared, how).alias(name)
        for c, name in zip(left_shown, left_names)
    ]
    out += [r_at[c].alias(name) for c, name in zip(right_shown, right_names)]
    if indicator:
        word = F.when(F.col("r").isNull(), "left_only").when(F.col("l").isNull(), "right_only")
        out.append(word.otherwise("both").alias(indicator))
    if rows:
        out += [l_at[rows[0]].alias(rows[0]), r_at[rows[1]].alias(rows[1])]
    return found.select(*out)


def beside_index(left, right, keys, how="inner", suffixes=("_x", "_y"), kept=(), row=None):
    """`left.merge(right, left_on=…, right_index=True)`: the rows of the left side with the columns
    of the right one, whose labels are columns of it that go.

    keys: pairs of a column of left and one of right; kept: columns of left that pandas does not
    see, which stay last; row: the one of right that tells its row order, which stays, too.
    Raises ValueError for keys of different kinds and for names that repeat.
    """
    ours, theirs = [a for a, _ in keys], [b for _, b in keys]
    same_kind(left, right, ours, theirs)
    shown = [c for c in left.columns if c not in kept]
    added = [c for c in right.columns if c not in theirs and c != row]
    both = set(shown) & set(added)
    if both and not any(suffixes):
        raise ValueError(f"columns overlap but no suffix specified: {sorted(both)}")
    names = [c + (suffixes[0] or "") if c in both else c for c in shown]
    names += [c + (suffixes[1] or "") if c in both else c for c in added]
    if len(set(names)) < len(names):
        raise ValueError(f"merge gives columns of the same name: {sorted(names)}")
    # Every column gets a number for a name while the rows are joined: none can clash.
    one = left.select(*[quoted(c).alias(f"l{i}") for i, c in enumerate(left.columns)])
    two = right.select(*[quoted(c).alias(f"r{i}") for i, c in enumerate(right.columns)])
    l_at = {c: F.col(f"l{i}") for i, c in enumerate(left.columns)}
    r_at = {c: F.col(f"r{i}") for i, c in enumerate(right.columns)}
    condition = F.lit(True)
    for a, b in keys:
        condition = condition & l_at[a].eqNullSafe(r_at[b])
    cells = [*(l_at[c] for c in shown), *(r_at[c] for c in added)]
    out = [cell.alias(name) for cell, name in zip(cells, names)]
    out += [l_at[c].alias(c) for c in kept] + ([r_at[row].alias(row)] if row else [])
    return one.join(two, condition, how).select(*out)


def joined_by_label(left, right, key, how):
    """The rows of both sides, joined where their labels, in the column `key`, are equal."""
    same_kind(left, right, [key], [key])
    return left.join(right, key, how)


def key_cell(left, right, name, shared, how):
    """A column of the left side; a shared key comes from the side that has it."""
    if not shared or how in ("inner", "left"):
        return left[name]
    return right[name] if how == "right" else F.coalesce(left[name], right[name])


def same_kind(left, right, ours, theirs):
    """Raises ValueError where a text key would be compared with a number, as pandas does."""
    types = [
        {f.name: f.dataType.simpleString() for f in side.schema.fields} for side in (left, right)
    ]
    for a, b in zip(ours, theirs):
        kinds = ["number" if t in NUMERIC else t for t in (types[0][a], types[1][b])]
        if kinds[0] != kinds[1]:
            raise ValueError(f"merge of {a} ({types[0][a]}) and {b} ({types[1][b]})")


def unique_keys(df, names, side):
    """The frame itself. Raises ValueError where two rows have the same values in these columns."""
    again = df.groupBy(*[quoted(n) for n in names]).count().where("count > 1").limit(1).count()
    if again:
        raise ValueError(f"Merge keys are not unique in {side} dataset")
    return df


def stack(frames, join="outer", sort=False, nullable=False, aside=()):
    """`pd.concat(frames)`: columns by name; integers become fractions beside fractions, and where
    a frame lacks the column (not where they are nullable, as after convert_dtypes).

    aside: columns that every frame has besides, which stay last. Raises TypeError where pandas
    would mix text and numbers in one column.
    """
    shown = [[c for c in df.columns if c not in aside] for df in frames]
    names = list(dict.fromkeys(c for columns in shown for c in columns))
    if join == "inner":
        names = [n for n in names if all(n in columns for columns in shown)]
    if sort:
        names = sorted(names)
    types = {n: common_type(n, [t for df in frames for c, t in df.dtypes if c == n]) for n in names}
    if not nullable:
        gaps = {n for n in names for columns in shown if n not in columns}
        types |= {n: "double" for n in gaps if types[n] in WHOLE}
    out = None
    for df in frames:
        cells = [
            (quoted(n) if n in df.columns else F.lit(None)).cast(types[n]).alias(n) for n in names
        ]
        part = df.select(*cells, *map(quoted, aside))
        out = part if out is None else out.unionByName(part)
    return out


def common_type(name, types):
    """The type that holds the values of all these types. Raises TypeError when none does."""
    found = set(types)
    if len(found) == 1:
        return types[0]
    if found <= set(NUMERIC):
        return "double" if found & {"float", "double"} else "bigint"
    raise TypeError(f"column {name!r} mixes {sorted(found)}")


def settled(df, *names):
    """Integers (all of the frame's, or these) in which a value is missing, as fractions: what
    pandas makes of them when a merge finds no partner for some row."""
    whole = [f.name for f in df.schema.fields if f.dataType.simpleString() in WHOLE]
    shown = [n for n in whole if not n.startswith("__")]
    whole = [n for n in whole if n in names] if names else shown
    if not whole:
        return df
    gaps = df.agg(
        *[F.count_if(quoted(n).isNull()).alias(f"n{i}") for i, n in enumerate(whole)]
    ).first()
    return df.withColumns({n: quoted(n).cast("double") for n, gap in zip(whole, gaps) if gap})
