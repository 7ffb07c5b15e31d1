"""Linear kinetics found in a model: states that can be propagated exactly instead of integrated.

A block is a set of states whose rates are linear in the block alone, with coefficients that are fixed per
patient, and do not depend on anything else but infusions. In the coordinates of its eigenvectors each state
of a block is a sum of exponentials. Blocks whose eigenvalues could be complex (a cycle of three or more
states) and chains of three or more equal rates, which have no well-conditioned eigenvectors, stay with the
stepper.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from trialkine.compiler.evaluate_graph import evaluate_nodes
from trialkine.compiler.graph import Graph

Array = np.ndarray[Any, np.dtype[Any]]
Entry = tuple[int, int]

LONGEST_CHAIN = 2  # equal rates in a row; moving them apart costs accuracy with the power of their number
APART = (
    6e-8  # relative distance to which equal rates are moved: half of it errs, and so does rounding over it
)
WORST_CONDITION = 1e9  # of eigenvectors: two equal rates moved apart have up to 1e8, three would have 1e15
AT_REST = 1e-8  # [1/day]; modes that are slower stand still, or grow in proportion to time under an inflow


@dataclass(frozen=True)
class LinearBlock:
    """States that are propagated together.

    `rows` are their places among all states; `entries` the non-zero coefficients by places within the block,
    with their nodes in `nodes`; `single` are the places of states that exchange with no other, whose own rate
    is an eigenvalue.
    """

    rows: tuple[int, ...]
    entries: tuple[Entry, ...]
    nodes: tuple[int, ...]
    single: tuple[int, ...]

    @property
    def size(self) -> int:
        """Number of states, and of eigenvalues."""
        return len(self.rows)

    @property
    def numbers(self) -> int:
        """How many columns per patient the block needs: see `spectrum`."""
        return self.size * (4 + 2 * self.size)


def find_blocks(
    graph: Graph, rates: Sequence[int], slopes: Mapping[Entry, int], seen: frozenset[int] = frozenset()
) -> tuple[LinearBlock, ...]:
    """Every block of a model, in the order of its first state.

    `slopes` are the nodes of the Jacobian's non-zero entries. States that are `seen` by located conditions or
    by quantities whose extremes are recorded stay with the stepper, which sees how they move within a step. A
    state that an event resets may be in a block: resets act between steps.
    """
    fixed = graph.fixed_nodes()
    linear = {row for row in range(len(rates)) if slopes.get((row, row)) in fixed} - seen
    linear = _closed(linear, rates, graph, slopes, fixed)
    while True:
        awkward = {row for part in _cycles(linear, slopes) if not _is_tree(part, slopes) for row in part}
        awkward |= _long_chains(linear, slopes)
        if not awkward:
            break
        linear = _closed(linear - awkward, rates, graph, slopes, fixed)
    return tuple(_block(rows, slopes) for rows in _components(linear, slopes))


def _closed(
    rows: set[int], rates: Sequence[int], graph: Graph, slopes: Mapping[Entry, int], fixed: set[int]
) -> set[int]:
    """The largest part of `rows` that reads only itself, with fixed coefficients."""
    while True:
        kept = {
            row
            for row in rows
            if all(
                column in rows and ((row, column) not in slopes or slopes[row, column] in fixed)
                for column in graph.states_read(rates[row])
            )
        }
        if kept == rows:
            return rows
        rows = kept


def _links(rows: set[int], slopes: Mapping[Entry, int]) -> dict[int, set[int]]:
    """Which other states of `rows` each one reads."""
    found: dict[int, set[int]] = {row: set() for row in rows}
    for row, column in slopes:
        if row in rows and column in rows and row != column:
            found[row].add(column)
    return found


def _reachable(start: int, links: Mapping[int, set[int]]) -> set[int]:
    seen, waiting = {start}, [start]
    while waiting:
        for other in links[waiting.pop()] - seen:
            seen.add(other)
            waiting.append(other)
    return seen


def _cycles(rows: set[int], slopes: Mapping[Entry, int]) -> list[set[int]]:
    """Sets of two or more states that all read each other in the end."""
    links = _links(rows, slopes)
    reach = {row: _reachable(row, links) for row in rows}
    parts = {frozenset(other for other in reach[row] if row in reach[other]) for row in rows}
    return [set(part) for part in parts if len(part) > 1]


def _is_tree(part: set[int], slopes: Mapping[Entry, int]) -> bool:
    """Whether states exchange amount in pairs only, without a circle: then the eigenvalues are real."""
    links = {(row, column) for row, column in slopes if row in part and column in part and row != column}
    mutual = all((column, row) in links for row, column in links)
    return mutual and len(links) == 2 * (len(part) - 1)


def _long_chains(rows: set[int], slopes: Mapping[Entry, int]) -> set[int]:
    """States of the same block that share one rate of loss, where they are too many to be moved apart."""
    found = set[int]()
    for part in _components(rows, slopes):
        counts = Counter(slopes[row, row] for row in part)
        found |= {row for row in part if counts[slopes[row, row]] > LONGEST_CHAIN}
    return found


def _components(rows: set[int], slopes: Mapping[Entry, int]) -> list[tuple[int, ...]]:
    """States that have anything to do with each other."""
    links = _links(rows, slopes)
    both = {row: set(others) for row, others in links.items()}
    for row, others in links.items():
        for other in others:
            both[other].add(row)
    found: list[tuple[int, ...]] = []
    left = set(rows)
    while left:
        part = _reachable(min(left), both)
        left -= part
        found.append(tuple(sorted(part)))
    return found


def _block(rows: tuple[int, ...], slopes: Mapping[Entry, int]) -> LinearBlock:
    place = {row: number for number, row in enumerate(rows)}
    entries = sorted((place[r], place[c]) for r, c in slopes if r in place and c in place)
    exchanging = {row for part in _cycles(set(rows), slopes) for row in part}
    single = tuple(place[row] for row in rows if row not in exchanging)
    return LinearBlock(rows, tuple(entries), tuple(slopes[rows[r], rows[c]] for r, c in entries), single)


def spectrum(
    graph: Graph, rates: Sequence[int], block: LinearBlock, parameters: Array, has_floor: Sequence[bool]
) -> Array:
    """What the propagation of a block loads per patient. Shape: (patient, `block.numbers`).

    Eigenvalues [1/day], their reciprocals (0 where a mode is at rest), whether a mode is at rest, the
    constant inflow in eigen-coordinates, then the matrix to eigen-coordinates and the one back, row by row.
    Not a number in patients whose block oscillates, has no well-conditioned eigenvectors, or would be drained
    below the floors of its states.
    """
    patients, size = len(parameters), block.size
    with np.errstate(all="ignore"):
        matrix = np.zeros((patients, size, size))
        for (row, column), values in zip(
            block.entries, evaluate_nodes(graph, block.nodes, parameters).T, strict=True
        ):
            matrix[:, row, column] = values
        nothing = np.zeros((patients, len(rates)))
        inflow = evaluate_nodes(graph, [rates[row] for row in block.rows], parameters, nothing)
        moved = matrix.copy()
        single = list(block.single)
        moved[:, single, single] = _moved_apart(matrix[:, single, single])
        values, back, forth = _eigen(moved)
        resting = np.abs(values) < AT_REST
        values = np.where(resting, 0.0, values)
        inverse = np.where(resting, 0.0, 1.0 / values)
        parts = [values, inverse, resting.astype(float), np.einsum("pij,pj->pi", forth, inflow)]
        condition = np.abs(back).max(axis=(1, 2)) * np.abs(forth).max(axis=(1, 2))
    parts += [forth.reshape(patients, -1), back.reshape(patients, -1)]
    fit = (condition < WORST_CONDITION) & ~_is_drained(matrix, inflow, [has_floor[row] for row in block.rows])
    return np.where(fit[:, None], np.concatenate(parts, axis=1), np.nan)


def _is_drained(matrix: Array, inflow: Array, has_floor: Sequence[bool]) -> Array:
    """In whom something takes from a state with a floor whatever is left of it. Shape: (patient,)."""
    between = matrix.copy()
    np.einsum("pii->pi", between)[:] = 0.0
    takes = (between < 0.0).any(axis=2) | (inflow < 0.0)
    return np.asarray((takes & np.asarray(has_floor)).any(axis=1))


def _moved_apart(rates: Array) -> Array:
    """Rates that are equal, or nearly so, moved apart around their mean. Shape: (patient, rate)."""
    order = np.argsort(rates, axis=1, kind="stable")
    ranked = np.take_along_axis(rates, order, axis=1)
    near = np.abs(np.diff(ranked, axis=1)) < APART * np.abs(ranked[:, 1:])
    groups = np.concatenate([np.zeros((len(rates), 1), dtype=int), np.cumsum(~near, axis=1)], axis=1)
    for number in range(rates.shape[1]):
        inside = groups == number
        count = inside.sum(axis=1, keepdims=True)
        mean = np.where(inside, ranked, 0.0).sum(axis=1, keepdims=True) / np.maximum(count, 1)
        rank = np.cumsum(inside, axis=1) - (count + 1) / 2
        ranked = np.where(inside & (count > 1), mean * (1.0 - APART * rank), ranked)
    moved = np.empty_like(rates)
    np.put_along_axis(moved, order, ranked, axis=1)
    return moved


def _eigen(matrix: Array) -> tuple[Array, Array, Array]:
    """Eigenvalues, eigenvectors and their inverse; not a number for a patient who has none that are real."""
    sound = np.asarray(np.isfinite(matrix).all(axis=(1, 2)))
    plain = np.where(sound[:, None, None], matrix, np.eye(matrix.shape[1]))
    values, vectors = np.linalg.eig(plain)
    sound &= np.all(np.abs(np.imag(values)) <= 1e-12 * np.abs(values), axis=1)
    real, size = np.real(vectors), matrix.shape[1]
    usable = np.where(sound[:, None, None], real, np.eye(size))
    try:
        forth = np.linalg.inv(usable)
    except np.linalg.LinAlgError:  # somebody's: one by one
        forth = np.stack([_inverse_or_nan(one) for one in usable])
    sound &= np.isfinite(forth).all(axis=(1, 2))
    missing = ~sound
    return np.where(missing[:, None], np.nan, np.real(values)), real, forth


def _inverse_or_nan(matrix: Array) -> Array:
    try:
        return np.asarray(np.linalg.inv(matrix))
    except np.linalg.LinAlgError:
        return np.full(matrix.shape, np.nan)


def exact_rows(blocks: Sequence[LinearBlock]) -> tuple[int, ...]:
    """Every state that is propagated exactly, in order."""
    return tuple(sorted(row for block in blocks for row in block.rows))
