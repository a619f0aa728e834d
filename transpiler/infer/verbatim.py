"""Code kept as the user wrote it: names, frames and files made to mean the same inside a job."""

from __future__ import annotations

import keyword
import re
from typing import Any

import libcst as cst

from transpiler.errors import NoRule, Refused, TranspileError
from transpiler.facts import (
    Col,
    Column,
    Const,
    Frame,
    Func,
    Index,
    Local,
    Mapping,
    Module,
    Order,
    Plain,
    Rows,
    Sequence,
    Value,
)
from transpiler.infer.context import Output, read_options
from transpiler.infer.driver import _BYTE_WRITERS, _NO_WRITERS, _READERS, _WRITERS
from transpiler.infer.expressions import has_data, has_local, is_changeable
from transpiler.infer.scope import Ref, Scope
from transpiler.source import bound_names, read_names, root_name

_CHANGING = {"insert", "pop", "update", "append", "extend", "add", "remove", "clear", "setdefault", "sort",
             "reverse", "discard", "popitem"}  # fmt: skip
_FILE_WORDS = {"os.remove", "os.rename", "shutil.copy", "shutil.move", "os.makedirs", "os.mkdir"}


class Verbatim:
    """Mixed into the interpreter."""

    ctx: Any
    program: Any
    driver: Any
    kept_functions: dict[tuple, tuple]  # by node and scope: job name, what was around it, scope
    keeping: set[tuple]

    def statement_on_driver(self, node: Any, scope: Scope, problem: str) -> None:
        """Keep a whole statement or block: the frames it uses become pandas on the driver."""
        if leaves(node) and (len(self.active) > 1 or self.depth):  # type: ignore[attr-defined]
            raise NoRule(problem or "a block that leaves the function or loop around it")
        changed = changed_roots(node)
        for name in sorted(changed):
            ref = scope.lookup(name)
            if ref is not None and isinstance(ref.value, Col) and ref.value.column is not None:
                raise Refused(
                    f"this changes {name!r} in place, and with it the frame that it is a column of: assign to the frame's column"
                )
            if ref is not None and isinstance(ref.value, Frame) and ref.value.view:
                raise Refused(
                    f"this may write through {name!r} into the frame that it is a slice of: take a .copy() first"
                )
        reads, binds = read_names(node), bound_names(node)
        if changed & binds:  # such as the target of a loop: an item of what the loop goes over
            changed |= {
                n
                for n in reads
                if (r := scope.lookup(n)) is not None
                and (has_data(r.value) or is_changeable(r.value))
            }
        data = [n for n in sorted(reads | changed) if self.touches_data(n, scope)]
        if data or self.uses_pandas(node, scope):
            text = self.program.source_line(node)
            self.went_to_driver(text, type(node).__name__, problem, node)
        elif problem or not isinstance(node, cst.ClassDef):
            self.ctx.note("kept", "python", problem, self.program.source_line(node))
        local = bool(data) or self.uses_pandas(node, scope)
        names = self.job_names(node, scope, changed | binds)
        text = self.rewritten(node, names, scope)
        if isinstance(node, cst.ClassDef) and names.get(node.name.value, "") != node.name.value:
            # A class of a name that the job's head uses.
            new = names.get(node.name.value, node.name.value)
            text = re.sub(rf"\bclass {node.name.value}\b", f"class {new}", text, count=1)
        self.ctx.emit(text, reads=frozenset(names.values()), kind="kept")
        for name in sorted(binds):
            job = names.get(name, name)
            value: Value = Local(job, frozenset({job})) if local else Plain(job, frozenset({job}))
            scope.bind(name, Ref(value))

    def touches_data(self, name: str, scope: Scope) -> bool:
        ref = scope.lookup(name)
        if ref is None:
            return False
        if isinstance(ref.value, Func) and ref.value.name is not None:
            return self.reads_data(ref.value)  # type: ignore[attr-defined]
        return has_data(ref.value) or has_local(ref.value)

    def uses_pandas(self, node: Any, scope: Scope) -> bool:
        for name in read_names(node):
            ref = scope.lookup(name)
            if (
                ref is not None
                and isinstance(ref.value, Module)
                and ref.value.name.split(".")[0] == "pandas"
            ):
                return True
        return False

    def job_names(self, node: Any, scope: Scope, changed: set[str]) -> dict[str, str]:
        """What each name in kept code is called in the job; makes what is not there yet."""
        names: dict[str, str] = {}
        own = parameters_in(node)
        for name in sorted(read_names(node) | changed):
            ref = scope.lookup(name)
            if ref is None or (name in own and name not in changed):
                if name in changed:
                    names[name] = self.claim(name, scope)  # type: ignore[attr-defined]
                continue
            names[name] = self.job_name(name, ref, scope, name in changed)
        return names

    def job_name(self, name: str, ref: Ref, scope: Scope, changed: bool) -> str:
        value = ref.value
        if isinstance(value, Module):
            return value.text
        if isinstance(value, Func):
            return self.verbatim_expression(value, None)
        if isinstance(value, Const) and not changed and value.text is not None:
            return value.text
        if isinstance(value, (Local, Plain)) and value.text.isidentifier():
            return value.text
        text = self.driver.text(value)
        if (
            text.isidentifier()
            and not keyword.iskeyword(text)
            and not (changed and isinstance(value, Const))
        ):
            return text
        if changed or isinstance(value, (Const, Sequence, Mapping)):
            job = self.claim(name, scope)  # type: ignore[attr-defined]
        else:
            job = self.ctx.unique(f"{name}_local")
        self.ctx.emit(f"{job} = {text}", defines=job, reads=value.vars, kind="kept")
        if changed:
            data = has_data(value) or has_local(value)
            self.check_held(name, value)
            ref.value = Local(job, frozenset({job})) if data else Plain(job, frozenset({job}))
            self.became(value, ref.value)  # type: ignore[attr-defined]
        return job

    def check_held(self, name: str, value: Value) -> None:
        """A list or dict goes to the driver to be changed there; its frames must not have names too."""
        if not isinstance(value, (Sequence, Mapping)):
            return
        items = [v for _, v in value.items] if isinstance(value, Mapping) else value.items
        held = [id(r.value) for s in self.active for r in s.refs.values() if isinstance(r.value, Frame)]  # type: ignore[attr-defined]
        if any(id(i) in held for i in items):
            raise Refused(
                f"this may change frames of {name!r} that have names of their own: change them by these"
            )

    def opaque(self, node: cst.CSTNode, scope: Scope) -> Value:
        """An expression kept as it is written."""
        data = [n for n in read_names(node) if self.touches_data(n, scope)]
        if data or self.uses_pandas(node, scope):
            self.went_to_driver(self.program.source_line(node), type(node).__name__, "", node)  # type: ignore[attr-defined]
        names = self.job_names(node, scope, set())
        text = self.rewritten(node, names, scope)
        reads = frozenset(names.values())
        return Local(text, reads) if data or self.uses_pandas(node, scope) else Plain(text, reads)

    def verbatim_expression(self, node: Any, scope: Scope | None) -> str:
        """The job's text of a lambda, or the name of a function that is kept."""
        if isinstance(node, Func):
            defaults = {
                p.name.value: p.default
                for p in (*node.node.params.params, *node.node.params.kwonly_params)
            }
            for name, value in node.defaults:
                ref = node.scope.lookup(defaults[name].value)
                if ref is None or not same_values({name: value}, {name: ref.value}):
                    raise Refused(
                        f"the default of {name!r} has changed since the function was defined"
                    )
            if node.name is None:
                return self.verbatim_expression(node.node, node.scope)
            return self.keep_function(node)
        assert scope is not None
        names = self.job_names(node, scope, set())
        return self.rewritten(node, names, scope)

    def keep_function(self, function: Func) -> str:
        """Put a user function into the job, once; returns its name there."""
        key = (id(function.node), id(function.scope))
        body = function.node
        free = read_names(body) - parameters_in(body) - bound_names(body.body)
        refs = {n: ref for n in sorted(free) if (ref := function.scope.lookup(n)) is not None}
        around = {
            n: ref.value for n, ref in refs.items() if not isinstance(ref.value, (Func, Module))
        }
        job, before, _ = self.kept_functions.get(key, (None, around, None))
        if job is not None and key not in self.keeping and not same_values(before, around):
            job = None  # what it reads has changed since: another function
        # An attempt that was given up took its definition with it.
        if job is not None and (
            key in self.keeping or any(s.defines == job for s in self.ctx.statements)
        ):
            return job
        name = function.name or "function"
        job = job or (name if name not in self.ctx.names else self.ctx.unique(name))
        self.ctx.names.add(job)
        self.kept_functions[key] = (job, around, function.scope)
        self.keeping.add(key)
        try:
            text, reads = self.function_text(function, name, job)
        finally:
            self.keeping.discard(key)
        self.ctx.emit(text, defines=job, reads=reads, kind="kept")
        return job

    def function_text(self, function: Func, name: str, job: str) -> tuple[str, frozenset[str]]:
        """A user function as the job has it, under the name ``job``, and what it reads there."""
        body = function.node
        free = read_names(body) - parameters_in(body) - bound_names(body.body)
        names: dict[str, str] = {}
        for item in sorted(free - {name}):
            ref = function.scope.lookup(item)
            if ref is not None:
                names[item] = self.job_name(item, ref, function.scope, False)
        if job != name:
            names[name] = job
        text = self.rewritten(body, names, function.scope)
        if job != name:
            text = text.replace(f"def {name}(", f"def {job}(", 1)
        return text, frozenset(names.values())

    def rewritten(self, node: Any, names: dict[str, str], scope: Scope) -> str:
        changed = node.visit(_Rewriter(self, names, scope))
        return self.program.module.code_for_node(changed).strip("\n")

    def data_path(self, path: Value) -> str:
        """The job's text of a path in the program; a relative or local one is under DATA_ROOT."""
        if isinstance(path, Const):
            value = path.value
            if not isinstance(value, str):
                raise NoRule("the path is not a text")
            if "://" in value:
                return repr(value)
            clean = value.replace("\\", "/") if ":" in value[:3] else value
            while clean.startswith("./"):
                clean = clean[2:]
            clean = clean.lstrip("/")
            return (
                'f"{DATA_ROOT}/'
                + clean.replace("{", "{{").replace("}", "}}").replace('"', '\\"')
                + '"'
            )
        return f"{self.ctx.call('data_path')}(DATA_ROOT, {self.driver.text(path)})"

    def write_local(
        self, receiver: str, owner: Value, method: str, args: list, kwargs: dict, node: Any
    ) -> Value | None:
        """``frame.to_csv(path, …)`` of a pandas object: its exact text or bytes go to the dataset."""
        if method in _NO_WRITERS:
            raise Refused(
                f"{method} has no place to write to in a job: write CSV, Parquet, JSON or Excel"
            )
        writer = _WRITERS.get(method)
        named = next(
            (
                k
                for k in ("path_or_buf", "path_or_buffer", "excel_writer", "path", "buf", "fname")
                if k in kwargs
            ),
            None,
        )
        target = args[0] if args else kwargs.get(named) if named else None
        if target is None or isinstance(target, Const) and target.value is None:
            return None
        if method in _BYTE_WRITERS:
            kept = {k: v for k, v in kwargs.items() if k != named}
            rest = self.driver.call("", "", args[1:], kept)[1:-1]
            self.record_output(target, method, kept)
            inner = f"{receiver}.{method}(file{', ' + rest if rest else ''})"
            bytes_of = self.ctx.call("bytes_of")
            return Local(
                f"{self.ctx.call('write_bytes')}({self.data_path(target)}, {bytes_of}(lambda file: {inner}))",
                owner.vars,
            )
        if writer is None:
            return None
        self.record_output(target, method, kwargs)
        kept = {k: v for k, v in kwargs.items() if k != named}
        text = self.driver.call(receiver, method, [Const(None), *args[1:]], kept)
        return Local(f"{self.ctx.call(writer)}({self.data_path(target)}, {text})", owner.vars)

    def record_output(
        self, path: Value, method: str, written: dict[str, Value] | None = None
    ) -> None:
        text, fmt = path.value if isinstance(path, Const) else "?", method.removeprefix("to_")
        constants = {k: v.value for k, v in (written or {}).items() if isinstance(v, Const)}
        if fmt == "json" and "lines" not in constants:
            constants["lines"] = False
        self.ctx.outputs.append(
            Output(str(text), fmt, None, self.ctx.line or 1, None, read_options(fmt, constants))
        )

    def special_call(
        self, function: Module, args: list, kwargs: dict, node: Any, problem: str
    ) -> Value | None:
        """Library calls that touch files, and displays."""
        name = function.name
        if name.split(".")[0] in ("duckdb", "pandasql"):
            return self.sql_over_frames(function, args, kwargs, node)
        if name.startswith("pandas.read_") and name.split(".")[1] in _READERS and (args or kwargs):
            return self.read_local(function, args, kwargs, node, problem)
        if name in _FILE_WORDS and all(isinstance(a, (Const, Plain)) for a in args):
            if name in ("os.makedirs", "os.mkdir"):
                self.ctx.note(
                    "kept", name, "S3 has no folders to make", self.program.source_line(node)
                )
                return Const(None)
            raise Refused(
                f"{name} changes local files, which a job does not keep: write through pandas instead"
            )
        if name in ("builtins.exec", "builtins.eval", "builtins.compile", "builtins.__import__"):
            raise Refused(
                f"{name.split('.')[1]}() runs code that cannot be seen here: write it out"
            )
        if name == "builtins.open":
            mode = args[1].value if len(args) > 1 and isinstance(args[1], Const) else "r"
            if isinstance(mode, str) and set(mode) & set("wax+"):
                raise Refused(
                    "open(…, 'w') writes a local file, which a job does not keep: write through pandas instead"
                )
            path = self.data_path(args[0])
            rest = self.driver.call("", "", args[1:], kwargs)[1:-1]
            return Plain(
                f"open({self.ctx.call('read_local')}({path}){', ' + rest if rest else ''})",
                args[0].vars,
            )
        if name == "builtins.display":
            return self.plain_like(self.driver.call("", "print", args, {}), args)  # type: ignore[attr-defined]
        return None

    def sql_over_frames(
        self, function: Module, args: list, kwargs: dict, node: Any
    ) -> Value | None:
        """SQL that names frames by their variables: they have to be pandas frames of those names."""
        texts = [a.value for a in args if isinstance(a, Const) and isinstance(a.value, str)]
        words = {w for t in texts for w in re.findall(r"\w+", t)}
        scope = self.active[-1]  # type: ignore[attr-defined]
        named = [
            w
            for w in sorted(words)
            if (ref := scope.lookup(w)) is not None and isinstance(ref.value, (Frame, Local))
        ]
        for word in named:
            ref = scope.lookup(word)
            if self.job_name(word, ref, scope, True) != word:
                raise Refused(
                    f"the SQL names {word!r}, which is called otherwise in the job: rename the variable"
                )
        text = self.driver.call("", self.driver.text(function), args, kwargs)
        if named:
            self.went_to_driver(text, function.name, "SQL over pandas frames", node)  # type: ignore[attr-defined]
        return Local(text, frozenset(named))

    def read_local(
        self, function: Module, args: list, kwargs: dict, node: Any, problem: str
    ) -> Value:
        """A reader that has no Spark form: the file's bytes come to the driver, pandas reads them."""
        named = next(
            (
                k
                for k in ("filepath_or_buffer", "io", "path_or_buf", "path", "path_or_buffer")
                if k in kwargs
            ),
            None,
        )
        path = args[0] if args else kwargs[named] if named else None
        if path is None or isinstance(path, (Frame, Local)):
            raise NoRule(problem or "the path is not known here")
        self.driver.module(function)
        if isinstance(path, Plain) and "IO(" in path.text:
            source = path.text
        else:
            source = f"{self.ctx.call('read_local')}({self.data_path(path)})"
            if isinstance(path, Const):
                self.ctx.inputs.append({"path": path.value, "format": function.name.split("_")[-1]})
        rest = self.driver.call("", "", args[1:], {k: v for k, v in kwargs.items() if k != named})[
            1:-1
        ]
        text = f"{function.text}({source}{', ' + rest if rest else ''})"
        self.went_to_driver(text, function.name, problem or "the file is read on the driver", node)  # type: ignore[attr-defined]
        known = {k: v.value for k, v in kwargs.items() if isinstance(v, Const) and k != named}
        constants = len(known) == len([k for k in kwargs if k != named]) and len(args) <= 1
        schema = (
            self.ctx.schemas.look(function.name.split(".")[1], getattr(path, "value", None), known)
            if constants
            else None
        )
        return self.sent_back(text, path.vars, schema)

    def sent_back(self, text: str, reads: frozenset, schema: Any) -> Value:
        """A frame made on the driver, as a Spark frame when its columns and dtypes are known: what
        follows then runs on the cluster."""
        ctx = self.ctx
        labels = [label for label, _, _ in schema.columns] if schema is not None else []
        fit = (
            labels
            and all(isinstance(x, str) and x for x in labels)
            and len(set(labels)) == len(labels)
        )
        if not fit or any(d is None or d == "category" for _, d, _ in schema.columns):
            return Local(text, reads)
        step = ctx.step()
        columns = tuple(Column(x, x, d) for x, d, _ in schema.columns)
        hidden: tuple[str, ...] = ()
        option = ""
        if ctx.wants(step, "order") or ctx.wants(step, "number"):
            hidden = (ctx.position_name(step),)
            option = f', position="{hidden[0]}"'
        text = f"{ctx.call('from_pandas')}(spark, {text}{option})"
        return Frame(
            text,
            columns,
            index=Index("range", step),
            order=Order((), step),
            rows=Rows(),
            hidden=hidden,
            vars=reads,
        )


