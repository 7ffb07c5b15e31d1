"""Cycles that are put off, reduced or stopped for toxicity, and the dose intensity that is left."""

from dataclasses import replace

import numpy as np
import pytest

from trial_care_samples import DELTA, care_patients, care_protocol, cared_for, compiled_care
from trial_samples import toy_protocol
from trialkine.endpoints.registry import find_criteria
from trialkine.model.declarations import Reduction, Stop
from trialkine.solver.ensemble import Ensemble
from trialkine.solver.status import DoseFate
from trialkine.trial.line_book import END_REASONS, LineBook
from trialkine.trial.tables import arm_tables, relative_dose_intensity
from trialkine.trial.toxicity_rules import AgentRules, NoGrades, NoRules, rules_of

SHARE = 0.25
EVERYONE = np.array([0])
CYCLES = "days 1 to 2 of 14, at most 4 cycles"


class Rules(NoRules):
    """Rules that say what a test lets them say."""

    def __init__(self, *, stop=False, factor=1.0, late=False, longest=np.inf):
        self.stop, self.factor, self.late, self.longest = stop, factor, late, longest

    def must_stop(self, patients, since):
        return np.full(len(patients), self.stop)

    def later_dose(self, patients, since):
        return np.full(len(patients), self.factor)

    def is_postponed(self, patients):
        return np.full(len(patients), self.late)

    def longest_wait(self, patients):
        return np.full(len(patients), self.longest)


class Grades:
    """A record of toxicity that knows one grade of each, from one day."""

    def __init__(self, day, **grades):
        self.day, self.grades = day, grades

    def worst_grade(self, toxicity, patients, since):
        return np.where(since <= self.day, self.grades.get(toxicity, 0), 0)


def begun(schedule=CYCLES):
    (told,) = (
        toy_protocol([{"agent": "alpha", "dose": "1 mg", "route": "oral", "schedule": schedule}])
        .arms[0]
        .treatment
    )
    book = LineBook(0, told, told.regimen, np.ones(1))
    book.begin(EVERYONE, np.zeros(1), np.zeros(1, dtype=int))
    return book


def deliver(book):
    """Give everything that is due before the next decision."""
    patients, day, _ = book.due(book.next_decision)
    book.book(patients, day, np.full(len(day), int(DoseFate.GIVEN)))
    return day.tolist()


def renew(book, rules=None):
    book.renew(EVERYONE, SHARE, rules or NoRules())


def test_a_cycle_is_put_off_by_whole_weeks_until_nothing_stands_against_it():
    book = begun()
    deliver(book)
    for week in (0, 1, 2):
        assert book.next_decision == [14.0 + 7.0 * week]
        renew(book, Rules(late=week < 2, longest=21.0))
        assert deliver(book) == ([] if week < 2 else [28.0, 29.0])
    assert book.cycle == [1]
    assert book.waited == [14.0]
    assert book.next_decision == [28.0 + 14.0]


def test_a_wait_longer_than_the_longest_is_toxicity():
    book = begun()
    deliver(book)
    for week in (0, 1, 2):
        assert book.is_running, week
        renew(book, Rules(late=True, longest=14.0))
    assert not book.is_running
    assert END_REASONS[book.end_reason[0]] == "toxicity"
    assert book.end == book.fail_day == [28.0]


def test_what_is_put_off_past_the_limit_of_the_schedule_is_not_given():
    book = begun("days 1 to 2 of 14, for 16 days")
    deliver(book)
    renew(book, Rules(late=True, longest=21.0))
    renew(book, Rules(late=False, longest=21.0))
    assert deliver(book) == []
    assert END_REASONS[book.end_reason[0]] == "completed"


def test_a_reduction_holds_for_all_later_cycles_and_another_comes_on_top():
    book = begun()
    doses = []
    for rules in (Rules(factor=0.75), Rules(), Rules(factor=0.5), Rules()):
        deliver(book)
        doses.append(book.dose_now[0])
        renew(book, rules)
    assert doses == pytest.approx([1.0, 0.75, 0.75, 0.375])
    assert [row.factor[0] for row in book.rows] == pytest.approx(doses)


def test_a_stop_ends_the_line_for_toxicity_before_the_next_cycle():
    book = begun()
    deliver(book)
    renew(book, Rules(stop=True))
    assert (book.end[0], END_REASONS[book.end_reason[0]]) == (14.0, "toxicity")


def test_toxicity_of_the_last_cycle_leaves_a_completed_line_completed():
    book = begun("days 1 to 2 of 14, at most 1 cycle")
    deliver(book)
    renew(book, Rules(stop=True, late=True, longest=0.0))
    assert END_REASONS[book.end_reason[0]] == "completed"


