"""Reported numbers as some patients out of others."""

from __future__ import annotations

from typing import Any

import pytest

from study_samples import IL2, SEQUENCE, TEMOZOLOMIDE, study_protocol
from trialkine.calibration.targets import Target, targets_of, targets_of_arm

MONTH, WEEK = 30.4375, 7.0
ARM: dict[str, list[dict[str, Any]]] = {"Temozolomide": [TEMOZOLOMIDE]}
SOURCE: dict[str, Any] = {"citation": "Somebody 2004", "use": "calibration"}


def targets(source: dict[str, Any] = SOURCE, arms: Any = ARM, **entry: Any) -> tuple[Target, ...]:
    """The targets of a trial of 12 patients of whom one arm is reported; scans every 8 weeks."""
    reported = [{"arm": next(iter(arms)), **entry}]
    return targets_of("trial", study_protocol(arms, reported=reported, source=source))


def counted(found: tuple[Target, ...]) -> dict[str, tuple[float, int]]:
    """Count and denominator by metric."""
    return {target.metric: (target.count, target.of) for target in found}


def one(**entry: Any) -> Target:
    (found,) = targets(**entry)
    return found


def test_counts_become_responders_complete_ones_and_progression_among_the_rest() -> None:
    found = targets(n=40, cr=2, pr=6, sd=10, pd=22)
    assert counted(found) == {"orr": (8.0, 40), "cr_rate": (2.0, 8), "pd_rate": (22.0, 32)}
    assert [target.group for target in found] == ["response", "completeness", "control"]
    assert [target.event for target in found] == ["responds", "complete", "progresses"]
    assert {target.sense for target in found} == {"count"}
    assert {(target.trial, target.family, target.arm, target.line) for target in found} == {
        ("trial", "trial", "Temozolomide", None)
    }


def test_stable_disease_alone_leaves_the_others_to_have_progressed() -> None:
    assert counted(targets(n=40, cr=2, pr=6, sd=10))["pd_rate"] == (22.0, 32)


def test_responders_alone_tell_nothing_of_completeness_or_control() -> None:
    assert counted(targets(n=40, responders=8)) == {"orr": (8.0, 40)}


def test_where_nobody_responded_nobody_can_have_responded_completely() -> None:
    assert counted(targets(n=40, cr=0, pr=0, sd=10)) == {"orr": (0.0, 40), "pd_rate": (30.0, 40)}


def test_where_everybody_responded_nobody_is_left_to_progress() -> None:
    assert counted(targets(n=4, cr=1, pr=3, sd=0, pd=0)) == {"orr": (4.0, 4), "cr_rate": (1.0, 4)}


def test_printed_rates_count_among_those_evaluated() -> None:
    found = counted(targets(n=40, metrics={"orr": 0.205, "cr_rate": 0.05, "pd_rate": 0.6}))
    assert found["orr"] == (pytest.approx(8.2), 40)  # rates are rounded, so counts need not be whole
    assert found["cr_rate"] == (pytest.approx(2.0), 8)
    assert found["pd_rate"] == (pytest.approx(24.0), 32)


def test_a_printed_rate_may_have_a_denominator_of_its_own() -> None:
    assert counted(targets(n=40, metrics={"orr": {"value": 0.2, "n": 30}})) == {
        "orr": (pytest.approx(6.0), 30)
    }


def test_counts_prevail_over_printed_percentages() -> None:
    found = targets(n=40, cr=2, pr=6, metrics={"orr": 0.2, "cr_rate": 0.06})
    assert counted(found) == {"orr": (8.0, 40), "cr_rate": (2.0, 8)}


def test_more_cannot_progress_than_did_not_respond() -> None:
    found = counted(targets(n=10, responders=3, metrics={"pd_rate": 0.75}))
    assert found["pd_rate"] == (7.0, 7)


def test_a_lower_bound_of_a_rate_is_no_count() -> None:
    bound = {"value": 0.2, "at_least": True}
    assert targets(n=40, metrics={"orr": bound, "os_rate_12m": bound, "pfs_rate_26w": bound}) == ()


def test_a_lower_bound_of_a_rate_at_a_time_stays_one_for_those_who_ask_for_an_arm() -> None:
    bound = {"value": 0.2, "at_least": True}
    reported = [{"arm": "Temozolomide", "n": 40, "metrics": {"orr": bound, "os_rate_12m": bound}}]
    protocol = study_protocol(ARM, reported=reported, source=SOURCE)
    (found,) = targets_of_arm("trial", protocol, "Temozolomide")
    assert (found.metric, found.sense, found.count, found.of) == ("os_rate_12m", "at least", 8.0, 40)
    assert targets_of("trial", protocol) == ()


