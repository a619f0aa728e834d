"""From the options to what happens."""

import json
import pathlib
import sys

import botocore.exceptions

from transpiler.aws.asked import (
    check_assumed_role,
    check_before_calls,
    data_root_of,
    definition_for,
    files_to_upload,
    script_text,
    tags_of,
)
from transpiler.aws.auth import ONCE_CONFIG, client_for, sign_in, sign_on_profile
from transpiler.aws.capacity import advise_capacity, input_sizes, show_advice
from transpiler.aws.catalog import check_tables, compare_tables, located_tables
from transpiler.aws.connection import (
    check_connections,
    connection_input,
    connection_secrets,
    make_connection,
    plan_connection,
)
from transpiler.aws.definition import flatten_definition, nest_definition, parse_pairs
from transpiler.aws.errors import explain
from transpiler.aws.iam import (
    create_role,
    find_role,
    role_difference,
    security_keys,
    wait_for_role,
)
from transpiler.aws.job import check_owner, create_or_update, job_arn, plan_job, read_job, show_plan
from transpiler.aws.options import parse_options
from transpiler.aws.policy import job_policy, trust_policy
from transpiler.aws.schedule import plan_trigger, set_trigger
from transpiler.aws.trigger import started_by, wanted_trigger
from transpiler.aws.upload import (
    bucket_options,
    check_bucket,
    deployed_state,
    encryption_options,
    is_there,
    read_state,
    state_key,
    upload_data,
    upload_file,
    write_state,
)
from transpiler.aws.validate import (
    check_bucket_name,
    check_definition,
    check_role,
    tell_consequences,
)
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
from transpiler.aws.names import DeployError, explain_file

ERROR, DIFFERENT, RUN_FAILED, INTERRUPTED = 1, 3, 4, 130


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
    """The spec with what the options add that the role must be allowed, looked up where it is kept."""
    connections = options.connections or []
    name = options.security_configuration
    given = (spec.get("default_arguments") or {}) | parse_pairs(options.argument, "--argument")
    secrets = [*(spec.get("secrets") or []), *([options.secret] if options.secret else [])]
    secrets += connection_secrets(glue, connections)
    return spec | {
        "connections": connections,
        "secrets": list(dict.fromkeys(secrets)),
        "default_arguments": given,
        "security_configuration": name,
        "kms_keys": security_keys(glue, name) if name else [],
    }


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


def plan_uploads(s3, spec, options, files, owner, extra):
    """Print what upload_all would send; returns whether it is anything."""
    missing = [
        key for path, key in files if not is_there(s3, path, options.bucket, key, owner, extra)
    ]
    for key in missing:
        print(f"To upload: s3://{options.bucket}/{key}")
    sent = 0
    if options.upload_data is not None:
        root, inputs = data_root_of(options), spec.get("inputs") or ()
        sent, there = upload_data(s3, options.upload_data, inputs, root, owner, extra, True)
        print(f"Input data: {sent} files to upload to {root}, {there} there already")
    return bool(missing or sent)


def upload_all(s3, spec, options, files, owner, extra):
    """Upload script, helpers and data."""
    for path, key in files:
        sent = upload_file(s3, path, options.bucket, key, owner, extra)
        print(f"{'Uploaded' if sent else 'There already'}: s3://{options.bucket}/{key}")
    if options.upload_data is not None:
        root = data_root_of(options)
        sent, there = upload_data(
            s3, options.upload_data, spec.get("inputs") or (), root, owner, extra
        )
        print(f"Input data: {sent} files uploaded to {root}, {there} there already")


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
    note = (options.bucket, state_key(options.prefix, name))
    live, live_tags = read_job(glue, name, arn)
    if live is not None:
        check_owner(name, live_tags, options.adopt)
    before = deployed_state(live, options.bucket, options.prefix, name)
    last = flatten_definition(read_state(s3, *before, owner, elsewhere=before != note))
    plan = plan_job(glue, name, arn, wanted, last, tags, options)
    merged = {"Name": name} | nest_definition(plan["merged"])
    check_definition(plan["merged"], merged, glue.meta.service_model)
    tell_consequences(plan["merged"])
    show_plan(name, plan)
    role_change = plan_role(iam, spec, options, session, identity) if options.create_role else None
    check_connections(glue, options.connections or (), options.create_connection)
    connection = connection_input(session, options) if options.create_connection else None
    new_connection = plan_connection(glue, connection) if connection else False
    trigger = wanted_trigger(options)
    trigger_arn = arn.replace(":job/", ":trigger/", 1).removesuffix(name)
    trigger_change = trigger and plan_trigger(glue, trigger_arn + trigger["Name"], trigger)
    if options.run:
        check_tables(glue, spec, options.schema_policy)
    if options.dry_run:
        uploads = plan_uploads(s3, spec, options, [script, *extra_files], owner, extra)
        changed = (plan["changes"], role_change, new_connection, trigger_change, uploads)
        return DIFFERENT if any(changed) else 0

    if role_change:
        role = make_role(iam, spec, options, session, identity)
        wanted = definition_for(spec, options, role, script, extra_files)
    if connection:
        done = make_connection(glue, connection) if new_connection else "there already"
        print(f"Connection {options.create_connection}: {done}")
    upload_all(s3, spec, options, [script, *extra_files], owner, extra)
    if last and before != note:
        # What was asked for last is known at the new place too before the job points there.
        write_state(s3, *note, nest_definition(last), owner, extra)
    done, _ = create_or_update(glue, name, arn, wanted, last, tags, options)
    asked = nest_definition(wanted)
    if asked != nest_definition(last) or before != note:
        write_state(s3, *note, asked, owner, extra)
    print(f"Job {name}: {done}")
    if trigger:
        set_trigger(glue, trigger_change, trigger)
        print(f"Job {name}: starts by {started_by(trigger)}")
    return run_and_watch(options, session, glue, folder, script_name) if options.run else 0


def run_and_watch(options, session, glue, folder, script_name):
    """Start the job and, with --wait, follow it. Returns the exit status."""
    once = client_for(session, "glue", ONCE_CONFIG)
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
        check_assumed_role(options.assume_role)
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
        profile = sign_on_profile(options.profile)
        print(f"Error: {explain(error, profile, identity)}", file=sys.stderr)
        return ERROR
    except OSError as error:
        print(f"Error: {explain_file(error)}", file=sys.stderr)
        return ERROR
    except (KeyboardInterrupt, EOFError):
        print(
            "Interrupted: run the same command again to go on; a run that was started goes on"
            " (`status`, `stop`)",
            file=sys.stderr,
        )
        return INTERRUPTED
