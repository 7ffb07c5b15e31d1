"""The race: who rests, who never does, the front, and the rates behind them."""

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from trialkine.optimisation.infeasible import infeasible_words
from trialkine.optimisation.judgement import best_shares, merits, next_best
from trialkine.optimisation.member_model import member_model, paired_means, rates_of
from trialkine.optimisation.pareto import on_front
from trialkine.optimisation.race import ERROR, Limits, is_clearly_positive, standing
from trialkine.optimisation.shared_spread import alike_matrices, shared_spread
from trialkine.trial.measure_words import parse_rate_limit

NO_MORE = Limits(np.array([1.0]), np.array([0.5]))
ROUNDS, MEMBERS, PATIENTS = 4, 32, 20


def bernoulli_race(random, chances, spread=0.05):
    """Rates of some candidates, whose patients and members have the same luck in each.

    Shape: returns (candidate, member).
    """
    luck = random.random((1, MEMBERS, PATIENTS))
    moved = spread * random.standard_normal((1, MEMBERS, 1)) + spread * random.standard_normal(
        (len(chances), MEMBERS, 1)
    )
    return (luck < np.array(chances)[:, None, None] + moved).mean(axis=2)


def run_race(rates, harm):
    """Who ever rested, and who was racing at the end; as the search does, a round at a time."""
    racing, has_rested = np.ones(len(rates), dtype=bool), np.zeros(len(rates), dtype=bool)
    seen = np.full(rates.shape, np.nan)
    size = MEMBERS // ROUNDS
    for number in range(1, ROUNDS + 1):
        seen[racing, : number * size] = rates[racing, : number * size]
        now = seen[:, : number * size]
        limited = np.where(np.isfinite(now), harm[:, None], np.nan)[:, None, :]
        found = standing(now, limited, NO_MORE, harm <= 0.5, ROUNDS)
        racing = found.is_racing
        has_rested |= ~racing
    return has_rested, racing


def test_the_best_of_bernoulli_arms_rests_in_far_fewer_races_than_one_in_twenty():
    random = np.random.default_rng(1)
    chances = [0.45, 0.45, 0.45, 0.40, 0.40, 0.35, 0.35, 0.30]  # three are best, and each must go on
    harm = np.zeros(len(chances))
    races, lost = 300, 0
    for _ in range(races):
        has_rested, _ = run_race(bernoulli_race(random, chances), harm)
        lost += has_rested[:3].any()
    # 95 % limit of a binomial with the level of the race: 15 expected of 300, sd 3.8.
    assert lost <= ERROR * races + 2 * np.sqrt(races * ERROR * (1 - ERROR))
    assert lost < races * ERROR  # the test is conservative, as Bonferroni is


def test_candidates_that_are_much_worse_do_rest():
    random = np.random.default_rng(2)
    rested = np.array([run_race(bernoulli_race(random, [0.5, 0.2, 0.1]), np.zeros(3))[0] for _ in range(40)])
    assert rested[:, 1:].mean() > 0.95
    assert not rested[:, 0].any()


def test_a_candidate_beyond_a_limit_rests_and_never_leads_however_good_it_is():
    rates = np.array([[0.9] * 16, [0.4] * 16, [0.3] * 16]) + 0.001 * np.arange(16)
    limited = np.array([[0.6] * 16, [0.2] * 16, [0.2] * 16])[:, None, :] + 0.001 * np.arange(16)
    found = standing(rates, limited, NO_MORE, np.array([False, True, True]), 1)
    assert found.leader == 1
    assert found.is_beyond.tolist() == [True, False, False]
    assert found.is_worse.tolist() == [False, False, True]
    assert found.is_racing.tolist() == [False, True, False]


def test_nobody_leads_where_nobody_keeps_the_limits_and_nobody_rests_for_being_worse():
    rates, limited = np.ones((2, 16)) * [[0.9], [0.1]], np.full((2, 1, 16), 0.4)
    found = standing(rates, limited, NO_MORE, np.zeros(2, dtype=bool), 1)
    assert found.leader is None
    assert found.is_racing.all()


def test_a_limit_from_below_turns_the_sign():
    limits = Limits(np.array([1.0, -1.0]), np.array([0.4, 0.2]))
    assert limits.are_kept(np.array([[0.4, 0.2], [0.41, 0.3], [0.1, 0.19]])).tolist() == [True, False, False]


def test_clearly_is_a_one_sided_t_test_whose_level_is_shared():
    differences = np.random.default_rng(3).normal(0.4, 1.0, 30)
    p_value = ttest_1samp(differences, 0.0, alternative="greater").pvalue
    most = int(ERROR / p_value)
    assert most >= 1
    assert is_clearly_positive(differences, most)
    assert not is_clearly_positive(differences, most + 1)
    assert is_clearly_positive(np.append(differences, np.nan), most)
    assert not is_clearly_positive(-differences, 1)


