"""The search behind Simon's designs: for every number of patients, the rule with the fewest expected.

For given sizes n1 and n and final limit r, a stricter first stage (a larger r1) lowers power, type I error
and expected size together. So only the largest r1 that keeps the power matters, and r serves if that one
keeps alpha. Every n1 is tried at once, as the rows of an array; nothing is rounded or sampled.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trialkine.design.binomial import ROUNDING, at_least, binomial_table

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_FIRST_TABLE = 64  # patients; tables double when they no longer suffice


@dataclass(frozen=True)
class FoundRule:
    """A two-stage rule with the rates that the search computed for it."""

    r1: int
    n1: int
    r: int
    n: int
    expected_patients: float
    early_stop_probability: float
    type_one_error: float
    power: float


@dataclass(frozen=True)
class _Tables:
    """Distributions for all numbers of patients up to `most`, under the null and the alternative.

    `null`, `alternative` [patients, responses]. `null_tail`, `alternative_tail` [patients, column of k]:
    at least k responses, see `columns`. `strictest` [n1]: the largest r1 that leaves the power possible,
    -1 if none does; `strictest_stop` [n1]: the chance under the null that it stops the trial.
    """

    most: int
    null: FloatArray
    alternative: FloatArray
    null_tail: FloatArray
    alternative_tail: FloatArray
    strictest: IntArray
    strictest_stop: FloatArray

    def columns(self, k: IntArray) -> IntArray:
        """Where the tails hold 'at least k'; any k below 0 is certain, any above `most` impossible."""
        return np.clip(k + self.most + 1, 0, 2 * self.most + 2)


def _tabulate(most: int, p0: float, p1: float, power: float) -> _Tables:
    null, alternative = binomial_table(most, p0), binomial_table(most, p1)
    patients = np.arange(most + 1)
    is_limit = patients[np.newaxis, :] < patients[:, np.newaxis]  # r1 below n1
    is_possible = is_limit & (np.cumsum(alternative, axis=1) <= (1.0 - power) + ROUNDING)
    strictest = is_possible.sum(axis=1) - 1
    stop = np.cumsum(null, axis=1)[patients, np.maximum(strictest, 0)]
    return _Tables(
        most,
        null,
        alternative,
        _tail(null),
        _tail(alternative),
        strictest.astype(np.int64),
        np.where(strictest >= 0, stop, 0.0),
    )


def _tail(table: FloatArray) -> FloatArray:
    return np.hstack((np.ones_like(table), at_least(table), np.zeros((table.shape[0], 1))))


class SimonSearch:
    """One question, asked of one number of patients after the other."""

    def __init__(self, p0: float, p1: float, alpha: float, power: float) -> None:
        self._rates = (p0, p1)
        self._alpha = alpha * (1.0 + ROUNDING)
        self._power = power * (1.0 - ROUNDING)
        self._best = np.inf
        self._tables = _tabulate(_FIRST_TABLE, p0, p1, self._power)

    def improvements(self, most_patients: float = np.inf) -> Iterator[FoundRule]:
        """Rules in order of n, the best of each n that expects fewer patients than all before it.

        Ends when no larger n can improve on the last, or at `most_patients`; `is_complete` says which.
        """
        n = 2
        while n <= most_patients and not self._is_beyond(n):
            found = self._best_of(n)
            if found is not None:
                self._best = found.expected_patients
                yield found
            n += 1

    def is_complete(self, most_patients: int) -> bool:
        """Whether no rule of more than `most_patients` expects fewer patients than the best so far."""
        return self._is_beyond(most_patients + 1)

    def _is_beyond(self, n: int) -> bool:
        """Whether neither n patients nor more can improve on the best: a first stage costs more with n."""
        return n >= self._best and not self._first_stages(n).size

    def _first_stages(self, n: int) -> IntArray:
        """The n1 that could expect fewer patients than the best so far, were all n as strict as can be."""
        while n > self._tables.most:
            self._tables = _tabulate(2 * self._tables.most, *self._rates, self._power)
        n1 = np.arange(1, n)
        expected = n - self._tables.strictest_stop[1:n] * (n - n1)
        return n1[(self._tables.strictest[1:n] >= 0) & (expected < self._best)]

    def _best_of(self, n: int) -> FoundRule | None:
        """The rule of n patients with the fewest expected, if it beats the best so far.

        Of rules that expect the same, the first: the one with the least r, and so the most power.
        """
        first = self._first_stages(n)
        highest = self._highest_limit(n)
        if not first.size or highest < 0:
            return None
        lowest = self._lowest_limits(n, first, highest)
        best, limit = None, self._best
        for r in range(int(lowest.min()), highest + 1):
            found = self._best_with_limit(n, r, first[lowest <= r], limit)
            if found is not None:
                best, limit = found, found.expected_patients
        return best

    def _highest_limit(self, n: int) -> int:
        """The largest r with enough power in a single stage, where it is greatest; -1 if there is none."""
        tail = self._tables.alternative_tail[n, self._tables.columns(np.arange(1, n + 1))]
        return int((tail >= self._power).sum()) - 1

    def _lowest_limits(self, n: int, first: IntArray, highest: int) -> IntArray:
        """For each n1 the least r that keeps alpha with the strictest first stage; found by halving."""
        tables = self._tables
        responses = np.arange(n + 1)
        is_passed = responses[np.newaxis, :] > tables.strictest[first][:, np.newaxis]
        passed = np.where(is_passed, tables.null[first, : n + 1], 0.0)
        second = (n - first)[:, np.newaxis]
        low = np.zeros(first.size, dtype=np.int64)
        high = np.full(first.size, highest + 1, dtype=np.int64)
        while (low < high).any():
            middle = (low + high) // 2
            columns = tables.columns(middle[:, np.newaxis] + 1 - responses[np.newaxis, :])
            error = (passed * tables.null_tail[second, columns]).sum(axis=1)
            is_within = error <= self._alpha
            high = np.where(is_within, middle, high)
            low = np.where(is_within, low, np.minimum(middle + 1, high))
        return low

    def _best_with_limit(self, n: int, r: int, first: IntArray, limit: float) -> FoundRule | None:
        """The rule with this final limit and the fewest expected patients below `limit`."""
        tables = self._tables
        responses = np.arange(int(first.max()) + 1)
        columns = tables.columns(r + 1 - responses)[np.newaxis, :]

        def passing(table: FloatArray, tail: FloatArray, n1: IntArray) -> FloatArray:
            """[row, x]: promising after a first stage with x responses or more."""
            return at_least(table[n1, : responses.size] * tail[(n - n1)[:, np.newaxis], columns])

        power = passing(tables.alternative, tables.alternative_tail, first)
        is_first_stage = responses[np.newaxis, :] <= np.minimum(first, r + 1)[:, np.newaxis]
        r1 = ((power >= self._power) & is_first_stage).sum(axis=1) - 2  # passed with r1 + 1 or more
        stop = np.cumsum(tables.null[first, : responses.size], axis=1)
        stop = stop[np.arange(first.size), np.maximum(r1, 0)]
        expected = n - stop * (n - first)
        rows = np.flatnonzero((r1 >= 0) & (expected < limit))
        if not rows.size:
            return None
        error = passing(tables.null, tables.null_tail, first[rows])[np.arange(rows.size), r1[rows] + 1]
        valid = rows[error <= self._alpha]
        if not valid.size:
            return None
        row = int(valid[expected[valid].argmin()])
        return FoundRule(
            int(r1[row]),
            int(first[row]),
            r,
            n,
            float(expected[row]),
            float(stop[row]),
            float(error[rows == row][0]),
            float(power[row, r1[row] + 1]),
        )
