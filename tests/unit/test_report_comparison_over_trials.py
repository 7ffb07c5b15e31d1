"""Repeated trials of which some give no number: ranked where they can be, counted where they cannot."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from comparison_samples import other_patients, same_patients
from report_samples import TWO_ARMS
from trialkine.report.comparison.cautions import cautions
from trialkine.report.comparison.collect import collect_runs
from trialkine.report.comparison.compare import ArmComparison, Contrast, compare_arms
from trialkine.report.comparison.folder import write_comparison_folder
from trialkine.report.comparison.over_trials import INFINITE_RATIO, over_trials, untold
from trialkine.report.comparison.question import question
from trialkine.report.comparison.tables import difference_table
from trialkine.report.comparison.words import contrast_words, ratio_cell
from trialkine.report.words import Cell
from trialkine.statistics.estimate import Estimate, undefined
from trialkine.statistics.hazard_ratio import IN_NEITHER, ONLY_IN_FIRST, ONLY_IN_SECOND
from trialkine.trial.result import TrialResult

REFERENCE, ARM = (sketch.name for sketch in TWO_ARMS)
ZERO, INFINITE, NOTHING = (undefined(why, "Cox") for why in (ONLY_IN_SECOND, ONLY_IN_FIRST, IN_NEITHER))


def ratios(*values: float | Estimate) -> list[dict[str, Estimate]]:
    """One trial's hazard ratio each."""
    return [
        {"hazard_ratio": one if isinstance(one, Estimate) else Estimate(one, one / 2, one * 2, 0.95, "Cox")}
        for one in values
    ]


def compared(result: TrialResult) -> tuple[ArmComparison, Contrast]:
    found = compare_arms(collect_runs([result]), question("os", None, "2 months", 0.5))
    return found, found.contrasts[0]


def with_events(result: TrialResult, trial: int, arms: tuple[str, ...]) -> TrialResult:
    """In one trial only some arms have events; follow-up reaches beyond the second month in all."""
    here, has_events = pl.col("trial") == trial, pl.col("arm").is_in(list(arms))
    return replace(
        result,
        patients=result.patients.with_columns(
            os_event=pl.when(here).then(pl.col("os_event") & has_events).otherwise(pl.col("os_event")),
            os_days=pl.when(here & ~has_events & pl.col("os_days").is_not_null())
            .then(5000.0)
            .otherwise(pl.col("os_days")),
        ),
    )


def test_ratios_of_nothing_and_without_end_are_ranked_where_they_belong() -> None:
    trials = ratios(ZERO, 0.8, INFINITE, INFINITE, 1.2, NOTHING, 0.9, INFINITE)
    found = over_trials(trials, 0.5)["hazard_ratio"]
    ranked = [0.0, 0.8, 0.9, 1.2, np.inf, np.inf, np.inf]
    assert found.estimate == np.median(ranked) == 1.2  # 0.9 of those with a number
    assert (found.low, found.high) == (0.8, None)  # ranks 2 and 6 of 7
    assert found.why == "the upper limit is infinite"
    told = untold(trials)
    assert (told.trials, told.without, told.zero, told.infinite) == (8, {"hazard_ratio": 1}, 1, 3)
    assert told.reasons == {"hazard_ratio": IN_NEITHER}


def test_a_median_without_end_is_said_to_be_infinite() -> None:
    found = over_trials(ratios(0.5, 0.7, INFINITE, INFINITE, INFINITE), 0.5)["hazard_ratio"]
    assert (found.estimate, found.low, found.high, found.why) == (None, 0.6, None, INFINITE_RATIO)
    assert ratio_cell(found) == Cell("∞", "0.60 to ∞")
    low = over_trials(ratios(ZERO, ZERO, ZERO, 0.5, 0.7), 0.5)["hazard_ratio"]
    assert ratio_cell(low) == Cell("0.00", "0.00 to 0.60")
    assert ratio_cell(over_trials(ratios(0.5, INFINITE, INFINITE), 0.95)["hazard_ratio"]).value == "∞"
    assert ratio_cell(Estimate(0.5, 0.2, None, 0.5, "x", "predictive")) == Cell("0.50", "0.20 to ∞")
    assert over_trials(ratios(NOTHING, NOTHING), 0.5)["hazard_ratio"].why == IN_NEITHER


def test_a_trial_that_was_run_once_says_why_it_has_no_ratio() -> None:
    assert over_trials(ratios(ZERO), 0.95)["hazard_ratio"] is ZERO
    assert untold(ratios(ZERO)).trials == 1


def test_trials_without_a_ratio_are_printed_and_in_the_json(tmp_path: Path) -> None:
    result = other_patients(same_patients(replicates=9, patients=12), ARM)
    for trial, arms in ((0, ()), (1, (ARM,)), (2, (ARM,)), (3, (REFERENCE,))):
        result = with_events(result, trial, arms)
    found, contrast = compared(result)
    assert (contrast.untold.without["hazard_ratio"], contrast.untold.zero, contrast.untold.infinite) == (
        1,
        1,
        2,
    )
    said = " ".join(cautions(found).beside_the_answer)
    assert f"{ARM} against {REFERENCE}: 1 of 9 trials gave no hazard ratio ({IN_NEITHER})" in said
    assert "of 9 trials the hazard ratio is 0 in 1 and infinite in 2, since only one arm had events" in said
    cell = difference_table(found).rows[0].cells[1]
    assert cell.remark == "1 of 9 trials gave none"
    assert "hazard ratio" in contrast_words(found, contrast)
    folder = write_comparison_folder(found, tmp_path / "out")
    record = json.loads((folder / "compare.json").read_text("utf-8"))
    ratio = record["contrasts"][0]["measures"]["hazard_ratio"]
    assert (ratio["trials_without"], ratio["trials_at_zero"], ratio["trials_at_infinity"]) == (1, 1, 2)
    assert record["contrasts"][0]["measures"]["response_difference"]["trials_without"] == 0
    assert "1 of 9 trials gave no hazard ratio" in (folder / "compare.html").read_text("utf-8")


def test_where_every_trial_tells_nothing_is_said_of_it() -> None:
    found, contrast = compared(other_patients(same_patients(replicates=3), ARM))
    assert contrast.untold.without.get("hazard_ratio", 0) == 0
    assert cautions(found).trials == ()


@pytest.mark.parametrize("replicates", [1, 4])
def test_one_patient_under_both_arms_is_not_two_patients(replicates: int, tmp_path: Path) -> None:
    result = same_patients(patients=1, failed=0, replicates=replicates)
    found, contrast = compared(result)
    assert contrast.paired is not None
    assert contrast.test.p_value is None
    why = "1 patient ended well in both arms; at least 2 are needed"
    for measure in contrast.measures.values():
        assert (measure.estimate, measure.low) == (None, None)
        assert measure.why == why
    assert contrast.test.why == why
    assert sum(contrast.paired.fates.values()) == replicates
    folder = write_comparison_folder(found, tmp_path / "out")
    assert why in (folder / "compare.html").read_text("utf-8")


def test_without_a_patient_who_ended_well_in_both_arms_there_are_no_pairs() -> None:
    result = same_patients(patients=6, failed=0)
    lost = pl.when((pl.col("arm") == ARM) == (pl.col("patient") < 3)).then(pl.lit("too_many_steps"))
    other = replace(result, patients=result.patients.with_columns(status=lost.otherwise(pl.lit("ok"))))
    _, contrast = compared(other)
    assert contrast.paired is None
    assert contrast.why_not_paired == "none of the patients in both arms ended well in both"