def test_few_members_settle_nothing():
    assert not is_clearly_positive(np.ones(7), 1)
    assert is_clearly_positive(np.ones(8), 1)
    assert not is_clearly_positive(np.zeros(8), 1)


@pytest.mark.parametrize("merits_count", [1, 2, 3])
def test_the_front_is_that_of_brute_force(merits_count):
    random = np.random.default_rng(merits_count)
    for _ in range(20):
        values = random.integers(0, 4, (9, merits_count)).astype(float)  # ties are common
        expected = [
            not any(
                all(o >= m for o, m in zip(other, mine, strict=True))
                and any(o > m for o, m in zip(other, mine, strict=True))
                for other in values
            )
            for mine in values
        ]
        assert on_front(values).tolist() == expected


def test_the_front_of_many_draws_is_that_of_each():
    values = np.random.default_rng(5).normal(size=(6, 7, 2))
    assert (on_front(values) == np.stack([on_front(one) for one in values])).all()


def test_merits_turn_harms_round_and_leave_benefits():
    limits = Limits(np.array([1.0, -1.0]), np.array([0.4, 0.2]))
    assert merits(np.array([[0.5, 0.3, 0.7]]), limits).tolist() == [[0.5, -0.3, 0.7]]


def test_the_best_is_counted_among_those_that_keep_the_limits():
    objective = np.array([[0.3, 0.2, 0.1], [0.3, 0.2, 0.1], [0.1, 0.2, 0.3], [0.9, 0.9, 0.9]])
    kept = np.array([[True] * 3, [False, True, True], [True] * 3, [False] * 3])
    shares, none = best_shares(objective, kept)
    assert shares.tolist() == [0.25, 0.25, 0.25]
    assert none == 0.25


def test_candidates_that_are_the_best_together_share_the_draw():
    objective = np.array([[0.3, 0.3, 0.1], [0.0, 0.0, 0.0], [0.2, 0.2, 0.3], [0.3, 0.3, 0.1]])
    kept = np.array([[True] * 3, [True] * 3, [True] * 3, [True, False, True]])
    shares, none = best_shares(objective, kept)
    assert shares == pytest.approx(np.array([0.5 + 1 / 3 + 1, 0.5 + 1 / 3, 1 / 3 + 1]) / 4)
    assert none == 0.0


def test_the_next_best_keeps_the_limits_where_any_other_does():
    objective = np.array([0.4, 0.5, 0.3])
    first = np.array([True, False, False])
    assert next_best(objective, np.array([True, False, True]), first) == 2
    assert next_best(objective, np.array([True, False, False]), first) == 1
    assert next_best(objective[:1], np.array([True]), first[:1]) is None


def test_the_next_best_is_not_one_that_did_the_same():
    same = np.array([True, False, True])
    assert next_best(np.array([0.4, 0.2, 0.4]), np.ones(3, dtype=bool), same) == 1


def test_a_resting_candidate_keeps_its_distance_from_those_that_went_on():
    rates = np.array([[0.2, 0.4, 0.6, 0.8], [0.4, 0.6, 0.8, 1.0], [0.1, 0.3, np.nan, np.nan]])
    # 0.3 is how far the third lay below the mean of the others under the members it was simulated with;
    # they have 0.2 more under all members than under those.
    assert paired_means(rates) == pytest.approx([0.5, 0.7, 0.6 - 0.2], rel=1e-12)


def known_outcomes(random, spread, members=400, patients=25):
    """Outcomes under rates that are normal with a known spread, and the rates.

    Shapes: (rate, member, patient), (rate, member).
    """
    root = np.linalg.cholesky(spread)
    rates = np.array([[0.4], [0.5]]) + root @ random.standard_normal((2, members))
    luck = random.random((1, members, patients))
    return (luck < rates[:, :, None]).astype(float), rates


def fitted(outcomes):
    """The model of candidates that share nothing but what moves all.

    Shape: outcomes (candidate, member, patient).
    """
    return member_model(outcomes[:, None], alike_matrices([], len(outcomes)))


def test_candidates_move_together_by_label_and_no_part_is_there_twice():
    parts = alike_matrices([["a", "a", "b"], ["x", "y", "z"], [1, 1, 1]], 3)
    assert parts.tolist() == [np.ones((3, 3)).tolist(), [[1, 1, 0], [1, 1, 0], [0, 0, 1]], np.eye(3).tolist()]


def test_a_spread_that_is_made_of_the_parts_is_found_again():
    alike = alike_matrices([[0, 0, 1, 1, 2, 2], [0, 1, 0, 1, 0, 1]], 6)
    roots = np.random.default_rng(10).normal(size=(len(alike), 2, 2))
    spread = sum(np.einsum("cd,ab->cadb", part, r @ r.T) for part, r in zip(alike, roots, strict=True))
    pairs = np.full(spread.shape, 20.0)
    np.testing.assert_allclose(shared_spread(spread, pairs, alike), spread, atol=1e-10)
    # Of what luck makes negative, nothing is left over.
    np.testing.assert_allclose(shared_spread(-spread, pairs, alike), 0.0, atol=1e-10)


