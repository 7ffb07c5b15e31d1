"""The study of biomarkers on patients with known effects, and a small real one from end to end."""

from __future__ import annotations

import json
import math
import sys
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy.stats import norm

from biomarker_samples import MARKERS, cohort, protocol, small_study
from page_reader import LOADING, Page
from trialkine.biomarker_study.api import Biomarkers
from trialkine.biomarker_study.catalogue import (
    RECORDED,
    catalogue,
    find_markers,
    marker_of,
    numbers,
)
from trialkine.biomarker_study.ceiling import EVERYTHING, NOT_INSTALLED, ceilings
from trialkine.biomarker_study.cohort import RESPONSES, run_cohort
from trialkine.biomarker_study.enrichment import enrichment
from trialkine.biomarker_study.interaction import NEITHER, PREDICTIVE, PROGNOSTIC, interactions
from trialkine.biomarker_study.marker_calibration import marker_calibration
from trialkine.biomarker_study.prediction import patients_for_area, predict, turned
from trialkine.biomarker_study.readings import BEFORE, CHANGE, readings, within_trials
from trialkine.biomarker_study.run import early_of
from trialkine.biomarker_study.sensitivity import sensitivity
from trialkine.biomarker_study.words import interaction_words
from trialkine.errors import InputError
from trialkine.statistics.estimate import Estimate
from trialkine.trial.agent_facts import known_names
from trialkine.trial.measurement import constant
from trialkine.trial.words import Duration

TREG = "regulatory_t_cells"


def found_in(one, name=TREG):
    """The prediction of one marker before treatment."""
    read = tuple(readings(one, MARKERS, 1))
    return next(each for each in predict(one, read) if each.marker.name == name)


# -- the catalogue ------------------------------------------------------------------------------------


def test_every_marker_is_a_quantity_of_the_model_or_stands_in_the_record() -> None:
    known = {*known_names().biomarkers, *RECORDED}
    assert set(catalogue()) <= known
    assert all(marker.seen_in in ("blood", "tissue", "scan", "clinic") for marker in catalogue().values())
    assert not any(marker.is_early for marker in catalogue().values() if marker.is_recorded)


def test_the_error_of_a_scan_follows_from_the_readers_errors() -> None:
    error = 3 * math.sqrt(constant("lesion_reading_sd") ** 2 / 3 + constant("reader_sd") ** 2)
    assert numbers()["scan_volume_error"].value == pytest.approx(error, abs=0.005)  # as rounded in the file
    assert numbers()["immunoassay_error"].value == constant("biomarker_reading_sd")


def test_the_coefficient_of_variation_becomes_the_spread_of_a_logarithm() -> None:
    error = replace(numbers()["tissue_error"], value=0.5, high=1.5)
    marker = replace(marker_of(TREG), error=error)
    draws = np.exp(marker.reading_sd() * np.random.default_rng(1).standard_normal(200_000))
    assert draws.std() / draws.mean() == pytest.approx(0.5, abs=0.01)
    assert marker.reading_sd(is_worst=True) == pytest.approx(math.sqrt(math.log(1 + 1.5**2)))


def test_the_protocols_own_markers_and_those_asked_for_are_looked_at_too() -> None:
    found = find_markers(protocol(), known_names().biomarkers, ["neutrophil_count"])
    names = [marker.name for marker in found]
    assert len(names) == len(set(names))
    assert {"plasma_vegf", "neutrophil_count", "burden", "age"} <= set(names)
    assert find_markers(protocol(), ("burden",))[0].name == "burden"
    assert "interferon_gamma" not in [marker.name for marker in find_markers(protocol(), ("burden",))]


@pytest.mark.parametrize(
    ("name", "hint"),
    [("regulatory_cells", "Did you mean 'regulatory_t_cells'?"), ("zzz", "such as 'burden'")],
)
def test_a_marker_that_nobody_knows_is_refused_with_the_nearest(name: str, hint: str) -> None:
    with pytest.raises(InputError, match=r"No quantity of the model is named") as caught:
        find_markers(protocol(), known_names().biomarkers, [name])
    assert hint in str(caught.value)


