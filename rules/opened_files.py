"""Readers that get a file which the program has opened: they read what is at its path."""

from __future__ import annotations

import re

from rules.registry import Call
from transpiler.facts import Const, OpenFile, OutputFile, Plain, Value


def opened_path(c: Call, parameter: str) -> bool:
    """Put the path of an open file in its place, and how it is decoded and packed among the arguments.

    Gives whether Python reads every end of a line as "\\n".
    """
    file = c[parameter]
    if not isinstance(file, OpenFile):
        return False
    fresh = file.path is not None and not file.text.isidentifier()
    c.need(fresh, "a file that several steps may read: give the reader its path")
    given = {parameter: as_text(file.path)}
    options = dict(file.options)
    if file.packing is not None:
        c.need(c.lit("compression") == "infer", "compression= of an open file")
        given["compression"] = Const(file.packing)
    text = "b" not in file.mode
    if text:
        given["encoding"] = options.get("encoding", Const("utf-8"))
        given["encoding_errors"] = options.get("errors", Const("strict"))
        c.need(not options.keys() - {"encoding", "errors", "newline"}, "a file opened in this way")
    else:
        c.need(not options, "a file opened in this way")
    for name, value in given.items():
        if isinstance(value, Const) and value.value is None:
            value = Const({"encoding": "utf-8", "encoding_errors": "strict"}.get(name))
        c.args[name] = value
        c._given.add(name)
    newline = options.get("newline", Const(None))
    return text and not (isinstance(newline, Const) and newline.value is not None)


def as_text(path: Value) -> Value:
    """A path of pathlib as its text."""
    return Const(str(path.value)) if isinstance(path, Const) else path


_HANDLE = re.compile(r"\w+ = (?:io\.)?(?:StringIO|BytesIO|open|open_output)\(")


def target_path(c: Call, parameter: str) -> None:
    """Put the path of an open file in its place as the target of a writer. Raises NoRule for a buffer,
    and for a file that other steps write to."""
    target = c[parameter]
    if not isinstance(target, Plain):
        return
    made = [s.text for s in c.ctx.statements if s.defines == target.text]
    held = target.text.isidentifier()
    buffer = "IO(" in target.text or any(_HANDLE.match(text) for text in made)
    c.need(not buffer and not (isinstance(target, OutputFile) and held), "a file or buffer that the program holds: give the writer a path")  # fmt: skip
    if not isinstance(target, OutputFile):
        return
    c.args[parameter] = as_text(target.path)
    options = dict(target.options)
    if "encoding" in options and "encoding" in c.args:
        c.args["encoding"] = options["encoding"]
        c._given.add("encoding")
