"""Draws from densities whose moments are known."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.special import digamma, polygamma
from scipy.stats import multivariate_normal

from trialkine.calibration.posterior import (
    SHARES,
    Posterior,
    _forgetting,
    best_point,
    conditional,
    covariance,
    gradient,
    sample_posterior,
)

Array = np.ndarray
MEAN = np.array([1.0, -2.0, 0.5])
SPREAD = np.array([[1.0, 0.6, -0.2], [0.6, 0.8, 0.1], [-0.2, 0.1, 0.5]])
SHAPES = np.array([3.0, 8.0])  # of two gamma distributions
STEPS, WALKERS = 300, 256


def normal(points: Array) -> Array:
    """A correlated normal density."""
    return np.atleast_1d(multivariate_normal(MEAN, SPREAD).logpdf(points))


def skewed(points: Array) -> Array:
    """The logarithms of two independent gamma variables, of which every moment is known."""
    return np.asarray((SHAPES * points - np.exp(points)).sum(axis=1))


@cache
def drawn(density: str) -> Posterior:
    chosen, start = (normal, np.zeros(3)) if density == "normal" else (skewed, np.zeros(2))
    return sample_posterior(chosen, start, steps=STEPS, walkers=WALKERS, seed=1)


def standard_error(found: Posterior) -> float:
    """Of a mean, in standard deviations, by the chains' own account."""
    return 1.0 / np.sqrt(found.independent)


def test_the_gradient_is_that_of_the_formula() -> None:
    point = np.array([0.3, -1.0])
    np.testing.assert_allclose(gradient(skewed, point), SHAPES - np.exp(point), rtol=1e-5)
    np.testing.assert_allclose(gradient(normal, MEAN), np.zeros(3), atol=1e-8)


def test_the_best_point_is_the_mode() -> None:
    np.testing.assert_allclose(best_point(normal, np.zeros(3)), MEAN, atol=1e-4)
    np.testing.assert_allclose(best_point(skewed, np.zeros(2)), np.log(SHAPES), atol=1e-4)


def test_the_normal_approximation_has_the_curvature_of_the_density() -> None:
    np.testing.assert_allclose(covariance(normal, MEAN), SPREAD, rtol=1e-5)
    np.testing.assert_allclose(
        covariance(skewed, np.log(SHAPES)), np.diag(1.0 / SHAPES), rtol=2e-3, atol=1e-6
    )


def test_a_direction_in_which_the_density_is_flat_gets_a_bounded_spread() -> None:
    def flat(points: Array) -> Array:
        return np.asarray(-0.5 * points[:, 0] ** 2)

    np.testing.assert_allclose(covariance(flat, np.zeros(2)), np.diag([1.0, 4.0]), rtol=1e-5)


@pytest.mark.parametrize("share", SHARES)
def test_a_step_keeps_the_normal_approximation(share: float) -> None:
    random = np.random.RandomState(1)
    size = 20_000
    points = random.multivariate_normal(MEAN, SPREAD, size=size)
    found, _ = _forgetting(MEAN, SPREAD, share)(points, random)
    # Standard errors of means and covariances of 20,000 draws; entries are about 1.
    np.testing.assert_allclose(found.mean(axis=0), MEAN, atol=4.0 / np.sqrt(size))
    np.testing.assert_allclose(np.cov(found.T), SPREAD, atol=6.0 / np.sqrt(size))
    left = np.array([np.corrcoef(points[:, axis], found[:, axis])[0, 1] for axis in range(3)])
    np.testing.assert_allclose(left, np.sqrt(1.0 - share**2), atol=4.0 / np.sqrt(size))


@pytest.mark.parametrize("share", SHARES)
def test_the_chances_of_a_step_and_of_its_way_back_are_in_balance(share: float) -> None:
    random = np.random.RandomState(2)
    points = random.standard_normal((50, 3))
    found, factor = _forgetting(MEAN, SPREAD, share)(points, random)
    there, back = (
        np.array(
            [
                multivariate_normal(MEAN + np.sqrt(1.0 - share**2) * (one - MEAN), share**2 * SPREAD).logpdf(
                    to
                )
                for one, to in zip(start, end, strict=True)
            ]
        )
        for start, end in ((points, found), (found, points))
    )
    np.testing.assert_allclose(factor, back - there, atol=1e-8)


def test_of_a_normal_density_every_step_is_accepted() -> None:
    assert drawn("normal").acceptance > 0.99