# -- readings -----------------------------------------------------------------------------------------


def test_error_lowers_the_area_of_normal_distributions_as_the_formula_says() -> None:
    generator = np.random.default_rng(2)
    n = 6000
    responded = np.arange(n) % 4 == 0
    value = 0.4 * generator.standard_normal(n) + 0.4 * responded
    one = replace(
        cohort(0.0, patients=n),
        responded=responded,
        baseline={**cohort(0.0, patients=n).baseline, TREG: np.exp(value)},
    )
    found = found_in(one)
    assert found.true.mean.estimate == pytest.approx(norm.cdf(0.4 / (0.4 * math.sqrt(2))), abs=0.03)
    for area, sd in (
        (found.read, found.marker.reading_sd()),
        (found.badly_read, found.marker.reading_sd(is_worst=True)),
    ):
        expected = norm.cdf(0.4 / math.sqrt(2 * (0.4**2 + sd**2)))
        assert area.mean.estimate == pytest.approx(expected, abs=0.03)  # four standard errors
    between = value.var() / (value.var() + found.marker.reading_sd() ** 2)
    assert found.reliability == pytest.approx(between, abs=0.02)


def test_what_everybody_has_alike_is_told_and_not_judged() -> None:
    found = found_in(cohort(1.0), "age")
    assert found.why == "the model gives everybody the same before treatment"
    assert found.read.mean.estimate is None
    assert found.patients_needed is None


def test_without_responders_a_marker_has_a_reason_in_place_of_an_area() -> None:
    nobody = replace(cohort(1.0), responded=np.zeros(2000, dtype=bool))
    assert found_in(nobody).why == "fewer than two patients responded"
    assert found_in(nobody).deaths.mean.estimate is not None
    everybody = replace(cohort(1.0), responded=np.ones(2000, dtype=bool))
    assert found_in(everybody).why == "fewer than two patients did not respond"


def test_levels_that_differ_between_repetitions_are_taken_out() -> None:
    trial = np.arange(90) % 3
    values = np.random.default_rng(3).standard_normal(90) * (1 + trial) + 10.0 * trial
    scaled = within_trials(values, trial)
    for one in range(3):
        assert scaled[trial == one].mean() == pytest.approx(0.0, abs=1e-12)
        assert scaled[trial == one].std() == pytest.approx(1.0)
    assert within_trials(np.ones(90), trial).tolist() == [0.0] * 90


def test_the_number_of_patients_gives_the_stated_power() -> None:
    needed = patients_for_area(norm.cdf(0.5 / math.sqrt(2)), 0.2)
    generator = np.random.default_rng(4)
    rejected = 0
    for _ in range(400):
        cases = round(0.2 * needed)
        scores = np.append(generator.standard_normal(cases) + 0.5, generator.standard_normal(needed - cases))
        ranks = scores.argsort().argsort()[:cases].sum() + cases
        area = (ranks - cases * (cases + 1) / 2) / (cases * (needed - cases))
        error = math.sqrt((needed + 1) / (12 * cases * (needed - cases)))
        rejected += abs(area - 0.5) > 1.96 * error
    assert rejected / 400 == pytest.approx(0.80, abs=0.07)  # standard error 0.02, and a normal approximation
    assert patients_for_area(0.5, 0.2) is None
    assert patients_for_area(0.6, 0.2, looked_at=20) > patients_for_area(0.6, 0.2)


def test_an_area_is_turned_with_its_limits() -> None:
    found = turned(Estimate(0.3, 0.2, 0.45, 0.95, "test"))
    assert (found.estimate, found.low, found.high) == pytest.approx((0.7, 0.55, 0.8))


# -- prognostic or predictive -------------------------------------------------------------------------


