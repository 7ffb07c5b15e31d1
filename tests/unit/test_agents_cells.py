"""What infused cells and the conditioning before them do to a typical patient; when a product is ready."""

from __future__ import annotations

import math

import numpy as np
import pytest
from mechanism_patients import Floats, Patient, build

from agent_kinetics import Kinetics, follow
from trialkine.agents.catalogue import catalogue
from trialkine.model.evaluate import Evaluation
from trialkine.model.expression import parse

TIL = "tumour_infiltrating_lymphocytes"
INFUSED = f"{TIL}_transferred"


@pytest.fixture(scope="module")
def til() -> Patient:
    return Patient(build([TIL, "aldesleukin", "lymphodepletion"]))


def half_life(patient: Patient, state: str, states: Floats) -> float:
    amount = dict(zip(patient.model.state_names, states[0], strict=True))[state]
    return math.log(2) * amount / -patient.rates(states)[state]


def test_infused_cells_that_know_the_tumour_kill_as_the_patients_own_do(til: Patient) -> None:
    own = til.read("effector_kill_rate", til.at(effector_cells=5.0))
    infused = til.read("effector_kill_rate", til.at(effector_cells=0.0, **{INFUSED: 5.0}))
    assert infused == pytest.approx(own, rel=1e-12)
    more = til.read("effector_kill_rate", til.at(**{INFUSED: 5.0}))
    assert (more > til.read("effector_kill_rate")).all()


def test_only_the_reactive_share_of_a_dose_counts(til: Patient) -> None:
    route = catalogue()[TIL].routes["intravenous"]
    assert route.into == INFUSED
    assert route.amount == f"{TIL}_reactive_share * dose"
    assert 0.0 < til.parameter(f"{TIL}_reactive_share") < 1.0


def test_infused_cells_live_a_week_in_a_full_pool_and_three_weeks_in_an_emptied_one(til: Patient) -> None:
    full = til.at(lymphocyte_pool=1.0, **{INFUSED: 1.0})
    emptied = til.at(lymphocyte_pool=0.25, **{INFUSED: 1.0})
    assert half_life(til, INFUSED, full) == pytest.approx(7.0, abs=0.3)  # a little turns into memory
    assert half_life(til, INFUSED, emptied) == pytest.approx(20.0, rel=0.1)


def test_interleukin_2_makes_infused_cells_grow_and_what_is_left_of_the_drugs_kills_them(
    til: Patient,
) -> None:
    alone = til.rates(til.at(**{INFUSED: 1.0}))[INFUSED]
    helped = til.rates(til.at(aldesleukin_central=5e6, **{INFUSED: 1.0}))[INFUSED]
    early = til.rates(til.at(lymphodepletion_plasma=10.0, **{INFUSED: 1.0}))[INFUSED]
    assert early < alone < helped


def test_infused_cells_that_turn_into_memory_are_not_lost(til: Patient) -> None:
    rate = til.parameter(f"{TIL}_memory_conversion_rate")
    gained = til.rates(til.at(**{INFUSED: 2.0}))["memory_cells"] - til.rates()["memory_cells"]
    assert gained == pytest.approx(2.0 * rate, rel=1e-9)


def test_five_days_of_conditioning_empty_the_pool_and_regulatory_cells_and_spare_the_tumour() -> None:
    step, steps = 0.1, 80
    kinetics = Kinetics("lymphodepletion", "lymphodepletion_plasma")
    plasma = kinetics.doses("lymphodepletion_plasma", 45.0, range(5), step, steps)[:, 0]  # 25 mg/m2
    patient, cells = kinetics.patient, ("lymphocyte_pool", "regulatory_t_cells")
    course = follow(patient, {"lymphodepletion_plasma": plasma}, cells, step)
    end, later = course[round(5 / step)], course[-1]  # the drug is gone after eight days
    assert patient.read("lymphocyte_count", end) < 0.2  # 1/nL, where grade 4 begins
    assert patient.read("regulatory_t_cells", end) < 0.3 * patient.read("regulatory_t_cells")
    assert patient.read("cytotoxic_kill", end) == 0.0
    assert patient.rates(later)["lymphocyte_pool"] > 0.0


