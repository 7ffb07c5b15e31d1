"""The toxicity of one arm as it happens: grades from the extremes that the solver recorded between visits.

A toxicity is followed where an agent of the arm drives it. Only what is worse than the patient's own start
counts.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from trialkine.model.model import Model
from trialkine.solver.ensemble import Ensemble
from trialkine.toxicity import Term, find_term, grade, terms

Array = np.ndarray[Any, np.dtype[Any]]

A_MOMENT = 1e-9  # [day]


def followed_terms(model: Model) -> tuple[Term, ...]:
    """The toxicities that the solver watches and an agent of the model drives.

    A user's own model has none of the totals through which agents of the package drive one: there all that
    is watched is followed.
    """
    driven = {add.to for agent in model.agents.values() for add in agent.mechanism.adds}
    return tuple(
        term
        for term in terms().values()
        if term.quantity in model.watched
        and (driven & set(term.drivers) or not any(total in model.quantities for total in term.drivers))
    )


class ToxicityRecord:
    """Grades of every followed toxicity.

    Shape: `worst`, `first_day`, `worst_day` and `worst_value` (toxicity, line, patient); where `worst` is 0
    the others are nan. `first_day` is the worst day of the first interval between notes with a grade, which
    is not before the day on which the grade was reached. Units: days [day], from the patient's first day.
    """

    def __init__(self, ensemble: Ensemble, lines: int) -> None:
        self.ensemble = ensemble
        self.terms = followed_terms(ensemble.model)
        shape = (len(self.terms), lines, ensemble.size)
        seen = ensemble.observe(*(term.quantity for term in self.terms)) if self.terms else {}
        self.at_start = [grade(term.name, seen[term.quantity]) for term in self.terms]
        self.worst = np.zeros(shape, dtype=np.int8)
        self.first_day, self.worst_day, self.worst_value = (np.full(shape, np.nan) for _ in range(3))
        self.logs = {term.name: _Log(ensemble.size) for term in self.terms}

    def note(self, patients: Array, line: Array) -> None:
        """Grade what happened to some patients since they were last noted; `line` is the line each is on."""
        if not self.terms or not len(patients):
            return
        for number, term in enumerate(self.terms):
            extremes = self.ensemble.extremes(term.quantity)
            is_high = term.worse == "high"
            value = (extremes.highest if is_high else extremes.lowest)[patients]
            day = (extremes.highest_day if is_high else extremes.lowest_day)[patients]
            found = grade(term.name, value)
            rows = np.flatnonzero(found > self.at_start[number][patients])
            self._keep(number, line[rows], patients[rows], found[rows], day[rows], value[rows])
            self.logs[term.name].add(patients[rows], day[rows], found[rows])
        self.ensemble.clear_extremes(patients)

    def _keep(self, number: int, line: Array, who: Array, found: Array, day: Array, value: Array) -> None:
        worst = self.worst[number]
        first = self.first_day[number]
        first[line, who] = np.fmin(first[line, who], day)
        worse = found > worst[line, who]
        place = line[worse], who[worse]
        worst[place] = found[worse]
        self.worst_day[number][place] = day[worse]
        self.worst_value[number][place] = value[worse]

    def worst_grade(self, toxicity: str, patients: Array, since: Array) -> Array:
        """The worst grade of a toxicity in some patients, each since a day of its own; 0 if not followed.

        Units: since [day]. Raises: InputError, when no toxicity has that name.
        """
        name = find_term(toxicity).name
        if name not in self.logs:
            return np.zeros(len(patients), dtype=np.int8)
        return self.logs[name].worst(patients, since)

    def worst_severe(self, lines: list[int] | slice = slice(None)) -> Array | None:
        """Each patient's worst grade of all toxicities that count as severe; None if none is followed."""
        counted = [number for number, term in enumerate(self.terms) if term.counts_as_severe]
        if not counted:
            return None
        chosen = self.worst[counted][:, lines]
        return np.asarray(chosen.max(axis=(0, 1), initial=0))


class _Log:
    """Grades above the start of many patients, in order of time: padded arrays (patient, entry)."""

    def __init__(self, patients: int) -> None:
        self.count = np.zeros(patients, dtype=np.int64)
        self.day = np.full((patients, 4), -np.inf)
        self.grade = np.zeros((patients, 4), dtype=np.int8)

    def add(self, patients: Array, day: Array, found: Array) -> None:
        if not len(patients):
            return
        at = self.count[patients]
        if at.max() >= self.day.shape[1]:
            self.day = np.concatenate([self.day, np.full_like(self.day, -np.inf)], axis=1)
            self.grade = np.concatenate([self.grade, np.zeros_like(self.grade)], axis=1)
        self.day[patients, at] = day
        self.grade[patients, at] = found
        self.count[patients] += 1

    def worst(self, patients: Array, since: Array) -> Array:
        recent = self.day[patients] >= since[:, None] - A_MOMENT
        return np.asarray(np.where(recent, self.grade[patients], 0).max(axis=1, initial=0))