def test_mean_and_covariance_of_a_normal_density_are_recovered() -> None:
    found = drawn("normal")
    error = standard_error(found)
    assert 0.01 < error < 0.06  # small enough to mean something, and no smaller than can be
    np.testing.assert_allclose(found.best, MEAN, atol=1e-3)
    sd = np.sqrt(np.diag(SPREAD))
    np.testing.assert_allclose((found.draws.mean(axis=0) - MEAN) / sd, 0.0, atol=4.0 * error)
    # The relative error of a variance is the square root of 2 times that of a mean.
    np.testing.assert_allclose(
        np.cov(found.draws.T) / np.outer(sd, sd), SPREAD / np.outer(sd, sd), atol=6.0 * error
    )


def test_moments_of_a_skewed_density_are_those_of_the_density_and_not_of_its_normal_approximation() -> None:
    found = drawn("skewed")
    error = standard_error(found)
    mean, sd = digamma(SHAPES), np.sqrt(polygamma(1, SHAPES))
    np.testing.assert_allclose((found.draws.mean(axis=0) - mean) / sd, 0.0, atol=4.0 * error)
    np.testing.assert_allclose(found.draws.std(axis=0) / sd, 1.0, atol=4.0 * error)
    centred = (found.draws - mean) / sd
    skewness = polygamma(2, SHAPES) / sd**3
    np.testing.assert_allclose((centred**3).mean(axis=0), skewness, atol=20.0 * error)
    assert np.all(found.best - mean > 0.1 * sd)  # the mode lies elsewhere
    assert found.best == pytest.approx(np.log(SHAPES), abs=1e-3)


def test_the_density_of_every_draw_is_kept() -> None:
    for density, name in ((normal, "normal"), (skewed, "skewed")):
        found = drawn(name)
        np.testing.assert_allclose(found.log_density, density(found.draws), rtol=1e-10)


def test_the_first_third_is_left_out_and_of_the_others_every_tenth_kept() -> None:
    found = drawn("normal")
    assert found.draws.shape == (WALKERS * (STEPS - STEPS // 3) // 10, 3)
    assert (found.steps, found.walkers) == (STEPS - STEPS // 3, WALKERS)


def test_chains_are_worth_fewer_independent_draws_than_they_have_steps() -> None:
    plain = Posterior(np.zeros((1, 1)), np.zeros(1), np.zeros(1), 1.0, 20.0, 1000, 4, np.eye(1), 0.0)
    assert plain.independent == 200.0
    assert replace(plain, autocorrelation=0.2).independent == 4000.0


def test_the_evidence_is_the_integral_of_the_density() -> None:
    # In units of (2 pi)**(3/2), the integral of a standard normal prior's density.
    height = float(normal(MEAN[None])[0])
    expected = height + 0.5 * np.log(np.linalg.det(SPREAD))
    assert drawn("normal").log_evidence == pytest.approx(expected, abs=1e-3)


def test_the_best_point_beside_a_held_score_is_the_conditional_mean() -> None:
    found = conditional(MEAN, SPREAD, 1, float(MEAN[1]) + 2.0)
    others = [0, 2]
    by_hand = MEAN[others] + SPREAD[others, 1] / SPREAD[1, 1] * 2.0
    np.testing.assert_allclose(found[others], by_hand)
    assert found[1] == MEAN[1] + 2.0


def test_draws_follow_the_seed() -> None:
    def few(seed: int) -> Array:
        return sample_posterior(skewed, np.zeros(2), steps=30, walkers=8, seed=seed).draws

    np.testing.assert_array_equal(few(1), few(1))
    assert not np.any(few(1) == few(2))


def test_progress_is_told() -> None:
    heard: list[float] = []
    sample_posterior(
        skewed, np.zeros(2), steps=40, walkers=8, seed=1, progress=lambda done, message: heard.append(done)
    )
    assert heard == [0.0, 0.5, 1.0]


def test_chains_that_propose_by_the_approximation_of_another_density_find_their_own() -> None:
    other = replace(drawn("normal"), best=MEAN + 0.3, spread=1.5 * SPREAD)
    found = sample_posterior(normal, MEAN, steps=STEPS, walkers=WALKERS, seed=1, like=other)
    error = standard_error(found)
    sd = np.sqrt(np.diag(SPREAD))
    np.testing.assert_allclose((found.draws.mean(axis=0) - MEAN) / sd, 0.0, atol=4.0 * error)
    np.testing.assert_allclose(found.draws.std(axis=0) / sd, 1.0, atol=4.0 * error)
    assert found.acceptance < 0.99
    assert np.isnan(found.log_evidence)
