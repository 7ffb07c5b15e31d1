"""States of many sizes for the full disease models, and what the rounding of their rates is relative to."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine_samples import full_model
from trialkine.compiler.kernels_ir import KernelPlan
from trialkine.model.evaluate import Evaluation, initial_states, state_scales
from trialkine.model.model import Model

Array = np.ndarray[Any, np.dtype[Any]]
ROUNDING = 1e-12  # of a row's largest terms: hundreds of operations in another order at 1e-16 each


def random_states(parameters: Array, seed: int = 11) -> Array:
    """States of many sizes around the start; some exactly zero, where slopes have kinks."""
    rng = np.random.default_rng(seed)
    start = initial_states(full_model(), parameters)
    size = np.maximum(start, state_scales(full_model(), parameters))
    states = size * rng.lognormal(0.0, 1.0, start.shape)
    return np.where(rng.random(start.shape) < 0.1, 0.0, states)


def full_jacobian(plan: KernelPlan, slopes: Array) -> Array:
    found = np.zeros((len(slopes), plan.size, plan.size))
    for entry, (row, column) in enumerate(plan.pattern):
        found[:, row, column] = slopes[:, entry]
    return found


def turnover(model: Model, states: Array, parameters: Array) -> Array:
    """The sizes of a rate's terms added up: what its rounding is relative to. Shape: (patient, state)."""
    evaluation = Evaluation(model, states, parameters)
    columns = []
    for name, state in model.states.items():
        total = np.zeros((len(states), *(1 for _ in model.indices)))
        for contribution in model.rates[name]:
            total = total + np.abs(evaluation.text(contribution.rate))
        columns.append(evaluation.flat(total, state.index))
    return np.concatenate(columns, axis=1)
