"""The report: what became of each step, and why."""

from __future__ import annotations

import html
import json
from collections import Counter
from dataclasses import asdict

from transpiler.infer.context import Entry

VERDICTS = ("native", "runtime", "udf", "driver", "kept", "refused")


class Report:
    """``entries`` in source order; ``counts`` by verdict."""

    def __init__(self, entries: list[Entry], source: str) -> None:
        seen = set()
        self.entries: list[Entry] = []
        for entry in sorted(entries, key=lambda e: (e.line, e.column)):
            key = (entry.line, entry.column, entry.source, entry.rule, entry.verdict, entry.message)
            if key not in seen:
                seen.add(key)
                self.entries.append(entry)
        self.source = source

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(e.verdict for e in self.entries)
        return {v: found.get(v, 0) for v in VERDICTS}

    def to_json(self) -> str:
        return json.dumps(
            {"counts": self.counts, "entries": [asdict(e) for e in self.entries]}, indent=2
        )

    def to_html(self) -> str:
        """A page of its own: counts, then a row per step."""
        rows = "\n".join(
            f'<tr class="{e.verdict}"><td>{e.line}</td><td><code>{html.escape(e.source)}</code></td>'
            f"<td>{e.verdict}</td><td>{html.escape(e.rule)}</td><td>{html.escape(e.message)}</td></tr>"
            for e in self.entries
        )
        counts = " · ".join(f"{n} {v}" for v, n in self.counts.items() if n)
        return (
            '<!doctype html><meta charset="utf-8"><title>pandas-to-glue</title><style>'
            "body{font:14px/1.5 system-ui;margin:2rem}table{border-collapse:collapse}"
            "td,th{padding:.25rem .75rem;border-bottom:1px solid #ddd;text-align:left}"
            ".driver td:nth-child(3){color:#b35900}.refused td:nth-child(3){color:#b00020}"
            ".native td:nth-child(3){color:#1b7f3b}</style>"
            f"<h1>What became of each step</h1><p>{counts}</p><table><tr><th>Line<th>Step<th>Verdict"
            f"<th>Rule<th>Why</tr>{rows}</table>"
        )
