"""Everything the calibration does not know, as independent standard normal scores with their meaning.

Besides the population's own numbers: how the case mix and hazard of a trial follow from its protocol, how
much trials differ beyond that, and by how much the mechanism misses the responses to each class of agents.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from trialkine.calibration.quantities import STRUCTURES, USUAL, Quantity
from trialkine.ensemble_members import CASE_MIX, HAZARD
from trialkine.population.ensemble import OF_DISEASE, OF_STRUCTURE, ParameterEnsemble

Array = np.ndarray[Any, np.dtype[Any]]

DISCREPANCY, CLASS_OFFSET = "trial.discrepancy", "trial.response"
CLASS_SPREAD = "trial.response_spread"
MIX_FACTS = ("high_dose", "one_centre", "pretreated", "untreated")
DISCREPANCY_GROUPS: Mapping[str, float] = {
    "response": 0.3, "completeness": 0.3, "control": 0.3, "progression": 0.3, "survival": 0.15,
}  # fmt: skip
"""Centres of the priors of discrepancies, in log-odds; that of survival is beside the trial's own hazard."""


@dataclass(frozen=True)
class Unknown:
    """A number beside those of the population, from its score: `centre + sd score`, or its exponential.

    `times` names another unknown by which it is multiplied: the common spread of numbers like it.
    """

    name: str
    centre: float
    sd: float
    is_positive: bool = False
    times: str | None = None

    def value(self, score: Array) -> Array:
        """The number at standard normal scores."""
        plain = self.centre + self.sd * score
        return np.exp(plain) if self.is_positive else np.asarray(plain)


@dataclass(frozen=True)
class Unknowns:
    """All unknowns of one structure in one order: the quantities of the population, then the others."""

    quantities: tuple[Quantity, ...]
    others: tuple[Unknown, ...]
    structure: str = USUAL

    @property
    def names(self) -> tuple[str, ...]:
        """Names as an ensemble has them."""
        return (*(one.name for one in self.quantities), *(one.name for one in self.others))

    def __len__(self) -> int:
        return len(self.quantities) + len(self.others)

    def other(self, name: str, scores: Array) -> Array:
        """The values of one number that is not the population's. Shapes: scores (draw, unknown), (draw,)."""
        place = next(place for place, one in enumerate(self.others) if one.name == name)
        found = self.others[place].value(scores[:, len(self.quantities) + place])
        spread = self.others[place].times
        return found if spread is None else found * self.other(spread, scores)

    def typical(self, name: str) -> float:
        """The prior centre of one number that is not the population's."""
        return float(self.other(name, np.zeros((1, len(self))))[0])

    def has(self, name: str) -> bool:
        """Whether there is such a number beside those of the population."""
        return any(one.name == name for one in self.others)

    def ensemble(self, scores: Array) -> ParameterEnsemble:
        """Draws as an ensemble, its structures last. Shape: scores (draw, unknown)."""
        columns = [one.value(scores[:, place], self.structure) for place, one in enumerate(self.quantities)]
        columns += [self.other(one.name, scores) for one in self.others]
        columns += [np.full(len(scores), float(name == self.structure)) for name in STRUCTURES if name]
        names = (*self.names, *(f"{OF_STRUCTURE}{name}" for name in STRUCTURES if name))
        return ParameterEnsemble(names, np.column_stack(columns), np.full(len(scores), 1 / len(scores)))


def unknowns_of(
    quantities: Sequence[Quantity], diseases: Sequence[str], classes: Sequence[str], structure: str = USUAL
) -> Unknowns:
    """The unknowns of trials in some diseases with some classes of agents, in one structure."""
    others = []
    for disease in diseases:
        others.append(Unknown(f"{disease}{OF_DISEASE}{CASE_MIX}.intercept", -0.9, 0.6))
        others.append(Unknown(f"{disease}{OF_DISEASE}{HAZARD}.decades", -0.10, 0.15))
    others.extend(Unknown(f"{CASE_MIX}.{fact}", 0.0, 0.5) for fact in MIX_FACTS)
    others.append(Unknown(f"{CASE_MIX}.sd", np.log(0.7), 0.4, is_positive=True))
    others.append(Unknown(f"{HAZARD}.sd", np.log(0.2), 0.4, is_positive=True))
    others.extend(
        Unknown(f"{DISCREPANCY}.{group}", np.log(centre), 0.5, is_positive=True)
        for group, centre in DISCREPANCY_GROUPS.items()
    )
    others.append(Unknown(CLASS_SPREAD, np.log(0.25), 0.5, is_positive=True))
    others.extend(Unknown(f"{CLASS_OFFSET}.{name}", 0.0, 1.0, times=CLASS_SPREAD) for name in classes)
    return Unknowns(tuple(quantities), tuple(others), structure)


def facts_matrix(facts: Sequence[Mapping[str, float]], names: Sequence[str]) -> Array:
    """The facts of trials as rows. Shape: (trial, name)."""
    return np.array([[one.get(name, 0.0) for name in names] for one in facts])
