"""Stands before the real package on a test's path: a machine without it."""

raise ModuleNotFoundError("No module named 'py_mini_racer'", name="py_mini_racer")
