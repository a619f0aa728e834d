"""The commands that talk to AWS. They share options and code with the generated deploy script.

`COMMANDS` is what `transpiler.cli` adds to its group. boto3 is imported when a command runs.
"""

from __future__ import annotations

import argparse
import ast
import pathlib
import sys
import tempfile

import click

from transpiler.aws.definition import parse_pairs
from transpiler.aws.names import DeployError, explain_file
from transpiler.aws.options import FROM_SPEC, parse_options
from transpiler.aws.trigger import check_trigger, wanted_trigger
from transpiler.emit.deploy import runtime_zip
from transpiler.emit.spec import DeploySpec, spec_of, spec_of_job

HELP = {
    "deploy": "Upload a job, create or update it, and with --run start it.",
    "status": "The job, its last runs and what they cost.",
    "logs": "The driver's log of a run.",
    "stop": "Stop a run, or all that are going.",
    "policy": "The IAM policies that the job needs.",
    "capacity": "Advise workers, timeout and cost from the size of the inputs.",
    "schema": "Compare the job's outputs with the catalog's tables.",
}


def literals_of(tree: ast.Module) -> dict[str, object]:
    """The top-level names of a script that are bound to literals."""
    found = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            try:
                found[node.targets[0].id] = ast.literal_eval(node.value)
            except (ValueError, TypeError):  # bound to something else than a literal
                continue
    return found


