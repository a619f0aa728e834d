"""A schedule for the job: one trigger, made or changed."""

import re

import botocore.exceptions

from transpiler.aws.errors import error_code
from transpiler.aws.names import OWNER_TAG, OWNER_VALUE, DeployError


def check_schedule(schedule):
    """Raise DeployError for what is not a schedule."""
    if not re.fullmatch(r"cron\((\S+ ){5}\S+\)", schedule):
        raise DeployError(
            f"{schedule!r} is not a schedule: it is written like cron(0 6 * * ? *), six fields, UTC"
        )


def set_schedule(glue, name, schedule):
    """
    Start the job by the clock. schedule: "cron(0 6 * * ? *)", in UTC.

    The trigger is named after the job; one that starts other jobs is left alone.
    """
    trigger = f"{name}-schedule"
    actions = [{"JobName": name}]
    try:
        there = glue.get_trigger(Name=trigger)["Trigger"]
    except botocore.exceptions.ClientError as error:
        if error_code(error) != "EntityNotFoundException":
            raise
        glue.create_trigger(
            Name=trigger,
            Type="SCHEDULED",
            Schedule=schedule,
            Actions=actions,
            StartOnCreation=True,
            Tags={OWNER_TAG: OWNER_VALUE},
        )
        return
    jobs = [action.get("JobName") for action in there.get("Actions", [])]
    if there.get("Type") != "SCHEDULED" or jobs != [name]:
        raise DeployError(f"there is another trigger named {trigger!r}: rename it first")
    if there.get("Schedule") != schedule:
        glue.update_trigger(
            Name=trigger, TriggerUpdate={"Schedule": schedule, "Actions": there["Actions"]}
        )
