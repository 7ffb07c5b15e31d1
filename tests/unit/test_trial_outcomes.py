"""Outcomes of histories written by hand: one lesion, WHO criteria (product is the squared diameter).

With a baseline of 20 mm, 14 mm is a partial response (196 of 400 mm2) and 23 mm progression (529).
"""

import numpy as np
import pytest

from trial_samples import conducted, line, toy_patients, toy_protocol
from trialkine.endpoints.categories import Reason, Response
from trialkine.endpoints.registry import find_criteria
from trialkine.trial.conduct import DISEASE, ArmRecord
from trialkine.trial.history import VisitHistory
from trialkine.trial.line_book import LineBook
from trialkine.trial.outcomes import line_outcomes, strategy_outcomes

WHO = find_criteria("who-1979")
TWO = toy_protocol([line(), line("beta", starts="at once after alpha fails")])
ONE = toy_protocol([line()])


def history_of(visits, *, starts=(0.0,), last_day=365.0, death=np.nan, status=0):
    """One patient: `visits` are (day, diameter) or (day, diameter, mark), the mark being what else was
    found (`new`, `ill`) or `start` for a baseline; a line's baseline is its `start` visit.
    """
    protocol = ONE if len(starts) == 1 else TWO
    history = VisitHistory(1, 1, ())
    baselines = []
    for day, diameter, *mark in visits:
        if day == 0.0 or mark == ["start"]:
            baselines.append(int(history.count[0]))
        history.add(
            np.array([0]), np.array([float(day)]), np.array([max(0, len(baselines) - 1)]), "scheduled",
            diameters=np.array([[float(diameter)]]), new_lesion=np.array([mark == ["new"]]),
            symptoms=mark == ["ill"],
        )  # fmt: skip
    books = []
    for number, told in enumerate(protocol.arms[0].treatment):
        book = LineBook(number, told, told.regimen, np.ones(1))
        if not np.isnan(starts[number]):
            book.begin(np.array([0]), np.array([starts[number]]), np.array([baselines[number]]))
        books.append(book)
    return ArmRecord(
        protocol.arms[0], toy_patients(), tuple(books), history, np.array([death]),
        np.array([DISEASE if death == death else 0]), np.array([last_day]), np.array([status]),
        np.zeros((1, 2)),
    )  # fmt: skip


def scored(record, confirm=28.0):
    """Outcomes of every line and of the strategy."""
    lines = [line_outcomes(record, number, WHO, confirm) for number in range(len(record.lines))]
    return lines, strategy_outcomes(record, lines)


def time(outcome):
    return float(outcome.days[0]), bool(outcome.is_event[0])


def test_the_living_without_progression_are_censored_at_the_last_scan_but_live_to_the_cut_off():
    (first,), whole = scored(history_of([(0, 20), (56, 21), (112, 21)], last_day=150.0))
    for outcomes in (first, whole):
        assert time(outcomes.to_progression) == (112.0, False)
        assert time(outcomes.progression_free) == (112.0, False)
        assert time(outcomes.overall) == (150.0, False)
        assert np.isnan(outcomes.of_response.days[0])
        assert outcomes.category[0] == Response.SD


def test_death_is_an_event_of_progression_free_survival_and_censors_time_to_progression():
    (first,), whole = scored(history_of([(0, 20), (56, 21)], last_day=80.0, death=80.0))
    for outcomes in (first, whole):
        assert time(outcomes.to_progression) == (80.0, False)
        assert time(outcomes.progression_free) == (80.0, True)
        assert time(outcomes.overall) == (80.0, True)


def test_progression_is_the_event_when_it_comes_before_death():
    (first,), whole = scored(history_of([(0, 20), (56, 23)], last_day=80.0, death=80.0))
    for outcomes in (first, whole):
        assert time(outcomes.to_progression) == (56.0, True)
        assert time(outcomes.progression_free) == (56.0, True)
        assert time(outcomes.overall) == (80.0, True)
        assert outcomes.category[0] == Response.PD
        assert outcomes.progression_reason[0] == Reason.target_growth


