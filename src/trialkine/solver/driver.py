"""The driver of the lanes: step sizes, doses, holds, located events and refilling, for any model.

Each lane of a vector holds one patient with its own clock, step size and dose list; nothing a lane does
depends on its neighbours, so results are the same bits for any batch, order or number of threads.
Compiled once by numba and cached; a model comes in as kernel addresses and a layout.

Everywhere: `lay` the layout, `ctl` the control, `v` the lanes' vectors, `n` the lanes' integers (patient,
tries, dose cursor, steps), `p` and `q` the patients' rows, `d` and `e` the doses' rows.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeVar

import numpy as np
from numba import njit

from trialkine.solver.call_kernel import call_kernel
from trialkine.solver.layout import SLOTS, Layout

Array = np.ndarray[Any, np.dtype[Any]]

EMPTY, PENDING, RUNNING = 0, 1, 2
OK, TOO_MANY_STEPS, STEP_TOO_SMALL, NOT_FINITE, TOO_MANY_INFUSIONS = 0, 1, 2, 3, 4
HELD, GIVEN, DROPPED = 0, 1, 2
WHO, TRIES, CURSOR, STEPS = 0, 1, 2, 3
LANE_INTEGERS = 4
SHORTEST, LONGEST = 0.2, 10.0  # by what a step may change the next
D_TIME, D_AMOUNT, D_DURATION, D_DELAY = 0, 1, 2, 3
E_INPUT, E_HOLD, E_HOLDS, E_BLOCK, E_FATE = 0, 1, 2, 3, 4
DOSE_REALS, DOSE_INTEGERS = 4, 5


class Control(NamedTuple):
    """Step control; `tightening` multiplies the absolute tolerances. Units: steps [day]."""

    relative: float
    tightening: float
    first_step: float
    smallest_step: float
    event_width: float


class Tables(NamedTuple):
    """What the model fixes (`input_state`, `reset_start`, `reset_state`), and each patient's doses.

    A patient's rows begin at `first_dose`; those before `next_dose` have been due before.
    """

    input_state: Array
    reset_start: Array
    reset_state: Array
    first_dose: Array
    next_dose: Array


Function = TypeVar("Function")


def helper(function: Function) -> Function:
    """Compile a function that only compiled code calls; no Python entry point halves the time."""
    without: Any = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, "_nrt": False}
    make: Any = njit(cache=True, nogil=True, error_model="numpy", **without)
    compiled: Function = make(function)
    return compiled


@helper
def _load(
    lane: int,
    patient: int,
    tightening: float,
    lay: Layout,
    v: Array,
    n: Array,
    p: Array,
    q: Array,
    cursor: int,
) -> None:
    w = lay.width
    for i in range(lay.states):
        v[(lay.l_y + i) * w + lane] = p[patient, lay.p_states + i]
        v[(lay.l_absolute + i) * w + lane] = p[patient, lay.p_absolute + i] * tightening
    for i in range(lay.columns + lay.inputs):
        v[(lay.l_k + i) * w + lane] = p[patient, lay.p_columns + i]
    for c in range(lay.events + lay.milestones):
        v[(lay.l_true + c) * w + lane] = q[patient, lay.q_true + c]
    for i in range(4 * lay.watched):
        v[(lay.l_extremes + i) * w + lane] = p[patient, lay.p_lowest + i]
    v[lay.l_time * w + lane] = p[patient, lay.p_time]
    v[lay.l_step * w + lane] = p[patient, lay.p_step]
    v[lay.l_bracket * w + lane] = np.inf
    n[WHO * w + lane] = patient
    n[TRIES * w + lane] = 0
    n[CURSOR * w + lane] = cursor
    n[STEPS * w + lane] = 0


@helper
def _save(lane: int, lay: Layout, v: Array, n: Array, p: Array, q: Array) -> None:
    w = lay.width
    patient = n[WHO * w + lane]
    for i in range(lay.states):
        p[patient, lay.p_states + i] = v[(lay.l_y + i) * w + lane]
        if not np.isfinite(p[patient, lay.p_states + i]):
            q[patient, lay.q_status] = NOT_FINITE
    for i in range(lay.columns, lay.columns + lay.inputs):
        p[patient, lay.p_columns + i] = v[(lay.l_k + i) * w + lane]
    for c in range(lay.events + lay.milestones):
        q[patient, lay.q_true + c] = v[(lay.l_true + c) * w + lane] > 0.0
    for i in range(4 * lay.watched):
        p[patient, lay.p_lowest + i] = v[(lay.l_extremes + i) * w + lane]
    p[patient, lay.p_time] = v[lay.l_time * w + lane]
    p[patient, lay.p_step] = v[lay.l_step * w + lane]
    n[WHO * w + lane] = -1


@helper
def _sum_infusions(lane: int, number: int, patient: int, lay: Layout, v: Array, p: Array, q: Array) -> None:
    total = 0.0
    for s in range(SLOTS):
        if q[patient, lay.q_slot_kind + s] == RUNNING and q[patient, lay.q_slot_input + s] == number:
            length = p[patient, lay.p_slot_end + s] - p[patient, lay.p_slot_start + s]
            total += p[patient, lay.p_slot_amount + s] / length
    v[(lay.l_k + lay.columns + number) * lay.width + lane] = total


@helper
def _move_slots(
    lane: int, patient: int, lay: Layout, v: Array, p: Array, q: Array, input_state: Array
) -> int:
    """Start and end the infusions that are due: 0 nothing changed, 1 exact kinetics only, 2 a moved state."""
    now, changed = v[lay.l_time * lay.width + lane], 0
    for s in range(SLOTS):
        kind = q[patient, lay.q_slot_kind + s]
        if kind == EMPTY:
            continue
        number = q[patient, lay.q_slot_input + s]
        start, end = p[patient, lay.p_slot_start + s], p[patient, lay.p_slot_end + s]
        if kind == PENDING and start <= now:
            changed = max(changed, 2 if input_state[number] < lay.moved else 1)
            if end > start:
                q[patient, lay.q_slot_kind + s] = RUNNING
                _sum_infusions(lane, number, patient, lay, v, p, q)
            else:
                q[patient, lay.q_slot_kind + s] = EMPTY
                v[(lay.l_y + input_state[number]) * lay.width + lane] += p[patient, lay.p_slot_amount + s]
        elif kind == RUNNING and end <= now:
            changed = max(changed, 2 if input_state[number] < lay.moved else 1)
            q[patient, lay.q_slot_kind + s] = EMPTY
            _sum_infusions(lane, number, patient, lay, v, p, q)
    return changed


@helper
def _judge_dose(lane: int, patient: int, dose: int, lay: Layout, v: Array, q: Array, e: Array) -> int:
    """Whether a dose that is due is given, held, or dropped because its block has ended."""
    block, first = e[dose, E_BLOCK], e[dose, E_HOLD]
    fate = GIVEN
    for rule in range(first, first + e[dose, E_HOLDS]):
        if q[patient, lay.q_ended + rule] == block:
            return DROPPED
        if v[(lay.l_now + lay.events + lay.milestones + rule) * lay.width + lane] > 0.0:
            fate = HELD
    for rule in range(first, first + e[dose, E_HOLDS]):
        is_true = v[(lay.l_now + lay.events + lay.milestones + rule) * lay.width + lane] > 0.0
        if q[patient, lay.q_hold_block + rule] != block or not is_true:
            q[patient, lay.q_hold_block + rule] = block
            q[patient, lay.q_hold_count + rule] = 0
        if is_true:
            q[patient, lay.q_hold_count + rule] += 1
            if q[patient, lay.q_hold_count + rule] >= q[patient, lay.q_limit + rule]:
                q[patient, lay.q_ended + rule] = block
    return fate


@helper
def _deliver(
    lane: int, patient: int, dose: int, lay: Layout, v: Array, p: Array, q: Array, d: Array, e: Array,
    input_state: Array,
) -> None:  # fmt: skip
    number = e[dose, E_INPUT]
    if d[dose, D_DURATION] <= 0.0 and d[dose, D_DELAY] <= 0.0:
        v[(lay.l_y + input_state[number]) * lay.width + lane] += d[dose, D_AMOUNT]
        return
    for s in range(SLOTS):
        if q[patient, lay.q_slot_kind + s] == EMPTY:
            start = d[dose, D_TIME] + d[dose, D_DELAY]
            q[patient, lay.q_slot_kind + s] = PENDING
            q[patient, lay.q_slot_input + s] = number
            p[patient, lay.p_slot_start + s] = start
            p[patient, lay.p_slot_end + s] = start + d[dose, D_DURATION]
            p[patient, lay.p_slot_amount + s] = d[dose, D_AMOUNT]
            return
    q[patient, lay.q_status] = TOO_MANY_INFUSIONS


@helper
def _refresh_margins(lay: Layout, v: Array) -> None:
    """Evaluate every condition at the lanes' present states."""
    start = v.ctypes.data
    w = lay.width * 8
    call_kernel(lay.conditions, (start + lay.l_y * w, start + lay.l_k * w, start + lay.l_now * w))