def imported_modules(tree: ast.Module) -> set[str]:
    """The top-level packages that a script imports."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def translated(
    text: str, path: pathlib.Path, scratch: pathlib.Path, glue_version: str | None
) -> tuple[dict, pathlib.Path]:
    """Translate a pandas program for the Glue that it goes to; the job is written into scratch."""
    from transpiler import Options, TranspileError, transpile

    chosen = {"glue_version": glue_version} if glue_version not in (None, "auto") else {}
    try:
        result = transpile(text, options=Options(input_root=path.parent, **chosen))
    except (TranspileError, ValueError) as error:
        raise click.ClickException(f"{path}: {error}") from error
    job = scratch / f"{path.stem}.py"
    job.write_text(result.script, encoding="utf-8")
    spec = spec_of(result)
    spec.job_name = path.stem
    return spec.as_dict(), job


def what_to_deploy(
    path: str | None, scratch: pathlib.Path, glue_version: str | None = None
) -> tuple[dict, pathlib.Path]:
    """
    (spec as a dict, path of the job's script) for a path given on the command line.

    glue_version: the one that a pandas program is translated for. Raises click.ClickException for a file that is not one of those that the help names.
    """
    if path is None:
        return DeploySpec().as_dict() | {"glue_version": None}, pathlib.Path("job.py")
    file = pathlib.Path(path)
    try:
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".ampln":
            from amphi_plugin import pandas_source

            return translated(pandas_source(file), file, scratch, glue_version)
        tree = ast.parse(text)
    except OSError as error:
        raise click.ClickException(explain_file(error)) from error
    except (UnicodeDecodeError, SyntaxError, ValueError) as error:
        raise click.ClickException(f"{path} cannot be read: {error}") from error
    known = literals_of(tree)
    if isinstance(known.get("JOB"), dict) and isinstance(known.get("SCRIPT"), str):
        return known["JOB"], file.parent / known["SCRIPT"]
    if "awsglue" in imported_modules(tree):
        return spec_of_job(text, file.stem).as_dict(), file
    return translated(text, file, scratch, glue_version)


# What infrastructure code has no word for: it is done by the deploy script, or not at all.
NOT_AS_CODE = (
    "upload_data",
    "extra_py_file",
    "create_connection",
    "run",
    "wait",
    "dry_run",
    "adopt",
    "overwrite",
    "create_role",
    "sse",
)


def check_expressible(options: argparse.Namespace, script: pathlib.Path) -> None:
    """Raise click.ClickException for what would be left out of the infrastructure code."""
    left_out = [name for name in NOT_AS_CODE if getattr(options, name) not in (None, False, [])]
    if left_out:
        names = ", ".join("--" + name.replace("_", "-") for name in left_out)
        raise click.ClickException(
            f"{names}: not possible with --format, which writes the job, its role, its script and"
            " its trigger; leave it out, or deploy without --format"
        )
    if needs_runtime(script):
        raise click.ClickException(
            f"{script.name} imports glue_runtime, and infrastructure code does not upload it:"
            " translate the program without runtime='zip', so that the job brings its helpers"
        )


def write_infrastructure(options: argparse.Namespace, spec: dict, script: pathlib.Path) -> int:
    """Print or save the deployment as infrastructure code; nothing is deployed."""
    from transpiler.emit.infra import infrastructure

    check_expressible(options, script)
    known = spec | {name: getattr(options, name) for name in FROM_SPEC}
    known["default_arguments"] = (spec.get("default_arguments") or {}) | parse_pairs(
        options.argument, "--argument"
    )
    known["tags"] = (spec.get("tags") or {}) | parse_pairs(options.tag, "--tag")
    known["secrets"] = [*(spec.get("secrets") or ()), *([options.secret] if options.secret else ())]
    known = {name: value for name, value in known.items() if value is not None}
    for table in known.get("tables") or ():
        if not table.get("path") and table.get("access") != "write":
            click.echo(
                f"Note: add the S3 location of {table['database']}.{table['table']} to the policy;"
                " only the catalog knows it",
                err=True,
            )
    if options.security_configuration:
        click.echo(
            "Note: add the keys of the security configuration to the policy (kms:Encrypt,"
            " kms:Decrypt, kms:GenerateDataKey); only AWS knows them",
            err=True,
        )
    trigger = wanted_trigger(options)
    try:
        if trigger:
            check_trigger(trigger, options.job_name)
        text = infrastructure(
            DeploySpec(**known), script.name, options.format, trigger, options.kms_key
        )
        if options.save:
            pathlib.Path(options.save).write_text(text, encoding="utf-8")
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(explain_file(error)) from error
    if options.save:
        click.echo(f"Saved: {options.save}; {script.name} belongs beside it")
    else:
        click.echo(text, nl=False)
    return 0


def kept_job(script: pathlib.Path, options: argparse.Namespace) -> pathlib.Path:
    """
    The translated job where infrastructure code finds it: beside the file that is saved, under a
    name that is not the pandas program's. Without --save it is only told how to get it.
    """
    name = f"{script.stem}_glue_job.py"
    if not options.save:
        click.echo(f"Note: write the job by `pandas-to-glue transpile … -o {name}`", err=True)
        return script.rename(script.with_name(name))
    job = pathlib.Path(options.save).parent / name
    try:
        job.write_bytes(script.read_bytes())
    except OSError as error:
        raise click.ClickException(explain_file(error)) from error
    return job


def needs_runtime(script: pathlib.Path) -> bool:
    """Whether a job imports glue_runtime instead of bringing its functions along."""
    try:
        tree = ast.parse(script.read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError) as error:
        raise click.ClickException(
            f"{script}: this is not a job that can be read: {error}"
        ) from error
    return "glue_runtime" in imported_modules(tree)


def act(action: str, arguments: tuple[str, ...]) -> int:
    """Run an action with the options of the deploy script; returns the exit status."""
    program, given = "pandas-to-glue", [action, *arguments]
    options = parse_options({}, given, program, with_path=True)
    with tempfile.TemporaryDirectory() as scratch:
        spec, script = what_to_deploy(options.path, pathlib.Path(scratch), options.glue_version)
        if options.format:
            options = parse_options(spec, given, program, with_path=True)
            if script.parent == pathlib.Path(scratch):
                script = kept_job(script, options)
            try:
                return write_infrastructure(options, spec, script)
            except DeployError as error:
                raise click.ClickException(str(error)) from error
        try:
            from transpiler.aws.main import deploy_main
        except ImportError as error:
            raise click.ClickException(
                f"{error}: install boto3 with `pip install 'pandas-to-glue[aws]'`"
            ) from error
        if action == "deploy" and not options.extra_py_file and needs_runtime(script):
            given += [
                "--extra-py-file",
                str(runtime_zip(pathlib.Path(scratch) / "glue_runtime.zip")),
            ]
        return deploy_main(spec, given, script.parent, script.name, program, with_path=True)


def make_command(name: str) -> click.Command:
    """A click command that hands all it is given to the shared parser, --help too."""

    def callback(arguments: tuple[str, ...]) -> None:
        sys.exit(act(name, arguments))

    return click.Command(
        name,
        callback=callback,
        short_help=HELP[name],
        add_help_option=False,
        context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
        params=[click.Argument(["arguments"], nargs=-1, type=click.UNPROCESSED)],
    )


COMMANDS = [make_command(name) for name in HELP]
deploy, status, logs, stop, policy, capacity, schema = COMMANDS
