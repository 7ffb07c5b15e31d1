"""The rules by which doses of aldesleukin and temozolomide are withheld for toxicity."""

from __future__ import annotations

import pytest

from trialkine.agents.catalogue import agent_records, find_agent
from trialkine.toxicity import find_term

CREATININE_BASELINE = 0.95  # mg/dL, the usual one that the record states


def value(agent: str, name: str) -> float:
    number = agent_records(agent)[name].value
    assert isinstance(number, float)
    return number


def test_doses_of_aldesleukin_are_held_at_the_absolute_criteria_of_the_consensus() -> None:
    """Creatinine 3 mg/dL or more, fewer than 30,000 platelets per mm3 (dutcher_2014, table 3)."""
    holds = {hold.name: hold for hold in find_agent("aldesleukin").holds}
    assert holds["creatinine"].when.startswith("creatinine_ratio >")
    assert value("aldesleukin", "aldesleukin_creatinine_limit") * CREATININE_BASELINE == pytest.approx(
        3.0, rel=0.02
    )
    assert holds["platelets"].when.startswith("platelet_count <")
    assert value("aldesleukin", "aldesleukin_platelet_limit") == 30.0


def test_one_absolute_criterion_ends_a_cycle_of_aldesleukin_and_hypotension_does_after_three_doses() -> None:
    limits = {hold.name: hold.end_cycle_after for hold in find_agent("aldesleukin").holds}
    after = {name: value("aldesleukin", str(parameter)) for name, parameter in limits.items()}
    assert after == {"hypotension": 3.0, "creatinine": 1.0, "platelets": 1.0, "neurotoxicity": 1.0}


def test_confusion_holds_aldesleukin_at_the_latest_where_severe_toxicity_begins() -> None:
    assert value("aldesleukin", "aldesleukin_neurotoxicity_limit") <= find_term("neurotoxicity").limits[2]


def test_temozolomide_waits_for_the_counts_of_its_label() -> None:
    """No new cycle before neutrophils exceed 1.5 and platelets 100 per nL."""
    conditions = {delay.when for delay in find_agent("temozolomide").delays}
    assert conditions == {
        "neutrophil_count < temozolomide_neutrophil_limit",
        "platelet_count < temozolomide_platelet_limit",
    }
    assert value("temozolomide", "temozolomide_neutrophil_limit") == 1.5
    assert value("temozolomide", "temozolomide_platelet_limit") == 100.0


def test_temozolomide_falls_from_200_to_150_after_severe_counts() -> None:
    rules = {rule.toxicity: (rule.grade, rule.to) for rule in find_agent("temozolomide").reductions}
    reduced = "temozolomide_reduced_dose"
    assert rules == {"neutrophils": (3, reduced), "platelets": (3, reduced)}
    assert value("temozolomide", reduced) == 150.0 / 200.0


def test_interferon_alfa_is_interrupted_and_halved_as_its_label_says() -> None:
    """Granulocytes below 500 per mm3: interrupted, then half the dose (interferon_alfa_dose_rules)."""
    agent = find_agent("interferon_alfa")
    conditions = {delay.name: delay.when for delay in agent.delays}
    assert conditions["neutrophils"] == "neutrophil_count < interferon_alfa_neutrophil_limit"
    assert value("interferon_alfa", "interferon_alfa_neutrophil_limit") == find_term("neutrophils").limits[3]
    assert {rule.to for rule in agent.reductions} == {"interferon_alfa_reduced_dose"}
    assert value("interferon_alfa", "interferon_alfa_reduced_dose") == 0.5


@pytest.mark.parametrize("agent", ["aldesleukin", "temozolomide", "interferon_alfa"])
def test_every_rule_names_a_toxicity_that_the_agent_itself_drives(agent: str) -> None:
    found = find_agent(agent)
    driven = {add.to for add in found.mechanism.adds}
    for rule in (*found.reductions, *found.stops):
        assert driven & set(find_term(rule.toxicity).drivers), rule.toxicity