def test_dose_intensity_is_what_was_given_of_the_plan_in_the_time_it_took():
    book = begun("days 1 to 2 of 14, at most 2 cycles")
    deliver(book)
    renew(book, Rules(late=True, longest=21.0))
    renew(book, Rules(factor=0.5))
    deliver(book)
    renew(book)
    assert book.end == [22.0]
    # 2 full and 2 half doses of 4, in two cycles and a week instead of two cycles
    assert relative_dose_intensity([book], 1) == pytest.approx([3 / 4 * 28 / 35])


@pytest.mark.parametrize(("cycles", "intensity"), [(4, 84 / 105), (2, 42 / 49)])
def test_cycles_a_week_late_each_take_their_own_time_and_the_weeks(cycles, intensity):
    book = begun(f"days 1 to 2 of 21, at most {cycles} cycles")
    for _ in range(cycles - 1):
        deliver(book)
        renew(book, Rules(late=True, longest=21.0))
        renew(book)
    deliver(book)
    renew(book)
    assert [row.start[0] for row in book.rows] == [28.0 * number for number in range(cycles)]
    assert END_REASONS[book.end_reason[0]] == "completed"
    assert relative_dose_intensity([book], 1) == pytest.approx([intensity])


def test_of_a_wait_that_death_interrupts_what_had_passed_counts():
    book = begun()
    deliver(book)
    renew(book, Rules(late=True, longest=21.0))
    book.stop(EVERYONE, np.array([17.0]), np.array([END_REASONS.index("death")]))
    assert book.waited == [3.0]
    assert relative_dose_intensity([book], 1) == pytest.approx([14 / 17])


def test_a_wait_over_and_done_with_counts_whole_when_death_comes_in_the_next_cycle():
    book = begun()
    deliver(book)
    renew(book, Rules(late=True, longest=21.0))
    renew(book)
    deliver(book)
    book.stop(EVERYONE, np.array([25.0]), np.array([END_REASONS.index("death")]))
    assert book.waited == [7.0]
    assert relative_dose_intensity([book], 1) == pytest.approx([28 / 35])


def test_without_waits_holds_and_reductions_the_dose_intensity_is_one():
    book = begun("days 1 to 2 of 14, at most 1 cycle")
    deliver(book)
    renew(book)
    assert relative_dose_intensity([book], 1) == [1.0]


def agent_rules(grades, **values):
    agent = replace(
        DELTA,
        reductions=(
            Reduction("platelets", 3, "delta_longest", "reduced"),
            Reduction("platelets", 4, "delta_low_until", "reduced further"),
        ),
        stops=(Stop("neurotoxicity", 4, "stopped"),),
    )
    parameters = care_patients(delta_longest=0.75, delta_low_until=0.5, **values).parameters
    return AgentRules(agent, Ensemble(compiled_care(), parameters), grades)


@pytest.mark.parametrize(("grade", "factor"), [(2, 1.0), (3, 0.75), (4, 0.5)])
def test_the_strongest_reduction_whose_grade_was_reached_applies(grade, factor):
    rules = agent_rules(Grades(day=3.0, platelets=grade))
    assert rules.later_dose(EVERYONE, np.zeros(1)) == [factor]


def test_toxicity_before_the_cycle_does_not_count_again():
    rules = agent_rules(Grades(day=3.0, platelets=4, neurotoxicity=4))
    assert rules.later_dose(EVERYONE, np.array([14.0])) == [1.0]
    assert not rules.must_stop(EVERYONE, np.array([14.0])).any()
    assert rules.must_stop(EVERYONE, np.array([0.0])).all()


def test_rules_apply_only_where_the_protocol_lets_them_and_the_agent_has_any():
    ensemble = Ensemble(compiled_care(), care_patients().parameters)
    arm = care_protocol(
        [
            {"agent": "delta", "dose": "1 mg", "route": "oral", "schedule": "weekly"},
            {"agent": "alpha", "dose": "1 mg", "route": "oral", "schedule": "weekly", "starts": "at once"},
        ]
    ).arms[0]
    assert isinstance(rules_of(arm.treatment[0], ensemble, NoGrades()), AgentRules)
    assert isinstance(rules_of(arm.treatment[1], ensemble, NoGrades()), NoRules)
    never = arm.treatment[0].model_copy(update={"hold": "never"})
    assert isinstance(rules_of(never, ensemble, NoGrades()), NoRules)


def conducted_delta(**values):
    delta = {
        "agent": "delta",
        "dose": "1 mg",
        "route": "oral",
        "schedule": "daily, days 1 to 2, every 14 days, at most 4 cycles",
    }
    record, _ = cared_for(care_protocol([delta | values.pop("line", {})]), care_patients(**values))
    return record, arm_tables(record, find_criteria("who-1979"), None)


def test_in_a_trial_the_count_puts_a_cycle_off():
    record, tables = conducted_delta(delta_low_from=13.0, delta_low_until=24.0)
    assert tables["exposure"]["start_day"].to_list() == pytest.approx([0.0, 28.0, 42.0, 56.0])
    assert record.lines[0].waited == [14.0]