def test_death_before_the_first_scan_is_an_unevaluable_response_and_an_event():
    (first,), whole = scored(history_of([(0, 20)], last_day=30.0, death=30.0))
    for outcomes in (first, whole):
        assert outcomes.category[0] == Response.NE
        assert time(outcomes.progression_free) == (30.0, True)
        assert time(outcomes.to_progression) == (30.0, False)


def test_lost_before_the_first_scan_is_censored_at_the_start():
    (first,), whole = scored(history_of([(0, 20)], last_day=30.0))
    for outcomes in (first, whole):
        assert time(outcomes.progression_free) == (0.0, False)
        assert time(outcomes.overall) == (30.0, False)


def test_missed_scans_do_not_prolong_follow_up():
    (first,), _ = scored(history_of([(0, 20), (56, 20), (112, np.nan)]))
    assert time(first.progression_free) == (56.0, False)


@pytest.mark.parametrize(("mark", "reason"), [("new", Reason.new_lesion), ("ill", Reason.symptoms)])
def test_new_lesions_and_symptoms_are_progression(mark, reason):
    (first,), whole = scored(history_of([(0, 20), (56, 20, mark)]))
    assert first.progression_reason[0] == whole.progression_reason[0] == reason
    assert time(whole.to_progression) == (56.0, True)


def test_a_response_lasts_from_its_first_day_to_progression():
    visits = [(0, 20), (56, 14), (112, 14), (168, 18)]  # 324 of a nadir of 196 mm2
    (first,), whole = scored(history_of(visits))
    for outcomes in (first, whole):
        assert outcomes.category[0] == Response.PR
        assert outcomes.response_day[0] == 56.0
        assert time(outcomes.of_response) == (112.0, True)


def test_a_response_ends_with_death_and_is_censored_at_the_last_scan_otherwise():
    visits = [(0, 20), (56, 14), (112, 14)]
    (dead,), _ = scored(history_of(visits, last_day=130.0, death=130.0))
    assert time(dead.of_response) == (74.0, True)
    (alive,), _ = scored(history_of(visits, last_day=130.0))
    assert time(alive.of_response) == (56.0, False)


def test_an_unconfirmed_response_is_stable_disease_unless_none_is_asked_for():
    record = history_of([(0, 20), (56, 14), (112, 18)])
    assert scored(record)[1].category[0] == Response.SD
    assert scored(record, confirm=None)[1].category[0] == Response.PR


def test_who_dies_before_the_second_line_counts_on_the_first_alone():
    visits = [(0, 20), (56, 23)]
    (first, second), whole = scored(history_of(visits, starts=(0.0, np.nan), last_day=70.0, death=70.0))
    assert len(second.patients) == 0
    assert time(first.to_progression) == (56.0, True)
    # No later line was started, so progression on the first is that of the strategy.
    assert time(whole.to_progression) == time(whole.progression_free) == (56.0, True)
    assert whole.category[0] == Response.PD
    assert whole.progression_day[0] == 56.0


def test_who_never_fails_the_first_line_is_censored_on_the_strategy_too():
    (_, second), whole = scored(history_of([(0, 20), (56, 20), (112, 20)], starts=(0.0, np.nan)))
    assert len(second.patients) == 0
    assert time(whole.to_progression) == time(whole.progression_free) == (112.0, False)


def test_each_line_is_measured_from_its_own_baseline_and_start():
    visits = [(0, 20), (56, 23), (70, 24, "start"), (126, 16), (182, 16), (238, 20)]
    record = history_of(visits, starts=(0.0, 70.0), last_day=300.0, death=300.0)
    (first, second), whole = scored(record)
    assert first.category[0] == Response.PD
    assert time(first.to_progression) == time(first.progression_free) == (56.0, True)
    assert time(first.overall) == (300.0, True)
    assert second.category[0] == Response.PR  # 256 of 576 mm2; of 400 mm2 it were none
    assert second.response_day[0] == 126.0
    assert time(second.of_response) == (112.0, True)
    assert time(second.to_progression) == (168.0, True)
    assert time(second.overall) == (230.0, True)
    assert whole.category[0] == Response.PR
    assert whole.response_day[0] == 126.0
    assert time(whole.of_response) == (112.0, True)
    assert time(whole.to_progression) == time(whole.progression_free) == (238.0, True)
    assert time(whole.overall) == (300.0, True)


