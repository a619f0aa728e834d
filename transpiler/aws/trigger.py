"""What starts the job by itself: one trigger, by the clock or after other jobs. Pure text."""

import re

from transpiler.aws.names import DeployError

LONGEST_NAME = 255


def wanted_trigger(options):
    """What CreateTrigger is to be given, or None when nothing is asked for."""
    actions = [{"JobName": options.job_name}]
    if options.schedule:
        return {
            "Name": f"{options.job_name}-schedule",
            "Type": "SCHEDULED",
            "Schedule": options.schedule,
            "Actions": actions,
        }
    if options.after:
        conditions = [
            {"LogicalOperator": "EQUALS", "JobName": name, "State": "SUCCEEDED"}
            for name in options.after
        ]
        predicate = {"Logical": "AND", "Conditions": conditions}
        return {
            "Name": f"{options.job_name}-after",
            "Type": "CONDITIONAL",
            "Predicate": predicate,
            "Actions": actions,
        }
    return None


def check_trigger(wanted, job_name):
    """Raise DeployError for what AWS would refuse."""
    schedule = wanted.get("Schedule")
    if schedule and not re.fullmatch(r"cron\((\S+ ){5}\S+\)", schedule):
        raise DeployError(
            f"{schedule!r} is not a schedule: it is written like cron(0 6 * * ? *), six fields, UTC"
        )
    if len(wanted["Name"]) > LONGEST_NAME:
        raise DeployError(
            f"the trigger's name would have {len(wanted['Name'])} characters, AWS allows"
            f" {LONGEST_NAME}: choose a shorter --job-name"
        )
    if job_name in told_jobs(wanted):
        raise DeployError("a job cannot start after itself: pass another job with --after")


def told_jobs(trigger):
    """The jobs that a trigger waits for."""
    conditions = (trigger.get("Predicate") or {}).get("Conditions", [])
    return sorted(condition.get("JobName") or "?" for condition in conditions)


def started_by(trigger):
    """In words what starts the job: "cron(…)" or "after other-job"."""
    return trigger.get("Schedule") or "after " + ", ".join(told_jobs(trigger))