@helper
def _widen(flags: int, day: int, lay: Layout, v: Array) -> None:
    """Widen the extremes of the lanes whose flag is set by the watched quantities at their present states."""
    if lay.watched > 0:
        start = v.ctypes.data
        w = lay.width * 8
        y, k = start + lay.l_y * w, start + lay.l_k * w
        o, r = start + lay.l_extremes * w, start + lay.l_trail * w
        call_kernel(lay.extremes, (y, k, start + flags * w, start + day * w, o, r))


@helper
def _widen_one(lane: int, lay: Layout, v: Array) -> None:
    """Widen the extremes of one lane by what holds now; what was before does not go on into it."""
    for other in range(lay.width):
        v[lay.l_this * lay.width + other] = 2.0 if other == lane else 0.0
    _widen(lay.l_this, lay.l_time, lay, v)


@helper
def _fire(lane: int, patient: int, lay: Layout, tab: Tables, v: Array, p: Array, q: Array) -> int:
    """Apply what has become true at this moment: 0 nothing, 1 states were reset, 2 a milestone pauses."""
    w = lay.width
    start = v.ctypes.data
    for c in range(lay.events + lay.milestones):
        if not v[(lay.l_now + c) * w + lane] > 0.0:
            v[(lay.l_true + c) * w + lane] = 0.0
    for c in range(lay.events + lay.milestones):
        if v[(lay.l_now + c) * w + lane] > 0.0 and v[(lay.l_true + c) * w + lane] == 0.0:
            v[(lay.l_true + c) * w + lane] = 1.0
            if c < lay.events:
                y, k, r = start + lay.l_y * w * 8, start + lay.l_k * w * 8, start + lay.l_reset * w * 8
                call_kernel(lay.resets, (y, k, r))
                for r in range(tab.reset_start[c], tab.reset_start[c + 1]):
                    v[(lay.l_y + tab.reset_state[r]) * w + lane] = v[(lay.l_reset + r) * w + lane]
                return 1
            p[patient, lay.p_milestone + c - lay.events] = v[lay.l_time * w + lane]
            q[patient, lay.q_paused] = c - lay.events
            return 2
    return 0


