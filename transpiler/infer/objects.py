"""Classes of the program: their objects are known while it is walked, like its other names.

A class that is not followed (an unknown base, ``__getattr__`` …), or an object of it that only the
job could have (printed, put into a set …), stays a class of the job: ``KeepClass`` starts the walk
again with that decided, and what the class does runs as it is written.
"""

from __future__ import annotations

from typing import Any

import libcst as cst

from transpiler.errors import NoRule, Restart, attempt
from transpiler.facts import (
    Class,
    Const,
    Func,
    Instance,
    Mapping,
    Method,
    Module,
    Sequence,
    Super,
    Value,
)
from transpiler.infer.command_line import PARSER
from transpiler.infer.scope import Ref, Scope

_PLAIN_BASES = {"builtins.object", "abc.ABC", "typing.Protocol", "typing.Generic", "abc.ABCMeta"}
_TUPLE_BASES = {"typing.NamedTuple"}
_ENUM_BASES = {"enum.Enum"}
#: special methods that run where they are called for; a class with others is not followed
_FOLLOWED = {"__init__", "__post_init__", "__call__", "__enter__", "__exit__", "__repr__", "__str__",
             "__len__", "__iter__", "__contains__", "__getitem__", "__or__", "__rshift__"}  # fmt: skip
_NOTHING = (cst.Pass, cst.Expr)


def keep(cls: Class) -> Restart:
    """The signal that a class has to stay a class of the job."""
    return Restart(("class", cls.line))


