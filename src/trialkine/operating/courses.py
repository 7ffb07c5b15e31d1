"""How virtual trials ended, and what is reported of many: chances, sizes and durations with their errors."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from trialkine.records import DAYS_PER_MONTH

Array = np.ndarray[Any, np.dtype[Any]]
INNER = (0.1, 0.9)
FEWEST_PER_MEMBER = 10  # trials: with fewer, how members differ cannot be told from the luck of their trials
BOUND_LEVEL = 0.95


@dataclass(frozen=True)
class Courses:
    """The ends of virtual trials. `end` numbers `ends`, the words of each.

    Units: days [day]. Shape: all (trial,).
    """

    ends: tuple[str, ...]
    end: Array
    is_success: Array
    is_early: Array
    patients: Array
    days: Array
    member: Array


@dataclass(frozen=True)
class Measured:
    """A mean over virtual trials with its Monte-Carlo standard error.

    The error is None where there is one member only, and where all trials gave the same value, which tells
    none. For a share of 0 or 1 `bound` is then the exact one-sided 95 % bound: the chance lies below it, or
    above.
    """

    mean: float
    standard_error: float | None
    bound: float | None = None

    def __str__(self) -> str:
        return f"{self.mean:.4g}"


@dataclass(frozen=True)
class Textbook:
    """The same design under an assumption. What the assumption does not tell is None.

    Units: months [month].
    """

    assumption: str
    success: float
    early: float | None
    patients: float | None
    months: float | None = None


@dataclass(frozen=True)
class MemberChance:
    """One set of parameters: its true value of what is judged, and the share of its trials that succeed."""

    truth: float
    success: float
    trials: int


@dataclass(frozen=True)
class DoseRow:
    """One dose of an escalation, under the model and at fixed rates.

    `right_share` is the share of members in which its toxicity rate is the nearest to the target.
    """

    name: str
    toxicity_rate: float
    right_share: float
    selected: Measured
    patients: Measured
    textbook_selected: float
    textbook_patients: float


@dataclass(frozen=True)
class Characteristics:
    """What a design does to one arm, or to one comparison of arms.

    `truth_name` says what a member's `truth` is; `curve` is the textbook's chance of success over it.
    `details` are further means, by name. Units: months [month].
    """

    name: str
    success_name: str
    early_name: str
    success: Measured
    early: Measured
    patients: Measured
    months: Measured
    ends: tuple[tuple[str, int], ...]
    textbook: tuple[Textbook, ...]
    truth_name: str
    members: tuple[MemberChance, ...]
    curve: tuple[tuple[float, float], ...] = ()
    details: Mapping[str, Measured] = field(default_factory=dict)
    doses: tuple[DoseRow, ...] = ()

    @property
    def fewest_trials(self) -> int:
        """The trials of the member that has the fewest."""
        return min(one.trials for one in self.members)

    @property
    def spread(self) -> tuple[float, float] | None:
        """The range that holds the middle 80 % of the members' chances of success, as far as it is known.

        None with one member, and with fewer than ten trials of any.
        """
        if len(self.members) < 2 or self.fewest_trials < FEWEST_PER_MEMBER:
            return None
        shares = np.array([one.success for one in self.members])
        low, high = np.quantile(without_luck(shares, np.array([one.trials for one in self.members])), INNER)
        return float(low), float(high)


def characteristics(
    name: str,
    courses: Courses,
    *,
    success_name: str,
    early_name: str,
    truth_name: str,
    truths: Array,
    textbook: tuple[Textbook, ...],
    curve: tuple[tuple[float, float], ...] = (),
    details: Mapping[str, Array] | None = None,
    doses: tuple[DoseRow, ...] = (),
) -> Characteristics:
    """What virtual trials show. Shape: truths (member,), each of details (trial,)."""
    counts = np.bincount(courses.end, minlength=len(courses.ends))
    numbers = range(int(courses.member.max()) + 1)
    chances = tuple(
        MemberChance(float(truths[one]), float(own.mean()), len(own))
        for one in numbers
        if len(own := courses.is_success[courses.member == one])
    )
    return Characteristics(
        name=name,
        success_name=success_name,
        early_name=early_name,
        success=measured(courses.is_success, courses.member),
        early=measured(courses.is_early, courses.member),
        patients=measured(courses.patients, courses.member),
        months=measured(courses.days / DAYS_PER_MONTH, courses.member),
        ends=tuple((words, int(count)) for words, count in zip(courses.ends, counts, strict=True) if count),
        textbook=textbook,
        truth_name=truth_name,
        members=chances,
        curve=curve,
        details={key: measured(values, courses.member) for key, values in (details or {}).items()},
        doses=doses,
    )


def without_luck(shares: Array, trials: Array) -> Array:
    """Members' chances: the shares of their trials that succeeded, drawn in to the spread that is not luck.

    The variance of shares is that of the chances and that of binomial luck, which each member's own share
    tells. All are drawn towards their mean by one factor, which leaves the first variance alone.
    Shape: all (member,).
    """
    luck = float(np.mean(shares * (1.0 - shares) / (trials - 1.0)))
    total = float(np.var(shares, ddof=1))
    factor = math.sqrt(max(0.0, total - luck) / total) if total > 0.0 else 0.0
    return np.asarray(shares.mean() + factor * (shares - shares.mean()))


def measured(values: Array, member: Array) -> Measured:
    """The mean over trials, and its standard error with the member as the unit that was drawn.

    Trials of one member share its patients and parameters, so they tell less than as many independent ones.
    Values of true and false are shares: without a success in so many independent members, a chance is at
    most 1 - 0.05^(1/members), nearly three over their number.
    Shape: both (trial,).
    """
    numbers = np.asarray(values, dtype=np.float64)
    mean = float(numbers.mean())
    sizes = np.bincount(member)
    sums = np.bincount(member, weights=numbers - mean)
    many = int((sizes > 0).sum())
    if many < 2:
        return Measured(mean, None)
    if np.ptp(numbers) == 0.0:
        most = 1.0 - (1.0 - BOUND_LEVEL) ** (1.0 / many)
        is_share = np.asarray(values).dtype == bool
        return Measured(mean, None, abs(mean - most) if is_share else None)
    scale = many / (many - 1.0)
    return Measured(mean, math.sqrt(scale * float((sums**2).sum())) / len(numbers))
