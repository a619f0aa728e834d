"""Runs the pandas source of a pipeline in a folder of its own, as its user would."""

import contextlib
import importlib.util
import io
import os
import shutil
import sys
import types
import warnings
from collections.abc import Iterator
from pathlib import Path

from tests.pipelines.catalogue import DATA


def lay_inputs(folder: Path) -> Path:
    """Copy the input files under `folder`/data and make its out/."""
    shutil.copytree(DATA, folder / "data")
    (folder / "out").mkdir()
    return folder


@contextlib.contextmanager
def _placeholder_polars() -> Iterator[None]:
    """Amphi's helpers import polars for engines that no test chooses; an empty module does."""
    if "polars" in sys.modules or importlib.util.find_spec("polars"):
        yield
        return
    module = types.ModuleType("polars")
    module.DataFrame = type("DataFrame", (), {})
    sys.modules["polars"] = module
    try:
        yield
    finally:
        del sys.modules["polars"]


def run_pandas(source: str, folder: Path, name: str = "pipeline") -> str:
    """Run `source` with `folder` as working directory; what it printed is returned."""
    printed = io.StringIO()
    here = os.getcwd()
    os.chdir(folder)
    try:
        with _placeholder_polars(), warnings.catch_warnings(), contextlib.redirect_stdout(printed):
            warnings.simplefilter("ignore")
            exec(compile(source, f"<{name}>", "exec"), {"__name__": "__main__"})
    finally:
        os.chdir(here)
    return printed.getvalue()
