"""The command line: ``pandas-to-glue transpile | check | run | verify | rules | export | deploy …``."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from transpiler import Options, Transpilation, TranspileError, transpile
from transpiler.options import GLUE_VERSIONS
from transpiler.report import Report

COLOURS = {
    "native": "green",
    "runtime": "cyan",
    "udf": "yellow",
    "driver": "dark_orange",
    "kept": "dim",
    "refused": "bold red",
}
#: exit statuses that scripts can use
OK, DIFFERENT, REFUSED, FAILED = 0, 1, 2, 3

out, err = Console(highlight=False), Console(stderr=True, highlight=False)


class Failure(click.ClickException):
    """An error with its source line, and an exit status of its own."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.exit_code = status

    def show(self, file: Any = None) -> None:
        err.print(
            f"[bold red]error:[/] {self.message}" if err.is_terminal else f"error: {self.message}"
        )


def progress() -> Progress:
    """A spinner on a terminal, nothing in a pipe."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )


def common(function: Any) -> Any:
    for option in reversed(
        (
            click.option("--glue-version", type=click.Choice(list(GLUE_VERSIONS)), default="6.0", show_default=True),
            click.option("--input-root", type=click.Path(file_okay=False, exists=True, path_type=Path),
                         help="Where relative input paths start; the script's own folder unless given."),
            click.option("--no-inputs", is_flag=True, help="Do not look at the inputs: leave their types unknown."),
            click.option("--unsupported", type=click.Choice(["driver", "error"]), default="driver", show_default=True,
                         help="Steps without a Spark form: pandas on the driver, or an error."),
            click.option("--single-file", is_flag=True, help="Write each output as one object."),
            click.option("--connection", "connections", multiple=True, metavar="NAME=CONNECTION",
                         help="The Glue connection to use for a database (postgresql-shop=mine)."),
        )
    ):  # fmt: skip
        function = option(function)
    return function


def translated(script: Path, glue_version: str, input_root: Path | None, no_inputs: bool, unsupported: str, single_file: bool, connections: tuple[str, ...] = ()) -> Transpilation:  # fmt: skip
    """Transpile a file; a TranspileError becomes an error that shows the source line."""
    source = script.read_text(encoding="utf-8")
    options = Options(
        glue_version=glue_version,
        input_root=None if no_inputs else (input_root or script.resolve().parent),
        unsupported=unsupported,
        job_name=script.stem,
        single_file=single_file,
        connections=pairs("--connection", connections),
    )
    try:
        with progress() as bar:
            bar.add_task(f"reading {script.name}")
            return transpile(source, options)
    except TranspileError as error:
        raise Failure(pointed(script, source, error), REFUSED) from None


def pairs(option: str, given: tuple[str, ...]) -> dict[str, str]:
    """["a=b"] as {"a": "b"}."""
    parted = {item: item.partition("=") for item in given}
    wrong = [item for item, (name, equals, value) in parted.items() if not name or not value]
    if wrong:
        raise Failure(f"{option} {wrong[0]}: expected NAME=VALUE", FAILED)
    return {name: value for name, _, value in parted.values()}


def pointed(script: Path, source: str, error: TranspileError) -> str:
    """The message with file, line and the line's text, a caret under the place."""
    if error.line is None:
        return f"{script}: {error.message}"
    lines = source.splitlines()
    text = lines[error.line - 1] if error.line <= len(lines) else ""
    caret = " " * (error.column or 0) + "^"
    return f"{script}:{error.line}: {error.message}\n    {text}\n    {caret}"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pandas-to-glue")
def main() -> None:
    """Turn pandas programs into AWS Glue jobs that mean the same."""