def test_many_candidates_that_differ_alike_under_every_member_do_not_seem_to_differ_by_member():
    random = np.random.default_rng(11)
    candidates, members, patients = 30, 60, 40
    moved = 0.05 * random.standard_normal((1, members, 1))
    own, same = random.random((candidates, members, patients)), random.random((1, members, patients))
    luck = np.where(random.random(own.shape) < 0.2, own, same)
    outcomes = (luck < np.linspace(0.3, 0.4, candidates)[:, None, None] + moved).astype(float)
    levels = [np.arange(candidates) // 10, np.arange(candidates) % 10]
    found = member_model(outcomes[:, None], alike_matrices(levels, candidates))
    draws = found.draws(50, seed=0)
    assert (draws[..., 0] - draws[..., -1]).std() < 0.015  # luck alone makes 0.08
    assert draws[..., 0].std() == pytest.approx(0.05, abs=0.015)


def test_the_spread_between_members_is_found_behind_the_luck_of_few_patients():
    spread = np.array([[0.010, 0.004], [0.004, 0.010]])
    outcomes, _ = known_outcomes(np.random.default_rng(6), spread, members=2000)
    found = fitted(outcomes)
    # 2,000 members: the error of a variance of about 0.02 is 0.02 * sqrt(2 / 2000) = 0.0006.
    assert found.spread == pytest.approx(spread, abs=0.002)
    plain = np.cov(rates_of(outcomes))
    assert plain[0, 0] > 1.8 * spread[0, 0]  # what luck would add


def test_draws_hold_the_true_rates_as_often_as_they_should():
    outcomes, rates = known_outcomes(np.random.default_rng(7), np.array([[0.010, 0.004], [0.004, 0.010]]))
    draws = fitted(outcomes).draws(200, seed=0)
    low, high = np.percentile(draws, (5, 95), axis=1)
    inside = ((low < rates.T) & (high > rates.T)).mean()
    assert 0.86 < inside < 0.94  # 800 rates: 90 % +/- 4 standard errors of 1 %


def test_how_often_a_candidate_is_best_is_the_share_of_members_under_which_it_is():
    spread = np.array([[0.010, 0.004], [0.004, 0.010]])
    outcomes, rates = known_outcomes(np.random.default_rng(8), spread, members=1000)
    draws = fitted(outcomes).draws(50, seed=0).reshape(-1, 2)
    shares, _ = best_shares(draws, np.ones(draws.shape, dtype=bool))
    assert shares[0] == pytest.approx((rates[0] > rates[1]).mean(), abs=0.05)


def test_a_resting_candidate_follows_the_others_under_members_it_missed():
    random = np.random.default_rng(9)
    moved = 0.15 * random.standard_normal(200)
    luck = random.random((1, 200, 400))
    outcomes = (luck < np.array([0.5, 0.4])[:, None, None] + moved[None, :, None]).astype(float)
    outcomes[1, 100:] = np.nan
    draws = fitted(outcomes).draws(100, seed=0)[100:].mean(axis=1)
    assert np.corrcoef(draws[:, 1], moved[100:])[0, 1] > 0.95
    assert np.abs(draws[:, 1] - (0.4 + moved[100:])).mean() < 0.04


def test_what_was_never_seen_is_not_taken_as_impossible():
    found = fitted(np.zeros((1, 10, 10)))
    draws = found.draws(500, seed=0)
    # Of 100 patients none had it: the upper 95 % limit of the rate is about 3 in 100.
    assert 0.003 < np.percentile(draws, 97.5) < 0.06


LIMITS = (
    parse_rate_limit("treatment death at most 2 %"),
    parse_rate_limit("grade 4 hypotension at most 40 %"),
)
BOTH = Limits(np.array([1.0, 1.0]), np.array([0.02, 0.4]))


def said(means, kept_shares=(0.1, 0.2), certainty=None):
    each = np.array([[0.9, 0.6], [0.7, 1.0]])
    return infeasible_words(["A", "B"], LIMITS, BOTH, np.array(means), np.array(kept_shares), each, certainty)


def test_the_limit_that_no_candidate_keeps_is_named_with_how_near_one_comes():
    assert said([[0.05, 0.1], [0.03, 0.2]]) == (
        "No candidate keeps 'treatment death at most 2 %': the lowest is 3 % ('B'). Loosen it, or add milder "
        "candidates."
    )


def test_limits_that_are_kept_by_different_candidates_are_named_together():
    found = said([[0.01, 0.5], [0.03, 0.2]])
    assert "none keeps all limits together: 'treatment death at most 2 %' by 1" in found
    assert "'grade 4 hypotension at most 40 %' by 1" in found


def test_a_certainty_that_is_not_reached_is_named():
    found = said([[0.01, 0.39], [0.015, 0.1]], (0.55, 0.7), 0.9)
    assert "under 90 % of the ensemble's members" in found
    assert "70 % ('B'). The limit that binds is 'treatment death at most 2 %'" in found
