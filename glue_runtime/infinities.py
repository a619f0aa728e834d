"""Infinite numbers in inputs: a job is made for inputs that have them, or for such that do not."""

from pyspark.sql import functions as F

from glue_runtime.quoting import quoted


def finite_number(cell, name, path):
    """A column of fractions; an infinite one fails the job, which was made for an input without."""
    problem = F.raise_error(
        F.lit(
            f"{path}: column {name!r} has an infinite number, and the input that this job was "
            "made for has none; make the job from an input that has one"
        )
    )
    return F.when(F.abs(cell) == float("inf"), problem.cast("double")).otherwise(cell)


def finite_numbers(df, infinite, path):
    """The frame with ``finite_number`` for its columns of fractions, but for those of ``infinite``."""
    checked = {
        field.name: finite_number(quoted(field.name), field.name, path)
        for field in df.schema.fields
        if field.dataType.simpleString() in ("double", "float") and field.name not in infinite
    }
    return df.withColumns(checked) if checked else df


def undefined_number():
    """Fails the job where 0 / 0, or the like, is computed in a nullable column.

    pandas keeps a NaN there which it does not count as missing, and a later step of the program
    tells the two apart.
    """
    return F.raise_error(
        F.lit(
            "0 / 0, or another operation that is not defined, in a nullable column: pandas has a NaN "
            "there which is not missing, and a later step tells the two apart"
        )
    )
