"""The trigger on AWS: made, changed, or left alone."""

import sys

import botocore.exceptions

from transpiler.aws.errors import error_code
from transpiler.aws.names import OWNER_TAG, OWNER_VALUE, DeployError
from transpiler.aws.trigger import started_by, told_jobs


def plan_trigger(glue, arn, wanted):
    """
    Print and return what set_trigger would do: "create", "update", or None when all is as asked.

    arn: the trigger's. Raises DeployError for a trigger that is not ours: it starts other jobs,
    or somebody else made it; and for a job to wait for that is not there.
    """
    name = wanted["Name"]
    for job in told_jobs(wanted):
        try:
            glue.get_job(JobName=job)
        except botocore.exceptions.ClientError as error:
            if error_code(error) == "EntityNotFoundException":
                raise DeployError(
                    f"there is no job {job!r} to start after: check --after"
                ) from error
            raise
    try:
        there = glue.get_trigger(Name=name)["Trigger"]
    except botocore.exceptions.ClientError as error:
        if error_code(error) != "EntityNotFoundException":
            raise
        print(f"Trigger {name}: to create ({started_by(wanted)})")
        return "create"
    jobs = [action.get("JobName") for action in there.get("Actions", [])]
    ours = glue.get_tags(ResourceArn=arn).get("Tags", {}).get(OWNER_TAG) == OWNER_VALUE
    if not ours or there.get("Type") != wanted["Type"] or jobs != [wanted["Actions"][0]["JobName"]]:
        raise DeployError(f"there is another trigger named {name!r}: rename or delete it first")
    if there.get("State") in ("DEACTIVATED", "CREATED"):
        print(
            f"Note: the trigger {name} is switched off and stays so: switch it on by `aws glue"
            f" start-trigger --name {name}`",
            file=sys.stderr,
        )
    if started_by(there) == started_by(wanted):
        return None
    print(f"Trigger {name}: to change ({started_by(there)} → {started_by(wanted)})")
    return "update"


def set_trigger(glue, change, wanted):
    """Make or change the trigger; change: what plan_trigger said."""
    if change == "create":
        try:
            glue.create_trigger(StartOnCreation=True, Tags={OWNER_TAG: OWNER_VALUE}, **wanted)
        except botocore.exceptions.ClientError as error:
            # A deployment at the same time, or a call that was answered too late and repeated.
            if error_code(error) not in (
                "AlreadyExistsException",
                "IdempotentParameterMismatchException",
            ):
                raise
            change = "update"
    if change == "update":
        update = {key: wanted[key] for key in ("Schedule", "Predicate", "Actions") if key in wanted}
        glue.update_trigger(Name=wanted["Name"], TriggerUpdate=update)
