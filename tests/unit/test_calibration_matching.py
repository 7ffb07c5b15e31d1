"""Virtual patients weighted so that they are like those of one arm of a published trial."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from study_samples import SEQUENCE, TEMOZOLOMIDE, study_protocol
from trialkine.calibration import matching
from trialkine.calibration.matching import (
    USUAL_PATIENTS,
    check_reported,
    match_pool,
    pool_protocol,
    simulate_pool,
)
from trialkine.calibration.weighted_outcomes import weighted_survival
from trialkine.cli import match as command
from trialkine.errors import InputError
from trialkine.population.ensemble import ParameterEnsemble
from trialkine.records import DAYS_PER_MONTH
from trialkine.statistics.survival import kaplan_meier, median_survival, survival_at
from trialkine.trial.protocol import Protocol
from trialkine.trial.result import Accounting, TrialResult

CONTROL, OTHER = "control", "other"
RESPONDERS, PATIENTS = 20, 100
LONG = 60 * DAYS_PER_MONTH
SOURCE = {"citation": "A trial that never was"}


def published(*reported, **keys) -> Protocol:
    """A trial of two arms, of which something is reported."""
    arms = {CONTROL: [TEMOZOLOMIDE], OTHER: SEQUENCE}
    more = {"reported": list(reported), "source": SOURCE} if reported else {}
    return study_protocol(arms, **more, **keys)


def arm_rows(arm, best, os_months, *, pfs_months=None, follow_up=LONG, status=None):
    """An arm's patients with known outcomes; nobody is lost."""
    n = len(best)
    days = np.asarray(os_months, dtype=float) * DAYS_PER_MONTH
    free = days if pfs_months is None else np.asarray(pfs_months, dtype=float) * DAYS_PER_MONTH
    planned = np.broadcast_to(np.asarray(follow_up, dtype=float), (n,))
    times = {"os": days, "pfs": free, "ttp": free}
    endpoints = {
        name: value
        for end, day in times.items()
        for name, value in ((f"{end}_days", np.minimum(day, planned)), (f"{end}_event", day <= planned))
    }
    return pl.DataFrame(
        {
            "arm": [arm] * n, "trial": np.zeros(n, dtype=int), "patient": np.arange(n),
            "status": status or ["ok"] * n, "best_response": list(best), "follow_up_days": planned,
            "response_day": np.full(n, 56.0), **endpoints,
        }
    )  # fmt: skip


def pool_of(protocol, control, other=None) -> TrialResult:
    """A pool with these patients; what is not looked at is empty."""
    nothing = pl.DataFrame()
    other = control.with_columns(arm=pl.lit(OTHER)) if other is None else other
    return TrialResult(
        protocol=protocol, arms=(CONTROL, OTHER), replicates=1, seed=0,
        patients=pl.concat([control, other]), lines=nothing, visits=nothing, lesions=nothing,
        exposure=nothing, biomarkers={}, case_mix=(0.5,), accounting=Accounting(PATIENTS, {}, {}),
        parameters=(), equations="", model_hash="", work={},
    )  # fmt: skip


def usual_rows(arm=CONTROL, **keys):
    """Twenty responders of a hundred, a quarter of them complete; responders live 24 months, others 8."""
    best = ["CR"] * 5 + ["PR"] * 15 + ["SD"] * 30 + ["PD"] * 50
    return arm_rows(arm, best, [24.0] * RESPONDERS + [8.0] * (PATIENTS - RESPONDERS), **keys)


def outcome(found, arm, metric):
    return next(one for one in found.outcomes if (one.arm, one.metric) == (arm, metric))


