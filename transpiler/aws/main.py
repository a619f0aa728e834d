"""From the options to what happens."""

import json
import pathlib
import re
import sys

import botocore.exceptions
import botocore.session

from transpiler.aws.auth import ONCE_CONFIG, client_for, sign_in
from transpiler.aws.capacity import advise_capacity, input_sizes, show_advice
from transpiler.aws.catalog import check_tables, compare_tables, located_tables
from transpiler.aws.connection import (
    check_connection,
    check_connections,
    connection_input,
    connection_secrets,
    make_connection,
)
from transpiler.aws.definition import (
    flatten_definition,
    nest_definition,
    parse_pairs,
    wanted_definition,
)
from transpiler.aws.errors import explain
from transpiler.aws.iam import create_role, find_role, role_difference, wait_for_role
from transpiler.aws.job import check_owner, create_or_update, job_arn, plan_job, read_job, show_plan
from transpiler.aws.options import parse_options
from transpiler.aws.policy import job_policy, trust_policy
from transpiler.aws.schedule import check_schedule, set_schedule
from transpiler.aws.upload import (
    bucket_options,
    check_bucket,
    encryption_options,
    read_state,
    script_key,
    state_key,
    upload_data,
    upload_file,
    write_state,
)
from transpiler.aws.validate import check_bucket_name, check_definition, check_role, check_tags
from transpiler.aws.watch import (
    FINAL_STATES,
    last_runs,
    pick_run,
    run_line,
    show_logs,
    start_run,
    stop_runs,
    watch_run,
)
from transpiler.aws.names import OWNER_TAG, OWNER_VALUE, DeployError

ERROR, DIFFERENT, RUN_FAILED, INTERRUPTED = 1, 3, 4, 130


def find_script(options, folder, script_name):
    """The path of the job's script."""
    path = pathlib.Path(options.script) if options.script else pathlib.Path(folder) / script_name
    if not path.is_file():
        raise DeployError(f"there is no script {path}: pass --script")
    return path


def script_text(options, folder, script_name):
    """The text of the script as far as it is at hand, for naming the step that failed."""
    try:
        return find_script(options, folder, script_name).read_text(encoding="utf-8")
    except DeployError:  # the run is shown all the same, only without its source lines
        return ""


def data_root_of(options):
    """Where relative paths of the job start."""
    root = options.data_root or f"s3://{options.bucket}/{options.prefix}/data"
    return root.rstrip("/")


def arn_of_role(iam, options):
    """The role's ARN; raises DeployError when there is no such role and we may know that."""
    if options.role.startswith("arn:"):
        return options.role
    arn = find_role(iam, options.role)
    if arn is None and not options.create_role:
        raise DeployError(
            f"there is no role {options.role!r}: pass --create-role to make it, or another --role"
        )
    return arn or options.role


def policies(spec, options, session, identity):
    """The trust policy and the policy of the job's role."""
    glue = client_for(session, "glue")
    return {
        "trust_policy": trust_policy(identity["Account"]),
        "policy": job_policy(
            located_tables(glue, with_options(spec, options, glue)),
            options.bucket,
            options.prefix,
            data_root_of(options),
            session.region_name,
            identity["Account"],
            identity["Partition"],
            options.kms_key,
        ),
    }


def with_options(spec, options, glue):
    """The spec with the connections that the options add, and the secrets of all of them."""
    connections = options.connections or []
    secrets = [*(spec.get("secrets") or []), *([options.secret] if options.secret else [])]
    secrets += connection_secrets(glue, connections)
    return spec | {"connections": connections, "secrets": list(dict.fromkeys(secrets))}


def plan_role(iam, spec, options, session, identity):
    """Print and return what --create-role would do: "create", "update" or None."""
    name = options.role.rsplit("/", 1)[-1]
    policy = policies(spec, options, session, identity)["policy"]
    change = role_difference(iam, name, policy)
    if change:
        print(f"Role {name}: to {change}")
    return change


def make_role(iam, spec, options, session, identity):
    """Create the role or update its policy; returns its ARN."""
    name = options.role.rsplit("/", 1)[-1]
    both = policies(spec, options, session, identity)
    arn = create_role(iam, name, both["trust_policy"], both["policy"])
    wait_for_role(iam, name)
    print(f"Role {name}: ready")
    return arn


def upload_all(s3, spec, options, script, extra_files, owner, extra):
    """Upload script, helpers and data."""
    for path, key in [script, *extra_files]:
        sent = upload_file(s3, path, options.bucket, key, owner, extra)
        print(f"{'Uploaded' if sent else 'There already'}: s3://{options.bucket}/{key}")
    if options.upload_data is not None:
        root = data_root_of(options)
        sent, there = upload_data(
            s3, options.upload_data, spec.get("inputs") or (), root, owner, extra
        )
        print(f"Input data: {sent} files uploaded to {root}, {there} there already")


