"""The options of a deployment, once for the script and for the command line."""

import argparse
import re

ACTIONS = {
    "deploy": "upload the script, create or update the job (and with --run start it)",
    "status": "the job, its last runs, what they cost",
    "logs": "the driver's log of a run",
    "stop": "stop a run, or all that are going",
    "policy": "print the IAM policies that the job needs, change nothing",
    "capacity": "advise workers, timeout and cost from the size of the inputs, change nothing",
    "schema": "compare the outputs with the catalog's tables, change nothing",
}
# Fields of a DeploySpec that an option of the same name overrides.
FROM_SPEC = (
    "job_name",
    "description",
    "bucket",
    "prefix",
    "role",
    "region",
    "profile",
    "ask_keys",
    "glue_version",
    "worker_type",
    "number_of_workers",
    "timeout",
    "max_retries",
    "execution_class",
    "max_concurrent_runs",
    "queue",
    "security_configuration",
    "notify_after",
    "connections",
    "bookmarks",
    "auto_scaling",
    "account",
    "bucket_owner",
    "data_root",
)


def add_sign_on_options(parser):
    """Who we are."""
    group = parser.add_argument_group("sign-on")
    group.add_argument("--profile", help="profile of ~/.aws/config (SSO or other)")
    group.add_argument("--region", help="AWS region; default: that of the profile or AWS_REGION")
    group.add_argument("--account", help="stop unless the credentials belong to this account")
    group.add_argument("--login", action="store_true", help="sign in to SSO when need be")
    group.add_argument(
        "--ask-keys",
        action="store_true",
        default=None,
        help="ask for access keys; they are stored nowhere",
    )
    group.add_argument("--assume-role", metavar="ARN", help="work as this role")
    group.add_argument("--external-id", help="external ID for --assume-role")


def add_place_options(parser):
    """Where things go."""
    group = parser.add_argument_group("upload")
    group.add_argument("--bucket", help="bucket for script, data and temporary files")
    group.add_argument("--prefix", help="prefix in the bucket; default: the job's name")
    group.add_argument("--script", help="the job's script; default: beside this file")
    group.add_argument(
        "--data-root", help="what relative paths start from; s3://BUCKET/PREFIX/data"
    )
    group.add_argument(
        "--upload-data",
        nargs="?",
        const=".",
        metavar="FOLDER",
        help="upload the inputs under FOLDER (default: the current one) to the data root",
    )
    group.add_argument(
        "--extra-py-file",
        action="append",
        default=[],
        metavar="FILE",
        help="zip or module to upload with the script",
    )
    group.add_argument("--bucket-owner", metavar="ACCOUNT", help="the bucket's account; ours")
    group.add_argument("--sse", choices=["AES256", "aws:kms"], help="encryption at rest")
    group.add_argument("--kms-key", help="KMS key for the encryption at rest")


def add_job_options(parser):
    """What the job is."""
    group = parser.add_argument_group("job")
    group.add_argument("--job-name", help="the job's name")
    group.add_argument("--role", help="name or ARN of the job's IAM role")
    group.add_argument("--create-role", action="store_true", help="create the role, or update it")
    group.add_argument("--description")
    group.add_argument("--glue-version", help='"5.0", "5.1", "6.0" or "auto"')
    group.add_argument("--worker-type", help="G.1X, G.2X, … R.8X")
    group.add_argument("--number-of-workers", type=int, help="the maximum with --auto-scaling")
    group.add_argument("--auto-scaling", action=argparse.BooleanOptionalAction, default=None)
    group.add_argument("--execution-class", choices=["STANDARD", "FLEX"])
    group.add_argument("--timeout", type=int, metavar="MINUTES")
    group.add_argument("--max-retries", type=int)
    group.add_argument("--max-concurrent-runs", type=int)
    group.add_argument(
        "--queue", action=argparse.BooleanOptionalAction, default=None, help="let runs queue"
    )
    group.add_argument("--bookmarks", action=argparse.BooleanOptionalAction, default=None)
    group.add_argument("--connection", dest="connections", action="append", metavar="NAME")
    group.add_argument(
        "--create-connection",
        metavar="NAME",
        nargs="?",
        const="",
        help="make it and use it; without a name the one of the job's database",
    )
    group.add_argument(
        "--jdbc-url",
        help="--create-connection: address, without user and password; the program's own unless given",
    )
    group.add_argument("--secret", help="--create-connection: the secret with user and password")
    group.add_argument("--enforce-ssl", action=argparse.BooleanOptionalAction, default=True)
    group.add_argument("--subnet", help="--create-connection: the subnet to reach it from")
    group.add_argument("--security-group", action="append", metavar="ID")
    group.add_argument("--security-configuration", metavar="NAME")
    group.add_argument("--notify-after", type=int, metavar="MINUTES")
    group.add_argument(
        "--argument",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="default argument of the job; no secrets, they are shown in the console",
    )
    group.add_argument("--tag", action="append", default=[], metavar="NAME=VALUE")
    starts = group.add_mutually_exclusive_group()
    starts.add_argument("--schedule", metavar="CRON", help='start it like "cron(0 6 * * ? *)"')
    starts.add_argument(
        "--after", metavar="JOB", action="append", help="start it when this job (all) succeeded"
    )
    group.add_argument("--adopt", action="store_true", help="take over a job made by others")
    group.add_argument("--overwrite", action="store_true", help="also replace what was set by hand")
    group.add_argument(
        "--dry-run", action="store_true", help="show what would change; exit status 3 if anything"
    )