@pytest.mark.parametrize("is_counterfactual", [True, False])
@pytest.mark.parametrize(
    ("effects", "verdict"),
    [((1.2, 0.0), PREDICTIVE), ((1.0, 1.0), PROGNOSTIC), ((0.0, 0.0), NEITHER), ((-0.8, 0.8), PREDICTIVE)],
)
def test_known_effects_are_called_what_they_are(effects, verdict, is_counterfactual) -> None:
    seeds = (2, 2) if is_counterfactual else (2, 5)  # a true null is called predictive once in 40 seeds
    arms = tuple(
        cohort(effect, arm=name, seed=seed)
        for effect, name, seed in zip(effects, ("A", "B"), seeds, strict=True)
    )
    read = {one.arm: tuple(readings(one, MARKERS, 1)) for one in arms}
    found = {each.marker.name: each for each in interactions(arms, read, is_counterfactual)}
    assert found[TREG].verdict == verdict
    assert found["plasma_vegf"].verdict == NEITHER
    assert found["age"].why
    low, _, high = (effect.estimate for effect in found[TREG].effects)
    if effects[0] > effects[1]:
        assert low < high - 0.2
    if verdict == NEITHER:
        assert found[TREG].deaths_predictive.low < 0.0 < found[TREG].deaths_predictive.high


def test_patients_who_respond_alike_in_both_arms_are_no_evidence_of_a_difference() -> None:
    one = cohort(1.0, patients=300)
    arms = (replace(one, arm="A"), replace(one, arm="B"))
    read = {each.arm: tuple(readings(each, MARKERS, 1)) for each in arms}
    same = {each.marker.name: each for each in interactions(arms, read, True)}[TREG]
    other = {each.marker.name: each for each in interactions(arms, read, False)}[TREG]
    assert same.predictive.high - same.predictive.low < 1e-6
    assert other.predictive.high - other.predictive.low > 0.3


def test_one_arm_says_why_nothing_is_predictive() -> None:
    one = cohort(1.0)
    assert interactions((one,), {one.arm: tuple(readings(one, MARKERS, 1))}, False) == ()


# -- calibration, ceiling, sensitivity, enrichment ----------------------------------------------------


def test_chances_that_are_right_have_slope_one_and_tenths_on_the_diagonal() -> None:
    one = cohort(1.0, patients=8000)
    read = next(each for each in readings(one, MARKERS, 1) if each.marker.name == TREG)
    found = marker_calibration(one, read)
    assert found.slope.low < 1.0 < found.slope.high
    assert found.intercept.low < 0.0 < found.intercept.high
    assert len(found.tenths) == 10
    assert sum(tenth.observed.low <= tenth.predicted <= tenth.observed.high for tenth in found.tenths) >= 8


def test_chances_learnt_from_other_patients_than_those_judged_are_found_wrong() -> None:
    one = cohort(1.5, patients=8000)
    mixed = replace(one, responded=np.where(one.ids % 2 == 0, one.responded, np.roll(one.responded, 3001)))
    read = next(each for each in readings(mixed, MARKERS, 1) if each.marker.name == TREG)
    assert marker_calibration(mixed, read).slope.high < 0.5


def test_a_learnt_function_finds_what_the_patients_numbers_hold_but_not_luck() -> None:
    pytest.importorskip("sklearn")
    one = cohort(2.0, patients=600)
    found = {each.of: each for each in ceilings(one, tuple(readings(one, MARKERS, 1)))}
    assert found[EVERYTHING].quantities == 2
    assert found[EVERYTHING].area.mean.estimate > 0.75
    lucky = cohort(0.0, patients=600)
    chance = {each.of: each for each in ceilings(lucky, tuple(readings(lucky, MARKERS, 1)))}
    assert chance[EVERYTHING].area.mean.low < 0.5


def test_without_scikit_learn_the_ceiling_is_told_as_not_computed(monkeypatch) -> None:
    for name in ("sklearn", "sklearn.ensemble", "sklearn.linear_model"):
        monkeypatch.setitem(sys.modules, name, None)
    one = cohort(1.0, patients=200)
    found = ceilings(one, tuple(readings(one, MARKERS, 1)))
    assert {each.why for each in found} == {NOT_INSTALLED}


