"""Triggers that wait for a time, and the moments at which a file plans something."""

from __future__ import annotations

from dataclasses import dataclass

from trialkine.interchange.import_facts import Assignment, FileEvent
from trialkine.interchange.import_terms import TIME, Comparison, Condition, Joined, Name
from trialkine.interchange.import_values import Values


@dataclass(frozen=True)
class Timed:
    """One assignment that happens at one time, whatever the states are. Units: time [the file's]."""

    time: float
    event: FileEvent
    what: Assignment


def trigger_time(event: FileEvent, values: Values) -> float | None:
    """When an event happens, if it waits for a time alone; infinite if never.

    Units: [the file's unit of time].
    """
    window = _window(event.trigger, values)
    if window is None:
        return None
    opens, closes, is_open_at_edge = window
    if opens >= closes or closes <= 0:
        return float("inf")
    is_true_at_start = opens < 0 or (opens == 0 and is_open_at_edge)
    if is_true_at_start:
        return 0.0 if event.fires_at_start else float("inf")
    return opens


def _window(condition: Condition, values: Values) -> tuple[float, float, bool] | None:
    """From when until when a condition on time holds, and whether it holds at the first moment already."""
    if isinstance(condition, Joined):
        parts = [_window(part, values) for part in condition.parts]
        known = [part for part in parts if part is not None]
        if condition.word != "and" or len(known) < len(parts):
            return None
        opens = max(part[0] for part in known)
        return opens, min(part[1] for part in known), all(part[2] for part in known if part[0] == opens)
    return _side(condition, values)


def _side(one: Comparison, values: Values) -> tuple[float, float, bool] | None:
    infinity = float("inf")
    if one.left == Name(TIME) and values.is_fixed(one.right):
        return values.number(one.right), infinity, not one.is_strict
    if one.right == Name(TIME) and values.is_fixed(one.left):
        return -infinity, values.number(one.left), True
    return None
