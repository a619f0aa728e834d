"""Python regular expressions as Java's, for the part of the language where both mean the same.

A pattern is parsed by Python's own parser and written again for Java; what is not provably the
same (conditional groups, repeated empty matches, letters beyond ASCII without case, …) raises NoRule.
Both sides follow Unicode; characters that newer Unicode versions added may be classed differently.
"""

from __future__ import annotations

import re
import re._constants as sre  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from transpiler.errors import NoRule

#: inside a Java character class; \d and \s need Java's flag U
_UNICODE = {"DIGIT": r"\d", "SPACE": r"\s\x1c-\x1f", "WORD": r"\p{L}\p{N}_"}
_ASCII = {"DIGIT": "0-9", "SPACE": r"\s", "WORD": "A-Za-z0-9_"}
_ESCAPES = {"\n": r"\n", "\t": r"\t", "\r": r"\r", "\f": r"\f", "\x0b": r"\x0b", "\x07": r"\x07"}


@dataclass(frozen=True)
class Regex:
    """A Java pattern that matches what the Python pattern matches.

    ``groups``: names (None for a nameless one) of its groups in order. ``least``: the fewest
    characters that it can match. ``sure``: the groups that take part in every match;
    ``repeated``: those inside a repetition; ``widths``: the fewest characters of each group.
    ``anchored``: it starts with the beginning of the text.
    """

    pattern: str
    groups: tuple[str | None, ...] = ()
    least: int = 0
    sure: frozenset[int] = frozenset()
    repeated: frozenset[int] = frozenset()
    widths: dict[int, int] = field(default_factory=dict, hash=False)
    literal: str | None = None


@lru_cache(maxsize=512)
def java(pattern: str, flags: int = 0) -> Regex:
    """The Java form of a Python pattern. Raises NoRule where it could mean something else."""
    try:
        tree = parser.parse(pattern, flags)
    except re.error as error:
        raise NoRule(f"the regular expression is not valid: {error}") from None
    except RecursionError:
        raise NoRule("the regular expression is nested too deeply") from None
    writer = _Writer(tree.state.flags)
    text = writer.sequence(tree, sure=True, repeated=False)
    names = {number: name for name, number in tree.state.groupdict.items()}
    groups = tuple(names.get(n) for n in range(1, tree.state.groups))
    codes = list(tree)
    plain = all(op is sre.LITERAL for op, _ in codes) and not tree.state.flags & re.IGNORECASE
    return Regex(
        writer.head() + text,
        groups,
        tree.getwidth()[0],
        frozenset(writer.sure),
        frozenset(writer.repeated),
        writer.widths,
        "".join(chr(value) for _, value in codes) if plain else None,
    )