def add_run_options(parser):
    """Running and looking."""
    group = parser.add_argument_group("run")
    group.add_argument("--run", action="store_true", help="start the job after deploying it")
    group.add_argument("--wait", action="store_true", help="follow the run to its end")
    group.add_argument(
        "--run-argument", action="append", default=[], metavar="NAME=VALUE", help="for this run"
    )
    group.add_argument("--new-run", action="store_true", help="start although one is going on")
    group.add_argument("--run-id", help="the run to look at or to stop; default: the last, all")
    group.add_argument("--follow", action="store_true", help="logs: go on until the run ends")
    group.add_argument("--verbose", action="store_true", help="the whole log, not the gist")
    group.add_argument("--price", type=float, help="$ per DPU-hour for the estimate of the cost")
    group.add_argument("--poll-seconds", type=float, default=10.0, help=argparse.SUPPRESS)
    group.add_argument("--wait-timeout", type=float, metavar="MINUTES", help="stop waiting")
    group.add_argument("--save", metavar="FILE", help="write it there: policy, --format")
    group.add_argument(
        "--schema-policy",
        choices=["add", "strict", "ignore"],
        default="add",
        help="what the job may change in a catalog table: add columns, nothing, anything",
    )


def build_parser(spec, program=None, with_path=False):
    """The parser. with_path: also take the file to deploy, as the command line does."""
    about = f"Takes the Glue job {spec.get('job_name') or ''} to AWS and looks after it."
    parser = argparse.ArgumentParser(
        prog=program,
        description=about.replace("%(", "% ("),  # argparse would fill in %(prog)s
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="actions:\n"
        + "\n".join(f"  {name:<10} {text}" for name, text in ACTIONS.items())
        + "\n\nexit status: 0 done, 1 error, 2 wrong usage, 3 --dry-run found differences,"
        " 4 the run did not succeed",
    )
    parser.add_argument("action", nargs="?", choices=list(ACTIONS), default="deploy")
    if with_path:
        parser.add_argument(
            "path",
            nargs="?",
            help="a pandas program (it is translated first), an Amphi pipeline (.ampln), a Glue"
            " job, or a deploy script made before; without it, --job-name says which job",
        )
        parser.add_argument(
            "--format",
            choices=["terraform", "cloudformation", "cdk"],
            help="write this infrastructure code instead (to --save FILE), deploy nothing",
        )
    add_sign_on_options(parser)
    add_place_options(parser)
    add_job_options(parser)
    add_run_options(parser)
    return parser


def complete_connection(options, databases):
    """Fill in name and address of the connection to create from what the program connects to."""
    if options.create_connection == "" and len(databases) == 1:
        options.create_connection = databases[0]["connection"]
    for database in databases:
        if options.jdbc_url is None and database["connection"] == options.create_connection:
            options.jdbc_url = database["url"]


def parse_options(spec, arguments=None, program=None, with_path=False):
    """The options, completed from the spec. Exits with status 2 on wrong usage."""
    options = build_parser(spec, program, with_path).parse_intermixed_args(arguments)
    if options.profile and options.ask_keys is None:
        options.ask_keys = False  # a profile given here wins over keys that the script asks for
    for name in FROM_SPEC:
        if getattr(options, name) is None:
            setattr(options, name, spec.get(name))
    options.source_lines = spec.get("source_lines") or {}
    complete_connection(options, spec.get("databases") or [])
    if options.create_connection:
        names = [*(options.connections or []), options.create_connection]
        options.connections = list(dict.fromkeys(names))
    if not (options.prefix or "").strip("/") and options.job_name:
        options.prefix = re.sub(r"[^A-Za-z0-9._-]+", "-", options.job_name).strip("-") or "job"
    return options
