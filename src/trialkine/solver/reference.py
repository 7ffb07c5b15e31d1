"""The readable reference: one patient at a time with scipy's LSODA and the equations as plain Python.

It follows the doses as the engine does but decides nothing: which doses were given it is told, and which
states an event reset it may be told. So trajectories are compared apart from decisions, which a rounding
difference can tip.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.integrate import solve_ivp

from trialkine.model.evaluate import Evaluation, initial_states, state_scales
from trialkine.model.expression import Expression
from trialkine.model.model import Model
from trialkine.solver.accuracy import FLOOR
from trialkine.solver.doses import DoseTable
from trialkine.solver.status import DoseFate
from trialkine.solver.written_out import WrittenOut, write_out

Array = np.ndarray[Any, np.dtype[Any]]

TIGHT = 1e-10
AFTER_AN_EVENT = 1e-9  # days by which an event is stepped over, so that its condition holds


@dataclass(frozen=True)
class Delivery:
    """A dose on its way into a state; all at once where start and end agree. Units: start, end [day]."""

    state: int
    start: float
    end: float
    amount: float


@dataclass(frozen=True)
class Located:
    """An event that happened, by its flat name such as `extinction[sensitive,1]`. Units: time [day]."""

    time: float
    name: str


def solve_reference(
    model: Model,
    parameters: Array,
    times: Sequence[float],
    doses: DoseTable | None = None,
    fates: Array | None = None,
    events: Sequence[Located] | None = None,
    relative: float = TIGHT,
) -> tuple[Array, tuple[Located, ...]]:
    """The states of one patient at `times`, each after all that is due then, and the events on the way.

    `doses` are this patient's, of which those GIVEN in `fates` (default: all) are delivered; `events`
    are replayed when they are given and located when they are not.

    Shape: parameters (parameter,), fates (dose,), returns (time, state). Units: times [day].
    """
    table = doses or DoseTable.empty()
    given = np.ones(len(table), dtype=bool) if fates is None else np.asarray(fates) == DoseFate.GIVEN
    deliveries = deliveries_of(model, parameters, table, given)
    patient = _Patient(model, write_out(model), parameters, deliveries, events, relative)
    return np.array([patient.advance(time) for time in times]), tuple(patient.located)


def deliveries_of(model: Model, parameters: Array, doses: DoseTable, given: Array) -> tuple[Delivery, ...]:
    """The given doses of one patient as amounts, starts and ends, in order of their starts."""
    found = []
    for row in np.flatnonzero(given):
        route = model.routes[doses.routes[doses.route[row]]]

        def value(text: Expression | None, dose: float = float(doses.amount[row])) -> float:
            evaluation = Evaluation(model, None, parameters[None, :])
            evaluation.values["dose"] = np.full((1, *(1 for _ in model.indices)), dose)
            return 0.0 if text is None else float(evaluation.flat(evaluation.text(text), ())[0, 0])

        start = float(doses.time[row]) + value(route.delay)
        duration = max(float(doses.duration[row]), value(route.duration))
        into = model.state_names.index(route.into)
        found.append(Delivery(into, start, start + duration, value(route.amount)))
    return tuple(sorted(found, key=lambda delivery: delivery.start))


class _Patient:
    """One patient's clock, states and what is still to come."""

    def __init__(
        self, model: Model, equations: WrittenOut, parameters: Array, deliveries: Sequence[Delivery],
        replayed: Sequence[Located] | None, relative: float,
    ) -> None:  # fmt: skip
        self.equations = equations
        self.parameters = parameters.tolist()
        self.time = 0.0
        self.states = initial_states(model, parameters[None, :])[0]
        self.absolute = relative * FLOOR * state_scales(model, parameters[None, :])[0]
        self.relative = relative
        self.waiting = list(deliveries)
        self.running: list[Delivery] = []
        self.replayed = None if replayed is None else sorted(replayed, key=lambda event: event.time)
        self.is_true = [False] * len(equations.events)
        self.located: list[Located] = []
        self._settle()

    def advance(self, to: float) -> Array:
        """The states at `to`."""
        while self.time < to:
            self._integrate(min([to, *self._stops()]))
            self._settle()
        return np.array(self.states)

    def _stops(self) -> list[float]:
        replayed = [event.time for event in (self.replayed or ())[:1]]
        return [d.start for d in self.waiting[:1]] + [d.end for d in self.running] + replayed

    def _settle(self) -> None:
        """All that is due at this moment: the events first, as in the engine, then the doses."""
        self._fire()
        while self.waiting and self.waiting[0].start <= self.time:
            delivery = self.waiting.pop(0)
            if delivery.end > delivery.start:
                self.running.append(delivery)
            else:
                self.states[delivery.state] += delivery.amount
            self._fire()
        self.running = [delivery for delivery in self.running if delivery.end > self.time]

    def _fire(self) -> None:
        if self.replayed is not None:
            while self.replayed and self.replayed[0].time <= self.time:
                self._reset(self.equations.events.index(self.replayed.pop(0).name))
            return
        while self._fire_first():
            pass

    def _fire_first(self) -> bool:
        """Apply the first event that has become true; events before it that are false are armed again."""
        margins = self.equations.margins(self.states.tolist(), self.parameters)
        for number, margin in enumerate(margins):
            was_true, self.is_true[number] = self.is_true[number], margin > 0.0
            if margin > 0.0 and not was_true:
                self._reset(number)
                return True
        return False

    def _reset(self, number: int) -> None:
        values = self.equations.resets(self.states.tolist(), self.parameters)[number]
        for state, value in values:
            self.states[state] = value
        self.located.append(Located(self.time, self.equations.events[number]))

    def _integrate(self, stop: float) -> None:
        """Solve up to `stop`, or to just after the first event before it."""
        infused = np.zeros(len(self.states))
        for delivery in self.running:
            infused[delivery.state] += delivery.amount / (delivery.end - delivery.start)

        def rates(time: float, states: Array) -> Array:
            return np.array(self.equations.rates(states.tolist(), self.parameters)) + infused

        solution = solve_ivp(
            rates, (self.time, stop), self.states, method="LSODA", rtol=self.relative, atol=self.absolute,
            events=[] if self.replayed is not None else self._crossings(),
        )  # fmt: skip
        if not solution.success:
            raise ArithmeticError(f"No reference beyond day {solution.t[-1]}: {solution.message}")
        self.time, self.states = float(solution.t[-1]), solution.y[:, -1].copy()
        if self.time < stop:
            step = min(AFTER_AN_EVENT, stop - self.time)
            self.states += step * rates(self.time, self.states)
            self.time += step

    def _crossings(self) -> list[Callable[[float, Array], float]]:
        """One function for each event, whose passage from below ends the integration."""
        last: dict[str, Any] = {"states": None}

        def margins(states: Array) -> list[float]:
            if last["states"] is None or not np.array_equal(last["states"], states):
                last["states"] = states.copy()
                last["margins"] = self.equations.margins(states.tolist(), self.parameters)
            found: list[float] = last["margins"]
            return found

        def crossing(number: int) -> Callable[[float, Array], float]:
            def margin(time: float, states: Array) -> float:
                return margins(states)[number]

            margin.terminal = True  # type: ignore[attr-defined]
            margin.direction = 1.0  # type: ignore[attr-defined]
            return margin

        return [crossing(number) for number in range(len(self.equations.events))]
