"""A whole model that needs nothing else: equations, numbers and planned doses, from a file or a paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from trialkine.model.compose import compose
from trialkine.model.declarations import Agent, Mechanism
from trialkine.model.model import Model
from trialkine.records import ParameterRecord


@dataclass(frozen=True)
class PlannedDose:
    """A dose that a model's file gives itself: `amount` into what `route` of `agent` names.

    Units: time, duration [day]; amount [the agent's dose unit].
    """

    agent: str
    route: str
    time: float
    amount: float
    duration: float = 0.0


@dataclass(frozen=True)
class StandaloneModel:
    """Mechanisms and agents that are a whole model together, with the number of every parameter.

    `doses` are those that the file itself plans, in order of time. `notes` say what a reader of the file
    should know, such as what was written in another way.
    """

    name: str
    title: str
    about: str
    parts: tuple[Mechanism | Agent, ...]
    records: Mapping[str, ParameterRecord]
    doses: tuple[PlannedDose, ...] = ()
    notes: tuple[str, ...] = ()

    @cached_property
    def model(self) -> Model:
        """The composed model.

        Raises: CompositionError, UnitsError and ExpressionError, as `compose`.
        """
        return compose(self.parts)
