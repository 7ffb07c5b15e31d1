"""Toxicities in the typical patient: the scale of their stimuli, their delays, and who brings them along."""

from __future__ import annotations

import numpy as np
import pytest
from mechanism_patients import Patient

from trialkine.agents.catalogue import find_agent
from trialkine.mechanisms.core import CORE, mechanisms_for, on_demand_mechanisms
from trialkine.model.compose import compose
from trialkine.model.declarations import Add, Mechanism
from trialkine.toxicity import find_term

TOXICITIES = tuple(on_demand_mechanisms().values())


def adding(term: str, *totals: str) -> Mechanism:
    """A mechanism that adds the same to some totals for ever."""
    return Mechanism("steady", "Adds.", adds=tuple(Add(total, term) for total in totals))


def alone(total: str) -> Patient:
    """The typical patient with nothing but the toxicity of a total, which is 1."""
    owner = [one for one in TOXICITIES if total in {declared.name for declared in one.totals}]
    return Patient(compose([*owner, adding("1", total)]))


SUSTAINED = [
    ("fever", "fever_stimulus"),
    ("creatinine", "kidney_insult"),
    ("bilirubin", "liver_insult"),
    ("neutrophils", "neutrophil_suppression"),
    ("platelets", "platelet_suppression"),
    ("neurotoxicity", "neurotoxic_stimulus"),
    ("fatigue", "fatigue_stimulus"),
]


@pytest.mark.parametrize(("toxicity", "total"), SUSTAINED)
def test_a_sustained_stimulus_of_one_ends_where_grade_3_begins(toxicity: str, total: str) -> None:
    patient, term = alone(total), find_term(toxicity)
    reached = float(patient.read(term.quantity, patient.after(400.0))[()])
    # The gains of the blood counts are written to four digits.
    assert reached == pytest.approx(term.limits[2], rel=2e-3)


def test_platelet_consumption_of_one_leads_to_the_edge_of_grade_3_while_production_is_as_in_health() -> None:
    patient = alone("platelet_consumption")
    rate, limit = patient.parameter("platelet_clearance_rate"), find_term("platelets").limits[2]
    gain, baseline = patient.parameter("platelet_consumption_gain"), patient.parameter("platelet_baseline")
    lost = patient.rates(patient.at(platelet_count=limit))["platelet_count"]
    assert lost == pytest.approx(rate * baseline - rate * limit * (1.0 + gain), rel=1e-12)
    assert lost == pytest.approx(0.0, abs=1e-9)


def lowest(mechanism: str, quantity: str, **start: float) -> tuple[float, float, float]:
    """The day and depth of the lowest count relative to the start, and the relative count on day 28."""
    patient = Patient(compose([on_demand_mechanisms()[mechanism]]))
    days = np.arange(1.0, 29.0)
    course = np.array(
        [patient.read(quantity, patient.after(day, patient.at(**start)))[()] for day in days]
    ) / float(patient.read(quantity)[()])
    return float(days[course.argmin()]), float(course.min()), float(course[-1])


def test_neutrophils_are_lowest_ten_to_fourteen_days_after_their_precursors_were_killed() -> None:
    day, depth, later = lowest("neutrophils", "neutrophil_count", neutrophil_precursors=0.2)
    assert 10.0 <= day <= 14.0
    assert depth < 0.7
    assert later > 0.9


def test_platelets_are_lowest_two_to_three_weeks_after_their_precursors_were_killed() -> None:
    day, depth, later = lowest("platelets", "platelet_count", platelet_precursors=0.2)
    assert 14.0 <= day <= 21.0
    assert depth < 0.75
    assert later > depth


@pytest.mark.parametrize(
    ("total", "state", "rate"),
    [
        ("hypotensive_stimulus", "hypotension", "hypotension_rate"),
        ("capillary_leak_stimulus", "capillary_leak", "capillary_leak_rate"),
    ],
)
def test_other_agents_act_on_pressure_and_vessels_as_full_occupancy_does(
    total: str, state: str, rate: str
) -> None:
    patient = Patient(compose([*CORE, adding("1", total)]))
    assert patient.rates()[state] == pytest.approx(patient.parameter(rate), rel=1e-12)


def test_toxicities_join_a_model_only_where_an_agent_drives_them() -> None:
    names = set(on_demand_mechanisms())
    joined = {
        agent: {one.name for one in mechanisms_for([find_agent(agent)])} & names
        for agent in ("im862", "temozolomide", "aldesleukin")
    }
    assert joined["im862"] == set()
    assert joined["temozolomide"] == {"neutrophils", "platelets"}
    assert joined["aldesleukin"] == {"fever", "kidney", "liver", "platelets", "neurotoxicity", "fatigue"}


def test_without_a_stimulus_every_toxicity_stays_at_its_start() -> None:
    totals = [total.name for one in TOXICITIES for total in one.totals]
    rates = Patient(compose([*TOXICITIES, adding("0", *totals)])).rates()
    assert set(rates) == {state for one in TOXICITIES for state in one.states}
    assert all(abs(rate) < 1e-12 for rate in rates.values())