SCRIPT = click.argument("script", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@main.command("transpile")
@SCRIPT
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="The job; standard output unless given."
)
@click.option("--deploy", type=click.Path(path_type=Path), help="Also write the deploy script.")
@click.option(
    "--tests", type=click.Path(path_type=Path), help="Also write a pytest file for the job."
)
@click.option(
    "--report", type=click.Path(path_type=Path), help="Also write the report (.html or .json)."
)
@common
def transpile_command(script: Path, output: Path | None, deploy: Path | None, tests: Path | None, report: Path | None, **options: Any) -> None:  # fmt: skip
    """Translate SCRIPT into a Glue job."""
    result = translated(script, **options)
    if output is None:
        click.echo(result.script, nl=False)
    else:
        write(output, result.script)
    if deploy is not None:
        from transpiler.emit.deploy import deploy_script_of

        job = os.path.relpath(output, deploy.parent) if output else None
        write(deploy, deploy_script_of(result, job))
    if tests is not None:
        write(tests, result.test_script)
    if report is not None:
        write(
            report, result.report.to_json() if report.suffix == ".json" else result.report.to_html()
        )
    summary(result.report, err)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def summary(report: Report, console: Console) -> None:
    counts = " · ".join(f"{n} {v}" for v, n in report.counts.items() if n)
    console.print(counts or "nothing to translate")
    for entry in report.entries:
        if entry.verdict in ("driver", "udf", "refused"):
            console.print(f"  line {entry.line}: [{COLOURS[entry.verdict]}]{entry.verdict}[/] {entry.source} — {entry.message}", markup=console.is_terminal)  # fmt: skip


@main.command()
@SCRIPT
@click.option("--strict", is_flag=True, help="Exit with 1 when a step leaves the cluster.")
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
@common
def check(script: Path, strict: bool, as_json: bool, **options: Any) -> None:
    """What becomes of each step of SCRIPT. Exit status 2 when one is refused."""
    result = translated(script, **options)
    if as_json:
        click.echo(result.report.to_json())
    elif out.is_terminal:
        out.print(report_table(result.report))
    else:
        for e in result.report.entries:
            click.echo(f"{e.line}\t{e.verdict}\t{e.rule}\t{e.source}\t{e.message}")
    left = [e for e in result.report.entries if e.verdict == "driver"]
    sys.exit(DIFFERENT if strict and left else OK)


def report_table(report: Report) -> Table:
    table = Table("line", "step", "verdict", "rule", "why")
    for e in report.entries:
        table.add_row(
            str(e.line), e.source, f"[{COLOURS[e.verdict]}]{e.verdict}[/]", e.rule, e.message
        )
    return table


