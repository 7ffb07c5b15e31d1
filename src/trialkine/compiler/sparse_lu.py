"""Sparse elimination planned once per model: the order, the fill, and every operation written out.

The matrix is `1/(h*gamma) - Jacobian` with pivots on its diagonal, which an ODE step keeps well away from
zero; the order is Markowitz's (least product of row and column counts first).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Elimination:
    """Operations on the stored entries of the matrix and on a right-hand side.

    `slots` numbers the stored entries. `factor` holds ("invert", pivot), ("scale", entry, pivot) and
    ("subtract", entry, lower, upper); `forward` and `backward` hold (row, entry, column) for
    b[row] -= entry * b[column], with (row, pivot, -1) for b[row] *= pivot.
    """

    order: tuple[int, ...]
    slots: dict[tuple[int, int], int]
    factor: tuple[tuple[str, int, int, int], ...]
    forward: tuple[tuple[int, int, int], ...]
    backward: tuple[tuple[int, int, int], ...]


def plan_elimination(size: int, pattern: Iterable[tuple[int, int]]) -> Elimination:
    """Plan the elimination of a matrix with these non-zero entries (the diagonal is always there)."""
    entries = set(pattern) | {(i, i) for i in range(size)}
    rows: list[set[int]] = [set() for _ in range(size)]
    columns: list[set[int]] = [set() for _ in range(size)]
    for i, j in entries:
        rows[i].add(j)
        columns[j].add(i)
    order: list[int] = []
    remaining = set(range(size))
    while remaining:
        pivot = min(
            remaining,
            key=lambda v: ((len(rows[v] & remaining) - 1) * (len(columns[v] & remaining) - 1), v),
        )
        order.append(pivot)
        remaining.discard(pivot)
        for i in columns[pivot] & remaining:
            for j in rows[pivot] & remaining:
                rows[i].add(j)
                columns[j].add(i)
                entries.add((i, j))
    slots = {entry: number for number, entry in enumerate(sorted(entries))}
    place = {v: number for number, v in enumerate(order)}
    factor: list[tuple[str, int, int, int]] = []
    forward: list[tuple[int, int, int]] = []
    backward: list[tuple[int, int, int]] = []

    def in_order(entries: Iterable[int]) -> list[int]:
        return sorted(entries, key=place.__getitem__)

    for i in order:  # row by row, so that few values are in flight at a time
        for v in in_order(v for v in rows[i] if place[v] < place[i]):
            factor.append(("scale", slots[i, v], slots[v, v], -1))
            forward.append((i, slots[i, v], v))
            for j in in_order(j for j in rows[v] if place[j] > place[v]):
                factor.append(("subtract", slots[i, j], slots[i, v], slots[v, j]))
        factor.append(("invert", slots[i, i], -1, -1))
    for v in reversed(order):
        for j in in_order(j for j in rows[v] if place[j] > place[v]):
            backward.append((v, slots[v, j], j))
        backward.append((v, slots[v, v], -1))
    return Elimination(tuple(order), slots, tuple(factor), tuple(forward), tuple(backward))
