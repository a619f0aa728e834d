"""What all tests share: one Spark session a process, and hypothesis' profiles."""

import os

import hypothesis
import pytest

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


@pytest.fixture(scope="session")
def spark():
    """The one Spark session of this test process."""
    from glue_runtime.local import local_session

    session = local_session()
    yield session
    session.stop()
