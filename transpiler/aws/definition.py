"""The job's definition: what we want, what is there, and what differs."""

import re

from transpiler.aws.names import DeployError, joined_key

WORKER_DPU = {
    "Standard": 1,
    "G.025X": 0.25,
    "G.1X": 1,
    "G.2X": 2,
    "G.4X": 4,
    "G.8X": 8,
    "G.12X": 12,
    "G.16X": 16,
    "R.1X": 1,
    "R.2X": 2,
    "R.4X": 4,
    "R.8X": 8,
    "Z.2X": 2,
}

# What a new job gets where nobody asked for anything. An existing job keeps what it has.
NEW_JOB = {
    ("WorkerType",): "G.1X",
    ("NumberOfWorkers",): 2,
    ("Timeout",): 480,
    ("MaxRetries",): 0,
    ("ExecutionProperty", "MaxConcurrentRuns"): 1,
}
# Options of the script that are fields of the job: option → where it goes.
FIELDS = {
    "description": ("Description",),
    "glue_version": ("GlueVersion",),
    "worker_type": ("WorkerType",),
    "number_of_workers": ("NumberOfWorkers",),
    "timeout": ("Timeout",),
    "max_retries": ("MaxRetries",),
    "execution_class": ("ExecutionClass",),
    "max_concurrent_runs": ("ExecutionProperty", "MaxConcurrentRuns"),
    "queue": ("JobRunQueuingEnabled",),
    "security_configuration": ("SecurityConfiguration",),
    "notify_after": ("NotificationProperty", "NotifyDelayAfter"),
    "connections": ("Connections", "Connections"),
}
SWITCHES = {
    "bookmarks": ("--job-bookmark-option", "job-bookmark-enable", "job-bookmark-disable"),
    "auto_scaling": ("--enable-auto-scaling", "true", "false"),
}
SECRET_NAME = re.compile(
    r"(password|passwd|pwd|secret|secret.?key|access.?key|api.?key|token|credentials?)$", re.I
)
SECRET_VALUE = re.compile(r"\b(AKIA|ASIA)[0-9A-Z]{16}\b|://[^/@\s:]+:[^/@\s]+@|password\s*=", re.I)
MAPS = ("DefaultArguments", "NonOverridableArguments")
# Read-only or derived; sending them back breaks the job (boto3 issue 2644).
DERIVED = ("AllocatedCapacity",)


def flatten_definition(definition):
    """{"A": {"B": 1}} as {("A", "B"): 1}; empty values are left out."""
    flat = {}
    for name, value in definition.items():
        if isinstance(value, dict) and name != "CodeGenConfigurationNodes":
            flat |= {(name, inner): item for inner, item in value.items() if item is not None}
        elif value not in (None, "", [], {}):
            flat[(name,)] = value
    return flat


def nest_definition(flat):
    """The inverse of flatten_definition."""
    definition = {}
    for path, value in flat.items():
        if len(path) == 1:
            definition[path[0]] = value
        else:
            definition.setdefault(path[0], {})[path[1]] = value
    return definition


def writable_fields(live, update_members):
    """Of GetJob's answer, what UpdateJob takes; capacity in the one form that it may have."""
    kept = {name: live[name] for name in live if name in update_members and name not in DERIVED}
    if kept.get("WorkerType") or kept.get("NumberOfWorkers"):
        kept.pop("MaxCapacity", None)
    return kept


def job_arguments(spec, options, script_uri, data_root, extra_py_files):
    """The job's default arguments, as text; refuses what looks like a secret."""
    arguments = {
        "--TempDir": f"s3://{options.bucket}/{joined_key(options.prefix, 'temp')}/",
        "--enable-metrics": "true",
        "--enable-continuous-cloudwatch-log": "true",
    }
    if data_root:
        arguments["--DATA_ROOT"] = data_root
    for name, value in (spec.get("default_arguments") or {}).items():
        arguments["--" + name.lstrip("-")] = argument_text(value)
    for option, (name, on, off) in SWITCHES.items():
        value = getattr(options, option)
        if value is not None:
            arguments[name] = on if value else off
    if any(table.get("format") == "iceberg" for table in spec.get("tables") or ()):
        arguments["--datalake-formats"] = "iceberg"
        chained = [iceberg_settings(f"{data_root}/warehouse"), arguments.get("--conf")]
        arguments["--conf"] = " --conf ".join(text for text in chained if text)
    if extra_py_files:
        arguments["--extra-py-files"] = ",".join(extra_py_files)
    arguments |= parse_pairs(options.argument, "--argument", "--")
    refuse_secrets(arguments)
    return arguments


