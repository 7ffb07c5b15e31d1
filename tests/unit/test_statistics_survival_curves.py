import numpy as np
import pytest

from trialkine.errors import InputError
from trialkine.statistics.survival_curves import (
    MixtureCure,
    PiecewiseExponential,
    exponential,
    with_delayed_effect,
    with_hazard_ratio,
)

CURVES = [
    exponential(10.0),
    PiecewiseExponential((0.0, 2.0, 5.0), (0.3, 0.0, 0.1)),
    PiecewiseExponential((0.0, 2.0, 5.0), (0.0, 0.2, 0.0)),
    MixtureCure(0.25, 8.0),
    MixtureCure(0.0, 8.0, 2.5),
]


@pytest.mark.parametrize("curve", CURVES)
def test_times_undo_survival(curve):
    fractions = np.array([0.999, 0.8, 0.6, 0.56])
    times = curve.times_at(fractions)
    reached = np.isfinite(times)
    assert reached[:2].all()
    assert curve.survival(times[reached]) == pytest.approx(fractions[reached], rel=1e-12)


@pytest.mark.parametrize("curve", CURVES)
def test_survival_starts_at_one_and_never_rises(curve):
    times = np.linspace(0.0, 60.0, 601)
    survival = curve.survival(times)
    assert survival[0] == 1.0
    assert (np.diff(survival) <= 0.0).all()


@pytest.mark.parametrize("curve", CURVES)
def test_the_restricted_mean_is_the_area(curve):
    times = np.linspace(0.0, 20.0, 200_001)
    assert curve.restricted_mean(20.0) == pytest.approx(np.trapezoid(curve.survival(times), times), rel=1e-7)


def test_fractions_below_the_cured_are_never_reached():
    assert MixtureCure(0.25, 8.0).times_at([0.25, 0.1, 0.26])[:2].tolist() == [np.inf, np.inf]
    assert PiecewiseExponential((0.0, 5.0), (0.1, 0.0)).times_at([0.6])[0] == np.inf


def test_a_fraction_reached_just_where_the_hazard_ends_is_reached_there():
    curve = PiecewiseExponential((0.0, 1.0, 5.0), (np.log(2.0), 0.0, 0.1))
    assert curve.times_at([0.5]).tolist() == [1.0]


def test_a_constant_hazard_has_its_median_and_mean():
    assert float(exponential(10.0).survival(10.0)) == pytest.approx(0.5)
    rate = np.log(2) / 10.0
    assert exponential(10.0).restricted_mean(15.0) == pytest.approx((1 - np.exp(-15 * rate)) / rate)


def test_a_delayed_effect_changes_nothing_before_it():
    base = PiecewiseExponential((0.0, 4.0), (0.1, 0.05))
    late = with_delayed_effect(base, 0.5, 6.0)
    assert late == PiecewiseExponential((0.0, 4.0, 6.0), (0.1, 0.05, 0.025))
    assert with_delayed_effect(base, 0.5, 4.0) == PiecewiseExponential((0.0, 4.0), (0.1, 0.025))
    assert with_delayed_effect(base, 0.5, 1.0) == PiecewiseExponential((0.0, 1.0, 4.0), (0.1, 0.05, 0.025))


def test_a_hazard_ratio_is_a_power_of_survival():
    for curve in CURVES[:3]:
        times = np.linspace(0.0, 30.0, 31)
        found = with_hazard_ratio(curve, 0.6).survival(times)
        assert found == pytest.approx(curve.survival(times) ** 0.6, rel=1e-12)


def test_impossible_curves_are_refused():
    for build in (
        lambda: PiecewiseExponential((0.0, 1.0), (0.1,)),
        lambda: PiecewiseExponential((1.0,), (0.1,)),
        lambda: PiecewiseExponential((0.0, 2.0, 1.0), (0.1, 0.1, 0.1)),
        lambda: PiecewiseExponential((0.0,), (-0.1,)),
        lambda: MixtureCure(1.0, 5.0),
        lambda: MixtureCure(0.2, 0.0),
        lambda: exponential(0.0),
        lambda: with_delayed_effect(CURVES[0], 0.5, 0.0),
        lambda: with_hazard_ratio(CURVES[0], -1.0),
        lambda: CURVES[0].restricted_mean(0.0),
    ):
        with pytest.raises(InputError):
            build()
