import numpy as np
import pytest

from trialkine.errors import InputError
from trialkine.population.correlation import gaussian_copula
from trialkine.randomness import normals

NAMES = ("burden", "frailty", "growth", "suppressors", "tolerance")
PAIRS = [("burden", "suppressors", 0.3), ("burden", "frailty", -0.5), ("growth", "tolerance", 0.8)]
SIZE = 40_000


def own(name):
    return normals(1, name, range(SIZE))[:, 0]


def test_scores_have_the_stated_correlations():
    scores = gaussian_copula(PAIRS, NAMES).scores(NAMES, own)
    found = np.corrcoef([scores[name] for name in NAMES])
    expected = np.eye(len(NAMES))
    for first, second, value in PAIRS:
        i, j = NAMES.index(first), NAMES.index(second)
        expected[i, j] = expected[j, i] = value
    # The standard error of a correlation is at most 1/sqrt(n); 4 of them.
    np.testing.assert_allclose(found, expected, atol=4.0 / np.sqrt(SIZE))


def test_correlated_scores_stay_standard_normal():
    scores = gaussian_copula(PAIRS, NAMES).scores(NAMES, own)
    for name in NAMES:
        assert abs(scores[name].mean()) < 4.0 / np.sqrt(SIZE)
        assert abs(scores[name].std() - 1.0) < 4.0 / np.sqrt(2 * SIZE)


def test_a_parameter_outside_all_correlations_keeps_its_own_score():
    scores = gaussian_copula(PAIRS[:2], NAMES).scores(NAMES, own)
    assert np.array_equal(scores["growth"], own("growth"))


def test_a_correlation_elsewhere_changes_no_score_of_this_group():
    few, more = gaussian_copula(PAIRS[:2], NAMES), gaussian_copula(PAIRS, NAMES)
    assert np.array_equal(few.scores(["frailty"], own)["frailty"], more.scores(["frailty"], own)["frailty"])


def test_asking_for_one_score_gives_the_same_as_asking_for_all():
    copula = gaussian_copula(PAIRS, NAMES)
    assert np.array_equal(
        copula.scores(["suppressors"], own)["suppressors"], copula.scores(NAMES, own)["suppressors"]
    )


def test_the_order_and_direction_of_the_list_do_not_matter():
    turned = [(second, first, value) for first, second, value in reversed(PAIRS)]
    one, other = (gaussian_copula(pairs, NAMES).scores(NAMES, own) for pairs in (PAIRS, turned))
    assert all(np.array_equal(one[name], other[name]) for name in NAMES)


def test_the_variance_of_a_weighted_sum_counts_its_correlations():
    copula = gaussian_copula(PAIRS, NAMES)
    # 0.6^2 + 0.5^2 + 0.4^2 + 2 * 0.6 * 0.5 * (-0.5); growth is independent of both.
    expected = 0.36 + 0.25 + 0.16 - 0.30
    assert copula.variance({"burden": 0.6, "frailty": 0.5, "growth": 0.4}) == pytest.approx(
        expected, rel=1e-12
    )


def test_correlations_that_cannot_hold_together_are_named():
    impossible = [("burden", "frailty", 0.9), ("frailty", "growth", 0.9), ("burden", "growth", -0.9)]
    with pytest.raises(InputError, match=r"'burden', 'frailty', 'growth' cannot hold together"):
        gaussian_copula(impossible, NAMES)


@pytest.mark.parametrize(
    ("pairs", "advice"),
    [
        ([("burden", "frailtie", 0.3)], "Did you mean 'frailty'"),
        ([("burden", "qqq", 0.3)], "Name a parameter with variability"),
        ([("burden", "burden", 0.3)], "with itself"),
        ([("burden", "growth", 0.3), ("growth", "burden", 0.2)], "given twice"),
        ([("burden", "growth", 1.0)], "between -1 and 1"),
        ([("burden", "growth", float("nan"))], "between -1 and 1"),
    ],
)
def test_an_unusable_correlation_is_refused(pairs, advice):
    with pytest.raises(InputError, match=advice):
        gaussian_copula(pairs, NAMES)
