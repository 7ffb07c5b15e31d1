"""Where everything stands in the driver's four buffers.

A patient is one row of reals and one row of integers; a thread's lanes are one aligned buffer of vectors
(lane-minor) and one of integers. Few buffers keep the compiled driver small and quick.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from trialkine.compiler.extremes_ir import trail_size

Array = np.ndarray[Any, np.dtype[Any]]

SLOTS = 8


class Layout(NamedTuple):
    """Kernel addresses, sizes and offsets: `l_` in vectors of the lanes, `p_`, `q_` in entries of a row."""

    step: int
    conditions: int
    resets: int
    accept: int
    extremes: int
    restart: int
    moved: int
    width: int
    states: int
    columns: int
    inputs: int
    events: int
    milestones: int
    holds: int
    watched: int
    # vectors of a thread's lanes
    l_y: int
    l_z: int
    l_k: int
    l_absolute: int
    l_h: int
    l_relative: int
    l_work: int
    l_error: int
    l_growth: int
    l_changed: int
    l_margins: int
    l_now: int
    l_true: int
    l_reset: int
    l_time: int
    l_next: int
    l_stop: int
    l_step: int
    l_bracket: int
    l_accepted: int
    l_this: int
    l_restart: int
    l_extremes: int
    l_trail: int
    l_size: int
    # a patient's reals
    p_states: int
    p_absolute: int
    p_columns: int
    p_time: int
    p_step: int
    p_slot_start: int
    p_slot_end: int
    p_slot_amount: int
    p_milestone: int
    p_lowest: int
    p_lowest_day: int
    p_highest: int
    p_highest_day: int
    p_size: int
    # a patient's integers
    q_status: int
    q_paused: int
    q_accepted: int
    q_rejected: int
    q_most_steps: int
    q_true: int
    q_slot_kind: int
    q_slot_input: int
    q_hold_count: int
    q_hold_block: int
    q_ended: int
    q_limit: int
    q_size: int


def make_layout(
    addresses: dict[str, int], width: int, moved: int, states: int, columns: int, inputs: int,
    events: int, milestones: int, holds: int, watched: int, resets: int, workspace: int,
) -> Layout:  # fmt: skip
    """Place everything for a model of these sizes."""
    conditions = events + milestones + holds
    lanes = _offsets(
        y=states, z=states, k=columns + inputs, absolute=states, h=1, relative=1, work=workspace, error=1,
        growth=1, changed=1, margins=conditions, now=conditions, true=events + milestones, reset=resets,
        time=1, next=1, stop=1, step=1, bracket=1, accepted=1, this=1, restart=1, extremes=4 * watched,
        trail=trail_size(watched),
    )  # fmt: skip
    reals = _offsets(
        states=states, absolute=states, columns=columns + inputs, time=1, step=1, slot_start=SLOTS,
        slot_end=SLOTS, slot_amount=SLOTS, milestone=milestones, lowest=watched,
        lowest_day=watched, highest=watched, highest_day=watched,
    )  # fmt: skip
    wholes = _offsets(
        status=1, paused=1, accepted=1, rejected=1, most_steps=1, true=events + milestones, slot_kind=SLOTS,
        slot_input=SLOTS, hold_count=holds, hold_block=holds, ended=holds, limit=holds,
    )  # fmt: skip
    return Layout(
        addresses["step"], addresses["conditions"], addresses["resets"], addresses["accept"],
        addresses["extremes"], addresses["restart"], moved, width, states, columns, inputs, events,
        milestones, holds, watched,
        **{f"l_{name}": place for name, place in lanes.items()},
        **{f"p_{name}": place for name, place in reals.items()},
        **{f"q_{name}": place for name, place in wholes.items()},
    )  # fmt: skip


def _offsets(**sizes: int) -> dict[str, int]:
    places, total = {}, 0
    for name, size in sizes.items():
        places[name] = total
        total += size
    return {**places, "size": total}


def packed(numbers: NamedTuple) -> Any:
    """A layout or control as one record, which compiled code passes on by its address."""
    fields = numbers._asdict()
    kinds = [(name, np.float64 if isinstance(value, float) else np.int64) for name, value in fields.items()]
    return np.array([tuple(fields.values())], dtype=np.dtype(kinds, align=True))[0]
