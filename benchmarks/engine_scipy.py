"""SciPy's LSODA (`odeint`, its fastest way in), restarted at every dose; with numba and without."""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import numpy as np

from engine import ABSOLUTE, Engine, Solve
from equation_export import Equations, python_source
from neutral_model import neutral_model
from workloads import Stops, Workload, stops

Array = np.ndarray[Any, np.dtype[Any]]
Rates = Callable[..., None]
RightHandSide = Callable[[float, Array], Any]
MOST_STEPS = 100_000


def exported_rates(equations: Equations) -> Rates:
    """The generated right-hand side as a Python function."""
    space: dict[str, Any] = {}
    exec(python_source(equations), space)
    rates: Rates = space["rates"]
    return rates


def compiled_rates(equations: Equations) -> Rates:
    """The generated right-hand side, compiled by numba."""
    import numba

    compiled: Rates = numba.njit(fastmath=True)(exported_rates(equations))
    one = np.ones(1)
    compiled(np.ones(equations.states), np.ones(len(equations.columns)), np.zeros(len(equations.inputs)),
             np.tile(one, equations.states))  # fmt: skip
    return compiled


def prepare_numba() -> Solve:
    """Compile the right-hand side with numba."""
    equations = Equations(neutral_model())
    rates = compiled_rates(equations)

    def bind(columns: Array, inputs: Array) -> RightHandSide:
        slopes = np.empty(equations.states)

        def right_hand_side(_: float, states: Array) -> Array:
            rates(states, columns, inputs, slopes)
            return slopes

        return right_hand_side

    return lambda load, tolerance: _solve(equations, bind, load, tolerance)


def prepare_plain() -> Solve:
    """Take the right-hand side as plain Python on floats."""
    equations = Equations(neutral_model())
    rates = exported_rates(equations)

    def bind(columns: Array, inputs: Array) -> RightHandSide:
        numbers = columns.tolist()
        slopes = [0.0] * equations.states

        def right_hand_side(_: float, states: Array) -> list[float]:
            rates(states.tolist(), numbers, inputs.tolist(), slopes)
            return slopes

        return right_hand_side

    return lambda load, tolerance: _solve(equations, bind, load, tolerance)


def _solve(
    equations: Equations, bind: Callable[[Array, Array], RightHandSide], load: Workload, tolerance: float
) -> tuple[Array, float]:
    columns, starts = equations.column_values(load.parameters), equations.start(load.parameters)
    absolute = ABSOLUTE * tolerance * equations.scales(load.parameters)
    plans = stops(load, equations.inputs)
    begin = time.process_time()
    states = np.array(
        [
            _trajectory(bind, columns[i], starts[i], plans[i], load.outputs, len(equations.inputs), tolerance,
                        absolute)
            for i in range(load.patients)
        ]
    )  # fmt: skip
    return states, time.process_time() - begin


def _trajectory(
    bind: Callable[[Array, Array], RightHandSide], columns: Array, start: Array, plan: Stops, outputs: Array,
    inputs: int, relative: float, absolute: Array,
) -> Array:  # fmt: skip
    from scipy.integrate import odeint

    rate = np.zeros(inputs)
    right_hand_side = bind(columns, rate)
    state, now, event, found = start.copy(), 0.0, 0, []
    for output in outputs:
        while now < output:
            until = min(plan.time[event], output)
            state = odeint(
                right_hand_side, state, (now, until), tfirst=True, rtol=relative, atol=absolute,
                mxstep=MOST_STEPS,
            )[-1]  # fmt: skip
            now = until
            while plan.time[event] <= now:
                target = plan.target[event]
                if target < len(state):
                    state[target] += plan.amount[event]
                else:
                    rate[target - len(state)] += plan.amount[event]
                event += 1
        found.append(state)
    return np.array(found)


def _version() -> str:
    return version("scipy")


NUMBA = Engine("SciPy + numba", "LSODA (odeint), numba right-hand side", 16, 1e-5, _version, prepare_numba)
PLAIN = Engine("SciPy", "LSODA (odeint), plain Python right-hand side", 2, 1e-5, _version, prepare_plain)
