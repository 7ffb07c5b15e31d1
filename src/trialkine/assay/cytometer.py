"""Reads wells as a laboratory does: background, spread between like wells, and a finite count of cells."""

from __future__ import annotations

from typing import Any

import numpy as np

from trialkine.assay.read_outs import ReadOut
from trialkine.assay.well_model import assay_records, single_value
from trialkine.population.distributions import values_from_scores
from trialkine.randomness import normals, uniforms

Array = np.ndarray[Any, np.dtype[Any]]


def donor_background(read_out: ReadOut, seed: int, group: str, donors: range) -> Array:
    """Each donor's positive share without a stimulus."""
    spread = assay_records()["background_share"].variability
    assert spread is not None
    scores = normals(seed, f"assay, {group}: background of {read_out.name}", donors)[:, 0]
    return np.asarray(values_from_scores(read_out.background, spread, scores))


def measure(read_out: ReadOut, true: Array, seed: int, group: str, donors: range, well: str) -> Array:
    """What the laboratory reads, in the model's unit, where the true response is as given.

    Shape: true (donor, time). The noise of a well depends on seed, group, donor, well and read-out alone.
    """
    count = true.shape[1]
    key = f"assay, {group}: {read_out.name} in {well}"
    response_spread = single_value("response_well_variation")
    scores = normals(seed, key, donors, count)
    response = true * np.exp(response_spread * scores)
    if not read_out.is_counted:
        limit = single_value("interleukin_10_detection_limit")
        return np.where(response < limit, 0.0, response)
    background_spread = single_value("background_well_variation")
    own = donor_background(read_out, seed, group, donors)[:, None]
    background = own * np.exp(background_spread * normals(seed, f"{key}, background", donors, count))
    share = np.clip(background + response, 0.0, 1.0)
    return _count(read_out.events, share, uniforms(seed, f"{key}, count", donors, count))


def _count(events: int, share: Array, quantile: Array) -> Array:
    """The positive share of a finite number of cells."""
    from scipy.stats import binom

    return np.asarray(binom.ppf(quantile, events, share), dtype=float) / events
