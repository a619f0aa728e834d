"""``transpile``: a pandas program becomes a Glue job, its deploy script, tests and a report."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import networkx as nx

from transpiler.errors import NoRule, Refused, Restart, TranspileError
from transpiler.graph import dataflow
from transpiler.infer.context import Context, Learned, Output
from transpiler.infer.interpreter import Interpreter
from transpiler.infer.signals import LoopSignal, ReturnSignal
from transpiler.options import Options
from transpiler.report import Report
from transpiler.schemas import Schemas
from transpiler.source import Program

MAX_PASSES = 50


@dataclass
class Transpilation:
    """The result. ``script`` is the job, ``str()`` the same text; see shared/DESIGN.md section 2."""

    source: str
    script: str
    report: Report
    graph: nx.DiGraph
    options: Options
    outputs: list[Output] = field(default_factory=list)
    inputs: list[dict] = field(default_factory=list)

    def __str__(self) -> str:
        return self.script

    @property
    def deploy_script(self) -> str:
        """A boto3 script that uploads the job, creates or updates it, and can run and watch it."""
        from transpiler.emit.deploy import deploy_script_of

        return deploy_script_of(self)

    @property
    def test_script(self) -> str:
        """A pytest file that runs the job locally and compares it with the pandas program."""
        from transpiler.emit.tests import test_script_of

        return test_script_of(self)


def transpile(pandas_src: str, options: Options | None = None) -> Transpilation:
    """Translate a pandas program.

    Raises TranspileError, with the line, for text that is not Python, a step that is refused, and
    a program that is not a pandas program at all; never another exception.
    """
    from transpiler.emit.job import job_script

    options = options or Options()
    program = Program(pandas_src)
    ctx, interpreter = walk(program, options)
    check_program(program, ctx)
    script = job_script(ctx, interpreter.imports, options, program.loaded)
    report = Report(ctx.entries, pandas_src)
    return Transpilation(
        pandas_src, script, report, dataflow(ctx), options, ctx.outputs, ctx.inputs
    )


def walk(program: Program, options: Options) -> tuple[Context, Interpreter]:
    """Passes until no step asks for anything new; then one that reads only the columns used."""
    from transpiler.emit.embed import embedded_names

    schemas = Schemas(options.input_root)
    learned = Learned(labels=set(re.findall(r"\b__\w+", program.text)))
    for _ in range(MAX_PASSES):
        try:
            ctx, interpreter = one_pass(program, options, learned, schemas)
        except Restart as found:
            if found.what in learned.kept:
                raise TranspileError(
                    "an object that cannot be made in the job", found.what[1]
                ) from None
            learned.kept.add(found.what)
            continue
        if ctx.new_demands:
            learned.demands |= ctx.new_demands
            continue
        if learned.used != ctx.used:
            learned.used = ctx.used
            continue
        written = {o.path for o in ctx.outputs}
        if not written <= learned.written:
            learned.written |= written
            continue
        taken = embedded_names({n for n in ctx.runtime if not n.startswith("import ")})
        if not taken <= learned.taken:  # the program's own variables must leave them alone
            learned.taken |= taken
            continue
        return ctx, interpreter
    raise TranspileError("the demands of the program's steps do not settle", 1, 0)


def one_pass(
    program: Program, options: Options, learned: Learned, schemas: Any
) -> tuple[Context, Interpreter]:
    ctx = Context(options, learned, schemas)
    interpreter = Interpreter(program, ctx)
    try:
        interpreter.run()
    except (NoRule, Refused) as error:
        raise TranspileError(str(error), ctx.line, ctx.column) from None
    except (ReturnSignal, LoopSignal):
        raise TranspileError(
            "return or break outside a function or loop", ctx.line, ctx.column
        ) from None
    except RecursionError:
        raise TranspileError("the program is nested too deeply", ctx.line, ctx.column) from None
    return ctx, interpreter


def check_program(program: Program, ctx: Context) -> None:
    """Refuse what is not a pandas program."""
    if not program.text.strip():
        raise TranspileError("the program is empty", 1, 0)


__all__ = ["Transpilation", "transpile", "walk"]
