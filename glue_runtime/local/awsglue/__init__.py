"""What a Glue job imports as ``awsglue``, played on plain Spark.

Names and signatures are those of the real package (a test compares them). What is not played
raises NotImplementedError that names it, never does something else quietly.
"""

from __future__ import annotations


def not_played(owner: str, name: str) -> NotImplementedError:
    """The error for a part of Glue that this machine has no stand-in for."""
    return NotImplementedError(f"local Glue does not play {owner}.{name}: run this job on AWS")
