"""The likelihood of reported numbers, against other programs and against the integral it stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit, logit
from scipy.stats import betabinom, binom, norm

from trialkine.calibration.emulator import EmulatorError, Quadratic
from trialkine.calibration.likelihood import (
    Evidence,
    Likelihood,
    _half_score,
)
from trialkine.calibration.quantities import Quantity
from trialkine.calibration.targets import Group, Sense, Target
from trialkine.calibration.unknowns import DISCREPANCY_GROUPS, unknowns_of

QUANTITIES = (
    Quantity("recall_rate", 2.0, "log", 0.5),
    Quantity("melanoma:disease_death_rate", 0.0025, "log", 0.4, "melanoma"),
    Quantity("renal_cell:disease_death_rate", 0.0014, "log", 0.5, "renal_cell"),
)
DISEASES, CLASSES = ("melanoma", "renal_cell"), ("temozolomide", "untreated")
UNKNOWNS = unknowns_of(QUANTITIES, DISEASES, CLASSES)
HAZARD_PLACE, HAZARD_SD = {"melanoma": 1, "renal_cell": 2}, {"melanoma": 0.4, "renal_cell": 0.5}
MIX_PLACE = 3


def quadratic(seed: int, constant: float) -> Quadratic:
    """Any quadratic in the three quantities and the case mix."""
    random = np.random.default_rng(seed)
    square = random.normal(0.0, 0.05, (4, 4))
    return Quadratic(constant, random.normal(0.0, 0.3, 4), square + square.T)


def target(group: Group, count: float, of: int, sense: Sense = "count", trial: str = "first") -> Target:
    return Target(trial, trial, "A", None, "metric", group, "responds", 0.0, count, of, sense)


TARGETS = (
    target("response", 5.0, 30),
    target("survival", 15.0, 30, "more than half"),
    target("control", 12.0, 25, trial="second"),
    target("completeness", 1.0, 4, trial="second"),
    target("progression", 9.5, 19, "less than half", trial="second"),
    target("response", 4.0, 25, trial="second"),
)
EVIDENCE = Evidence(
    targets=TARGETS,
    quadratics=tuple(quadratic(place, -1.0 + 0.4 * place) for place in range(len(TARGETS))),
    trial_of=np.array([0, 0, 1, 1, 1, 1]),
    classes=("temozolomide", "temozolomide", "untreated", "untreated", "untreated", "untreated"),
    trials=("first", "second"),
    families=("one family", "another"),
    diseases=("melanoma", "renal_cell"),
    facts=({"high_dose": 1.0, "decades": 1.5}, {"pretreated": 1.0, "one_centre": -1.0, "decades": -0.5}),
)
LIKELIHOOD = Likelihood(EVIDENCE, UNKNOWNS)
DRAWS = 0.5 * np.random.default_rng(3).standard_normal((4, len(UNKNOWNS)))
NUMBERS = UNKNOWNS.ensemble(DRAWS).values


def moved(name: str, by: float = 1.0) -> np.ndarray:
    """The draws with the score of one unknown moved."""
    scores = DRAWS.copy()
    scores[:, UNKNOWNS.names.index(name)] += by
    return scores


def number(name: str, draw: int) -> float:
    """The number that an unknown has in a draw."""
    return float(NUMBERS[draw, UNKNOWNS.names.index(name)])


def luck_at(draw: int, trial: int, mix_luck: float, hazard_luck: float) -> tuple[float, float]:
    """Score of the case mix and shift of the log hazard, written out."""
    disease, facts = EVIDENCE.diseases[trial], EVIDENCE.facts[trial]
    names = ("high_dose", "one_centre", "pretreated", "untreated")
    log_odds = number(f"{disease}:trial.case_mix.intercept", draw)
    log_odds += sum(number(f"trial.case_mix.{name}", draw) * facts.get(name, 0.0) for name in names)
    log_odds += number("trial.case_mix.sd", draw) * mix_luck
    hazard = number(f"{disease}:trial.hazard.decades", draw) * facts["decades"]
    hazard += number("trial.hazard.sd", draw) * hazard_luck
    return (log_odds + 0.9) / 1.3, hazard


def log_odds_at(draw: int, place: int, mix_luck: float, hazard_luck: float) -> float:
    """Log-odds of a target, by its quadratic at the scores that the luck has moved."""
    trial = int(EVIDENCE.trial_of[place])
    disease = EVIDENCE.diseases[trial]
    mix, hazard = luck_at(draw, trial, mix_luck, hazard_luck)
    scores = np.array([*DRAWS[draw, :3], mix])
    scores[HAZARD_PLACE[disease]] += hazard / HAZARD_SD[disease]
    return float(EVIDENCE.quadratics[place].log_odds(scores[None])[0])


def chance_at(draw: int, place: int, mix_luck: float, hazard_luck: float) -> float:
    """The probability of what was reported of a target, by other programs."""
    one, log_odds = TARGETS[place], log_odds_at(draw, place, mix_luck, hazard_luck)
    if one.group == "response":
        log_odds += number(f"trial.response.{EVIDENCE.classes[place]}", draw)
    share = expit(log_odds)
    spread = number(f"trial.discrepancy.{one.group}", draw)
    excess = share * (1.0 - share) * spread**2
    rho = excess / (1.0 + excess)
    if one.sense == "count":
        if rho == 0.0:
            return float(binom.pmf(one.count, one.of, share))
        return float(betabinom.pmf(one.count, one.of, share * (1 / rho - 1), (1 - share) * (1 / rho - 1)))
    sd = np.sqrt(share * (1.0 - share) * (1.0 + (one.of - 1.0) * rho) / one.of)
    above = norm.cdf((share - 0.5) / sd)
    return float(above if one.sense == "more than half" else 1.0 - above)


# -- half of the patients ---------------------------------------------------------------------------------


def test_more_than_half_is_judged_by_the_standard_error_of_the_share() -> None:
    share = np.array([0.6])
    assert _half_score(24.0, share, np.array([0.0]))[0] == pytest.approx(0.1 / 0.1, rel=1e-12)
    wider = _half_score(24.0, share, np.array([0.5]))[0]
    excess = 0.24 * 0.5**2
    assert wider == pytest.approx(1.0 / np.sqrt(1.0 + 23.0 * excess / (1.0 + excess)), rel=1e-12)


def at_two_times(early: Sense, late: Sense, patients: int, shares: tuple[float, float]) -> float:
    """The log-likelihood of more or fewer than half of some patients at two times, without discrepancy.

    `shares` are those left at the first time, and of those at the second.
    """
    targets = (
        replace(target("survival", 0.0, patients, early), day=100.0),
        replace(target("survival", 0.0, patients, late), day=200.0, after=100.0),
    )
    own = Likelihood(
        replace(
            EVIDENCE, targets=targets, quadratics=EVIDENCE.quadratics[:2], trial_of=np.array([0, 0]),
            classes=("untreated", "untreated"),
        ),
        UNKNOWNS,
    )  # fmt: skip
    scores = np.zeros((1, len(UNKNOWNS)))
    scores[0, UNKNOWNS.names.index("trial.discrepancy.survival")] = -20.0
    return float(own._terms(logit(np.array(shares))[None, :, None], scores)[0, :, 0].sum())


def test_a_median_between_two_times_is_as_likely_as_among_as_many_patients() -> None:
    patients, shares = 41, (0.6, 0.7)
    random = np.random.default_rng(1)
    early = random.binomial(patients, shares[0], 400_000)
    late = random.binomial(early, shares[1])
    half = patients / 2.0
    for senses, happened in (
        (("more than half", "less than half"), (early > half) & (late < half)),
        (("more than half", "more than half"), late > half),
        (("less than half", "less than half"), early < half),
    ):
        found = np.exp(at_two_times(*senses, patients, shares))
        assert found == pytest.approx(happened.mean(), abs=0.006), senses  # the normal approximation's error


@pytest.mark.parametrize(("patients", "shares"), [(200, (0.98, 0.92)), (2100, (0.98, 0.95))])
def test_a_median_that_comes_far_too_late_costs_all_that_it_should(
    patients: int, shares: tuple[float, float]
) -> None:
    whole = shares[0] * shares[1]
    z = (whole - 0.5) / np.sqrt(whole * (1.0 - whole) / patients)
    found = at_two_times("more than half", "less than half", patients, shares)
    assert z > 10.0
    assert found == pytest.approx(norm.logsf(z), rel=1e-7)  # that of the earlier time is smaller by far


@pytest.mark.parametrize(("group", "place"), [("response", 0), ("completeness", 3), ("progression", 4)])
def test_the_error_of_the_emulator_counts_as_discrepancy(group: str, place: int) -> None:
    own = replace(EVIDENCE, errors=(EmulatorError(group, 2, 0.03, 0.01, 0.4),))
    found = Likelihood(own, UNKNOWNS)._terms(LIKELIHOOD._log_odds(DRAWS), DRAWS)
    discrepancy = UNKNOWNS.names.index(f"trial.discrepancy.{group}")
    scores = DRAWS.copy()
    both = np.hypot(NUMBERS[:, discrepancy], 0.4)
    scores[:, discrepancy] = (np.log(both) - np.log(DISCREPANCY_GROUPS[group])) / 0.5
    np.testing.assert_allclose(found, LIKELIHOOD._terms(LIKELIHOOD._log_odds(DRAWS), scores), rtol=1e-9)
    assert np.all(found[:, place] != LIKELIHOOD._terms(LIKELIHOOD._log_odds(DRAWS), DRAWS)[:, place])


def test_more_than_half_at_three_times_is_as_likely_as_at_the_last() -> None:
    targets = tuple(
        replace(target("survival", 0.0, 60, "more than half"), day=day, after=after)
        for day, after in ((100.0, 0.0), (200.0, 100.0), (300.0, 200.0))
    )
    own = Likelihood(
        replace(
            EVIDENCE, targets=targets, quadratics=EVIDENCE.quadratics[:3], trial_of=np.array([0, 0, 0]),
            classes=("untreated",) * 3,
        ),
        UNKNOWNS,
    )  # fmt: skip
    scores = np.zeros((1, len(UNKNOWNS)))
    scores[0, UNKNOWNS.names.index("trial.discrepancy.survival")] = -20.0
    found = own._terms(logit(np.array([0.9, 0.8, 0.7]))[None, :, None], scores)[0, :, 0]
    whole = 0.9 * 0.8 * 0.7
    wanted = norm.logcdf((whole - 0.5) / np.sqrt(whole * (1.0 - whole) / 60.0))
    assert found.sum() == pytest.approx(wanted, rel=1e-6)


def test_the_same_trials_may_report_other_counts_and_fewer() -> None:
    other = (replace(EVIDENCE.targets[2], count=3.0),)
    found = replace(EVIDENCE, targets=(*EVIDENCE.targets[:2], named(2), *EVIDENCE.targets[3:])).reporting(
        (replace(named(2), count=3.0),)
    )
    assert found.targets[0].count == other[0].count
    assert found.quadratics == (EVIDENCE.quadratics[2],)
    assert (found.trial_of.tolist(), found.classes) == ([1], ("untreated",))


def named(place: int) -> Target:
    """A target whose key is like that of no other."""
    return replace(TARGETS[place], event="progresses")


# -- luck and log-odds ----------------------------------------------------------------------------------


def test_the_nodes_integrate_a_standard_normal_in_both_directions() -> None:
    weights = np.exp(LIKELIHOOD.log_weight)
    assert weights.sum() == pytest.approx(1.0, rel=1e-12)
    for luck in (LIKELIHOOD.mix_luck, LIKELIHOOD.hazard_luck):
        moments = [float(weights @ luck**power) for power in range(5)]
        assert moments == pytest.approx([1.0, 0.0, 1.0, 0.0, 3.0], abs=1e-12)
    assert weights @ (LIKELIHOOD.mix_luck * LIKELIHOOD.hazard_luck) == pytest.approx(0.0, abs=1e-12)


def test_the_luck_of_a_trial_follows_from_its_facts() -> None:
    mix, hazard = LIKELIHOOD.luck(DRAWS)
    assert mix.shape == hazard.shape == (len(DRAWS), 2, len(LIKELIHOOD.log_weight))
    for draw in range(len(DRAWS)):
        for trial in range(2):
            for node, (one, other) in enumerate(
                zip(LIKELIHOOD.mix_luck, LIKELIHOOD.hazard_luck, strict=True)
            ):
                wanted = luck_at(draw, trial, one, other)
                assert mix[draw, trial, node] == pytest.approx(np.clip(wanted[0], -2.3, 2.3), rel=1e-12)
                assert hazard[draw, trial, node] == pytest.approx(wanted[1], rel=1e-12)


def test_log_odds_at_nodes_are_those_of_the_quadratic_at_shifted_scores() -> None:
    found = LIKELIHOOD._log_odds(DRAWS)
    assert found.shape == (len(DRAWS), len(TARGETS), len(LIKELIHOOD.log_weight))
    mix, _ = LIKELIHOOD.luck(DRAWS)
    inside = np.abs(mix) < 2.3
    assert inside.mean() > 0.9
    for draw in range(len(DRAWS)):
        for place in range(len(TARGETS)):
            for node in np.flatnonzero(inside[draw, EVIDENCE.trial_of[place]]):
                wanted = log_odds_at(draw, place, LIKELIHOOD.mix_luck[node], LIKELIHOOD.hazard_luck[node])
                assert found[draw, place, node] == pytest.approx(wanted, rel=1e-10, abs=1e-10)


def test_terms_at_nodes_are_those_of_other_programs() -> None:
    found = LIKELIHOOD._terms(LIKELIHOOD._log_odds(DRAWS), DRAWS)
    node = len(LIKELIHOOD.log_weight) // 2  # no luck in either direction
    for draw in range(len(DRAWS)):
        for place in range(len(TARGETS)):
            wanted = np.log(chance_at(draw, place, 0.0, 0.0))
            assert found[draw, place, node] == pytest.approx(wanted, rel=1e-8)


# -- who is concerned -----------------------------------------------------------------------------------


def changed_targets(name: str) -> list[int]:
    """The targets whose likelihood depends on an unknown."""
    terms = [LIKELIHOOD._terms(LIKELIHOOD._log_odds(scores), scores) for scores in (DRAWS, moved(name))]
    return np.flatnonzero(np.any(terms[0] != terms[1], axis=(0, 2))).tolist()


@pytest.mark.parametrize(
    ("name", "places"),
    [
        ("trial.discrepancy.response", [0, 5]),
        ("trial.discrepancy.control", [2]),
        ("trial.discrepancy.completeness", [3]),
        ("trial.discrepancy.progression", [4]),
        ("trial.discrepancy.survival", [1]),
        ("trial.response.temozolomide", [0]),
        ("trial.response_spread", [0, 5]),
        ("trial.response.untreated", [5]),
        ("trial.case_mix.high_dose", [0, 1]),
        ("trial.case_mix.pretreated", [2, 3, 4, 5]),
        ("trial.case_mix.untreated", []),
        ("melanoma:trial.case_mix.intercept", [0, 1]),
        ("renal_cell:trial.hazard.decades", [2, 3, 4, 5]),
        ("trial.hazard.sd", [0, 1, 2, 3, 4, 5]),
        ("recall_rate", [0, 1, 2, 3, 4, 5]),
    ],
)
def test_an_unknown_acts_on_the_targets_that_it_is_of(name: str, places: list[int]) -> None:
    assert changed_targets(name) == places


@pytest.mark.parametrize("of", [100, 10_000, 1_000_000])
def test_the_discrepancy_of_survival_bounds_what_a_count_says_however_many_are_followed(of: int) -> None:
    # Half are alive. A model whose log-odds are off by twice the discrepancy is two standard deviations off,
    # so it loses 2 of log-likelihood at most; without discrepancy it loses as much as patients are many.
    alive = replace(
        EVIDENCE, targets=(target("survival", of / 2.0, of),), quadratics=EVIDENCE.quadratics[:1],
        trial_of=np.array([0]), classes=("untreated",),
    )  # fmt: skip
    own = Likelihood(alive, UNKNOWNS)
    scores = np.zeros((1, len(UNKNOWNS)))
    off = 2.0 * DISCREPANCY_GROUPS["survival"]

    def loss() -> float:
        right, wrong = (float(own._terms(np.full((1, 1, 1), shift), scores)[0, 0, 0]) for shift in (0.0, off))
        return right - wrong

    with_it = loss()
    scores[0, UNKNOWNS.names.index("trial.discrepancy.survival")] = -20.0
    without = loss()
    sampling = 4.0 / of  # variance of the log-odds of half of so many patients
    variance = sampling + DISCREPANCY_GROUPS["survival"] ** 2
    # The log-likelihood is no exact parabola: at the wrong log-odds the variance is a few per cent smaller.
    assert with_it == pytest.approx(0.5 * off**2 / variance, rel=0.05)
    assert without == pytest.approx(0.5 * off**2 / sampling, rel=0.05)


def test_an_offset_of_a_class_shifts_the_log_odds_by_itself() -> None:
    log_odds = LIKELIHOOD._log_odds(DRAWS)
    shifted = LIKELIHOOD._terms(log_odds.copy(), moved("trial.response.temozolomide"))[:, 0]
    by_hand = log_odds.copy()
    spread = [number("trial.response_spread", draw) for draw in range(len(DRAWS))]
    by_hand[:, 0] += np.array(spread)[:, None]  # one standard deviation of its prior
    np.testing.assert_allclose(shifted, LIKELIHOOD._terms(by_hand, DRAWS)[:, 0], rtol=1e-12)


# -- trials ---------------------------------------------------------------------------------------------


def integral(draw: int, places: Sequence[int]) -> float:
    """The likelihood of a trial's targets, its luck integrated over by a sum over a dense grid.

    For a smooth function that falls off as fast as a normal density such a sum is exact to many digits.
    """
    step = 0.4
    grid = np.arange(-5.0, 5.0 + step / 2.0, step)
    total = 0.0
    for mix_luck in grid:
        for hazard_luck in grid:
            chance = np.prod([chance_at(draw, place, mix_luck, hazard_luck) for place in places])
            total += chance * norm.pdf(hazard_luck) * norm.pdf(mix_luck)
    return float(total * step**2)


def test_quadrature_is_the_integral_over_the_luck_of_the_trial() -> None:
    found = LIKELIHOOD.by_trial(DRAWS)
    assert found.shape == (len(DRAWS), 2)
    # Of 30 patients the likelihood is wide beside the distance of two nodes: 0.1 % is enough for any use.
    assert found[0, 0] == pytest.approx(np.log(integral(0, (0, 1))), abs=0.001)


def test_the_luck_is_shared_by_the_targets_of_a_trial() -> None:
    both = LIKELIHOOD.by_trial(DRAWS)[:, 0]
    alone = [
        Likelihood(
            replace(
                EVIDENCE, targets=(TARGETS[place],), quadratics=(EVIDENCE.quadratics[place],),
                trial_of=np.array([0]), classes=(EVIDENCE.classes[place],),
            ),
            UNKNOWNS,
        ).by_trial(DRAWS)[:, 0]
        for place in (0, 1)
    ]  # fmt: skip
    assert np.all(np.abs(both - alone[0] - alone[1]) > 1e-6)


def test_a_trial_without_a_target_says_nothing() -> None:
    kept = replace(
        EVIDENCE, targets=TARGETS[:2], quadratics=EVIDENCE.quadratics[:2], trial_of=np.array([0, 0]),
        classes=EVIDENCE.classes[:2],
    )  # fmt: skip
    np.testing.assert_allclose(Likelihood(kept, UNKNOWNS).by_trial(DRAWS)[:, 1], 0.0, atol=1e-12)


def test_draws_do_not_depend_on_each_other() -> None:
    together = LIKELIHOOD.by_trial(DRAWS)
    one_by_one = np.vstack([LIKELIHOOD.by_trial(DRAWS[[draw]]) for draw in range(len(DRAWS))])
    np.testing.assert_allclose(together, one_by_one, rtol=1e-12)


def test_the_posterior_is_the_likelihood_and_a_standard_normal_prior() -> None:
    prior = norm.logpdf(DRAWS).sum(axis=1) + 0.5 * len(UNKNOWNS) * np.log(2.0 * np.pi)
    found = LIKELIHOOD.log_posterior(DRAWS)
    np.testing.assert_allclose(found, LIKELIHOOD.by_trial(DRAWS).sum(axis=1) + prior, rtol=1e-12)


def test_scores_beyond_those_simulated_are_held_back() -> None:
    far, near = np.zeros((1, len(UNKNOWNS))), np.zeros((1, len(UNKNOWNS)))
    far[0, 0], near[0, 0] = 3.3, 2.3
    penalty = 0.5 * (3.3**2 - 2.3**2) + 50.0
    change = LIKELIHOOD.log_posterior(far) - LIKELIHOOD.log_posterior(near)
    evidence = (LIKELIHOOD.by_trial(far) - LIKELIHOOD.by_trial(near)).sum()
    assert change[0] == pytest.approx(evidence - penalty, rel=1e-10)


def test_what_is_almost_impossible_has_a_finite_likelihood() -> None:
    never = Quadratic(float(logit(1e-12)), np.zeros(4), np.zeros((4, 4)))
    found = Likelihood(replace(EVIDENCE, quadratics=(never,) * len(TARGETS)), UNKNOWNS).by_trial(DRAWS)
    assert np.isfinite(found).all()
    assert found.max() < -20.0


def test_a_family_that_is_left_out_tells_nothing() -> None:
    first, second = LIKELIHOOD.by_trial(DRAWS).T
    whole = LIKELIHOOD.log_posterior(DRAWS)
    np.testing.assert_allclose(LIKELIHOOD.log_posterior(DRAWS, without="one family"), whole - first)
    np.testing.assert_allclose(LIKELIHOOD.log_posterior(DRAWS, without="another"), whole - second)
    np.testing.assert_array_equal(LIKELIHOOD.log_posterior(DRAWS, without="nobody's"), whole)
