"""Levels of chemotherapy, bevacizumab and medroxyprogesterone by their equations, against printed ones."""

from __future__ import annotations

import numpy as np
import pytest

from agent_kinetics import Kinetics

BODY_SURFACE = 1.8  # m2, at which the records were derived
WEIGHT = 70.0  # kg, likewise


def test_dacarbazine_leaves_with_the_clearance_and_volume_of_its_study() -> None:
    kinetics = Kinetics("dacarbazine", "dacarbazine_plasma")
    area = kinetics.area("dacarbazine_plasma", 4.0 * WEIGHT)[0] / kinetics.parameter("dacarbazine_volume")
    assert area * 24 * 60 == pytest.approx(4.0 * 1000 / 15.4, rel=0.005)  # mg min/L at 15.4 mL/min/kg
    # 0.632 L/kg over 15.4 mL/min/kg: 28 min, below the terminal 41.4 of two compartments
    assert kinetics.half_lives()[0] * 60 == pytest.approx(np.log(2) * 632 / 15.4, rel=0.005)


def test_levels_at_the_end_of_dacarbazine_infusions_are_those_measured() -> None:
    kinetics = Kinetics("dacarbazine", "dacarbazine_plasma")

    def level(per_kg: float, hours: float) -> float:
        end = kinetics.after_infusion("dacarbazine_plasma", per_kg * WEIGHT, hours / 24)[0]
        return float(end) / kinetics.parameter("dacarbazine_volume")

    # 5.45 to 6.85 mg/kg over 0.5 to 6 h gave 0.66 to 6.2 mg/L
    assert 0.66 < level(5.45, 6.0) < 6.2
    assert level(5.45, 0.5) == pytest.approx(6.2, rel=0.05)  # the fastest; one compartment lacks distribution


def test_unbound_cisplatin_has_the_half_life_and_clearance_of_its_label() -> None:
    kinetics = Kinetics("cisplatin", "cisplatin_plasma")
    assert kinetics.half_lives()[0] == pytest.approx(0.5, abs=0.05)  # about half an hour
    clearance = kinetics.parameter("cisplatin_clearance") / 24 / BODY_SURFACE
    assert 15.0 <= clearance <= 16.0  # L/h/m2


def test_vinblastine_has_its_terminal_half_life() -> None:
    assert Kinetics("vinblastine", "vinblastine_plasma").half_lives()[0] == pytest.approx(25.0, abs=0.5)


def test_three_hours_of_paclitaxel_give_the_peak_area_and_half_life_of_the_label() -> None:
    kinetics = Kinetics("paclitaxel", "paclitaxel_central", "paclitaxel_peripheral")
    volume = kinetics.parameter("paclitaxel_central_volume")
    dose = 135 * BODY_SURFACE
    assert kinetics.after_infusion("paclitaxel_central", dose, 3 / 24)[0] / volume == pytest.approx(
        2.17, rel=0.01
    )
    assert kinetics.area("paclitaxel_central", dose)[0] / volume * 24 == pytest.approx(7.952, rel=0.01)
    assert kinetics.half_lives()[-1] == pytest.approx(13.1, rel=0.01)


def test_more_paclitaxel_peaks_lower_than_measured_because_these_kinetics_are_linear() -> None:
    kinetics = Kinetics("paclitaxel", "paclitaxel_central", "paclitaxel_peripheral")
    end = kinetics.after_infusion("paclitaxel_central", 175 * BODY_SURFACE, 3 / 24)[0]
    peak = end / kinetics.parameter("paclitaxel_central_volume")
    assert peak == pytest.approx(2.17 * 175 / 135, rel=0.01)
    assert peak < 3.65  # mg/L, the label's mean: the vehicle slows elimination at higher doses


def test_bevacizumab_has_the_half_life_of_the_population_model() -> None:
    kinetics = Kinetics("bevacizumab", "bevacizumab_central", "bevacizumab_peripheral", disease="renal_cell")
    # 19.6 days are of the typical patient's values together, of which two come from another column here
    assert kinetics.half_lives()[-1] / 24 == pytest.approx(19.6, rel=0.05)


def test_every_other_week_bevacizumab_builds_up_to_the_mean_that_its_clearance_implies() -> None:
    kinetics = Kinetics("bevacizumab", "bevacizumab_central", "bevacizumab_peripheral", disease="renal_cell")
    area = kinetics.area("bevacizumab_central", 10 * WEIGHT)[0] / kinetics.parameter(
        "bevacizumab_central_volume"
    )
    assert area / 14 == pytest.approx(10 * WEIGHT / (9.01 * 24 / 1000) / 14, rel=1e-6)  # 231 mg/L


def test_medroxyprogesterone_peaks_within_the_hours_of_its_label() -> None:
    kinetics = Kinetics("medroxyprogesterone", "medroxyprogesterone_gut", "medroxyprogesterone_body")
    body = kinetics.course("medroxyprogesterone_gut", 1.0, 1 / 1440, 1440)[:, 1]
    assert 2.0 <= body.argmax() / 60 <= 4.0
    assert 12.0 <= kinetics.half_lives()[-1] <= 17.0


def test_fludarabine_in_the_conditioning_reaches_the_measured_area() -> None:
    kinetics = Kinetics("lymphodepletion", "lymphodepletion_plasma")
    area = kinetics.area("lymphodepletion_plasma", 35 * BODY_SURFACE)[0]
    exposure = area * 24 / kinetics.parameter("lymphodepletion_volume")
    assert 2.0 < exposure < 11.0  # mg h/L, range of 87 adults at 30 to 40 mg/m2; median 5.0
    assert exposure == pytest.approx(
        5.0, rel=0.25
    )  # the study's median clearance and area do not quite agree


@pytest.mark.parametrize(
    ("agent", "into", "daily", "days"),
    [
        ("dacarbazine", "dacarbazine_plasma", 250.0, 1.0),
        ("cisplatin", "cisplatin_plasma", 20.0, 1.0),
        ("vinblastine", "vinblastine_plasma", 1.6, 1.0),
        ("paclitaxel", "paclitaxel_central", 80.0, 7.0),
    ],
)
def test_mean_exposure_is_1_at_the_reference_dose(agent: str, into: str, daily: float, days: float) -> None:
    amounts = [into, f"{agent}_exposure"]
    if agent == "paclitaxel":
        amounts.insert(1, "paclitaxel_peripheral")
    kinetics = Kinetics(agent, *amounts)
    assert kinetics.area(into, daily * BODY_SURFACE)[-1] / days == pytest.approx(1.0, rel=2e-3)


def test_a_dose_of_antiretrovirals_a_day_recovers_the_immune_system_fully_in_the_end() -> None:
    kinetics = Kinetics("antiretrovirals", "antiretrovirals_body", "antiretrovirals_recovery")
    assert kinetics.area("antiretrovirals_body", 1000.0)[-1] == pytest.approx(
        1.0, rel=1e-6
    )  # mean of daily doses
    assert np.log(2) / kinetics.parameter("antiretrovirals_recovery_rate") == pytest.approx(
        58, abs=1
    )  # days to half
