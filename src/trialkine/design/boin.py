"""The Bayesian optimal interval design: the toxicity rate at the current dose against two fixed bounds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

import numpy as np

from trialkine.design.dose_finding import (
    AbstractDoseRule,
    DoseDecision,
    DoseTally,
    Move,
    check_doses,
    ended,
    moved,
)
from trialkine.design.isotonic_toxicity import isotonic_rates, nearest_dose
from trialkine.errors import InputError

FEWEST_TO_ELIMINATE = 3  # patients


@final
@dataclass(frozen=True)
class BoinBounds:
    """Escalate at a toxicity rate of `escalate` or less, de-escalate at `deescalate` or more."""

    escalate: float
    deescalate: float


@final
@dataclass(frozen=True)
class Boin(AbstractDoseRule):
    """The design for a number of doses and a target rate of toxicity.

    `too_low` and `too_high` are the rates, times the target, that the bounds tell from it best. A dose and
    all above it are eliminated when its rate exceeds the target with a posterior chance above
    `eliminate_above` (uniform prior, three patients or more). The trial ends after `most_patients`, when the
    lowest dose is eliminated, or when `enough_at_dose` patients have had the dose to be given next.
    Source: liu_yuan_2015.
    """

    dose_count: int
    target: float
    most_patients: int
    cohort: int = 3
    too_low: float = 0.6
    too_high: float = 1.4
    eliminate_above: float = 0.95
    enough_at_dose: int | None = None

    def __post_init__(self) -> None:
        if self.dose_count < 1 or self.most_patients < 1 or self.cohort < 1:
            raise InputError(
                f"{self.dose_count} doses, {self.most_patients} patients in cohorts of {self.cohort} "
                "are impossible. Give 1 or more of each."
            )
        boin_bounds(self.target, self.too_low, self.too_high)
        if not 0.0 < self.eliminate_above < 1.0:
            raise InputError(f"Elimination above {self.eliminate_above} is impossible. Write 0.95 for 95 %.")
        if self.enough_at_dose is not None and self.enough_at_dose < 1:
            raise InputError(f"{self.enough_at_dose} patients cannot be enough. Give 1 or more.")

    @property
    def doses(self) -> int:
        """How many doses the rule chooses from."""
        return self.dose_count

    @property
    def bounds(self) -> BoinBounds:
        """The bounds on the toxicity rate at the current dose."""
        return boin_bounds(self.target, self.too_low, self.too_high)

    def next_dose(self, tally: DoseTally) -> DoseDecision:
        """The next cohort, or the end.

        Raises: InputError, when the tally is of another number of doses.
        """
        check_doses(self, tally)
        total, dose = sum(tally.patients), tally.current
        size = min(self.cohort, self.most_patients - total)
        if total == 0:
            return DoseDecision(Move.begin, dose, size, "Nobody was treated yet.")
        usable = self.usable_doses(tally)
        if usable == 0:
            return ended("The lowest dose is too toxic.")
        if size <= 0:
            return ended(f"All {self.most_patients} patients were treated.")
        following, why = self._following(tally, usable)
        if self.enough_at_dose is not None and tally.patients[following] >= self.enough_at_dose:
            return ended(f"{tally.patients[following]} patients were treated at dose {following + 1}.")
        return moved(tally, following, size, why)

    def selected_dose(self, tally: DoseTally) -> int | None:
        """The dose, not eliminated, whose isotonic toxicity rate is nearest the target.

        Raises: InputError, when the tally is of another number of doses.
        """
        check_doses(self, tally)
        usable = self.usable_doses(tally)
        if usable == 0:
            return None
        return nearest_dose(
            isotonic_rates(DoseTally(tally.patients[:usable], tally.toxicities[:usable], 0)), self.target
        )

    def usable_doses(self, tally: DoseTally) -> int:
        """How many doses, from the lowest up, are not eliminated."""
        for dose, (treated, toxic) in enumerate(zip(tally.patients, tally.toxicities, strict=True)):
            if is_eliminated(toxic, treated, self.target, self.eliminate_above):
                return dose
        return self.dose_count

    def table(self, sizes: range) -> list[Mapping[str, int | None]]:
        """One row for each number of patients at a dose: the counts of toxicities that move or eliminate.

        A count that no number of toxicities reaches is None.
        """
        return [self._row(size) for size in sizes]

    def _following(self, tally: DoseTally, usable: int) -> tuple[int, str]:
        dose, bounds = tally.current, self.bounds
        treated, toxic = tally.patients[dose], tally.toxicities[dose]
        if treated == 0:
            return min(dose, usable - 1), f"Nobody was treated at dose {dose + 1} yet."
        seen = f"{toxic} of {treated} patients had a toxicity at dose {dose + 1}"
        if dose >= usable:
            return usable - 1, f"{seen}: too toxic to be given again."
        if toxic >= bounds.deescalate * treated:
            return max(dose - 1, 0), f"{seen}, {bounds.deescalate:.4f} of them or more."
        if toxic <= bounds.escalate * treated:
            return min(dose + 1, usable - 1), f"{seen}, {bounds.escalate:.4f} of them or fewer."
        return dose, f"{seen}, between the bounds."

    def _row(self, size: int) -> Mapping[str, int | None]:
        bounds = self.bounds
        down = math.ceil(bounds.deescalate * size)
        gone = [
            toxic
            for toxic in range(size + 1)
            if is_eliminated(toxic, size, self.target, self.eliminate_above)
        ]
        return {
            "patients": size,
            "escalate_at_most": math.floor(bounds.escalate * size),
            "deescalate_at_least": down if down <= size else None,
            "eliminate_at_least": gone[0] if gone else None,
        }


def boin_bounds(target: float, too_low: float = 0.6, too_high: float = 1.4) -> BoinBounds:
    """The bounds that err least, at equal odds, between the target and a rate below and one above it.

    `too_low` and `too_high` are multiples of the target.
    Raises: InputError, when the three rates are not in order between 0 and 1.
    Source: liu_yuan_2015.
    """
    low, high = too_low * target, too_high * target
    if not 0.0 < low < target < high < 1.0:
        raise InputError(
            f"Rates {low:g}, {target:g} and {high:g} do not fit. "
            "Give a target between 0 and 1, with too_low below 1 and too_high above 1 times it."
        )
    return BoinBounds(_halfway(low, target), _halfway(target, high))


def is_eliminated(toxicities: int, patients: int, target: float, above: float = 0.95) -> bool:
    """Whether a dose's toxicity rate exceeds the target with a posterior chance above `above`.

    The prior is uniform; fewer than three patients never eliminate. Source: liu_yuan_2015.
    """
    if patients < FEWEST_TO_ELIMINATE:
        return False
    from scipy.special import betaincc

    return bool(betaincc(1 + toxicities, 1 + patients - toxicities, target) > above)


def _halfway(low: float, high: float) -> float:
    """The rate at which the likelihoods of two rates are equal."""
    odds = high * (1.0 - low) / (low * (1.0 - high))
    return float(np.log((1.0 - low) / (1.0 - high)) / np.log(odds))
