"""Jars from Maven Central for tests, by Maven itself; a test skips where they cannot be had."""

from __future__ import annotations

import functools
import shutil
import subprocess
import tempfile
from pathlib import Path

import pyspark
import pytest

NEWER = pyspark.__version__ >= "4"
#: what Glue 6.0 and 5.1 bring along
ICEBERG = (
    "org.apache.iceberg:iceberg-spark-runtime-4.1_2.13:1.11.0"
    if NEWER
    else "org.apache.iceberg:iceberg-spark-runtime-3.5_2.12:1.10.0"
)
ICEBERG_AWS = f"org.apache.iceberg:iceberg-aws-bundle:{'1.11.0' if NEWER else '1.10.0'}"
#: Spark's S3A as the Hadoop that pyspark bundles wants it, with the parts of the SDK that it uses
S3A = (
    (
        "org.apache.hadoop:hadoop-aws:3.4.2",
        *(
            f"software.amazon.awssdk:{part}:2.29.52"
            for part in ("s3", "sts", "s3-transfer-manager")
        ),
    )
    if NEWER
    else (
        "org.apache.hadoop:hadoop-aws:3.3.4",
        *(f"com.amazonaws:aws-java-sdk-{part}:1.12.262" for part in ("s3", "sts", "dynamodb")),
    )
)
#: the whole SDK in one jar (600 MB), and what Spark has already
LEFT_OUT = ("software.amazon.awssdk:bundle", "com.amazonaws:aws-java-sdk-bundle", "org.apache.hadoop:hadoop-common",
            "org.slf4j:slf4j-api", "io.netty:*", "commons-logging:commons-logging", "com.fasterxml.jackson.core:*",
            "com.fasterxml.jackson.dataformat:*")  # fmt: skip
PATIENCE = 240.0


@functools.lru_cache(maxsize=None)
def jars(*coordinates: str) -> str:
    """The paths of these artifacts and of what they need, separated by commas. Skips without them."""
    mvn = shutil.which("mvn")
    if mvn is None:
        pytest.skip("no Maven on this machine (apt-get install maven)")
    with tempfile.TemporaryDirectory() as folder:
        pom, found = Path(folder, "pom.xml"), Path(folder, "classpath")
        pom.write_text(pom_text(coordinates))
        command = [mvn, "-q", "-B", "-f", pom, "dependency:build-classpath"]
        done = run([*command, f"-Dmdep.outputFile={found}"])
        if done.returncode != 0:  # Maven remembers a transfer that failed, unless told to try anew
            done = run([*command, f"-Dmdep.outputFile={found}", "-U"])
        if done.returncode != 0:
            pytest.skip(f"Maven Central does not give {coordinates[0]}: {done.stdout[-300:]}")
        return found.read_text().strip().replace(":", ",")


def run(command: list) -> subprocess.CompletedProcess:
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)


def pom_text(coordinates: tuple[str, ...]) -> str:
    unwanted = "".join(
        "<exclusion><groupId>{}</groupId><artifactId>{}</artifactId></exclusion>".format(
            *name.split(":")
        )
        for name in LEFT_OUT
    )
    wanted = "".join(
        "<dependency><groupId>{}</groupId><artifactId>{}</artifactId><version>{}</version>".format(
            *name.split(":")
        )
        + f"<exclusions>{unwanted}</exclusions></dependency>"
        for name in coordinates
    )
    return (
        "<project><modelVersion>4.0.0</modelVersion><groupId>x</groupId><artifactId>x</artifactId>"
        f"<version>1</version><dependencies>{wanted}</dependencies></project>"
    )
