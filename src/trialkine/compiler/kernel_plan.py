"""Everything the kernels of a model are written from: nodes, order of states, elimination, exact kinetics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from trialkine.compiler.flatten import FlatModel, flatten
from trialkine.compiler.graph import Graph
from trialkine.compiler.linear_kinetics import LinearBlock, exact_rows, find_blocks
from trialkine.compiler.sparse_lu import Elimination, plan_elimination
from trialkine.model.model import Model

Array = np.ndarray[Any, np.dtype[Any]]
Entry = tuple[int, int]


@dataclass(frozen=True)
class KernelPlan:
    """The parts of a model in the order in which the kernels hold them.

    `columns` are the fixed nodes each kernel loads per patient; the numbers of the blocks and the rates of
    infusion follow them. `pattern` lists the Jacobian's non-zero entries (row, column) and `slopes` their
    nodes, in the model's order of states. Kernels hold first the states that a stepper moves, then those of
    the blocks; `elimination` is that of the moved states. In a plan without exact kinetics
    `all_moved` keeps the order of the plan it comes from, and `spare_columns` the room of its blocks.
    """

    flat: FlatModel
    columns: tuple[int, ...]
    pattern: tuple[Entry, ...]
    slopes: tuple[int, ...]
    nonnegative: tuple[bool, ...]
    blocks: tuple[LinearBlock, ...]
    elimination: Elimination
    all_moved: tuple[int, ...] = ()
    spare_columns: int = 0

    @property
    def size(self) -> int:
        """Number of states."""
        return len(self.flat.rates)

    @cached_property
    def moved(self) -> tuple[int, ...]:
        """The states that a stepper moves, by their places in the model."""
        if self.all_moved:
            return self.all_moved
        exact = set(exact_rows(self.blocks))
        return tuple(row for row in range(self.size) if row not in exact)

    @cached_property
    def order(self) -> tuple[int, ...]:
        """The model's place of each state, in the kernels' order."""
        return (*self.moved, *(row for block in self.blocks for row in block.rows))

    @cached_property
    def place(self) -> tuple[int, ...]:
        """The kernels' place of each state, in the model's order."""
        found = {row: number for number, row in enumerate(self.order)}
        return tuple(found[row] for row in range(self.size))

    @cached_property
    def moved_slopes(self) -> tuple[tuple[Entry, int], ...]:
        """The Jacobian of the moved states by one another: (row, column) in the kernels' order, and node."""
        limit, place = len(self.moved), self.place
        found = (((place[r], place[c]), n) for (r, c), n in zip(self.pattern, self.slopes, strict=True))
        return tuple((entry, node) for entry, node in found if max(entry) < limit)

    @cached_property
    def driven_slopes(self) -> tuple[tuple[Entry, int], ...]:
        """The slopes of moved states by states of the blocks, in the kernels' order."""
        limit, place = len(self.moved), self.place
        found = (((place[r], place[c]), n) for (r, c), n in zip(self.pattern, self.slopes, strict=True))
        return tuple((entry, node) for entry, node in found if entry[0] < limit <= entry[1])

    @cached_property
    def driving(self) -> frozenset[int]:
        """The states of blocks that some moved state reads, in the kernels' order."""
        limit = len(self.moved)
        read = {s for row in self.moved for s in self.flat.graph.states_read(self.flat.rates[row])}
        return frozenset(self.place[s] for s in read if self.place[s] >= limit)

    @property
    def block_numbers(self) -> int:
        """Columns per patient that the blocks add."""
        return sum(block.numbers for block in self.blocks)

    @property
    def column_count(self) -> int:
        """Columns per patient, without the rates of infusion."""
        return len(self.columns) + self.block_numbers + self.spare_columns

    @property
    def without_blocks(self) -> KernelPlan:
        """The same states and columns in the same places, with every state moved by a stepper."""
        plan = replace(self, blocks=(), all_moved=self.order, spare_columns=self.block_numbers)
        moved = [entry for entry, _ in plan.moved_slopes]
        return replace(plan, elimination=plan_elimination(self.size, moved))


def make_plan(model: Model) -> KernelPlan:
    """Flatten, differentiate, find what is fixed per patient and what is linear, and plan the elimination."""
    flat = flatten(model)
    graph = flat.graph
    entries = [
        (row, column, graph.slope(rate, column))
        for row, rate in enumerate(flat.rates)
        for column in sorted(graph.states_read(rate))
    ]
    entries = [entry for entry in entries if entry[2] != graph.zero]
    slopes = tuple(node for _, _, node in entries)
    pattern = tuple((row, column) for row, column, _ in entries)
    seen = (
        [event.margin for event in flat.events] + [margin for _, margin in flat.milestones] + [*flat.watched]
    )
    blocks = find_blocks(
        graph,
        flat.rates,
        dict(zip(pattern, slopes, strict=True)),
        frozenset().union(*(graph.states_read(node) for node in seen)),
    )
    outputs = [*flat.rates, *slopes, *flat.margins, *flat.reset_values, *flat.watched]
    plan = KernelPlan(
        flat,
        _fixed_columns(graph.needed(outputs), outputs, graph),
        pattern,
        slopes,
        tuple(model.states[name.split("[")[0]].is_nonnegative for name in model.state_names),
        blocks,
        plan_elimination(0, ()),
    )
    moved = [entry for entry, _ in plan.moved_slopes]
    return replace(plan, elimination=plan_elimination(len(plan.moved), moved))


def _fixed_columns(needed: Sequence[int], outputs: Sequence[int], graph: Graph) -> tuple[int, ...]:
    """The nodes that depend on parameters alone and are read by nodes that do not."""
    fixed = graph.fixed_nodes()
    varying = [node for node in needed if node not in fixed]
    read = {child for node in varying for child in graph.children(node) if child in fixed}
    read |= {node for node in outputs if node in fixed}
    return tuple(sorted(node for node in read if graph.value(node) is None))
