"""From what happened in an arm to outcomes, for each line of treatment and for the whole strategy.

Per line: from the line's first dose, against its own baseline, until the next line starts. Whole strategy:
from the first dose; progression means progression on the last line that was
started (none for those who left alive while the next was still to come), the best response the best of
its lines.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from trialkine.endpoints.assessment import assess
from trialkine.endpoints.categories import Response
from trialkine.endpoints.criteria import AbstractCriteria
from trialkine.endpoints.overall_survival import overall_survival
from trialkine.endpoints.progression import (
    duration_of_response,
    first_progression,
    progression_free_survival,
    time_to_progression,
)
from trialkine.endpoints.response import best_response
from trialkine.endpoints.time_to_event import TimeToEvent, time_from
from trialkine.trial.conduct import ArmRecord

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Outcomes:
    """Outcomes of some patients, from their first dose of a line or of the strategy.

    Units: days [day], counted from the patient's first day; times count from `start`.
    """

    patients: Array
    start: Array
    category: Array
    response_day: Array
    progression_day: Array
    progression_reason: Array
    to_progression: TimeToEvent
    progression_free: TimeToEvent
    overall: TimeToEvent
    of_response: TimeToEvent
    last_adequate: Array


def line_outcomes(
    record: ArmRecord, number: int, criteria: AbstractCriteria, confirm: float | None
) -> Outcomes:
    """Outcomes of one line, for the patients who reached it."""
    book = record.lines[number]
    who = np.flatnonzero(~np.isnan(book.start) & (record.status == 0))
    start = book.start[who]
    until, before = _line_end(record, number, who)
    death = record.death_day[who]
    scans = record.history.scans(who, book.baseline_visit[who], before)
    assessment = assess(scans, criteria)
    best = best_response(assessment, confirm, criteria.min_stable, start)
    first = first_progression(assessment)
    free = progression_free_survival(assessment, death, until, start)
    adequate = np.where(assessment.response != Response.NE, assessment.day, np.nan)
    return Outcomes(
        patients=who,
        start=start,
        category=best.category,
        response_day=best.response_day,
        progression_day=first.day,
        progression_reason=first.reason,
        to_progression=time_to_progression(assessment, death, until, start),
        progression_free=free,
        overall=overall_survival(death, record.last_day[who], start),
        of_response=duration_of_response(assessment, best, death, until),
        last_adequate=np.fmax(np.fmax.reduce(adequate, axis=1), start),
    )


def _line_end(record: ArmRecord, number: int, who: Array) -> tuple[Array, Array]:
    """The day and the visit number at which a line's follow-up ends.

    That is where a later line with its own baseline starts, or where the patient's follow-up ends. A visit
    on the very day of the switch belongs to the line it was made for.
    """
    until, before = record.last_day[who].copy(), record.history.count[who].copy()
    own = record.lines[number].baseline_visit[who]
    for book in record.lines:
        next_baseline = (book.baseline_visit[who] > own) & ~np.isnan(book.start[who])
        until = np.where(next_baseline, np.fmin(until, book.start[who]), until)
        before = np.where(next_baseline, np.minimum(before, book.baseline_visit[who]), before)
    return until, before


def _waits_for_a_line(record: ArmRecord) -> Array:
    """Who left alive, at cut-off or lost, while a planned line had not begun: the strategy was not over."""
    waiting = np.zeros(len(record.status), dtype=bool)
    for book in record.lines:
        waiting |= ~np.isnan(book.planned_start) & np.isnan(book.start)
    return np.asarray(waiting & np.isnan(record.death_day))


def until_first_relapse(record: ArmRecord, strategy: Outcomes, lines: list[Outcomes]) -> Outcomes:
    """The whole strategy after complete resection: the first relapse counts, on whichever line it is seen."""
    n = len(record.status)
    day, reason = np.full(n, np.nan), np.zeros(n, dtype=np.int8)
    for line in lines:
        p = line.patients
        is_first = np.isnan(day[p]) & ~np.isnan(line.progression_day)
        day[p] = np.where(is_first, line.progression_day, day[p])
        reason[p] = np.where(is_first, line.progression_reason, reason[p])
    who, start = strategy.patients, strategy.start
    death, adequate = record.death_day[who], strategy.last_adequate
    return replace(
        strategy,
        progression_day=day[who],
        progression_reason=reason[who],
        to_progression=time_from(start, day[who], np.where(np.isnan(death), adequate, death)),
        progression_free=time_from(start, np.fmin(day[who], death), adequate),
    )


def strategy_outcomes(record: ArmRecord, lines: list[Outcomes]) -> Outcomes:
    """Outcomes of the whole strategy, for all patients whose simulation succeeded."""
    who = np.flatnonzero(record.status == 0)
    n = len(record.status)
    start = np.zeros(n)
    category = np.full(n, int(Response.NE), dtype=np.int8)
    response_day, response_length = np.full(n, np.nan), np.full(n, np.nan)
    response_over = np.zeros(n, dtype=bool)
    progression_day, adequate = np.full(n, np.nan), np.zeros(n)
    reason = np.zeros(n, dtype=np.int8)
    for line in lines:
        p = line.patients
        better = line.category > category[p]
        category[p] = np.where(better, line.category, category[p])
        response_day[p] = np.where(better, line.response_day, response_day[p])
        response_length[p] = np.where(better, line.of_response.days, response_length[p])
        response_over[p] = np.where(better, line.of_response.is_event, response_over[p])
        adequate[p] = np.fmax(adequate[p], line.last_adequate)
        progression_day[p], reason[p] = line.progression_day, line.progression_reason
    death = record.death_day
    goes_on = _waits_for_a_line(record)
    progression_day[goes_on], reason[goes_on] = np.nan, 0
    progression_or_death = np.fmin(progression_day, death)
    return Outcomes(
        patients=who,
        start=start[who],
        category=category[who],
        response_day=response_day[who],
        progression_day=progression_day[who],
        progression_reason=reason[who],
        to_progression=time_from(
            start[who], progression_day[who], np.where(np.isnan(death), adequate, death)[who]
        ),
        progression_free=time_from(start[who], progression_or_death[who], adequate[who]),
        overall=overall_survival(death[who], record.last_day[who], start[who]),
        of_response=TimeToEvent(response_length[who], response_over[who]),
        last_adequate=adequate[who],
    )
