"""After interleukin-2 regulatory T cells come back to normal in responders and stay raised in others."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.stats import ttest_ind

from laws.trials import Arm, column, responded, trial, values

HALF_A_YEAR = 24 * 7.0  # nine weeks after the second course, when the third is due


def responders_against_others(model: dict[str, object] | None) -> tuple[float, float]:
    """95 % limits of the log ratio to baseline in responders minus that in other patients."""
    result = trial(
        "burden-and-suppression-renal",
        {"IL-2": Arm("HD IL-2", model)},
        400,
        "7 months",
        assessments={
            "criteria": "who-1979",
            "every": "8 weeks",
            "confirm_after": "4 weeks",
            "biomarkers": ["regulatory_t_cells"],
        },
    )
    visits = result.visits.filter(pl.col("regulatory_t_cells").is_not_null())
    first = visits.filter(day=0.0).select("patient", before="regulatory_t_cells")
    later = visits.filter(day=HALF_A_YEAR).join(first, on="patient").sort("patient")
    change = np.log((later["regulatory_t_cells"] / later["before"]).to_numpy())
    answer = dict(zip(np.sort(column(result, "IL-2", "patient")), responded(result, "IL-2"), strict=True))
    is_responder = np.array([answer[patient] for patient in later["patient"]])
    assert min(is_responder.sum(), (~is_responder).sum()) > 15
    limits = ttest_ind(change[is_responder], change[~is_responder], equal_var=False).confidence_interval()
    return float(limits.low), float(limits.high)


def test_after_interleukin_2_regulatory_cells_are_lower_in_responders_than_in_others() -> None:
    """cesana_2006: up in progressors, normal in responders. Carried by a set-point that follows burden."""
    assert responders_against_others(None)[1] < 0.0


def test_regulatory_cells_do_not_tell_responders_where_burden_does_not_drive_them() -> None:
    assert responders_against_others(values(regulatory_fixed_share=1.0))[1] > 0.0
