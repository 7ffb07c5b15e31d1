"""An ensemble of patients under one model: start it, advance it from visit to visit, read it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from trialkine.compiler.compiled import CompiledModel
from trialkine.compiler.kernels_ir import workspace
from trialkine.errors import InputError
from trialkine.model.evaluate import Evaluation, initial_states, observe, state_scales
from trialkine.model.expression import Expression
from trialkine.model.model import Model, flat_name
from trialkine.solver.accuracy import Accuracy
from trialkine.solver.doses import DoseTable
from trialkine.solver.driver import (
    D_AMOUNT,
    D_DELAY,
    D_DURATION,
    D_TIME,
    DOSE_INTEGERS,
    DOSE_REALS,
    E_BLOCK,
    E_FATE,
    E_HOLD,
    E_HOLDS,
    E_INPUT,
    EMPTY,
    LANE_INTEGERS,
    Tables,
    advance_patients,
    watch_present,
)
from trialkine.solver.layout import SLOTS, Layout, make_layout, packed
from trialkine.solver.spells import DoseCourse
from trialkine.solver.status import DoseFate, Status
from trialkine.solver.stepper import EXPLICIT, IMPLICIT, PLAIN, Stepper

Array = np.ndarray[Any, np.dtype[Any]]

PATIENTS_PER_TASK = 64
NO_LIMIT = 2**53  # more holds than there are doses
SAME_MOMENT = 1e-6  # [day]
LINE = 64  # bytes; vector buffers start on a cache line


@dataclass(frozen=True)
class Extremes:
    """The lowest and highest value of a watched quantity in each patient, and when each was first reached.

    Values are taken at the start, at the end of every step, and right after every dose and event; nan in a
    patient whose value was never a number.

    Shape: (patient,). Units: lowest_day, highest_day [day].
    """

    lowest: Array
    lowest_day: Array
    highest: Array
    highest_day: Array


class Ensemble:
    """Many patients, each with its own clock.

    Shape: parameters (patient, parameter) in the model's flat order.
    """

    def __init__(
        self,
        compiled: CompiledModel,
        parameters: Array,
        accuracy: Accuracy | None = None,
        stepper: Stepper = IMPLICIT,
    ) -> None:
        self.compiled = compiled
        self.model = compiled.model
        self.accuracy = accuracy or Accuracy()
        self.parameters = np.ascontiguousarray(parameters, dtype=float)
        self.stepper = stepper
        self._layout = _layout(compiled, stepper)
        self._programmes: dict[str, Any] = {}
        self._is_stiff = np.zeros(len(self.parameters), dtype=bool)
        self._taken = dict.fromkeys((EXPLICIT.name, IMPLICIT.name, PLAIN.name), 0)
        self._routes: dict[tuple[str, str], _Route] = {}
        self._reals, self._wholes = _start(self._layout, compiled, self.parameters, self.accuracy)
        self._is_plain = _unfit(compiled, self._layout, self._reals)
        self.clear_extremes()

    @property
    def size(self) -> int:
        """Number of patients."""
        return len(self.parameters)

    @property
    def states(self) -> Array:
        """The states now. Shape: (patient, state)."""
        return np.ascontiguousarray(self._reals[:, self.compiled.plan.place])

    @property
    def time(self) -> Array:
        """Each patient's clock. Units: [day]."""
        return self._reals[:, self._layout.p_time]

    @property
    def status(self) -> Array:
        """Each patient's `Status` as a number."""
        return self._wholes[:, self._layout.q_status]

    @property
    def steps(self) -> Array:
        """Steps accepted and rejected so far. Shape: (patient, 2)."""
        first = self._layout.q_accepted
        return self._wholes[:, first : first + 2]

    @property
    def is_stiff(self) -> Array:
        """Which patients the explicit stepper has given up, and the implicit one carries on."""
        return self._is_stiff

    @property
    def work(self) -> int:
        """The arithmetic of all steps so far, those included that led to nothing, in additions."""
        plan = self.compiled.plan
        exact = sum(stepper.work(plan) * self._taken[stepper.name] for stepper in (EXPLICIT, IMPLICIT))
        plain = self._taken[PLAIN.name]
        return exact + (plain * PLAIN.work(self.compiled.without_blocks.plan) if plain else 0)

    def milestone_times(self, name: str) -> Array:
        """When each patient last reached a milestone; nan before. Units: [day]."""
        return self._reals[:, self._layout.p_milestone + self._milestone(name)]

    def paused_by(self, name: str) -> Array:
        """Which patients the last advance stopped at this milestone."""
        return np.asarray(self._wholes[:, self._layout.q_paused] == self._milestone(name))

    def extremes(self, name: str) -> Extremes:
        """How low and how high a watched quantity has been since the start or the last `clear_extremes`.

        Raises: InputError, when the model does not watch it.
        """
        if name not in self.model.watched:
            watched = ", ".join(self.model.watched) or "nothing"
            raise InputError(
                f"The model does not watch '{name}'. It watches {watched}; "
                "list it in `watched` of the mechanism that owns it."
            )
        lay, position = self._layout, self.model.watched.index(name)
        starts = (lay.p_lowest, lay.p_lowest_day, lay.p_highest, lay.p_highest_day)
        found = Extremes(*(self._reals[:, start + position].copy() for start in starts))
        unknown = found.lowest > found.highest
        for values in (found.lowest, found.lowest_day, found.highest, found.highest_day):
            values[unknown] = np.nan
        return found

    def clear_extremes(self, patients: Array | None = None) -> None:
        """Let the extremes of all or some patients begin again with the present values."""
        if self._layout.watched:
            rows = np.arange(self.size) if patients is None else np.arange(self.size)[patients]
            watch_present(rows, packed(self._layout), *_lanes(self._layout), self._reals, self._wholes)

    def route(self, agent: str, name: str) -> _Route:
        """How doses of an agent by one route enter each patient."""
        if (agent, name) not in self._routes:
            self._routes[agent, name] = _route(self, agent, name)
        return self._routes[agent, name]

    def _milestone(self, name: str) -> int:
        return [milestone.name for milestone in self.model.milestones].index(name)

    def parameter(self, name: str) -> Array:
        """One parameter of every patient, by its flat name."""
        return self.parameters[:, self.model.parameter_names.index(name)]

    def change_parameter(self, name: str, patients: Array, values: Array) -> None:
        """Give some patients another value of a parameter from now on."""
        lay = self._layout
        self.parameters = self.parameters.copy()
        place = self.model.parameter_names.index(name)
        self.parameters[patients, place] = values
        if any(name.split("[")[0] in target.names for target in self.model.routes.values()):
            self._routes = {}
        self._wholes[:, lay.q_limit :] = np.nan_to_num(_hold_limits(self.model, self.parameters))
        columns = self.compiled.fixed_columns(self.parameters[patients])
        if place in self.compiled.kinetic_parameters:
            columns = np.hstack([columns, self.compiled.block_columns(self.parameters[patients])])
        self._reals[patients, lay.p_columns : lay.p_columns + columns.shape[1]] = columns
        self._is_plain |= _unfit(self.compiled, lay, self._reals)

    def observe(self, *names: str, patients: Array | None = None) -> Mapping[str, Array]:
        """States or quantities now, for all or some patients."""
        rows = slice(None) if patients is None else patients
        return observe(self.model, names, self.states[rows], self.parameters[rows])

    def copy(self) -> Ensemble:
        """The same patients at the same moment, free to go another way."""
        other = object.__new__(Ensemble)
        other.__dict__.update(self.__dict__)
        other._routes = {}
        other._reals, other._wholes = self._reals.copy(), self._wholes.copy()
        other._is_stiff, other._taken = self._is_stiff.copy(), dict(self._taken)
        other._is_plain = self._is_plain.copy()
        return other

    def advance(self, to: Array | float, doses: DoseTable | None = None, jobs: int | None = None) -> Array:
        """Advance each patient to its time in `to`, or to the milestone that pauses it.

        `doses` are those due from each patient's clock up to and at `to`; nan in `to` leaves a patient
        where it is. Returns the `DoseFate` of every dose. Results do not depend on `jobs`.

        Units: to [day].
        """
        targets = np.broadcast_to(np.asarray(to, dtype=float), (self.size,)).copy()
        first, reals, wholes = _resolve(self, doses or DoseTable.empty())
        todo = np.flatnonzero(targets >= self.time)
        self._wholes[:, self._layout.q_paused] = -1
        rows = _Doses(first, first[:-1].copy(), reals, wholes)
        plain = self._is_plain[todo]
        self._advance_by(PLAIN, todo[plain], targets, rows, jobs)
        if self.stepper.steps_a_day is None:
            self._advance_by(IMPLICIT, todo[~plain], targets, rows, jobs)
        else:
            self._advance_in_spells(todo[~plain], targets, rows, jobs)
        return wholes[:, E_FATE]

    def _advance_in_spells(self, todo: Array, targets: Array, doses: _Doses, jobs: int | None) -> None:
        """Quiet spells go to the implicit stepper, as do the patients who are stiff."""
        lay = self._layout
        course = DoseCourse.of(doses.first, doses.reals[:, D_TIME], doses.ends)
        slots = slice(lay.q_slot_kind, lay.q_slot_kind + SLOTS)
        while len(todo):
            ends = self._reals[todo, lay.p_slot_end : lay.p_slot_end + SLOTS]
            infused = np.where(self._wholes[todo, slots] == EMPTY, -np.inf, ends).max(axis=1)
            spell, quiet = course.next_spells(todo, self.time[todo], targets[todo], doses.next[todo], infused)
            stiff = self._is_stiff[todo]
            stops = targets.copy()
            stops[todo] = np.where(stiff, targets[todo], spell)
            before = self.time[todo].copy()
            self._advance_by(self.stepper, todo[~(stiff | quiet)], stops, doses, jobs)
            self._advance_by(IMPLICIT, todo[stiff | quiet], stops, doses, jobs)
            doses.pass_over(todo)
            on = (self.time[todo] < targets[todo]) & (self.time[todo] > before)
            paused = self._wholes[todo, lay.q_paused] >= 0
            todo = todo[on & ~paused & (self.status[todo] == Status.OK)]

    def _advance_by(
        self, stepper: Stepper, todo: Array, targets: Array, doses: _Doses, jobs: int | None
    ) -> None:
        """Advance some patients by one stepper; those it gives up begin again with the implicit one."""
        if not len(todo):
            return
        lay = self._layout
        most = np.full(len(todo), self.accuracy.most_steps)
        before = None
        if stepper.steps_a_day is not None:
            days = np.ceil(targets[todo] - self.time[todo]).astype(np.int64)
            most = np.minimum(most, stepper.steps_at_least + stepper.steps_a_day * days)
            before = self._reals[todo], self._wholes[todo]
        self._wholes[todo, lay.q_most_steps] = most
        self._run(stepper, todo, targets, doses, jobs)
        if before is not None:
            gave_up = np.isin(self.status[todo], (Status.TOO_MANY_STEPS, Status.STEP_TOO_SMALL))
            again = todo[gave_up]
            self._reals[again], self._wholes[again] = before[0][gave_up], before[1][gave_up]
            doses.forget(again)
            self._is_stiff[again] = True
            self._advance_by(IMPLICIT, again, targets, doses, jobs)

    def _run(self, stepper: Stepper, todo: Array, targets: Array, doses: _Doses, jobs: int | None) -> None:
        if stepper.name not in self._programmes:
            self._programmes[stepper.name] = _programme(self.compiled, stepper, self.accuracy)
        layout, packed_layout, control, fixed = self._programmes[stepper.name]
        tables = Tables(fixed[0], fixed[1], fixed[2], doses.first, doses.next)
        tasks = [todo[i : i + PATIENTS_PER_TASK] for i in range(0, len(todo), PATIENTS_PER_TASK)]

        def run(task: Array) -> None:
            vectors, integers = _lanes(layout)
            advance_patients(
                task, targets, packed_layout, control, tables, vectors, integers, self._reals, self._wholes,
                doses.reals, doses.wholes,
            )  # fmt: skip

        before = self._steps_of(todo)
        workers = min(jobs or os.cpu_count() or 1, max(1, len(tasks)))
        if workers == 1:
            for task in tasks:
                run(task)
        else:
            with ThreadPoolExecutor(workers) as pool:
                list(pool.map(run, tasks))
        self._taken[stepper.name] += self._steps_of(todo) - before

    def _steps_of(self, patients: Array) -> int:
        first = self._layout.q_accepted
        return int(self._wholes[patients, first : first + 2].sum())


