"""What a protocol says before its trial has begun, as numbers."""

from __future__ import annotations

from typing import Any

import pytest

from study_samples import IL2, TEMOZOLOMIDE, study_protocol
from trialkine.trial.facts import FACTS, trial_facts, units_per_kg
from trialkine.trial.protocol import Protocol
from trialkine.trial.quantities import parse_dose

NOTHING_SAID: dict[str, float] = {
    "pretreated": 0.0, "untreated": 0.0, "fit": 0.0, "one_centre": 0.0, "high_dose": 0.0, "randomised": 0.0,
    "decades": 0.0,
}  # fmt: skip
ARM: dict[str, list[dict[str, Any]]] = {"arm": [TEMOZOLOMIDE]}
REPORTED = [{"arm": "arm", "n": 20, "cr": 1}]


def of_source(**source: Any) -> dict[str, float]:
    """The facts of a trial with something said of its publication."""
    return dict(
        trial_facts(study_protocol(ARM, reported=REPORTED, source={"citation": "Somebody", **source}))
    )


def of_patients(**eligibility: Any) -> dict[str, float]:
    return dict(trial_facts(study_protocol(ARM, eligibility=eligibility)))


def of_interleukin(dose: str, route: str = "intravenous over 15 min", agent: str = "aldesleukin") -> float:
    """Whether a dose is a high one."""
    line = {**IL2, "agent": agent, "dose": dose, "route": route, "schedule": "daily, for 5 days"}
    return trial_facts(study_protocol({"arm": [line]}))["high_dose"]


def test_a_protocol_that_says_nothing_has_no_facts() -> None:
    assert of_patients() == NOTHING_SAID
    assert tuple(NOTHING_SAID) == FACTS
    assert of_source() == {**NOTHING_SAID, "fit": 1.0}  # the sample enrols performance status 0 and 1


@pytest.mark.parametrize(
    ("grades", "is_fit"), [([0], 1.0), ([0, 1], 1.0), ([0, 1, 2], 0.0), ([1, 2, 3, 4], 0.0), ([2], 0.0)]
)
def test_patients_are_fit_where_nobody_beyond_performance_status_1_is_enrolled(
    grades: list[int], is_fit: float
) -> None:
    assert of_patients(performance_status=grades)["fit"] == is_fit


@pytest.mark.parametrize(
    ("lines", "pretreated", "untreated"),
    [([0], 0.0, 1.0), ([1, 2, 3], 1.0, 0.0), ([2], 1.0, 0.0), ([0, 1], 0.0, 0.0), ([0, 1, 2, 3], 0.0, 0.0)],
)
def test_earlier_treatment_counts_where_all_patients_had_it_or_none(
    lines: list[int], pretreated: float, untreated: float
) -> None:
    found = of_patients(prior_lines=lines)
    assert (found["pretreated"], found["untreated"]) == (pretreated, untreated)


def test_centres_are_one_several_or_unknown() -> None:
    assert of_source(centres="one")["one_centre"] == 1.0
    assert of_source(centres="several")["one_centre"] == -1.0
    assert of_source()["one_centre"] == 0.0


def test_decades_count_from_1995() -> None:
    assert [of_source(year=year)["decades"] for year in (1985, 1995, 2000, 2015)] == [-1.0, 0.0, 0.5, 2.0]


def test_a_trial_is_randomised_where_several_arms_have_different_patients() -> None:
    two = {"a": [TEMOZOLOMIDE], "b": [IL2]}
    assert trial_facts(study_protocol(two, arms_are="randomised"))["randomised"] == 1.0
    assert trial_facts(study_protocol(two))["randomised"] == 0.0  # the same patients in every arm
    assert trial_facts(study_protocol(ARM, arms_are="randomised"))["randomised"] == 0.0


@pytest.mark.parametrize("dose", ["600000 IU/kg", "600 kIU/kg", "0.6 MIU/kg", "24 MIU/m2"])
def test_a_bolus_of_hundreds_of_thousands_of_units_per_kg_is_a_high_dose(dose: str) -> None:
    assert of_interleukin(dose) == 1.0
    assert of_interleukin(dose, "intravenous bolus") == 1.0


@pytest.mark.parametrize(
    ("dose", "per_kg"),
    [("72000 IU/kg", 72e3), ("0.6 MIU/kg", 6e5), ("24 MIU/m2", 6e5), ("42 MIU", 6e5), ("75 mg/m2", None)],
)
def test_a_square_metre_stands_for_40_kg_and_a_patient_for_70(dose: str, per_kg: float | None) -> None:
    found = units_per_kg(parse_dose(dose))
    assert found == (None if per_kg is None else pytest.approx(per_kg, rel=1e-12))


@pytest.mark.parametrize("dose", ["72000 IU/kg", "4.8 MIU/m2"])
def test_lower_doses_are_none(dose: str) -> None:
    assert of_interleukin(dose) == 0.0


def test_a_continuous_infusion_or_an_injection_under_the_skin_is_none() -> None:
    assert of_interleukin("24 MIU/m2", "intravenous over 24 h") == 0.0
    assert of_interleukin("42 MIU", "subcutaneous") == 0.0


def test_no_other_agent_has_a_high_dose() -> None:
    high = {**IL2, "dose": "75 mg/m2", "agent": "dacarbazine", "schedule": "daily, for 5 days"}
    assert trial_facts(study_protocol({"arm": [high]}))["high_dose"] == 0.0


def test_one_arm_with_a_high_dose_is_enough() -> None:
    assert trial_facts(study_protocol({"a": [TEMOZOLOMIDE], "b": [IL2]}))["high_dose"] == 1.0


def test_an_observation_arm_has_facts_too() -> None:
    observed: Protocol = study_protocol({"observation": []}, eligibility={})
    assert dict(trial_facts(observed)) == NOTHING_SAID
