"""Job arguments."""

from __future__ import annotations

import argparse


class GlueArgumentError(Exception):
    """An argument that the job needs was not given, or was given without a value."""


# Glue hands these to every job; a job may not ask for one, but finds them in the result.
RESERVED = {
    "job-bookmark-option": "job-bookmark-disable",
    "job-bookmark-from": None,
    "job-bookmark-to": None,
    "JOB_ID": None,
    "JOB_RUN_ID": None,
    "SECURITY_CONFIGURATION": None,
    "encryption-type": None,
    "enable-data-lineage": None,
    "RedshiftTempDir": None,
    "TempDir": None,
}
MAY_BE_ASKED_FOR = {"TempDir", "RedshiftTempDir"}


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        raise GlueArgumentError(message)


def getResolvedOptions(args: list[str], options: list[str]) -> dict[str, str]:
    """The values of ``--NAME VALUE`` arguments in ``args`` (``sys.argv``).

    Every name in ``options`` is required. Beside them the result has Glue's own arguments, with
    ``-`` in their names turned into ``_`` as argparse does.

    Raises GlueArgumentError for a missing argument, RuntimeError for a reserved name.
    """
    reserved = sorted(set(options) & (set(RESERVED) - MAY_BE_ASKED_FOR))
    if reserved:
        raise RuntimeError(f"Using reserved arguments {reserved}")
    # No abbreviations: Glue 6.0 refuses them, and before that they were a trap.
    parser = _Parser(allow_abbrev=False, add_help=False)
    for name in dict.fromkeys(options):
        parser.add_argument(f"--{name}", required=True)
    for name, default in RESERVED.items():
        if name not in options:
            parser.add_argument(f"--{name}", default=default)
    if "JOB_NAME" not in options:
        parser.add_argument("--JOB_NAME")
    found, _ = parser.parse_known_args(args[1:])
    return vars(found)
