"""Single rows of a ledger for tests of its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from trialkine.validation.ledger import LedgerRow, Predictive

WIDE = Predictive(
    median=0.12,
    intervals={0.50: (0.10, 0.15), 0.80: (0.08, 0.18), 0.95: (0.05, 0.21)},
    crps=0.02,
    log_score=-3.0,
    pit=0.4,
)
ROW = LedgerRow(
    trial="trial-1",
    title="A trial",
    family="family-1",
    arm="Interleukin-2",
    line=None,
    disease="melanoma",
    agent_class="high-dose interleukin-2",
    use="calibration",
    metric="orr",
    reported=0.12,
    reported_low=None,
    reported_high=None,
    n=50,
    at_least=False,
    predicted=WIDE,
    baselines={},
    is_scored=True,
)


def row_of(family: str, reported: float, metric: str = "orr", **changes: object) -> LedgerRow:
    """A row of one family with what was reported."""
    return replace(ROW, trial=family, family=family, reported=reported, metric=metric, **changes)


def scored(crps: float | None, log_score: float | None = -3.0, pit: float | None = 0.4) -> Predictive:
    """The wide prediction with other scores."""
    return replace(WIDE, crps=crps, log_score=log_score, pit=pit)


def in_months(intervals: Mapping[float, tuple[float, float]], median: float) -> Predictive:
    """A prediction of a median time."""
    return replace(WIDE, median=median, intervals=intervals)
