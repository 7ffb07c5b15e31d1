import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from trialkine.statistics.survival import kaplan_meier, median_survival, restricted_mean, survival_at

TIMES = st.lists(st.tuples(st.integers(1, 40), st.booleans()), min_size=1, max_size=30)


@given(TIMES)
def test_curve_falls_from_one_and_stays_inside_its_band(sample):
    curve = kaplan_meier(*zip(*sample, strict=True))
    assert (np.diff(curve.survival, prepend=1.0) <= 1e-12).all()
    is_known = ~np.isnan(curve.low)
    assert (curve.low[is_known] <= curve.survival[is_known] + 1e-12).all()
    assert (curve.high[is_known] >= curve.survival[is_known] - 1e-12).all()


@given(TIMES)
def test_order_of_patients_is_irrelevant(sample):
    days, events = zip(*sample, strict=True)
    assert median_survival(kaplan_meier(days, events)) == median_survival(
        kaplan_meier(days[::-1], events[::-1])
    )


@given(TIMES)
def test_median_lies_inside_its_limits(sample):
    found = median_survival(kaplan_meier(*zip(*sample, strict=True)))
    if found.estimate is not None:
        assert found.low is None or found.low <= found.estimate
        assert found.high is None or found.high >= found.estimate


@given(TIMES, st.integers(1, 40))
def test_living_longer_never_lowers_a_landmark(sample, day):
    days, events = zip(*sample, strict=True)
    shorter = survival_at(kaplan_meier(days, events), day).estimate
    longer = survival_at(kaplan_meier([one + 5 for one in days], events), day).estimate
    if shorter is not None and longer is not None:
        assert longer >= shorter - 1e-12


@given(TIMES)
def test_without_censoring_the_curve_is_the_fraction_still_there(sample):
    days = np.array([day for day, _ in sample])
    curve = kaplan_meier(days, np.ones(len(days)))
    assert np.allclose(curve.survival, [(days > step).mean() for step in curve.times], atol=1e-12)
    assert np.isclose(restricted_mean(curve, float(days.max())).estimate, days.mean())