def test_conditioning_takes_neutrophils_of_the_typical_patient_far_below_grade_3() -> None:
    """All of 31 patients had grade 3 or 4 (conditioning_marrow_2020); 1 per nL is where grade 3 begins."""
    step, steps = 0.1, 300
    kinetics = Kinetics("lymphodepletion", "lymphodepletion_plasma")
    plasma = kinetics.doses("lymphodepletion_plasma", 45.0, range(5), step, steps)[:, 0]
    patient = kinetics.patient
    marrow = [name for name in patient.model.state_names if name.startswith("neutrophil")]
    course = follow(patient, {"lymphodepletion_plasma": plasma}, marrow, step)
    count = [float(patient.read("neutrophil_count", states)) for states in course[::5]]
    assert min(count) < 0.65  # so that few of the less sensitive stay above 1
    assert count[-1] > 4.0 * min(count)  # it comes back by itself


def ready(patient: Patient, agent: str) -> float:
    text = catalogue()[agent].product
    assert text is not None
    evaluation = Evaluation(patient.model, patient.start, patient.parameters)
    return float(np.ravel(evaluation.text(parse(text.ready_after, "ready_after")))[0])


def test_the_traditional_product_is_ready_five_to_six_weeks_after_resection(til: Patient) -> None:
    assert 35.0 <= ready(til, TIL) <= 42.0


def test_three_signals_finish_the_first_expansion_within_three_weeks_and_each_signal_helps(
    til: Patient,
) -> None:
    expansion = til.parameter(f"{TIL}_rapid_expansion_time")

    def first(*signals: int) -> float:
        given = {f"{TIL}_signal_{signal}_given": float(signal in signals) for signal in (1, 2, 3)}
        return ready(Patient(til.model, **given), TIL) - expansion

    assert first(1, 2, 3) < 21.0 < first(3)
    assert first(1, 2, 3) < min(first(1, 3), first(2, 3))
    assert max(first(1, 3), first(2, 3)) < first(3)


def test_a_richer_tumour_shortens_the_wait_as_growth_from_more_cells_does(til: Patient) -> None:
    richer = Patient(til.model, **{f"{TIL}_start_cells": 0.01})
    gained = ready(til, TIL) - ready(richer, TIL)
    assert gained == pytest.approx(math.log(10.0) / til.parameter(f"{TIL}_signal_3_rate"), rel=1e-9)


@pytest.fixture(scope="module")
def lak() -> Patient:
    return Patient(build(["lak_cells", "aldesleukin"]), "renal_cell")


def test_killer_cells_kill_as_many_more_natural_killer_cells_would(lak: Patient) -> None:
    potency = lak.parameter("lak_cells_potency")
    infused = lak.read("natural_killer_kill_rate", lak.at(lak_cells_transferred=6.0))
    grown = lak.read("natural_killer_kill_rate", lak.at(natural_killer_cells=1.0 + 6.0 * potency))
    assert infused == pytest.approx(grown, rel=1e-9)


def test_killer_cells_die_within_a_day_without_interleukin_2_and_live_two_with_it(lak: Patient) -> None:
    alone = lak.at(lak_cells_transferred=1.0)
    helped = lak.at(lak_cells_transferred=1.0, aldesleukin_central=5e6)
    assert half_life(lak, "lak_cells_transferred", alone) == pytest.approx(0.7, abs=0.05)
    assert half_life(lak, "lak_cells_transferred", helped) == pytest.approx(2.0, abs=0.1)


def test_killer_cells_are_far_stronger_once_interleukin_2_has_activated_them(lak: Patient) -> None:
    rested = lak.at(lak_cells_transferred=10.0)
    active = lak.at(lak_cells_transferred=10.0, natural_killer_activation=0.5)
    rate = "natural_killer_kill_rate"
    assert lak.read(rate, active) == pytest.approx(10.0 * lak.read(rate, rested), rel=1e-9)  # 0.05 at rest


@pytest.mark.parametrize("agent", [TIL, "lak_cells"])
def test_the_share_of_failed_products_is_a_parameter_of_the_agent(agent: str) -> None:
    product = catalogue()[agent].product
    assert product is not None
    assert product.failure == f"{agent}_failure"
    assert product.failure in catalogue()[agent].mechanism.parameters