def test_the_targets_of_an_arm_are_those_of_the_trial_where_no_bound_is_among_them() -> None:
    reported = [{"arm": "Temozolomide", "n": 40, "cr": 2, "pr": 6, "metrics": {"os_rate_12m": 0.4}}]
    protocol = study_protocol(ARM, reported=reported, source=SOURCE)
    assert targets_of_arm("trial", protocol, "Temozolomide") == targets_of("trial", protocol) != ()


def test_without_denominators_the_patients_of_the_protocol_count() -> None:
    assert counted(targets(metrics={"orr": 0.25})) == {"orr": (3.0, 12)}
    assert one(metrics={"os_rate_12m": 0.25}).of == 12
    assert one(enrolled=20, n=16, metrics={"os_rate_12m": 0.25}).of == 20
    assert one(n=16, metrics={"os_rate_12m": 0.25}).of == 16


@pytest.mark.parametrize(
    ("metric", "event", "group", "day"),
    [
        ("os_rate_12m", "os", "survival", 12 * MONTH),
        ("rfs_rate_24m", "rfs", "progression", 24 * MONTH),
        ("pfs_rate_8w", "pfs", "progression", 8 * WEEK),
        ("ttp_rate_26w", "ttp", "progression", 26 * WEEK),
    ],
)
def test_a_rate_at_a_time_counts_those_still_free(metric: str, event: str, group: str, day: float) -> None:
    found = one(enrolled=50, metrics={metric: 0.3})
    assert (found.event, found.group, found.sense) == (event, group, "count")
    assert (found.day, found.count, found.of) == (pytest.approx(day), pytest.approx(15.0), 50)


def test_a_rate_at_a_time_may_have_a_denominator_of_its_own() -> None:
    found = one(enrolled=50, metrics={"os_rate_12m": {"value": 0.5, "n": 40}})
    assert (found.count, found.of) == (20.0, 40)


@pytest.mark.parametrize("event", ["os", "rfs"])
def test_half_of_the_patients_are_alive_or_free_of_relapse_at_the_median(event: str) -> None:
    found = one(enrolled=51, metrics={f"{event}_median_months": 10.0})
    assert (found.event, found.sense) == (event, "count")
    assert (found.day, found.count, found.of) == (pytest.approx(10 * MONTH), 25.5, 51)


@pytest.mark.parametrize("event", ["pfs", "ttp"])
def test_a_median_seen_at_scans_lies_within_half_an_interval(event: str) -> None:
    early, late = targets(enrolled=50, metrics={f"{event}_median_months": 4.0})
    assert (early.day, late.day) == pytest.approx((4 * MONTH - 4 * WEEK, 4 * MONTH + 4 * WEEK))
    assert (early.sense, late.sense) == ("more than half", "less than half")
    assert (early.after, late.after) == (0.0, early.day)
    assert {(target.event, target.group, target.count, target.of) for target in (early, late)} == {
        (event, "progression", 25.0, 50)
    }


def test_an_early_median_is_looked_for_from_the_first_day() -> None:
    early, late = targets(metrics={"pfs_median_months": 0.5})
    assert (early.day, late.day) == pytest.approx((1.0, 0.5 * MONTH + 4 * WEEK))


def test_later_times_count_among_those_who_were_left_at_the_time_before() -> None:
    metrics = {"os_median_months": 10.0, "os_rate_12m": 0.4, "os_rate_24m": {"value": 0.2, "n": 30}}
    first, second, third = targets(enrolled=50, metrics=metrics)
    assert [target.metric for target in (first, second, third)] == list(metrics)
    assert [target.after for target in (first, second, third)] == pytest.approx([0.0, 10 * MONTH, 12 * MONTH])
    assert (first.count, first.of) == (25.0, 50)
    assert (second.count, second.of) == (pytest.approx(20.0), 25)  # 0.4 of 0.5
    assert (third.count, third.of) == (pytest.approx(6.0), 12)  # 0.2 of 0.4, of 30


def test_times_are_taken_in_turn_whatever_their_order_in_the_file_and_by_event() -> None:
    found = targets(enrolled=40, metrics={"os_rate_24m": 0.1, "pfs_rate_8w": 0.5, "os_rate_12m": 0.2})
    assert [(target.metric, round(target.after)) for target in found] == [
        ("os_rate_12m", 0), ("os_rate_24m", 365), ("pfs_rate_8w", 0),
    ]  # fmt: skip
    assert (found[1].count, found[1].of) == (pytest.approx(4.0), 8)


def test_nothing_is_asked_of_nobody() -> None:
    found = targets(enrolled=20, metrics={"os_rate_12m": 0.0, "os_rate_24m": 0.0})
    assert [target.metric for target in found] == ["os_rate_12m"]


