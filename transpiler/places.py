"""Places that a job cannot read or write: they are refused, never taken for others."""

from __future__ import annotations

from typing import Any

from transpiler.errors import Refused
from transpiler.facts import Const, Mapping

_ELSEWHERE = ("ftp:", "sftp:", "http:", "https:")


def entries(options: Any) -> list[tuple[Any, Any]]:
    """The entries of a dict, known in full or in part, with those of the dicts in it."""
    value = options.value if isinstance(options, Const) else options
    if isinstance(value, Mapping):
        found = list(value.items)
    elif isinstance(value, dict):
        found = list(value.items())
    else:
        return []
    return found + [e for _, inner in found for e in entries(inner)]


def check_storage(options: Any) -> None:
    """Raises Refused for an S3 of one's own (MinIO and the like): the job would read AWS's instead."""
    for key, value in entries(options):
        text = value.value if isinstance(value, Const) else value
        if key == "endpoint_url" and text is not None and "amazonaws.com" not in str(text):
            raise Refused(
                "storage_options names an S3 endpoint of its own, and a job works with AWS's: take the "
                "option out, or copy the files to S3 first"
            )


def check_target(path: Any) -> None:
    """Raises Refused for an output that is not on S3 or under the data root."""
    if isinstance(path, Const) and str(path.value).lower().startswith(_ELSEWHERE):
        raise Refused(
            f"a job does not write to {str(path.value).split(':')[0].upper()}: write to S3, and send "
            "the file from there"
        )
