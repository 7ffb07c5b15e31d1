"""Which interval stands beside a number, and what it is called: never one that does not exist."""

from __future__ import annotations

from dataclasses import replace

from trialkine.report.metrics import Metrics
from trialkine.report.outcomes import WIDE_LEVEL, GroupOutcomes, Summary
from trialkine.statistics.estimate import Estimate

TOO_FEW_TRIALS = "too few trials for predictive limits"


def interval_kind(summary: Summary) -> str:
    """What one interval is called, or nothing where the trials are too few for any."""
    if not summary.is_predictive:
        return "95 % confidence interval"
    level = summary.predictive_level
    return f"{100 * level:.0f} % predictive interval" if level is not None else ""


def interval_phrase(summary: Summary) -> str:
    """How a caption goes on: with which intervals, or why without."""
    kind = interval_kind(summary)
    return f"with {kind}s" if kind else TOO_FEW_TRIALS


def shown_metrics(summary: Summary, group: GroupOutcomes) -> Metrics:
    """The metrics with the widest interval that the number of trials allows.

    Where it allows none, that is said once beside the table and not in every cell.
    """
    if not summary.is_predictive or summary.predictive_level == WIDE_LEVEL:
        return group.metrics
    if summary.predictive_level is not None:
        return group.narrow
    return {name: _without_reason(found) for name, found in group.metrics.items()}


def _without_reason(found: Estimate) -> Estimate:
    return found if found.estimate is None else replace(found, why="")
