"""What trials would have reported in known populations, counted from those who were simulated."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit, logit

from trialkine.calibration.emulator import Quadratic
from trialkine.calibration.likelihood import Evidence
from trialkine.calibration.synthetic_trials import SimulatedTrials, synthetic_targets
from trialkine.calibration.targets import Target
from trialkine.calibration.unknowns import unknowns_of

UNKNOWNS = unknowns_of((), ("melanoma",), ("temozolomide",))
RESPONSE = Target("trial", "trial", "A", None, "orr", "response", "responds", 0.0, 5.0, 50)
EARLY = Target("trial", "trial", "A", None, "os_rate_12m", "survival", "os", 365.0, 20.0, 50)
LATE = replace(EARLY, day=730.0, count=10.0, of=20, after=365.0)
REPEATS = 400


def evidence(*targets: Target) -> Evidence:
    flat = Quadratic(0.0, np.zeros(1), np.zeros((1, 1)))
    return Evidence(
        targets, (flat,) * len(targets), np.zeros(len(targets), int), ("temozolomide",) * len(targets),
        ("trial",), ("trial",), ("melanoma",), ({},),
    )  # fmt: skip


def scores(**values: float) -> np.ndarray:
    """Scores at which discrepancies are nothing, but for those that are named with dots for underscores."""
    found = np.zeros((1, len(UNKNOWNS)))
    for place, name in enumerate(UNKNOWNS.names):
        if name.startswith("trial.discrepancy"):
            found[0, place] = -30.0
        if name.replace(".", "_") in values:
            found[0, place] = values[name.replace(".", "_")]
    return found


def drawn(targets: tuple[Target, ...], counts: list[float], totals: list[float], own: np.ndarray, seed: int):
    simulated = SimulatedTrials(np.array([counts]), np.array([totals]))
    return synthetic_targets(evidence(*targets), UNKNOWNS, own, simulated, 0, seed)


def test_as_many_patients_as_were_simulated_are_just_those() -> None:
    found = drawn((RESPONSE, EARLY, LATE), [9.0, 21.0, 8.0], [50.0, 50.0, 21.0], scores(), 1)
    assert [(one.count, one.of) for one in found] == [(9.0, 50), (21.0, 50), (8.0, 21)]


def test_fewer_are_drawn_without_replacement() -> None:
    counts = [drawn((RESPONSE,), [20.0], [100.0], scores(), seed)[0].count for seed in range(REPEATS)]
    assert np.mean(counts) == pytest.approx(10.0, abs=4.0 * np.sqrt(4.04 / REPEATS))
    assert np.var(counts) == pytest.approx(50 * 0.2 * 0.8 * 50 / 99, rel=0.25)


def test_an_offset_of_a_class_moves_the_share_on_the_log_odds() -> None:
    own = scores(trial_response_temozolomide=4.0)  # 4 x 0.25 log-odds
    counts = [drawn((RESPONSE,), [20.0], [100.0], own, seed)[0].count for seed in range(REPEATS)]
    wanted = 50.0 * expit(logit(0.2) + 1.0)
    assert np.mean(counts) == pytest.approx(wanted, abs=0.6)
    own = scores(trial_response_temozolomide=-4.0)
    counts = [drawn((RESPONSE,), [20.0], [100.0], own, seed)[0].count for seed in range(REPEATS)]
    assert np.mean(counts) == pytest.approx(50.0 * expit(logit(0.2) - 1.0), abs=0.6)


def test_a_discrepancy_spreads_the_counts_of_trials() -> None:
    own = scores(trial_discrepancy_response=2.0)
    counts = [drawn((RESPONSE,), [50.0], [100.0], own, seed)[0].count for seed in range(REPEATS)]
    spread = 0.3 * np.exp(0.5 * 2.0)
    shifts = spread * np.random.default_rng(1).standard_normal(100_000)
    share = expit(shifts)
    wanted = 2500.0 * share.var() + 50.0 * (share * (1.0 - share)).mean() * 50 / 99
    assert np.var(counts) == pytest.approx(wanted, rel=0.25)


def test_later_times_are_counted_among_those_who_are_left() -> None:
    for seed in range(20):
        first, *rest = drawn((EARLY, LATE), [10.0, 4.0], [100.0, 10.0], scores(), seed)
        assert [one.of for one in rest] == ([round(first.count)] if first.count else [])


def test_medians_seen_at_scans_say_more_or_fewer_than_half() -> None:
    early = replace(EARLY, sense="more than half", of=51)
    late = replace(LATE, sense="less than half", of=51)
    both = (early, late)
    assert [one.sense for one in drawn(both, [40.0, 30.0], [51.0, 40.0], scores(), 1)] == [
        "more than half"
    ] * 2
    assert [one.sense for one in drawn(both, [40.0, 20.0], [51.0, 40.0], scores(), 1)] == [
        "more than half", "less than half",
    ]  # fmt: skip
    assert [one.sense for one in drawn(both, [20.0, 19.0], [51.0, 20.0], scores(), 1)] == [
        "less than half"
    ] * 2
    assert all(
        one.count == old.count
        for one, old in zip(drawn(both, [9, 1], [51, 9], scores(), 1), both, strict=True)
    )
