"""Typical patients for the tests of the mechanisms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from trialkine.agents.catalogue import agent_records, catalogue
from trialkine.diseases import load_disease
from trialkine.evidence.parameter_files import in_unit
from trialkine.mechanisms.core import mechanisms_for, variant_mechanisms, variant_numbers
from trialkine.model.compose import compose
from trialkine.model.declarations import Mechanism
from trialkine.model.evaluate import derivative, initial_states, observe
from trialkine.model.model import Model

Floats = NDArray[np.float64]


def build(agents: Iterable[str] = (), variants: Iterable[Mechanism] = ()) -> Model:
    """The core with some agents and variants."""
    found = [catalogue()[name] for name in agents]
    return compose(mechanisms_for((*found, *variants)), found, variants)


class Patient:
    """The typical patient of a disease, with some parameters changed."""

    def __init__(self, model: Model, disease: str = "melanoma", **changed: float) -> None:
        self.model = model
        records = dict(load_disease(disease).records)
        for name in model.agents:
            records |= agent_records(name, disease)
        for name in variant_mechanisms():
            if name in {part.name for part in model.parts}:
                own = variant_numbers(name).records_in([disease])
                records |= {key: own[key] for key in own if key not in records}
        columns = []
        for name, parameter in model.parameters.items():
            record = in_unit(records[name], parameter.unit)
            if isinstance(record.value, Mapping):
                columns += [record.value[member] for member in parameter.index[0].members]
            else:
                columns.append(changed.pop(name, record.value))
        assert not changed, f"no such parameters: {sorted(changed)}"
        self.parameters = np.array([columns], dtype=float)
        self.start = initial_states(model, self.parameters)

    def parameter(self, name: str) -> float:
        return float(self.parameters[0, self.model.parameter_names.index(name)])

    def at(self, **states: float) -> Floats:
        """The start with some states changed; a name without member changes all of its members."""
        values = self.start.copy()
        for position, name in enumerate(self.model.state_names):
            for key in (name, name.split("[")[0]):
                if key in states:
                    values[0, position] = states[key]
        return values

    def rates(self, states: Floats | None = None) -> dict[str, float]:
        """The rate of change of every state, by flat name."""
        values = derivative(self.model, self.start if states is None else states, self.parameters)
        return dict(zip(self.model.state_names, map(float, values[0]), strict=True))

    def read(self, name: str, states: Floats | None = None) -> Floats:
        """A state or quantity."""
        found = observe(self.model, [name], self.start if states is None else states, self.parameters)[name]
        return np.asarray(found[0], dtype=float)

    def after(self, days: float, states: Floats | None = None) -> Floats:
        """The states after some days without doses."""
        start = self.start if states is None else states
        solution = solve_ivp(
            lambda _, y: derivative(self.model, y[None, :], self.parameters)[0],
            (0.0, days),
            start[0],
            method="LSODA",
            rtol=1e-8,
            atol=1e-10,
        )
        assert solution.success
        return solution.y[:, -1][None, :]
