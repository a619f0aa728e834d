"""``argparse``: a job has no command line of the program, so its arguments are their defaults."""

from __future__ import annotations

import argparse
import contextlib
import io
from typing import Any

from transpiler.errors import Refused
from transpiler.facts import Class, Const, Instance, Module, Value
from transpiler.infer.scope import Ref, Scope

PARSER = "argparse.ArgumentParser"
_TYPES = {"builtins.int": int, "builtins.float": float, "builtins.str": str, "pathlib.Path": str}
_GROUPS = {"add_argument_group", "add_mutually_exclusive_group"}


class CommandLine:
    """Mixed into the interpreter."""

    ctx: Any
    program: Any

    def new_parser(self, parser: Any = None) -> Instance:
        """An object that stands for a parser (or a group of one), which exists here."""
        made = parser or argparse.ArgumentParser(add_help=False)
        cls = Class("ArgumentParser", 0, None, Scope(), {}, (), [], "parser", {"parser": made})
        return Instance(cls, Scope())

    def parser_method(
        self, owner: Instance, method: str, args: list, kwargs: dict, node: Any
    ) -> Value:
        """A method of a parser: its arguments are declared, then they are what they default to."""
        parser = owner.cls.options["parser"]
        if method == "parse_args":
            return self.parsed(parser, args, node)
        plain = {k: self.option(v) for k, v in kwargs.items() if k not in ("help", "metavar")}
        if method == "add_argument":
            parser.add_argument(*(self.option(a) for a in args), **plain)
            return Const(None)
        if method == "set_defaults":
            parser.set_defaults(**plain)
            return Const(None)
        if method in _GROUPS:
            return self.new_parser(getattr(parser, method)())
        raise Refused(f"ArgumentParser.{method}() is not followed: give the arguments defaults")

    def option(self, value: Value) -> Any:
        if isinstance(value, Const):
            return value.value
        if isinstance(value, Module) and value.name in _TYPES:
            return _TYPES[value.name]
        raise Refused("an option of add_argument() that is not known here: write a constant")

    def parsed(self, parser: Any, args: list, node: Any) -> Value:
        """``parse_args()`` without a command line, or with the list that is given."""
        given = args[0].value if args and isinstance(args[0], Const) else None
        if args and not isinstance(args[0], Const):
            raise Refused("parse_args() of a list that is not known here")
        said = io.StringIO()
        try:
            with contextlib.redirect_stderr(said):
                found = parser.parse_args([] if given is None else list(given))
        except SystemExit:
            problem = said.getvalue().strip().splitlines()[-1:] or ["error"]
            reason = problem[0].split("error: ")[-1]
            raise Refused(
                f"a job has no command line, and {reason}: give the arguments defaults"
            ) from None
        from transpiler.infer.objects import namespace

        made = self.new_object(namespace())  # type: ignore[attr-defined]
        made.fields.refs.update({n: Ref(Const(v)) for n, v in vars(found).items()})
        self.ctx.note("kept", "argparse", "a job has no command line: the arguments are their defaults", self.program.source_line(node))  # fmt: skip
        return made


__all__ = ["CommandLine", "PARSER"]
