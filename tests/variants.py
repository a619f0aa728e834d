"""The rules' examples on other data than the one they were written for.

A variant is a name, such as "empty" or "random 3": which rows the frame has, and what its columns
are called. Each example is one short program; those that pandas itself cannot run there go.
"""

from __future__ import annotations

import random

import numpy as np
import pandas as pd

from tests.grow import NAMES, Program, after, main_frame, other_frame, read_back
from tests.nasty import nasty, other
from tests.templates import KINDS, Template, templates

#: examples whose result on no rows depends on there being none: a known difference, see
#: docs/semantics.md. pandas gives the frame itself where there is no group to apply a function
#: to, and no columns where there is no text to take apart
EMPTY_IS_OTHER = (".apply(", ".partition(", ".rpartition(", "expand=True).shape", ".filter(")


def variant(name: str) -> Program:
    """The inputs of a variant, as a program without steps."""
    kind, _, number = name.partition(" ")
    r = random.Random(int(number or 0))
    frame, beside = nasty(), other().astype({"w": float})
    if kind == "empty":
        frame = frame.head(0)
    elif kind == "one":
        frame = frame.iloc[int(number or 0)].to_frame().T.astype(frame.dtypes)
    elif kind == "gaps":
        frame = frame.assign(**dict.fromkeys(["f", "g", "s", "k", "u", "t", "d", "n"]))
    elif kind == "same":
        frame = pd.concat([frame.iloc[[3]]] * 5)
    elif kind == "shuffled":
        frame = frame.sample(frac=1, random_state=int(number or 0))
    elif kind == "wide":  # columns that no example names
        frame = frame.assign(
            **{"i_2": frame["i"] * 2, "s_2": frame["s"], "f_2": None, "x y": frame["f"]}
        )
    elif kind == "random":
        frame, beside = main_frame(r), other_frame(r)
    elif kind not in ("names", "files"):
        raise ValueError(f"no variant {name!r}")
    names = dict(zip(KINDS, r.sample(NAMES, len(KINDS)))) if kind == "names" else {}
    more = [c for c in frame.columns if c not in KINDS]
    frame = frame[[*KINDS, *more]].rename(columns=names)
    parts = 4 if kind == "files" else 1
    return Program(0, frame.head(16), beside, names=names, inputs=0, parts=parts)


def examples_on(name: str, some: list[Template] | None = None) -> list[Program]:
    """The examples (or some) on a variant, one program each."""
    base = variant(name)
    frames = read_back(base)
    world = {"np": np, "pd": pd, **frames, "df": frames["main"]}
    programs = []
    for number, template in enumerate(templates()):
        if some is not None and template not in some:
            continue
        text = template.fill(base.names)
        if name == "empty" and any(word in text for word in EMPTY_IS_OTHER):
            continue
        if after(text, world) is not None:
            programs.append(
                Program(number, base.main, base.other, [text], [template.rule], "out", base.names, base.parts, inputs=0)
            )  # fmt: skip
    return programs
