"""What a prediction is made of, with the simulation replaced by draws that are known."""

from dataclasses import replace

import numpy as np
import pytest

from trialkine.calibration.ensemble_file import CalibratedEnsemble, read_ensemble
from trialkine.population.ensemble import ParameterEnsemble
from trialkine.published_trials.catalogue import published_trials
from trialkine.trial.protocol import Protocol
from trialkine.validation import predict as module
from trialkine.validation.already_seen import known_trial, one_family_each
from trialkine.validation.predict import SIZE, Plan, Simulation, observations, predict

PLAN = Plan(trials=400, patients=50, seed=3)
CLASS = "trial.response.interferon alfa"


def trial(family, responders, agent="interferon_alfa", **source):
    line = {"agent": agent, "dose": "9 MIU", "route": "subcutaneous", "schedule": "weekly, for 4 weeks"}
    return Protocol.from_dict(
        {
            "schema": 1,
            "title": f"Trial of {family}",
            "disease": "renal_cell",
            "arms": [{"name": "A", "treatment": [line]}],
            "assessments": {"criteria": "who-1979", "every": "8 weeks"},
            "enrolment": {"patients": 50, "per_month": 10},
            "follow_up": "12 months",
            "reported": [{"arm": "A", "n": 50, "responders": responders}],
            "source": {"citation": "Somebody 1999", "use": "calibration", "family": family, **source},
        }
    )


def ensemble(offsets=(0.0, 0.0), log_likelihood=(0.0, 0.0)):
    names = ("trial.discrepancy.response", "trial.response_spread", CLASS)
    values = np.array([[1e-9, 1e-9, offset] for offset in offsets])
    members = ParameterEnsemble(names, values, np.full(2, 0.5), "two", "hash")
    return CalibratedEnsemble(members, ("first",), np.array(log_likelihood)[:, None], {})


@pytest.fixture(autouse=True)
def known_draws(monkeypatch):
    """Member 0 has responses in a tenth of the patients, member 1 in a half."""
    rates = np.where(np.arange(PLAN.trials) % 2 == 0, 0.1, 0.5)
    draws = {"A||orr": rates, SIZE + "A||orr": np.array(50.0)}

    def simulated(trials, *_):
        return {name: Simulation(name, draws) for name in trials}

    monkeypatch.setattr(module, "_simulate_all", simulated)


def median(trials, members, **options):
    ledger = predict(trials, trials, members, PLAN, **options)
    return next(row for row in ledger.rows if row.family == "first").predicted.median


def test_leaving_a_family_out_weights_the_members_by_the_inverse_of_its_likelihood():
    trials = {"one": trial("first", 25), "two": trial("second", 5)}
    favours_the_second = ensemble(log_likelihood=(-3.0, 0.0))  # so without it the first weighs e^3 as much
    assert median(trials, favours_the_second, leave_out=True) < 0.2
    favours_the_first = ensemble(log_likelihood=(0.0, -3.0))
    assert median(trials, favours_the_first, leave_out=True) > 0.4
    both = predict(trials, trials, favours_the_second, PLAN).rows[0].predicted
    assert both.intervals[0.8][0] < 0.2 < 0.4 < both.intervals[0.8][1]


def test_the_offset_of_a_class_moves_its_responses_unless_no_other_family_gave_it():
    alone, shared = {"one": trial("first", 5)}, {"one": trial("first", 5), "two": trial("second", 5)}
    moved = ensemble(offsets=(3.0, 3.0))
    assert median(alone, moved) > median(alone, ensemble())
    assert median(shared, moved, leave_out=True) > 0.5
    assert median(alone, moved, leave_out=True) == median(alone, ensemble(), leave_out=True)


def test_pools_learn_from_counted_calibration_trials_alone():
    trials = {
        "one": trial("first", 5),
        "two": trial("second", 6, counted=False),
        "three": trial("third", 7, use="prediction"),
    }
    assert {(one.family, one.metric) for one in observations(trials)} == {("first", "orr")}


def test_a_series_counted_elsewhere_is_shown_and_not_scored():
    trials = {"one": trial("first", 5, counted=False)}
    (row,) = predict(trials, trials, ensemble(), PLAN).rows
    assert row.predicted is not None
    assert not row.is_scored
    assert "another series" in row.why


def test_what_could_not_be_simulated_is_listed_with_its_reason(monkeypatch):
    monkeypatch.setattr(
        module, "_simulate_all", lambda trials, *_: {name: Simulation(name, {}, "no such") for name in trials}
    )
    trials = {"one": trial("first", 5)}
    ledger = predict(trials, trials, ensemble(), PLAN, unread={"bad.yaml": "line 3"})
    assert ledger.left_out == (("bad.yaml", "line 3"), ("one", "no such"))
    assert ledger.rows == ()


