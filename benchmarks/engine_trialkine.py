"""trialkine's own ensemble engine, on one thread: as it chooses its stepper, and by each of the two."""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import numpy as np

from engine import Engine, Solve
from neutral_model import neutral_model
from trialkine.compiler.compiled import CompiledModel, compile_model
from trialkine.solver.accuracy import Accuracy
from trialkine.solver.ensemble import Ensemble
from trialkine.solver.pilot import PILOT_DAYS, PILOT_PATIENTS, choose_stepper
from trialkine.solver.stepper import EXPLICIT, IMPLICIT, Stepper
from workloads import Workload, due, first_patients

Array = np.ndarray[Any, np.dtype[Any]]
Choice = Callable[[CompiledModel, Workload, Accuracy], Stepper]


def chosen(compiled: CompiledModel, load: Workload, accuracy: Accuracy) -> Stepper:
    """The stepper that the pilot chooses; like compiling, it is done once for a population and not timed."""
    doses = due(first_patients(load.doses, PILOT_PATIENTS), 0.0, PILOT_DAYS)
    return choose_stepper(compiled, load.parameters[:PILOT_PATIENTS], doses, accuracy)


def by(stepper: Stepper) -> Choice:
    """Always the same stepper."""
    return lambda compiled, load, accuracy: stepper


def prepare(choice: Choice = chosen) -> Solve:
    """Compile the neutral model."""
    compiled = compile_model(neutral_model())

    def solve(load: Workload, tolerance: float) -> tuple[Array, float]:
        accuracy = Accuracy(relative=tolerance)
        stepper = choice(compiled, load, accuracy)
        begin = time.process_time()
        ensemble = Ensemble(compiled, load.parameters, accuracy, stepper)
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


def prepare_reference() -> Solve:
    """The implicit stepper, which needs no choice."""
    return prepare(by(IMPLICIT))


def _engine(name: str, about: str, choice: Choice) -> Engine:
    return Engine(name, about, 64, 1e-4, lambda: version("trialkine"), lambda: prepare(choice))


EXACT = "in independent SIMD lanes, exact linear kinetics"
ENGINE = _engine("trialkine", f"the stepper that its pilot chooses, {EXACT}", chosen)
VARIANTS = (
    _engine("trialkine implicit", f"Rodas5P {EXACT}", by(IMPLICIT)),
    _engine("trialkine explicit", f"Dormand-Prince 5 {EXACT}", by(EXPLICIT)),
)
