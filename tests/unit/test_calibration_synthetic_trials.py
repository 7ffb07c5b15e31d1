"""What trials would have reported in known populations, counted from those who were simulated."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit, logit

from study_samples import study_protocol
from trialkine.calibration.emulator import Quadratic
from trialkine.calibration.likelihood import Evidence
from trialkine.calibration.synthetic_trials import (
    SimulatedTrials,
    seed_of_trial,
    simulated_trials,
    synthetic_targets,
)
from trialkine.calibration.targets import Target, targets_of
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


def test_without_discrepancy_the_counts_are_those_simulated() -> None:
    found = drawn((RESPONSE, EARLY, LATE), [9.0, 21.0, 8.0], [47.0, 45.0, 21.0], scores(), 1)
    assert [(one.count, one.of) for one in found] == [(9.0, 47), (21.0, 45), (8.0, 21)]


COMPLETE = replace(RESPONSE, metric="cr_rate", group="completeness", event="complete", count=2.0, of=5)
PROGRESSED = replace(RESPONSE, metric="pd_rate", group="control", event="progresses", count=20.0, of=45)
LASTING = replace(EARLY, metric="dor_median_months", group="progression", event="dor", day=200.0, of=5)


def test_responders_are_complete_or_not_and_others_progress_or_not() -> None:
    targets = (RESPONSE, COMPLETE, PROGRESSED, LASTING)
    found = drawn(targets, [9.0, 4.0, 20.0, 3.0], [50.0, 9.0, 41.0, 9.0], scores(), 1)
    assert [(one.count, one.of) for one in found] == [(9.0, 50), (4.0, 9), (20.0, 41), (3.0, 9)]
    own = scores(trial_response_temozolomide=8.0)
    more = drawn(targets, [9.0, 4.0, 20.0, 3.0], [50.0, 9.0, 41.0, 9.0], own, 1)
    responders = round(more[0].count)
    assert responders > 15
    assert [one.of for one in more] == [50, responders, 50 - responders, responders]


def test_of_nobody_nothing_is_reported() -> None:
    found = drawn((RESPONSE, COMPLETE, LASTING), [0.0, 0.0, 0.0], [50.0, 0.0, 0.0], scores(), 1)
    assert [one.metric for one in found] == ["orr"]


def test_no_two_trials_have_the_same_luck() -> None:
    seeds = {seed_of_trial(seed, name) for seed in range(3) for name in ("robert", "korn", "rini")}
    assert len(seeds) == 9
    assert all(0 <= seed < 2**31 for seed in seeds)


def test_an_offset_of_a_class_moves_the_share_on_the_log_odds() -> None:
    own = scores(trial_response_temozolomide=4.0)  # 4 x 0.25 log-odds
    counts = [drawn((RESPONSE,), [10.0], [50.0], own, seed)[0].count for seed in range(REPEATS)]
    wanted = 50.0 * expit(logit(0.2) + 1.0)
    assert np.mean(counts) == pytest.approx(wanted, abs=0.6)
    own = scores(trial_response_temozolomide=-4.0)
    counts = [drawn((RESPONSE,), [10.0], [50.0], own, seed)[0].count for seed in range(REPEATS)]
    assert np.mean(counts) == pytest.approx(50.0 * expit(logit(0.2) - 1.0), abs=0.6)


def test_a_discrepancy_spreads_the_counts_of_trials() -> None:
    own = scores(trial_discrepancy_response=2.0)
    counts = [drawn((RESPONSE,), [25.0], [50.0], own, seed)[0].count for seed in range(REPEATS)]
    spread = 0.3 * np.exp(0.5 * 2.0)
    shifts = spread * np.random.default_rng(1).standard_normal(100_000)
    share = expit(shifts)
    gone = np.abs(share - 0.5) / np.maximum(share, 1.0 - share)  # of the 25 who might turn
    wanted = 2500.0 * share.var() + 25.0 * (gone * (1.0 - gone)).mean()
    assert np.var(counts) == pytest.approx(wanted, rel=0.25)


def test_later_times_are_counted_among_those_who_are_left() -> None:
    moved = scores(trial_discrepancy_survival=4.0)
    for seed in range(20):
        first, *rest = drawn((EARLY, LATE), [10.0, 4.0], [100.0, 10.0], moved, seed)
        assert [one.of for one in rest] == ([round(first.count)] if first.count else [])


def test_medians_seen_at_scans_say_more_or_fewer_than_half() -> None:
    early = replace(EARLY, sense="more than half", of=60)
    late = replace(LATE, sense="less than half", of=60)
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
    assert {one.of for one in drawn(both, [40.0, 20.0], [51.0, 40.0], scores(), 1)} == {51}


def test_two_trials_alike_have_other_patients_and_are_simulated_once(tmp_path: Path) -> None:
    arms = {"Observation": []}
    reported = [{"arm": "Observation", "n": 40, "metrics": {"os_rate_6m": 0.5}}]
    protocol = study_protocol(arms, reported=reported, source={"citation": "A 1999", "use": "calibration"})
    trials = {"first": protocol, "second": protocol}
    targets = [target for name in trials for target in targets_of(name, protocol)]
    own = replace(
        evidence(*targets), trials=tuple(trials), trial_of=np.array([0, 1]), families=tuple(trials),
        diseases=("melanoma", "melanoma"), facts=({}, {}),
    )  # fmt: skip
    truth = np.zeros((6, len(UNKNOWNS)))
    found = simulated_trials(trials, own, UNKNOWNS, truth, seed=1, jobs=1, folder=tmp_path)
    assert found.counts.shape == found.totals.shape == (6, 2)
    assert np.any(found.counts[:, 0] != found.counts[:, 1])
    files = {file.name: file.stat().st_mtime_ns for file in tmp_path.iterdir()}
    again = simulated_trials(trials, own, UNKNOWNS, truth, seed=1, jobs=1, folder=tmp_path)
    np.testing.assert_array_equal(again.counts, found.counts)
    assert {file.name: file.stat().st_mtime_ns for file in tmp_path.iterdir()} == files
    later = replace(own, targets=tuple(replace(target, day=365.0) for target in targets))
    other = simulated_trials(trials, later, UNKNOWNS, truth, seed=1, jobs=1, folder=tmp_path)
    assert len([*tmp_path.iterdir()]) == 4
    assert np.all(other.counts <= found.counts)
