"""Schedules that are refused, the sentence, and the word it points at."""

import pytest

from trialkine.trial.quantities import parse_dose, parse_route
from trialkine.trial.regimen import build_regimen, read_schedule
from trialkine.trial.words import WordError


@pytest.mark.parametrize(
    ("schedule", "word", "said"),
    [
        ("evry 8 h", "evry", "'evry' is not a schedule word in schedule 'evry 8 h'. Did you mean 'every'?"),
        ("daily, tid", "tid", "Write 'three times daily'."),
        ("q8h, up to 14 doses", "q8h", "Write it out as in 'every 8 h'."),
        ("every 8 hs", "hs", "'hs' is not a unit of time in schedule 'every 8 hs'. Did you mean 'h'?"),
        ("every 8, daily", ",", "the time between doses '8' has no unit of time"),
        ("every 0 h", "0", "the time between doses must be above zero"),
        ("every -8 h", "-", "the time between doses must be above zero"),
        ("every 1e999 h", "1e999", "is too large"),
        ("every 200 years", "200", "longer than 100 years"),
        ("daily, up to 2.5 doses", "2.5", "must be a whole number"),
        ("daily, up to 14 dosis", "dosis", "Did you mean 'doses'?"),
        ("daily, 14 doses", "doses", "Write 'up to 14 doses'."),
        ("daily, until progresion", "progresion", "'progresion' stands where 'progression' should"),
        ("daily, while progressing", "progressing", "'progressing' stands where 'not' should"),
        ("daily, weekly", "weekly", "'weekly' says again what was said before"),
        ("daily, days 1 to 5 of 7, every 28 days", "every", "the length of the cycle is said twice"),
        ("daily, at most 3 cycles", "cycles", "a cycle has no length"),
        ("daily, days 1 to 21, until progression", "days", "nothing says when the days come round again"),
        ("until progression", "until", "nothing says how often a dose is given"),
        ("daily, days 5 to 1 of 28", "1", "day 1 does not come after day 5"),
        ("daily, days 1 to 5 and 4 to 8 of 28", "4", "day 4 does not come after day 5"),
        ("daily, days 0 to 5 of 28", "0", "days are counted from 1"),
        ("daily, days 1 to 30 of 28", "1", "past the end of the cycle of 28 days"),
        ("every 8 h, up to 14 doses, on days 1 and 3", "3", "the doses before it run past day 3"),
        ("three times", "", "nothing says in what time"),
        ("9 times a week", "9", "more than once a day"),
        ("every 5 min", "every", "less than an hour apart"),
        ("every 5 h, cycles of 100 years", "every", "more than 5000 doses"),
        ("daily # later", "#", "'#' is not a schedule word"),
    ],
)
def test_a_schedule_fault_names_the_word(schedule, word, said):
    with pytest.raises(WordError) as caught:
        read_schedule(schedule)
    assert said in str(caught.value)
    assert schedule[caught.value.start :].startswith(word)


@pytest.mark.parametrize("schedule", ["", "   ", None, 5, ["daily"], {"daily": 1}, "daily " * 100])
def test_a_schedule_that_is_no_phrase_is_refused(schedule):
    with pytest.raises(WordError):
        read_schedule(schedule)


@pytest.mark.parametrize(
    ("schedule", "route", "said"),
    [
        ("continuous", "oral", "'continuous' needs an infusion time"),
        ("continuous", "intravenous bolus", "'continuous' needs an infusion time"),
        ("every 8 h", "intravenous over 24 h", "an infusion over 24 h outlasts the time between doses"),
        ("once, every 3 days", "intravenous over 5 days", "an infusion over 120 h outlasts"),
    ],
)
def test_route_and_schedule_must_fit(schedule, route, said):
    with pytest.raises(WordError, match=said):
        build_regimen("drug", parse_dose("1 mg"), parse_route(route), read_schedule(schedule))
