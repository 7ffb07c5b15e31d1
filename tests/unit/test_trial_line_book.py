import numpy as np
import pytest

from trial_samples import WEEKLY, line, toy_protocol
from trialkine.solver.status import DoseFate
from trialkine.trial.line_book import A_MOMENT, END_REASONS, LineBook

SHARE = 0.25  # of a cycle's doses, below which a line stops for toxicity
FORTNIGHT = "daily, days 1 to 2 of 14, at most 3 cycles"


def begun(schedule, patients=1, number=0, start=0.0, **keys):
    """A line that has just begun for everybody."""
    (told,) = toy_protocol([line(schedule=schedule, **keys)]).arms[0].treatment
    book = LineBook(number, told, told.regimen, np.ones(patients))
    everyone = np.arange(patients)
    book.begin(everyone, np.full(patients, start), np.zeros(patients, dtype=int))
    return book


def deliver(book, until, fate=DoseFate.GIVEN, pause=np.inf):
    """Doses due before `until`, of which a solver stopped at `pause` reaches those before it."""
    patients, day, _ = book.due(np.full(len(book.start), until))
    fates = np.where(day < pause, int(fate), int(DoseFate.NOT_DUE))
    book.book(patients, day, fates)
    return day[day < pause].tolist()


def ended(book, patient=0):
    return book.end[patient], END_REASONS[book.end_reason[patient]]


def only(book, patient=0):
    return np.array([patient])


def test_a_dose_on_the_day_of_an_appointment_waits_for_what_is_decided_there():
    book = begun("daily, until progression")
    assert deliver(book, 3.0) == [0.0, 1.0, 2.0]
    assert deliver(book, 5.0) == [3.0, 4.0]


def test_a_dose_at_the_very_time_of_a_pause_is_given_once_and_after_it():
    book = begun("daily, until progression")
    assert deliver(book, 6.0, pause=4.0) == [0.0, 1.0, 2.0, 3.0]
    assert deliver(book, 6.0) == [4.0, 5.0]


def test_eight_hourly_doses_survive_appointments_on_their_own_times():
    book = begun("every 8 h, up to 14 doses")
    days = [day for dose in range(1, 15) for day in deliver(book, dose / 3)]
    assert days == pytest.approx([dose / 3 for dose in range(14)], abs=1e-12)


def test_a_pause_and_an_appointment_neither_lose_nor_double_a_dose():
    book = begun("daily, until progression")
    days = deliver(book, 7.0, pause=2.5) + deliver(book, 7.0, pause=2.6) + deliver(book, 7.0)
    assert days == [float(day) for day in range(7)]


def test_nothing_is_due_in_an_empty_interval_or_for_the_inactive():
    book = begun("daily, until progression")
    assert deliver(book, 0.0) == []
    assert deliver(book, -np.inf) == []


def test_cycles_follow_each_other_until_the_last_one_has_had_its_doses():
    book = begun(FORTNIGHT)
    days = []
    for begin in (0.0, 14.0):
        assert book.next_decision == [begin + 14.0]
        days += deliver(book, begin + 14.0)
        book.renew(only(book), SHARE)
    assert book.next_decision == pytest.approx([29.0 + A_MOMENT], abs=1e-12)  # not at the end of day 42
    days += deliver(book, book.next_decision[0])
    book.renew(only(book), SHARE)
    assert days == [0.0, 1.0, 14.0, 15.0, 28.0, 29.0]
    assert ended(book) == (29.0, "completed")
    assert book.next_decision == [np.inf]
    assert deliver(book, 1000.0) == []


def test_a_limit_in_time_ends_the_doses_and_the_line():
    book = begun("daily, for 30 days")  # counted in cycles of 21 doses
    days = deliver(book, book.next_decision[0])
    book.renew(only(book), SHARE)
    days += deliver(book, book.next_decision[0])
    book.renew(only(book), SHARE)
    assert days == [float(day) for day in range(30)]
    assert ended(book) == (29.0, "completed")


def test_a_limit_that_is_a_whole_number_of_cycles_adds_none():
    book = begun("daily, days 1 to 5 of 7, for 14 days", start=3.0)
    deliver(book, book.next_decision[0])
    book.renew(only(book), SHARE)
    deliver(book, book.next_decision[0])
    book.renew(only(book), SHARE)
    assert ended(book) == (3.0 + 7.0 + 4.0, "completed")


def test_until_progression_stops_in_the_middle_of_a_cycle():
    book = begun(WEEKLY)
    deliver(book, 14.0)
    book.progress(only(book), np.array([14.0]))
    assert ended(book) == (14.0, "progression")
    assert deliver(book, 28.0) == []
    (row,) = book.rows
    assert (row.planned, row.given, row.held) == ([2], [2], [0])


