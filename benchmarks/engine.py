"""What the benchmark asks of an engine: its version, and a solver of workloads that reports its CPU time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from workloads import Workload

Array = np.ndarray[Any, np.dtype[Any]]
Solve = Callable[[Workload, float], tuple[Array, float]]
ABSOLUTE = 0.01  # absolute tolerance of a state, as a share of the relative one times its scale


class UnavailableError(Exception):
    """An engine cannot run here; the message says what is missing."""


@dataclass(frozen=True)
class Engine:
    """One way to solve the workloads.

    `prepare` compiles the model and returns a solver: (workload, relative tolerance) to the states
    (patient, output, state) and CPU seconds. Slow engines solve fewer `patients`, or only the first `weeks`.
    """

    name: str
    about: str
    patients: int
    first_tolerance: float
    version: Callable[[], str]
    prepare: Callable[[], Solve]
    weeks: int | None = None
