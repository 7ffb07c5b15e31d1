"""Two arms after complete resection: time without relapse in place of response."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from trialkine.records import DAYS_PER_MONTH
from trialkine.report.contrasts import ArmContrast
from trialkine.report.metrics import NO_MEASURABLE_DISEASE, in_months, survival_columns
from trialkine.report.picks import evaluable
from trialkine.statistics.estimate import TestResult, undefined
from trialkine.statistics.summary import mean_interval
from trialkine.statistics.survival import kaplan_meier, restricted_mean_difference

if TYPE_CHECKING:
    from trialkine.trial.result import TrialResult


def relapse_contrast(result: TrialResult, contrast: ArmContrast) -> ArmContrast:
    """The same contrast with time without relapse, and no response."""
    no_response = undefined(NO_MEASURABLE_DISEASE, "none")
    healthy = evaluable(result.patients)
    if contrast.paired is not None:
        months = _paired_months(healthy, contrast, contrast.paired.until_months)
        paired = replace(
            contrast.paired,
            response_difference=no_response,
            response_test=TestResult(None, None, "none", NO_MEASURABLE_DISEASE),
            relapse_free_months=mean_interval(months),
        )
        return replace(contrast, paired=paired)
    assert contrast.randomised is not None
    first = healthy.filter(pl.col("trial") == 0)
    curves = [
        kaplan_meier(*survival_columns(first.filter(pl.col("arm") == arm), "pfs"))
        for arm in (contrast.arm, contrast.reference)
    ]
    until = contrast.randomised.until_months * DAYS_PER_MONTH
    difference = in_months(restricted_mean_difference(curves[0], curves[1], until))
    return replace(
        contrast,
        randomised=replace(
            contrast.randomised, response_difference=no_response, relapse_free_months=difference
        ),
    )


def _paired_months(healthy: pl.DataFrame, contrast: ArmContrast, until_months: float) -> list[float]:
    """Months without relapse up to the common end in this arm minus those in the reference.

    Patients are chosen by how long they could have been followed; without a relapse seen they count as free
    of it to the end.
    """
    until = until_months * DAYS_PER_MONTH
    free = pl.when(pl.col("pfs_event")).then(pl.min_horizontal("pfs_days", pl.lit(until))).otherwise(until)
    known = healthy.filter(pl.col("follow_up_days") >= until).with_columns(free=free)
    keys = ["trial", "patient"]
    pairs = (
        known.filter(pl.col("arm") == contrast.arm)
        .join(known.filter(pl.col("arm") == contrast.reference), on=keys, how="inner", suffix="_reference")
        .sort(keys)
    )
    return ((pairs["free"] - pairs["free_reference"]) / DAYS_PER_MONTH).to_list()
