"""Discrimination, concordance, regression and variance shares against closed forms and slow ways."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import brentq
from scipy.stats import norm, qmc, sobol_indices

from trialkine.errors import InputError
from trialkine.statistics.concordance import concordance, stratified_concordance
from trialkine.statistics.regression import fit_cox_columns, fit_logistic
from trialkine.statistics.roc import Area, area_under_curve, roc_curve, stratified_area
from trialkine.statistics.stratified import stratified
from trialkine.statistics.variance_shares import first_order, variance_shares


def binormal(n: int, apart: float, seed: int, share: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    case = generator.random(n) < share
    return generator.standard_normal(n) + apart * case, case


def spread(function, *columns: np.ndarray, rounds: int = 800) -> float:
    """The standard deviation over samples of the same patients drawn with replacement."""
    generator = np.random.default_rng(5)
    found = []
    for _ in range(rounds):
        rows = generator.integers(0, len(columns[0]), len(columns[0]))
        found.append(function(*(column[rows] for column in columns)))
    return float(np.std(found))


# -- area under the curve -----------------------------------------------------------------------------


def test_the_area_is_the_share_of_pairs_with_ties_counting_half() -> None:
    scores, case = np.array([1.0, 2, 2, 3, 3, 5]), np.array([0, 0, 1, 0, 1, 1], dtype=bool)
    pairs = [(x > y) + 0.5 * (x == y) for x in scores[case] for y in scores[~case]]
    found = area_under_curve(scores, case)
    assert found is not None
    assert found.area == pytest.approx(np.mean(pairs))


def test_delongs_variance_is_that_of_the_components_pair_by_pair_and_of_a_bootstrap() -> None:
    scores, case = binormal(300, 0.8, 1)
    found = area_under_curve(scores, case)
    assert found is not None
    wins = (scores[case][:, None] > scores[~case]).astype(float)
    by_hand = wins.mean(axis=1).var(ddof=1) / case.sum() + wins.mean(axis=0).var(ddof=1) / (~case).sum()
    assert found.variance == pytest.approx(by_hand, rel=1e-12)
    slow = spread(lambda s, c: area_under_curve(s, c).area, scores, case)
    assert math.sqrt(found.variance) == pytest.approx(slow, rel=0.1)  # 800 rounds: 2.5 % standard error


def test_the_area_of_two_normal_distributions_is_the_normal_chance_of_their_distance() -> None:
    scores, case = binormal(40_000, 1.0, 2)
    found = area_under_curve(scores, case)
    assert found is not None
    assert found.area == pytest.approx(norm.cdf(1.0 / math.sqrt(2.0)), abs=4 * math.sqrt(found.variance))


def test_two_cases_and_two_others_are_needed_and_missing_scores_refused() -> None:
    assert area_under_curve([1.0, 2, 3], [True, False, False]) is None
    with pytest.raises(InputError, match="some are missing"):
        area_under_curve([1.0, np.nan], [True, False])


def test_the_curve_goes_from_none_to_all_and_its_area_is_the_area() -> None:
    scores, case = binormal(200, 1.0, 3)
    scores = np.round(scores, 1)  # with ties
    false, true = roc_curve(scores, case)
    assert (false[0], true[0], false[-1], true[-1]) == (0.0, 0.0, 1.0, 1.0)
    assert np.trapezoid(true, false) == pytest.approx(area_under_curve(scores, case).area)


@pytest.mark.parametrize(("cases", "others"), [(2, 3), (5, 40), (30, 30)])
def test_the_usual_variance_of_a_half_is_that_of_the_rank_sum(cases: int, others: int) -> None:
    usual = Area(0.5, 0.0, cases, others).usual_variance(0.5)
    assert usual == pytest.approx((cases + others + 1) / (12 * cases * others), rel=1e-12)


def test_the_usual_variance_of_equal_groups_is_that_of_exponential_distributions() -> None:
    # Hanley and McNeil's chances that two cases both beat one other patient, and one case two others.
    area, size = 0.8, 25
    q1, q2 = area / (2 - area), 2 * area**2 / (1 + area)
    by_hand = (area * (1 - area) + (size - 1) * (q1 - area**2) + (size - 1) * (q2 - area**2)) / size**2
    assert Area(area, 0.0, size, size).usual_variance(area) == pytest.approx(by_hand, rel=1e-12)


def area_that_parts_completely(cases: int, others: int, chance: float) -> float:
    """The area of two normal distributions of which samples lie apart completely with a given chance."""
    x = np.linspace(-6.0, 14.0, 20_001)
    highest = others * norm.pdf(x) * norm.cdf(x) ** (others - 1)

    def excess(apart: float) -> float:
        return float(np.trapezoid(highest * norm.sf(x - apart) ** cases, x)) - chance

    return float(norm.cdf(brentq(excess, -2.0, 8.0) / math.sqrt(2.0)))


@pytest.mark.parametrize("cases", [2, 3, 10])
def test_cases_apart_from_all_others_do_not_make_an_area_certain(cases: int) -> None:
    scores = np.arange(50.0)
    case = scores >= 50 - cases
    found = area_under_curve(scores, case)
    assert (found.area, found.variance) == (1.0, 0.0)  # plain DeLong, which takes it for certain
    interval = stratified_area(scores, case, np.zeros(50)).mean
    assert (interval.estimate, interval.high) == (1.0, 1.0)
    # An area under which samples part like this in 1 of 40 cannot be left out; a coin can, with three.
    assert interval.low < area_that_parts_completely(cases, 50 - cases, 0.025)
    assert cases == 2 or interval.low > 0.5
    mirrored = stratified_area(-scores, case, np.zeros(50)).mean
    assert (mirrored.low, mirrored.high) == (0.0, pytest.approx(1.0 - interval.low))


def test_of_many_patients_the_interval_is_delongs() -> None:
    generator = np.random.default_rng(7)
    case = np.arange(4000) % 4 == 0
    scores = generator.standard_normal(4000) * np.where(case, 2.0, 1.0) + 1.2 * case
    found, interval = area_under_curve(scores, case), stratified_area(scores, case, np.zeros(4000)).mean
    # The spread of cases differs, which DeLong's variance sees and one by the area alone does not.
    assert found.variance > 1.2 * found.usual_variance(found.area)
    width = interval.high - interval.low
    assert width == pytest.approx(2 * 1.96 * math.sqrt(found.variance), rel=0.01)
    assert interval.low < found.area < interval.high


def test_groups_with_other_levels_do_not_spoil_an_area_within_groups() -> None:
    scores, case = binormal(2000, 0.7, 4)
    group = np.arange(2000) % 4
    shifted = scores + 10.0 * group
    within = stratified_area(shifted, case, group)
    one = [area_under_curve(scores[group == g], case[group == g]) for g in range(4)]
    weights = np.array([a.weight for a in one])
    assert within.mean.estimate == pytest.approx(weights @ [a.area for a in one] / weights.sum())
    assert abs(area_under_curve(shifted, case).area - within.mean.estimate) > 0.1


def test_the_spread_between_groups_is_found_and_absent_where_there_is_none() -> None:
    generator = np.random.default_rng(6)
    truth = 0.6 + 0.08 * generator.standard_normal(400)
    seen = truth + 0.05 * generator.standard_normal(400)
    found = stratified(seen, np.full(400, 0.05**2), np.ones(400), "test")
    assert found.spread == pytest.approx(0.08, rel=0.15)  # standard error of a spread of 400: 3.5 %, doubled
    width = found.anywhere.high - found.anywhere.low
    assert width == pytest.approx(2 * 1.96 * 0.08, rel=0.15)
    assert stratified([0.5] * 9, [0.01] * 9, [1.0] * 9, "test").spread == 0.0
    alone = stratified([0.5], [0.01], [3.0], "test")
    assert alone.spread is None
    assert alone.mean == alone.anywhere


# -- concordance --------------------------------------------------------------------------------------


def survival(n: int, effect: float, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    score = generator.standard_normal(n)
    time = generator.exponential(np.exp(-effect * score))
    censored = generator.exponential(1.5, n)
    return score, np.minimum(time, censored), time <= censored


def test_concordance_is_the_share_of_comparable_pairs_one_by_one() -> None:
    score, time, event = survival(60, 0.8, 7)
    time[3], time[4] = time[5], time[5]
    agreeing = comparable = 0.0
    for i in range(60):
        for j in range(60):
            if event[i] and (time[i] < time[j] or (time[i] == time[j] and not event[j])):
                comparable += 1
                agreeing += 1.0 if score[i] > score[j] else 0.5 * (score[i] == score[j])
    found = concordance(score, time, event)
    assert found is not None
    assert (found.share, found.pairs) == (pytest.approx(agreeing / comparable), comparable)


def test_the_error_of_concordance_is_that_of_a_bootstrap() -> None:
    score, time, event = survival(250, 0.5, 8)
    found = concordance(score, time, event)
    assert found is not None
    slow = spread(lambda *c: concordance(*c).share, score, time, event, rounds=400)
    assert math.sqrt(found.variance) == pytest.approx(slow, rel=0.12)  # 400 rounds: 3.5 % standard error


def test_proportional_hazards_give_the_known_concordance_between_two_groups() -> None:
    generator = np.random.default_rng(9)
    score = np.repeat([0.0, 1.0], 1500)
    time = generator.exponential(np.where(score > 0, 1 / 3.0, 1.0))
    found = concordance(score, time, np.ones(3000, dtype=bool))
    # Half of the pairs tie; of the others 3 in 4 agree, as hazards of 3 to 1 say.
    assert found.share == pytest.approx(0.25 + 0.5 * 0.75, abs=4 * math.sqrt(found.variance))


def test_concordance_in_groups_leaves_out_groups_without_deaths() -> None:
    score, time, event = survival(200, 0.5, 10)
    group = np.arange(200) % 2
    event = event & (group == 0)
    found = stratified_concordance(score, time, event, group)
    alone = concordance(score[group == 0], time[group == 0], event[group == 0])
    assert (found.groups, found.mean.estimate) == (1, pytest.approx(alone.share))


# -- regression ---------------------------------------------------------------------------------------


def test_a_logistic_fit_of_a_two_by_two_table_is_its_log_odds_ratio_with_woolfs_error() -> None:
    exposed = np.repeat([1.0, 1, 0, 0], [30, 20, 15, 40])
    case = np.repeat([1, 0, 1, 0], [30, 20, 15, 40])
    fit = fit_logistic(np.stack([np.ones(105), exposed], axis=1), case)
    assert fit.coefficients[1] == pytest.approx(math.log(30 * 40 / (20 * 15)))
    assert fit.error(1) == pytest.approx(math.sqrt(1 / 30 + 1 / 20 + 1 / 15 + 1 / 40))


def test_a_patient_who_is_there_twice_counts_once() -> None:
    scores, case = binormal(300, 0.6, 11)
    columns = np.stack([np.ones(300), scores], axis=1)
    once = fit_logistic(columns, case)
    twice = fit_logistic(np.vstack([columns] * 2), np.tile(case, 2), np.tile(np.arange(300), 2))
    assert_allclose(twice.coefficients, once.coefficients, rtol=1e-8)
    assert_allclose(twice.covariance, once.covariance, rtol=1e-8)
    as_others = fit_logistic(np.vstack([columns] * 2), np.tile(case, 2))
    assert_allclose(as_others.covariance * 2, once.covariance, rtol=1e-8)


def test_an_interaction_that_is_there_is_found_and_one_that_is_not_is_not() -> None:
    generator = np.random.default_rng(12)
    n = 4000
    marker, arm = generator.standard_normal(n), np.arange(n) % 2
    for effect in (0.6, 0.0):
        odds = -1.0 + 0.5 * marker + 0.4 * arm + effect * marker * arm
        case = generator.random(n) < 1 / (1 + np.exp(-odds))
        fit = fit_logistic(np.stack([np.ones(n), marker, arm, marker * arm], axis=1), case)
        found = fit.estimate(3)
        assert found.low < effect < found.high
        assert (fit.test(3).p_value < 0.001) == (effect > 0)


def test_outcomes_that_are_alike_or_separate_have_no_fit_for_a_stated_reason() -> None:
    columns = np.stack([np.ones(20), np.arange(20.0)], axis=1)
    assert fit_logistic(columns, np.zeros(20)).why == "all outcomes are alike"
    separated = fit_logistic(columns, np.arange(20) > 9)
    assert "separate" in separated.why
    assert separated.estimate(1).why == separated.why
    assert "tell one effect" in fit_logistic(np.ones((20, 2)), np.arange(20) % 2).why


def test_cox_regression_maximises_the_partial_likelihood_written_out_slowly() -> None:
    from scipy.optimize import minimize

    score, time, event = survival(120, 0.7, 13)
    time = np.ceil(time * 40)  # with ties
    columns = np.stack([score, score**2 * 0.3], axis=1)

    def loss(value: np.ndarray) -> float:
        eta = columns @ value
        total = 0.0
        for day in np.unique(time[event]):
            risk, dying = np.exp(eta[time >= day]).sum(), (time == day) & event
            total += eta[dying].sum()
            for gone in range(dying.sum()):  # Efron: of those who die at once, a part has left before each
                total -= math.log(risk - gone / dying.sum() * np.exp(eta[dying]).sum())
        return -total

    best = minimize(loss, np.zeros(2), tol=1e-12)
    assert_allclose(fit_cox_columns(columns, time, event).coefficients, best.x, atol=1e-4)


def test_the_error_of_cox_regression_is_that_of_a_bootstrap() -> None:
    score, time, event = survival(250, 0.5, 14)
    fit = fit_cox_columns(score[:, None], time, event)
    slow = spread(
        lambda s, t, e: fit_cox_columns(s[:, None], t, e).coefficients[0], score, time, event, rounds=300
    )
    assert fit.error(0) == pytest.approx(slow, rel=0.15)  # 300 rounds: 4 % standard error


def test_groups_with_other_hazards_have_their_own_baseline() -> None:
    score, time, event = survival(2000, 0.6, 15)
    group = (np.random.default_rng(1).random(2000) < 1 / (1 + np.exp(-score))).astype(int)
    slow = np.where(group == 1, 20.0, 1.0)
    together = fit_cox_columns(score[:, None], time * slow, event)
    apart = fit_cox_columns(score[:, None], time * slow, event, groups=group)
    assert apart.coefficients[0] == pytest.approx(0.6, abs=4 * apart.error(0))
    assert together.coefficients[0] < 0.4


# -- shares of variance -------------------------------------------------------------------------------


def ishigami(x: np.ndarray) -> np.ndarray:
    return np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])


def test_first_order_shares_of_a_known_function_agree_with_theory_and_with_scipy() -> None:
    x = (qmc.Sobol(3, seed=1).random(4096) * 2 - 1) * np.pi
    found = [first_order(column, ishigami(x.T)) for column in x.T]
    variance = 0.5 + 49 / 8 + 0.1 * np.pi**4 / 5 + 0.01 * np.pi**8 / 18
    theory = [0.5 * (1 + 0.1 * np.pi**4 / 5) ** 2 / variance, 49 / 8 / variance, 0.0]
    # Twenty slices lose what varies within a slice, at most 3 % of the share here.
    assert_allclose([one.estimate for one in found], theory, atol=0.02)
    from scipy.stats import uniform

    designed = sobol_indices(func=ishigami, n=2048, dists=[uniform(-np.pi, 2 * np.pi)] * 3, rng=1)
    assert_allclose([one.estimate for one in found], designed.first_order, atol=0.03)


def test_totals_show_what_acts_only_together_with_another_input() -> None:
    x = np.random.default_rng(16).standard_normal((4000, 4))
    found = variance_shares(x, x[:, 0] + x[:, 1] * x[:, 2])
    # The variance is 1 of the first and 1 of the product; the fourth has none.
    assert_allclose([one.estimate for one in found.first], [0.5, 0, 0, 0], atol=0.03)
    assert_allclose([one.estimate for one in found.total], [0.5, 0.5, 0.5, 0], atol=0.03)
    assert found.together.estimate == pytest.approx(1.0, abs=0.02)


def test_luck_is_explained_by_nothing() -> None:
    generator = np.random.default_rng(17)
    x = generator.standard_normal((2000, 40))
    outcome = generator.random(2000) < 0.15
    found = variance_shares(x[:, :5], outcome)
    assert all(abs(one.estimate) < 0.015 for one in (*found.first, *found.total))
    assert abs(found.together.estimate) < 0.02
    # Twenty slices would show 1 %, were their number not taken off; the mean of forty errs by 0.05 %.
    assert abs(np.mean([first_order(column, outcome).estimate for column in x.T])) < 0.003


def test_a_copy_of_an_input_explains_alone_but_adds_nothing() -> None:
    generator = np.random.default_rng(18)
    x = generator.standard_normal((2000, 1))
    found = variance_shares(np.hstack([x, x + 0.01 * generator.standard_normal((2000, 1))]), x[:, 0])
    assert min(one.estimate for one in found.first) > 0.9
    assert max(one.estimate for one in found.total) < 0.05


def test_what_does_not_vary_has_no_share_for_a_stated_reason() -> None:
    assert first_order(np.ones(200), np.arange(200.0)).estimate is None
    assert variance_shares(np.ones((200, 2)), np.zeros(200)).together.estimate is None


def test_patients_who_fare_alike_in_both_arms_leave_nothing_to_test() -> None:
    score, time, event = survival(100, 0.5, 19)
    arm = np.repeat([0.0, 1.0], 100)
    columns = np.stack([np.tile(score, 2), arm, np.tile(score, 2) * arm], axis=1)
    fit = fit_cox_columns(columns, np.tile(time, 2), np.tile(event, 2), np.tile(np.arange(100), 2))
    assert fit.estimate(2).estimate == pytest.approx(0.0, abs=1e-6)
    assert fit.test(2).p_value is None
    assert "fared alike" in fit.test(2).why
    assert fit.test(0).p_value < 0.01