@helper
def _restart(lane: int, ctl: Control, lay: Layout, v: Array) -> float:
    """The first step after a dose that only exact kinetics take up."""
    start = v.ctypes.data
    w = lay.width * 8
    y, k, a = start + lay.l_y * w, start + lay.l_k * w, start + lay.l_absolute * w
    call_kernel(lay.restart, (y, k, a, start + lay.l_relative * w, start + lay.l_restart * w))
    longest: float = v[lay.l_restart * lay.width + lane]
    return max(ctl.first_step, min(longest, float(v[lay.l_step * lay.width + lane])))


@helper
def _settle(
    lane: int, target: float, lay: Layout, ctl: Control, tab: Tables,
    v: Array, n: Array, p: Array, q: Array, d: Array, e: Array,
) -> bool:  # fmt: skip
    """Do all that is due at the lane's time; says whether the patient is finished for this call."""
    w = lay.width
    patient = n[WHO * w + lane]
    last_dose = tab.first_dose[patient + 1]
    disturbed, reset = False, False
    while True:
        fired = _fire(lane, patient, lay, tab, v, p, q)
        if fired == 2:
            return True
        n[STEPS * w + lane] += fired  # events that set each other off end as too many steps
        if n[STEPS * w + lane] > q[patient, lay.q_most_steps]:
            q[patient, lay.q_status] = TOO_MANY_STEPS
            return True
        moved = 0 if fired == 1 else _move_slots(lane, patient, lay, v, p, q, tab.input_state)
        changed, reset = fired == 1 or moved > 0, reset or moved == 2
        if not changed:
            dose = n[CURSOR * w + lane]
            if dose >= last_dose or d[dose, D_TIME] > v[lay.l_time * w + lane]:
                break
            n[CURSOR * w + lane] = dose + 1
            e[dose, E_FATE] = _judge_dose(lane, patient, dose, lay, v, q, e)
            if e[dose, E_FATE] == GIVEN:
                _deliver(lane, patient, dose, lay, v, p, q, d, e, tab.input_state)
                reset = reset or tab.input_state[e[dose, E_INPUT]] < lay.moved
                if q[patient, lay.q_status] != OK:
                    return True
                changed = True
        if changed:
            disturbed, reset = True, reset or fired == 1
            _refresh_margins(lay, v)
            _widen_one(lane, lay, v)
    if disturbed:
        v[lay.l_step * w + lane] = ctl.first_step if reset else _restart(lane, ctl, lay, v)
        v[lay.l_bracket * w + lane] = np.inf
        n[TRIES * w + lane] = 0
    if v[lay.l_time * w + lane] >= target:
        return True
    stop = target
    dose = n[CURSOR * w + lane]
    if dose < last_dose:
        stop = min(stop, d[dose, D_TIME])
    for s in range(SLOTS):
        kind = q[patient, lay.q_slot_kind + s]
        if kind == PENDING:
            stop = min(stop, p[patient, lay.p_slot_start + s])
        elif kind == RUNNING:
            stop = min(stop, p[patient, lay.p_slot_end + s])
    v[lay.l_stop * w + lane] = stop
    return False