def test_a_median_not_reached_and_rates_do_not_count_each_other() -> None:
    metrics = {"os_median_months": {"value": 6.0, "at_least": True}, "os_rate_12m": 0.4, "os_rate_24m": 0.3}
    found = {target.metric: target for target in targets(enrolled=50, metrics=metrics)}
    assert (found["os_rate_12m"].after, found["os_rate_12m"].of) == (0.0, 50)
    assert (found["os_rate_24m"].count, found["os_rate_24m"].of) == (pytest.approx(15.0), 20)


@pytest.mark.parametrize("median", [12.0, 12.2, 11.8])
def test_of_two_times_within_the_precision_of_print_one_counts(median: float) -> None:
    found = targets(enrolled=200, metrics={"os_median_months": median, "os_rate_12m": 0.48})
    assert len(found) == 1
    assert found[0].after == 0.0


def test_a_smaller_denominator_at_an_early_time_leaves_the_later_one_its_own() -> None:
    metrics = {"os_rate_6m": {"value": 0.8, "n": 10}, "os_rate_12m": {"value": 0.5, "n": 200}}
    first, second = targets(enrolled=200, metrics=metrics)
    assert (first.count, first.of) == (8.0, 10)
    assert (second.count, second.of) == (pytest.approx(100.0), 160)


def test_a_rate_that_rises_with_time_leaves_everybody() -> None:
    found = targets(enrolled=20, metrics={"os_rate_12m": 0.3, "os_rate_24m": {"value": 0.4, "n": 10}})
    assert (found[1].count, found[1].of) == (3.0, 3)


def test_a_median_not_reached_says_that_more_than_half_were_free_until_then() -> None:
    for metric in ("os_median_months", "pfs_median_months"):
        found = one(enrolled=50, metrics={metric: {"value": 6.0, "at_least": True}})
        assert (found.sense, found.day, found.of) == ("more than half", pytest.approx(6 * MONTH), 50)


def test_the_duration_of_response_is_of_the_responders() -> None:
    found = targets(enrolled=50, n=40, cr=2, pr=6, metrics={"dor_median_months": 7.0})[-1]
    assert (found.event, found.group, found.sense) == ("dor", "progression", "count")
    assert (found.day, found.count, found.of) == (pytest.approx(7 * MONTH), 4.0, 8)


@pytest.mark.parametrize("counts", [{"n": 40, "responders": 1}, {"n": 40, "cr": 0, "pr": 0}, {"n": 40}])
def test_the_duration_of_few_or_unknown_responses_tells_nothing(counts: dict[str, int]) -> None:
    found = targets(**counts, metrics={"dor_median_months": 7.0})
    assert "dor_median_months" not in counted(found)


def test_doses_and_toxicity_are_no_targets() -> None:
    metrics = {"grade34_rate": 0.3, "toxic_death_rate": 0.01, "doses_given_mean": 18.0}
    assert targets(enrolled=50, metrics=metrics) == ()


def test_only_trials_for_calibration_that_are_counted_here_have_targets() -> None:
    assert targets(n=40, cr=2, pr=6) != ()
    assert targets({**SOURCE, "use": "prediction"}, n=40, cr=2, pr=6) == ()
    assert targets({"citation": "Somebody 2004"}, n=40, cr=2, pr=6) == ()
    assert targets({**SOURCE, "counted": False}, n=40, cr=2, pr=6) == ()
    assert targets_of("trial", study_protocol(ARM)) == ()


def test_selected_patients_give_no_target_and_the_other_arm_does() -> None:
    assert targets(n=40, cr=2, pr=6, selected="noticed afterwards") == ()
    arms = {"a": [TEMOZOLOMIDE], "b": [IL2]}
    reported = [
        {"arm": "a", "n": 9, "cr": 3, "pr": 3, "selected": "chosen"},
        {"arm": "b", "n": 40, "responders": 5},
    ]
    found = targets_of("trial", study_protocol(arms, reported=reported, source=SOURCE))
    assert [(target.arm, target.count, target.of) for target in found] == [("b", 5.0, 40)]


def test_the_family_is_the_stated_one_and_the_line_is_kept() -> None:
    found = targets(
        {**SOURCE, "family": "Somebody"}, {"Sequence": SEQUENCE}, line="temozolomide", n=20, responders=3
    )
    assert [(target.family, target.line) for target in found] == [("Somebody", "temozolomide")]


def test_what_is_simulated_for_each_target_has_a_name_of_its_own() -> None:
    metrics = {"pfs_median_months": 4.0, "os_median_months": 10.0, "os_rate_12m": 0.4, "pfs_rate_26w": 0.2}
    found = targets(enrolled=50, n=40, cr=2, pr=6, sd=10, metrics=metrics)
    assert len({target.key for target in found}) == len(found) == 8
    assert found[0].key == "trial/Temozolomide//responds/0"
