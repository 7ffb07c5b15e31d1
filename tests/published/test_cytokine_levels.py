"""Levels of the cytokines given as drugs, solved from their records, against what papers and labels print."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from trialkine.agents.catalogue import agent_records
from trialkine.evidence.parameter_files import in_unit

Floats = NDArray[np.float64]
BODY_SURFACE = 1.8  # m2, as assumed where the published figures were derived
WEIGHT = 70.0  # kg, likewise


def of(agent: str, name: str, unit: str) -> float:
    """One number of an agent in a unit."""
    found = in_unit(agent_records(agent)[f"{agent}_{name}"], unit).value
    assert isinstance(found, float)
    return found


def follow(
    rates: Callable[[float, Floats], list[float]], start: list[float], end: float
) -> tuple[Floats, Floats]:
    """Hours and the last state, finely enough to find a peak."""
    hours = np.linspace(0.0, end, 4001)
    solved = solve_ivp(rates, (0.0, end), start, t_eval=hours, rtol=1e-9, atol=1e-12, max_step=end / 400)
    return hours, solved.y[-1]


def interferon(dose: float) -> tuple[Floats, Floats]:
    """Hours after a subcutaneous dose [IU] of interferon alfa, and levels [IU/mL]."""
    name = "interferon_alfa"
    release = of(name, "release_time", "hour")
    absorbed, lost = of(name, "absorption_rate", "1/hour"), of(name, "elimination_rate", "1/hour")
    supply = of(name, "bioavailability", "") * dose / release
    hours, amount = follow(
        lambda t, y: [supply * (t < release) - absorbed * y[0], absorbed * y[0] - lost * y[1]],
        [0.0, 0.0],
        48.0,
    )
    return hours, amount / of(name, "volume", "mL")


def test_interferon_alfa_peaks_as_radwanski_1987_measured() -> None:
    hours, levels = interferon(5e6 * BODY_SURFACE)
    assert levels.max() == pytest.approx(45.8, rel=0.02)  # the volume is rounded to three digits
    assert hours[levels.argmax()] == pytest.approx(8.0, abs=0.3)


def test_interferon_alfa_falls_with_the_half_life_of_radwanski_1987() -> None:
    assert math.log(2) / of("interferon_alfa", "elimination_rate", "1/hour") == pytest.approx(2.9, abs=0.01)


def test_interferon_alfa_peak_fits_a_second_trial_that_was_not_used() -> None:
    _, levels = interferon(10e6)
    assert levels.max() == pytest.approx(53.2, abs=4.6)  # merimsky_1991, mean and its error


def test_unit_exposure_to_interferon_alfa_is_nine_million_units_three_times_a_week() -> None:
    _, levels = interferon(9e6)
    half = of("interferon_alfa", "half_effect", "IU/mL")
    week = np.zeros(4001)
    hours = np.linspace(0.0, 168.0, 4001)
    after = np.linspace(0.0, 48.0, len(levels))
    for dose in (0.0, 48.0, 96.0):  # less than a tenth of a dose is left after two days
        week += np.interp(hours - dose, after, levels, left=0.0, right=0.0)
    mean = np.trapezoid(week / (week + half), hours) / 168.0
    assert mean == pytest.approx(of("interferon_alfa", "reference_occupancy", ""), rel=0.02)


def necrosis_factor(dose: float, minutes: float, infused: float = 0.0) -> tuple[Floats, Floats]:
    """Minutes after a dose [ug], at once or infused over some minutes, and levels [ng/mL]."""
    name = "tumour_necrosis_factor_alfa"
    volume, half = of(name, "volume", "L"), of(name, "half_elimination", "ng/mL")
    most = of(name, "largest_elimination", "ug/min")
    times, amount = follow(
        lambda t, y: [
            (dose / infused if t < infused else 0.0) - most * y[0] / volume / (y[0] / volume + half)
        ],
        [0.0 if infused else dose],
        minutes,
    )
    return times, amount / volume


@pytest.mark.parametrize(("dose", "level"), [(35.0, 2.5), (200.0, 80.0)])
def test_tumour_necrosis_factor_is_at_the_printed_levels_five_minutes_after_a_bolus(
    dose: float, level: float
) -> None:
    _, levels = necrosis_factor(dose * BODY_SURFACE, 5.0)
    assert levels[-1] == pytest.approx(level, rel=0.02)  # tnf_bolus_1987; two constants, two levels


def test_clearance_of_tumour_necrosis_factor_is_within_the_spread_of_healthy_volunteers() -> None:
    times, levels = necrosis_factor(50.0 * BODY_SURFACE, 300.0)
    clearance = 50.0 * BODY_SURFACE / np.trapezoid(levels, times)  # L/min
    assert 1000 * clearance / WEIGHT == pytest.approx(9.5, abs=5.0)  # mL/min/kg, tnf_kinetics_1994


def test_the_largest_infusion_of_tumour_necrosis_factor_stays_below_a_nanogram() -> None:
    _, levels = necrosis_factor(645.0 * BODY_SURFACE, 1440.0, 1440.0)
    assert 0.090 < levels.max() < 0.900  # ng/mL, tnf_infusion_1988; not used to choose the values


def test_the_largest_tolerated_daily_dose_of_tumour_necrosis_factor_exceeds_ten_nanograms() -> None:
    _, levels = necrosis_factor(200.0 * BODY_SURFACE, 60.0, 30.0)
    assert levels.max() > 10.0  # ng/mL, tnf_phase_1_daily; not used to choose the values


def interleukin_12(dose: float, days: float = 7.0) -> tuple[Floats, Floats]:
    """Hours after a first subcutaneous dose [ug], and levels [ng/mL]; adaptation has hardly begun."""
    name = "interleukin_12"
    absorbed, lost = of(name, "absorption_rate", "1/hour"), of(name, "elimination_rate", "1/hour")
    hours, amount = follow(
        lambda _, y: [-absorbed * y[0], absorbed * y[0] - lost * y[1]],
        [of(name, "bioavailability", "") * dose, 0.0],
        24 * days,
    )
    return hours, amount / of(name, "volume", "L")


def test_interleukin_12_peaks_as_motzer_1998_and_bajetta_1998_measured() -> None:
    hours, levels = interleukin_12(1.5 * WEIGHT)
    assert 1000 * levels.max() == pytest.approx(706.0, rel=0.02)  # pg/mL at 1.5 ug/kg
    assert 8.0 < hours[levels.argmax()] < 12.0


def test_interleukin_12_falls_with_the_half_life_in_patients() -> None:
    hours, levels = interleukin_12(0.5 * WEIGHT)
    early, late = np.searchsorted(hours, [48.0, 96.0])
    half_life = math.log(2) * (hours[late] - hours[early]) / math.log(levels[early] / levels[late])
    assert half_life == pytest.approx(30.0, rel=0.02)  # il12_hepatitis_b_2000, about 30 h


def test_interferon_gamma_is_at_its_printed_level_a_day_after_interleukin_12() -> None:
    hours, levels = interleukin_12(1.5 * WEIGHT, 1.0)
    rate = of("interleukin_12", "equilibration_rate", "1/hour")
    occupancy = levels / (levels + of("interleukin_12", "half_effect", "ng/mL"))
    exposure = np.trapezoid(rate * occupancy * np.exp(-rate * (24.0 - hours)), hours)
    rise = of("interleukin_12", "interferon_gain", "") * exposure
    assert 5.0 * rise == pytest.approx(200.0, rel=0.03)  # pg/mL; 5 is the assumed constitutive level


def test_interleukin_15_has_the_half_life_and_level_measured_in_macaques() -> None:
    rate = of("interleukin_15", "elimination_rate", "1/hour")
    assert math.log(2) / rate == pytest.approx(1.1, abs=0.02)
    level = 200.0 * WEIGHT / of("interleukin_15", "volume", "L") * math.exp(-rate / 6)  # ng/mL at 10 min
    assert level == pytest.approx(6000.0, rel=0.12)  # "about" in the legend


def test_interleukin_21_occupies_its_receptor_for_hours_at_the_lowest_active_dose() -> None:
    volume = of("interleukin_21", "volume", "L")
    rate = of("interleukin_21", "clearance", "L/hour") / volume
    assert 1.0 < math.log(2) / rate < 5.0  # h, the assumed range
    occupied = math.log(1.0 * WEIGHT / volume / 1.1) / rate  # until half of the receptors are free again
    assert occupied > 6.0  # markers moved at 1 ug/kg (davis_2007_il21); half saturation 1.1 ng/mL


def imp321_peak(dose: float) -> float:
    """Peak level [ng/mL] after one dose [mg]."""
    absorbed, lost = of("imp321", "absorption_rate", "1/hour"), of("imp321", "elimination_rate", "1/hour")
    _, amount = follow(lambda _, y: [-absorbed * y[0], absorbed * y[0] - lost * y[1]], [dose, 0.0], 72.0)
    return float(1000 * amount.max() / of("imp321", "apparent_volume", "L"))


def test_imp321_never_comes_near_the_dissociation_constant_of_its_binding() -> None:
    binding = 60e-9 * 160_000 * 1e6  # 60 nM (huard_1995) at 160 kDa, in ng/mL
    assert imp321_peak(30.0) < 0.01 * binding
    assert imp321_peak(30.0) == pytest.approx(30 * 0.3, rel=0.02)  # 0.3 ng/mL per mg, as assumed
