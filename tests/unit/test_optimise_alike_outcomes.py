"""Candidates that no patient tells apart: found, drawn alike, sharing what they win, and said so."""

import json

import numpy as np
import pytest

from optimise_samples import ENSEMBLE, TEXT, with_known_rates
from trialkine.optimisation.alike_outcomes import (
    drawn_rates,
    kinds_of,
    kinds_of_several,
    levels_without_difference,
)
from trialkine.optimisation.findings_json import findings_text
from trialkine.optimisation.member_model import member_model
from trialkine.optimisation.search import optimise
from trialkine.optimisation.shared_spread import alike_matrices, among
from trialkine.optimisation.words import answer, resting_words
from trialkine.trial.candidates import Candidate
from trialkine.trial.protocol import Protocol

DOSES = "dose: [100000, 300000, 720000]"
SCHEDULE = '<dose> IU/kg, route: intravenous over 15 min, schedule: "every'
GRID = (
    TEXT.replace(DOSES, "dose: [100000, 300000]\n    doses: [9, 12, 14]")
    .replace("name: Dose <dose>", "name: Dose <dose>, <doses>")
    .replace(f"{SCHEDULE} 8 h, up to 14", f"{SCHEDULE} 8 h, up to <doses>")
)
RATES = {
    "As it is": (0.30, 0.30, 0.0),
    **{f"Dose 100000, {doses}": (0.25, 0.05, 0.0) for doses in (9, 12, 14)},
    **{f"Dose 300000, {doses}": (0.30, 0.30, 0.0) for doses in (9, 12, 14)},
}


def outcomes(kinds: list[int], seed: int = 1) -> np.ndarray:
    """Patients of candidates that are the same where their kinds are."""
    random = np.random.default_rng(seed)
    drawn = (random.random((max(kinds) + 1, 2, 30, 20)) < 0.3).astype(float)
    return drawn[kinds]


def candidate(dose: str, doses: str, strategy: int = 0) -> Candidate:
    return Candidate(f"{dose} x {doses}", strategy, {}, {"dose": dose, "doses": doses})


@pytest.fixture
def searched(tmp_path, monkeypatch):
    """A search in which the number of doses changes nothing."""
    file = tmp_path / "search.yaml"
    file.write_text(GRID, "utf-8")
    with_known_rates(monkeypatch, RATES, 0.03)
    return optimise(Protocol.read(file), patients=40, members=40, ensemble=ENSEMBLE)


def test_kinds_are_those_of_whole_outcomes_and_one_patient_makes_another():
    found = outcomes([0, 1, 0, 2, 1])
    assert kinds_of(found).tolist() == [0, 1, 0, 2, 1]
    found[2, 1, 7, 3] = 1.0 - found[2, 1, 7, 3]
    assert kinds_of(found).tolist() == [0, 1, 2, 3, 1]
    found[4, :, 20:] = np.nan  # rested, where its like went on
    assert kinds_of(found).tolist() == [0, 1, 2, 3, 4]


def test_rates_of_one_kind_are_drawn_once_and_those_of_others_as_without_their_like():
    kinds = [0, 1, 0, 2, 1]
    alike = alike_matrices([["a", "a", "b", "b", "b"]], 5)
    mean, draws = drawn_rates(outcomes(kinds), alike, np.array(kinds), 20, seed=3)
    for one, other in ((0, 2), (1, 4)):
        assert (draws[:, one] == draws[:, other]).all()
        assert (mean[one] == mean[other]).all()
    first = np.array([0, 1, 3])
    alone = member_model(outcomes(kinds)[first], among(alike, first))
    assert (draws[:, first] == alone.draws(20, 3).reshape(-1, 3, 2)).all()


def test_parts_that_some_candidates_do_not_tell_apart_are_kept_once():
    alike = alike_matrices([["a", "a", "b", "b"], ["x", "y", "x", "y"]], 4)
    assert len(alike) == 4
    assert among(alike, np.array([0, 2])).tolist() == [np.ones((2, 2)).tolist(), np.eye(2).tolist()]
    assert (among(alike, np.arange(4)) == alike).all()


def test_a_level_makes_no_difference_only_where_it_makes_none_at_any_other_level():
    grid = [candidate(dose, doses) for dose in ("low", "high") for doses in ("9", "12", "14")]
    assert levels_without_difference(grid, np.array([0, 0, 0, 1, 1, 1])) == {"doses": (("9", "12", "14"),)}
    assert levels_without_difference(grid, np.array([0, 0, 0, 1, 2, 2])) == {"doses": (("12", "14"),)}
    assert levels_without_difference(grid, np.array([0, 0, 1, 2, 3, 3])) == {}
    assert levels_without_difference(grid, np.zeros(6, dtype=int)) == {
        "dose": (("low", "high"),),
        "doses": (("9", "12", "14"),),
    }


def test_candidates_that_differ_in_more_are_named_themselves():
    grid = [candidate("low", "9"), candidate("low", "12"), candidate("high", "9", strategy=1)]
    arm = Candidate("As it is", -1, {})
    kinds = np.array([0, 0, 1, 0])
    levels = levels_without_difference([*grid, arm], kinds)
    assert kinds_of_several([*grid, arm], kinds, levels) == (("low x 9", "low x 12", "As it is"),)
    assert kinds_of_several([*grid, arm], np.array([0, 0, 1, 2]), levels) == ()


def test_equal_candidates_share_how_often_they_are_best(searched):
    own = {one.name: one for one in searched.candidates}
    for dose in ("100000", "300000"):
        same = [own[f"Dose {dose}, {doses}"] for doses in (9, 12, 14)]
        assert len({one.best_share for one in same}) == 1
        assert len({(one.objective, one.kept_share, one.front_share) for one in same}) == 1
    assert own["Dose 300000, 9"].best_share > 0.1
    assert len(set(searched.level_shares["doses"].values())) == 1
    assert sum(one.best_share for one in searched.candidates) + searched.none_share == pytest.approx(1.0)
    assert set(own["Dose 300000, 12"].same_as) == {"As it is", "Dose 300000, 9", "Dose 300000, 14"}


def test_the_next_best_differs_from_the_choice_and_the_answer_says_what_made_no_difference(searched):
    assert searched.next_best is not None
    assert searched.candidates[searched.next_best].name not in searched.choice.same_as
    said = " ".join((*answer(searched), *resting_words(searched)))
    assert "Doses 9, 12 and 14 made no difference: every simulated patient had the same outcomes" in said
    assert "'As it is', 'Dose 300000, 9', 'Dose 300000, 12' and 'Dose 300000, 14' had the same" in said
    assert "It, or one of 3 others that do the same in every patient, is the best in" in said
    record = json.loads(findings_text(searched))
    assert record["levels_without_difference"] == {"doses": [["9", "12", "14"]]}
    assert len(record["same_outcomes"]) == 1


def test_without_another_that_differs_there_is_no_next(tmp_path, monkeypatch):
    file = tmp_path / "search.yaml"
    file.write_text(GRID, "utf-8")
    with_known_rates(monkeypatch, dict.fromkeys(RATES, (0.3, 0.3, 0.0)))
    found = optimise(Protocol.read(file), patients=20, members=16, ensemble=ENSEMBLE)
    assert (found.next_best, found.advantage) == (None, None)
    assert [one.best_share for one in found.candidates] == pytest.approx([(1 - found.none_share) / 7] * 7)
    assert "no other candidate that differs" in " ".join(resting_words(found))
