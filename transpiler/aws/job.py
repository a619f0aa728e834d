"""Create or update: safe to repeat, safe to interrupt, never somebody else's job."""

import datetime
import time

import botocore.exceptions

from transpiler.aws.definition import (
    diff_definitions,
    flatten_definition,
    merge_definitions,
    nest_definition,
    writable_fields,
)
from transpiler.aws.errors import error_code
from transpiler.aws.names import OWNER_TAG, OWNER_VALUE, DeployError

ATTEMPTS = 6
JUST_NOW_SECONDS = 60
# Another deployment was quicker: look again and decide again.
RACE_CODES = (
    "AlreadyExistsException",
    "IdempotentParameterMismatchException",
    "ConcurrentModificationException",
)


def job_arn(identity, region, name):
    """The ARN of a job."""
    return f"arn:{identity['Partition']}:glue:{region}:{identity['Account']}:job/{name}"


def settled_tags(glue, arn, created):
    """
    The tags of a job. Those of one that was made just now may be a moment late: AWS is asked again
    before we take it for somebody else's.
    """
    for attempt in range(1, 5):
        tags = glue.get_tags(ResourceArn=arn).get("Tags", {})
        now = datetime.datetime.now(datetime.timezone.utc)
        late = created and abs((now - created).total_seconds()) < JUST_NOW_SECONDS
        if tags.get(OWNER_TAG) == OWNER_VALUE or not late or attempt == 4:
            return tags
        time.sleep(attempt)
    return {}


def read_job(glue, name, arn):
    """(definition in flat form, tags) of a job, or (None, {}) when there is none."""
    try:
        job = glue.get_job(JobName=name)["Job"]
    except botocore.exceptions.ClientError as error:
        if error_code(error) == "EntityNotFoundException":
            return None, {}
        raise
    members = glue.meta.service_model.shape_for("JobUpdate").members
    live = flatten_definition(writable_fields(job, members))
    return live, settled_tags(glue, arn, job.get("CreatedOn"))


def check_owner(name, tags, adopt):
    """Raise DeployError for a job that we did not make, unless --adopt."""
    if tags.get(OWNER_TAG) != OWNER_VALUE and not adopt:
        raise DeployError(
            f"there is a job {name!r} that pandas-to-glue did not make (it has no tag"
            f" {OWNER_TAG}={OWNER_VALUE}), so it was left alone: choose another --job-name, or"
            " pass --adopt to take it over"
        )


def plan_job(glue, name, arn, wanted, last, tags, options):
    """
    What would change. Returns {"live" (None: no such job), "merged", "changes", "kept", "tags"}.

    wanted, last: flat definitions; tags: those that the job should have.
    """
    live, live_tags = read_job(glue, name, arn)
    if live is not None:
        check_owner(name, live_tags, options.adopt)
    merged, kept = merge_definitions(live or {}, wanted, last if live else {}, options.overwrite)
    changes = diff_definitions(live or {}, merged)
    new_tags = {key: value for key, value in tags.items() if live_tags.get(key) != value}
    changes += [
        f"{'~' if key in live_tags else '+'} tag {key}: {value!r}"
        for key, value in sorted(new_tags.items())
    ]
    return {"live": live, "merged": merged, "changes": changes, "kept": kept, "tags": new_tags}


def show_plan(name, plan):
    """Print the differences and what was kept."""
    if plan["live"] is None:
        print(f"Job {name}: does not exist yet")
    elif plan["changes"]:
        print(f"Job {name}: exists, to be changed")
    else:
        print(f"Job {name}: exists, nothing to change")
    for line in plan["changes"]:
        print(f"  {line}")
    for path in plan["kept"]:
        print(
            f"  kept {'.'.join(path)}: {plan['live'].get(path)!r}, set by hand"
            " (--overwrite replaces it)"
        )


def apply_plan(glue, name, arn, plan):
    """Make one call for the job and, when tags differ, one for the tags."""
    definition = nest_definition(plan["merged"])
    if plan["live"] is None:
        glue.create_job(Name=name, Tags=plan["tags"], **definition)
        return "created"
    if any(not line[2:].startswith("tag ") for line in plan["changes"]):
        glue.update_job(JobName=name, JobUpdate=definition)
    if plan["tags"]:
        glue.tag_resource(ResourceArn=arn, TagsToAdd=plan["tags"])
    return "updated" if plan["changes"] else "unchanged"


def role_not_ready(error):
    """Whether AWS has not heard of a new role yet."""
    text = str(error).lower()
    return error_code(error) == "InvalidInputException" and "role" in text and "assum" in text


def create_or_update(glue, name, arn, wanted, last, tags, options, pause=3.0):
    """
    Bring the job to what is wanted. Returns ("created" | "updated" | "unchanged", plan).

    A deployment that runs at the same time is noticed (AWS refuses), and the decision is made
    again on what is there then; a new role is waited for.
    """
    for attempt in range(1, ATTEMPTS + 1):
        plan = plan_job(glue, name, arn, wanted, last, tags, options)
        try:
            return apply_plan(glue, name, arn, plan), plan
        except botocore.exceptions.ClientError as error:
            again = error_code(error) in RACE_CODES or role_not_ready(error)
            if not again or attempt == ATTEMPTS:
                raise
        time.sleep(pause)
    return None