@dataclass(frozen=True)
class _Doses:
    """Doses in the driver's terms: each patient's first row and next row, reals and integers."""

    first: Array
    next: Array
    reals: Array
    wholes: Array

    @property
    def ends(self) -> Array:
        """When each dose has all been given. Units: returns [day]."""
        return np.asarray(self.reals[:, D_TIME] + self.reals[:, D_DELAY] + self.reals[:, D_DURATION])

    def forget(self, patients: Array) -> None:
        """As if no dose of these patients had fallen due since the last `pass_over`."""
        for patient in patients:
            self.wholes[self.next[patient] : self.first[patient + 1], E_FATE] = int(DoseFate.NOT_DUE)

    def pass_over(self, patients: Array) -> None:
        """Leave the doses that have fallen due behind."""
        was_due = np.concatenate([[0], np.cumsum(self.wholes[:, E_FATE] != int(DoseFate.NOT_DUE))])
        first, last = self.first[patients], self.first[patients + 1]
        self.next[patients] = first + was_due[last] - was_due[first]


@dataclass(frozen=True)
class _Route:
    """A route resolved to numbers for every patient."""

    input: int
    factor: Array
    duration: Array
    delay: Array
    first_hold: int
    holds: int


def _layout(compiled: CompiledModel, stepper: Stepper) -> Layout:
    plan, flat = compiled.plan, compiled.plan.flat
    own = compiled.addresses
    addresses = {**own, "step": own[stepper.kernel], "extremes": own[stepper.extremes]}
    return make_layout(
        addresses, compiled.width, len(plan.moved), plan.size, plan.column_count, len(flat.dosed_states),
        len(flat.events), len(flat.milestones), len(flat.holds), len(flat.watched), len(flat.reset_values),
        workspace(plan),
    )  # fmt: skip


