"""trialkine's own ensemble engine, on one thread."""

from __future__ import annotations

import time
from importlib.metadata import version
from typing import Any

import numpy as np

from engine import Engine, Solve
from neutral_model import neutral_model
from trialkine.compiler.compiled import compile_model
from trialkine.solver.accuracy import Accuracy
from trialkine.solver.ensemble import Ensemble
from workloads import Workload, due

Array = np.ndarray[Any, np.dtype[Any]]


def prepare() -> Solve:
    """Compile the neutral model."""
    compiled = compile_model(neutral_model())

    def solve(load: Workload, tolerance: float) -> tuple[Array, float]:
        begin = time.process_time()
        ensemble = Ensemble(compiled, load.parameters, Accuracy(relative=tolerance))
        states = np.empty((load.patients, len(load.outputs), len(neutral_model().state_names)))
        before = 0.0
        for number, output in enumerate(load.outputs):
            ensemble.advance(output, due(load.doses, before, output), jobs=1)
            states[:, number] = ensemble.states
            before = output
        seconds = time.process_time() - begin
        if ensemble.status.any():
            raise RuntimeError(f"trialkine failed for {np.count_nonzero(ensemble.status)} patients.")
        return states, seconds

    return solve


ENGINE = Engine(
    "trialkine", "Rodas5P in independent SIMD lanes", 64, 1e-4, lambda: version("trialkine"), prepare
)
