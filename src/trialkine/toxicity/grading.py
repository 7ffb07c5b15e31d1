"""The grade of a toxicity, from 0 (none) to 4 (life-threatening)."""

from __future__ import annotations

from typing import Any

import numpy as np

from trialkine.toxicity.terms import find_term

Array = np.ndarray[Any, np.dtype[Any]]


def grade(name: str, values: Array) -> Array:
    """The grade that each worst value of a toxicity's quantity means; nan has none and counts as 0.

    A grade begins beyond its limit: a value at the limit has the grade below, as in "less than" and
    "more than". Grade 5, death from treatment, is no matter of a value.

    Units: values [the term's unit]. Shape: any, returns the same.
    Raises: InputError, when no toxicity has that name.
    """
    term = find_term(name)
    values = np.asarray(values, dtype=float)
    result = np.zeros(values.shape, dtype=np.int8)
    for limit in term.limits:  # limits are in order, so each passed one adds a grade
        result += values > limit if term.worse == "high" else values < limit
    return result