def test_responders_are_weighted_to_the_reported_rate_and_the_other_arm_keeps_its_patients():
    # Under the other arm half of the responders and no one else respond.
    other = arm_rows(OTHER, ["CR"] * 10 + ["PD"] * 90, [24.0] * RESPONDERS + [8.0] * 80)
    protocol = published({"arm": CONTROL, "n": 10_000, "responders": 3000})
    found = match_pool(pool_of(protocol, usual_rows(), other), CONTROL)
    (margin,) = found.margins
    assert (margin.metric, margin.reported) == ("orr", 0.3)
    assert margin.before == pytest.approx(0.2)
    assert margin.error == pytest.approx(np.sqrt(0.3 * 0.7 / 10_000), rel=1e-3)  # half a patient is added
    assert margin.after == pytest.approx(0.3, abs=1e-3)  # the price of a miss is small against its use
    np.testing.assert_allclose(found.weights[:RESPONDERS], margin.after / RESPONDERS, rtol=1e-6)
    assert found.effective_size == pytest.approx(1 / (0.3**2 / 20 + 0.7**2 / 80), rel=0.01)
    response = outcome(found, OTHER, "orr")
    assert response.before == pytest.approx(0.1)
    assert response.after == pytest.approx(margin.after / 2)
    alive = outcome(found, OTHER, "os_rate_12m")
    assert (alive.before, alive.after) == (pytest.approx(0.2), pytest.approx(margin.after))


def test_complete_responses_are_a_margin_among_the_responses_alone():
    protocol = published({"arm": CONTROL, "n": 1000, "cr": 100, "pr": 100, "pd": 500})
    found = match_pool(pool_of(protocol, usual_rows()), CONTROL)
    by_metric = {margin.metric: margin for margin in found.margins}
    assert by_metric["cr_rate"].before == pytest.approx(0.25)
    assert by_metric["cr_rate"].reported == pytest.approx(0.5)
    assert by_metric["cr_rate"].after == pytest.approx(0.5, abs=0.02)
    assert by_metric["pd_rate"].before == pytest.approx(50 / 80)
    assert by_metric["pd_rate"].of == 800
    assert found.weights[:5].sum() / found.weights[:RESPONDERS].sum() == pytest.approx(0.5, abs=0.02)
    assert found.not_matched == ()  # partial responses follow from the other two


def test_a_median_of_scanned_progression_bounds_what_is_free_on_either_side():
    # Scans every 8 weeks: around 4 months more than half were free at 3.1, fewer at 4.9.
    rows = usual_rows(pfs_months=[6.0] * 70 + [2.0] * 30)
    protocol = published({"arm": CONTROL, "enrolled": 400, "metrics": {"pfs_median_months": 4.0}})
    found = match_pool(pool_of(protocol, rows), CONTROL)
    early, late = found.margins
    assert (early.sense, late.sense) == ("at least", "at most")
    assert "progression-free at 3.08 months" in early.about
    assert "progression-free at 4.92 months" in late.about
    assert (early.before, late.before) == (pytest.approx(0.7), pytest.approx(0.7))
    assert late.after == pytest.approx(0.5, abs=late.error)


def test_a_lower_bound_stays_one():
    metrics = {"os_rate_12m": {"value": 0.1, "at_least": True}}
    protocol = published({"arm": CONTROL, "enrolled": 50, "metrics": metrics})
    found = match_pool(pool_of(protocol, usual_rows()), CONTROL)
    assert found.margins[0].sense == "at least"
    np.testing.assert_allclose(found.weights, 1 / PATIENTS)


def test_a_lower_bound_that_the_pool_misses_is_met():
    metrics = {"os_rate_12m": {"value": 0.4, "at_least": True}}
    protocol = published({"arm": CONTROL, "enrolled": 10_000, "metrics": metrics})
    found = match_pool(pool_of(protocol, usual_rows()), CONTROL)
    assert found.margins[0].before == pytest.approx(0.2)
    assert found.margins[0].after == pytest.approx(0.4, abs=2.0 * found.margins[0].error)
    assert found.not_matched == ()


