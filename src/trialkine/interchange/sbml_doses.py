"""Planned doses as moments: what enters which state at once, and the rate of infusion from then on.

All that falls on one moment is one entry, so that no two events of a file happen at the same time and their
order cannot matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

import numpy as np

from trialkine.errors import InputError
from trialkine.interchange.sbml_math import Formulas
from trialkine.model.compose import DOSE
from trialkine.model.evaluate import Array, Evaluation
from trialkine.model.expression import Expression
from trialkine.model.model import Model, RouteTarget
from trialkine.model.standalone import PlannedDose

SAME_MOMENT = 1e-9
"""Days; moments closer than this (a tenth of a millisecond) are one."""


@dataclass(frozen=True)
class Delivery:
    """A dose that enters a state, all at once where start and end agree. Units: start, end [day]."""

    dose: PlannedDose
    target: RouteTarget
    start: float
    end: float


@dataclass
class Moment:
    """What happens at one time: formulas of amounts by state, and of new rates of infusion.

    Units: time [day].
    """

    time: float
    amounts: dict[str, list[str]] = field(default_factory=dict)
    rates: dict[str, str] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)


def deliveries(model: Model, parameters: Array, doses: Iterable[PlannedDose]) -> list[Delivery]:
    """The doses of one patient with their lags and durations worked out, in order of their starts.

    Shape: parameters (parameter,).
    Raises: InputError, when a dose names an agent or route that the model does not have.
    """
    evaluation = Evaluation(model, None, parameters[None, :])

    def days(text: Expression | None, dose: float) -> float:
        if text is None:
            return 0.0
        evaluation.values[DOSE] = np.full((1, *(1 for _ in model.indices)), dose)
        return float(evaluation.flat(evaluation.text(text), ())[0, 0])

    found = []
    for dose in doses:
        target = _target(model, dose)
        start = dose.time + days(target.delay, dose.amount)
        lasts = max(dose.duration, days(target.duration, dose.amount))
        found.append(Delivery(dose, target, start, start + lasts))
    return sorted(found, key=lambda one: one.start)


def _target(model: Model, dose: PlannedDose) -> RouteTarget:
    key = (dose.agent, dose.route)
    if key not in model.routes:
        known = [f"{agent} {route}" for agent, route in model.routes]
        near = get_close_matches(" ".join(key), known, 1)
        hint = f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(known) or 'none'}."
        raise InputError(f"The model has no route '{dose.route}' of an agent '{dose.agent}'. {hint}")
    return model.routes[key]


def moments(found: Sequence[Delivery], model: Model, formulas: Formulas) -> list[Moment]:
    """Every time at which something is given, begins to flow or stops, in order."""
    times = _distinct(time for one in found for time in (one.start, one.end))
    place = {time: number for number, group in enumerate(times) for time in group}
    result = [Moment(group[0]) for group in times]
    for one in found:
        amount = _amount(one, model, formulas)
        first, last = place[one.start], place[one.end]
        into = one.target.into
        if first == last:
            result[first].amounts.setdefault(into, []).append(amount)
        result[first].words.append(_said(one))
    for into, flowing in _infusions(found).items():
        _add_rates(into, flowing, result, place, model, formulas)
    return result


def infused_states(found: Iterable[Delivery]) -> tuple[str, ...]:
    """The states that something flows into over time."""
    return tuple(dict.fromkeys(one.target.into for one in found if one.end - one.start > SAME_MOMENT))


def _distinct(times: Iterable[float]) -> list[list[float]]:
    """Times in order, those that are one moment together."""
    groups: list[list[float]] = []
    for time in sorted(set(times)):
        if groups and time - groups[-1][0] <= SAME_MOMENT:
            groups[-1].append(time)
        else:
            groups.append([time])
    return groups


def _infusions(found: Iterable[Delivery]) -> dict[str, list[Delivery]]:
    flowing: dict[str, list[Delivery]] = {}
    for one in found:
        if one.end - one.start > SAME_MOMENT:
            flowing.setdefault(one.target.into, []).append(one)
    return flowing


def _add_rates(
    into: str, flowing: list[Delivery], result: list[Moment], place: Mapping[float, int], model: Model,
    formulas: Formulas,
) -> None:  # fmt: skip
    """Write the new rate of infusion at every moment at which it changes."""
    changes: dict[int, tuple[list[Delivery], list[Delivery]]] = {}
    for one in flowing:
        changes.setdefault(place[one.start], ([], []))[0].append(one)
        changes.setdefault(place[one.end], ([], []))[1].append(one)
    running: list[Delivery] = []
    for number in sorted(changes):
        begins, ends = changes[number]
        running = [one for one in running if one not in ends] + begins
        rates = [
            f"{_amount(one, model, formulas)} / {formulas.number(one.end - one.start, 'day')}"
            for one in running
        ]
        nothing = f"(0 {formulas.units.rate_of(model.states[into].unit)})"
        result[number].rates[into] = " + ".join(rates) or nothing
        result[number].words += [f"end of {_said(one)}" for one in ends]


def _amount(one: Delivery, model: Model, formulas: Formulas) -> str:
    unit = model.states[one.target.into].unit
    return formulas.amount(one.target.amount, one.dose.amount, one.target.dose_unit, unit)


def _said(one: Delivery) -> str:
    unit = one.target.dose_unit
    return f"{one.dose.agent} {one.dose.amount:g} {unit}, {one.target.route}"
