"""What all tests share: one Spark session a process, and hypothesis' profiles."""

import os

import hypothesis
import pyspark
import pytest
from py4j import java_gateway

# Tiny data: interpreting a plan costs less than compiling it.
os.environ.setdefault("P2G_INTERPRETED", "1")

# The same examples each time, for a suite that answers the same question each time; `make
# properties` looks for new ones.
hypothesis.settings.register_profile(
    "ci",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)
hypothesis.settings.register_profile(
    "explore",
    deadline=None,
    max_examples=500,
    print_blob=True,
    suppress_health_check=list(hypothesis.HealthCheck),
)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def remember_answers(cls):
    """py4j asks Java what a name is each time that one is used. Here it asks once: names of classes
    and functions stay what they are, and building plans takes a quarter fewer calls."""
    ask = cls.__getattr__

    def answer(self, name):
        found = ask(self, name)
        if isinstance(found, (java_gateway.JavaMember, java_gateway.JavaClass)):
            self.__dict__[name] = found
        return found

    cls.__getattr__ = answer


for _cls in (java_gateway.JVMView, java_gateway.JavaPackage, java_gateway.JavaClass):
    remember_answers(_cls)


@pytest.fixture(scope="session")
def spark():
    """The one Spark session of this test process."""
    from glue_runtime.local import local_session

    session = local_session()
    yield session
    session.stop()


# What needs no Spark runs once, in the environment of the newer one; P2G_WHOLE=1 runs all in both.
# The browser tests run in both: one has JupyterLab with Amphi, the other Amphi's own application.
NO_SPARK = ["test_deploy_*", "test_registry.py", "test_fuzz.py", "test_escapes.py", "test_free_checks.py", "test_bad_input.py",
            "test_amphi_headless.py", "test_amphi_repairs.py", "test_amphi_components.py", "test_amphi_export.py",
            "test_amphi_bundle.py", "test_runtime_names.py"]  # fmt: skip
collect_ignore_glob = [] if os.environ.get("P2G_WHOLE") or pyspark.__version__ >= "4" else NO_SPARK