class _Rewriter(cst.CSTTransformer):
    """Renames what is called otherwise in the job, and sends files through DATA_ROOT."""

    def __init__(self, owner: Any, names: dict[str, str], scope: Scope) -> None:
        self.owner, self.names, self.scope = owner, names, scope

    def visit_Attribute_attr(self, node: cst.Attribute) -> None:
        self._skip = node.attr

    def leave_Name(self, original: cst.Name, updated: cst.Name) -> cst.BaseExpression:
        new = self.names.get(original.value)
        return updated if new is None or new == original.value else cst.parse_expression(new)

    def leave_Attribute(
        self, original: cst.Attribute, updated: cst.Attribute
    ) -> cst.BaseExpression:
        return updated.with_changes(attr=original.attr)

    def leave_Arg(self, original: cst.Arg, updated: cst.Arg) -> Any:
        if original.keyword is not None and original.keyword.value == "storage_options":
            return cst.RemoveFromParent()  # S3 is read and written with the job's own role
        return updated.with_changes(keyword=original.keyword)

    def leave_Param(self, original: cst.Param, updated: cst.Param) -> cst.Param:
        return updated.with_changes(name=original.name)

    def leave_FunctionDef(
        self, original: cst.FunctionDef, updated: cst.FunctionDef
    ) -> cst.FunctionDef:
        return updated.with_changes(name=original.name)

    def leave_ClassDef(self, original: cst.ClassDef, updated: cst.ClassDef) -> cst.ClassDef:
        return updated.with_changes(name=original.name)

    def leave_Call(self, original: cst.Call, updated: cst.Call) -> cst.BaseExpression:
        if not isinstance(original.func, cst.Attribute):
            if isinstance(original.func, cst.Name) and original.func.value in (
                "exec",
                "eval",
                "open",
            ):
                if original.func.value == "open":
                    raise Refused(
                        "open() in code that is kept as it is: read and write through pandas instead"
                    )
                raise Refused(
                    f"{original.func.value}() runs code that cannot be seen here: write it out"
                )
            return updated
        method = original.func.attr.value
        root = self.scope.lookup(root_name(original.func) or "")
        if (
            method in _READERS
            and root is not None
            and isinstance(root.value, Module)
            and original.args
        ):
            return self.reading(original, updated)
        if (
            method in _WRITERS
            and original.args
            and not isinstance(
                original.args[0].value,
                cst.Name
                | cst.SimpleString
                | cst.FormattedString
                | cst.BinaryOperation
                | cst.Attribute
                | cst.Call,
            )
        ):
            return updated
        if method in _WRITERS and original.args and original.args[0].keyword is None:
            return self.writing(method, updated)
        if method in (*_BYTE_WRITERS, *_NO_WRITERS, "savefig"):
            raise Refused(f"{method}() in code that is kept as it is has no place to write to")
        return updated

    def reading(self, original: cst.Call, updated: cst.Call) -> cst.BaseExpression:
        first = updated.args[0]
        source = self.owner.program.module.code_for_node(first.value)
        if "StringIO" in source or "BytesIO" in source:
            return updated
        self.owner.ctx.call("read_local"), self.owner.ctx.call("data_path")
        value = original.args[0].value
        if isinstance(value, cst.SimpleString):
            self.owner.ctx.inputs.append(
                {"path": value.evaluated_value, "format": original.func.attr.value.split("_")[-1]}
            )
        wrapped = cst.parse_expression(f"read_local(data_path(DATA_ROOT, {source}))")
        return updated.with_changes(args=[first.with_changes(value=wrapped), *updated.args[1:]])

    def writing(self, method: str, updated: cst.Call) -> cst.BaseExpression:
        writer = _WRITERS[method]
        code = self.owner.program.module.code_for_node
        self.owner.ctx.call(writer), self.owner.ctx.call("data_path")
        path = code(updated.args[0].value)
        first = updated.args[0].with_changes(value=cst.Name("None"))
        inner = updated.with_changes(args=[first, *updated.args[1:]])
        try:
            text = cst.ensure_type(updated.args[0].value, cst.SimpleString).evaluated_value
        except Exception:
            text = "?"
        self.owner.ctx.outputs.append(
            Output(str(text), method.removeprefix("to_"), None, self.owner.ctx.line or 1)
        )
        return cst.parse_expression(f"{writer}(data_path(DATA_ROOT, {path}), {code(inner)})")


