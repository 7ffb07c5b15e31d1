"""Response by thirds of a quantity before treatment, such as burden or regulatory T cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trialkine.report.metrics import in_months, survival_columns
from trialkine.report.picks import evaluable
from trialkine.statistics.estimate import Estimate
from trialkine.statistics.proportions import exact_interval
from trialkine.statistics.survival import kaplan_meier, median_survival

if TYPE_CHECKING:
    from trialkine.trial.result import TrialResult

THIRDS = ("lowest", "middle", "highest")


@dataclass(frozen=True)
class BaselineThird:
    """One third of an arm's patients, all repetitions together.

    Units: from_value and to_value [the quantity's].
    """

    arm: str
    quantity: str
    third: str
    n: int
    from_value: float
    to_value: float
    response: Estimate
    survival_months: Estimate


def baseline_thirds(result: TrialResult) -> list[BaselineThird]:
    """Every third of every quantity the protocol names, arm by arm."""
    if result.baseline is None:
        return []
    found = []
    for arm in result.arms:
        own = evaluable(result.patients).filter(pl.col("arm") == arm)
        for quantity in result.protocol.assessments.subgroups:
            values = result.baseline.filter(pl.col("quantity") == quantity)
            rows = own.join(values, on=["trial", "patient"], how="inner").sort("value", "trial", "patient")
            for third, places in zip(THIRDS, np.array_split(np.arange(rows.height), 3), strict=True):
                if len(places):
                    found.append(_third(arm, quantity, third, rows[places.tolist()]))
    return found


def _third(arm: str, quantity: str, third: str, rows: pl.DataFrame) -> BaselineThird:
    responders = int(rows["best_response"].is_in(["CR", "PR"]).sum())
    survival = kaplan_meier(*survival_columns(rows, "os"))
    return BaselineThird(
        arm=arm,
        quantity=quantity,
        third=third,
        n=rows.height,
        from_value=float(rows["value"][0]),
        to_value=float(rows["value"][-1]),
        response=exact_interval(responders, rows.height),
        survival_months=in_months(median_survival(survival)),
    )