def test_the_strategy_keeps_the_response_of_the_line_that_had_the_best():
    visits = [(0, 20), (56, 14), (112, 14), (168, 23), (170, 23, "start"), (226, 30)]
    (first, second), whole = scored(history_of(visits, starts=(0.0, 170.0)))
    assert (first.category[0], second.category[0]) == (Response.PR, Response.PD)
    assert whole.category[0] == Response.PR
    assert whole.response_day[0] == 56.0
    assert time(whole.of_response) == (112.0, True)
    assert time(whole.to_progression) == (226.0, True)


def test_equal_responses_on_two_lines_are_dated_by_the_first():
    visits = [(0, 20), (56, 14), (112, 14), (168, 23), (170, 23, "start"), (226, 16), (282, 16)]
    _, whole = scored(history_of(visits, starts=(0.0, 170.0)))
    assert whole.response_day[0] == 56.0


def test_a_line_that_gives_way_without_progression_is_censored_at_its_last_scan():
    visits = [(0, 20), (56, 20), (84, 20, "start"), (140, 20)]
    record = history_of(visits, starts=(0.0, 84.0), last_day=200.0, death=200.0)
    (first, second), whole = scored(record)
    assert time(first.to_progression) == time(first.progression_free) == (56.0, False)
    assert time(second.progression_free) == (200.0 - 84.0, True)
    assert time(second.to_progression) == (200.0 - 84.0, False)
    assert time(whole.progression_free) == (200.0, True)


def test_a_switch_on_the_day_of_progression_keeps_that_progression():
    visits = [(0, 20), (56, 23), (56, 23, "start"), (112, 23)]
    (first, second), whole = scored(history_of(visits, starts=(0.0, 56.0)))
    assert time(first.to_progression) == time(first.progression_free) == (56.0, True)
    assert time(second.to_progression) == time(second.progression_free) == (56.0, False)
    assert time(whole.to_progression) == (112.0, False)


def test_growth_before_the_second_baseline_is_not_progression_on_the_second_line():
    visits = [(0, 20), (56, 23), (70, 30, "start"), (126, 31)]
    (_, second), _ = scored(history_of(visits, starts=(0.0, 70.0)))
    assert np.isnan(second.progression_day[0])


def test_a_line_that_joins_late_is_never_censored_before_it_begins():
    record = history_of([(0, 20), (56, 20)], starts=(0.0, np.nan), last_day=100.0)
    record.lines[1].begin(np.array([0]), np.array([84.0]), np.array([0]))
    (_, second), _ = scored(record)
    assert time(second.progression_free) == time(second.to_progression) == (0.0, False)
    assert time(second.overall) == (16.0, False)


def test_failed_patients_have_no_outcomes():
    (first,), whole = scored(history_of([(0, 20), (56, 20)], status=2))
    assert len(first.patients) == len(whole.patients) == 0


def test_a_patient_without_a_visible_lesion_is_not_evaluable_until_one_appears():
    (first,), _ = scored(history_of([(0, 0), (56, 0)]))
    assert first.category[0] == Response.NE
    (first,), _ = scored(history_of([(0, 0), (56, 0), (112, 8)]))
    assert time(first.to_progression) == (112.0, True)
    assert first.progression_reason[0] == Reason.new_lesion


def test_conducted_and_scored_agree_on_progression():
    protocol = toy_protocol([line(), line("beta", starts="within 6 weeks after alpha fails")])
    patients = toy_patients(
        60, early_slope=0.004, turn_day=1e6, disease_death_day=np.linspace(40.0, 900.0, 60), cut_off=600.0
    )
    record, _ = conducted(protocol, patients)
    for number, book in enumerate(record.lines):
        outcomes = line_outcomes(record, number, WHO, 28.0)
        found = np.isin(np.arange(60), outcomes.patients[~np.isnan(outcomes.progression_day)])
        np.testing.assert_array_equal(found, ~np.isnan(book.progression_day))
        np.testing.assert_array_equal(
            outcomes.progression_day, book.progression_day[outcomes.patients]
        )  # NaN where there is none
        assert (outcomes.progression_free.days >= 0.0).all()
        assert (outcomes.progression_free.days <= outcomes.overall.days + 1e-9).all()
