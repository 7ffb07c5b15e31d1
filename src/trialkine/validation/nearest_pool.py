"""The historical pool that stands beside a prediction where a page has room for one."""

from __future__ import annotations

from trialkine.validation.baselines import SAME_CLASS, SAME_DISEASE
from trialkine.validation.ledger import LedgerRow, Predictive

POOLS = (SAME_CLASS, SAME_DISEASE)
"""The historical pools, the nearest first."""


def pool_of(row: LedgerRow) -> tuple[str, Predictive] | None:
    """The nearest historical pool that a row has, with its name."""
    return next(((name, row.baselines[name]) for name in POOLS if name in row.baselines), None)