@helper
def _choose_step(lane: int, lay: Layout, v: Array) -> None:
    """Set the length of the next trial step, landing exactly on stops without a sliver before them."""
    w = lay.width
    remaining = v[lay.l_stop * w + lane] - v[lay.l_time * w + lane]
    h = min(v[lay.l_step * w + lane], v[lay.l_bracket * w + lane])
    v[lay.l_next * w + lane] = v[lay.l_time * w + lane] + h
    if h >= remaining * (1.0 - 1e-9):
        h = remaining
        v[lay.l_next * w + lane] = v[lay.l_stop * w + lane]
    elif 2.0 * h > remaining:
        h = 0.5 * remaining
        v[lay.l_next * w + lane] = v[lay.l_time * w + lane] + h
    v[lay.l_h * w + lane] = h


@helper
def _locate(lane: int, h: float, lay: Layout, v: Array, n: Array) -> bool:
    """When a condition became true within the step, shorten the next trial towards where; says whether."""
    w = lay.width
    where = np.inf
    for c in range(lay.events + lay.milestones):
        after = v[(lay.l_margins + c) * w + lane]
        if after > 0.0 and v[(lay.l_true + c) * w + lane] == 0.0:
            before = min(v[(lay.l_now + c) * w + lane], 0.0)
            where = min(where, h * before / (before - after))
    if where == np.inf:
        return False
    n[TRIES * w + lane] += 1
    if n[TRIES * w + lane] % 4 == 0 or not where < h:
        where = 0.5 * h
    v[lay.l_bracket * w + lane] = h
    v[lay.l_step * w + lane] = max(where, 0.01 * h)
    return True


@helper
def _judge_step(lane: int, lay: Layout, ctl: Control, v: Array, n: Array, q: Array) -> bool:
    """Whether the lane's trial step is accepted; a patient who cannot go on gets a status."""
    w = lay.width
    patient = n[WHO * w + lane]
    h, error = v[lay.l_h * w + lane], v[lay.l_error * w + lane]
    n[STEPS * w + lane] += 1
    if n[STEPS * w + lane] > q[patient, lay.q_most_steps]:
        q[patient, lay.q_status] = TOO_MANY_STEPS
        return False
    is_changed = v[lay.l_changed * w + lane] > 0.0 and h > ctl.event_width
    if error <= 1.0 and not (is_changed and _locate(lane, h, lay, v, n)):
        q[patient, lay.q_accepted] += 1
        return True
    q[patient, lay.q_rejected] += 1
    if not error <= 1.0:
        shrink = 0.1
        if error < 1e30:
            shrink = max(SHORTEST, v[lay.l_growth * w + lane])
        v[lay.l_step * w + lane] = h * shrink
        if h * shrink < ctl.smallest_step:
            q[patient, lay.q_status] = STEP_TOO_SMALL
    return False


@helper
def _move_on(
    lane: int, target: float, lay: Layout, ctl: Control, tab: Tables,
    v: Array, n: Array, p: Array, q: Array, d: Array, e: Array,
) -> bool:  # fmt: skip
    """After an accepted step: the clock, the next step, what is due; says whether the patient is finished."""
    w = lay.width
    h = v[lay.l_h * w + lane]
    proposed, bracket = v[lay.l_step * w + lane], v[lay.l_bracket * w + lane]
    if bracket < np.inf:
        bracket -= h
        v[lay.l_step * w + lane] = bracket
        if bracket <= ctl.smallest_step:
            bracket = np.inf
            v[lay.l_step * w + lane] = max(h, ctl.first_step)
        v[lay.l_bracket * w + lane] = bracket
    else:
        grown = h * min(LONGEST, v[lay.l_growth * w + lane])
        is_cut = h < proposed * (1.0 - 1e-9)
        v[lay.l_step * w + lane] = max(proposed, grown) if is_cut else grown
    v[lay.l_time * w + lane] = v[lay.l_next * w + lane]
    is_quiet = v[lay.l_changed * w + lane] == 0.0 and v[lay.l_time * w + lane] < v[lay.l_stop * w + lane]
    return not is_quiet and _settle(lane, target, lay, ctl, tab, v, n, p, q, d, e)


