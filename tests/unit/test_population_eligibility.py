import numpy as np
import pytest
from scipy import stats

from population_samples import record
from trialkine.errors import InputError
from trialkine.population.case_mix import draw_excluded_fraction
from trialkine.population.eligibility import Eligibility, first_unmet_criterion

RULE = record("case_mix_excluded_fraction", 0.35, "logitnormal", 0.9)


def reason(criteria, age=60.0, status=1, fitness=0.0):
    return first_unmet_criterion(criteria, np.array([age]), np.array([status]), np.array([fitness]))[0]


@pytest.mark.parametrize(("age", "expected"), [(17.99, 0), (18.0, -1), (75.99, -1), (76.0, 0)])
def test_age_limits_count_completed_years_and_include_both_ends(age, expected):
    assert reason(Eligibility(age=(18, 75)), age=age) == expected


def test_reasons_come_in_the_order_age_then_status_then_case_mix():
    criteria = Eligibility((0,), (18, 75), 0.5)
    assert reason(criteria, age=80, status=2, fitness=-1.0) == 0
    assert reason(criteria, age=60, status=2, fitness=-1.0) == 1
    assert reason(criteria, age=60, status=0, fitness=-1.0) == 2
    assert reason(criteria, age=60, status=0, fitness=1.0) == -1


def test_the_case_mix_cut_lies_at_the_normal_quantile():
    cut = stats.norm.ppf(0.64)
    assert reason(Eligibility(excluded_fraction=0.64), fitness=cut - 1e-9) == 2
    assert reason(Eligibility(excluded_fraction=0.64), fitness=cut + 1e-9) == -1


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        ({"performance_status": ()}, "at least one"),
        ({"age": (75, 18)}, "lower first"),
        ({"excluded_fraction": 1.0}, "up to, but not, 1"),
        ({"excluded_fraction": -0.1}, "from 0"),
        ({"excluded_fraction": float("nan")}, "from 0"),
    ],
)
def test_criteria_that_let_nobody_in_are_refused(arguments, advice):
    with pytest.raises(InputError, match=advice):
        Eligibility(**arguments)


def test_case_mix_differs_between_trials_as_its_rule_says():
    fractions = np.array([draw_excluded_fraction(RULE, 1, replicate) for replicate in range(4000)])
    scores = (np.log(fractions / (1 - fractions)) - np.log(0.35 / 0.65)) / 0.9
    assert stats.kstest(scores, "norm").pvalue > 1e-4


def test_case_mix_is_the_same_whenever_it_is_asked_for():
    assert draw_excluded_fraction(RULE, 1, 5) == draw_excluded_fraction(RULE, 1, 5)
    assert draw_excluded_fraction(RULE, 1, 5) != draw_excluded_fraction(RULE, 2, 5)


@pytest.mark.parametrize(
    ("rule", "advice"),
    [
        (record("case_mix_excluded_fraction", 0.35), "its variability"),
        (record("case_mix_excluded_fraction", 0.35, "normal", 0.1), "logitnormal"),
        (record("case_mix_excluded_fraction", 1.35, "logitnormal", 0.1), "between 0 and 1"),
    ],
)
def test_a_case_mix_rule_that_is_no_fraction_is_refused(rule, advice):
    with pytest.raises(InputError, match=advice):
        draw_excluded_fraction(rule, 1, 0)
