"""``make bench``: pandas, pandas API on Spark, PySpark by hand and our job, side by side in one run.

Prints ratios of CPU (this process and its JVM) and wall time to hand-written PySpark, whether the
result equals pandas', and the costly nodes of our plans. Figures of one run on one machine: noisy.
Usage: python -m benchmarks [rows]
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Callable

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.flows import EXPERT, PROGRAMS, make_data
from glue_runtime.local import compare_outputs, local_session, run_job
from transpiler import Options, transpile

ROOT = Path(__file__).resolve().parent.parent
NODES = ("Exchange", "Sort ", "SinglePartition", "Python")


def cpu() -> float:
    """CPU seconds of this process and everything it started."""
    me = psutil.Process()
    total = 0.0
    for process in [me, *me.children(recursive=True)]:
        try:
            times = process.cpu_times()
            total += times.user + times.system
        except psutil.NoSuchProcess:
            continue  # a Python worker that ended meanwhile
    return total


def timed(work: Callable[[], Any]) -> tuple[float, float]:
    """CPU and wall seconds of the second of two runs (the first warms the JVM up)."""
    work()
    start, wall = cpu(), time.perf_counter()
    work()
    return cpu() - start, time.perf_counter() - wall


def in_folder(folder: Path, code: str, name: str) -> None:
    home = os.getcwd()
    os.chdir(folder)
    (
        shutil.rmtree("out.parquet", ignore_errors=True)
        if Path("out.parquet").is_dir()
        else Path("out.parquet").unlink(missing_ok=True)
    )
    try:
        exec(compile(code, name, "exec"), {"__name__": "__main__"})
    finally:
        os.chdir(home)


def plan_counts(spark: Any, job: Any, folder: Path) -> dict[str, int]:
    """Costly nodes in the plans that the job's writes ran."""
    seen: list[str] = []
    from pyspark.sql.readwriter import DataFrameWriter

    whole = DataFrameWriter.save

    def spy(self: Any, *args: Any, **kwargs: Any) -> Any:
        seen.append(self._df._jdf.queryExecution().executedPlan().toString())
        return whole(self, *args, **kwargs)

    DataFrameWriter.save = spy
    try:
        run_job(job.script, {"JOB_NAME": "plan"}, workdir=folder)
    finally:
        DataFrameWriter.save = whole
    text = "\n".join(seen)
    return {n.strip(): text.count(n) for n in NODES}


def bench(rows: int) -> None:
    spark = local_session()
    spark.conf.set("spark.sql.ansi.enabled", "false")
    table = Table(
        "flow",
        "pandas",
        "pandas API on Spark",
        "by hand",
        "ours",
        "equal: ps / ours",
        "ours: plan nodes",
    )
    for name, source in PROGRAMS.items():
        with tempfile.TemporaryDirectory() as place:
            sides = {side: Path(place) / side for side in ("pandas", "ps", "hand", "ours")}
            for side in sides.values():
                side.mkdir()
                if side is sides["pandas"]:
                    make_data(side, rows)
                else:
                    shutil.copytree(sides["pandas"], side, dirs_exist_ok=True)
            job = transpile(source, Options(input_root=sides["pandas"]))
            figures = {"pandas": timed(lambda: in_folder(sides["pandas"], source, "pandas"))}
            swapped = source.replace("import pandas as pd", "import pyspark.pandas as pd").replace(
                ", index=False)", ")"
            )
            local = swapped.replace('read_csv("', f'read_csv("file://{sides["ps"]}/').replace(
                'to_parquet("', f'to_parquet("file://{sides["ps"]}/'
            )
            try:
                figures["ps"] = timed(lambda: in_folder(sides["ps"], local, "ps"))
            except Exception as error:
                figures["ps"] = (float("nan"), float("nan"))
                print(f"{name}: pandas API on Spark: {type(error).__name__}: {str(error)[:100]}")
            target = str(sides["hand"] / "out.parquet")
            figures["hand"] = timed(
                lambda: EXPERT[name](spark, str(sides["hand"]))
                .write.mode("overwrite")
                .parquet(target)
            )
            figures["ours"] = timed(
                lambda: run_job(job.script, {"JOB_NAME": name}, workdir=sides["ours"])
            )
            order = job.outputs[0].order
            equal = [
                (
                    "yes"
                    if not safely(
                        lambda: compare_outputs(
                            sides["pandas"] / "out.parquet",
                            sides[s] / "out.parquet",
                            "parquet",
                            order,
                        )
                    )
                    else "no"
                )
                for s in ("ps", "ours")
            ]
            base = figures["hand"]
            cells = [
                f"{figures[s][0] / base[0]:.1f} / {figures[s][1] / base[1]:.1f}"
                for s in ("pandas", "ps", "hand", "ours")
            ]
            nodes = ", ".join(f"{n} {k}" for k, n in plan_counts(spark, job, sides["ours"]).items())
            table.add_row(name, *cells, " / ".join(equal), nodes)
    Console(width=160).print(f"{rows:,} rows; CPU / wall, relative to PySpark by hand", table)


def safely(compare: Callable[[], list[str]]) -> list[str]:
    try:
        return compare()
    except Exception as error:
        return [f"{type(error).__name__}: {error}"]


def bench_transpile() -> None:
    """How long translating takes, beside libcst's own parse of the same text."""
    import libcst

    table = Table("lines", "libcst parse (s)", "transpile (s)", "ratio")
    block = (
        "df['c{0}'] = df['a'] + {0}\ndf = df[df['c{0}'] > {0}]\ndf['d{0}'] = df['c{0}'].fillna(0)\n"
    )
    for lines in (10, 100, 300, 1000):
        text = "import pandas as pd\ndf = pd.read_csv('in.csv')\n" + "".join(
            block.format(i) for i in range(lines // 3)
        )
        text += "df.to_csv('out.csv', index=False)\n"
        start = time.perf_counter()
        libcst.parse_module(text)
        parse = time.perf_counter() - start
        start = time.perf_counter()
        transpile(text)
        whole = time.perf_counter() - start
        table.add_row(str(lines), f"{parse:.3f}", f"{whole:.3f}", f"{whole / parse:.1f}")
    Console(width=100).print(table)


if __name__ == "__main__":
    bench_transpile()
    bench(int(sys.argv[1]) if len(sys.argv) > 1 else 300_000)
