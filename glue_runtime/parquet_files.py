"""Parquet files that a loop reads: one frame of them, in their order."""

from glue_runtime.csv_files import files_together
from glue_runtime.parquet import read_parquet


def read_parquet_files(glueContext, root, files, schema=None, **options):
    """The rows of all Parquet `files`; options: those of ``files_together`` and ``read_parquet``."""
    return files_together(read_parquet, glueContext, root, files, schema=schema, **options)
