"""The job's own life cycle: nothing is remembered between local runs."""

from __future__ import annotations


class Job:
    """Takes the calls that manage bookmarks, and keeps none.

    On AWS a bookmark lets a run skip what an earlier one has read. Locally each run reads all.
    """

    def __init__(self, glue_context_or_spark_session):
        self.glue_context = glue_context_or_spark_session
        self._initialized = False
        self._committed = False

    def init(self, job_name, args={}):
        self.job_name, self.args = job_name, dict(args)
        self._initialized = True

    def isInitialized(self):
        return self._initialized

    def commit(self):
        if not self._initialized:
            raise RuntimeError("Job.commit() before Job.init()")
        self._committed = True