def test_members_that_never_saw_the_family_are_those_it_is_simulated_with(monkeypatch):
    trials = {"one": trial("first", 25), "two": trial("second", 5)}
    found = ensemble()
    unseen = replace(found, left_out={"first": found.members.values[:1]})
    with_whom = {}

    def simulated(of_trials, members, *_):
        with_whom.update({name: len(members[name]) for name in of_trials})
        return {name: Simulation(name, {}, "no such") for name in of_trials}

    monkeypatch.setattr(module, "_simulate_all", simulated)
    predict(trials, trials, unseen, PLAN, leave_out=True)
    assert with_whom == {"one": 1, "two": 2}
    predict(trials, trials, unseen, PLAN)
    assert with_whom == {"one": 2, "two": 2}


def test_a_trial_of_the_catalogue_given_under_another_name_counts_as_one_the_ensemble_knows():
    catalogue = {"known": trial("first", 25, pmid="123")}
    again = {
        "mine": trial("mine", 25, pmid="123", use="prediction"),
        "other": trial("else", 20, pmid="124", use="prediction"),
    }
    ledger = predict(again, catalogue, ensemble(), PLAN)
    assert [(row.trial, row.use, row.family) for row in ledger.rows] == [
        ("mine", "calibration", "first"), ("other", "prediction", "else"),
    ]  # fmt: skip
    assert ledger.about[module.AGAIN] == "mine (known)"
    assert "same class" not in ledger.rows[0].baselines  # its only pool would be itself


def seen(*families, **record):
    """An ensemble that was fitted to some families, and says of itself what it was fitted to."""
    likelihood = np.zeros((2, len(families)))
    return CalibratedEnsemble(ensemble().members, families, likelihood, record)


def test_a_file_that_claims_calibration_is_predicted_as_a_trial_that_nothing_was_fitted_to():
    mine = {"mine": trial("mine", 25, citation="Myself 2020")}  # its file says 'use: calibration'
    for leave_out in (False, True):
        ledger = predict(mine, {}, ensemble(log_likelihood=(-3.0, 0.0)), PLAN, leave_out=leave_out)
        (row,) = ledger.rows
        assert (row.use, row.is_seen) == ("prediction", False)
        assert ledger.about[module.SEEN] == "0 of 1 trials"
        assert ledger.about[module.CLAIMED] == "mine"
        assert row.predicted.intervals[0.8][0] < 0.2 < 0.4 < row.predicted.intervals[0.8][1]


def test_what_the_ensemble_has_seen_is_seen_whatever_a_file_says():
    mine = {
        "by_family": trial("first", 25, use="prediction", citation="Myself 2020"),
        "by_name": trial("second", 25, use="prediction", citation="Myself 2021"),
        "neither": trial("third", 25, use="prediction", citation="Myself 2022"),
    }
    ledger = predict(mine, {}, seen("first", trials=["by_name"]), PLAN)
    assert [(row.trial, row.use, row.is_seen) for row in ledger.rows] == [
        ("by_family", "calibration", True),
        ("by_name", "calibration", True),
        ("neither", "prediction", False),
    ]  # fmt: skip
    assert ledger.about[module.SEEN] == "2 of 3 trials: by_family, by_name"
    assert module.CLAIMED not in ledger.about


def test_a_trial_of_the_catalogue_may_have_been_used_before_any_ensemble_and_was_not_seen_by_one():
    trials = {"one": trial("first", 25), "old": trial("old", 5), "new": trial("new", 5, use="prediction")}
    ledger = predict(trials, trials, ensemble(), PLAN)
    assert [(row.trial, row.use, row.is_seen) for row in ledger.rows] == [
        ("one", "calibration", True), ("old", "calibration", False), ("new", "prediction", False),
    ]  # fmt: skip
    assert module.CLAIMED not in ledger.about
    assert module.AGAIN not in ledger.about


def test_the_ensemble_of_the_package_has_seen_the_trials_of_its_record_and_no_trial_changes_its_use():
    catalogue, shipped = published_trials(), read_ensemble()
    found = {name: known_trial(name, one, catalogue, shipped) for name, one in catalogue.items()}
    assert {name for name, one in found.items() if one.is_seen} >= set(shipped.record["trials"])
    assert {one.family for one in found.values() if one.is_seen} == set(shipped.families)
    assert all(one.protocol is catalogue[name] and not one.other for name, one in found.items())


def test_a_namesake_of_a_trial_of_the_catalogue_is_that_trial_unless_its_numbers_are_others():
    catalogue = {"one": trial("first", 25, pmid="123")}

    def of(**source):
        mine = trial("mine", 25, citation="In other words", **source)
        return known_trial("one", mine, catalogue, ensemble())

    same, other = of(), of(pmid="124")
    assert (same.other, same.family, same.is_seen) == ("one", "first", True)
    assert (other.other, other.family, other.is_seen, other.is_claimed) == ("", "mine", False, True)


