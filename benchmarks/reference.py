"""Reference solutions: trialkine at a tolerance of 1e-10, checked against SciPy's LSODA near its limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

import engine_scipy
import engine_trialkine
from equation_export import Equations
from neutral_model import neutral_model
from workloads import largest_errors, workload

Array = np.ndarray[Any, np.dtype[Any]]
TOLERANCE = 1e-10
CHECK_TOLERANCE = 1e-11
CHECK_PATIENTS = 2
MOST_DIFFERENCE = 1e-7  # a hundredth of the error at which engines are compared


@dataclass(frozen=True)
class Reference:
    """The states of every patient, and how far SciPy's lie from them.

    Shape: states (patient, output, state).
    """

    states: Array
    scales: Array
    difference: float


def solve_reference(name: str, patients: int, weeks: int | None = None) -> Reference:
    """The reference solution of one workload.

    Raises: RuntimeError, when SciPy disagrees.
    """
    load = workload(name, patients, weeks)
    scales = Equations(neutral_model()).scales(load.parameters)
    states, _ = engine_trialkine.prepare_reference()(load, TOLERANCE)
    check = workload(name, min(patients, CHECK_PATIENTS), weeks)
    other, _ = engine_scipy.prepare_numba()(check, CHECK_TOLERANCE)
    difference = float(largest_errors(other, states[: check.patients], scales).max())
    if not difference < MOST_DIFFERENCE:
        raise RuntimeError(
            f"The reference of workload {name} differs from SciPy's by {difference:.1e}, more than "
            f"{MOST_DIFFERENCE:.0e}. Look for a fault before comparing speeds."
        )
    return Reference(states, scales, difference)
