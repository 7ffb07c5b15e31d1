"""How long the arms are followed: up to when every curve is known."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import polars as pl

from trialkine.errors import InputError
from trialkine.records import DAYS_PER_MONTH
from trialkine.report.comparison.arms import ComparedArm
from trialkine.report.comparison.question import Question
from trialkine.report.metrics import survival_columns


def with_follow_up(question: Question, arms: Sequence[ComparedArm]) -> Question:
    """The question with a time up to which restricted means are taken: that asked for, or the longest known.

    Raises: InputError, when a time that was asked for lies beyond an arm's follow-up.
    """
    ends = {arm.name: followed_until(arm, question.endpoint) for arm in arms}
    first, last = min(ends.items(), key=lambda item: item[1])
    asked = [("--tau", question.until_days)]
    if question.is_landmark_given:
        asked.append(("--landmark", question.landmark_days))
    for option, days in asked:
        if days is not None and days > last:
            raise InputError(
                f"'{option}' lies at {days / DAYS_PER_MONTH:.1f} months, beyond the follow-up of '{first}', "
                f"which ends at {last / DAYS_PER_MONTH:.1f} months. Write an earlier time."
            )
    if question.until_days is not None:
        return question
    if math.isinf(last):
        last = max(max(survival_columns(arm.evaluable, question.endpoint)[0]) for arm in arms)
    return replace(question, until_days=last)


def followed_until(arm: ComparedArm, endpoint: str) -> float:
    """The last day on which the arm's curve is known in every trial; infinite where all curves end at zero.

    Units: [day].
    """
    return min(_ends(arm, endpoint), default=0.0)


def _ends(arm: ComparedArm, endpoint: str) -> Iterator[float]:
    for trial in range(arm.run.trials):
        days, events = survival_columns(arm.evaluable.filter(pl.col("trial") == trial), endpoint)
        if days:
            last = max(days)
            is_known = all(event for day, event in zip(days, events, strict=True) if day == last)
            yield math.inf if is_known else last