def test_a_family_that_was_never_seen_is_predicted_with_all_that_the_ensemble_knows():
    # No trial at hand gave the class, so the offset must come from one the ensemble has seen.
    mine = {"mine": trial("first", 5, citation="Myself 2020")}
    moved = replace(ensemble(offsets=(3.0, 3.0)), families=("another",))
    without = replace(ensemble(), families=("another",))
    assert median(mine, moved, leave_out=True) > median(mine, without, leave_out=True) + 0.2
    whole = predict(mine, {}, moved, PLAN).rows[0].predicted
    assert predict(mine, {}, moved, PLAN, leave_out=True).rows[0].predicted == whole


def test_a_trial_that_was_seen_and_cannot_be_left_out_is_not_predicted():
    mine = {"mine": trial("mine", 5), "other": trial("other", 5)}
    ledger = predict(mine, {}, seen("first", trials=["mine"]), PLAN, leave_out=True)
    assert ledger.left_out == (("mine", module.NO_EVIDENCE),)
    assert {row.trial for row in ledger.rows} == {"other"}
    assert {row.trial for row in predict(mine, {}, seen("first", trials=["mine"]), PLAN).rows} == set(mine)


def test_a_ledger_says_where_its_trials_come_from_if_it_is_told():
    trials = {"one": trial("first", 25)}
    told = predict(trials, trials, ensemble(), PLAN, trials_of="the folder 'mine'")
    assert (told.trials_of, told.about["trials of"]) == ("the folder 'mine'", "the folder 'mine'")
    assert "trials of" not in predict(trials, trials, ensemble(), PLAN).about


def test_references_are_the_same_by_number_or_word_by_word():
    known = {"known": trial("first", 25, pmid="123", doi="10.1/A")}

    def is_known(**source):
        mine = trial("mine", 5, use="prediction", **source)
        return known_trial("mine", mine, known, ensemble()).other == "known"

    assert is_known(doi="10.1/a")
    assert is_known(citation="SOMEBODY, 1999.")
    assert not is_known(pmid="124", citation="Somebody 1999")
    assert not is_known(citation="Somebody else 1999")


def test_times_are_told_apart_until_the_follow_up_ends_whatever_was_reported():
    # 12 months of follow-up; that a median of 30 was reported moves no score of other times.
    assert module._horizon(trial("first", 5)) == pytest.approx(12.0, rel=0.01)


@pytest.mark.parametrize(
    ("citation", "year", "other", "may_be"),
    [
        ("Robert C, Thomas L, et al. N Engl J Med. 2011;364:2517-26", 2011, "robert", ""),
        ("Robert et al. 2011; 364(26): 2517", None, "robert", ""),
        ("Robert C et al. N Engl J Med 2011", 2011, "", "robert"),
        ("Robert C, ipilimumab and dacarbazine", 2011, "", "robert"),
        ("Robert C et al. N Engl J Med 2011;365(1):17-25", 2011, "", ""),
        ("Robert C et al. N Engl J Med 2015", 2015, "", ""),
        ("Roberts C et al. N Engl J Med 2011", 2011, "", ""),
    ],
)
def test_a_reference_without_a_number_is_known_by_its_pages_or_doubtful_by_author_and_year(
    citation: str, year: int | None, other: str, may_be: str
) -> None:
    known = {
        "robert": trial("first", 5, citation="Robert C et al. N Engl J Med 2011;364(26):2517-2526", year=2011)
    }
    mine = trial(None, 6, citation=citation, year=year)
    found = known_trial("mine", mine, known, replace(ensemble(), record={"trials": ["robert"]}))
    assert (found.other, found.may_be, found.is_seen) == (other, may_be, bool(other))
    elsewhere = mine.model_copy(update={"disease": "melanoma"})
    if may_be:
        again = known_trial("mine", elsewhere, known, replace(ensemble(), record={"trials": ["robert"]}))
        assert again.may_be == ""


def test_a_trial_that_may_have_been_seen_is_named() -> None:
    known = {"robert": trial("first", 5, citation="Robert C et al. 2011", year=2011)}
    mine = {"mine": trial(None, 6, citation="Robert C and others, 2011", year=2011)}
    found = predict(mine, known, replace(ensemble(), record={"trials": ["robert"]}), PLAN)
    assert found.about[module.DOUBTFUL] == "mine (robert)"
    assert "PubMed number" in module.DOUBTFUL


def test_a_trial_given_twice_is_one_family_and_the_catalogue_keeps_its_own() -> None:
    trials = {name: trial(None, 5, citation=f"File {name}", pmid="123") for name in ("a", "b")}
    trials["c"] = trial(None, 5, citation="Another", pmid="124")
    found = predict(trials, {}, ensemble(), PLAN)
    assert {row.trial: row.family for row in found.rows} == {"a": "a", "b": "a", "c": "c"}
    assert found.about[module.TWICE] == "b (a)"
    catalogue, shipped = published_trials(), read_ensemble()
    known = {name: known_trial(name, one, catalogue, shipped) for name, one in catalogue.items()}
    assert one_family_each(known) == (known, {})
