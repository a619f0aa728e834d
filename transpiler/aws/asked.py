"""What is asked for, and all that can be known to be wrong with it before AWS is asked anything."""

import pathlib
import re
import sys

import botocore.session

from transpiler.aws.connection import check_connection
from transpiler.aws.definition import (
    nest_definition,
    parse_pairs,
    refuse_secrets,
    wanted_definition,
)
from transpiler.aws.names import OWNER_TAG, OWNER_VALUE, DeployError, parse_s3
from transpiler.aws.trigger import check_trigger, wanted_trigger
from transpiler.aws.upload import data_files, script_key
from transpiler.aws.validate import check_bucket_name, check_definition, check_role, check_tags

# Options that say something about another one, and mean nothing without it.
BELONG_TO = {
    "wait": "run",
    "run_argument": "run",
    "new_run": "run",
    "jdbc_url": "create_connection",
    "subnet": "create_connection",
    "security_group": "subnet",
    "external_id": "assume_role",
}
ROLE_TO_ASSUME = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+", re.A)
SEGMENT = re.compile(r"[\w!.*'()=, -]+")


def option_name(field):
    """The option as it is typed: "run_argument" → "--run-argument"."""
    return "--" + field.replace("_", "-")


def find_script(options, folder, script_name):
    """The path of the job's script."""
    path = pathlib.Path(options.script) if options.script else pathlib.Path(folder) / script_name
    if not path.is_file():
        raise DeployError(f"there is no script {path}: pass --script")
    return path


def script_text(options, folder, script_name):
    """The text of the script as far as it is at hand, for naming the step that failed."""
    try:
        path = find_script(options, folder, script_name)
    except DeployError:  # the run is shown all the same, only without its source lines
        return ""
    return path.read_text(encoding="utf-8", errors="replace")


def data_root_of(options):
    """Where relative paths of the job start."""
    root = options.data_root or f"s3://{options.bucket}/{options.prefix}/data"
    return root.rstrip("/")


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
    for given in options.extra_py_file:
        if not pathlib.Path(given).is_file():
            raise DeployError(f"there is no file {given}: check --extra-py-file")
    extra = [(given, script_key(options.prefix, given)) for given in options.extra_py_file]
    # Nobody imports the job itself: its name in S3 can be ASCII alone.
    name = re.sub(r"[^\x20-\x7e]+", "-", path.name)
    return (path, script_key(options.prefix, path, name)), extra


def check_options(options):
    """Raise DeployError for options that contradict each other or that are no text."""
    for name, other in BELONG_TO.items():
        if getattr(options, name) and getattr(options, other) in (None, False):
            raise DeployError(f"{option_name(name)} needs {option_name(other)}: pass both")
    if options.subnet and not options.security_group:
        raise DeployError(
            "--subnet needs --security-group: a Glue connection in a VPC wants a security group"
            " that lets its own members in"
        )
    for name, value in vars(options).items():
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str) and text.encode("utf-8", "replace") != text.encode(
                "utf-8", "surrogatepass"
            ):
                raise DeployError(f"{option_name(name)} is not valid text (UTF-8): {text!r}")


def check_assumed_role(role):
    """Raise DeployError unless --assume-role is the ARN of a role."""
    if role and not ROLE_TO_ASSUME.fullmatch(role):
        raise DeployError(
            f"--assume-role wants an ARN like arn:aws:iam::123456789012:role/NAME, not {role!r}"
        )


def check_places(options):
    """Raise DeployError for a prefix or a data root that S3 or Spark could not use."""
    segments = options.prefix.strip("/").split("/")
    if any(part in (".", "..") or not SEGMENT.fullmatch(part) for part in segments):
        raise DeployError(
            f"{options.prefix!r} is not a prefix: letters, digits and !-_.*'() in parts divided by"
            " /, none of them empty, . or .. (--prefix)"
        )
    if options.data_root:
        bucket, _ = parse_s3(options.data_root)
        check_bucket_name(bucket)


def tell_other_version(spec, options):
    """A note when a translated job goes to another Glue version than it was written for."""
    written = spec.get("glue_version")
    if spec.get("source_lines") and written and options.glue_version not in (written, "auto"):
        print(
            f"Note: the script was written for Glue {written}, not for {options.glue_version}:"
            f" translate it with --glue-version {options.glue_version} too",
            file=sys.stderr,
        )


def check_before_calls(spec, options, folder, script_name):
    """Raise DeployError for all that can be known to be wrong before AWS is asked anything."""
    check_options(options)
    check_bucket_name(options.bucket)
    check_places(options)
    check_role(options.role, None)
    check_tags(tags_of(spec, options))
    script, extra_files = files_to_upload(options, folder, script_name)
    wanted = definition_for(spec, options, options.role, script, extra_files)
    model = botocore.session.Session().get_service_model("glue")
    check_definition(wanted, {"Name": options.job_name} | nest_definition(wanted), model, False)
    refuse_secrets(parse_pairs(options.run_argument, "--run-argument", "--"))
    trigger = wanted_trigger(options)
    if trigger:
        check_trigger(trigger, options.job_name)
    if options.create_connection is not None:
        check_connection(options)
    if options.upload_data is not None:
        data_files(options.upload_data, spec.get("inputs") or ())
    tell_other_version(spec, options)
