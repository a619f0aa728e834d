"""The header of a CSV whose columns have labels of several levels, as pandas writes it."""

import ast


def header_rows(names, labels, index=None, level_names=None):
    """The lines of the header, lists of cells: one a level, then one with the names of the index.

    names: of the columns, each the text of its label; labels: {name: label} where it is not.
    index: {name: title} of the columns that are the index, which come first. level_names: of the
    levels of the labels, shown above the first of these.
    """
    index = index or {}
    deep = [labels[n] if n in labels else ast.literal_eval(n) for n in names if n not in index]
    depth = len(deep[0]) if deep else len(level_names or ())
    tops = [n or "" for n in level_names or [""] * depth]
    blanks = [""] * max(len(index) - 1, 0)
    lines = [
        [*([tops[at], *blanks] if index else []), *(label[at] for label in deep)]
        for at in range(depth)
    ]
    if any(index.values()):
        lines.append([*index.values(), *[""] * len(deep)])
    return lines
