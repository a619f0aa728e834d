"""The edges of ``qcut`` are pandas' own to the last bit: the values on them are on the same side."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import glue_runtime.bins as bins


def spark_percentile(values: np.ndarray, fractions: list[float], copies: int) -> list[float]:
    """What Spark's exact percentile gives: between two values by their distances to the place."""
    sorted_values = np.repeat(np.sort(values), copies)
    found = []
    for fraction in fractions:
        place = (len(sorted_values) - 1) * fraction
        low, high = int(np.floor(place)), int(np.ceil(place))
        a, b = sorted_values[low], sorted_values[high]
        found.append(a if a == b else (high - place) * a + (place - low) * b)
    return found


@pytest.fixture
def values_of(monkeypatch):
    """Makes the module see these values in place of a Spark column."""

    def use(values: np.ndarray) -> None:
        def scalar(df, aggregate):
            return len(values) if aggregate is None else spark_percentile(values, *aggregate)

        functions = SimpleNamespace(
            count=lambda column: None, percentile=lambda column, at, copies: (at, copies), lit=int
        )
        monkeypatch.setattr(bins, "scalar", scalar)
        monkeypatch.setattr(bins, "F", functions)

    return use


@pytest.mark.parametrize("seed", range(40))
def test_quantiles_are_those_of_pandas_to_the_last_bit(seed, values_of):
    draw = np.random.RandomState(seed)
    for values in (draw.randint(-50, 50, 1 + seed * 7), draw.randn(1 + seed * 3).round(2) * 10):
        values = values.astype(float)
        values_of(values)
        for q in (np.linspace(0, 1, 2 + seed % 9), draw.rand(4).round(2)):
            assert bins.exact_quantiles(None, None, q) == pd.Series(values).quantile(q).tolist()


def test_no_values_have_no_quantiles(values_of):
    values_of(np.array([]))
    assert np.isnan(bins.exact_quantiles(None, None, np.array([0.5, 1.0]))).all()