def parameters_in(node: Any) -> set[str]:
    """Names bound as parameters or comprehension targets anywhere in a node."""
    from transpiler.source import target_names

    names: set[str] = set()

    class Visitor(cst.CSTVisitor):
        def visit_Param(self, inner: cst.Param) -> None:
            names.add(inner.name.value)

        def visit_CompFor(self, inner: cst.CompFor) -> None:
            names.update(target_names(inner.target))

    node.visit(Visitor())
    return names


def leaves(node: cst.CSTNode) -> bool:
    """Whether a return, or a break or continue of a loop around it, is in a node."""
    found: list[bool] = []

    class Visitor(cst.CSTVisitor):
        depth = 0

        def visit_FunctionDef(self, inner: cst.FunctionDef) -> bool:
            return False

        def visit_ClassDef(self, inner: cst.ClassDef) -> bool:
            return False

        def visit_For(self, inner: cst.For) -> None:
            self.depth += 1

        def leave_For(self, inner: cst.For) -> None:
            self.depth -= 1

        visit_While, leave_While = visit_For, leave_For

        def visit_Return(self, inner: cst.Return) -> None:
            found.append(True)

        def visit_Break(self, inner: cst.Break) -> None:
            found.extend([True] * (self.depth == 0))

        visit_Continue = visit_Break

    node.visit(Visitor())
    return bool(found)


