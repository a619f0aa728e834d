"""Pipelines for the tests: every tabular component with its options, and whole flows.

A case is a component between inputs and a CSV output; `Case.text` is the pipeline file that the
editor would have saved. Flows are the `.ampln` files beside this module, made by `python -m
tests.pipelines.catalogue` from FLOWS, so that they can be opened in the editor too.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
DATA = HERE / "data"
OUT = "out/result.csv"
TWO_INPUTS = ("join", "CompareDataframes")

# What Amphi's editor knows of the columns of our inputs (it asks a kernel for them).
INTEGERS = {"order_id", "customer_id", "qty", "age", "units", "id", "event_id", "stock", "amount"}
FLOATS = {"price", "revenue", "score"}


def col(name: str, kind: str | None = None) -> dict:
    """A column as Amphi's forms save it."""
    guess = "Int64" if name in INTEGERS else "Float64" if name in FLOATS else "string"
    return {"value": name, "key": name, "type": kind or guess, "named": True}


def cols(*names: str) -> list[dict]:
    return [col(name) for name in names]


def pairs(**new_names: str) -> list[dict]:
    """Rows of a key/value form: column → text."""
    return [{"key": col(old), "value": new} for old, new in new_names.items()]


def ops(*column_and_operation: tuple[str, str]) -> list[dict]:
    """Rows of Aggregate's form."""
    return [
        {"key": col(c), "value": {"value": op, "label": op, "key": op}}
        for c, op in column_and_operation
    ]


def order(*column_and_ascending: tuple[str, bool]) -> list[dict]:
    return [{"key": col(c), "value": str(up)} for c, up in column_and_ascending]


def keep(*names: str, of: tuple[str, ...] = ()) -> dict:
    """Select Columns' transfer list."""
    return {"sourceData": [col(n) for n in (of or names)], "targetKeys": list(names)}


def on(*sides: tuple[str, str] | str, op: str = "=") -> list[dict]:
    """Join conditions."""
    both = [(s, s) if isinstance(s, str) else s for s in sides]
    return [{"leftColumn": col(a), "operation": op, "rightColumn": col(b)} for a, b in both]


def node(node_id: str, kind: str, defaults: dict, data: dict, x: int, y: int) -> dict:
    merged = json.loads(json.dumps(defaults))
    for key, value in data.items():
        group, _, option = key.partition(".")
        if option:
            merged.setdefault(group, {})[option] = value
        else:
            merged[key] = value
    return {
        "id": node_id,
        "type": kind,
        "position": {"x": x, "y": y},
        "data": {**merged, "lastUpdated": 0, "lastExecuted": 0},
        "width": 180,
        "height": 80,
    }


def pipeline(steps: list[tuple], defaults: dict[str, dict]) -> str:
    """Steps `(name, component, data, [names of inputs])` → the text of an .ampln file."""
    depth: dict[str, int] = {}
    used: dict[int, int] = {}
    nodes, edges = [], []
    for name, kind, data, inputs in steps:
        depth[name] = 1 + max((depth[i] for i in inputs), default=-1)
        row = used[depth[name]] = used.get(depth[name], -1) + 1
        x, y = 60 + 260 * depth[name], 60 + 220 * row
        nodes.append(node(name, kind, defaults.get(kind, {}), data, x, y))
        for number, source in enumerate(inputs, 1):
            edges.append(
                {
                    "id": f"{source}-{name}-{number}",
                    "source": source,
                    "target": name,
                    "sourceHandle": "out",
                    "targetHandle": f"in{number}" if kind in TWO_INPUTS else "in",
                    "type": "custom-edge",
                }
            )
    flow = {"nodes": nodes, "edges": edges, "viewport": {"x": 0, "y": 0, "zoom": 1}}
    document = {
        "doc_type": "Amphi Pipeline",
        "version": "1",
        "json_schema": "",
        "id": "pandas-to-glue-test",
        "pipelines": [{"id": "p", "flow": flow}],
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


INPUTS = {
    "orders": ("csvFileInput", {"filePath": "data/orders.csv"}),
    "customers": ("csvFileInput", {"filePath": "data/customers.csv"}),
    "returns": ("csvFileInput", {"filePath": "data/returns.csv"}),
    "sales": ("csvFileInput", {"filePath": "data/sales.csv"}),
    "levels": ("csvFileInput", {"filePath": "data/levels.csv"}),
    "people": ("csvFileInput", {"filePath": "data/people.csv"}),
    "parts": ("csvFileInput", {"filePath": "data/parts.csv"}),
    "events": ("parquetFileInput", {"filePath": "data/events.parquet"}),
    "products": ("jsonFileInput", {"filePath": "data/products.json"}),
    "nested": ("jsonFileInput", {"filePath": "data/nested.json"}),
    "lines": ("csvFileInput", {"filePath": "data/lines.csv"}),
    "files": ("csvFileInput", {"filePath": "data/files.csv"}),
}


@dataclass(frozen=True)
class Case:
    """A component under test: `option` says which of its options, in words of its form.

    `pandas` is "runs"; "service", "machine" or "files" for what is only translated here, because it
    calls a service, tells of the machine or looks at what was written before; else a pattern of the message with which pandas itself
    refuses what Amphi made. `needs` is a module, or a locale after "locale:".
    """

    component: str
    option: str
    data: dict
    inputs: tuple[str, ...] = ("orders",)
    pandas: str = "runs"
    output: str = OUT
    needs: str = ""
    steps_after: tuple = field(default=())

    @property
    def name(self) -> str:
        return f"{self.component}-{self.option}".replace(" ", "_")

    def steps(self) -> list[tuple]:
        if self.component.endswith("Output") or self.component == "console":
            return self._inputs() + [("tested", self.component, self.data, list(self.inputs))]
        if not self.inputs:
            made = [("tested", self.component, self.data, [])]
        else:
            made = self._inputs() + [("tested", self.component, self.data, list(self.inputs))]
        made += list(self.steps_after)
        last = made[-1][0]
        out = ("written", "csvFileOutput", {"filePath": OUT, "createFoldersIfNotExist": True})
        return made + [(*out, [last])]

    def _inputs(self) -> list[tuple]:
        return [(name, *INPUTS[name], []) for name in self.inputs]

    def text(self, defaults: dict[str, dict]) -> str:
        return pipeline(self.steps(), defaults)


def outputs_of(case: Case) -> list[str]:
    """Where the case writes, under the folder it runs in."""
    if case.component == "console":
        return []
    if case.output.startswith("s3://"):
        return ["s3/" + case.output.removeprefix("s3://")]
    return [case.output]


def flow_files() -> list[Path]:
    return sorted(HERE.glob("*.ampln"))


def main() -> None:
    """Write the flows' files, with the defaults of the installed Amphi."""
    from amphi_plugin import components
    from tests.pipelines.flows import FLOWS

    defaults = {c["id"]: c["default"] or {} for c in components()}
    for name, steps in FLOWS.items():
        (HERE / f"{name}.ampln").write_text(pipeline(steps, defaults), encoding="utf-8")


if __name__ == "__main__":
    main()
