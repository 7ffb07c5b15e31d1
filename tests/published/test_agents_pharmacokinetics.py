"""The drugs' levels, solved exactly from their records, against what papers and labels print."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray
from scipy.linalg import expm

from trialkine.agents.catalogue import agent_records
from trialkine.evidence.parameter_files import in_unit

Floats = NDArray[np.float64]
BODY_SURFACE = 1.8  # m2, as assumed where the published figures were derived
WEIGHT = 70.0  # kg, likewise


def value(agent: str, name: str, unit: str) -> float:
    found = in_unit(agent_records(agent)[name], unit).value
    assert isinstance(found, float)
    return found


def aldesleukin() -> tuple[Floats, float]:
    """Rates [1/h] among depot, transit, plasma and tissue; and the plasma volume [mL]."""

    def of(name: str, unit: str) -> float:
        return value("aldesleukin", f"aldesleukin_{name}", unit)

    volume = of("central_volume", "mL")
    release, absorption = of("release_rate", "1/hour"), of("absorption_rate", "1/hour")
    out, back = of("distribution_rate", "1/hour"), of("return_rate", "1/hour")
    lost = of("clearance", "mL/hour") / volume
    rates = np.array(
        [
            [-release, 0.0, 0.0, 0.0],
            [release, -absorption, 0.0, 0.0],
            [0.0, absorption, -(lost + out), back],
            [0.0, 0.0, out, -back],
        ]
    )
    return rates, volume


def infused(rates: Floats, compartment: int, dose: float, hours: float) -> Floats:
    """Amounts at the end of an infusion into one compartment, starting from nothing."""
    wider = np.zeros((len(rates) + 1, len(rates) + 1))
    wider[:-1, :-1] = rates
    wider[compartment, -1] = dose / hours
    return np.asarray(expm(wider * hours)[:-1, -1])


def subcutaneous(dose: float) -> tuple[Floats, Floats]:
    """Hours after a dose, lag included, and levels [IU/mL]."""
    rates, volume = aldesleukin()
    arrived = value("aldesleukin", "aldesleukin_bioavailability", "") * dose
    step = expm(rates * 0.05)
    amounts = np.array([arrived, 0.0, 0.0, 0.0])
    levels = []
    for _ in range(20 * 60):
        levels.append(amounts[2] / volume)
        amounts = step @ amounts
    lag = value("aldesleukin", "aldesleukin_absorption_lag", "hour")
    return lag + 0.05 * np.arange(len(levels)), np.array(levels)


def test_aldesleukin_has_the_two_half_lives_of_konrad_1990() -> None:
    rates, _ = aldesleukin()
    half_lives = np.sort(math.log(2) / -np.linalg.eigvals(rates[2:, 2:]).real) * 60
    assert_allclose(half_lives, [12.9, 85.0], rtol=0.01)  # printed to two or three digits


def test_a_quarter_hour_infusion_of_600000_units_per_kg_reaches_the_expected_levels() -> None:
    rates, volume = aldesleukin()
    end = infused(rates, 2, 600_000 * WEIGHT, 0.25)
    # 10,600 IU/mL follows from 650 U/mL per 1e6 U/m2 at these weights and half-lives
    assert_allclose(end[2] / volume, 10_600, rtol=0.01)
    later = [(expm(rates * (hour - 0.25)) @ end)[2] / volume for hour in (2.0, 5.0, 8.0)]
    assert_allclose(later, [290, 60, 14], rtol=0.05)  # rounded figures


def test_a_six_hour_infusion_reaches_the_steady_state_of_konrad_1990() -> None:
    rates, volume = aldesleukin()
    level = infused(rates, 2, 1e6 * BODY_SURFACE, 6.0)[2] / volume
    assert_allclose(level, 41, rtol=0.05)  # printed median of patients; not used to choose the values


@pytest.mark.parametrize("dose", [12e6, 18e6])
def test_subcutaneous_peaks_lie_where_piscitelli_measured_them(dose: float) -> None:
    hours, levels = subcutaneous(dose)
    assert 21.9 < levels.max() < 112.9
    assert hours[levels.argmax()] == pytest.approx(4.4, abs=0.1)  # +/- 1.8 h in patients


def test_subcutaneous_levels_fall_with_the_published_half_life() -> None:
    hours, levels = subcutaneous(18e6)
    early, late = np.searchsorted(hours, [20.0, 30.0])
    half_life = math.log(2) * (hours[late] - hours[early]) / math.log(levels[early] / levels[late])
    assert half_life == pytest.approx(3.3, abs=0.1)  # 3.3 +/- 0.9 h in patients


def test_the_exposure_to_18_miu_under_the_skin_is_that_of_kirchner_1998() -> None:
    hours, levels = subcutaneous(18e6)
    area = np.trapezoid(levels[hours < 24.5], hours[hours < 24.5])
    expected = 627 * 18 / (20 * BODY_SURFACE)  # 627 IU h/mL at 20 MIU/m2
    # 8 % above, so that 12 MIU still reach the lowest peak that was measured
    assert_allclose(area, expected, rtol=0.10)


def test_mean_occupancy_under_high_doses_separates_the_two_routes() -> None:
    rates, volume = aldesleukin()
    end = infused(rates, 2, 600_000 * WEIGHT, 0.25)
    every_eight = expm(rates * 7.75) @ end
    steady = np.linalg.solve(np.eye(4) - expm(rates * 8.0), every_eight)
    times = np.linspace(0.25, 8.0, 2000)
    levels = np.array(
        [(expm(rates * (t - 0.25)) @ (expm(rates * 0.25) @ steady + end))[2] for t in times[::20]]
    )
    dimer = np.mean(levels / volume / (levels / volume + 359.0))
    assert dimer == pytest.approx(0.32, abs=0.02)
    hours, skin = subcutaneous(18e6)
    skin = skin[hours < 24.0]
    assert np.mean(skin / (skin + 359.0)) < 0.05
    assert np.mean(skin / (skin + 2.5)) > 0.6


def test_a_five_day_course_gives_the_weight_and_albumin_of_textor_1987() -> None:
    from trialkine.diseases import load_disease

    records = load_disease("melanoma").records
    rise, fall = 1.0, float(records["capillary_leak_recovery_rate"].value)  # type: ignore[arg-type]
    leak = rise * 0.32 / fall * (1 - math.exp(-fall * 14 / 3))  # mean occupancy 0.32 over 14 doses
    weight = float(records["weight_gain_per_leak"].value) * leak * WEIGHT  # type: ignore[arg-type]
    assert weight == pytest.approx(4.0, abs=0.5)  # kg, mean of 12 patients
    half = float(records["albumin_half_leak"].value)  # type: ignore[arg-type]
    drop = float(records["largest_albumin_fall"].value) * leak / (leak + half)  # type: ignore[arg-type]
    assert 3.6 - drop == pytest.approx(2.2, abs=0.15)  # g/dL, mean of 12 patients


def temozolomide(equilibration: float) -> Floats:
    """Rates [1/h] among gut [mg], body [mg] and exposure."""

    def of(name: str, unit: str) -> float:
        return value("temozolomide", f"temozolomide_{name}", unit)

    absorbed = of("absorption_rate", "1/hour")
    volume = of("volume", "L")
    lost = of("clearance", "L/hour") / volume
    follow = equilibration / 24.0
    to_exposure = follow / volume / of("reference_concentration", "mg/L")
    return np.array([[-absorbed, 0.0, 0.0], [absorbed, -lost, 0.0], [0.0, to_exposure, -follow]])


def test_temozolomide_reaches_the_peak_of_the_population_model() -> None:
    rates = temozolomide(2.0)
    times = np.linspace(0.0, 4.0, 2001)
    body = np.array([(expm(rates * t) @ [200 * BODY_SURFACE, 0.0, 0.0])[1] for t in times]) / 30.3
    # CL/F 10, V/F 30.3, ka 5.8 at 1.8 m2: 10.0 mg/L at 0.52 h, by the formula for one compartment
    elimination = 10 / 30.3
    peak_time = math.log(5.8 / elimination) / (5.8 - elimination)
    assert times[body.argmax()] == pytest.approx(peak_time, abs=0.01)
    assert body.max() == pytest.approx(10.0, abs=0.1)
    assert peak_time == pytest.approx(0.52, abs=0.01)


def daily_exposures(equilibration: float, dose: float, given: int, cycle: int, days: int = 56) -> Floats:
    """Exposure over a course of daily doses [mg], followed until it has faded; 480 times a day."""
    step = expm(temozolomide(equilibration) * 24.0 / 480.0)
    amounts, exposure = np.zeros(3), []
    for day in range(days + 30):
        if day < days and day % cycle < given:
            amounts[0] += dose
        for _ in range(480):
            exposure.append(amounts[2])
            amounts = step @ amounts
    return np.array(exposure)


def test_mean_exposure_is_the_daily_area_under_the_curve_over_that_of_the_label() -> None:
    exposure = daily_exposures(
        value("temozolomide", "temozolomide_equilibration_rate", "1/day"), 360.0, 5, 28
    )
    total = exposure.sum() / 480.0
    assert_allclose(total, 2 * 5 * (360.0 / 10.0) / 35.0, rtol=1e-3)  # dose / clearance is the area


def test_eight_weeks_of_low_doses_carry_1_6_times_the_exposure_of_two_high_dose_cycles() -> None:
    low = daily_exposures(2.0, 75 * BODY_SURFACE, 42, 56).sum()
    high = daily_exposures(2.0, 200 * BODY_SURFACE, 5, 28).sum()
    assert_allclose(low / high, 75 * 42 / (200 * 10), rtol=1e-4)


@pytest.mark.parametrize(("equilibration", "ratio"), [(0.5, 1.21), (1.0, 1.08), (2.0, 1.01)])
def test_averaging_favours_the_low_dose_the_more_the_slower_it_is(equilibration: float, ratio: float) -> None:
    """The killing of two schedules whose response rates were equal; with daily areas it would be 0.97."""
    exponent = value("temozolomide", "temozolomide_exposure_exponent", "")
    low = (daily_exposures(equilibration, 75 * BODY_SURFACE, 42, 56) ** exponent).sum()
    high = (daily_exposures(equilibration, 200 * BODY_SURFACE, 5, 28) ** exponent).sum()
    assert low / high == pytest.approx(ratio, abs=0.01)  # the figures in the record's `where`
    assert 42 * 0.375**exponent / 10 == pytest.approx(0.97, abs=0.01)


def test_im862_reference_is_its_mean_level_at_the_published_dose() -> None:
    def of(name: str, unit: str) -> float:
        return value("im862", f"im862_{name}", unit)

    clearance = of("elimination_rate", "1/day") * of("volume", "L")
    mean = of("bioavailability", "") * 3 * 20.0 / clearance
    assert_allclose(of("reference_concentration", "mg/L"), mean, rtol=1e-4)