def same_values(before: dict[str, Value], now: dict[str, Value]) -> bool:
    """Whether names still have the values that they had."""
    return before.keys() == now.keys() and all(
        before[n] is v
        or (
            isinstance(v, Const)
            and isinstance(before[n], Const)
            and repr(v.value) == repr(before[n].value)
        )
        for n, v in now.items()
    )


def changed_roots(node: Any) -> set[str]:
    """Names whose objects a node may change in place."""
    names: set[str] = set()

    def add(target: Any) -> None:
        if isinstance(target, (cst.Subscript, cst.Attribute)):
            root = root_name(target)
            if root is not None:
                names.add(root)

    class Visitor(cst.CSTVisitor):
        def visit_AssignTarget(self, inner: cst.AssignTarget) -> None:
            add(inner.target)

        def visit_AugAssign(self, inner: cst.AugAssign) -> None:
            add(inner.target)
            if isinstance(inner.target, cst.Name):
                names.add(inner.target.value)

        def visit_Del(self, inner: cst.Del) -> None:
            add(inner.target)

        def visit_Call(self, inner: cst.Call) -> None:
            if not isinstance(inner.func, cst.Attribute):
                return
            inplace = any(
                a.keyword is not None and a.keyword.value == "inplace" for a in inner.args
            )
            if inplace or inner.func.attr.value in _CHANGING:
                root = root_name(inner.func)
                if root is not None:
                    names.add(root)

    node.visit(Visitor())
    return names


__all__ = ["TranspileError", "Verbatim", "changed_roots"]
