"""The ledger: every reported number beside its prediction, and beside predictions that know no mechanism."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Use = str
Interval = tuple[float, float]
LEVELS = (0.50, 0.80, 0.95)


@dataclass(frozen=True)
class Predictive:
    """A predictive distribution of one reported number, and how it did.

    `intervals` are central, by level. `pit` is the share of the distribution below what was reported,
    ties split at random. `tolerance` is half the step in which the number is reported: a value that close
    to a limit lies on it. Units: as the metric (fraction or month); `crps` and `tolerance` likewise;
    `log_score` natural log.
    """

    median: float
    intervals: Mapping[float, Interval]
    crps: float | None
    log_score: float | None
    pit: float | None
    tolerance: float = 0.0

    def contains(self, value: float, level: float) -> bool:
        """Whether a value lies within the interval of a level, ends included."""
        low, high = self.intervals[level]
        return low - self.tolerance <= value <= high + self.tolerance


@dataclass(frozen=True)
class LedgerRow:
    """One reported number of one arm.

    `predicted` is None where the model could not say, with the reason in `why`. `baselines` are
    `same class` (earlier trials of the agent class in the disease) and `same disease`, where there are any.
    `use` says whether anything of the package was fitted to the trial, `is_seen` whether the ensemble was.
    `is_scored` is False for rows that enter no summary: selected patients, series already counted elsewhere,
    values that are only bounds; `why` says so.
    """

    trial: str
    title: str
    family: str
    arm: str
    line: str | None
    disease: str
    agent_class: str
    use: Use
    metric: str
    reported: float
    reported_low: float | None
    reported_high: float | None
    n: int | None
    at_least: bool
    predicted: Predictive | None
    baselines: Mapping[str, Predictive]
    is_scored: bool
    why: str = ""
    is_seen: bool = False

    @property
    def is_inside(self) -> Mapping[float, bool]:
        """Whether what was reported lies in each of the intervals."""
        if self.predicted is None:
            return {}
        return {level: self.predicted.contains(self.reported, level) for level in LEVELS}


@dataclass(frozen=True)
class Ledger:
    """All rows, and what was not predicted at all.

    `left_out` names trials or arms that were not simulated, with the reason. `about` says with which
    ensemble, how many simulated trials, which seed and versions. `leave_out` says whether each family was
    predicted by an ensemble that had not seen it. `trials_of` says in words where the trials come from;
    empty where nobody said.
    """

    rows: tuple[LedgerRow, ...]
    left_out: tuple[tuple[str, str], ...]
    about: Mapping[str, str]
    leave_out: bool = False
    trials_of: str = ""
