"""The workloads on the neutral model, as dose tables for trialkine and as stops for the others.

A: infusions over 15 minutes every 8 hours, 14 to a cycle, two cycles a course, three courses, a tenth of
them withheld, and a daily oral drug 6 weeks of 8, for a year. B: three doses a day for 48 weeks. C: one
infusion and one oral dose a week, for a year. D: no dose at all, for a year.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from neutral_model import ROUTES, VALUES, neutral_model
from trialkine.model.model import flat_name
from trialkine.solver.doses import DoseTable

Array = np.ndarray[Any, np.dtype[Any]]

ENSEMBLE = 64  # patients are drawn together, so that a smaller workload is the beginning of a larger one
SEED = 1
WEEK = 7.0
WEEKS = {"A": 52, "B": 48, "C": 52, "D": 52}
INFUSION_DAYS = 15 / 1440
INFUSED, ORAL, PEPTIDE = range(3)
FLOOR = 0.01  # differences below this share of a state's scale count as absolute


@dataclass(frozen=True)
class Workload:
    """Patients, their doses and the times at which their states are read.

    Shape: parameters (patient, parameter); outputs (output,). Units: outputs [day].
    """

    name: str
    parameters: Array
    doses: DoseTable
    outputs: Array

    @property
    def patients(self) -> int:
        """Number of patients."""
        return len(self.parameters)


@dataclass(frozen=True)
class Stops:
    """Where a solver must stop for one patient, in order, ending with an infinite time.

    `target` is a state whose amount grows by `amount`, or the number of states plus that of an infusion
    rate which does.
    """

    time: Array
    target: Array
    amount: Array


Row = tuple[float, int, float, float]  # time, route, amount, duration


def workload(name: str, patients: int = ENSEMBLE, weeks: int | None = None) -> Workload:
    """One workload for its first patients and weeks."""
    parameters, rows = _drawn(name)
    end = WEEK * min(weeks or WEEKS[name], WEEKS[name])
    chosen = [(i, *row) for i in range(patients) for row in rows[i] if row[0] < end]
    who, time, route, amount, duration = zip(*chosen, strict=True) if chosen else ((),) * 5
    doses = DoseTable.of(who, time, route, amount, duration=duration, routes=ROUTES)
    return Workload(name, parameters[:patients], doses, np.arange(WEEK, end + WEEK / 2, WEEK))


@cache
def _drawn(name: str) -> tuple[Array, list[list[Row]]]:
    random = np.random.default_rng(SEED)
    typical, spread = np.array(list(VALUES["drawn"].values())).T
    drawn = typical * np.exp(spread * random.standard_normal((ENSEMBLE, len(typical))))
    columns = dict(zip(VALUES["drawn"], drawn.T, strict=True))
    columns |= {key: np.full(ENSEMBLE, value) for key, value in VALUES["fixed"].items()}
    parameters = np.stack([columns[key] for key in neutral_model().parameter_names], axis=1)
    plans = {"A": _infusions_and_daily_doses, "B": _three_doses_a_day, "C": _once_a_week, "D": _nothing}
    plan = plans[name]
    return parameters, [plan(random) for _ in range(ENSEMBLE)]


def _infusions_and_daily_doses(random: np.random.Generator) -> list[Row]:
    rows: list[Row] = []
    hour = random.uniform(0.3, 0.4)
    for cycle in (84 * course + day for course in range(3) for day in (0, 14)):
        for number in range(14):
            if random.random() < 0.1:
                continue
            time = cycle + hour + number / 3 + random.uniform(-0.01, 0.01)
            rows.append((time, INFUSED, 1.0, INFUSION_DAYS))
    hour = random.uniform(0.25, 0.29)
    days = (day for day in range(7 * WEEKS["A"]) if day // 7 % 8 < 6)
    return rows + [(day + hour, ORAL, 5.0, 0.0) for day in days]


def _three_doses_a_day(random: np.random.Generator) -> list[Row]:
    hour = random.uniform(0.25, 0.32)
    days = range(7 * WEEKS["B"])
    return [(day + hour + number * 0.3, PEPTIDE, 10.0, 0.0) for day in days for number in range(3)]


def _once_a_week(random: np.random.Generator) -> list[Row]:
    hour = random.uniform(0.25, 0.4)
    days = [7 * week + hour for week in range(WEEKS["C"])]
    return [(day, INFUSED, 1.0, INFUSION_DAYS) for day in days] + [(day, ORAL, 5.0, 0.0) for day in days]


def _nothing(random: np.random.Generator) -> list[Row]:
    return []


def due(doses: DoseTable, after: float, until: float) -> DoseTable:
    """The doses from one time up to another. Units: after, until [day]."""
    return _pick(doses, (doses.time >= after) & (doses.time < until))


def first_patients(doses: DoseTable, patients: int) -> DoseTable:
    """The doses of the first patients."""
    return _pick(doses, doses.patient < patients)


def _pick(doses: DoseTable, rows: Array) -> DoseTable:
    return replace(doses, **{name: column[rows] for name, column in vars(doses).items() if name != "routes"})


def stops(load: Workload, dosed_states: tuple[int, ...]) -> list[Stops]:
    """Each patient's doses as stops: the start and end of infusions, and doses at once."""
    model, doses = neutral_model(), load.doses
    states = len(model.state_names)
    into = [model.state_names.index(flat_name(model.routes[route].into, ())) for route in ROUTES]
    result = []
    for patient in range(load.patients):
        events: list[tuple[float, int, float]] = []
        for row in np.flatnonzero(doses.patient == patient):
            time, amount, duration = (float(c[row]) for c in (doses.time, doses.amount, doses.duration))
            state = into[doses.route[row]]
            if duration > 0:
                rate = states + dosed_states.index(state)
                events.append((time, rate, amount / duration))
                events.append((time + duration, rate, -amount / duration))
            else:
                events.append((time, state, amount))
        events.sort()
        result.append(Stops(*map(np.array, zip(*events, (np.inf, 0, 0.0), strict=True))))
    return result


def largest_errors(found: Array, reference: Array, scales: Array) -> Array:
    """Each patient's largest error relative to its state's size plus a hundredth of its scale.

    Shape: found, reference (patient, output, state); returns (patient,).
    """
    difference = np.abs(found - reference) / (np.abs(reference) + FLOOR * scales)
    return np.asarray(np.max(np.where(np.isfinite(difference), difference, np.inf), axis=(1, 2)))