def test_patients_who_are_followed_too_briefly_count_in_no_landmark_even_if_they_died():
    # Half of each kind are followed for 10 months: their deaths at 8 months are seen, their survival not.
    planned = np.tile([LONG, 10 * DAYS_PER_MONTH], PATIENTS // 2)
    protocol = published({"arm": CONTROL, "enrolled": 1000, "metrics": {"os_rate_12m": 0.2}})
    found = match_pool(pool_of(protocol, usual_rows(follow_up=planned)), CONTROL)
    assert found.margins[0].before == pytest.approx(0.2)
    np.testing.assert_allclose(found.weights, 1 / PATIENTS, rtol=1e-6)


def test_patients_whose_simulation_failed_are_left_out():
    status = ["ok"] * 99 + ["too_many_steps"]
    protocol = published({"arm": CONTROL, "n": 50, "responders": 12})
    found = match_pool(pool_of(protocol, usual_rows(status=status)), CONTROL)
    assert len(found.weights) == 99
    assert 99 not in found.patient
    assert found.weights.sum() == pytest.approx(1.0)


def test_numbers_that_no_margin_stands_for_are_named():
    metrics = {"doses_given_mean": 20.0, "os_median_months": 9.0, "grade34_rate": 0.4}
    protocol = published({"arm": CONTROL, "enrolled": 60, "metrics": metrics})
    rows = usual_rows().with_columns(os_days=pl.lit(np.linspace(1, 20, PATIENTS) * DAYS_PER_MONTH).explode())
    found = match_pool(pool_of(protocol, rows), CONTROL)
    assert set(found.not_matched) == {"doses_given_mean", "grade34_rate"}
    assert outcome(found, CONTROL, "os_median_months").after == pytest.approx(9.0, abs=0.3)  # steps of 0.2


def without_responses():
    """A hundred patients of whom none responds; forty are stable. They live as the usual ones."""
    return arm_rows(CONTROL, ["SD"] * 40 + ["PD"] * 60, [24.0] * RESPONDERS + [8.0] * 80)


def test_a_margin_that_no_weights_can_meet_is_left_out_with_the_reason_and_the_others_are_met():
    metrics = {"os_rate_12m": 0.3}
    reported = {"arm": CONTROL, "n": 1000, "enrolled": 1000, "cr": 50, "pr": 150, "metrics": metrics}
    found = match_pool(pool_of(published(reported), without_responses()), CONTROL)
    (margin,) = found.margins
    assert (margin.metric, margin.before) == ("os_rate_12m", pytest.approx(0.2))
    assert margin.after == pytest.approx(0.3, abs=0.01)
    # As if nothing but survival had been reported.
    alone = match_pool(
        pool_of(published({"arm": CONTROL, "enrolled": 1000, "metrics": metrics}), without_responses()),
        CONTROL,
    )
    np.testing.assert_array_equal(found.weights, alone.weights)
    assert {one.metric: (one.reported, one.why) for one in found.left_out} == {
        "orr": (0.2, "none of the 100 patients of the pool who count in it shows it"),
        "cr_rate": (0.25, "none of the 100 patients of the pool counts in it"),
    }
    assert set(found.not_matched) == {"orr", "cr_rate", "pr_rate"}
    assert alone.left_out == ()


def test_what_everybody_shows_cannot_be_made_rarer_unless_the_error_allows_it():
    rows = arm_rows(CONTROL, ["PR"] * 50 + ["PD"] * 50, [24.0] * 100)

    def left_out(enrolled, share):
        reported = {"arm": CONTROL, "n": 100, "responders": 40, "metrics": {"os_rate_12m": share}}
        found = match_pool(pool_of(published({**reported, "enrolled": enrolled}), rows), CONTROL)
        return [(one.metric, one.why) for one in found.left_out]

    why = "all of the 100 patients of the pool who count in it show it"
    assert left_out(400, 0.9) == [("os_rate_12m", why)]
    assert left_out(400, 1.0) == []


def test_a_match_is_refused_where_no_margin_is_left():
    protocol = published({"arm": CONTROL, "n": 1000, "cr": 50, "pr": 150})
    with pytest.raises(InputError) as refusal:
        match_pool(pool_of(protocol, without_responses()), CONTROL)
    assert str(refusal.value) == (
        "No number reported of arm 'control' can be a margin in this pool: 'orr (complete or partial "
        "response)', 20.0%: none of the 100 patients of the pool who count in it shows it; 'cr_rate "
        "(complete among the responses)', 25.0%: none of the 100 patients of the pool counts in it. Simulate "
        "more patients, or check the protocol and the numbers."
    )


def test_what_the_pool_cannot_be_is_refused_with_the_number_that_binds():
    # Complete responses from 5 to 70 of 100: without the rate of response they would be 17.5.
    protocol = published({"arm": CONTROL, "n": 1000, "cr": 700, "pr": 100})
    with pytest.raises(InputError, match=r"binds is 'orr \(complete or partial response\)', wanted 0\.8"):
        match_pool(pool_of(protocol, usual_rows()), CONTROL)


@pytest.mark.parametrize(
    ("reported", "arm", "advice"),
    [
        ([{"arm": CONTROL, "n": 9, "cr": 1}], "contrl", "Did you mean 'control'"),
        ([{"arm": CONTROL, "n": 9, "responders": 1}], OTHER, "Numbers are reported of: control"),
        ([], CONTROL, "Nothing is reported of arm 'control'. Add them"),
        ([{"arm": CONTROL, "n": 9, "responders": 1, "selected": "the best"}], CONTROL, "selected .the best"),
        ([{"arm": CONTROL, "metrics": {"doses_given_mean": 4}}], CONTROL, "can be no margin"),
    ],
)
def test_an_arm_that_cannot_be_matched_is_refused_before_anything_is_simulated(reported, arm, advice):
    with pytest.raises(InputError, match=advice):
        check_reported(published(*reported), arm)


def test_a_pool_is_treated_alike_in_every_arm_on_the_calendar_of_the_trial():
    protocol = published({"arm": CONTROL, "n": 9, "responders": 1}, arms_are="randomised")
    data = protocol.to_dict()
    data["arms"][1]["ratio"] = 2
    pool = pool_protocol(Protocol.from_dict(data), 600)
    assert pool.is_counterfactual
    assert [arm.ratio for arm in pool.arms] == [None, None]
    stated = protocol.enrolment
    assert pool.enrolment.patients == 600
    assert 600 / pool.enrolment.per_month == pytest.approx(stated.patients / stated.per_month)
    assert Protocol.from_dict(pool.to_dict()) == pool


def test_the_same_patients_are_simulated_in_every_arm():
    protocol = study_protocol({CONTROL: [TEMOZOLOMIDE], OTHER: [TEMOZOLOMIDE]}, arms_are="randomised")
    pool = simulate_pool(protocol, patients=6, seed=4, jobs=1)
    control, other = (pool.patients.filter(pl.col("arm") == arm) for arm in (CONTROL, OTHER))
    assert control.height == 6
    assert control.drop("arm").equals(other.drop("arm"))  # the same treatment and the same luck


def test_members_of_an_ensemble_share_the_pool_and_keep_the_case_mix_of_a_randomised_trial(monkeypatch):
    asked = {}
    monkeypatch.setattr(matching, "run_protocol", lambda protocol, **keys: asked.update(keys))
    names = ("melanoma:trial.case_mix.intercept", "trial.case_mix.randomised", "trial.case_mix.sd")
    members = ParameterEnsemble(names, np.tile([-0.9, 0.3, 0.7], (4, 1)), np.full(4, 0.25))
    protocol = published({"arm": CONTROL, "n": 9, "responders": 1}, arms_are="randomised")
    simulate_pool(protocol, patients=4000, ensemble=members)
    assert (asked["trials"], asked["patients"]) == (4, 1000)
    np.testing.assert_allclose(asked["ensemble"].values[:, 0], -0.6)
    assert (members.values[:, 0] == -0.9).all()
    simulate_pool(protocol, patients=50, ensemble=members)
    assert (asked["trials"], asked["patients"]) == (2, 25)


def test_a_weighted_curve_is_that_of_so_many_copies_of_each_patient():
    random = np.random.default_rng(3)
    days, events = random.integers(1, 40, 60).astype(float), random.random(60) < 0.7
    copies = random.integers(0, 4, 60)
    curve = weighted_survival(days, events, copies / copies.sum())
    expected = kaplan_meier(np.repeat(days, copies), np.repeat(events, copies))
    np.testing.assert_allclose(curve.survival, expected.survival, rtol=1e-12)
    np.testing.assert_array_equal(curve.times, expected.times)
    assert median_survival(curve).estimate == median_survival(expected).estimate
    assert survival_at(curve, 11.0).estimate == pytest.approx(survival_at(expected, 11.0).estimate)


def test_the_command_writes_weights_and_numbers_and_prints_the_margins(tmp_path, monkeypatch, capsys):
    protocol = published({"arm": CONTROL, "n": 1000, "responders": 300})
    file, out = tmp_path / "trial.yaml", tmp_path / "found"
    file.write_text(protocol.to_yaml(), "utf-8")
    pool = pool_of(protocol, usual_rows())
    monkeypatch.setattr(matching, "run_protocol", lambda protocol, **keys: replace(pool, protocol=protocol))
    monkeypatch.setattr(matching, "has_shipped_ensemble", lambda: False)
    command.match(file, CONTROL, 100, 0, out, 1, str(tmp_path / "copy.json"))
    said = capsys.readouterr().out
    assert "orr: complete or partial response     30.0 %   20.0 %   30.0 %" in said
    assert "Effective sample size: 94 of 100 patients (94%)" in said
    table = pl.read_csv(out / "weights.csv")
    assert table.columns == ["trial", "patient", "weight"]
    assert table["weight"].sum() == pytest.approx(1.0)
    record = json.loads((out / "match.json").read_text("utf-8"))
    assert record == json.loads((tmp_path / "copy.json").read_text("utf-8"))
    assert record["effective_sample_size"] == pytest.approx(1 / (table["weight"] ** 2).sum())
    assert {one["arm"] for one in record["outcomes"]} == {CONTROL, OTHER}
    assert record["left_out"] == []
    assert command.USUAL_PATIENTS == USUAL_PATIENTS


def test_the_command_tells_what_was_left_out(tmp_path, monkeypatch, capsys):
    metrics = {"os_rate_12m": 0.3}
    protocol = published({"arm": CONTROL, "n": 1000, "enrolled": 1000, "responders": 200, "metrics": metrics})
    file, out = tmp_path / "trial.yaml", tmp_path / "found"
    file.write_text(protocol.to_yaml(), "utf-8")
    pool = pool_of(protocol, without_responses())
    monkeypatch.setattr(matching, "run_protocol", lambda protocol, **keys: replace(pool, protocol=protocol))
    monkeypatch.setattr(matching, "has_shipped_ensemble", lambda: False)
    command.match(file, CONTROL, 100, 0, out, 1, None)
    why = "none of the 100 patients of the pool who count in it shows it"
    said = " ".join(capsys.readouterr().out.split())
    assert f"Left out: 'orr (complete or partial response)', reported 20.0 %: {why}." in said
    (told,) = json.loads((out / "match.json").read_text("utf-8"))["left_out"]
    assert (told["metric"], told["reported"], told["why"]) == ("orr", 0.2, why)


def test_a_refused_match_leaves_no_folder(tmp_path, monkeypatch):
    protocol = published({"arm": CONTROL, "n": 1000, "cr": 700, "pr": 100})
    file, out = tmp_path / "trial.yaml", tmp_path / "found"
    file.write_text(protocol.to_yaml(), "utf-8")
    pool = pool_of(protocol, usual_rows())
    monkeypatch.setattr(matching, "run_protocol", lambda protocol, **keys: replace(pool, protocol=protocol))
    monkeypatch.setattr(matching, "has_shipped_ensemble", lambda: False)
    with pytest.raises(InputError, match="says little"):
        command.match(file, CONTROL, 100, 0, out, 1, None)
    assert not out.exists()
