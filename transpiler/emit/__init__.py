"""Text of the results: the job, the deploy script, the tests."""