def tags_of(spec, options):
    """The tags that the job gets."""
    tags = dict(spec.get("tags") or {}) | parse_pairs(options.tag, "--tag")
    return tags | {OWNER_TAG: OWNER_VALUE}


def definition_for(spec, options, role, script, extra_files):
    """The wanted definition; script, extra_files: (path, key) of what is uploaded."""
    return wanted_definition(
        spec,
        options,
        role,
        f"s3://{options.bucket}/{script[1]}",
        data_root_of(options),
        [f"s3://{options.bucket}/{key}" for _, key in extra_files],
    )


def files_to_upload(options, folder, script_name):
    """((path, key) of the script, [(path, key)] of its helpers)."""
    path = find_script(options, folder, script_name)
    text = path.read_text(encoding="utf-8", errors="replace")
    if re.search(r"^(from|import) glue_runtime\b", text, re.M) and not options.extra_py_file:
        raise DeployError(
            "the job imports glue_runtime: pass its zip with --extra-py-file, or deploy with"
            " `pandas-to-glue deploy`, which makes it"
        )
    extra = [(given, script_key(options.prefix, given)) for given in options.extra_py_file]
    return (path, script_key(options.prefix, path)), extra


def check_before_calls(spec, options, folder, script_name):
    """Raise DeployError for all that can be known to be wrong before AWS is asked anything."""
    if options.wait and not options.run:
        raise DeployError("--wait follows a run: pass --run too, or use `logs --follow`")
    check_bucket_name(options.bucket)
    check_role(options.role, None)
    check_tags(tags_of(spec, options))
    script, extra_files = files_to_upload(options, folder, script_name)
    wanted = definition_for(spec, options, options.role, script, extra_files)
    model = botocore.session.Session().get_service_model("glue")
    check_definition(wanted, {"Name": options.job_name} | nest_definition(wanted), model)
    if options.schedule:
        check_schedule(options.schedule)
    if options.create_connection is not None:
        check_connection(options)


def act_deploy(spec, options, session, identity, folder, script_name):
    """Upload, create or update, run. Returns the exit status."""
    check_role(options.role, identity)
    name, tags = options.job_name, tags_of(spec, options)
    script, extra_files = files_to_upload(options, folder, script_name)
    glue, s3, iam = (client_for(session, service) for service in ("glue", "s3", "iam"))
    owner, extra = bucket_options(options, identity), encryption_options(options)
    check_bucket(s3, options.bucket, owner)

    arn = job_arn(identity, session.region_name, name)
    role = arn_of_role(iam, options)
    wanted = definition_for(spec, options, role, script, extra_files)
    note = state_key(options.prefix, name)
    last = flatten_definition(read_state(s3, options.bucket, note, owner))
    plan = plan_job(glue, name, arn, wanted, last, tags, options)
    merged = {"Name": name} | nest_definition(plan["merged"])
    check_definition(plan["merged"], merged, glue.meta.service_model)
    show_plan(name, plan)
    role_change = plan_role(iam, spec, options, session, identity) if options.create_role else None
    check_connections(glue, options.connections or (), options.create_connection)
    if options.run:
        check_tables(glue, spec, options.schema_policy)
    if options.dry_run:
        return DIFFERENT if plan["changes"] or role_change else 0

    if role_change:
        role = make_role(iam, spec, options, session, identity)
        wanted = definition_for(spec, options, role, script, extra_files)
    if options.create_connection:
        done = make_connection(glue, connection_input(session, options))
        print(f"Connection {options.create_connection}: {done}")
    upload_all(s3, spec, options, script, extra_files, owner, extra)
    done, _ = create_or_update(glue, name, arn, wanted, last, tags, options)
    asked = nest_definition(wanted)
    if asked != nest_definition(last):
        write_state(s3, options.bucket, note, asked, owner, extra)
    print(f"Job {name}: {done}")
    if options.schedule:
        set_schedule(glue, name, options.schedule)
        print(f"Job {name}: starts by {options.schedule}")
    return run_and_watch(options, session, glue, folder, script_name) if options.run else 0


def run_and_watch(options, session, glue, folder, script_name):
    """Start the job and, with --wait, follow it. Returns the exit status."""
    once = session.client("glue", config=ONCE_CONFIG)
    arguments = parse_pairs(options.run_argument, "--run-argument", "--")
    run_id = start_run(glue, once, options.job_name, arguments, options.new_run)
    print(f"Run {run_id}: started", flush=True)
    if not options.wait:
        return 0
    logs = client_for(session, "logs")
    text = script_text(options, folder, script_name)
    run = watch_run(glue, logs, options.job_name, run_id, options, text, script_name)
    return 0 if run["JobRunState"] == "SUCCEEDED" else RUN_FAILED


