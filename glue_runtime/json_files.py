"""``pd.concat`` of several JSON files: each is read by itself, as pandas types it."""

from glue_runtime.csv_files import files_together
from glue_runtime.json_io import read_json


def read_json_files(glueContext, root, files, **options):
    """The rows of all JSON `files`; options: those of ``files_together`` and of ``read_json``."""
    return files_together(read_json, glueContext, root, files, **options)