def test_the_number_that_decides_leads_and_luck_is_named_so() -> None:
    found = sensitivity(cohort(2.0))
    by_name = {each.name: each for each in found.sources}
    assert {name for name, each in by_name.items() if each.is_luck} == {"threshold"}
    assert by_name["decisive"].first.low > 0.15
    assert abs(by_name["idle"].first.estimate) < 0.02
    assert found.between_members is None
    assert sensitivity(cohort(2.0, trials=4)).between_members == pytest.approx(0.0, abs=0.01)


def test_enrichment_is_judged_by_patients_who_did_not_choose_the_marker() -> None:
    one, other = cohort(2.0, arm="A"), cohort(0.0, arm="B", base=-1.5)
    read = {each.arm: tuple(readings(each, MARKERS, 1)) for each in (one, other)}
    found = enrichment(one, read["A"], {"B": (other, read["B"])})
    assert (found.marker.name, found.direction) == (TREG, "higher")
    judges = one.ids % 2 == 1
    value = np.exp(next(each for each in read["A"] if each.marker.name == TREG).read)
    passes = value[judges] >= found.cut_off
    assert found.kept.estimate == pytest.approx(passes.mean())
    assert found.rate.estimate == pytest.approx(one.responded[judges][passes].mean())
    assert found.rate.estimate > found.everybody.estimate + 0.15 > found.left_out.estimate + 0.2
    assert found.screened_per_responder == pytest.approx(1 / (passes * one.responded[judges]).mean())
    (size,) = found.sizes
    assert size.enriched < size.everybody
    assert size.screened == round(size.enriched / found.kept.estimate)


def test_a_lower_marker_keeps_the_lower_patients_and_no_responders_give_a_reason() -> None:
    one = cohort(-2.0)
    found = enrichment(one, tuple(readings(one, MARKERS, 1)), {})
    assert found.direction == "lower"
    assert found.rate.estimate > found.left_out.estimate
    nobody = replace(one, responded=np.zeros(2000, dtype=bool))
    assert "fewer than two responders" in enrichment(nobody, tuple(readings(nobody, MARKERS, 1)), {}).why


# -- a real study -------------------------------------------------------------------------------------


def test_true_values_are_those_of_the_trial_without_the_errors_of_its_readings() -> None:
    study = small_study()
    one = study.cohorts[0]
    table = study.result.patients.filter(pl.col("arm") == one.arm)
    assert one.responded.tolist() == table["best_response"].is_in(RESPONSES).to_list()
    visits = study.result.visits.filter(pl.col("arm") == one.arm)
    first = visits.filter(day=0.0).sort("patient")
    sd = constant("biomarker_reading_sd")
    for name in (TREG, "burden", "soluble_il2_receptor"):
        error = np.log(first[name].to_numpy() / one.baseline[name])
        assert abs(error.mean()) < 4 * sd / math.sqrt(80)
        assert error.std() == pytest.approx(sd, rel=0.35)  # standard error of a spread of 80: 8 %
    # Where nothing acts on a quantity it stays what it was: the reading's error is gone to the last digits.
    drawn = ~np.isnan(one.early["plasma_vegf"])
    assert drawn.sum() > 40
    np.testing.assert_allclose(one.early["plasma_vegf"][drawn], one.baseline["plasma_vegf"][drawn], rtol=1e-6)


def test_what_the_clinic_recorded_is_what_patients_were_screened_by() -> None:
    study = small_study()
    screened = study.result.screening.filter(pl.col("is_enrolled")).sort("candidate")
    one = study.cohorts[0]
    for name in ("age", "performance_status", "neutrophils", "prior_lines", "metastatic_sites"):
        np.testing.assert_allclose(one.baseline[name], screened[name].to_numpy())


