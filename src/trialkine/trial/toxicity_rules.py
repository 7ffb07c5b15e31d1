"""An agent's own rules between cycles: put the next one off, give less, or stop for toxicity.

Holds of single doses are not here: they act while a dose is due, inside the solver.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Protocol

import numpy as np

from trialkine.model.declarations import Agent
from trialkine.model.evaluate import Evaluation
from trialkine.solver.ensemble import Ensemble

Array = np.ndarray[Any, np.dtype[Any]]


class WorstGrades(Protocol):
    """What rules need of the record of toxicity."""

    def worst_grade(self, toxicity: str, patients: Array, since: Array) -> Array:
        """The worst grade of a toxicity in some patients, each since a day of its own.

        Units: since [day]. Shape: all (patient,).
        """
        ...


class NoGrades:
    """A record of toxicity in which nothing happened."""

    def worst_grade(self, toxicity: str, patients: Array, since: Array) -> Array:
        """Grade 0 for everybody."""
        return np.zeros(len(patients), dtype=np.int64)


class AbstractToxicityRules(ABC):
    """What happens to the next cycle of one line."""

    @abstractmethod
    def must_stop(self, patients: Array, since: Array) -> Array:
        """Who gets no further dose, after the toxicity since the cycle began. Units: since [day]."""

    @abstractmethod
    def later_dose(self, patients: Array, since: Array) -> Array:
        """By what later doses are multiplied, 1 for as before. Units: since [day]."""

    @abstractmethod
    def is_postponed(self, patients: Array) -> Array:
        """Whose next cycle cannot begin today."""

    @abstractmethod
    def longest_wait(self, patients: Array) -> Array:
        """After how long a wait the agent is stopped instead. Units: returns [day]."""


class NoRules(AbstractToxicityRules):
    """Every cycle comes when it is due, at full dose."""

    def must_stop(self, patients: Array, since: Array) -> Array:
        """Nobody."""
        return np.zeros(len(patients), dtype=bool)

    def later_dose(self, patients: Array, since: Array) -> Array:
        """All of it."""
        return np.ones(len(patients))

    def is_postponed(self, patients: Array) -> Array:
        """Nobody's."""
        return np.zeros(len(patients), dtype=bool)

    def longest_wait(self, patients: Array) -> Array:
        """Without end. Units: returns [day]."""
        return np.full(len(patients), np.inf)


class AgentRules(AbstractToxicityRules):
    """The `delays`, `reductions` and `stops` of one agent."""

    def __init__(self, agent: Agent, ensemble: Ensemble, grades: WorstGrades) -> None:
        self.agent = agent
        self.ensemble = ensemble
        self.grades = grades
        self.delays = [delay for delay in ensemble.model.delays if delay.agent == agent.name]

    def must_stop(self, patients: Array, since: Array) -> Array:
        """Those in whom any stopping rule's grade was reached."""
        stopped = np.zeros(len(patients), dtype=bool)
        for rule in self.agent.stops:
            stopped |= self.grades.worst_grade(rule.toxicity, patients, since) >= rule.grade
        return stopped

    def later_dose(self, patients: Array, since: Array) -> Array:
        """The smallest factor among the rules whose grade was reached."""
        factor = np.ones(len(patients))
        for rule in self.agent.reductions:
            met = self.grades.worst_grade(rule.toxicity, patients, since) >= rule.grade
            to = self.ensemble.parameter(rule.to)[patients]
            factor = np.where(met, np.minimum(factor, to), factor)
        return factor

    def is_postponed(self, patients: Array) -> Array:
        """Those in whom a condition of a delay is true now."""
        return np.asarray(self._conditions(patients).any(axis=0))

    def longest_wait(self, patients: Array) -> Array:
        """The shortest among the delays whose condition is true now."""
        longest = [self.ensemble.parameter(delay.longest)[patients] for delay in self.delays]
        waits = np.where(
            self._conditions(patients), np.array(longest).reshape(len(self.delays), len(patients)), np.inf
        )
        return np.asarray(waits.min(axis=0, initial=np.inf))

    def _conditions(self, patients: Array) -> Array:
        """Which delays apply now. Shape: returns (delay, patient)."""
        ensemble = self.ensemble
        now = Evaluation(ensemble.model, ensemble.states[patients], ensemble.parameters[patients])
        true = [now.flat(now.margin(delay.when), ())[:, 0] > 0.0 for delay in self.delays]
        return np.array(true, dtype=bool).reshape(len(self.delays), len(patients))


def rules_of(line: Any, ensemble: Ensemble, grades: WorstGrades) -> AbstractToxicityRules:
    """The rules of one line's agent; none where the protocol or the agent has none."""
    if not line.is_held_for_toxicity:
        return NoRules()
    agent = ensemble.model.agents[line.agent]
    has_rules = agent.delays or agent.reductions or agent.stops
    return AgentRules(agent, ensemble, grades) if has_rules else NoRules()
