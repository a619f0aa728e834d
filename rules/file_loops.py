"""CSV, JSON and Parquet files that a loop reads into a list: one reader for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import libcst as cst

from rules.group_bodies import Put
from rules.registry import Call, rule
from transpiler.errors import NoRule, Restart
from transpiler.facts import Frame, Func, Module, Plain
from transpiler.infer.scope import Scope
from transpiler.infer.verbatim import same_values
from transpiler.loops import READERS, Listing, PerFile
from transpiler.source import read_names


@dataclass(frozen=True)
class Files(Plain):
    """The paths that one reader takes: ``text`` lists them. ``path``: a lambda that makes a path of
    a name, ``added``: columns with the text of a lambda each, ``numbered``: rows are numbered anew,
    ``at_hand``: those of them that are there to be looked at, ``full``: those without rows count not.
    """

    path: str = ""
    added: tuple[tuple[str, str], ...] = ()
    numbered: bool = True
    at_hand: tuple[str, ...] = ()
    full: bool = False


class FileWalk:
    """The steps of a loop over files."""

    def __init__(self, c: Call, loop: PerFile) -> None:
        self.c, self.loop, self.interpreter = c, loop, c.interpreter  # type: ignore[attr-defined]
        self.scope: Scope = loop.scope
        self.known: dict[str, Any] = {}
        self.frame = ""  # what the body calls the file's rows
        self.read: cst.Call | None = None
        self.reader = ""
        self.added: list[tuple[str, str]] = []
        self.columns: list | None = None
        self.tests: list[str] = []  # of a file's name: whether it is left out
        self.full = False  # files without rows are left out
        for function, names in loop.around:
            now = {n: r.value for n in names if (r := function.scope.lookup(n)) is not None}
            if not same_values(names, now):
                raise Restart(loop.place)
        self.walk(list(loop.body), loop.item)

    def walk(self, body: list, item: Any) -> None:
        for node in body:
            self.statement(node)
        inner = self.opened(item)
        if inner is not None:
            return self.walk(*inner)
        self.rows(item)

    def opened(self, item: Any) -> tuple[list, Any] | None:
        """The body of ``load(file)`` of a function of the program, in place of the call."""
        call = item if isinstance(item, cst.Call) and isinstance(item.func, cst.Name) else None
        ref = self.scope.lookup(call.func.value) if call is not None else None  # type: ignore[union-attr]
        function = ref.value if ref is not None else None
        if not isinstance(function, Func) or not isinstance(function.node, cst.FunctionDef):
            return None
        params, node = function.node.params, function.node
        names = [p.name.value for p in params.params]
        if len(names) != 1 or len(call.args) != 1 or call.args[0].star or params.star_kwarg or node.decorators:  # type: ignore[union-attr] # fmt: skip
            raise NoRule("a function of a file that is not followed")
        body = list(node.body.body)
        last = body.pop().body[0] if isinstance(body[-1], cst.SimpleStatementLine) else None  # type: ignore[union-attr]
        if not isinstance(last, cst.Return) or last.value is None:
            raise NoRule("a function of a file that is not followed")
        file = self.put(call.args[0].value)  # type: ignore[union-attr]
        self.known, self.scope, self.frame = {names[0]: file}, function.scope, ""
        return body, last.value

    # -- statements

    def statement(self, node: Any) -> None:
        if isinstance(node, cst.If):
            return self.left_out(node)
        line = node.body[0] if isinstance(node, cst.SimpleStatementLine) and len(node.body) == 1 else None  # fmt: skip
        if isinstance(line, cst.Expr) and isinstance(line.value, cst.SimpleString):
            return
        if not isinstance(line, cst.Assign) or len(line.targets) != 1:
            raise NoRule("a statement in a loop over files that is not followed")
        target = line.targets[0].target
        if isinstance(target, cst.Subscript) and isinstance(target.value, cst.Name) and target.value.value == self.frame:  # fmt: skip
            index = target.slice[0].slice
            key = index.value if isinstance(index, cst.Index) and len(target.slice) == 1 else None
            if not isinstance(key, cst.SimpleString):
                raise NoRule("a column of a file that is not known here")
            return self.add(key.evaluated_value, line.value)
        if not isinstance(target, cst.Name):
            raise NoRule("a statement in a loop over files that is not followed")
        if self.is_rows(line.value):
            self.rows(line.value)
            self.frame = target.value
        else:
            self.known[target.value] = self.put(line.value)

    def left_out(self, node: cst.If) -> None:
        """``if test: continue``: of the name of a file, or whether it has no rows."""
        last = node.body.body[-1] if isinstance(node.body, cst.IndentedBlock) else None
        code = self.interpreter.program.code
        skips = len(getattr(node.body, "body", ())) == 1 and code(last).strip() == "continue"
        if node.orelse is not None or not skips:
            raise NoRule("a statement in a loop over files that is not followed")
        if not self.frame:
            self.tests.append(code(self.put(node.test)))
            return
        empty = {f"{self.frame}.empty", f"len({self.frame}) == 0", f"not (not {self.frame}.empty)"}
        if code(node.test) not in empty or self.added:
            raise NoRule("a test of a file's rows")
        self.full = True

    def put(self, node: Any) -> Any:
        if self.frame and self.frame in read_names(node):
            raise NoRule("a value of a file's rows")
        return node.visit(Put(self.known))

    def is_rows(self, node: Any) -> bool:
        """Whether it is the file as it is read, or a step of that."""
        while isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
            if node.func.attr.value in READERS:
                return True
            node = node.func.value
        return isinstance(node, cst.Name) and node.value == self.frame

    def rows(self, node: Any) -> None:
        """``pd.read_csv(file, …).assign(…)``, or of JSON."""
        if isinstance(node, cst.Name) and node.value == self.frame:
            return
        if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute):
            raise NoRule("what a loop makes of a file is not followed")
        method = node.func.attr.value
        if method in READERS and self.read is None:
            function = self.interpreter.eval(node.func, self.scope)
            if isinstance(function, Module) and function.name == f"pandas.{method}":
                self.read, self.reader = node, function.name
                return
        if method in ("assign", "copy") and not any(a.star or a.keyword is None for a in node.args):
            self.rows(node.func.value)
            for arg in node.args:
                self.add(arg.keyword.value, arg.value)
            return
        raise NoRule("what a loop makes of a file is not followed")

    def add(self, label: str, value: Any) -> None:
        """A column with one value for each file."""
        if self.read is None or any(label == x for x, _ in self.added):
            raise NoRule("a column that is set twice")
        self.added.append((label, self.of_file(value)))

    def of_file(self, node: Any) -> str:
        """An expression over the name of a file as a lambda of the job."""
        node = self.put(node)
        name = self.loop.group
        return self.interpreter.verbatim_expression(
            cst.parse_expression(f"lambda {name}: {self.interpreter.program.code(node)}"),
            self.scope,
        )

    # -- the result

    def together(self, numbered: bool) -> Frame:
        """The rows of all files."""
        self.c.need(self.read is not None and self.read.args, "a loop that reads no file")
        assert self.read is not None
        first, *rest = self.read.args
        self.c.need(not first.star and first.keyword is None, "a path of this form")
        self.c.need(not any(self.loop.group in read_names(a.value) for a in rest), "options that depend on the file")  # fmt: skip
        place = self.put(first.value)
        plain = isinstance(place, cst.Name) and place.value == self.loop.group
        files = self.c.ctx.hoist(self.loop.grouped, "files")
        name = self.loop.group
        if self.tests:
            test = " or ".join(f"({t})" for t in self.tests)
            skip = self.interpreter.verbatim_expression(
                cst.parse_expression(f"lambda {name}: {test}"), self.scope
            )
            kept = f"[{name} for {name} in {files.text} if not ({skip.partition(': ')[2]})]"
            files = self.c.ctx.hoist(Listing(kept, files.vars), "chosen_files")
        path = "" if plain else self.of_file(first.value)
        at_hand = self.c.ctx.schemas.matching(files.pattern) if plain and files.pattern else ()
        if self.full:  # what has no rows says nothing of the types
            look = self.c.ctx.schemas.look
            at_hand = tuple(p for p in at_hand if (found := look(self.reader.rpartition(".")[2], p, {})) is not None and found.frame is not None and len(found.frame))  # fmt: skip
        given = Files(files.text, files.vars, path, tuple(self.added), numbered, at_hand, self.full)
        call = self.read.with_changes(args=rest)
        args, kwargs = self.interpreter.arguments(call, self.scope)
        return self.interpreter.by_rule(self.reader, None, [given, *args], kwargs, self.c.node)  # type: ignore[attr-defined]


@rule(
    "pandas.concat(objs, *, axis=0, join='outer', ignore_index=False, keys=None, levels=None, names=None, "
    "verify_integrity=False, sort=False, copy=None)",
    not_yet="join keys levels names verify_integrity sort",
    ignored="copy",
    example=(
        "import glob\nout = pd.concat([pd.read_csv(f) for f in sorted(glob.glob('[eno]*.csv'))], ignore_index=True)",
        "import glob\nimport os\nparts = []\nfor path in sorted(glob.glob('[no]*.csv')):\n    part = pd.read_csv(path, usecols=['k', 'f'])\n    name = os.path.basename(path)\n    part['file'] = name[:-4]\n    parts.append(part)\nout = pd.concat(parts)",
        "import pathlib\n\ndef load(path):\n    rows = pd.read_csv(path, dtype={'i': 'float64'})\n    rows['source'] = path.stem\n    return rows\nout = pd.concat([load(p) for p in sorted(pathlib.Path('.').glob('[en]*.csv'))], ignore_index=True)",
        "import glob\nout = pd.DataFrame()\nfor f in sorted(glob.glob('[no]*.csv')):\n    part = pd.read_csv(f, usecols=['k', 'f'])\n    part['file'] = f\n    out = pd.concat([out, part], ignore_index=True)",
        "import glob\nout = pd.concat([pd.read_json(f) for f in sorted(glob.glob('n*.json'))])",
        "import glob\nout = pd.concat([pd.read_parquet(f, columns=['k', 'i']) for f in sorted(glob.glob('n*.parquet'))])",
        "import glob\nparts = []\nfor f in glob.glob('n*.jsonl'):\n    parts.append(pd.read_json(f, lines=True).assign(file=f))\nout = pd.concat(parts, ignore_index=True)",
        "import glob\nout = pd.concat(map(pd.read_csv, sorted(glob.glob('[no]*.csv'))), ignore_index=True)",
        "import os\nparts = []\nfor name in sorted(os.listdir('.')):\n    if not name.endswith('.csv') or name.startswith('o'):\n        continue\n    part = pd.read_csv(os.path.join('.', name))\n    if part.empty:\n        continue\n    parts.append(part)\nout = pd.concat(parts, ignore_index=True)",
        "import os\nnames = [n for n in os.listdir('.') if n.endswith('y.csv')]\nout = pd.concat((pd.read_csv(os.path.join('.', n)).assign(n=n, size=len(n)) for n in sorted(names)), ignore_index=True)",
    ),
)
def concat_files(c: Call) -> Frame:
    """The files that a loop has read, one under the other."""
    loop = c["objs"]
    c.need(isinstance(loop, PerFile), "what is put together is not a list that is known here")
    c.need(c.lit("axis") in (0, "index"), "files next to each other")
    return FileWalk(c, loop).together(bool(c.lit("ignore_index")))
