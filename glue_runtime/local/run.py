"""Runs a Glue job here: in this process, on plain Spark, as it would find itself on AWS."""

from __future__ import annotations

import contextlib
import importlib
import linecache
import os
import sys
import types
from collections.abc import Iterator, Mapping
from pathlib import Path

from pyspark import SparkContext
from pyspark.sql import SparkSession

from glue_runtime.local.session import local_session, mount_s3

PLAYED = ["", ".context", ".dynamicframe", ".job", ".transforms", ".utils"]


def run_job(
    script: str | Path, args: Mapping[str, str] | None = None, workdir: str | Path = "."
) -> dict[str, object]:
    """Runs a job and gives back the names it defined, by name.

    script: the job's text, or its path (a ``Path``, or a string without a line break).
    args: the job's arguments, with or without the leading ``--``. ``JOB_NAME`` is ``local`` and
        ``DATA_ROOT`` the working directory unless given. ``extra-py-files`` (paths, separated by
        commas) can be imported by the job and its UDFs.
    workdir: the working directory while the job runs; relative paths mean files under it.

    The active Spark session is used when there is one, else ``local_session()`` starts one.
    Arguments, directory, modules, Spark's settings and what the job cached are put back at the end,
    whatever happens. The environment variable ``P2G_S3_MOUNT`` (``BUCKET=/folder``) makes
    ``s3://BUCKET/`` a folder.

    Raises what the job raises; RuntimeError when it ends itself by ``sys.exit`` with a failure.
    """
    folder = Path(workdir).absolute()
    arguments = {name.removeprefix("--"): str(value) for name, value in (args or {}).items()}
    arguments = {"JOB_NAME": "local", "DATA_ROOT": str(folder), **arguments}
    text, filename = _script(script, arguments["JOB_NAME"])
    code = compile(text, filename, "exec", dont_inherit=True)
    module = types.ModuleType("__main__")
    module.__file__ = filename

    spark = local_session()
    libraries = [p for p in arguments.get("extra-py-files", "").split(",") if p]
    with contextlib.ExitStack() as stack:
        stack.enter_context(_spark_put_back(spark))
        stack.enter_context(_context_shared(spark))
        stack.enter_context(_working_directory(spark, folder))
        stack.enter_context(_imports(spark, module, libraries))
        sys.argv = [filename, *(w for k, v in arguments.items() for w in (f"--{k}", v))]
        mount_s3(spark, os.environ.get("P2G_S3_MOUNT", ""))
        try:
            exec(code, module.__dict__)
        except SystemExit as ended:
            if ended.code not in (None, 0):
                raise RuntimeError(f"the job ended itself with status {ended.code}") from ended
    return {n: v for n, v in vars(module).items() if not n.startswith("__")}


def _script(script: str | Path, job_name: str) -> tuple[str, str]:
    """The job's text, and the file name that tracebacks show its lines under."""
    if isinstance(script, Path) or "\n" not in script:
        path = Path(script).absolute()
        return path.read_text(encoding="utf-8"), str(path)
    filename = f"<job {job_name}>"
    linecache.cache[filename] = (len(script), None, script.splitlines(keepends=True), filename)
    return script, filename


@contextlib.contextmanager
def _spark_put_back(spark: SparkSession) -> Iterator[None]:
    """Undoes what the job sets and caches (the cache only when it was empty before)."""
    before = _settings(spark)
    cache = spark._jsparkSession.sharedState().cacheManager()
    was_empty = cache.isEmpty()
    try:
        yield
    finally:
        after = _settings(spark)
        for name in after.keys() - before.keys():
            spark.conf.unset(name)
        for name, value in before.items():
            if after.get(name) != value:
                spark.conf.set(name, value)
        if was_empty and not cache.isEmpty():
            spark.catalog.clearCache()


def _settings(spark: SparkSession) -> dict[str, str]:
    # One call across the bridge; a control character stands between the entries.
    text = spark._jsparkSession.conf().getAll().mkString("\x1e")
    return dict(entry.split(" -> ", 1) for entry in text.split("\x1e") if entry)


@contextlib.contextmanager
def _context_shared(spark: SparkSession) -> Iterator[None]:
    """Lets a job make "its" SparkContext, as Glue's own examples do, and stop it."""
    context = spark.sparkContext
    own = {name: vars(SparkContext).get(name) for name in ("__new__", "__init__", "stop")}
    session_stop = SparkSession.stop
    SparkContext.__new__ = staticmethod(lambda cls, *args, **kwargs: context)
    SparkContext.__init__ = lambda self, *args, **kwargs: None
    SparkContext.stop = SparkSession.stop = lambda self: None
    try:
        yield
    finally:
        SparkSession.stop = session_stop
        for name, value in own.items():
            if value is None:
                delattr(SparkContext, name)
            else:
                setattr(SparkContext, name, value)


@contextlib.contextmanager
def _working_directory(spark: SparkSession, folder: Path) -> Iterator[None]:
    """Moves to ``folder``: this process, and the file system that Spark resolves paths on."""
    before = Path.cwd()
    jvm = spark._jvm
    files = jvm.org.apache.hadoop.fs.FileSystem.get(
        jvm.java.net.URI("file:///"), spark._jsc.hadoopConfiguration()
    )
    spark_before = files.getWorkingDirectory()
    os.chdir(folder)
    files.setWorkingDirectory(jvm.org.apache.hadoop.fs.Path(folder.as_uri()))
    try:
        yield
    finally:
        files.setWorkingDirectory(spark_before)
        os.chdir(before)


@contextlib.contextmanager
def _imports(spark: SparkSession, main: types.ModuleType, libraries: list[str]) -> Iterator[None]:
    """Makes ``awsglue`` our modules, ``__main__`` the job's, and libraries importable."""
    modules, path, argv = dict(sys.modules), list(sys.path), sys.argv
    for name in [n for n in sys.modules if n == "awsglue" or n.startswith("awsglue.")]:
        del sys.modules[name]
    for part in PLAYED:
        sys.modules[f"awsglue{part}"] = importlib.import_module(f"{__package__}.awsglue{part}")
    sys.modules["__main__"] = main
    for library in libraries:
        library = str(Path(library).absolute())
        sys.path.insert(
            0, library if library.endswith((".zip", ".egg")) else str(Path(library).parent)
        )
        spark.sparkContext.addPyFile(library)
    try:
        yield
    finally:
        sys.argv, sys.path[:] = argv, path
        for name in [n for n in sys.modules if n.split(".")[0] == "awsglue"]:
            del sys.modules[name]
        _forget_libraries(libraries)
        sys.modules.update(
            {n: m for n, m in modules.items() if n == "__main__" or n.split(".")[0] == "awsglue"}
        )


def _forget_libraries(libraries: list[str]) -> None:
    """Another job may bring another version of a library under the same name."""
    places = tuple(str(Path(library).absolute()) for library in libraries)
    if not places:
        return
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", None) or "").startswith(places):
            del sys.modules[name]
    importlib.invalidate_caches()
