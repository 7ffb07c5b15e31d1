"""A quadratic that stands in for the simulation is the one its counts were drawn from."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit

from trialkine.calibration.design import half_and_half, spread_scores
from trialkine.calibration.emulator import (
    LINEAR_SD,
    PRODUCT_SD,
    SQUARE_SD,
    Quadratic,
    fit_quadratic,
)

POINTS, PATIENTS = 256, 200.0
SCORES = spread_scores(POINTS, 4, 5)
USED = (0, 2, 3)  # the second score has no part in it
TRUTH = Quadratic(
    -0.8,
    np.array([0.5, 0.0, -0.4, 0.2]),
    np.array([[0.05, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0], [0.0, 0.0, -0.05, 0.01], [0.0, 0.0, 0.01, 0.0]]),
)
SHARE = expit(TRUTH.log_odds(SCORES))
TOTALS = np.full(POINTS, PATIENTS)
COUNTS = np.random.default_rng(2).binomial(int(PATIENTS), SHARE).astype(float)
FITTED = fit_quadratic(SCORES, COUNTS, TOTALS, USED)


def test_the_log_odds_are_those_worked_out_by_hand() -> None:
    quadratic = Quadratic(0.5, np.array([1.0, -2.0]), np.array([[1.0, 0.5], [0.5, 0.0]]))
    # 0.5 + 2 - 2*3 + 2**2 + 2*0.5*2*3
    np.testing.assert_allclose(quadratic.log_odds(np.array([[2.0, 3.0], [0.0, 0.0]])), [6.5, 0.5])


def test_coefficients_are_recovered_from_counts() -> None:
    # 51,200 patients with a variance of about 0.2 each know a coefficient of z to 0.010 and one of z**2 to
    # 0.007. Four of these, and what the narrow priors draw in.
    assert FITTED.constant == pytest.approx(TRUTH.constant, abs=0.05)
    np.testing.assert_allclose(FITTED.linear, TRUTH.linear, atol=0.04)
    np.testing.assert_allclose(np.diag(FITTED.square), np.diag(TRUTH.square), atol=0.03)


def test_with_very_many_patients_coefficients_are_recovered_closely() -> None:
    # 2.6 million patients know them to 0.0015; the search for the best fit stops a little farther off.
    exact = fit_quadratic(SCORES, 1e4 * SHARE, np.full(POINTS, 1e4), USED)
    np.testing.assert_allclose(exact.linear, TRUTH.linear, atol=0.005)
    np.testing.assert_allclose(np.diag(exact.square), np.diag(TRUTH.square), atol=0.005)


def test_the_fit_is_the_best_of_likelihood_and_priors() -> None:
    # The same sum, written out and searched by another program.
    first, second = np.triu_indices(len(USED))
    used = SCORES[:, USED]
    columns = np.hstack([np.ones((POINTS, 1)), used, used[:, first] * used[:, second]])
    sd = np.r_[np.inf, np.full(3, LINEAR_SD), np.where(first == second, SQUARE_SD, PRODUCT_SD)]

    def badness(coefficients: np.ndarray) -> tuple[float, np.ndarray]:
        log_odds = columns @ coefficients
        likelihood = COUNTS @ log_odds - TOTALS @ np.logaddexp(0.0, log_odds)
        slope = columns.T @ (COUNTS - TOTALS * expit(log_odds))
        return float(0.5 * np.sum((coefficients / sd) ** 2) - likelihood), coefficients / sd**2 - slope

    best = minimize(badness, np.zeros(10), jac=True, method="BFGS", options={"gtol": 1e-3}).x
    # A tenth of what 51,200 patients leave unknown of a coefficient, and far more than either search does.
    np.testing.assert_allclose(FITTED.log_odds(SCORES), columns @ best, atol=0.001)
    assert FITTED.constant == pytest.approx(best[0], abs=0.001)
    np.testing.assert_allclose(FITTED.linear[list(USED)], best[1:4], atol=0.001)


def test_the_log_odds_are_recovered_at_points_not_simulated() -> None:
    elsewhere = spread_scores(512, 4, 6)
    error = FITTED.log_odds(elsewhere) - TRUTH.log_odds(elsewhere)
    # ten coefficients known to about 0.01 each, at scores about 1
    assert np.sqrt(np.mean(error**2)) < 0.06


def test_a_score_that_is_not_used_has_no_part() -> None:
    assert FITTED.linear[1] == 0.0
    assert not FITTED.square[1].any()
    assert not FITTED.square[:, 1].any()


def test_the_square_is_symmetric() -> None:
    np.testing.assert_array_equal(FITTED.square, FITTED.square.T)


def test_more_patients_leave_less_error() -> None:
    few = np.random.default_rng(2).binomial(10, SHARE).astype(float)
    fewer = fit_quadratic(SCORES, few, np.full(POINTS, 10.0), USED)
    wrong = [np.abs(one.log_odds(SCORES) - TRUTH.log_odds(SCORES)).mean() for one in (FITTED, fewer)]
    assert wrong[0] < wrong[1]


def test_where_data_are_few_the_priors_keep_slopes_small() -> None:
    one_event = np.where(np.arange(POINTS) == 0, 1.0, 0.0)
    few = fit_quadratic(SCORES, one_event, TOTALS / PATIENTS, USED)
    assert np.abs(few.linear).max() < LINEAR_SD
    assert np.abs(np.diag(few.square)).max() < SQUARE_SD
    assert np.abs(2.0 * few.square[np.triu_indices(4, 1)]).max() < PRODUCT_SD


def test_patients_at_one_point_weigh_as_much_as_at_two_equal_ones() -> None:
    twice = fit_quadratic(
        np.vstack([SCORES, SCORES]), np.tile(COUNTS / 2.0, 2), np.tile(TOTALS / 2.0, 2), USED
    )
    np.testing.assert_allclose(twice.log_odds(SCORES), FITTED.log_odds(SCORES), atol=1e-3)


def test_points_without_patients_change_nothing() -> None:
    more = np.vstack([SCORES, spread_scores(64, 4, 9)])
    zeros = np.zeros(64)
    found = fit_quadratic(more, np.r_[COUNTS, zeros], np.r_[TOTALS, zeros], USED)
    np.testing.assert_allclose(found.log_odds(SCORES), FITTED.log_odds(SCORES), atol=1e-3)


@pytest.mark.parametrize(("happened", "odds"), [(0.0, 0.5 / 51200.5), (PATIENTS, 51200.5 / 0.5)])
def test_what_never_or_always_happens_is_rarer_than_one_patient_in_all(happened: float, odds: float) -> None:
    found = fit_quadratic(SCORES, np.full(POINTS, happened), TOTALS, USED)
    np.testing.assert_allclose(found.log_odds(SCORES), np.full(POINTS, np.log(odds)), rtol=1e-12)
    assert (found.linear.shape, found.square.shape) == ((4,), (4, 4))


def test_of_no_patients_nothing_is_known() -> None:
    found = fit_quadratic(SCORES, np.zeros(POINTS), np.zeros(POINTS), USED)
    assert (found.constant, found.linear.any(), found.square.any()) == (0.0, False, False)


def test_a_score_that_is_held_leaves_the_quadratic_in_the_others() -> None:
    held = FITTED.at(2, 0.7)
    whole = SCORES.copy()
    whole[:, 2] = 0.7
    np.testing.assert_allclose(
        held.log_odds(np.delete(SCORES, 2, axis=1)), FITTED.log_odds(whole), rtol=1e-10
    )


def test_scores_taken_out_count_as_zero() -> None:
    without = SCORES.copy()
    without[:, [0, 3]] = 0.0
    found = TRUTH.without([0, 3])
    np.testing.assert_allclose(found.log_odds(SCORES), TRUTH.log_odds(without), rtol=1e-12)
    assert TRUTH.linear[0] == 0.5  # the other is as it was


def test_slopes_may_differ_between_structures_more_than_between_places() -> None:
    switch = half_and_half(POINTS, 1)
    scores = np.column_stack([SCORES, switch])
    share = expit(-0.5 + 0.6 * scores[:, 0] * switch)
    counts = np.random.default_rng(4).binomial(10, share).astype(float)
    few = np.full(POINTS, 10.0)
    blind = fit_quadratic(scores, counts, few, (0, 2, 3, 4))
    seeing = fit_quadratic(scores, counts, few, (0, 2, 3, 4), 4)
    # The slope of the first score with either structure, as far as the priors let it: 2,560 patients know it
    # to 0.04, so that a prior of 0.10 lets most of it through, and one of 0.01 hardly any.
    slopes = [[one.at(4, value).linear[0] for value in (-1.0, 1.0)] for one in (seeing, blind)]
    np.testing.assert_allclose(slopes[0], [-0.6, 0.6], atol=0.3)
    assert np.abs(slopes[1]).max() < 0.2
