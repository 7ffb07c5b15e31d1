"""The same patients under each response criterion that scored them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from trialkine.report.metrics import in_months, response_rates, survival_columns
from trialkine.statistics.estimate import Estimate
from trialkine.statistics.survival import kaplan_meier, median_survival

if TYPE_CHECKING:
    from trialkine.trial.result import TrialResult

SCORED = ("orr", "cr_rate", "pd_rate", "pfs_median_months")


@dataclass(frozen=True)
class CriterionScore:
    """One arm under one criterion, over all repetitions of the trial."""

    arm: str
    criteria: str
    metrics: Mapping[str, Estimate]


def criteria_scores(result: TrialResult) -> list[CriterionScore]:
    """Every arm under every criterion, in the protocol's order; nothing where a single one scored."""
    if result.scores is None:
        return []
    found = []
    for arm in result.arms:
        for name in result.protocol.assessments.scored:
            own = result.scores.filter((pl.col("arm") == arm) & (pl.col("criteria") == name))
            metrics = dict(response_rates(own))
            curve = kaplan_meier(*survival_columns(own, "pfs"))
            metrics["pfs_median_months"] = in_months(median_survival(curve))
            found.append(CriterionScore(arm, name, {key: metrics[key] for key in SCORED}))
    return found
