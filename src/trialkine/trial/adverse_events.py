"""The adverse events of one arm: one per patient, line and toxicity, with its worst grade."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from trialkine.toxicity.terms import FATAL
from trialkine.trial.conduct import TREATMENT, ArmRecord

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class AdverseEvents:
    """Events in order of patient, line and toxicity; `toxicity` numbers the record's terms.

    Units: days [day] from the patient's first day; `worst_value` [the term's unit]. The day on which an event
    began is not recorded: `first_interval_worst_day` is the worst day of the first interval between visits
    in which the patient's grade was above the one at the start.
    """

    patients: Array
    line: Array
    toxicity: Array
    grade: Array
    first_interval_worst_day: Array
    worst_day: Array
    worst_value: Array


def adverse_events(record: ArmRecord) -> AdverseEvents:
    """Every event of grade 1 or more. A death from treatment is grade 5 of the toxicity that causes it."""
    found = record.toxicity
    if found is None or not found.terms:
        nothing, whole = np.zeros(0), np.zeros(0, dtype=np.int64)
        return AdverseEvents(whole, whole, whole, whole, nothing, nothing, nothing)
    grade, start, worst = found.worst.copy(), found.first_day.copy(), found.worst_day.copy()
    dead = np.flatnonzero(record.death_cause == TREATMENT)
    line = _line_at_death(record, dead)
    for number, term in enumerate(found.terms):
        if term.is_cause_of_death:
            grade[number, line, dead] = FATAL
            start[number, line, dead] = np.fmin(start[number, line, dead], record.death_day[dead])
            worst[number, line, dead] = record.death_day[dead]
    patients, lines, toxicity = np.nonzero(grade.transpose(2, 1, 0))
    place = toxicity, lines, patients
    return AdverseEvents(
        patients, lines, toxicity, grade[place], start[place], worst[place], found.worst_value[place]
    )


def _line_at_death(record: ArmRecord, dead: Array) -> Array:
    """The last line that each of some patients had started."""
    started = np.array([~np.isnan(book.start[dead]) for book in record.lines])
    numbers = np.arange(len(record.lines))[:, None]
    return np.asarray(np.where(started, numbers, 0).max(axis=0, initial=0))
