"""Every documented schedule phrase against dose days worked out by hand."""

from itertools import pairwise

import pytest

from trialkine.trial.quantities import parse_dose, parse_route
from trialkine.trial.regimen import Regimen, build_regimen, read_schedule
from trialkine.trial.schedule import AS_PLANNED, UNTIL_PROGRESSION, WHILE_NOT_PROGRESSING


def regimen(schedule: str, route: str = "oral", dose: str = "75 mg/m2") -> Regimen:
    return build_regimen("drug", parse_dose(dose), parse_route(route), read_schedule(schedule))


def in_hours(result: Regimen) -> list[int]:
    """Dose times in whole hours: rounding only removes what thirds of a day leave in the last digit."""
    hours = [day * 24 for day in result.dose_days]
    assert hours == pytest.approx([round(hour) for hour in hours], abs=1e-9)
    return [round(hour) for hour in hours]


def test_high_dose_interleukin_2_is_two_blocks_of_14_doses_8_hours_apart():
    result = regimen(
        "every 8 h, up to 14 doses, on days 1 and 15; repeat every 12 weeks, at most 3 courses, "
        "while not progressing",
        "intravenous over 15 min",
        "600000 IU/kg",
    )
    first = [8 * dose for dose in range(14)]
    assert in_hours(result) == first + [14 * 24 + hour for hour in first]
    assert result.block == (0,) * 14 + (1,) * 14
    assert result.cycle_days == 84
    assert result.max_cycles == 3
    assert result.continue_while == WHILE_NOT_PROGRESSING
    assert (result.amount, result.unit, result.basis) == (600_000, "IU", "kg")
    assert result.route.infusion_days == pytest.approx(15 / 1440)
    assert result.last_planned_day == pytest.approx(2 * 84 + 14 + 13 / 3)


@pytest.mark.parametrize(
    ("schedule", "days", "cycle", "rule"),
    [
        ("daily, days 1 to 21 of 28, until progression", range(21), 28, UNTIL_PROGRESSION),
        ("daily, days 1 to 42 of 56, until progression", range(42), 56, UNTIL_PROGRESSION),
        ("daily, days 1 to 5, every 28 days, until progression", range(5), 28, UNTIL_PROGRESSION),
        ("days 1 to 5 of 7", range(5), 7, AS_PLANNED),
        ("days 1-5 of 7 days", range(5), 7, AS_PLANNED),
        ("weekly, cycles of 4 weeks, until progression", (0, 7, 14, 21), 28, UNTIL_PROGRESSION),
        ("daily, on days 1, 8 and 15 of 28", (0, 7, 14), 28, AS_PLANNED),
        ("every 2 weeks, up to 2 doses; repeat every 12 weeks", (0, 14), 84, AS_PLANNED),
        ("once; repeat every 3 weeks", (0,), 21, AS_PLANNED),
    ],
)
def test_schedules_that_repeat_give_these_days_of_each_cycle(schedule, days, cycle, rule):
    result = regimen(schedule)
    assert result.dose_days == tuple(float(day) for day in days)
    assert result.cycle_days == cycle
    assert result.max_cycles is None
    assert result.is_open_ended
    assert result.last_planned_day is None
    assert result.continue_while == rule


@pytest.mark.parametrize(
    ("schedule", "days", "cycle"),
    [
        ("three times a week", (0, 2, 4, 7, 9, 11, 14, 16, 18), 21),
        ("twice a week", (0, 3, 7, 10, 14, 17), 21),
        ("5 times a week", (*range(5), *range(7, 12), *range(14, 19)), 21),
        ("once a week", (0, 7, 14), 21),
        ("weekly", (0, 7, 14), 21),
        ("every 2 weeks", (0, 14), 28),
        ("every 3 weeks", (0,), 21),
        ("every 12 weeks", (0,), 84),
        ("every other day", range(0, 22, 2), 22),
        ("daily", range(21), 21),
        ("every day, regardless of progression", range(21), 21),
    ],
)
def test_a_bare_rhythm_is_gathered_into_cycles_of_three_weeks_or_more(schedule, days, cycle):
    result = regimen(schedule)
    assert result.dose_days == tuple(float(day) for day in days)
    assert result.cycle_days == cycle
    assert result.is_open_ended
    assert set(result.block) == {0}
    following = result.planned_days(10 * cycle)
    gaps = {round(later - earlier, 9) for earlier, later in pairwise(following)}
    assert (
        gaps == {round(later - earlier, 9) for earlier, later in pairwise((*days, cycle))} or len(days) == 1
    )


