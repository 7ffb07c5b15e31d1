"""Lines that follow, join or replace each other, on tumours whose course is known.

A lesion that grows by 0.004 a day reaches +25 % of its product (diameter squared, volume to the power of
2/3) after 1.5 * log(1.25) / 0.004 = 83.7 days: scans every 8 weeks show it 112 days after their baseline.
"""

import numpy as np
import pytest

from trial_samples import (
    NEVER,
    WEEKLY,
    conducted,
    doses_in_body,
    line,
    read_exactly,
    toy_patients,
    toy_protocol,
    visit_days,
)
from trialkine.trial.line_book import A_MOMENT, END_REASONS
from trialkine.trial.luck import Luck

GROWING = {"early_slope": 0.004, "turn_day": NEVER}
TO_PROGRESSION = 112.0
ALL_HELD = {"alpha_hold_from": -1.0, "alpha_hold_until": NEVER}
EXACT = 1e-6  # days; milestones are located to a tenth of this


@pytest.fixture(autouse=True)
def _exact_readings(monkeypatch):
    read_exactly(monkeypatch)


def starts(record):
    return [book.start[0] for book in record.lines]


def reasons(record):
    return [END_REASONS[book.end_reason[0]] for book in record.lines]


def test_the_delay_after_progression_is_uniform_up_to_the_time_given():
    protocol = toy_protocol([line(), line("beta", starts="within 6 weeks after alpha fails")])
    record, _ = conducted(protocol, toy_patients(400, **GROWING))
    delay = record.lines[1].start - TO_PROGRESSION
    assert delay.min() >= 0.0
    assert delay.max() <= 42.0
    # Moments of a uniform variable, within four standard errors for 400 patients.
    assert delay.mean() == pytest.approx(21.0, abs=4 * 42 / np.sqrt(12 * 400))
    assert np.mean(delay < 10.5) == pytest.approx(0.25, abs=4 * np.sqrt(0.25 * 0.75 / 400))


def test_a_patient_waits_equally_long_in_every_arm_whatever_fails_there():
    one = [line("alpha"), line("beta", starts="within 6 weeks after alpha fails")]
    other = [line("beta"), line("alpha", starts="within 6 weeks after beta fails")]
    shorter = [line("beta"), line("gamma", starts="within 3 weeks after beta fails")]
    protocol = toy_protocol(one, other, shorter)
    patients = toy_patients(5, **GROWING)
    first, second, third = (
        conducted(protocol, patients, arm)[0].lines[1].start - TO_PROGRESSION for arm in (0, 1, 2)
    )
    np.testing.assert_array_equal(first, second)
    np.testing.assert_allclose(third, first / 2, rtol=1e-12)  # the same place in a shorter interval
    assert len(set(first)) == 5


def test_delays_are_keyed_by_patient_and_repetition():
    protocol = toy_protocol([line(), line("beta", starts="within 6 weeks after alpha fails")])
    record, _ = conducted(protocol, toy_patients(3, ids=[7, 7, 2], replicate=[0, 1, 0], **GROWING))
    alone, _ = conducted(protocol, toy_patients(1, ids=[7], **GROWING))
    assert record.lines[1].start[0] == alone.lines[1].start[0]
    assert len(set(record.lines[1].start)) == 3


@pytest.mark.parametrize(("words", "delay"), [("at once", 0.0), ("4 weeks", 28.0)])
def test_a_stated_delay_after_progression_is_exact(words, delay):
    rule = f"{words} after alpha fails"
    record, _ = conducted(toy_protocol([line(), line("beta", starts=rule)]), toy_patients(**GROWING))
    assert starts(record) == [0.0, TO_PROGRESSION + delay]


def test_toxicity_is_a_failure_too():
    protocol = toy_protocol([line(), line("beta", starts="at once after alpha fails")])
    record, ensemble = conducted(protocol, toy_patients(**ALL_HELD))
    assert record.lines[0].end[0] == 28.0
    assert reasons(record) == ["toxicity", "data cut-off"]
    assert starts(record)[1] == 28.0
    assert doses_in_body(ensemble, "alpha") == [0.0]


def test_an_agent_without_its_hold_rules_is_given_in_full():
    record, ensemble = conducted(toy_protocol([line(hold="never")]), toy_patients(cut_off=28.0, **ALL_HELD))
    assert doses_in_body(ensemble, "alpha") == [4.0]
    assert record.lines[0].rows[0].held == [0]


