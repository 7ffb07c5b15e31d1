"""A word on why a number was missed, by what else the ledger says of its class and disease."""

from __future__ import annotations

from collections.abc import Sequence

from trialkine.validation.ledger import LedgerRow

FEW = 30
INNER = 0.80


def why_missed(row: LedgerRow, rows: Sequence[LedgerRow]) -> str:
    """What may be behind a miss, as far as the ledger tells; a guess, and never more.

    In turn: a disease without a calibrated population, a class of agents that no other family gave, a class
    that is missed alike in other families, few patients, or a trial unlike others of its class.
    """
    calibrated = {one.disease for one in rows if one.is_seen}
    if calibrated and row.disease not in calibrated:
        return "Likely why: the population of this disease was not calibrated."
    others = _alike(row, rows)
    if not others:
        return "Likely why: no other family of trials reports this of the class in this disease."
    same = [one for one in others if _is_too_low(one) == _is_too_low(row) and not one.is_inside[INNER]]
    families = len({one.family for one in others})
    missed = len({one.family for one in same})
    if 2 * missed >= families:
        return f"Likely why: the mechanism, for {_of(missed, families)} missed on the same side."
    if row.n is not None and row.n < FEW:
        return f"Perhaps luck: only {row.n} patients, and {_of(missed, families)} missed on the same side."
    return f"Perhaps something of the trial that its file does not say: {_of(missed, families)} missed alike."


def _alike(row: LedgerRow, rows: Sequence[LedgerRow]) -> list[LedgerRow]:
    """The same number in other families, of the same class in the same disease."""
    return [
        one
        for one in rows
        if one.family != row.family
        and (one.agent_class, one.disease, one.metric) == (row.agent_class, row.disease, row.metric)
        and one.is_scored
        and one.predicted is not None
    ]


def _is_too_low(row: LedgerRow) -> bool:
    """Whether less was predicted than was reported."""
    assert row.predicted is not None
    return row.reported > row.predicted.median


def _of(missed: int, families: int) -> str:
    """How many other families were missed, as the beginning of a sentence that ends in 'missed'."""
    if families == 1:
        return "the one other family of its class was" + ("" if missed else " not")
    number = {0: "none", families: "all"}.get(missed, str(missed))
    return f"{number} of the {families} other families of its class {'was' if missed == 1 else 'were'}"
