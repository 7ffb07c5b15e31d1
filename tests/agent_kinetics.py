"""The linear kinetics of an agent, taken from its equations, for tests against published levels."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np
from scipy.linalg import expm

from unit.mechanism_patients import Floats, Patient, build


class Kinetics:
    """How the amounts of one agent move, in a typical patient who has nothing else on board.

    Units: rates [1/day], times [day].
    """

    def __init__(self, agent: str, *amounts: str, disease: str = "melanoma", **changed: float) -> None:
        self.patient = Patient(build([agent]), disease, **changed)
        self.amounts = amounts
        self.rates = np.zeros((len(amounts), len(amounts)))
        for column, source in enumerate(amounts):
            found = self.patient.rates(self.patient.at(**{source: 1.0}))
            for row, target in enumerate(amounts):
                self.rates[row, column] = found[target]

    def parameter(self, name: str) -> float:
        """A parameter of the typical patient, in the model's unit."""
        return self.patient.parameter(name)

    def half_lives(self) -> Floats:
        """Half-lives of the amounts, shortest first. Units: [hour]."""
        return np.sort(24 * math.log(2) / -np.linalg.eigvals(self.rates).real)

    def after_infusion(self, into: str, dose: float, days: float) -> Floats:
        """The amounts at the end of an infusion, from nothing."""
        wider = np.zeros((len(self.rates) + 1, len(self.rates) + 1))
        wider[:-1, :-1] = self.rates
        wider[self.amounts.index(into), -1] = dose / days
        return np.asarray(expm(wider * days)[:-1, -1])

    def area(self, into: str, dose: float) -> Floats:
        """The area under each amount after one dose, to infinity. Units: [amount day]."""
        start = np.zeros(len(self.rates))
        start[self.amounts.index(into)] = dose
        return np.asarray(-np.linalg.solve(self.rates, start))

    def course(self, into: str, dose: float, step: float, steps: int) -> Floats:
        """Amounts after one dose at once, at equal steps of time. Shape: returns (step, amount)."""
        amounts = np.zeros(len(self.rates))
        amounts[self.amounts.index(into)] = dose
        forward, found = expm(self.rates * step), []
        for _ in range(steps):
            found.append(amounts)
            amounts = forward @ amounts
        return np.array(found)

    def doses(self, into: str, dose: float, days: Iterable[float], step: float, steps: int) -> Floats:
        """Amounts under several doses, each at once. Shape: returns (step, amount)."""
        one = self.course(into, dose, step, steps)
        found = np.zeros_like(one)
        for day in days:
            first = round(day / step)
            found[first:] += one[: steps - first]
        return found


def follow(patient: Patient, forced: Mapping[str, Floats], moved: Iterable[str], step: float) -> list[Floats]:
    """The states while some follow a given course, some move by their equations, and the rest stay.

    A first-order step is enough for cells, which change over days. Units: step [day].
    """
    places = {name: patient.model.state_names.index(name) for name in (*forced, *moved)}
    states, found = patient.start.copy(), []
    for values in zip(*forced.values(), strict=True):
        for name, value in zip(forced, values, strict=True):
            states[0, places[name]] = value
        found.append(states.copy())
        rates = patient.rates(states)
        for name in moved:
            states[0, places[name]] += step * rates[name]
    return found
