"""What every dose finding rule reads and says: counts per dose in, the next dose or the end out.

Doses are numbered from 0, the lowest; words for readers number them from 1.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Enum
from typing import final

from trialkine.errors import InputError


class Move(Enum):
    """Where a rule goes from the dose given last."""

    begin = "begin"
    escalate = "escalate"
    stay = "stay"
    deescalate = "de-escalate"
    stop = "stop"


@final
@dataclass(frozen=True)
class DoseTally:
    """Patients treated and patients with a dose-limiting toxicity, per dose; `current` was given last.

    Shape: `patients` and `toxicities` "dose".
    """

    patients: tuple[int, ...]
    toxicities: tuple[int, ...]
    current: int

    def __post_init__(self) -> None:
        if len(self.patients) != len(self.toxicities) or not self.patients:
            raise InputError(
                f"Counts for {len(self.patients)} and {len(self.toxicities)} doses. Give both for every dose."
            )
        pairs = zip(self.toxicities, self.patients, strict=True)
        if not all(0 <= toxic <= treated for toxic, treated in pairs):
            raise InputError(
                f"Toxicities {list(self.toxicities)} among {list(self.patients)} patients are impossible. "
                "Give 0 <= toxicities <= patients at each dose."
            )
        if not 0 <= self.current < len(self.patients):
            raise InputError(
                f"Dose number {self.current} is not among {len(self.patients)} doses. Count them from 0."
            )

    def after(self, dose: int, patients: int, toxicities: int) -> DoseTally:
        """The tally with one more cohort at a dose.

        Raises: InputError, when the dose or the counts are impossible.
        """
        if not (0 <= dose < len(self.patients) and 0 <= toxicities <= patients):
            raise InputError(f"{toxicities} of {patients} patients at dose number {dose} are impossible.")
        return DoseTally(
            _with_added(self.patients, dose, patients), _with_added(self.toxicities, dose, toxicities), dose
        )


@final
@dataclass(frozen=True)
class DoseDecision:
    """What to do next: so many patients at a dose, and why; `dose` is None when the trial ends."""

    move: Move
    dose: int | None
    patients: int
    why: str


class AbstractDoseRule(ABC):
    """A rule that a trial asks before each cohort, and once more at its end."""

    @property
    @abstractmethod
    def doses(self) -> int:
        """How many doses the rule chooses from."""

    @abstractmethod
    def next_dose(self, tally: DoseTally) -> DoseDecision:
        """The next cohort, or the end.

        Raises: InputError, when the tally is of another number of doses.
        """

    @abstractmethod
    def selected_dose(self, tally: DoseTally) -> int | None:
        """The dose that the rule calls the maximum tolerated one on this tally; None, when none is.

        Raises: InputError, when the tally is of another number of doses.
        """


def nobody_treated(doses: int, start: int = 0) -> DoseTally:
    """The tally before the first patient.

    Raises: InputError, when there are no doses or the start is not among them.
    """
    return DoseTally((0,) * doses, (0,) * doses, start)


def check_doses(rule: AbstractDoseRule, tally: DoseTally) -> None:
    """Refuse a tally that does not fit the rule.

    Raises: InputError, when the numbers of doses differ.
    """
    if len(tally.patients) != rule.doses:
        raise InputError(f"The tally has {len(tally.patients)} doses, the rule {rule.doses}. Give the same.")


def moved(tally: DoseTally, dose: int, patients: int, why: str) -> DoseDecision:
    """The decision to treat the next patients at a dose, named by where it lies from the current one."""
    if dose == tally.current:
        move = Move.stay
    else:
        move = Move.escalate if dose > tally.current else Move.deescalate
    return DoseDecision(move, dose, patients, why)


def ended(why: str) -> DoseDecision:
    """The decision to stop."""
    return DoseDecision(Move.stop, None, 0, why)


def _with_added(counts: tuple[int, ...], place: int, more: int) -> tuple[int, ...]:
    return (*counts[:place], counts[place] + more, *counts[place + 1 :])
