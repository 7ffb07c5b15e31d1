"""pydiffsol: BDF in Rust with a just-in-time compiled DiffSL model; one solve from stop to stop."""

from __future__ import annotations

import time
from importlib.metadata import version
from typing import Any

import numpy as np

from engine import ABSOLUTE, Engine, Solve
from equation_export import Equations, diffsl_text
from neutral_model import neutral_model
from workloads import Stops, Workload, stops

Array = np.ndarray[Any, np.dtype[Any]]


def prepare() -> Solve:
    """Compile the exported model."""
    import pydiffsol

    equations = Equations(neutral_model())
    problem = pydiffsol.Ode(
        diffsl_text(equations), matrix_type=pydiffsol.faer_dense, ode_solver=pydiffsol.bdf
    )

    def trajectory(columns: Array, start: Array, plan: Stops, outputs: Array) -> Array:
        numbers = np.concatenate([columns, np.zeros(len(equations.inputs)), start])
        first_rate = len(columns)
        first_state = first_rate + len(equations.inputs)
        now, event, found = 0.0, 0, []
        for output in outputs:
            while now < output:
                until = min(plan.time[event], output)
                numbers[first_state:] = problem.solve_dense(numbers, np.array([until - now])).ys[:, -1]
                now = until
                while plan.time[event] <= now:
                    target = plan.target[event]
                    is_state = target < equations.states
                    place = first_state + target if is_state else first_rate + target - equations.states
                    numbers[place] += plan.amount[event]
                    event += 1
            found.append(numbers[first_state:].copy())
        return np.array(found)

    def solve(load: Workload, tolerance: float) -> tuple[Array, float]:
        values, starts = equations.column_values(load.parameters), equations.start(load.parameters)
        plans = stops(load, equations.inputs)
        problem.rtol, problem.atol = tolerance, ABSOLUTE * tolerance
        begin = time.process_time()
        states = np.array(
            [trajectory(values[i], starts[i], plan, load.outputs) for i, plan in enumerate(plans)]
        )
        return states, time.process_time() - begin

    return solve


ENGINE = Engine("pydiffsol", "BDF, compiled DiffSL", 16, 1e-6, lambda: version("pydiffsol"), prepare)