def act_status(spec, options, session, identity, folder, script_name):
    """Print the job and its last runs."""
    glue = client_for(session, "glue")
    job = glue.get_job(JobName=options.job_name)["Job"]
    print(
        f"Job {options.job_name}: Glue {job.get('GlueVersion')},"
        f" {job.get('NumberOfWorkers')} × {job.get('WorkerType')},"
        f" {job.get('ExecutionClass', 'STANDARD')}, script {job['Command'].get('ScriptLocation')}"
    )
    if options.run_id:
        runs = [pick_run(glue, options.job_name, options.run_id)]
    else:
        runs = last_runs(glue, options.job_name)
    for run in runs:
        print(f"  {run['Id']}  {run.get('StartedOn', '')}  {run_line(run, options.price)}")
        if run.get("ErrorMessage"):
            print(f"    {run['ErrorMessage']}")
    if not runs:
        print("  has not run yet")
    failed = runs and runs[0]["JobRunState"] in FINAL_STATES[1:]
    return RUN_FAILED if failed else 0


def act_logs(spec, options, session, identity, folder, script_name):
    """Print the driver's log of a run, with --follow until it ends."""
    glue, logs = client_for(session, "glue"), client_for(session, "logs")
    run = pick_run(glue, options.job_name, options.run_id)
    if options.follow and run["JobRunState"] not in FINAL_STATES:
        text = script_text(options, folder, script_name)
        run = watch_run(glue, logs, options.job_name, run["Id"], options, text, script_name)
        return 0 if run["JobRunState"] == "SUCCEEDED" else RUN_FAILED
    if not show_logs(logs, run, {}, options):
        print(f"Run {run['Id']} has no log lines yet", file=sys.stderr)
    return 0


def act_stop(spec, options, session, identity, folder, script_name):
    """Stop runs of a job that is ours."""
    glue = client_for(session, "glue")
    arn = job_arn(identity, session.region_name, options.job_name)
    live, tags = read_job(glue, options.job_name, arn)
    if live is None:
        raise DeployError(f"there is no job {options.job_name!r}: check the name and the region")
    check_owner(options.job_name, tags, options.adopt)
    stopped = stop_runs(glue, options.job_name, options.run_id)
    print("Stopping " + ", ".join(stopped) if stopped else "No run is going on")
    return 0


def act_policy(spec, options, session, identity, folder, script_name):
    """Print or save the policies."""
    check_bucket_name(options.bucket)
    text = json.dumps(policies(spec, options, session, identity), indent=2)
    if options.save:
        pathlib.Path(options.save).write_text(text + "\n", encoding="utf-8")
        print(f"Saved: {options.save}")
    else:
        print(text)
    return 0


def act_capacity(spec, options, session, identity, folder, script_name):
    """Print advice on capacity."""
    check_bucket_name(options.bucket)
    sizes = input_sizes(
        client_for(session, "glue"),
        client_for(session, "s3"),
        spec,
        data_root_of(options),
        options.upload_data or folder,
        bucket_options(options, identity) if not options.data_root else {},
    )
    show_advice(advise_capacity(sizes, spec.get("plan") or {}, options.price))
    return 0


def act_schema(spec, options, session, identity, folder, script_name):
    """Compare outputs with tables; exit status 3 for a change that the policy forbids."""
    forbidden = compare_tables(client_for(session, "glue"), spec, options.schema_policy)
    return DIFFERENT if forbidden else 0


DOERS = {
    "deploy": act_deploy,
    "status": act_status,
    "logs": act_logs,
    "stop": act_stop,
    "policy": act_policy,
    "capacity": act_capacity,
    "schema": act_schema,
}


def deploy_main(
    spec, arguments=None, folder=".", script_name="job.py", program=None, with_path=False
):
    """
    Do what the command line says.

    spec: a DeploySpec as a dict; folder: where the script is; with_path: see build_parser.
    Returns the exit status; every error is one sentence on stderr.
    """
    options = parse_options(spec, arguments, program, with_path)
    identity = None
    try:
        if not options.job_name:
            raise DeployError("no job name: pass --job-name")
        if options.action == "deploy":
            check_before_calls(spec, options, folder, script_name)
        quiet = options.action in ("policy", "logs")
        session, identity = sign_in(options, quiet)
        doer = DOERS[options.action]
        return doer(spec, options, session, identity, folder, script_name)
    except (
        DeployError,
        botocore.exceptions.BotoCoreError,
        botocore.exceptions.ClientError,
    ) as error:
        print(f"Error: {explain(error, options.profile, identity)}", file=sys.stderr)
        return ERROR
    except OSError as error:
        print(f"Error: {error}", file=sys.stderr)
        return ERROR
    except (KeyboardInterrupt, EOFError):
        print(
            "Interrupted: run the same command again to go on; a run that was started goes on"
            " (`status`, `stop`)",
            file=sys.stderr,
        )
        return INTERRUPTED
