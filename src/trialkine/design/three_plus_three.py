"""The 3+3 rule: three patients at a dose, three more after one toxicity, down after two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from trialkine.design.dose_finding import (
    AbstractDoseRule,
    DoseDecision,
    DoseTally,
    Move,
    check_doses,
    ended,
    moved,
)
from trialkine.errors import InputError

COHORT = 3
FULL = 6  # patients at a dose on which the last word is said
TOLERATED = 1  # toxicities among them at most


@final
@dataclass(frozen=True)
class ThreePlusThree(AbstractDoseRule):
    """No toxicity in three patients, or one in six, goes up; one in three treats three more; two go down.

    The dose below one that is too toxic, and the highest dose, are treated up to six patients. The maximum
    tolerated dose is the highest with at most one toxicity in six patients. Source: storer_1989.
    """

    dose_count: int

    def __post_init__(self) -> None:
        if self.dose_count < 1:
            raise InputError(f"{self.dose_count} doses are impossible. Give 1 or more.")

    @property
    def doses(self) -> int:
        """How many doses the rule chooses from."""
        return self.dose_count

    def next_dose(self, tally: DoseTally) -> DoseDecision:
        """The next cohort of three, or the end.

        Raises: InputError, when the tally is of another number of doses or of other cohorts than threes.
        """
        _check(self, tally)
        dose = tally.current
        treated, toxic = tally.patients[dose], tally.toxicities[dose]
        if treated == 0:
            return DoseDecision(Move.begin, dose, COHORT, f"Nobody was treated at dose {dose + 1} yet.")
        seen = f"{toxic} of {treated} patients had a toxicity at dose {dose + 1}"
        if toxic > TOLERATED:
            return self._down(tally, f"{seen}.")
        if treated < FULL and toxic == TOLERATED:
            return moved(tally, dose, COHORT, f"{seen}: three more.")
        if dose + 1 < self.dose_count and tally.patients[dose + 1] == 0:
            return moved(tally, dose + 1, COHORT, f"{seen}.")
        if treated < FULL:
            return moved(tally, dose, COHORT, f"{seen}, and there is no dose to go up to: three more.")
        return ended(f"{seen}, and there is no dose to go up to.")

    def selected_dose(self, tally: DoseTally) -> int | None:
        """The highest dose with at most one toxicity in six patients, below any that is too toxic.

        Raises: InputError, when the tally is of another number of doses or of other cohorts than threes.
        """
        _check(self, tally)
        selected = None
        for dose, (treated, toxic) in enumerate(zip(tally.patients, tally.toxicities, strict=True)):
            if toxic > TOLERATED:
                break
            if treated == FULL:
                selected = dose
        return selected

    def _down(self, tally: DoseTally, seen: str) -> DoseDecision:
        below = tally.current - 1
        if below < 0:
            return ended(f"{seen} There is no lower dose.")
        if tally.patients[below] < FULL:
            return moved(tally, below, COHORT, seen)
        return ended(f"{seen} The dose below is known from six patients.")


def _check(rule: ThreePlusThree, tally: DoseTally) -> None:
    check_doses(rule, tally)
    if not set(tally.patients) <= {0, COHORT, FULL}:
        raise InputError(
            f"Cohorts of three do not give {list(tally.patients)} patients. Give 0, 3 or 6 per dose."
        )
