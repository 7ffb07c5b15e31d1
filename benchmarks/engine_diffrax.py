"""diffrax: Kvaerno5 in double precision, all patients in one vmapped program.

It is so slow here that it solves a few patients over the first weeks alone.
"""

from __future__ import annotations

import time
from importlib.metadata import version
from typing import Any

import numpy as np

from engine import ABSOLUTE, Engine, Solve
from engine_scipy import exported_rates
from equation_export import Equations
from neutral_model import neutral_model
from workloads import Stops, Workload, stops

Array = np.ndarray[Any, np.dtype[Any]]
MOST_STEPS = 100_000
NOTHING = -1  # the target of a stop at which only the states are read
APART = 1e-9  # days between the stops that fill up a shorter list


def prepare() -> Solve:
    """Write the vmapped program; it is compiled when it first sees a workload."""
    import jax

    jax.config.update("jax_enable_x64", True)
    import diffrax
    import jax.numpy as jnp

    equations = Equations(neutral_model())
    rates = exported_rates(equations)

    def right_hand_side(_: Any, state: Any, given: Any) -> Any:
        slopes = [0.0] * equations.states
        rates(state, *given, slopes)
        return jnp.stack(slopes)

    term, solver = diffrax.ODETerm(right_hand_side), diffrax.Kvaerno5()

    def trajectory(columns: Any, start: Any, time: Any, target: Any, amount: Any, tolerance: Any) -> Any:
        control = diffrax.PIDController(rtol=tolerance, atol=ABSOLUTE * tolerance)

        def to_next(now: Any, stop: Any) -> Any:
            state, rate, begin = now
            until, place, added = stop
            solution = diffrax.diffeqsolve(
                term, solver, begin, until, None, state, (columns, rate), stepsize_controller=control,
                saveat=diffrax.SaveAt(t1=True), max_steps=MOST_STEPS, throw=False,
            )  # fmt: skip
            reached = solution.ys[0]
            state = reached + jnp.where(jnp.arange(equations.states) == place, added, 0.0)
            numbers = equations.states + jnp.arange(len(equations.inputs))
            return (state, rate + jnp.where(numbers == place, added, 0.0), until), reached

        first = (start, jnp.zeros(len(equations.inputs)), 0.0)
        return jax.lax.scan(to_next, first, (time, target, amount))[1]

    program = jax.jit(jax.vmap(trajectory, in_axes=(0, 0, 0, 0, 0, None)))
    compiled: dict[tuple[int, ...], Any] = {}

    def solve(load: Workload, tolerance: float) -> tuple[Array, float]:
        time_, target, amount, rows = _lists(stops(load, equations.inputs), load.outputs)
        values, starts = equations.column_values(load.parameters), equations.start(load.parameters)
        given = [jnp.asarray(array) for array in (values, starts, time_, target, amount)]
        shape = target.shape
        if shape not in compiled:
            compiled[shape] = program.lower(*given, tolerance).compile()
        begin = time.process_time()
        found = np.asarray(compiled[shape](*given, tolerance))
        seconds = time.process_time() - begin
        return np.take_along_axis(found, rows[:, :, None], axis=1), seconds

    return solve


def _lists(plans: list[Stops], outputs: Array) -> tuple[Array, Array, Array, Array]:
    """Everybody's stops, outputs among them, filled up to one length; and where the outputs are."""
    lists = []
    for plan in plans:
        reads = [(float(output), NOTHING, 0.0) for output in outputs]
        doses = [
            (float(time), int(target), float(amount))
            for time, target, amount in zip(plan.time, plan.target, plan.amount, strict=True)
            if time < outputs[-1]
        ]
        lists.append(sorted(doses + reads))
    length = max(map(len, lists))
    for mine in lists:
        mine += [(mine[-1][0] + APART * (i + 1), NOTHING, 0.0) for i in range(length - len(mine))]
    time_, target, amount = (np.array([[stop[i] for stop in mine] for mine in lists]) for i in range(3))
    reads_at = [[i for i, stop in enumerate(mine) if stop[1] == NOTHING] for mine in lists]
    return time_, target, amount, np.array([rows[: len(outputs)] for rows in reads_at])


ENGINE = Engine("diffrax", "Kvaerno5, vmapped in XLA", 4, 1e-6, lambda: version("diffrax"), prepare, weeks=2)
