"""Tables of what plain Python has read from one file: JSON documents, lines, records."""

from __future__ import annotations

from rules.registry import Call, rule
from transpiler.facts import Const, Frame, Plain
from transpiler.infer.recipes import Recipe, evaluated, over_path


def table_of_file(c: Call, function: str, parameter: str) -> Frame:
    """``function(data, …)`` of data that come from one file, made by one task."""
    import pandas as pd

    data, interpreter = c[parameter], c.interpreter  # type: ignore[attr-defined]
    c.need(type(data) is Plain, "the data are not of one file")
    recipe = Recipe(c.ctx)
    options = {name: c[name] for name in c.args if c.given(name) and name != parameter}
    c.need(all(isinstance(v, Const) for v in options.values()), "options that are not known here")
    call = interpreter.driver.call("", function, [data], options)
    text = recipe.text(call, data.vars)
    file = c.ctx.unique("file")
    made, _, path = over_path(text, file)
    root = c.ctx.schemas.root
    c.need(
        root is not None and c.ctx.schemas.has(path),
        "its columns are not known: the file is not at hand",
    )
    schema = c.ctx.schemas.made(f"{path}|{made.replace(file, 'file')}", lambda: evaluated(made, **{file: str(root / path.lstrip("/")), "pd": pd}))  # fmt: skip
    c.need(schema is not None, "rows with labels, or columns that are not known")
    recipe.spare()
    c.ctx.runtime.add("import pandas as pd")
    return interpreter.in_one_task(f"lambda {file}: {made}", Const(path), schema, c.node)


@rule(
    "pandas.json_normalize(data, record_path=None, meta=None, meta_prefix=None, record_prefix=None, "
    "errors='raise', sep='.', max_level=None)",
    verdict="runtime",
    example=(
        "import json\nwith open('nasty.json') as f:\n    doc_a = json.load(f)\nout = pd.json_normalize(doc_a)[['i', 's', 'f']]",
        "import json\nwith open('nasty.jsonl') as f:\n    doc_b = [json.loads(line) for line in f]\nout = pd.json_normalize([{'row': r} for r in doc_b], sep='_')",
    ),
)
def json_normalize(c: Call) -> Frame:
    """A table of nested records that one file holds."""
    return table_of_file(c, "pd.json_normalize", "data")


@rule(
    "pandas.DataFrame(data=None, index=None, columns=None, dtype=None, copy=None)",
    not_yet="index dtype copy",
    verdict="runtime",
    example=(
        "import json\nwith open('nasty.json') as f:\n    doc_c = json.load(f)\nout = pd.DataFrame(doc_c)",
        "import csv\nwith open('other.csv', newline='') as f:\n    doc_d = list(csv.DictReader(f))\nout = pd.DataFrame(doc_d, columns=['k', 'name'])",
    ),
)
def data_frame(c: Call) -> Frame:
    """A table of records that one file holds."""
    return table_of_file(c, "pd.DataFrame", "data")


@rule(
    "pandas.DataFrame.from_records(data, index=None, exclude=None, columns=None, coerce_float=False, nrows=None)",
    not_yet="index",
    verdict="runtime",
    example="import json\nwith open('nasty.json') as f:\n    doc_e = json.load(f)\nout = pd.DataFrame.from_records(doc_e, exclude=['s'])",
)
def from_records(c: Call) -> Frame:
    """The same, under another name."""
    return table_of_file(c, "pd.DataFrame.from_records", "data")


__all__ = ["data_frame", "from_records", "json_normalize"]
