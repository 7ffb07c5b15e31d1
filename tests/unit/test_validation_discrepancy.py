"""From simulated trials to what a trial of another size would report."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import logit

from trialkine.population.ensemble import ParameterEnsemble
from trialkine.validation.baselines import MEDIAN_ERROR
from trialkine.validation.discrepancy import (
    OTHER_POPULATION,
    UNKNOWN_DISCREPANCY,
    UNSEEN_OFFSET,
    Draws,
    groups_of,
    reported_draws,
)
from trialkine.validation.metric_draws import weighted_quantile

Array = np.ndarray[Any, np.dtype[Any]]
DRAWS, SIMULATED = 20_000, 60
CLASS, UNSEEN = "temozolomide", "a class that nobody gave"
RANDOM = np.random.default_rng(7)
RATES = RANDOM.beta(6.0, 14.0, DRAWS)  # of trials: mean 0.3 and variance 0.01
RESPONDED = RANDOM.binomial(SIMULATED, RATES) / SIMULATED
LOG_TIMES = np.log(10.0) + 0.3 * RANDOM.standard_normal(DRAWS)
TIMES = np.exp(LOG_TIMES + MEDIAN_ERROR / np.sqrt(SIMULATED) * RANDOM.standard_normal(DRAWS))


def ensemble(*members: dict[str, float]) -> ParameterEnsemble:
    names = tuple(members[0])
    values = np.array([[member[name] for name in names] for member in members])
    return ParameterEnsemble(names, values, np.full(len(members), 1.0 / len(members)))


def exact(**changes: float) -> dict[str, float]:
    """A member without any discrepancy, unless told otherwise."""
    groups = ("response", "completeness", "control", "progression", "survival", "toxicity")
    none = {f"trial.discrepancy.{group}": 0.0 for group in groups}
    changed = {f"trial.discrepancy.{group}": spread for group, spread in changes.items()}
    return {**none, f"trial.response.{CLASS}": 0.0, "melanoma:initial_burden": 50.0, **changed}


def reported(
    values: Array, metric: str = "orr", n: int | None = SIMULATED, members: ParameterEnsemble | None = None,
    of: str = CLASS, which: Array | None = None, key: str = "trial A orr", seed: int = 0,
    disease: str = "melanoma",
) -> Array:  # fmt: skip
    """What trials of `n` patients would report."""
    chosen = np.zeros(len(values), dtype=int) if which is None else which
    own = members or ensemble(exact())
    return reported_draws(Draws(values, chosen, SIMULATED), own, metric, of, disease, n, key, seed)


def close(found: float, wanted: float, error: float) -> bool:
    """Whether a mean lies within four of its standard errors."""
    return abs(found - wanted) < 4.0 * error


# -- rates ----------------------------------------------------------------------------------------------


def test_without_discrepancy_a_trial_of_the_simulated_size_reports_what_was_simulated() -> None:
    found = reported(RESPONDED)
    error = RESPONDED.std() / np.sqrt(DRAWS)
    assert close(found.mean(), RESPONDED.mean(), np.sqrt(2.0) * error)
    # The relative error of a variance of 20,000 draws is 1 %, and there are two.
    assert found.var() == pytest.approx(RESPONDED.var(), rel=0.06)
    limits = [0.05, 0.25, 0.5, 0.75, 0.95]
    np.testing.assert_allclose(
        np.quantile(found, limits), np.quantile(RESPONDED, limits), atol=1.0 / SIMULATED + 1e-9
    )


@pytest.mark.parametrize("n", [10, 30, 240, 100_000])
def test_the_luck_of_patients_is_that_of_as_many_as_reported(n: int) -> None:
    # A mean of 0.3 and a variance between trials of 0.01, and binomial luck on top.
    found = reported(RESPONDED, n=n)
    assert close(found.mean(), 0.3, 2.0 * found.std() / np.sqrt(DRAWS))
    assert found.var() == pytest.approx(0.01 + (0.3 * 0.7 - 0.01) / n, rel=0.06)
    np.testing.assert_allclose(found * n, np.round(found * n), atol=1e-6)  # patients are whole


def test_without_a_stated_number_the_size_is_the_simulated_one() -> None:
    np.testing.assert_array_equal(reported(RESPONDED, n=None), reported(RESPONDED, n=SIMULATED))


def test_trials_that_differ_by_luck_alone_leave_none_between_them() -> None:
    luck = RANDOM.binomial(SIMULATED, 0.3, DRAWS) / SIMULATED
    found = reported(luck, n=100_000)
    assert found.std() < 0.03  # of 0.059 that were simulated; what is left is the error of the estimate
    assert found.mean() == pytest.approx(0.3, abs=0.005)


def test_the_discrepancy_lies_on_the_log_odds() -> None:
    known = np.full(DRAWS, 0.3)
    for spread in (0.2, 0.5):
        found = logit(reported(known, n=1_000_000, members=ensemble(exact(response=spread))))
        assert close(found.mean(), logit(0.3), spread / np.sqrt(DRAWS))
        assert found.std() == pytest.approx(spread, rel=0.03)


def test_each_draw_has_the_discrepancy_of_its_own_member() -> None:
    which = np.arange(DRAWS) % 2
    members = ensemble(exact(response=0.0), exact(response=0.6))
    found = logit(reported(np.full(DRAWS, 0.3), n=1_000_000, members=members, which=which))
    assert found[which == 0].std() < 0.01
    assert found[which == 1].std() == pytest.approx(0.6, rel=0.05)


def test_a_class_has_the_offset_that_was_found_for_it() -> None:
    member = {**exact(), f"trial.response.{CLASS}": 0.5}
    found = logit(reported(np.full(DRAWS, 0.3), n=1_000_000, members=ensemble(member)))
    np.testing.assert_allclose(found, logit(0.3) + 0.5, atol=0.02)


def test_a_class_that_was_not_seen_is_predicted_more_widely() -> None:
    known = np.full(DRAWS, 0.3)
    found = logit(reported(known, n=1_000_000, of=UNSEEN))
    assert close(found.mean(), logit(0.3), UNSEEN_OFFSET / np.sqrt(DRAWS))
    assert found.std() == pytest.approx(UNSEEN_OFFSET, rel=0.03)
    # the spread of the log-odds times 0.3 * 0.7, beside what trials and patients vary by
    wider = np.sqrt(1.0 + (0.21 * UNSEEN_OFFSET) ** 2 / RESPONDED.var())
    ratio = reported(RESPONDED, of=UNSEEN).std() / reported(RESPONDED, of=CLASS).std()
    assert ratio == pytest.approx(wider, rel=0.04)


def test_a_class_that_was_not_seen_is_as_far_off_as_the_ensemble_says_that_classes_are() -> None:
    which = np.arange(DRAWS) % 2
    members = ensemble({**exact(), "trial.response_spread": 0.1}, {**exact(), "trial.response_spread": 0.6})
    found = logit(reported(np.full(DRAWS, 0.3), n=1_000_000, members=members, of=UNSEEN, which=which))
    assert found[which == 0].std() == pytest.approx(0.1, rel=0.05)
    assert found[which == 1].std() == pytest.approx(0.6, rel=0.05)
    own = logit(reported(np.full(DRAWS, 0.3), n=1_000_000, members=members, of=CLASS, which=which))
    assert own.std() < 0.01  # a class that was seen has its own offset


@pytest.mark.parametrize("metric", ["sd_rate", "pd_rate", "pfs_rate_8w", "os_rate_12m", "grade34_rate"])
def test_only_responses_have_an_offset_of_their_class(metric: str) -> None:
    np.testing.assert_array_equal(
        reported(RESPONDED, metric, of=UNSEEN), reported(RESPONDED, metric, of=CLASS)
    )


@pytest.mark.parametrize("metric", ["orr", "rfs_rate_60m", "os_rate_12m"])
def test_trials_in_a_disease_that_was_not_calibrated_differ_more(metric: str) -> None:
    found = logit(reported(np.full(DRAWS, 0.4), metric, n=1_000_000, disease="resected_melanoma"))
    assert found.std() == pytest.approx(OTHER_POPULATION, rel=0.03)
    assert close(found.mean(), logit(0.4), OTHER_POPULATION / np.sqrt(DRAWS))
    own = logit(reported(np.full(DRAWS, 0.4), metric, n=1_000_000))
    assert own.std() < 0.01


@pytest.mark.parametrize("metric", ["pd_rate", "pfs_rate_8w", "os_rate_12m", "grade34_rate"])
def test_an_ensemble_that_knows_no_discrepancy_has_the_usual_one(metric: str) -> None:
    bare = ensemble({"recall_rate": 1.0})
    found = logit(reported(np.full(DRAWS, 0.3), metric, n=1_000_000, members=bare))
    assert found.std() == pytest.approx(UNKNOWN_DISCREPANCY, rel=0.03)


def test_the_variances_of_two_discrepancies_add_up_in_complete_responses() -> None:
    known, members = np.full(DRAWS, 0.3), ensemble(exact(response=0.3, completeness=0.4))
    found = logit(reported(known, "cr_rate", n=1_000_000, members=members))
    assert close(found.mean(), logit(0.3), 0.5 / np.sqrt(DRAWS))
    assert found.std() == pytest.approx(np.hypot(0.3, 0.4), rel=0.03)
    for metric in ("orr", "pr_rate"):
        alone = logit(reported(known, metric, n=1_000_000, members=members))
        assert alone.std() == pytest.approx(0.3, rel=0.03)


def test_complete_responses_have_the_offset_of_their_class() -> None:
    member = {**exact(), f"trial.response.{CLASS}": 0.5}
    found = logit(reported(np.full(DRAWS, 0.3), "cr_rate", n=1_000_000, members=ensemble(member)))
    np.testing.assert_allclose(found, logit(0.3) + 0.5, atol=0.02)


def test_however_many_are_followed_survival_is_predicted_no_closer_than_its_discrepancy() -> None:
    members = ensemble(exact(survival=0.2))
    known = np.full(DRAWS, 0.3)
    for n in (1000, 1_000_000):
        found = logit(reported(known, "os_rate_12m", n=n, members=members))
        # of log-odds of a rate of 0.3 the variance of counting is 1 / (0.3 * 0.7 n)
        assert found.std() == pytest.approx(np.sqrt(0.2**2 + 1.0 / (0.21 * n)), rel=0.03)
    medians = np.log(reported(np.full(DRAWS, 10.0), "os_median_months", members=members))
    assert medians.std() == pytest.approx(0.2 / (2.0 * np.log(2.0)), rel=0.03)


def test_rates_of_none_or_all_stay_fractions() -> None:
    for value in (0.0, 1.0):
        found = reported(np.full(200, value), members=ensemble(exact(response=1.0)))
        assert np.all((found >= 0.0) & (found <= 1.0))
        assert found.mean() == pytest.approx(value, abs=0.05)


# -- times ----------------------------------------------------------------------------------------------


def test_without_discrepancy_medians_of_the_simulated_size_stay_as_they_are() -> None:
    np.testing.assert_allclose(reported(TIMES, "os_median_months"), TIMES, rtol=1e-12)


@pytest.mark.parametrize("n", [10, 30, 240, 100_000])
def test_medians_have_the_luck_of_as_many_patients_as_reported(n: int) -> None:
    found = np.log(reported(TIMES, "os_median_months", n=n))
    assert close(found.mean(), np.log(10.0), 2.0 * found.std() / np.sqrt(DRAWS))
    assert found.var() == pytest.approx(0.09 + MEDIAN_ERROR**2 / n, rel=0.06)


@pytest.mark.parametrize("n", [30, 100_000])
def test_the_luck_that_was_seen_between_halves_takes_the_place_of_that_of_exponential_times(n: int) -> None:
    seen = 0.5 * MEDIAN_ERROR**2 / SIMULATED  # half of the variance
    draws = Draws(TIMES, np.zeros(DRAWS, dtype=int), SIMULATED, seen)
    found = np.log(
        reported_draws(draws, ensemble(exact()), "os_median_months", CLASS, "melanoma", n, "key", 0)
    )
    # The rest of what patients of exponential times give counts as a difference between trials.
    assert found.var() == pytest.approx(0.09 + seen + seen * SIMULATED / n, rel=0.06)


def test_medians_that_were_not_reached_count_as_late() -> None:
    values = np.where(np.quantile(TIMES, 0.85) < TIMES, np.nan, TIMES)  # follow-up ends before the longest
    found = reported(values, "os_median_months", n=100_000)
    np.testing.assert_array_equal(np.isnan(found), np.isnan(values))
    spread = np.subtract(*np.quantile(np.log(np.where(np.isnan(found), np.inf, found)), [0.75, 0.25]))
    assert spread / 1.349 == pytest.approx(0.3, rel=0.05)


def test_a_spread_that_is_all_luck_leaves_that_of_those_reported() -> None:
    luck = np.exp(np.log(10.0) + 0.1 * RANDOM.standard_normal(DRAWS))  # less than 60 exponential times give
    found = np.log(reported(luck, "os_median_months", n=240))
    assert found.std() == pytest.approx(min(MEDIAN_ERROR / np.sqrt(240), 0.1), rel=0.06)


def test_the_discrepancy_of_a_median_is_that_of_the_log_odds_at_it() -> None:
    # Of exponential times the log-odds of being free at the median fall by 2 ln 2 per unit of log time.
    known = np.full(DRAWS, 10.0)
    found = np.log(reported(known, "pfs_median_months", members=ensemble(exact(progression=0.5))))
    assert close(found.mean(), np.log(10.0), found.std() / np.sqrt(DRAWS))
    assert found.std() == pytest.approx(0.5 / (2.0 * np.log(2.0)), rel=0.03)


def test_more_free_of_progression_means_a_longer_median_and_a_higher_rate() -> None:
    members = ensemble(exact(progression=0.5))
    longer = reported(np.full(DRAWS, 10.0), "pfs_median_months", members=members) > 10.0
    higher = reported(np.full(DRAWS, 0.3), "pfs_rate_26w", n=1_000_000, members=members) > 0.3
    assert np.mean(longer == higher) > 0.99  # the same luck, under the same key


# -- all ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("metric", ["orr", "os_rate_12m", "os_median_months", "doses_given_mean"])
@pytest.mark.parametrize("n", [10, 60, 240])
def test_what_has_no_value_keeps_none(metric: str, n: int) -> None:
    values = np.array([0.2, np.nan, 0.4, np.nan, 0.3])
    np.testing.assert_array_equal(np.isnan(reported(values, metric, n=n)), np.isnan(values))
    nothing = np.full(3, np.nan)
    assert np.isnan(reported(nothing, metric, n=n)).all()


@pytest.mark.parametrize("metric", ["doses_given_mean", "doses_given_median"])
def test_doses_are_left_as_they_were_simulated(metric: str) -> None:
    np.testing.assert_array_equal(reported(TIMES, metric, n=5, of=UNSEEN), TIMES)


def test_luck_follows_the_key_and_the_seed() -> None:
    np.testing.assert_array_equal(reported(RESPONDED), reported(RESPONDED))
    assert np.any(reported(RESPONDED, key="another") != reported(RESPONDED))
    assert np.any(reported(RESPONDED, seed=1) != reported(RESPONDED))


@pytest.mark.parametrize(
    ("metrics", "groups"),
    [
        (("orr", "pr_rate"), ("response",)),
        (("cr_rate",), ("response", "completeness")),
        (("sd_rate", "pd_rate"), ("control",)),
        (("pfs_rate_8w", "ttp_rate_26w", "rfs_rate_12m"), ("progression",)),
        (
            ("pfs_median_months", "ttp_median_months", "rfs_median_months", "dor_median_months"),
            ("progression",),
        ),
        (("os_rate_12m", "os_median_months"), ("survival",)),
        (("grade34_rate", "toxic_death_rate"), ("toxicity",)),
    ],
)
def test_every_number_has_the_discrepancies_of_its_kind(
    metrics: tuple[str, ...], groups: tuple[str, ...]
) -> None:
    assert {groups_of(metric) for metric in metrics} == {groups}


# -- weights --------------------------------------------------------------------------------------------

LOW_OR_HIGH = (RATES > 0.3).astype(int)  # the member that made each draw
WEIGHTED = ParameterEnsemble(
    ensemble(exact(), exact()).names, ensemble(exact(), exact()).values, np.array([0.9, 0.1])
)
SHARE_OF_DRAW = WEIGHTED.weights[LOW_OR_HIGH] / np.bincount(LOW_OR_HIGH)[LOW_OR_HIGH]


def test_luck_is_taken_out_around_the_mean_of_the_weighted_members() -> None:
    found = reported(RESPONDED, n=1_000_000, members=WEIGHTED, which=LOW_OR_HIGH)
    mean = np.sum(SHARE_OF_DRAW * RESPONDED)
    assert np.sum(SHARE_OF_DRAW * found) == pytest.approx(mean, abs=0.002)
    assert (
        abs(mean - RESPONDED.mean()) > 0.05
    )  # around the mean of all draws it would move by a fifth of this


def test_luck_of_medians_is_taken_out_around_the_median_of_the_weighted_members() -> None:
    which = (np.log(10.0) < LOG_TIMES).astype(int)
    share = WEIGHTED.weights[which] / np.bincount(which)[which]
    found = reported(TIMES, "os_median_months", n=1_000_000, members=WEIGHTED, which=which)
    before, after = (weighted_quantile(values, share, 0.5) for values in (TIMES, found))
    assert after == pytest.approx(before, rel=1e-9)
    assert before < 0.95 * np.median(TIMES)


def test_quantiles_count_weights() -> None:
    values, weights = np.array([3.0, 1.0, 2.0, np.inf]), np.array([0.1, 0.2, 0.4, 0.3])
    found = [weighted_quantile(values, weights, share) for share in (0.1, 0.2, 0.5, 0.65, 0.9)]
    assert found == [1.0, 1.0, 2.0, 3.0, np.inf]