class _Writer:
    """Writes one parsed pattern; notes what its groups are like."""

    def __init__(self, flags: int) -> None:
        if flags & re.LOCALE:
            raise NoRule("a regular expression that follows the locale")
        self.folded = bool(flags & re.IGNORECASE)
        self.lines = bool(flags & re.MULTILINE)
        self.dot_all = bool(flags & re.DOTALL)
        self.classes = _ASCII if flags & re.ASCII else _UNICODE
        if self.folded and flags & re.ASCII:
            raise NoRule("a regular expression that ignores the case of ASCII letters alone")
        self.unix = self.unicode = False
        self.sure: set[int] = set()
        self.repeated: set[int] = set()
        self.widths: dict[int, int] = {}

    def head(self) -> str:
        """The flags that Java needs: its own line ends, and letters of any case."""
        flags = (
            ("iu" if self.folded else "")
            + ("d" if self.unix else "")
            + ("U" if self.unicode else "")
        )
        return f"(?{flags})" if flags else ""

    def sequence(self, items: Any, sure: bool, repeated: bool) -> str:
        return "".join(self.item(op, value, sure, repeated) for op, value in items)

    def item(self, op: Any, value: Any, sure: bool, repeated: bool) -> str:
        name = str(op)
        if name == "LITERAL":
            return self.literal(value)
        if name == "NOT_LITERAL":
            return f"[^{self.literal(value)}]"
        if name == "ANY":
            if self.dot_all:
                return "(?s:.)"
            self.unix = True
            return "."
        if name == "IN":
            return self.one_of(value)
        if name == "AT":
            return self.place(str(value))
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            return self.repeat(name, value, sure)
        if name == "SUBPATTERN":
            return self.group(value, sure, repeated)
        if name == "BRANCH":
            parts = [self.sequence(part, False, repeated) for part in value[1]]
            return f"(?:{'|'.join(parts)})"
        if name in ("ASSERT", "ASSERT_NOT"):
            way, inner = value
            sign = "=" if name == "ASSERT" else "!"
            return f"(?{'<' if way < 0 else ''}{sign}{self.sequence(inner, False, True)})"
        if name == "GROUPREF" and not self.folded:
            return f"(?:\\{value})"
        raise NoRule(f"a regular expression with {name.lower().replace('_', ' ')}")

    def literal(self, code: int) -> str:
        ch = chr(code)
        if self.folded and not ch.isascii() and (ch.lower() != ch or ch.upper() != ch):
            raise NoRule("a regular expression that ignores the case of letters beyond ASCII")
        if 0xD800 <= code <= 0xDFFF:
            raise NoRule("a regular expression with half a character")
        if ch in _ESCAPES:
            return _ESCAPES[ch]
        if ch.isascii() and not ch.isprintable():
            return f"\\x{code:02x}"
        if ch.isascii() and not ch.isalnum() and ch not in " _-,:;@!\"'%=<>/~`#&":
            return "\\" + ch
        return ch if ch.isprintable() else f"\\x{{{code:x}}}"

    def in_class(self, code: int) -> str:
        text = self.literal(code)
        return "\\" + text if text in ("-", "&", "#", "^", "[", "]", "~") else text

    def one_of(self, items: list) -> str:
        """A character class; one with a negated category becomes a choice."""
        negated = bool(items) and str(items[0][0]) == "NEGATE"
        rest = items[1:] if negated else items
        inside, outside = "", []
        for op, value in rest:
            kind = str(op)
            if kind == "LITERAL":
                inside += self.in_class(value)
            elif kind == "RANGE":
                inside += self.range(*value)
            else:
                name = str(value).removeprefix("CATEGORY_").removeprefix("UNI_")
                self.unicode |= self.classes is _UNICODE and not name.endswith("WORD")
                if name.startswith("NOT_"):
                    outside.append(f"[^{self.classes[name[4:]]}]")
                else:
                    inside += self.classes[name]
        if not outside:
            return (
                f"[{'^' if negated else ''}{inside}]"
                if len(rest) > 1 or negated or self.wide(inside)
                else inside
            )
        if negated:
            raise NoRule("a negated class with a negated category in it")
        choices = outside + ([f"[{inside}]"] if inside else [])
        return choices[0] if len(choices) == 1 else f"(?:{'|'.join(choices)})"

    @staticmethod
    def wide(inside: str) -> bool:
        return inside != r"\d"

    def range(self, low: int, high: int) -> str:
        if self.folded:
            letters = [c for c in range(low, high + 1) if chr(c).isalpha()] if high < 128 else None
            if letters is None or letters and len(letters) != high - low + 1:
                raise NoRule("a range of characters without regard to case")
            if letters and chr(low).isupper() != chr(high).isupper():
                raise NoRule("a range of characters without regard to case")
            if letters:
                low, high = ord(chr(low).lower()), ord(chr(high).lower())
        return f"{self.in_class(low)}-{self.in_class(high)}"

    def place(self, where: str) -> str:
        word = self.classes["WORD"]
        if where == "AT_BEGINNING":
            return r"(?:\A|(?<=\n))" if self.lines else "^"
        if where == "AT_END":
            if self.lines:
                return r"(?=\n|\z)"
            self.unix = True
            return "$"
        if where in ("AT_BEGINNING_STRING", "AT_END_STRING"):
            return r"\A" if where == "AT_BEGINNING_STRING" else r"\z"
        if where in ("AT_BOUNDARY", "AT_UNI_BOUNDARY"):
            return f"(?:(?<=[{word}])(?![{word}])|(?<![{word}])(?=[{word}]))"
        raise NoRule(f"a regular expression with {where.lower()}")

    def repeat(self, kind: str, value: Any, sure: bool) -> str:
        low, high, inner = value
        if high != 1 and inner.getwidth()[0] == 0:
            raise NoRule("a regular expression that repeats what may be empty")
        text = self.sequence(inner, sure and low > 0 and high == 1, high != 1)
        single = len(inner) == 1 and str(inner[0][0]) in (
            "LITERAL",
            "NOT_LITERAL",
            "ANY",
            "IN",
            "SUBPATTERN",
        )
        if not single or (str(inner[0][0]) == "LITERAL" and len(text) > 1 and text[0] != "\\"):
            text = f"(?:{text})"
        most = "" if high is sre.MAXREPEAT else str(high)
        times = {(0, ""): "*", (1, ""): "+", (0, "1"): "?"}.get((low, most))
        if times is None:
            times = f"{{{low}}}" if most == str(low) else f"{{{low},{most}}}"
        return text + times + {"MAX_REPEAT": "", "MIN_REPEAT": "?", "POSSESSIVE_REPEAT": "+"}[kind]

    def group(self, value: Any, sure: bool, repeated: bool) -> str:
        number, added, removed, inner = value
        if added or removed:
            raise NoRule("a regular expression with flags for a part of it")
        text = self.sequence(inner, sure, repeated)
        if number is None:
            return f"(?:{text})"
        if sure:
            self.sure.add(number)
        if repeated:
            self.repeated.add(number)
        self.widths[number] = inner.getwidth()[0]
        return f"({text})"


def java_replacement(template: str, pattern: str, flags: int = 0) -> str:
    """The replacement text of ``re.sub`` as Java's. Raises NoRule for one that is not valid."""
    try:
        parsed = parser.parse_template(template, re.compile(pattern, flags))
    except (re.error, IndexError) as error:
        raise NoRule(f"the replacement is not valid: {error}") from None
    pieces = _pieces(parsed)
    out = ""
    for piece in pieces:
        if isinstance(piece, int):
            out += f"${piece}"
            continue
        text = piece.replace("\\", "\\\\").replace("$", "\\$")
        # A digit after $1 would be read as a part of the number.
        if out and re.search(r"\$\d+$", out) and text[:1].isdigit():
            text = "\\" + text
        out += text
    return out


def _pieces(parsed: Any) -> list:
    """Literal texts and group numbers of a parsed template, whatever Python's version."""
    if isinstance(parsed, list):  # 3.12: [text, group, text, …]
        return [p for p in parsed if p != ""]
    groups, literals = parsed
    found = dict(groups)
    return [
        found[i] if i in found else text for i, text in enumerate(literals) if i in found or text
    ]


__all__ = ["Regex", "java", "java_replacement"]
