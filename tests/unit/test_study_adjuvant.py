"""A trial after complete resection, and one scored by several criteria, run small."""

from functools import cache
from itertools import pairwise

import numpy as np
import polars as pl

from study_samples import IL2, study_protocol
from trialkine.report.baseline_thirds import baseline_thirds
from trialkine.report.criteria_scores import criteria_scores
from trialkine.report.endpoints_shown import main_metrics
from trialkine.report.outcomes import summarise
from trialkine.report.screening import screening_rows, screening_table
from trialkine.report.split_tables import baseline_table, criteria_table
from trialkine.study import run_protocol


@cache
def adjuvant():
    protocol = study_protocol(
        {"Observation": [], "Also observation": []},
        disease="resected_melanoma",
        assessments={"criteria": "relapse", "every": "12 weeks"},
        enrolment={"patients": 40, "per_month": 60},
        data_cut_off="30 months",
    )
    return run_protocol(protocol, seed=3, jobs=1)


@cache
def scored():
    protocol = study_protocol(
        {"HD IL-2": [IL2]},
        assessments={
            "criteria": "who-1979",
            "also_score": ["recist-1.1", "irecist"],
            "scans_until": "progression by every criterion",
            "every": "8 weeks",
            "subgroups": ["burden"],
        },
        enrolment={"patients": 40, "per_month": 60},
        data_cut_off="14 months",
    )
    return run_protocol(protocol, seed=3, jobs=1)


def test_nothing_can_be_seen_at_the_start_after_complete_resection():
    assert (adjuvant().patients["baseline_sld_mm"] == 0.0).all()


def test_relapse_is_seen_at_a_scan_or_felt_and_some_stay_free():
    patients = adjuvant().patients
    relapsed = patients.filter(pl.col("progression_day").is_not_null())
    assert 0 < relapsed.height < patients.height
    assert set(relapsed["progression_reason"]) <= {"new lesion", "symptoms"}
    at_scans = relapsed.filter(pl.col("progression_reason") == "new lesion")["progression_day"].to_numpy()
    np.testing.assert_allclose(at_scans % 84.0, 0.0, atol=1e-6)


def test_clones_below_the_cure_threshold_at_the_start_never_relapse_by_growth():
    """Who has no relapse has either died out or stayed too small; nobody relapses without a cause."""
    result = adjuvant()
    lesions = result.lesions.filter((pl.col("diameter_mm") > 0) & (pl.col("arm") == "Observation"))
    seen = set(lesions["patient"])
    visits = result.visits.filter(pl.col("new_lesion") & (pl.col("arm") == "Observation"))
    new = set(visits["patient"])
    relapsed = result.patients.filter(
        (pl.col("arm") == "Observation") & (pl.col("progression_reason") == "new lesion")
    )
    assert set(relapsed["patient"]) == seen | new


def test_the_measures_of_an_adjuvant_trial_are_of_relapse_and_not_of_response():
    summary = summarise(adjuvant())
    metrics = summary.arms[0].group.metrics
    assert metrics["orr"].estimate is None
    assert metrics["pfs_rate_24w"].estimate is None
    assert metrics["rfs_rate_12m"].estimate is not None
    assert main_metrics(summary.facts)[0] == "rfs_median_months"


def test_two_arms_of_the_same_patients_without_treatment_do_not_differ_in_relapse():
    contrast = summarise(adjuvant()).contrasts[0].paired
    assert contrast.relapse_free_months.estimate == 0.0
    assert contrast.response_difference.estimate is None


def test_every_criterion_scores_the_same_patients_and_the_first_is_the_trials_own():
    result = scored()
    counts = result.scores.group_by("criteria").len()
    assert set(counts["len"]) == {result.patients.filter(pl.col("status") == "ok").height}
    own = result.scores.filter(pl.col("criteria") == "who-1979").sort("patient")
    assert own["best_response"].to_list() == result.patients.sort("patient")["best_response"].to_list()
    assert own["pfs_days"].to_list() == result.patients.sort("patient")["pfs_days"].to_list()


def test_waiting_for_confirmation_never_brings_progression_forward():
    scores = scored().scores
    recist = scores.filter(pl.col("criteria") == "recist-1.1").sort("patient")
    waiting = scores.filter(pl.col("criteria") == "irecist").sort("patient")
    assert (waiting["pfs_days"] >= recist["pfs_days"]).all()
    assert (waiting["pfs_days"] > recist["pfs_days"]).any()


def test_scans_go_on_after_progression_until_all_criteria_have_seen_it():
    result = scored()
    progression = result.patients.select("patient", "progression_day")
    later = result.visits.join(progression, on="patient").filter(pl.col("day") > pl.col("progression_day"))
    assert later.height > 0


def test_the_table_of_criteria_has_a_row_for_each():
    assert [score.criteria for score in criteria_scores(scored())] == ["who-1979", "recist-1.1", "irecist"]
    assert len(criteria_table(scored(), summarise(scored())).rows) == 3
    assert criteria_table(adjuvant(), summarise(adjuvant())) is None


def test_thirds_share_the_patients_out_in_the_order_of_the_quantity():
    thirds = baseline_thirds(scored())
    assert [third.n for third in thirds] == [14, 13, 13]
    assert [third.third for third in thirds] == ["lowest", "middle", "highest"]
    for lower, upper in pairwise(thirds):
        assert lower.to_value <= upper.from_value
    assert len(baseline_table(summarise(scored())).rows) == 3
    assert baseline_table(summarise(adjuvant())) is None


def test_the_log_of_screening_sets_everybody_beside_those_enrolled():
    result = scored()
    first = screening_rows(result)[0]
    assert (first.screened, first.enrolled) == (str(result.accounting.drawn), "40")
    assert result.screening["is_enrolled"].sum() == 40
    enrolled = result.screening.filter(pl.col("is_enrolled"))
    assert set(enrolled["candidate"]) == set(result.patients["patient"])
    assert screening_table(result) is not None


def test_a_relapse_seen_on_an_earlier_line_is_the_strategys_relapse():
    weekly = {"agent": "im862", "dose": "20 mg", "route": "intranasal"}
    lines = [
        {**weekly, "schedule": "daily, for 40 weeks"},
        {**weekly, "schedule": "daily, for 4 weeks", "starts": "at once after im862 ends"},
    ]
    protocol = study_protocol(
        {"Two lines": lines},
        disease="resected_melanoma",
        assessments={"criteria": "relapse", "every": "12 weeks"},
        enrolment={"patients": 40, "per_month": 60},
        data_cut_off="20 months",
    )
    result = run_protocol(protocol, seed=3, jobs=1)
    first = result.lines.filter(pl.col("line") == 1).select("patient", early="progression_day")
    both = result.patients.join(first, on="patient").filter(pl.col("early").is_not_null())
    assert both.height > 0
    assert both["progression_day"].to_list() == both["early"].to_list()
