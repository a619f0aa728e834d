"""One description of a deployment, from which all kinds of infrastructure code are written."""

from __future__ import annotations

import argparse
import json
import re
from typing import Any

from transpiler.aws.definition import NEW_JOB, nest_definition, wanted_definition
from transpiler.aws.options import FROM_SPEC
from transpiler.aws.policy import job_policy, trust_policy
from transpiler.emit.spec import DeploySpec

MARKS = ("bucket", "prefix", "region", "account", "partition", "script_key")


class Description:
    """
    What all formats are written from: marks, properties, tags, policies, the trigger.

    Values that are known only when the code is applied are marks in the texts.
    """

    def __init__(
        self,
        spec: DeploySpec,
        script_name: str,
        trigger: dict[str, Any] | None = None,
        kms_key: str | None = None,
    ) -> None:
        values = spec.as_dict()
        text = json.dumps([values, script_name, trigger, kms_key], ensure_ascii=False)
        if "{{resolve:" in text:
            raise ValueError("a value contains {{resolve:…}}, which CloudFormation would fill in")
        # Characters for private use that no value contains.
        free = (chr(code) for code in range(0xE000, 0xF8FF) if chr(code) not in text)
        self.marks = {name: next(free) for name in MARKS}
        bucket, prefix = self.marks["bucket"], self.marks["prefix"]
        self.name = spec.job_name or "pandas_job"
        self.prefix = spec.prefix or re.sub(r"[^A-Za-z0-9._-]+", "-", self.name)
        data_root = (spec.data_root or f"s3://{bucket}/{prefix}/data").rstrip("/")
        options = argparse.Namespace(**{name: values.get(name) for name in FROM_SPEC})
        options.bucket, options.prefix, options.argument = bucket, prefix, []
        script = f"s3://{bucket}/{self.marks['script_key']}"
        wanted = wanted_definition(values, options, "", script, data_root)
        self.properties = nest_definition(NEW_JOB | wanted)
        self.properties.pop("Role")
        self.tags = {"created-by": "pandas-to-glue"} | spec.tags
        self.trust = trust_policy(self.marks["account"])
        self.policy = job_policy(
            values,
            bucket,
            prefix,
            data_root,
            self.marks["region"],
            self.marks["account"],
            self.marks["partition"],
            kms_key,
        )
        self.trigger = trigger
        self.bucket = spec.bucket
        self.spec, self.script_name = spec, script_name

    def pieces(self, text: str) -> list[tuple[str, str]]:
        """A text as [("text", literal) | ("mark", name)]."""
        names = {mark: name for name, mark in self.marks.items()}
        found = re.split("([" + "".join(names) + "])", text)
        return [
            ("mark", names[piece]) if piece in names else ("text", piece)
            for piece in found
            if piece
        ]
