"""The emulator's error at points it has not seen, where the truth is known."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit

from trialkine.calibration import emulator_check
from trialkine.calibration.design import half_and_half, spread_scores
from trialkine.calibration.emulator_check import emulator_errors
from trialkine.calibration.evidence import Simulations
from trialkine.calibration.targets import Target

POINTS, PATIENTS = 512, 24
SCORES = np.column_stack([spread_scores(POINTS, 3, 5), half_and_half(POINTS, 5)])
TARGET = Target("trial", "family", "A", None, "orr", "response", "responds", 0.0, 5.0, 50)


def errors(share, columns, monkeypatch):
    """The error of an emulator of patients who meet an event with this chance at each point."""
    random = np.random.default_rng(2)
    totals = np.full(POINTS, float(PATIENTS))
    counts = random.binomial(PATIENTS, share).astype(float)
    one = Simulations(TARGET, "trial", columns, counts, totals)
    monkeypatch.setattr(emulator_check, "simulations_of", lambda *_: iter([one]))
    (found,) = emulator_errors({}, [(SCORES, {})], ())
    return found


def test_a_quadratic_truth_leaves_hardly_any_error(monkeypatch):
    found = errors(
        expit(-0.5 + SCORES @ [0.6, -0.3, 0.0, 0.4] + 0.1 * SCORES[:, 0] ** 2), (0, 1, 2, 3), monkeypatch
    )
    assert (found.group, found.targets) == ("response", 1)
    assert found.root_mean_square < 0.04


def test_what_the_emulator_does_not_look_at_is_seen_as_error(monkeypatch):
    either = np.where(SCORES[:, 0] > 0.0, 0.8, 0.2)
    # without the first score the best guess is a half, which errs by 0.3 at every point
    assert errors(either, (1, 2, 3), monkeypatch).root_mean_square == pytest.approx(0.3, abs=0.03)


def test_the_spread_is_that_of_the_log_odds_beside_what_the_emulator_knows(monkeypatch):
    luck = np.random.default_rng(6).standard_normal(POINTS)
    plain = -0.5 + SCORES @ [0.6, -0.3, 0.0, 0.4]
    found = errors(expit(plain + 0.5 * luck), (0, 1, 2, 3), monkeypatch)
    assert found.spread == pytest.approx(0.5, abs=0.15)
    assert errors(expit(plain), (0, 1, 2, 3), monkeypatch).spread < 0.25


def test_targets_that_nobody_meets_at_the_points_left_out_do_not_count(monkeypatch):
    found = emulator_check._error("response", [emulator_check.HeldOut(*(np.empty(0),) * 3)])
    assert (found.targets, found.spread, found.root_mean_square) == (0, 0.0, 0.0)


def test_points_of_the_last_design_are_left_out_and_each_kind_has_its_own_error(monkeypatch):
    # The first design's rates vary beside what the emulator sees, in one kind of target; the last's do not.
    random = np.random.default_rng(8)
    plain = -0.5 + SCORES @ [0.6, -0.3, 0.0, 0.4]
    early = expit(plain + 1.5 * random.standard_normal(POINTS))
    late = expit(plain)
    totals = np.full(2 * POINTS, float(PATIENTS))

    def simulations(first, second, group):
        counts = random.binomial(PATIENTS, np.concatenate([first, second])).astype(float)
        return Simulations(replace(TARGET, group=group), "trial", (0, 1, 2, 3), counts, totals)

    rows = [simulations(early, late, "response"), simulations(late, early, "survival")]
    monkeypatch.setattr(emulator_check, "simulations_of", lambda *_: iter(rows))
    clean, spread = emulator_errors({}, [(SCORES, {}), (SCORES, {})], ())
    assert (clean.group, spread.group) == ("response", "survival")
    assert clean.spread < 0.3
    assert spread.spread == pytest.approx(1.5, abs=0.4)
    assert (clean.targets, spread.targets) == (1, 1)


def test_the_bias_is_that_of_whole_targets(monkeypatch):
    # Half of the patients of one target meet it, a tenth of the other's, where 30 % are expected of both.
    out = np.full(100, 0.3)
    high, low = (emulator_check.HeldOut(np.full(100, n), np.full(100, 24.0), out) for n in (12.0, 2.4))
    found = emulator_check._error("response", [high, low])
    assert found.bias == pytest.approx(0.2)
