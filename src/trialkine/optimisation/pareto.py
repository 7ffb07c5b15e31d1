"""Which candidates no other beats: as good in everything and better in something."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]


def on_front(merits: Array) -> Array:
    """Whether each candidate is on the Pareto front; equals stay beside each other.

    Shapes: merits (..., candidate, merit), of which more is better; returns (..., candidate).
    """
    other, own = merits[..., :, None, :], merits[..., None, :, :]
    is_beaten = np.all(other >= own, axis=-1) & np.any(other > own, axis=-1)
    return np.asarray(~np.any(is_beaten, axis=-2))
