"""Change of the measured tumour sum from baseline, in the measure the trial's criteria use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from trialkine.trial.result import TrialResult


@dataclass(frozen=True)
class SizeMeasure:
    """A sum over lesions: its column, its name, and the changes that mean response and growth [%]."""

    column: str
    baseline: str
    name: str
    response_percent: float
    growth_percent: float


SUM_OF_DIAMETERS = SizeMeasure("sld_mm", "baseline_sld_mm", "sum of diameters", -30.0, 20.0)
SUM_OF_PRODUCTS = SizeMeasure("spd_mm2", "baseline_spd_mm2", "sum of products", -50.0, 25.0)


def size_measure(criteria: str) -> SizeMeasure:
    """The measure by which the criteria judge tumours."""
    return SUM_OF_PRODUCTS if criteria.startswith("who") else SUM_OF_DIAMETERS


def percent_changes(result: TrialResult, measure: SizeMeasure) -> pl.DataFrame:
    """Per scan, the change from the patient's baseline.

    Units: change [%], day [day].
    """
    keys = ["arm", "trial", "patient"]
    baseline = result.patients.filter(pl.col("status") == "ok").select(
        *keys, pl.col(measure.baseline).alias("baseline")
    )
    return (
        result.visits.join(baseline, on=keys, how="inner")
        .filter((pl.col("baseline") > 0) & pl.col(measure.column).is_not_null())
        .filter(pl.col(measure.column).is_not_nan())
        .with_columns(change=100.0 * (pl.col(measure.column) / pl.col("baseline") - 1.0))
        .select(*keys, "day", "line", "response", "change")
        .sort(*keys, "day")
    )


def best_changes(result: TrialResult, measure: SizeMeasure) -> pl.DataFrame:
    """Per patient, the lowest change seen after baseline; patients without a later scan are absent.

    Units: change [%].
    """
    keys = ["arm", "trial", "patient"]
    return (
        percent_changes(result, measure)
        .filter(pl.col("day") > 0)
        .group_by(keys)
        .agg(pl.col("change").min())
        .sort(keys)
    )
