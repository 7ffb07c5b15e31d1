"""However often a patient is stopped on the way, the doses given are those the schedule plans."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from trial_samples import line, toy_protocol
from trialkine.solver.status import DoseFate
from trialkine.trial.line_book import SAME_TIME, LineBook

SCHEDULES = (
    "daily",
    "weekly, at most 6 cycles of 4 weeks",
    "every 8 h, up to 14 doses, on days 1 and 15; repeat every 12 weeks, at most 3 courses",
    "daily, days 1 to 21 of 28",
    "three times daily, for 30 days",
    "three times a week, for 5 weeks",
    "once; repeat every 3 weeks",
    "days 1 to 5 of 7, for 24 days",
)
LINES = {text: toy_protocol([line(schedule=text, hold="never")]).arms[0].treatment[0] for text in SCHEDULES}
# Stops on whole thirds of a day meet the times of doses exactly, others never do.
stops = st.lists(
    st.one_of(st.integers(0, 600).map(lambda third: third / 3), st.floats(0.0, 200.0)), max_size=12
)


def delivered(told, start, appointments, pauses, horizon):
    """A loop over one patient: advance, stop at pauses and appointments, renew cycles."""
    book = LineBook(0, told, told.regimen, np.ones(1))
    book.begin(np.array([0]), np.array([start]), np.array([0]))
    now, days, waiting = start, [], sorted(start + pause for pause in pauses)
    while now < horizon:
        coming = [start + day for day in appointments if start + day > now]
        target = min([horizon, book.next_decision[0], *coming])
        pause = next((day for day in waiting if now < day < target), np.inf)
        who, day, _ = book.due(np.array([target]))
        reached = day < pause
        book.book(who, day, np.where(reached, int(DoseFate.GIVEN), int(DoseFate.NOT_DUE)))
        days += day[reached].tolist()
        now = min(pause, target)
        if now >= book.next_decision[0] - SAME_TIME:
            book.renew(np.array([0]), 0.25)
    return days


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(SCHEDULES), st.floats(0.0, 50.0), stops, stops, st.integers(1, 200))
def test_given_days_are_planned_days_whatever_stops_a_patient(text, start, appointments, pauses, length):
    told = LINES[text]
    days = delivered(told, start, appointments, pauses, start + length)
    planned = told.regimen.planned_days(float(length))
    np.testing.assert_allclose(np.array(days) - start, planned, atol=1e-7)  # sums of days, rounded