def test_held_doses_do_not_reach_the_patient():
    window = {"alpha_hold_from": 10.0, "alpha_hold_until": 25.0}  # holds days 14 and 21 of 0, 7, ... 42
    record, ensemble = conducted(toy_protocol([line()]), toy_patients(cut_off=45.0, **window))
    assert doses_in_body(ensemble, "alpha") == [5.0]
    assert [(row.planned[0], row.given[0], row.held[0]) for row in record.lines[0].rows] == [
        (4, 2, 2),
        (3, 3, 0),
    ]


def test_held_doses_in_a_row_drop_the_rest_of_the_run():
    holds = {"alpha_hold_from": 0.5, "alpha_hold_until": 2.5, "alpha_holds_to_end": 2.0}
    protocol = toy_protocol([line(schedule="daily, days 1 to 6 and 15 to 20 of 28, at most 1 cycle")])
    record, ensemble = conducted(protocol, toy_patients(**holds))
    (row,) = record.lines[0].rows  # day 0 given, 1 and 2 held, 3 to 5 dropped, second run given
    assert (row.planned, row.given, row.held) == ([12], [7], [5])
    assert doses_in_body(ensemble, "alpha") == [7.0]


def test_a_line_after_the_end_of_another_counts_from_its_last_planned_dose():
    schedule = "weekly, at most 2 cycles of 12 weeks"  # last dose on day 84 + 77
    record, ensemble = conducted(
        toy_protocol([line(schedule=schedule), line("beta", starts="4 weeks after alpha ends")]),
        toy_patients(),
    )
    assert record.lines[0].end[0] == 161.0
    assert starts(record) == [0.0, 161.0 + 28.0]
    assert doses_in_body(ensemble, "alpha") == [24.0]


def test_at_once_after_the_last_dose_comes_after_that_dose():
    schedule = "weekly, at most 1 cycle of 12 weeks"
    record, ensemble = conducted(
        toy_protocol([line(schedule=schedule), line("beta", starts="at once after alpha ends")]),
        toy_patients(),
    )
    assert starts(record)[1] == pytest.approx(77.0, abs=2 * A_MOMENT)
    assert doses_in_body(ensemble, "alpha") == [12.0]


def test_three_lines_follow_each_other():
    protocol = toy_protocol(
        [
            line("alpha"),
            line("beta", starts="2 weeks after alpha fails"),
            line("gamma", starts="at once after beta fails"),
        ]
    )
    record, ensemble = conducted(protocol, toy_patients(cut_off=1000.0, **GROWING))
    assert starts(record) == [0.0, 112.0 + 14.0, 126.0 + 112.0]
    assert [book.end[0] for book in record.lines] == [112.0, 238.0, 350.0]
    assert reasons(record) == ["progression"] * 3
    assert [doses_in_body(ensemble, agent)[0] for agent in ("alpha", "beta", "gamma")] == [16.0] * 3


def test_an_agent_given_twice_triggers_by_its_nearest_line():
    protocol = toy_protocol(
        [
            line("alpha"),
            line("beta", starts="at once after alpha fails"),
            line("alpha", starts="at once after beta fails"),
            line("gamma", starts="at once after alpha fails"),
        ]
    )
    record, _ = conducted(protocol, toy_patients(cut_off=1000.0, **GROWING))
    assert starts(record) == [0.0, 112.0, 224.0, 336.0]


@pytest.mark.parametrize("event", ["death", "cut-off"])
def test_who_dies_or_is_cut_off_while_waiting_never_begins_the_next_line(event):
    stop = {"disease_death_day": 120.0} if event == "death" else {"cut_off": 120.0}
    protocol = toy_protocol([line(), line("beta", starts="4 weeks after alpha fails")])
    record, ensemble = conducted(protocol, toy_patients(**stop, **GROWING))
    assert np.isnan(record.lines[1].start[0])
    assert record.last_day[0] == pytest.approx(120.0, abs=EXACT)
    assert doses_in_body(ensemble, "beta") == [0.0]
    assert reasons(record) == ["progression", ""]


def test_lines_given_together_share_baseline_progression_and_end():
    record, ensemble = conducted(toy_protocol([line(), line("beta", starts="at once")]),
                                 toy_patients(**GROWING))  # fmt: skip
    assert visit_days(record) == [0.0, 56.0, 112.0]
    assert [book.end[0] for book in record.lines] == [TO_PROGRESSION] * 2
    assert [doses_in_body(ensemble, agent)[0] for agent in ("alpha", "beta")] == [16.0, 16.0]


