"""The Glue job: head, helpers, the program's steps, commit."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from functools import lru_cache

import black

from transpiler.emit.embed import embedded, names_in
from transpiler.errors import TranspileError
from transpiler.graph import dataflow, reused
from transpiler.infer.recipes import names_of
from transpiler.infer.context import Context, Statement
from transpiler.named_frames import named_again
from transpiler.options import Options
from transpiler.scalars import together
from transpiler.tidy import tidied

_SETTINGS = """
args = getResolvedOptions(sys.argv, ["JOB_NAME", "DATA_ROOT"])
DATA_ROOT = args["DATA_ROOT"].rstrip("/")

glueContext = GlueContext(SparkContext.getOrCreate())
spark = glueContext.spark_session
spark.conf.set("spark.sql.session.timeZone", "UTC")
spark.conf.set("spark.sql.ansi.enabled", "false")  # pandas does not raise where ANSI SQL does
spark.conf.set("spark.sql.caseSensitive", "true")
# a column in a lambda is that of the rows, not a new one of the same name in the same select
spark.conf.set("spark.sql.lateralColumnAlias.enableImplicitResolution", "false")
spark.conf.set("spark.sql.execution.arrow.pyspark.enabled", "true")

job = Job(glueContext)
job.init(args["JOB_NAME"], args)
"""


def job_script(
    ctx: Context, imports: dict[str, str], options: Options, loaded: frozenset[str] = frozenset()
) -> str:
    """The text of the job, formatted by black. ``loaded``: the names that the program reads outside of
    their own assignments. Raises TranspileError when it is not valid Python (a bug of ours, found here
    rather than on AWS)."""
    ctx.statements = together(named_again(ctx.statements))
    mark_cached(ctx)
    names = ctx.names | set(imports) | identifiers("\n".join(s.text for s in ctx.statements))
    steps = tidied(without_unread(ctx.statements, loaded), names, ctx.series)
    body = "\n".join(statement_text(s, previous) for previous, s in zip([None, *steps], steps))
    if ctx.comments:
        body += "\n\n" + "\n".join(ctx.comments)
    mentioned = identifiers(body)  # attempts that were given up leave names behind
    functions = {n for n in ctx.runtime if not n.startswith("import ") and n in mentioned}
    helpers, helper_imports = embedded(functions) if functions else ([], set())
    if options.runtime == "zip":
        from transpiler.emit.embed import library

        helper_imports = {f"from glue_runtime.{library().home(n)[0]} import {n}" for n in functions}
        helpers = []
    lines = {n for n in ctx.runtime if n.startswith("import ")} | helper_imports
    names = mentioned.union(*map(names_in, helpers))
    lines |= {
        line
        for name, line in imports.items()
        if name in mentioned and name not in ("F", "T", "Window")
    }
    for name, line in (("F", "from pyspark.sql import functions as F"), ("T", "from pyspark.sql import types as T"),
                       ("Window", "from pyspark.sql import Window"), ("np", "import numpy as np"),
                       ("pd", "import pandas as pd"), ("_datetime", "import datetime as _datetime")):  # fmt: skip
        if name in names and name not in imports:
            lines.add(line)
    lines |= {"import sys", "from awsglue.context import GlueContext", "from awsglue.job import Job",
              "from awsglue.utils import getResolvedOptions", "from pyspark.context import SparkContext"}  # fmt: skip
    head = formatted(sorted_imports(lines))
    blocks = [helper_text(h) for h in helpers]
    # Constants stand in a block of their own; functions two blank lines apart, as black has them.
    library = "".join(
        ("\n\n" if is_def(h) or i and is_def(blocks[i - 1]) else "") + h + "\n"
        for i, h in enumerate(blocks)
    )
    main = formatted(_SETTINGS + "\n" + body + "\n\njob.commit()\n")
    compiled(body)
    gap = "\n\n" if blocks and is_def(blocks[-1]) else "\n"
    return (
        head.rstrip("\n")
        + "\n"
        + ("\n" if blocks and not is_def(blocks[0]) else "")
        + library
        + gap
        + main.lstrip("\n")
    )


_WORDS = re.compile(r"\w+")
#: what a program asks of its own environment, which a job on AWS does not have
_ENVIRONMENT = re.compile(
    r"""\w+ = os\.(?:environ\[|environ\.get\(|getenv\()(["'])\w+\1[^()]*[\])]"""
)


def without_unread(statements: list[Statement], loaded: frozenset[str]) -> list[Statement]:
    """The statements without data that a task reads again, constants, collected values and environment
    variables that nothing reads (such as the password of a database), and without frames that the program
    reads (``loaded``) and the job does
    not: another step was made of the same columns. Comments stay."""
    kept: list[Statement] = []
    functions = "\n".join(s.text for s in statements if re.search(r"\b(?:def|lambda)\b", s.text))
    read = set(_WORDS.findall(functions))
    for statement in reversed(statements):
        spare = statement.kind in ("constant", "collected") or _ENVIRONMENT.fullmatch(
            statement.text
        )
        spare = spare or is_bypassed(statement, loaded)
        if statement.kind == "spare":
            also = {*statement.also}
            if not any(also & s.reads or statement.defines in names_of(s.text) for s in kept):
                continue
        if not spare or statement.defines in read:
            read |= set(_WORDS.findall(statement.text.removeprefix(f"{statement.defines} = ")))
            kept.append(statement)
        elif kept:
            kept[-1] = replace(kept[-1], comments=(*statement.comments, *kept[-1].comments))
    return kept[::-1]


def is_bypassed(statement: Statement, loaded: frozenset[str]) -> bool:
    """Whether a statement only defines a frame, of steps on frames, that the program reads later."""
    alone = statement.kind == "step" and not statement.also and statement.defines in loaded
    return alone and not re.match(r"\w+ = (?:read_|spark\.|glueContext\.)", statement.text)


def compiled(body: str) -> None:
    """Find what ast.parse does not: a return outside a function, a name both local and global."""
    try:
        compile(body, "job", "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        raise TranspileError(
            f"the job is not valid Python (a bug of pandas-to-glue): {error}"
        ) from None


def is_def(text: str) -> bool:
    return text.startswith(("def ", "class ", "@"))


@lru_cache(maxsize=None)
def helper_text(text: str) -> str:
    """A helper as black has it (its comment lines stay in front)."""
    return formatted(text).strip("\n")


def statement_text(statement: Statement, previous: Statement | None) -> str:
    comments = "\n".join(statement.comments)
    apart = (
        previous is not None
        and (comments or statement.line != previous.line)
        and statement.kind != "constant"
    )
    return (
        ("\n" if apart or previous is None else "")
        + (comments + "\n" if comments else "")
        + statement.text
    )


def mark_cached(ctx: Context) -> None:
    """``.cache()`` on computed frames that more than one output reads."""
    graph = dataflow(ctx)
    for number in reused(graph):
        statement = ctx.statements[number]
        # A database may have changed when it is asked again, so what it gave is kept.
        if (
            re.match(r"\w+ = (read_(?!sql\()|spark\.)", statement.text)
            or "to_pandas(" in statement.text
        ):
            continue
        if (
            statement.text.endswith(")")
            and ".cache()" not in statement.text
            and "\n" not in statement.text
        ):
            statement.text += ".cache()"


def identifiers(text: str) -> set[str]:
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise TranspileError(
            f"the job is not valid Python (a bug of pandas-to-glue): {error}"
        ) from None
    return {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}


def sorted_imports(lines: set[str]) -> str:
    """Standard library, then the rest, each sorted, ``import x`` before ``from x import y``."""
    import sys

    flat = sorted(
        {part for line in lines for part in line.split("\n")},
        key=lambda t: (t.startswith("from"), t),
    )
    standard = [t for t in flat if t.split()[1].split(".")[0] in sys.stdlib_module_names]
    rest = [t for t in flat if t not in standard]
    return "\n".join(standard) + "\n\n" + "\n".join(rest) + "\n"


def formatted(text: str) -> str:
    try:
        return black.format_str(text, mode=black.Mode(line_length=100))
    except Exception as error:
        raise TranspileError(
            f"the job is not valid Python (a bug of pandas-to-glue): {error}"
        ) from None