class Objects:
    """Mixed into the interpreter."""

    ctx: Any
    program: Any
    driver: Any
    active: list[Scope]
    objects: list[Scope]  # the fields of every object, the members of every class

    def scopes(self) -> list[Scope]:
        """Every place where a value may be held."""
        return [*self.active, *self.objects]

    # -- definitions

    def class_def(self, node: cst.ClassDef, scope: Scope) -> None:
        line = self.program.position(node)[0]
        if ("class", line) not in self.ctx.learned.kept:
            followed = attempt(self.followed_class, node, scope, line)
            if followed is not None:
                scope.bind(node.name.value, Ref(followed))
                return
        self.statement_on_driver(node, scope, "")  # type: ignore[attr-defined]

    def followed_class(self, node: cst.ClassDef, scope: Scope, line: int) -> Class:
        bases, family = self.class_bases(node, scope)
        options = self.class_decorators(node, scope)
        if options is not None:
            family = "dataclass"
        members = Scope(parent=scope, name=node.name.value)
        kinds: dict[str, str] = {}
        fields: list[tuple[str, Any]] = []
        for base in bases:
            fields += [f for f in base.fields if f not in fields]
            family = family or base.family
        cls = Class(
            node.name.value,
            line,
            scope,
            members,
            kinds,
            tuple(bases),
            fields,
            family,
            options or {},
        )
        self.objects.append(members)
        if isinstance(node.body, cst.SimpleStatementSuite):
            if not all(isinstance(s, _NOTHING) for s in node.body.body):
                raise NoRule("a class written in one line")
            return cls
        for statement in node.body.body:
            self.class_statement(cls, statement, scope)
        return cls

    def class_bases(self, node: cst.ClassDef, scope: Scope) -> tuple[list[Class], str]:
        bases, family = [], ""
        for arg in (*node.bases, *node.keywords):
            base = self.eval(arg.value, scope)  # type: ignore[attr-defined]
            if isinstance(base, Class):
                bases.append(base)
            elif isinstance(base, Module) and base.name in _TUPLE_BASES:
                family = "tuple"
            elif isinstance(base, Module) and base.name in _ENUM_BASES:
                family = "enum"
            elif not (isinstance(base, Module) and base.name in _PLAIN_BASES):
                raise NoRule("a base class that is not followed")
        if len(bases) > 1 or bases and family:
            raise NoRule("more than one base class")
        return bases, family

    def class_decorators(self, node: cst.ClassDef, scope: Scope) -> dict | None:
        """The options of ``@dataclass``; None where there is no decorator."""
        if not node.decorators:
            return None
        decorator, *more = (d.decorator for d in node.decorators)
        call = decorator if isinstance(decorator, cst.Call) else None
        named = self.eval(call.func if call else decorator, scope)  # type: ignore[attr-defined]
        if more or not isinstance(named, Module) or named.name != "dataclasses.dataclass":
            raise NoRule("a decorated class")
        options = {}
        for arg in call.args if call else ():
            value = self.eval(arg.value, scope)  # type: ignore[attr-defined]
            if arg.keyword is None or not isinstance(value, Const):
                raise NoRule("options of a dataclass that are not known")
            options[arg.keyword.value] = value.value
        if options.get("init") is False or options.get("kw_only"):
            raise NoRule("options of a dataclass that are not followed")
        return options

    def class_statement(self, cls: Class, statement: Any, scope: Scope) -> None:
        if isinstance(statement, cst.FunctionDef):
            self.class_method(cls, statement, scope)
            return
        if not isinstance(statement, cst.SimpleStatementLine):
            raise NoRule("a statement in a class that is not followed")
        for line in statement.body:
            if isinstance(line, cst.AnnAssign) and isinstance(line.target, cst.Name):
                name = line.target.value
                if cls.family in ("dataclass", "tuple"):
                    self.class_field(cls, name, line)
                elif line.value is not None:
                    self.store(line.target, self.eval(line.value, cls.members), cls.members, line)  # type: ignore[attr-defined]
            elif isinstance(line, cst.Assign) and len(line.targets) == 1:
                target = line.targets[0].target
                value = self.eval(line.value, cls.members)  # type: ignore[attr-defined]
                if cls.family == "enum":
                    self.enum_member(cls, target, value)
                else:
                    self.store(target, value, cls.members, line)  # type: ignore[attr-defined]
            elif not isinstance(line, _NOTHING):
                raise NoRule("a statement in a class that is not followed")

    def class_field(self, cls: Class, name: str, line: cst.AnnAssign) -> None:
        if "ClassVar" in self.program.code(line.annotation.annotation):
            if line.value is not None:
                self.store(line.target, self.eval(line.value, cls.members), cls.members, line)  # type: ignore[attr-defined]
            return
        cls.fields[:] = [f for f in cls.fields if f[0] != name] + [(name, line.value)]

    def enum_member(self, cls: Class, target: Any, value: Value) -> None:
        if not isinstance(target, cst.Name) or not isinstance(value, Const):
            raise NoRule("a member of an enumeration that is not known")
        made = self.new_object(cls)
        made.fields.refs.update(name=Ref(Const(target.value)), value=Ref(value))
        cls.members.refs[target.value] = Ref(made)

    def class_method(self, cls: Class, node: cst.FunctionDef, scope: Scope) -> None:
        name = node.name.value
        if name.startswith("__") and name.endswith("__") and name not in _FOLLOWED:
            raise NoRule(f"a class with {name}")
        if node.asynchronous is not None:
            raise NoRule("an asynchronous method")
        kind, rest = "", []
        for decorator in node.decorators:
            text = self.program.code(decorator.decorator)
            if text in ("property", "staticmethod", "classmethod"):
                kind = text
            elif text not in (
                "abstractmethod",
                "abc.abstractmethod",
                "override",
                "typing.override",
            ):
                rest.append(decorator)
        if any(f"{name}." in self.program.code(d.decorator) for d in rest):
            raise NoRule("a property that is set")
        function = self.decorated(node.with_changes(decorators=rest), cls.members)  # type: ignore[attr-defined]
        if isinstance(function, Func) and function.scope is cls.members:
            function = Func(function.node, scope, function.name, function.defaults)
        cls.kinds[name] = kind
        cls.members.refs[name] = Ref(function)

    # -- objects

    def new_object(self, cls: Class) -> Instance:
        made = Instance(cls, Scope(parent=Scope(), name=cls.name))
        self.objects.append(made.fields)
        return made

    def construct(self, cls: Class, args: list, kwargs: dict, node: Any) -> Value:
        """A call of a class."""
        if cls.family == "enum":
            return self.enum_value(cls, args, kwargs)
        made = self.new_object(cls)
        if cls.family in ("dataclass", "tuple"):
            self.fill_fields(made, args, kwargs)
            start = self.found(cls, "__post_init__")
            args, kwargs = [], {}
        else:
            start = self.found(cls, "__init__")
        if start is not None:
            home, function = start
            self.call_method_of(Method(function, made, home), args, kwargs, node)
        elif args or kwargs:
            raise keep(cls)
        return made

    def enum_value(self, cls: Class, args: list, kwargs: dict) -> Value:
        if len(args) == 1 and not kwargs and isinstance(args[0], Const):
            for member in self.enum_members(cls):
                if member.fields.refs["value"].value.value == args[0].value:
                    return member
        raise keep(cls)

    def enum_members(self, cls: Class) -> list[Instance]:
        values = [r.value for r in cls.members.refs.values()]
        return [v for v in values if isinstance(v, Instance) and v.cls is cls]

    def fill_fields(self, made: Instance, args: list, kwargs: dict) -> None:
        cls, given = made.cls, dict(kwargs)
        names = [f[0] for f in cls.fields]
        if len(args) > len(names) or set(given) - set(names):
            raise keep(cls)
        given.update(zip(names, args))
        for name, default in cls.fields:
            value = given.get(name)
            if value is None:
                value = self.field_default(cls, default)
            self.assign_name(name, value, made.fields)  # type: ignore[attr-defined]

    def field_default(self, cls: Class, default: Any) -> Value:
        if default is None:
            raise keep(cls)
        if isinstance(default, Value):
            return default
        if (
            isinstance(default, cst.Call)
            and self.program.code(default.func).split(".")[-1] == "field"
        ):
            options = {a.keyword.value: a.value for a in default.args if a.keyword is not None}
            if "default_factory" in options:
                empty = cst.Call(func=options["default_factory"])
                return self.eval(empty, cls.scope)  # type: ignore[attr-defined]
            if "default" in options:
                return self.eval(options["default"], cls.scope)  # type: ignore[attr-defined]
            raise keep(cls)
        return self.eval(default, cls.scope)  # type: ignore[attr-defined]

    # -- members

    def found(self, cls: Class, name: str) -> tuple[Class, Any] | None:
        """The class that has a member, and the member."""
        home: Class | None = cls
        while home is not None:
            if name in home.members.refs:
                return home, home.members.refs[name].value
            home = home.bases[0] if home.bases else None
        return None

    def member(self, owner: Any, name: str, node: Any = None) -> Value:
        """``owner.name`` of an object, a class or ``super()``."""
        receiver = owner.receiver if isinstance(owner, Super) else owner
        if isinstance(owner, Super):
            where = owner.cls.bases[0] if owner.cls.bases else None
        else:
            where = owner.cls if isinstance(owner, Instance) else owner
        at = self.found(where, name) if where is not None else None
        is_property = at is not None and at[0].kinds.get(name) == "property"
        if isinstance(owner, Instance) and not is_property:
            if name in owner.fields.refs:
                return owner.fields.refs[name].value
            if name == "__class__":
                return owner.cls
        if isinstance(owner, Class) and name == "__name__":
            return Const(owner.name)
        if at is None:
            if isinstance(owner, Super) and name == "__init__":
                return Module("builtins.object.__init__", "object.__init__")
            raise keep(where or owner.cls)
        home, value = at
        kind = home.kinds.get(name)
        if kind is None or not isinstance(value, Func) or kind == "staticmethod":
            return value
        if kind == "classmethod":
            cls = receiver.cls if isinstance(receiver, Instance) else receiver
            return Method(value, cls, home)
        if isinstance(receiver, Class):
            return value if kind != "property" else self.unknown(receiver)
        bound = Method(value, receiver, home)
        return self.call_method_of(bound, [], {}, node) if is_property else bound

    def unknown(self, cls: Class) -> Value:
        raise keep(cls)

    def call_method_of(self, method: Method, args: list, kwargs: dict, node: Any) -> Value:
        """A bound method, inlined; where it cannot be, its class stays a class of the job."""
        point, saved = self.ctx.save(), self.snapshot()  # type: ignore[attr-defined]
        try:
            return self.inline(  # type: ignore[attr-defined]
                method.function, [method.receiver, *args], kwargs, node, owner=method.owner
            )
        except NoRule:
            self.ctx.restore(point)
            self.rollback(saved)  # type: ignore[attr-defined]
            receiver = method.receiver
            raise keep(receiver.cls if isinstance(receiver, Instance) else method.owner) from None

    def call_object(self, function: Value, args: list, kwargs: dict, node: Any) -> Value | None:
        """A call of a class, an object or a bound method; None for anything else."""
        if isinstance(function, Class):
            return self.construct(function, args, kwargs, node)
        if isinstance(function, Method):
            return self.call_method_of(function, args, kwargs, node)
        if isinstance(function, Instance):
            return self.call_object(self.member(function, "__call__"), args, kwargs, node)
        return None

    def ask_object(self, function: Module, args: list, kwargs: dict, scope: Scope) -> Value | None:
        """Builtins and helpers that look at objects; None where they look at something else."""
        if function.name == "builtins.super" and not args:
            at, me = scope.lookup("__class__"), scope.lookup("__self__")
            return Super(at.value, me.value) if at is not None and me is not None else None
        if function.name == "builtins.object.__init__":
            return Const(None)
        if function.name == "types.SimpleNamespace" and not args:
            made = self.new_object(namespace())
            for name, value in kwargs.items():
                self.assign_name(name, value, made.fields)  # type: ignore[attr-defined]
            return made
        if function.name == PARSER:
            return self.new_parser()  # type: ignore[attr-defined]
        if function.name == "collections.namedtuple" and len(args) == 2:
            return self.named_tuple(args, kwargs)
        return self.ask_instance(function.name, args, kwargs)

    def ask_instance(self, function: str, args: list, kwargs: dict) -> Value | None:
        owner = args[0] if args and isinstance(args[0], (Instance, Class)) else None
        if owner is None:
            return None
        name = args[1].value if len(args) > 1 and isinstance(args[1], Const) else None
        if function == "builtins.type" and len(args) == 1 and isinstance(owner, Instance):
            return owner.cls
        if function == "builtins.isinstance" and isinstance(owner, Instance):
            wanted = args[1].items if isinstance(args[1], Sequence) else (args[1],)
            if all(isinstance(w, (Class, Module)) for w in wanted):
                return Const(any(self.is_kind(owner.cls, w) for w in wanted))
        if function == "builtins.getattr" and isinstance(name, str):
            if len(args) == 2 or self.has_member(owner, name):
                return self.member(owner, name)
            return args[2]
        if function == "builtins.hasattr" and isinstance(name, str):
            return Const(self.has_member(owner, name))
        if function == "builtins.setattr" and isinstance(name, str) and isinstance(owner, Instance):
            self.set_field(owner, name, args[2])
            return Const(None)
        if function in ("builtins.vars", "dataclasses.asdict") and isinstance(owner, Instance):
            return self.as_mapping(owner)
        if function == "dataclasses.replace" and isinstance(owner, Instance):
            given = {n: owner.fields.refs[n].value for n, _ in owner.cls.fields}
            return self.construct(owner.cls, [], {**given, **kwargs}, None)
        if function == "builtins.list" and isinstance(owner, Class) and owner.family == "enum":
            return Sequence(tuple(self.enum_members(owner)))
        return None

    def is_kind(self, cls: Class, wanted: Value) -> bool:
        home: Class | None = cls
        while home is not None:
            if home is wanted:
                return True
            home = home.bases[0] if home.bases else None
        return isinstance(wanted, Module) and wanted.name == "builtins.object"

    def has_member(self, owner: Any, name: str) -> bool:
        cls = owner.cls if isinstance(owner, Instance) else owner
        return isinstance(owner, Instance) and name in owner.fields.refs or self.found(cls, name) is not None  # fmt: skip

    def as_mapping(self, owner: Instance) -> Value:
        items = {n: r.value for n, r in owner.fields.refs.items()}
        if any(isinstance(v, (Instance, Sequence, Mapping)) for v in items.values()):
            raise keep(owner.cls)
        if all(isinstance(v, Const) for v in items.values()):
            return Const({n: v.value for n, v in items.items()})  # type: ignore[attr-defined]
        return Mapping(tuple(items.items()))

    def named_tuple(self, args: list, kwargs: dict) -> Value | None:
        if not all(isinstance(a, Const) for a in args) or set(kwargs) - {"defaults"}:
            return None
        names = args[1].value
        names = names.replace(",", " ").split() if isinstance(names, str) else list(names)
        fields: list = [(n, None) for n in names]
        if "defaults" in kwargs:
            values = self.iterate(kwargs["defaults"])  # type: ignore[attr-defined]
            fields[len(names) - len(values) :] = list(
                zip(names[len(names) - len(values) :], values)
            )
        members = Scope(name=args[0].value)
        return Class(
            args[0].value, self.ctx.line, self.active[0], members, {}, (), fields, "tuple", {}
        )

    # -- fields that are set

    def instance_of(self, node: Any, scope: Scope) -> Instance | Class | None:
        """The object that a name or a chain of attributes means, where it is known."""
        if isinstance(node, cst.Name):
            ref = scope.lookup(node.value)
            value = ref.value if ref is not None else None
        elif isinstance(node, cst.Attribute):
            ref = self.field_ref(node, scope)
            value = ref.value if ref is not None else None
        else:
            return None
        return value if isinstance(value, (Instance, Class)) else None

    def field_ref(self, node: cst.Attribute, scope: Scope) -> Ref | None:
        """The cell of ``self.x``."""
        owner = self.instance_of(node.value, scope)
        if owner is None:
            return None
        name = node.attr.value
        if isinstance(owner, Instance):
            if name in owner.fields.refs:
                return owner.fields.refs[name]
            owner = owner.cls
        at = self.found(owner, name)
        if at is None or at[0].kinds.get(name) is not None:
            return None
        return at[0].members.refs[name]

    def set_field(self, owner: Instance | Class, name: str, value: Value, node: Any = None) -> None:
        cls = owner.cls if isinstance(owner, Instance) else owner
        at = self.found(cls, name)
        is_property = at is not None and at[0].kinds.get(name) == "property"
        if cls.options.get("frozen") or cls.family in ("tuple", "enum") or is_property:
            raise keep(cls)
        fields = owner.fields if isinstance(owner, Instance) else owner.members
        if isinstance(owner, Class):
            owner.kinds.pop(name, None)
        self.assign_name(name, value, fields, node)  # type: ignore[attr-defined]

    def same_cell(self, owner: Instance | Class, name: str, ref: Ref) -> None:
        """``self.df = df``: another name of the same object."""
        if isinstance(owner, Instance) and not owner.cls.options.get("frozen"):
            owner.fields.refs[name] = ref
        else:
            self.set_field(owner, name, ref.value)


def namespace() -> Class:
    return Class("SimpleNamespace", 0, None, Scope(), {}, (), [], "", {})


def tuple_items(value: Value) -> list[Value] | None:
    """The items of a named tuple."""
    if isinstance(value, Instance) and value.cls.family == "tuple":
        return [value.fields.refs[n].value for n, _ in value.cls.fields]
    return None
