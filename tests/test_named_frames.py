"""A frame that has a name is not spelled out again, unless the text may mean something else by then."""

from transpiler import transpile
from transpiler.infer.context import Statement
from transpiler.named_frames import named_again

SUMS = 'df.groupBy("k").agg(F.sum("x"))'


def texts(*lines: tuple) -> list[str]:
    """The statements after the pass: each a text, or a text with its kind."""
    made = []
    for line in lines:
        text, kind = line if isinstance(line, tuple) else (line, "step")
        name = (
            text.split(" = ")[0] if " = " in text and text.split(" = ")[0].isidentifier() else None
        )
        made.append(Statement(text, defines=name, kind=kind))
    return [s.text for s in named_again(made)]


DF = 'df = spark.table("t")'


def test_a_later_step_starts_from_the_name():
    assert texts(DF, f"z = {SUMS}", f'y = {SUMS}.withColumn("s", typed(z, mul, 2))')[-1] == (
        'y = z.withColumn("s", typed(z, mul, 2))'
    )
    assert texts(DF, f"z = {SUMS}", (f'write_csv({SUMS}.drop("x"), "o")', "output"))[-1] == (
        'write_csv(z.drop("x"), "o")'
    )


def test_names_in_texts_of_other_alphabets_stay_where_they_are():
    line = f'y = F.lit("日本é"), {SUMS}, {SUMS}'
    assert texts(DF, f"z = {SUMS}", line)[-1] == 'y = F.lit("日本é"), z, z'


def test_a_name_that_was_bound_again_is_another_frame():
    again = f"y = {SUMS}.limit(3)"
    for between in ("df = df.limit(1)", "z = df.limit(1)"):
        assert texts(DF, f"z = {SUMS}", between, again)[-1] == again
    block = ("if n:\n    df = df.limit(1)", "kept")
    assert texts(DF, f"z = {SUMS}", block, again)[-1] == again


def test_a_list_may_have_changed():
    again = "y = df.select(*names).limit(2)"
    assert texts(DF, ("names = ['a']", "kept"), "z = df.select(*names)", again)[-1] == again
    assert texts(DF, ("n = scalar(df)", "scalar"), "z = df.select(n).limit(2)", "y = df.select(n).limit(2).drop('a')")[-1] == "y = z.drop('a')"  # fmt: skip


def test_what_is_drawn_or_read_again_stays():
    for call in ('sampled(df, "n", "p", frac=0.5)', 'read_csv(glueContext, "a.csv", "x bigint")'):
        again = f"y = {call}.limit(1)"
        assert texts(DF, f"z = {call}", again)[-1] == again


def test_a_text_that_only_looks_alike_stays():
    assert texts(DF, f"z = {SUMS}", f"y = F.lit('{SUMS}')")[-1] == f"y = F.lit('{SUMS}')"
    assert (
        texts(DF, f"z = {SUMS}", f"y = other_{SUMS}.limit(1)")[-1] == f"y = other_{SUMS}.limit(1)"
    )


def test_a_frame_that_the_job_looks_into_is_computed_once():
    source = """import pandas as pd
df = pd.read_csv("a.csv")
z = df.groupby("k")["x"].max() * 2
z.to_csv("o.csv")
"""
    assert transpile(source).script.count(".groupBy(") == 1
