"""Compile a composed model: plan, IR, machine code, and a cache on disk so that it happens once."""

from __future__ import annotations

import hashlib
import os
import pickle
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from trialkine.compiler.evaluate_graph import evaluate_in_order
from trialkine.compiler.kernel_plan import KernelPlan, make_plan
from trialkine.compiler.kernels_ir import evaluation_source, kernel_source
from trialkine.compiler.linear_kinetics import spectrum
from trialkine.compiler.target import Target, chosen_target, load_object, make_object
from trialkine.model.model import Model

Array = np.ndarray[Any, np.dtype[Any]]
FUNCTIONS = (
    "conditions", "resets", "implicit_step", "explicit_step", "accept", "extremes", "extremes_between",
    "restart",
)  # fmt: skip
EVALUATIONS = ("rates", "slopes", "watch")
GENERATION = 23  # raise when the emitted code changes, so that old cache entries are passed over


@dataclass(frozen=True, eq=False)
class CompiledModel:
    """A model with its kernels in memory.

    `addresses` maps each kernel to where it starts; `library` keeps the machine code alive.
    """

    model: Model
    plan: KernelPlan
    target: Target
    addresses: Mapping[str, int]
    library: object

    @property
    def width(self) -> int:
        """Patients per instruction."""
        return self.target.width

    def columns(self, parameters: Array) -> Array:
        """What each kernel loads per patient, from the parameters. Shape: (patient, column)."""
        return np.concatenate([self.fixed_columns(parameters), self.block_columns(parameters)], axis=1)

    def fixed_columns(self, parameters: Array) -> Array:
        """The first of the columns: the values of the plan's fixed nodes."""
        return evaluate_in_order(self.plan.flat.graph, self._column_order, self.plan.columns, parameters)

    def block_columns(self, parameters: Array) -> Array:
        """The other columns: the spectra of the blocks of linear kinetics."""
        flat = self.plan.flat
        floors = self.plan.nonnegative
        found = [spectrum(flat.graph, flat.rates, block, parameters, floors) for block in self.plan.blocks]
        return np.concatenate([np.zeros((len(parameters), 0)), *found], axis=1)

    @cached_property
    def evaluations(self) -> Mapping[str, int]:
        """Where the kernels start that evaluate without stepping; compiled when first asked for."""
        target = self.target
        code = make_object(evaluation_source(self.plan, target.width, target.fused), target)
        self.__dict__["_evaluation_library"], addresses = load_object(code, target, EVALUATIONS)
        return addresses

    @cached_property
    def without_blocks(self) -> CompiledModel:
        """The same model with every state moved by a stepper, for kinetics without a usable spectrum."""
        if not self.plan.blocks:
            return self
        return compile_model(self.model, self.target, has_exact_kinetics=False)

    @cached_property
    def kinetic_parameters(self) -> frozenset[int]:
        """The places of the parameters on which the spectra of the blocks depend."""
        flat = self.plan.flat
        rates = [flat.rates[row] for block in self.plan.blocks for row in block.rows]
        nodes = [node for block in self.plan.blocks for node in block.nodes]
        return frozenset(
            int(flat.graph.operands[node][0])
            for node in flat.graph.needed([*rates, *nodes])
            if flat.graph.operations[node] == "param"
        )

    @cached_property
    def _column_order(self) -> list[int]:
        return self.plan.flat.graph.needed(self.plan.columns)


def cache_folder() -> Path:
    """Where compiled kernels are kept (`TRIALKINE_CACHE` overrides)."""
    chosen = os.environ.get("TRIALKINE_CACHE")
    if chosen:
        return Path(chosen)
    import platformdirs

    return Path(platformdirs.user_cache_dir("trialkine"))


def compile_model(
    model: Model, target: Target | None = None, has_exact_kinetics: bool = True
) -> CompiledModel:
    """Compile a model, or load its kernels when the same equations were compiled before.

    Without exact kinetics, every state is moved by a stepper.
    """
    target = target or chosen_target()
    named = f"{GENERATION}|{model.hash}|{target}|{has_exact_kinetics}"
    key = hashlib.sha256(named.encode()).hexdigest()[:32]
    path = cache_folder() / "kernels" / f"{key}.bin"
    stored = _read(path)
    if stored is None:
        plan = make_plan(model)
        plan = plan if has_exact_kinetics else plan.without_blocks
        machine_code = make_object(kernel_source(plan, target.width, target.fused), target)
        _write(path, (plan, machine_code))
    else:
        plan, machine_code = stored
    library, addresses = load_object(machine_code, target, FUNCTIONS)
    return CompiledModel(model, plan, target, addresses, library)


def _read(path: Path) -> tuple[KernelPlan, bytes] | None:
    """A cache entry, or None when it is absent or damaged (its own checksum says which)."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    digest, payload = content[:32], content[32:]
    if hashlib.sha256(payload).digest() != digest:
        return None
    try:
        plan, machine_code = pickle.loads(payload)
    except Exception:
        return None
    return plan, machine_code


def _write(path: Path, entry: tuple[KernelPlan, bytes]) -> None:
    """Write a cache entry whole or not at all; a cache that cannot be written is no error."""
    payload = pickle.dumps(entry)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(hashlib.sha256(payload).digest() + payload)
        os.replace(file.name, path)
    except OSError:
        return
