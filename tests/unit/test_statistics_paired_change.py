import numpy as np
import pytest
from scipy.stats import ttest_rel, wilcoxon

from trialkine.errors import InputError
from trialkine.statistics.paired_change import mean_change, signed_rank_change

BEFORE = np.array([10.0, 12.0, 8.0, 20.0, 15.0, 9.0, 14.0, 11.0])
AFTER = np.array([7.0, 11.0, 6.5, 9.0, 14.5, 9.9, 10.0, 7.7])


def test_geometric_mean_ratio_and_its_test_are_those_of_the_log_ratios():
    found = mean_change(BEFORE, AFTER)
    test = ttest_rel(np.log(AFTER), np.log(BEFORE))
    limits = test.confidence_interval(0.95)
    assert found.ratio.estimate == pytest.approx(np.exp(np.mean(np.log(AFTER / BEFORE))))
    assert (found.ratio.low, found.ratio.high) == pytest.approx((np.exp(limits.low), np.exp(limits.high)))
    assert found.test.p_value == pytest.approx(test.pvalue)


@pytest.mark.parametrize(("pairs", "method", "correction"), [(8, "exact", False), (80, "asymptotic", True)])
def test_signed_rank_limits_hold_exactly_the_ratios_that_are_not_rejected(pairs, method, correction):
    logs = np.random.default_rng(20).normal(-0.3, 0.4, pairs)
    found = signed_rank_change(np.ones(pairs), np.exp(logs)).ratio
    for edge, outwards in ((np.log(found.low), -1e-6), (np.log(found.high), 1e-6)):
        rejected = wilcoxon(logs - (edge + outwards), method=method, correction=correction)
        kept = wilcoxon(logs - (edge - outwards), method=method, correction=correction)
        assert rejected.pvalue <= 0.05 < kept.pvalue


def test_pairs_with_a_missing_side_are_left_out():
    with_gap = mean_change([*BEFORE, np.nan, 5.0], [*AFTER, 3.0, np.nan])
    assert with_gap.pairs == 8
    assert with_gap.ratio == mean_change(BEFORE, AFTER).ratio


def test_halving_everywhere_is_a_ratio_of_one_half_with_the_least_p_value():
    found = signed_rank_change(BEFORE, BEFORE / 2)
    assert found.ratio.estimate == pytest.approx(0.5)
    assert found.test.p_value is not None
    assert found.test.p_value < 0.02  # ties in the ratios: the normal approximation


def test_too_few_pairs_have_no_interval_and_say_why():
    assert "at least 2" in mean_change([1.0], [2.0]).ratio.why
    assert signed_rank_change([1.0, 2.0], [2.0, 5.0]).ratio.low is None
    assert "no complete pairs" in signed_rank_change([], []).ratio.why
    assert "no pair changed" in signed_rank_change([1.0, 2.0], [1.0, 2.0]).test.why


def test_a_measurement_of_zero_is_refused():
    with pytest.raises(InputError, match="zero or negative"):
        mean_change([1.0, 0.0], [1.0, 1.0])