@pytest.mark.parametrize("words", ["after 4 weeks", "on day 29"])
def test_a_line_added_on_a_fixed_day_shares_the_baseline_of_those_that_run(words):
    record, ensemble = conducted(toy_protocol([line(), line("beta", starts=words)]), toy_patients(**GROWING))
    assert visit_days(record) == [0.0, 56.0, 112.0]
    assert [book.end[0] for book in record.lines] == [TO_PROGRESSION] * 2
    assert [doses_in_body(ensemble, agent)[0] for agent in ("alpha", "beta")] == [16.0, 12.0]


def test_a_line_added_after_progression_has_its_own_baseline():
    record, _ = conducted(toy_protocol([line(), line("beta", starts="after 20 weeks")]),
                          toy_patients(**GROWING))  # fmt: skip
    assert visit_days(record) == [0.0, 56.0, 112.0, 140.0, 196.0, 252.0]
    assert [book.end[0] for book in record.lines] == [112.0, 252.0]


@pytest.mark.parametrize("going_on", ["while not progressing", "regardless of progression"])
def test_a_later_line_takes_over_from_the_one_that_failed(going_on):
    protocol = toy_protocol(
        [
            line(schedule=f"weekly, cycles of 12 weeks, {going_on}"),
            line("beta", starts="1 weeks after alpha fails"),
        ]
    )
    record, ensemble = conducted(protocol, toy_patients(**GROWING))
    assert record.lines[0].end[0] == 119.0
    assert reasons(record)[0] == "progression"
    assert doses_in_body(ensemble, "alpha") == [17.0]  # days 0 to 112; none on the day of the switch


def test_a_partner_that_still_works_stays_and_progresses_with_the_new_line():
    protocol = toy_protocol(
        [line("alpha"), line("beta", starts="at once"), line("gamma", starts="at once after alpha fails")]
    )
    record, ensemble = conducted(protocol, toy_patients(**ALL_HELD, **GROWING))
    # alpha stops for toxicity on day 28; gamma has a baseline then, and progression 112 days later
    assert starts(record) == [0.0, 0.0, 28.0]
    assert [book.end[0] for book in record.lines] == [28.0, 140.0, 140.0]
    assert reasons(record) == ["toxicity", "progression", "progression"]
    assert doses_in_body(ensemble, "beta") == [20.0]


def test_who_completes_all_courses_is_followed_and_fails_at_a_later_progression():
    schedule = "weekly, at most 1 cycle of 4 weeks, while not progressing"
    protocol = toy_protocol([line(schedule=schedule), line("beta", starts="at once after alpha fails")])
    record, _ = conducted(protocol, toy_patients(late_slope=0.004, turn_day=100.0))
    assert reasons(record)[0] == "completed"
    assert record.lines[0].end[0] == 21.0
    # flat until day 100, +25 % on day 183.7, seen on day 224
    assert record.lines[0].progression_day[0] == 224.0
    assert starts(record)[1] == 224.0


def test_who_never_fails_never_switches():
    protocol = toy_protocol([line(), line("beta", starts="within 6 weeks after alpha fails")])
    record, ensemble = conducted(protocol, toy_patients())
    assert np.isnan(record.lines[1].start[0])
    assert reasons(record) == ["data cut-off", ""]
    assert doses_in_body(ensemble, "alpha") == [53.0]  # days 0, 7, ... 364


def test_a_treatment_death_on_the_second_line_ends_it_and_not_the_first():
    protocol = toy_protocol([line(), line("beta", starts="at once after alpha fails")])
    record, _ = conducted(protocol, toy_patients(treatment_death_day=150.0, **GROWING))
    assert reasons(record) == ["progression", "death"]
    assert record.death_cause[0] == 2
    assert record.lines[1].end[0] == pytest.approx(150.0, abs=EXACT)


def test_amounts_follow_weight_and_surface():
    protocol = toy_protocol([line(dose="2 mg/kg"), line("beta", dose="3 mg/m2", starts="at once")])
    _, ensemble = conducted(protocol, toy_patients(cut_off=1.0))  # 80 kg, 2 m2, one dose of each
    assert doses_in_body(ensemble, "alpha") == [160.0]
    assert doses_in_body(ensemble, "beta") == [6.0]


def test_the_delay_is_drawn_from_the_patients_own_keyed_luck():
    protocol = toy_protocol([line(schedule=WEEKLY), line("beta", starts="within 6 weeks after alpha fails")])
    patients = toy_patients(4, **GROWING)
    chance = Luck(9, patients.ids, patients.replicate).uniforms("delay of a line", np.arange(4))[:, 0]
    record, _ = conducted(protocol, patients, seed=9)
    np.testing.assert_allclose(record.lines[1].start, TO_PROGRESSION + 42.0 * chance, rtol=1e-12)