def _programme(
    compiled: CompiledModel, stepper: Stepper, accuracy: Accuracy
) -> tuple[Layout, Any, Any, tuple[Array, Array, Array]]:
    """What the driver is told of a stepper: layout, layout and control as records, and the model's tables."""
    layout = _layout(compiled if stepper.is_exact else compiled.without_blocks, stepper)
    flat, place = compiled.plan.flat, compiled.plan.place
    fixed = (
        np.array([place[state] for state in flat.dosed_states], dtype=np.int64),
        np.cumsum([0, *(len(event.resets) for event in flat.events)]).astype(np.int64),
        np.array([place[state] for event in flat.events for state, _ in event.resets], dtype=np.int64),
    )
    return layout, packed(layout), packed(accuracy.control(stepper.tightening)), fixed


def _start(
    lay: Layout, compiled: CompiledModel, parameters: Array, accuracy: Accuracy
) -> tuple[Array, Array]:
    model, n = compiled.model, len(parameters)
    reals, wholes = np.zeros((n, lay.p_size)), np.zeros((n, lay.q_size), dtype=np.int64)
    with np.errstate(all="ignore"):
        order = list(compiled.plan.order)
        reals[:, : lay.states] = initial_states(model, parameters)[:, order]
        absolute = accuracy.absolute(state_scales(model, parameters))
        reals[:, lay.p_absolute : lay.p_columns] = absolute[:, order]
    reals[:, lay.p_columns : lay.p_columns + lay.columns] = compiled.columns(parameters)
    reals[:, lay.p_step] = accuracy.first_step
    reals[:, lay.p_milestone : lay.p_lowest] = np.nan
    wholes[:, lay.q_paused] = -1
    wholes[:, lay.q_hold_block : lay.q_limit] = -1
    limits = _hold_limits(model, parameters)
    wholes[~np.isfinite(limits).all(axis=1), lay.q_status] = Status.NOT_FINITE
    wholes[:, lay.q_limit :] = np.nan_to_num(limits)
    return reals, wholes


