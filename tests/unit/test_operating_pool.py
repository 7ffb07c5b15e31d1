"""The pool: how large it is, how long it is followed, and what is read off its tables."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from operating_samples import protocol
from report_samples import sample_result
from trialkine.errors import InputError
from trialkine.operating.pool import (
    distinct_sets,
    evenly_chosen,
    followed_long_enough,
    pool_protocol,
    pool_size,
)
from trialkine.operating.pool_outcomes import arm_outcomes, dose_outcomes
from trialkine.operating.run import operating_characteristics
from trialkine.population.ensemble import ParameterEnsemble
from trialkine.trial.result import TrialResult
from trialkine.trial.words import Duration

NEVER = math.inf


def test_a_pool_of_the_usual_size_has_room_for_several_trials_of_each_member() -> None:
    size = pool_size(29, 1, 2000, None)
    assert size.patients >= 2 * 29
    assert size.members * size.patients == pytest.approx(12_000, rel=0.01)
    large = pool_size(300, 2, 2000, None)
    assert (large.members, large.patients) == (20, 300)


def test_a_stated_size_is_kept_and_one_that_is_too_small_refused() -> None:
    size = pool_size(25, 2, 2000, 1000)
    assert size.members * size.patients * 2 == 1000
    assert size.patients >= 25
    assert pool_size(25, 1, 2000, 1000, most=3).members == 3
    with pytest.raises(InputError, match=r"A pool of 90 patients is too small .* Write at least 100\."):
        pool_size(25, 2, 2000, 90)
    assert pool_size(25, 2, 2000, 100).members == 2


def test_patients_are_followed_for_as_long_as_late_enrolment_lets_the_first_of_a_trial_be() -> None:
    file = protocol({"two_stage": {"first_stage": 20, "stop_at_or_below": 0}})
    # 19 gaps of 1/5 month: 3.8 months on average, and 4 standard deviations of sqrt(19) / 5 more.
    months = (19 + 4 * math.sqrt(19)) / 5 + 12
    assert months == pytest.approx(19.3, abs=0.05)
    assert str(followed_long_enough(file, 20, 1.0)) == "21 months"  # the next quarter of a year
    cut = file.model_copy(update={"follow_up": None, "data_cut_off": Duration(30.0, "month")})
    assert str(followed_long_enough(cut, 20, 1.0)) == "30 months"


def test_the_pool_has_the_arms_of_the_design_and_nothing_but_what_it_reads() -> None:
    file = protocol({"two_stage": {"first_stage": 20, "stop_at_or_below": 0}})
    pooled = pool_protocol(file, ("B",), Duration(100.0, "day"))
    assert [arm.name for arm in pooled.arms] == ["B"]
    assert pooled.cut_off_days(0.0) == 100.0
    assert pooled.assessments.every == file.assessments.every
    assert pooled.enrolment.dropout_per_year == file.enrolment.dropout_per_year


def test_fewer_members_are_spread_over_the_ensemble() -> None:
    values = np.arange(10.0)[:, None]
    ensemble = ParameterEnsemble(("a",), values, np.full(10, 0.1))
    chosen = evenly_chosen(ensemble, 4)
    assert chosen.values[:, 0].tolist() == [0.0, 3.0, 6.0, 9.0]
    assert chosen.weights.sum() == pytest.approx(1.0)
    assert evenly_chosen(ensemble, 20) is ensemble


def test_sets_are_chosen_among_those_with_the_variant_and_none_is_chosen_twice() -> None:
    design = {"two_stage": {"first_stage": 20, "stop_at_or_below": 0}}
    names = ("tumour_growth_rate", "structure.il2_licensing")
    # Ten rows: five with the variant, of which the last two are one set.
    numbers = np.array([[1, 1], [2, 0], [3, 1], [4, 0], [5, 1], [6, 0], [7, 1], [8, 0], [7, 1], [9, 0]])
    ensemble = ParameterEnsemble(names, numbers.astype(float), np.full(10, 0.1))
    asking = protocol(design, model={"variants": ["il2_licensing"]})
    found = distinct_sets(ensemble, asking)
    assert found.values[:, 0].tolist() == [1.0, 3.0, 5.0, 7.0]
    assert found.weights.tolist() == pytest.approx([0.2, 0.2, 0.2, 0.4])
    assert distinct_sets(ensemble, protocol(design)).values[:, 0].tolist() == list(range(1, 10))


def test_a_pool_has_no_more_members_than_there_are_sets_with_the_variant(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    values = np.stack([np.arange(60.0), np.arange(60.0) % 3 == 0], axis=1)
    ensemble = ParameterEnsemble(("a", "structure.il2_licensing"), values, np.full(60, 1 / 60))
    design = {"two_stage": {"first_stage": 5, "stop_at_or_below": 0}}
    asking = protocol(design, model={"variants": ["il2_licensing"]})
    seen = []

    def simulated(*_: object, **asked: ParameterEnsemble) -> None:
        seen.append(asked["ensemble"])
        raise InterruptedError

    monkeypatch.setattr("trialkine.operating.pool.run_protocol", simulated)
    for pool in (2000, 200):
        with pytest.raises(InterruptedError):
            operating_characteristics(asking, trials=2000, pool=pool, ensemble=ensemble)
    assert [len(sets) for sets in seen] == [20, 20]
    assert all(len(set(sets.values[:, 0].tolist())) == len(sets) for sets in seen)


def result_of(visits: list[tuple], lines: list[tuple], **patients: list) -> TrialResult:
    """A trial of one arm and two members of two patients, in which only some columns matter."""
    base = sample_result(patients=2)
    usual = {
        "arm": ["X"] * 4,
        "trial": [1, 0, 0, 1],
        "patient": [1, 0, 1, 0],
        "status": ["ok"] * 4,
        "os_days": [400.0, 300.0, 500.0, 90.0],
        "os_event": [False, True, False, True],
        "pfs_days": [112.0, 168.0, 56.0, 90.0],
        "pfs_event": [False, True, True, True],
    }
    seen = pl.DataFrame(visits, schema=["trial", "patient", "day", "response"], orient="row")
    reached = pl.DataFrame(
        lines, schema=["trial", "patient", "line", "best_response", "response_day"], orient="row"
    )
    arm = pl.lit("X").alias("arm")
    return replace(
        base,
        patients=pl.DataFrame({**usual, **patients}),
        visits=seen.with_columns(arm),
        lines=reached.with_columns(arm),
    )


VISITS = [
    *(
        (0, 0, float(day), response)
        for day, response in ((0, "SD"), (56, "PR"), (70, "NE"), (84, "PR"), (112, "CR"))
    ),
    *((1, 1, float(day), response) for day, response in ((0, "SD"), (56, "SD"), (112, "SD"))),
]
LINES = [(0, 0, 1, "PR", 56.0), (0, 1, 1, "PD", None), (1, 0, 1, "NE", None), (1, 1, 1, "SD", None)]


def test_a_response_is_known_on_the_scan_that_confirms_it() -> None:
    # The sample's protocol confirms after four weeks: the PR of day 56 is confirmed on day 84.
    assert sample_result(patients=2).protocol.assessments.confirm_after is not None
    found = arm_outcomes(result_of(VISITS, LINES), "X")
    assert found.response_day.tolist() == [[84.0, NEVER], [NEVER, NEVER]]


def test_of_two_lines_the_earlier_response_counts() -> None:
    lines = [(0, 0, 1, "PR", 56.0), (0, 0, 2, "CR", 300.0), *LINES[1:]]
    visits = [*VISITS, (0, 0, 300.0, "CR"), (0, 0, 340.0, "CR")]
    assert arm_outcomes(result_of(visits, lines), "X").response_day[0, 0] == 84.0


def test_a_patient_is_settled_by_response_progression_death_or_the_end_of_follow_up() -> None:
    found = arm_outcomes(result_of(VISITS, LINES), "X")
    # Response on day 84; progression on day 56; death on day 90; censored while followed until day 400.
    assert found.settled_day.tolist() == [[84.0, 56.0], [90.0, 400.0]]
    assert found.death_day.tolist() == [[300.0, NEVER], [90.0, NEVER]]
    assert found.progression_day.tolist() == [[168.0, 56.0], [90.0, NEVER]]


def test_a_progression_that_waits_for_its_confirmation_is_certain_and_settles_only_then() -> None:
    visits = [
        (0, 0, 56.0, "UPD"), (0, 0, 84.0, "SD"), (0, 0, 168.0, "UPD"), (0, 0, 210.0, "PD"),
        (0, 1, 28.0, "SD"), (0, 1, 56.0, "UPD"),
        (1, 0, 56.0, "UPD"), (1, 0, 84.0, "UPD"),
        (1, 1, 56.0, "SD"),
    ]  # fmt: skip
    lines = [(0, 0, 1, "SD", None), (0, 1, 1, "SD", None), (1, 0, 1, "PD", None), (1, 1, 1, "SD", None)]
    found = arm_outcomes(result_of(visits, lines, pfs_days=[112.0, 168.0, 56.0, 56.0]), "X")
    assert found.progression_day.tolist() == [[168.0, 56.0], [56.0, NEVER]]
    # Confirmed on day 210; never, and lost on day 500; never, and dead on day 90; no progression.
    assert found.certain_day.tolist() == [[210.0, 500.0], [90.0, NEVER]]
    assert found.settled_day.tolist() == [[210.0, 500.0], [90.0, 400.0]]


def test_a_progression_that_needs_no_confirmation_is_certain_on_its_day() -> None:
    found = arm_outcomes(result_of([*VISITS, (0, 1, 56.0, "PD"), (0, 1, 84.0, "PD")], LINES), "X")
    assert found.certain_day.tolist() == found.progression_day.tolist()


def test_scans_that_could_be_read_are_kept_in_order() -> None:
    found = arm_outcomes(result_of(VISITS, LINES), "X")
    assert found.scan_days[0, 0].tolist() == [0.0, 56.0, 84.0, 112.0]
    assert found.scan_days[1, 1].tolist() == [0.0, 56.0, 112.0, NEVER]
    assert np.isinf(found.scan_days[0, 1]).all()


def test_failed_patients_are_unusable_and_in_no_rate() -> None:
    failed = result_of(VISITS, LINES, status=["ok", "ok", "too_many_steps", "ok"])
    found = arm_outcomes(failed, "X")
    assert found.is_usable.tolist() == [[True, False], [True, True]]
    assert found.usable == 1
    assert found.response_rates(NEVER).tolist() == [1.0, 0.0]
    assert found.response_rates(80.0).tolist() == [0.0, 0.0]


def test_a_toxicity_limits_the_dose_when_it_is_counted_and_bad_enough() -> None:
    events = pl.DataFrame(
        [
            (0, 0, "fever", 3, 5.0), (0, 0, "hypotension", 3, 9.0), (0, 1, "hypotension", 2, 4.0),
            (1, 0, "hypotension", 4, 6.0), (1, 0, "capillary_leak", 3, 3.0),
        ],
        schema=["trial", "patient", "toxicity", "grade", "worst_day"],
        orient="row",
    ).with_columns(arm=pl.lit("X"))  # fmt: skip
    result = replace(result_of(VISITS, LINES), adverse_events=events)
    counted = frozenset({"hypotension", "capillary_leak"})
    assert dose_outcomes(result, "X", 3, counted).toxic_day.tolist() == [[9.0, NEVER], [3.0, NEVER]]
    assert dose_outcomes(result, "X", 2, counted).toxic_day.tolist() == [[9.0, 4.0], [3.0, NEVER]]
