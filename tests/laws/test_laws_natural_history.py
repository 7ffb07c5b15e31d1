"""Kidney cancer regresses by itself now and then; melanoma hardly does."""

from __future__ import annotations

import pytest

from laws.trials import Arm, has, responded, trial, without
from trialkine.statistics.proportions import exact_interval, newcombe_difference
from trialkine.trial.result import TrialResult

EXAMPLE, UNTREATED = "natural-history-renal", "No treatment"


def untreated(disease: str, patients: int) -> TrialResult:
    """Patients without treatment, with and without T cells that kill."""
    arms = {"usual": UNTREATED, "no T cells": Arm(UNTREATED, without("immune_kill"))}
    return trial(EXAMPLE, arms, patients, "12 months", disease=disease)


def test_untreated_kidney_cancer_regresses_in_some_patients_and_no_more_than_placebo_arms_allow() -> None:
    """Rows PLACEBO_RCC_YANG (0 of 40) and MPA_KRIEGMAIR (0 of 35); calibrated on. About 6 % in one report."""
    answer = responded(untreated("renal_cell", 500), "usual")
    assert answer.sum() > 0
    assert answer.mean() < has(exact_interval(0, 75))[2]


def test_there_is_no_spontaneous_regression_without_t_cells_that_kill() -> None:
    """Carried by `immune_kill` and by the widely spread pool of memory cells; readers' error gives none."""
    result = untreated("renal_cell", 500)
    assert responded(result, "no T cells").sum() == 0


@pytest.mark.slow
def test_kidney_cancer_regresses_by_itself_more_often_than_melanoma() -> None:
    kidney, skin = (responded(untreated(name, 1000), "usual") for name in ("renal_cell", "melanoma"))
    difference = newcombe_difference(int(kidney.sum()), kidney.size, int(skin.sum()), skin.size)
    assert has(difference)[1] > 0.0