def _unfit(compiled: CompiledModel, lay: Layout, reals: Array) -> Array:
    """Which patients' blocks have no usable spectrum; their columns, which nobody will read, become zero."""
    first = lay.p_columns + len(compiled.plan.columns)
    numbers = reals[:, first : first + compiled.plan.block_numbers]
    unfit = ~np.isfinite(numbers).all(axis=1)
    numbers[unfit] = 0.0
    return np.asarray(unfit)


def _hold_limits(model: Model, parameters: Array) -> Array:
    """After how many consecutive holds each rule drops the rest of a block. Shape: (patient, rule)."""
    limits = np.full((len(parameters), len(model.holds)), float(NO_LIMIT))
    for number, hold in enumerate(model.holds):
        if hold.end_cycle_after is not None:
            position = model.parameter_names.index(hold.end_cycle_after)
            limits[:, number] = np.maximum(1, np.rint(parameters[:, position]))
    return limits


def _resolve(ensemble: Ensemble, doses: DoseTable) -> tuple[Array, Array, Array]:
    """The dose table in the driver's terms: first rows, reals and integers."""
    size = len(doses)
    if size and doses.patient[-1] >= ensemble.size:
        raise InputError(
            f"Dose {size - 1} is for patient {doses.patient[-1]} of {ensemble.size}. Count from 0."
        )
    late = doses.time < ensemble.time[doses.patient] - SAME_MOMENT
    if late.any():
        row = int(np.argmax(late))
        raise InputError(
            f"Dose {row} is due on day {doses.time[row]:g}, before its patient's clock "
            f"({ensemble.time[doses.patient[row]]:g}). Give doses from the clock on."
        )
    reals, wholes = np.zeros((size, DOSE_REALS)), np.zeros((size, DOSE_INTEGERS), dtype=np.int64)
    reals[:, D_TIME], reals[:, D_DURATION] = doses.time, doses.duration
    wholes[:, E_BLOCK], wholes[:, E_FATE] = doses.block, int(DoseFate.NOT_DUE)
    for number, (agent, name) in enumerate(doses.routes):
        route = ensemble.route(agent, name)
        rows = np.flatnonzero(doses.route == number)
        who = doses.patient[rows]
        reals[rows, D_AMOUNT] = doses.amount[rows] * route.factor[who]
        reals[rows, D_DURATION] = np.maximum(reals[rows, D_DURATION], route.duration[who])
        reals[rows, D_DELAY] = route.delay[who]
        wholes[rows, E_INPUT] = route.input
        wholes[rows, E_HOLD] = route.first_hold
        wholes[rows, E_HOLDS] = np.where(doses.may_hold[rows], route.holds, 0)
    first = np.searchsorted(doses.patient, np.arange(ensemble.size + 1)).astype(np.int64)
    return first, reals, wholes


