"""Pools whose true rates are known, and small protocols, for tests of designs in virtual trials."""

from __future__ import annotations

from typing import Any

import numpy as np

from trialkine.operating.pool_outcomes import ArmOutcomes, DoseOutcomes
from trialkine.trial.protocol import Protocol

FOLLOWED = 2000.0  # days, longer than any trial here lasts
JUDGED = 60.0  # days after which a patient who will not respond has progressed


def protocol(
    design: dict[str, Any], *, patients: int = 60, arms: tuple[str, ...] = ("A", "B"), **changes: Any
) -> Protocol:
    """A protocol of untreated patients, of which only design, enrolment and calendar matter here."""
    treatment = [{"agent": "im862", "dose": "20 mg", "route": "intranasal", "schedule": "daily"}]
    data: dict[str, Any] = {
        "schema": 1,
        "title": "A design",
        "disease": "renal_cell",
        "arms_are": "randomised",
        "arms": [{"name": name, "treatment": treatment} for name in arms],
        "assessments": {"criteria": "recist-1.1", "every": "8 weeks"},
        "design": design,
        "enrolment": {"patients": patients, "per_month": 5},
        "follow_up": "12 months",
    }
    return Protocol.model_validate({**data, **changes})


def bernoulli_pool(rates: np.ndarray, patients: int, seed: int) -> ArmOutcomes:
    """Members whose patients respond independently, each member at its own rate, within a month or never."""
    generator = np.random.default_rng(seed)
    shape = (len(rates), patients)
    responds = generator.uniform(size=shape) < rates[:, None]
    response = np.where(responds, generator.uniform(5.0, 30.0, size=shape), np.inf)
    return outcomes(response_day=response, settled_day=np.minimum(response, JUDGED))


def exponential_pool(hazard: float, members: int, patients: int, seed: int) -> ArmOutcomes:
    """Deaths at one constant hazard a day, nobody lost."""
    times = np.random.default_rng(seed).exponential(1.0 / hazard, size=(members, patients))
    death = np.where(times < FOLLOWED, times, np.inf)
    return outcomes(death_day=death, progression_day=death, last_day=np.minimum(times, FOLLOWED))


def outcomes(**columns: np.ndarray) -> ArmOutcomes:
    """Outcomes of which only some columns matter; by default nothing ever happens to anybody."""
    shape = next(iter(columns.values())).shape[:2]
    never, always = np.full(shape, np.inf), np.full(shape, FOLLOWED)
    usual = {
        "is_usable": np.ones(shape, dtype=bool),
        "response_day": never,
        "settled_day": always,
        "death_day": never,
        "progression_day": never,
        "certain_day": columns.get("progression_day", never),
        "last_day": always,
        "scan_days": np.zeros((*shape, 1)),
    }
    return ArmOutcomes(**{**usual, **columns})


def toxic_pools(rates: tuple[float, ...], members: int, patients: int, seed: int) -> list[DoseOutcomes]:
    """One pool per dose; a patient tolerates a dose or not, the same patient always less of a higher one."""
    tolerance = np.random.default_rng(seed).uniform(size=(members, patients))
    watched = np.full(tolerance.shape, 28.0)
    usable = np.ones(tolerance.shape, dtype=bool)
    return [DoseOutcomes(usable, np.where(tolerance < rate, 10.0, np.inf), watched) for rate in rates]