def test_while_not_progressing_finishes_the_cycle_and_starts_no_other():
    book = begun("weekly, cycles of 4 weeks, while not progressing")
    deliver(book, 14.0)
    book.progress(only(book), np.array([14.0]))
    assert book.fail_day == [14.0]
    assert deliver(book, 28.0) == [14.0, 21.0]
    book.renew(only(book), SHARE)
    assert ended(book) == (28.0, "progression")


def test_doses_go_on_as_planned_after_progression_where_the_schedule_says_nothing():
    book = begun("weekly, at most 2 cycles of 4 weeks")
    deliver(book, 14.0)
    book.progress(only(book), np.array([14.0]))
    days = deliver(book, 28.0)
    book.renew(only(book), SHARE)
    days += deliver(book, book.next_decision[0])
    book.renew(only(book), SHARE)
    assert days == [14.0, 21.0, 28.0, 35.0, 42.0, 49.0]
    assert ended(book) == (49.0, "completed")
    assert book.fail_day == [14.0]


@pytest.mark.parametrize(
    ("held", "reason"), [(3, ""), (4, "toxicity")]
)  # of 4 doses: one given is a quarter, which is enough
def test_a_cycle_with_less_than_the_stated_share_of_its_doses_stops_the_line_for_toxicity(held, reason):
    book = begun("weekly, cycles of 4 weeks")
    deliver(book, 7.0 * held, DoseFate.HELD)
    deliver(book, 28.0)
    book.renew(only(book), SHARE)
    assert ended(book)[1] == reason
    assert book.fail_day == pytest.approx([28.0] if reason else [np.nan], nan_ok=True)


def test_an_agent_that_is_never_held_never_stops_for_toxicity():
    book = begun("weekly, cycles of 4 weeks", hold="never")
    deliver(book, 28.0, DoseFate.HELD)  # could not happen; shows that the count does not matter
    book.renew(only(book), SHARE)
    assert book.is_running.all()


def test_progression_is_named_before_toxicity_and_toxicity_before_completion():
    both = begun("weekly, cycles of 4 weeks, while not progressing")
    deliver(both, 28.0, DoseFate.HELD)
    both.progress(only(both), np.array([14.0]))
    both.renew(only(both), SHARE)
    assert ended(both)[1] == "progression"
    last = begun("weekly, at most 1 cycle of 4 weeks")
    deliver(last, last.next_decision[0], DoseFate.HELD)
    last.renew(only(last), SHARE)
    assert ended(last) == (21.0, "toxicity")
    assert last.fail_day == [21.0]


def test_held_and_dropped_doses_are_both_planned_and_not_given():
    book = begun("daily, days 1 to 6 of 7")
    deliver(book, 2.0)
    deliver(book, 4.0, DoseFate.HELD)
    deliver(book, 7.0, DoseFate.DROPPED)
    book.renew(only(book), SHARE)
    (row,) = book.rows
    assert (row.planned, row.given, row.held) == ([6], [2], [4])


def test_every_patient_keeps_an_own_cursor_cycle_and_count():
    book = begun("daily, days 1 to 2 of 7, until progression", patients=2)
    patients, day, _ = book.due(np.array([1.0, 7.0]))
    assert patients.tolist() == [0, 1, 1]
    book.book(patients, day, np.full(3, int(DoseFate.GIVEN)))
    book.renew(np.array([1]), SHARE)
    patients, day, _ = book.due(np.array([7.0, 14.0]))
    assert list(zip(patients.tolist(), day.tolist(), strict=True)) == [(0, 1.0), (1, 7.0), (1, 8.0)]
    assert book.next_decision.tolist() == [7.0, 14.0]


def test_doses_before_the_first_of_a_run_share_no_block_with_another_run_cycle_or_line():
    seen = []
    for number in (0, 1):
        book = begun("daily, days 1 to 2 and 8 to 9 of 14, at most 2 cycles", number=number)
        for _ in range(2):
            _, _, block = book.due(np.array([book.next_decision[0]]))
            assert block[0] == block[1] != block[2] == block[3]
            seen += [block[0], block[2]]
            deliver(book, book.next_decision[0])
            book.renew(only(book), SHARE)
    assert len(set(seen)) == 8


def test_the_rows_of_a_line_add_up_to_what_was_given():
    book = begun(FORTNIGHT, patients=3)
    while book.is_running.any():
        until = book.next_decision.min()
        deliver(book, until)
        book.renew(np.flatnonzero(book.next_decision <= until), SHARE)
    assert sum(row.given.sum() for row in book.rows) == 3 * 6
    assert [row.cycle.tolist() for row in book.rows] == [[1] * 3, [2] * 3, [3] * 3]