def _route(ensemble: Ensemble, agent: str, route: str) -> _Route:
    model = ensemble.model
    target = model.routes[agent, route]
    dosed = ensemble.compiled.plan.flat.dosed_states
    position = model.state_names.index(flat_name(target.into, ()))

    evaluation = Evaluation(model, None, ensemble.parameters)
    evaluation.values["dose"] = np.ones((ensemble.size, *(1 for _ in model.indices)))

    def column(text: Expression | None) -> Array:
        """A text for a dose of one, to which amounts are proportional."""
        return np.zeros(ensemble.size) if text is None else evaluation.flat(evaluation.text(text), ())[:, 0]

    holds = [number for number, hold in enumerate(model.holds) if hold.agent == agent]
    return _Route(
        dosed.index(position), column(target.amount), column(target.duration), column(target.delay),
        holds[0] if holds else 0, len(holds),
    )  # fmt: skip


def _lanes(lay: Layout) -> tuple[Array, Array]:
    """Working memory of one thread; its vectors start on a cache line, as the kernels expect."""
    raw = np.zeros(lay.l_size * lay.width + LINE // 8)
    offset = (-raw.ctypes.data % LINE) // 8
    vectors = raw[offset : offset + lay.l_size * lay.width]
    vectors[lay.l_h * lay.width : (lay.l_h + 1) * lay.width] = 1e-3
    return vectors, np.zeros(LANE_INTEGERS * lay.width, dtype=np.int64)


def failures(status: Array) -> dict[str, int]:
    """How many patients ended with each reason other than success."""
    return {
        member.name.lower(): int(np.sum(status == member))
        for member in Status
        if member is not Status.OK and np.any(status == member)
    }