def test_in_a_trial_a_count_that_stays_low_stops_the_agent():
    _, tables = conducted_delta(delta_low_from=13.0, delta_low_until=1e6)
    row = tables["lines"].row(0, named=True)
    assert (row["end_day"], row["end_reason"], row["doses_given"]) == (35.0, "toxicity", 2)


def test_in_a_trial_hold_never_switches_the_waiting_off():
    _, tables = conducted_delta(delta_low_from=13.0, delta_low_until=1e6, line={"hold": "never"})
    assert tables["exposure"]["start_day"].to_list() == pytest.approx([0.0, 14.0, 28.0, 42.0])


def combined(partner_schedule, **line_keys):
    """A drug whose second cycle waits for a fortnight, and a partner without rules of its own."""
    lines = [
        {
            "agent": "delta",
            "dose": "1 mg",
            "route": "oral",
            "schedule": "daily, days 1 to 2, every 14 days, at most 4 cycles",
        },
        {
            "agent": "alpha",
            "dose": "1 mg",
            "route": "oral",
            "schedule": partner_schedule,
            "starts": "at once",
            **line_keys,
        },
    ]
    record, _ = cared_for(care_protocol(lines), care_patients(delta_low_from=13.0, delta_low_until=24.0))
    return [[float(row.start[0]) for row in book.rows] for book in record.lines]


@pytest.mark.parametrize("order", [1, -1])
def test_what_puts_one_agent_off_puts_off_the_whole_combination(order):
    partner = "once on day 1; repeat every 2 weeks, at most 4 cycles"
    lines = [
        {"agent": "delta", "dose": "1 mg", "route": "oral", "schedule": partner},
        {"agent": "alpha", "dose": "1 mg", "route": "oral", "schedule": partner},
    ][::order]
    lines[1]["starts"] = "at once"
    record, _ = cared_for(care_protocol(lines), care_patients(delta_low_from=13.0, delta_low_until=24.0))
    for book in record.lines:
        assert [float(row.start[0]) for row in book.rows] == pytest.approx([0.0, 28.0, 42.0, 56.0])


@pytest.mark.parametrize(
    ("schedule", "keys", "starts"),
    [
        ("once on day 1; repeat every 3 weeks, at most 3 cycles", {}, [0.0, 21.0, 42.0]),
        ("once; repeat every 2 weeks, at most 3 cycles", {"hold": "never"}, [0.0, 14.0, 28.0]),
        ("once; repeat every 2 weeks, at most 3 cycles", {"starts": "on day 3"}, [2.0, 16.0, 30.0]),
    ],
)
def test_cycles_of_another_calendar_or_without_rules_do_not_wait_for_others(schedule, keys, starts):
    assert combined(schedule, **keys)[1] == pytest.approx(starts)


@pytest.mark.parametrize("order", [1, -1])
def test_when_an_agent_is_stopped_its_partner_goes_on_that_day(order):
    cycles = "once on day 1; repeat every 2 weeks, at most 3 cycles"
    lines = [
        {"agent": name, "dose": "1 mg", "route": "oral", "schedule": cycles} for name in ("delta", "alpha")
    ]
    lines = lines[::order]
    lines[1]["starts"] = "at once"
    patients = care_patients(delta_low_from=13.0, delta_low_until=1e6, delta_longest=14.0)
    record, _ = cared_for(care_protocol(lines), patients)
    delta, alpha = record.lines[::order]
    assert (delta.end[0], END_REASONS[delta.end_reason[0]]) == (28.0, "toxicity")
    assert [float(row.start[0]) for row in alpha.rows] == pytest.approx([0.0, 28.0, 42.0])


def test_in_a_combination_that_waits_every_agent_has_the_same_dose_intensity():
    cycles = {
        "dose": "1 mg",
        "route": "oral",
        "schedule": "daily, days 1 to 2, every 14 days, at most 4 cycles",
    }
    lines = [{"agent": "delta", **cycles}, {"agent": "alpha", **cycles, "starts": "at once"}]
    record, _ = cared_for(care_protocol(lines), care_patients(delta_low_from=13.0, delta_low_until=24.0))
    found = arm_tables(record, find_criteria("who-1979"), None)
    # four cycles of 14 days took 56 days and the 14 that both waited
    assert found["lines"]["relative_dose_intensity"].to_list() == pytest.approx([56 / 70, 56 / 70])
    assert found["patients"]["relative_dose_intensity"].to_list() == pytest.approx([56 / 70])


@pytest.mark.parametrize("way", ["cut_off", "death"])
def test_in_a_trial_a_wait_counts_as_far_as_it_lasted(way):
    ends = {"cut_off": 17.0} if way == "cut_off" else {"disease_death_day": 17.0}
    record, tables = conducted_delta(delta_low_from=13.0, delta_low_until=1e6, **ends)
    assert record.lines[0].waited == pytest.approx([3.0], abs=1e-6)
    assert tables["patients"]["relative_dose_intensity"].to_list() == pytest.approx([14 / 17], abs=1e-6)
