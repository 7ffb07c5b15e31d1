"""numbalsoda: LSODA called inside a numba loop, restarted at every dose.

Its absolute tolerance is one number for all states.
"""

from __future__ import annotations

import time
from importlib.metadata import version
from typing import Any

import numpy as np

from engine import ABSOLUTE, Engine, Solve
from engine_scipy import compiled_rates
from equation_export import Equations
from neutral_model import neutral_model
from workloads import Workload, stops

Array = np.ndarray[Any, np.dtype[Any]]


def prepare() -> Solve:
    """Compile right-hand side and loop."""
    import numba
    from numbalsoda import lsoda, lsoda_sig

    equations = Equations(neutral_model())
    rates = compiled_rates(equations)
    size, columns, inputs = equations.states, len(equations.columns), len(equations.inputs)

    @numba.cfunc(lsoda_sig)
    def right_hand_side(_: Any, state: Any, slope: Any, data: Any) -> None:
        numbers = numba.carray(data, (columns + inputs,))
        rates(
            numba.carray(state, (size,)), numbers[:columns], numbers[columns:], numba.carray(slope, (size,))
        )

    address = right_hand_side.address

    @numba.njit
    def trajectory(
        data: Any, start: Any, time: Any, target: Any, amount: Any, outputs: Any, tolerance: Any, found: Any
    ) -> bool:
        state, now, event, span = start.copy(), 0.0, 0, np.zeros(2)
        for number in range(len(outputs)):
            while now < outputs[number]:
                until = min(time[event], outputs[number])
                span[0], span[1] = now, until
                path, is_done = lsoda(
                    address, state, span, data=data, rtol=tolerance, atol=ABSOLUTE * tolerance
                )
                if not is_done:
                    return False
                state, now = path[1].copy(), until
                while time[event] <= now:
                    if target[event] < size:
                        state[target[event]] += amount[event]
                    else:
                        data[columns + target[event] - size] += amount[event]
                    event += 1
            found[number] = state
        return True

    def solve(load: Workload, tolerance: float) -> tuple[Array, float]:
        values, starts = equations.column_values(load.parameters), equations.start(load.parameters)
        plans = stops(load, equations.inputs)
        states = np.empty((load.patients, len(load.outputs), size))
        begin = time.process_time()
        for i, plan in enumerate(plans):
            data = np.concatenate([values[i], np.zeros(inputs)])
            is_done = trajectory(
                data, starts[i], plan.time, plan.target, plan.amount, load.outputs, tolerance, states[i]
            )
            if not is_done:
                states[i] = np.nan
        return states, time.process_time() - begin

    return solve


ENGINE = Engine(
    "numbalsoda", "LSODA in C++, numba right-hand side", 32, 1e-5, lambda: version("numbalsoda"), prepare
)