def test_the_same_patients_in_both_arms_have_the_same_readings_before_treatment() -> None:
    study = small_study()
    first, second = (
        {each.marker.name: each for each in study.readings[arm] if each.moment == BEFORE}
        for arm in study.result.arms
    )
    for name in (TREG, "burden", "age"):
        np.testing.assert_allclose(first[name].read, second[name].read)
    changes = [
        next(each for each in study.readings[arm] if (each.marker.name, each.moment) == (TREG, CHANGE))
        for arm in study.result.arms
    ]
    errors = [dict(zip(each.rows, each.read - each.true, strict=True)) for each in changes]
    both = [row for row in errors[0] if row in errors[1]]
    assert len(both) > 20
    assert not np.isclose([errors[0][row] for row in both], [errors[1][row] for row in both]).any()


def test_an_ensemble_of_two_members_keeps_patients_of_each_with_their_own_numbers() -> None:
    from trialkine.calibration.ensemble_file import read_ensemble

    members = read_ensemble().members
    result, (one, _) = run_cohort(
        protocol(), (marker_of(TREG),), Duration(4.0, "week"), patients=20, trials=2, seed=5, jobs=1,
        progress=lambda done, message: None, ensemble=members,
    )  # fmt: skip
    assert np.unique(one.trial).tolist() == [0, 1]
    first = result.visits.filter((pl.col("arm") == one.arm) & (pl.col("day") == 0.0)).sort("trial", "patient")
    error = np.log(first[TREG].to_numpy() / one.baseline[TREG])
    assert np.abs(error).max() < 4.5 * constant("biomarker_reading_sd")


def test_the_page_and_the_numbers_hold_every_part_and_load_nothing(tmp_path) -> None:
    study = small_study()
    folder = Biomarkers(study).save(tmp_path / "out")
    page = Page((folder / "biomarkers.html").read_text("utf-8"))
    text = " ".join("".join(page.words).split())
    assert not LOADING & {tag for tag, _ in page.tags}
    for heading in (
        "Beside the literature",
        "What would be needed",
        "Prognostic or predictive",
        "Enrichment",
    ):
        assert heading in text
    assert "No immunological parameter predicts the response to interleukin-2." in text
    record = json.loads((folder / "biomarkers.json").read_text("utf-8"))
    assert {one["arm"] for one in record["literature"]["statements"]} == {"IL-2"}
    assert len(record["markers"]) == len(study.predictions)
    assert all(one["area_as_read"]["estimate"] is not None or one["why"] for one in record["markers"])
    assert len(record["sensitivity"]["arms"]) == 2
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert "biomarkers.json" in manifest["files"]
    assert {"areas_1.svg", "roc.svg", "sensitivity_1.svg"} <= {
        path.name for path in (folder / "figures").iterdir()
    }


def test_the_same_patients_come_out_of_more_workers() -> None:
    study = small_study()
    _, again = run_cohort(
        protocol(), study.markers, study.early, patients=80, trials=1, seed=3, jobs=2,
        progress=lambda done, message: None, ensemble=None,
    )  # fmt: skip
    for one, other in zip(study.cohorts, again, strict=True):
        np.testing.assert_array_equal(one.responded, other.responded)
        for name, values in one.early.items():
            np.testing.assert_array_equal(values, other.early[name])


def test_a_study_shows_itself_in_a_notebook() -> None:
    found = Biomarkers(small_study())
    html = found._repr_html_()
    assert "Simulated data. Not for treating patients." in html
    assert "IL-2" in html
    assert found.table.height == len(small_study().predictions)
    assert "2 arms" in repr(found)
    assert len(interaction_words(small_study())) == 1


def test_the_early_draw_is_the_protocols_first_or_four_weeks() -> None:
    assert early_of(protocol()).days == 28.0
    stated = protocol().to_dict()
    stated["assessments"]["biomarkers"] = {"plasma_vegf": {"at": ["20 weeks", "2 weeks"]}}
    assert early_of(type(protocol()).from_dict(stated)).days == 14.0
    stated["assessments"] |= {"biomarkers": [], "every": "3 weeks"}
    assert early_of(type(protocol()).from_dict(stated)).days == 10.5
