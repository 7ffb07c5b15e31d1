"""Adverse events: how many patients of each arm had which worst grade of which toxicity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from trialkine.report.outcomes import predictive_summary
from trialkine.report.picks import evaluable
from trialkine.statistics.estimate import Estimate
from trialkine.statistics.proportions import exact_interval
from trialkine.toxicity.terms import FATAL, SEVERE, Term, terms

if TYPE_CHECKING:
    from trialkine.trial.result import TrialResult

ANY_TOXICITY = "any"
_PATIENT = ["trial", "patient"]


@dataclass(frozen=True)
class ToxicityOutcome:
    """One toxicity in one arm: patients by worst grade, 0 to 5, and the rate of grade 3 or worse.

    `name` is `any` for the worst of all that count as severe.
    """

    name: str
    title: str
    patients: int
    counts: tuple[int, ...]
    severe: Estimate

    def share(self, first: int, last: int = FATAL) -> float:
        """The share of patients whose worst grade lies between two grades, both included."""
        return sum(self.counts[first : last + 1]) / self.patients if self.patients else 0.0


@dataclass(frozen=True)
class ArmToxicity:
    """The toxicities of one arm that its treatment drives.

    `not_driven` has the titles of those that it does not drive, `left_out` of those that `any` leaves out.
    """

    arm: str
    outcomes: tuple[ToxicityOutcome, ...]
    not_driven: tuple[str, ...]
    left_out: tuple[str, ...] = ()


def arm_toxicities(result: TrialResult) -> tuple[ArmToxicity, ...]:
    """The toxicities of every arm, in the order of the arms; those most often severe first."""
    return tuple(_arm(result, arm) for arm in result.arms)


def _arm(result: TrialResult, arm: str) -> ArmToxicity:
    driven = _driven(result, arm)
    patients = evaluable(result.patients).filter(pl.col("arm") == arm).select(_PATIENT)
    events = result.adverse_events
    if not driven:
        return ArmToxicity(arm, (), tuple(term.title for term in terms().values()))
    own = events.filter(pl.col("arm") == arm)
    found = [
        _outcome(result, patients, own.filter(pl.col("toxicity") == term.name), term.name, term.title)
        for term in driven
    ]
    found.sort(key=lambda outcome: outcome.share(SEVERE), reverse=True)
    counted = [term.name for term in driven if term.counts_as_severe]
    if counted:
        every = own.filter(pl.col("toxicity").is_in(counted))
        found.insert(0, _outcome(result, patients, every, ANY_TOXICITY, "Any"))
    names = {term.name for term in driven}
    others = tuple(term.title for term in terms().values() if term.name not in names)
    left_out = tuple(term.title for term in driven if not term.counts_as_severe)
    return ArmToxicity(arm, tuple(found), others, left_out)


def _driven(result: TrialResult, arm: str) -> list[Term]:
    names = set(result.toxicities.filter(pl.col("arm") == arm)["toxicity"].to_list())
    return [term for term in terms().values() if term.name in names]


def _outcome(
    result: TrialResult, patients: pl.DataFrame, events: pl.DataFrame, name: str, title: str
) -> ToxicityOutcome:
    worst = events.group_by(_PATIENT).agg(pl.col("grade").max())
    grades = patients.join(worst, on=_PATIENT, how="left").with_columns(pl.col("grade").fill_null(0))
    counts = tuple(int((grades["grade"] == number).sum()) for number in range(FATAL + 1))
    return ToxicityOutcome(name, title, grades.height, counts, _severe(result, grades))


def _severe(result: TrialResult, grades: pl.DataFrame) -> Estimate:
    """The rate of grade 3 or worse, with the interval that fits the kind of run. Units: [fraction]."""
    parts = (
        [grades]
        if result.replicates == 1
        else [grades.filter(pl.col("trial") == trial) for trial in range(result.replicates)]
    )
    rates = [exact_interval(int((part["grade"] >= SEVERE).sum()), part.height) for part in parts]
    return rates[0] if result.replicates == 1 else predictive_summary(rates)[0]


def toxicity_record(own: ArmToxicity) -> dict[str, Any]:
    """One arm's toxicities as plain data: patients by worst grade, and those that are not driven."""
    return {
        "driven": [
            {
                "toxicity": outcome.name,
                "n": outcome.patients,
                "worst_grades": list(outcome.counts),
                "any_grade": outcome.share(1),
                "grade_3_or_4": outcome.share(SEVERE, FATAL - 1),
                "grade_5": outcome.share(FATAL),
                "grade_3_or_worse": outcome.severe,
            }
            for outcome in own.outcomes
        ],
        "not_driven": list(own.not_driven),
    }