@main.command()
@click.argument("job", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--arg", "arguments", multiple=True, metavar="KEY=VALUE", help="A job argument.")
@click.option(
    "--workdir",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("."),
    show_default=True,
)
def run(job: Path, arguments: tuple[str, ...], workdir: Path) -> None:
    """Run a job here, on plain Spark, without AWS."""
    args = {"JOB_NAME": job.stem}
    for item in arguments:
        key, found, value = item.partition("=")
        if not found:
            raise Failure(f"--arg {item}: expected KEY=VALUE", FAILED)
        args[key.lstrip("-")] = value
    try:
        from glue_runtime.local import run_job
    except ImportError as error:
        raise Failure(f"running a job needs the extra 'local' ({error}): pip install 'pandas-to-glue[local]'", FAILED) from None  # fmt: skip
    with progress() as bar:
        bar.add_task(f"running {job.name}")
        try:
            run_job(job, args, workdir=workdir)
        except Exception as error:
            raise Failure(f"{job.name} failed: {type(error).__name__}: {error}", FAILED) from None


@main.command()
@SCRIPT
@common
def verify(script: Path, **options: Any) -> None:
    """Run the pandas program and the job here, on copies of the inputs, and compare every output."""
    from transpiler.verify import verify_script

    result = translated(script, **options)
    with tempfile.TemporaryDirectory(prefix="pandas-to-glue-") as folder, progress() as bar:
        task = bar.add_task("running both")
        outcome = verify_script(
            script, result, Path(folder), lambda text: bar.update(task, description=text)
        )
    summary(result.report, err)
    for line in outcome.lines:
        click.echo(line)
    sys.exit(OK if outcome.same else DIFFERENT)


@main.command()
@click.argument("name", required=False)
def rules(name: str | None) -> None:
    """What is supported, per API and per parameter."""
    from rules import registry

    registry.load()
    chosen = [
        r
        for n, rs in sorted(registry.RULES.items())
        for r in rs
        if name is None or name.lower() in n.lower()
    ]
    if not chosen:
        raise Failure(f"no rule for {name!r}: it runs as pandas on the driver", DIFFERENT)
    if name is not None and len(chosen) <= 5:
        for r in chosen:
            click.echo(
                f"{r.signature}\n  {r.verdict} · {r.where}\n  {(r.apply.__doc__ or '').strip()}"
            )
            for label, names in (("not translated", r.not_yet), ("without effect", r.ignored)):
                if names:
                    click.echo(f"  {label}: {', '.join(sorted(names))}")
            for example in r.examples:
                click.echo("  e.g. " + example.replace("\n", "\n       "))
        return
    if not out.is_terminal:
        for r in chosen:
            click.echo(f"{r.name}\t{r.verdict}\t{', '.join(sorted(r.not_yet))}")
        return
    table = Table("pandas", "verdict", "parameters not translated")
    for r in chosen:
        table.add_row(r.name, f"[{COLOURS[r.verdict]}]{r.verdict}[/]", ", ".join(sorted(r.not_yet)))
    out.print(table)


@main.command("export")
@click.argument("pipeline", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="The job; beside the pipeline unless given.",
)
@click.option(
    "--pandas",
    "pandas_file",
    type=click.Path(path_type=Path),
    help="Also keep Amphi's pandas code.",
)
@click.option("--deploy", type=click.Path(path_type=Path), help="Also write the deploy script.")
@click.option(
    "--any-amphi-version", is_flag=True, help="Also with an Amphi whose generator was not tested."
)
@click.option(
    "--time-limit", type=float, default=60, show_default=True, help="Seconds for Amphi's generator."
)
@common
def export_command(pipeline: Path, output: Path | None, pandas_file: Path | None, deploy: Path | None, any_amphi_version: bool, time_limit: float, **options: Any) -> None:  # fmt: skip
    """Amphi's own generator, then a Glue job, for PIPELINE.ampln."""
    try:
        from amphi_plugin import export

        with progress() as bar:
            bar.add_task("Amphi generates pandas")
            made = export(pipeline, any_version=any_amphi_version, timeout=time_limit)
        source = made.text
        for repair in made.repairs:
            err.print(f"line {repair.line} repaired: {repair.message}", markup=False)
        for warning in made.warnings:
            err.print(f"warning: {warning}", markup=False)
    except ImportError as error:
        raise Failure(
            f"exporting needs the extra 'amphi' ({error}): pip install 'pandas-to-glue[amphi]'",
            FAILED,
        ) from None
    except Exception as error:
        raise Failure(f"{pipeline}: {error}", REFUSED) from None
    script = pandas_file or pipeline.with_suffix(".py")
    if pandas_file is not None:
        write(pandas_file, source)
    result = translated_text(script, source, pipeline.resolve().parent, options)
    job_file = output or pipeline.with_name(pipeline.stem + "_glue_job.py")
    write(job_file, result.script)
    if deploy is not None:
        from transpiler.emit.deploy import deploy_script_of

        job = os.path.relpath(job_file, deploy.parent)
        write(deploy, deploy_script_of(result, job))
    summary(result.report, err)


def translated_text(
    script: Path, source: str, root: Path, options: dict[str, Any]
) -> Transpilation:
    chosen = Options(
        glue_version=options["glue_version"],
        input_root=None if options["no_inputs"] else (options["input_root"] or root),
        unsupported=options["unsupported"],
        job_name=script.stem,
        single_file=options["single_file"],
        connections=pairs("--connection", options["connections"]),
    )
    try:
        return transpile(source, chosen)
    except TranspileError as error:
        raise Failure(pointed(script, source, error), REFUSED) from None


def _plug_in_aws() -> None:
    """The AWS commands come with the extra 'aws'."""
    from transpiler import cli_aws

    for command in cli_aws.COMMANDS:
        main.add_command(command)


try:
    _plug_in_aws()
except ImportError as error:
    if error.name not in ("boto3", "botocore"):
        raise

    # boto3 is not installed: everything else works.
    @main.command("deploy")
    def deploy_needs_boto3() -> None:
        """Take a job to AWS (needs the extra 'aws')."""
        raise Failure("deploying needs the extra 'aws': pip install 'pandas-to-glue[aws]'", FAILED)


if __name__ == "__main__":
    main()