@helper
def _refill(
    lane: int, place: int, todo: Array, targets: Array, lay: Layout, ctl: Control, tab: Tables,
    v: Array, n: Array, p: Array, q: Array, d: Array, e: Array,
) -> int:  # fmt: skip
    """Give the lane the next patient who has time to pass; the place in the queue after it."""
    while place < len(todo):
        patient = todo[place]
        place += 1
        if q[patient, lay.q_status] != OK:
            continue
        finite = True
        for i in range(lay.p_time):
            finite = finite and np.isfinite(p[patient, i])
        if not finite:
            q[patient, lay.q_status] = NOT_FINITE
            continue
        _load(lane, patient, ctl.tightening, lay, v, n, p, q, tab.next_dose[patient])
        _refresh_margins(lay, v)
        _widen_one(lane, lay, v)
        if _settle(lane, targets[patient], lay, ctl, tab, v, n, p, q, d, e):
            _save(lane, lay, v, n, p, q)
            continue
        return place
    n[WHO * lay.width + lane] = -1
    v[lay.l_h * lay.width + lane] = ctl.first_step
    return place


@njit(cache=True, nogil=True, error_model="numpy")
def watch_present(todo: Array, lay: Layout, v: Array, n: Array, p: Array, q: Array) -> None:
    """Let the extremes of some patients begin again at their present states."""
    no_dose: Any = np.int64(0)  # a plain 0 would compile the helper once more, for that constant
    for patient in todo:
        for i in range(2 * lay.watched):
            p[patient, lay.p_lowest + i] = np.inf
            p[patient, lay.p_highest + i] = -np.inf
        _load(0, patient, 1.0, lay, v, n, p, q, no_dose)
        _widen_one(no_dose, lay, v)
        for i in range(4 * lay.watched):
            p[patient, lay.p_lowest + i] = v[(lay.l_extremes + i) * lay.width]


@njit(cache=True, nogil=True, error_model="numpy")
def advance_patients(
    todo: Array, targets: Array, lay: Layout, ctl: Control, tab: Tables,
    v: Array, n: Array, p: Array, q: Array, d: Array, e: Array,
) -> None:  # fmt: skip
    """Advance the patients in `todo` to their targets, or to the milestone that pauses them.

    Units: targets [day].
    """
    w = lay.width
    place: Any = np.int64(0)  # a plain 0 would compile the helper once more, for that constant
    active = 0
    start = v.ctypes.data
    y, k, h = start + lay.l_y * w * 8, start + lay.l_k * w * 8, start + lay.l_h * w * 8
    absolute, relative = start + lay.l_absolute * w * 8, start + lay.l_relative * w * 8
    work, z = start + lay.l_work * w * 8, start + lay.l_z * w * 8
    error, margins = start + lay.l_error * w * 8, start + lay.l_margins * w * 8
    flags = start + lay.l_true * w * 8
    for lane in range(w):
        v[lay.l_relative * w + lane] = ctl.relative
        n[WHO * w + lane] = -1
    for lane in range(w):
        place = _refill(lane, place, todo, targets, lay, ctl, tab, v, n, p, q, d, e)
        active += n[WHO * w + lane] >= 0
    accepted, now = start + lay.l_accepted * w * 8, start + lay.l_now * w * 8
    while active > 0:
        for lane in range(w):
            if n[WHO * w + lane] >= 0:
                _choose_step(lane, lay, v)
        call_kernel(lay.step, (y, k, h, absolute, relative, work, z, error, margins, flags))
        for lane in range(w):
            is_there = n[WHO * w + lane] >= 0
            v[lay.l_accepted * w + lane] = is_there and _judge_step(lane, lay, ctl, v, n, q)
        call_kernel(lay.accept, (accepted, z, y, margins, now))
        _widen(lay.l_accepted, lay.l_next, lay, v)
        for lane in range(w):
            patient = n[WHO * w + lane]
            if patient < 0:
                continue
            is_over = q[patient, lay.q_status] != OK
            if v[lay.l_accepted * w + lane] > 0.0:
                is_over = _move_on(lane, targets[patient], lay, ctl, tab, v, n, p, q, d, e)
            if is_over:
                _save(lane, lay, v, n, p, q)
                place = _refill(lane, place, todo, targets, lay, ctl, tab, v, n, p, q, d, e)
                active -= n[WHO * w + lane] < 0
