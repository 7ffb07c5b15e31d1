"""Intervals of paired differences hold the truth as often as they say, with luck shared and patients lost."""

from __future__ import annotations

import numpy as np

from trialkine.statistics.hazard_ratio import hazard_ratio, paired_hazard_ratio
from trialkine.statistics.paired_survival import paired_restricted_mean, paired_survival_difference

REPEATS, PATIENTS = 1500, 80
RATIO, UNTIL, DAY = 0.7, 20.0, 10.0
LEAST, MOST = 0.93, 0.97  # 0.95 within 3.5 standard errors of 1,500 repeats, after rounding


def draw(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Exponential times of hazards 0.07 and 0.1, of which one luck decides most; some are lost."""
    luck, own = random.exponential(size=PATIENTS), random.exponential(size=(2, PATIENTS))
    is_shared = random.random(PATIENTS) < 0.7
    lost = random.exponential(60.0, size=PATIENTS)
    sides = []
    for hazard, alone in zip((0.1 * RATIO, 0.1), own, strict=True):
        times = np.where(is_shared, luck, alone) / hazard
        follow_up = np.minimum(lost, 45.0)
        sides += [np.minimum(times, follow_up), times <= follow_up]
    return sides[0], sides[1], sides[2], sides[3]


def test_paired_intervals_cover_and_those_of_strangers_are_too_wide() -> None:
    random = np.random.default_rng(11)
    survival = [np.exp(-hazard * DAY) for hazard in (0.1 * RATIO, 0.1)]
    means = [(1.0 - np.exp(-hazard * UNTIL)) / hazard for hazard in (0.1 * RATIO, 0.1)]
    truths = {"ratio": RATIO, "mean": means[0] - means[1], "survival": survival[0] - survival[1]}
    held = dict.fromkeys((*truths, "strangers"), 0)
    for _ in range(REPEATS):
        sides = draw(random)
        found = {
            "ratio": paired_hazard_ratio(*sides),
            "mean": paired_restricted_mean(*sides, UNTIL),
            "survival": paired_survival_difference(*sides, DAY),
        }
        for name, one in found.items():
            assert one.low is not None
            assert one.high is not None
            held[name] += one.low <= truths[name] <= one.high
        wide = hazard_ratio(*sides)
        assert wide.low is not None
        assert wide.high is not None
        held["strangers"] += wide.low <= RATIO <= wide.high
    shares = {name: count / REPEATS for name, count in held.items()}
    assert all(LEAST <= shares[name] <= MOST for name in truths), shares
    assert shares["strangers"] > 0.98, shares
