"""libroadrunner: CVODE with an LLVM-compiled right-hand side, from Antimony text; one call between stops."""

from __future__ import annotations

import time
from importlib.metadata import version
from typing import Any

import numpy as np

from engine import ABSOLUTE, Engine, Solve
from equation_export import Equations, antimony_text
from neutral_model import neutral_model
from workloads import Stops, Workload, stops

Array = np.ndarray[Any, np.dtype[Any]]


class _Runner:
    """A loaded model with the positions of its states, columns and infusion rates."""

    def __init__(self, equations: Equations) -> None:
        import antimony
        import roadrunner

        roadrunner.Logger.setLevel(roadrunner.Logger.LOG_ERROR)
        if antimony.loadAntimonyString(antimony_text(equations)) < 0:
            raise RuntimeError(f"Antimony cannot read the exported model: {antimony.getLastError()}")
        self.runner = roadrunner.RoadRunner(antimony.getSBMLString("neutral"))
        self.runner.setIntegrator("cvode")
        self.model = self.runner.model
        at = {name: number for number, name in enumerate(self.model.getGlobalParameterIds())}
        self.states = [at[f"y{number}"] for number in range(equations.states)]
        self.columns = [at[f"k{number}"] for number in range(len(equations.columns))]
        self.inputs = [at[f"u{number}"] for number in range(len(equations.inputs))]

    def set_tolerances(self, relative: float, absolute: Array) -> None:
        """Per state: with one absolute tolerance CVODE fails in the second cycle of infusions."""
        integrator = self.runner.getIntegrator()
        integrator.setValue("relative_tolerance", relative)
        for number, value in enumerate(absolute):
            integrator.setIndividualTolerance(f"y{number}", float(value))

    def trajectory(self, columns: Array, start: Array, plan: Stops, outputs: Array) -> Array:
        """One patient."""
        model = self.model
        self.runner.resetAll()
        model.setGlobalParameterValues(self.columns, columns.tolist())
        model.setGlobalParameterValues(self.inputs, [0.0] * len(self.inputs))
        model.setGlobalParameterValues(self.states, start.tolist())
        places = [*self.states, *self.inputs]
        now, event, found = 0.0, 0, []
        for output in outputs:
            while now < output:
                until = min(plan.time[event], output)
                self.runner.oneStep(now, until - now, True)
                now = until
                while plan.time[event] <= now:
                    place = [places[plan.target[event]]]
                    value = model.getGlobalParameterValues(place)[0] + plan.amount[event]
                    model.setGlobalParameterValues(place, [float(value)])
                    event += 1
            found.append(model.getGlobalParameterValues(self.states))
        return np.array(found)


def prepare() -> Solve:
    """Load the exported model."""
    equations = Equations(neutral_model())
    runner = _Runner(equations)

    def solve(load: Workload, tolerance: float) -> tuple[Array, float]:
        values, starts = equations.column_values(load.parameters), equations.start(load.parameters)
        plans = stops(load, equations.inputs)
        runner.set_tolerances(tolerance, ABSOLUTE * tolerance * equations.scales(load.parameters))
        begin = time.process_time()
        states = np.array(
            [runner.trajectory(values[i], starts[i], plan, load.outputs) for i, plan in enumerate(plans)]
        )
        return states, time.process_time() - begin

    return solve


def _version() -> str:
    return f"{version('libroadrunner')} (antimony {version('antimony')})"


ENGINE = Engine("libroadrunner", "CVODE, LLVM right-hand side", 16, 1e-6, _version, prepare)