def refuse_secrets(arguments):
    """Raise DeployError for an argument that looks like a secret."""
    for name, value in arguments.items():
        named = SECRET_NAME.search(name) and not value.startswith("arn:")
        if named or SECRET_VALUE.search(value):
            raise DeployError(
                f"the argument {name} looks like a secret, and arguments are shown in the console"
                " and in logs: put it in Secrets Manager and pass its ARN"
            )


def iceberg_settings(warehouse):
    """The value of --conf for Iceberg tables in the Glue catalog."""
    catalog = "spark.sql.catalog.glue_catalog"
    settings = (
        "spark.sql.extensions=org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
        f"{catalog}=org.apache.iceberg.spark.SparkCatalog",
        f"{catalog}.warehouse={warehouse}",
        f"{catalog}.catalog-impl=org.apache.iceberg.aws.glue.GlueCatalog",
        f"{catalog}.io-impl=org.apache.iceberg.aws.s3.S3FileIO",
    )
    return " --conf ".join(settings)


def argument_text(value):
    """An argument's value as Glue takes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def parse_pairs(pairs, option, lead=""):
    """["A=1", "B=2"] as {"A": "1", "B": "2"}, each name starting with `lead`."""
    parsed = {}
    for pair in pairs or ():
        name, equals, value = pair.partition("=")
        if not equals or not name.strip("-"):
            raise DeployError(f"{option} wants NAME=VALUE, not {pair!r}")
        parsed[lead + name.lstrip("-") if lead else name] = value
    return parsed


def wanted_definition(spec, options, role, script_uri, data_root, extra_py_files=()):
    """
    What this deployment asks for, in flat form; what nobody asked for is not in it.

    spec: the DeploySpec as a dict; options: the parsed options (they win); role: ARN or name.
    """
    flat = {
        ("Role",): role,
        ("JobMode",): "SCRIPT",
        ("Command", "Name"): "glueetl",
        ("Command", "ScriptLocation"): script_uri,
        ("Command", "PythonVersion"): "3",
    }
    for option, path in FIELDS.items():
        value = getattr(options, option)
        if value not in (None, [], ""):
            flat[path] = list(value) if isinstance(value, (list, tuple)) else value
    arguments = job_arguments(spec, options, script_uri, data_root, extra_py_files)
    return flat | {("DefaultArguments", name): value for name, value in arguments.items()}


def same_value(path, one, other):
    """Equal as AWS sees it: a role's name and its ARN are the same, 2 and 2.0 too."""
    if path == ("Role",) and one and other:
        return one == other or (
            ("/" in one) != ("/" in other) and one.rsplit("/", 1)[-1] == other.rsplit("/", 1)[-1]
        )
    return one == other


def merge_definitions(live, wanted, last, overwrite=False):
    """
    What to send so that our changes arrive and nothing set by hand is lost.

    live: what the job has; wanted: what we ask for; last: what we asked for the time before (all
    flat). A value that we ask for as before and that somebody has changed since stays as it is,
    unless overwrite; what we asked for before and no longer do goes away; the script is always
    ours. Returns (merged, kept): kept are the paths where a value set by hand won.
    """
    merged, kept = dict(live), []
    for path, value in wanted.items():
        current = live.get(path)
        if current is None and path in live:
            current = None
        if same_value(path, current, value):
            merged[path] = current
        elif (
            path[0] not in ("Command", "JobMode")
            and not overwrite
            and path in last
            and same_value(path, last[path], value)
        ):
            kept.append(path)
        else:
            merged[path] = value
    for path, value in last.items():
        if path not in wanted and path in live and same_value(path, live[path], value):
            merged.pop(path)
    if overwrite:
        for path in [path for path in merged if path not in wanted and path[0] in MAPS]:
            merged.pop(path)
    if ("WorkerType",) in merged:
        merged.pop(("MaxCapacity",), None)
    if merged.get(("JobMode",)) == "SCRIPT":
        merged.pop(("CodeGenConfigurationNodes",), None)
    if not live:
        merged = NEW_JOB | merged
    return merged, kept


def diff_definitions(live, merged):
    """The changes, one line each: "+ field: value", "- field: value", "~ field: old → new"."""
    lines = []
    for path in sorted(set(live) | set(merged)):
        name = ".".join(path)
        if path not in live:
            lines.append(f"+ {name}: {merged[path]!r}")
        elif path not in merged:
            lines.append(f"- {name}: {live[path]!r}")
        elif not same_value(path, live[path], merged[path]):
            lines.append(f"~ {name}: {live[path]!r} → {merged[path]!r}")
    return lines