def test_a_condition_may_come_first_and_in_capitals():
    assert regimen("UNTIL progression; Daily").continue_while == UNTIL_PROGRESSION


@pytest.mark.parametrize(
    ("schedule", "hours_apart", "doses", "cycle"),
    [
        ("three times daily, cycles of 8 weeks, until progression", 8, 168, 56),
        ("three times daily", 8, 63, 21),
        ("twice daily", 12, 42, 21),
        ("twice a day", 12, 42, 21),
        ("4 times daily", 6, 84, 21),
        ("every 8 h", 8, 63, 21),
        ("every 36 hours", 36, 14, 21),
        ("every 36 h, cycles of 3 days", 36, 2, 3),
    ],
)
def test_rhythms_within_a_day_are_spread_evenly(schedule, hours_apart, doses, cycle):
    result = regimen(schedule)
    assert in_hours(result) == [hours_apart * dose for dose in range(doses)]
    assert result.cycle_days == cycle


@pytest.mark.parametrize(
    ("schedule", "days", "cycle"),
    [
        ("every 2 weeks, at most 12 doses", range(0, 168, 14), 168),
        ("once on day 1", (0,), 1),
        ("once", (0,), 1),
        ("once on days 1 and 4", (0, 3), 4),
        ("daily, days 1 to 5", range(5), 5),
        ("daily, at most 10 doses, until progression", range(10), 10),
    ],
)
def test_schedules_without_a_cycle_are_given_once(schedule, days, cycle):
    result = regimen(schedule)
    assert result.dose_days == tuple(float(day) for day in days)
    assert result.cycle_days == cycle
    assert result.max_cycles == 1
    assert result.last_planned_day == result.dose_days[-1]


def test_a_count_caps_each_range_of_days():
    result = regimen("every 8 h, up to 14 doses, days 1 to 5 and 15 to 19; repeat every 4 weeks")
    first = [8 * dose for dose in range(14)]  # 5 days hold 15
    assert in_hours(result) == first + [14 * 24 + hour for hour in first]
    assert result.block == (0,) * 14 + (1,) * 14


def test_a_limit_of_cycles_may_carry_their_length():
    result = regimen("weekly, at most 6 cycles of 4 weeks")
    assert (result.max_cycles, result.cycle_days) == (6, 28)
    assert result.last_planned_day == 5 * 28 + 21


def test_treatment_for_a_time_plans_no_dose_at_or_after_its_end():
    result = regimen("weekly, for 4 weeks")
    assert result.limit_days == 28
    assert result.planned_days() == (0, 7, 14, 21)
    assert result.last_planned_day == 21
    assert not result.is_open_ended
    assert regimen("daily, for 6 months").limit_days == pytest.approx(6 * 30.4375)


def test_planned_days_stop_at_the_horizon():
    assert regimen("daily, days 1 to 2 of 7").planned_days(15) == (0, 1, 7, 8, 14)


def test_continuous_means_one_infusion_after_the_other():
    result = regimen("continuous, days 1 to 5, every 28 days", "intravenous over 24 h")
    assert result.dose_days == (0, 1, 2, 3, 4)
    assert result.cycle_days == 28
    endless = regimen("continuous", "intravenous over 24 h")
    assert (endless.dose_days, endless.cycle_days) == (tuple(range(21)), 21.0)


def test_one_long_infusion_is_once_per_cycle():
    result = regimen(
        "once on day 1, every 3 weeks", "continuous intravenous infusion over 5 days", "9 MIU/m2"
    )
    assert (result.dose_days, result.cycle_days, result.route.infusion_days) == ((0.0,), 21.0, 5.0)


def test_a_regimen_can_be_put_into_the_unit_of_its_agent():
    assert regimen("once", dose="18 MIU").in_unit("IU").amount == pytest.approx(18e6)


def test_a_regimen_says_itself_in_words():
    words = regimen("daily, days 1 to 21 of 28, at most 6 cycles, until progression").in_words()
    assert words == "21 doses per cycle of 28 days, at most 6 cycles, until progression"
