"""Simulates candidates side by side: the same patients, under the same members of the ensemble, in each.

Whoever is enrolled depends on what a trial gives, so that facts of the trial are settled once, for all
candidates together, and written into the members.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from trialkine.ensemble_members import CASE_MIX, HAZARD, LINEAR
from trialkine.optimisation.measured import measured
from trialkine.population.ensemble import OF_DISEASE, ParameterEnsemble
from trialkine.randomness import generator_key
from trialkine.records import ParameterRecord
from trialkine.study import run_protocol
from trialkine.trial.facts import trial_facts
from trialkine.trial.measure_words import Measure
from trialkine.trial.protocol import Protocol
from trialkine.trial.protocol_parts import Arm

Array = np.ndarray[Any, np.dtype[Any]]
Progress = Callable[[float, str], None]
ARMS_AT_ONCE = 20
"""More candidates than this in one run would only hold more memory."""


@dataclass(frozen=True)
class Bench:
    """Candidates as arms of one counterfactual trial, and batches of members to simulate them with."""

    protocol: Protocol
    arms: tuple[Arm, ...]
    measures: tuple[Measure, ...]
    batches: tuple[ParameterEnsemble, ...]
    patients: int
    seed: int
    jobs: int | None

    def run(
        self, batch: int, who: Sequence[int], progress: Progress
    ) -> tuple[Array, tuple[ParameterRecord, ...]]:
        """Outcomes of some candidates under the members of one batch, and the numbers behind them.

        Shape: outcomes (candidate, measure, member, patient).
        """
        members, found = self.batches[batch], []
        records: dict[str, ParameterRecord] = {}
        for start in range(0, len(who), ARMS_AT_ONCE):
            chosen = who[start : start + ARMS_AT_ONCE]
            share = len(chosen) / len(who)

            def hear(done: float, message: str, before: float = start / len(who), own: float = share) -> None:
                progress(before + own * done, message)

            result = run_protocol(
                as_trial(self.protocol, [self.arms[number] for number in chosen]),
                patients=self.patients,
                trials=len(members),
                seed=batch_seed(self.seed, batch),
                jobs=self.jobs,
                progress=hear,
                ensemble=members,
            )
            found.append(measured(result, self.measures))
            records |= {record.name: record for record in result.parameters}
        return np.concatenate(found), tuple(records.values())


def as_trial(protocol: Protocol, arms: Sequence[Arm]) -> Protocol:
    """The protocol as a trial of other arms, which treat the same patients."""
    alike = tuple(arm.model_copy(update={"ratio": None}) for arm in arms)
    return protocol.model_copy(update={"arms": alike, "arms_are": "counterfactual", "design": None})


def batch_seed(seed: int, batch: int) -> int:
    """The seed of one batch: other members treat other patients."""
    return int(generator_key(seed, f"batch {batch} of a search")[0] >> np.uint64(2))


def batches_of(
    ensemble: ParameterEnsemble, members: int, batches: int, facts: Mapping[str, float]
) -> tuple[tuple[ParameterEnsemble, ...], tuple[Array, ...]]:
    """Members spread evenly over an ensemble, dealt out into batches, and their numbers in it."""
    chosen = np.unique(np.linspace(0, len(ensemble) - 1, members).round().astype(int))
    settled = with_settled_facts(ensemble, facts)
    numbers = tuple(chosen[first::batches] for first in range(batches))
    parts = tuple(
        replace(settled, values=settled.values[own], weights=np.full(len(own), 1.0 / len(own)))
        for own in numbers
    )
    return parts, numbers


def facts_of(protocol: Protocol, arms: Sequence[Arm]) -> Mapping[str, float]:
    """Facts of the trial that all candidates together make."""
    return trial_facts(as_trial(protocol, arms))


def with_settled_facts(ensemble: ParameterEnsemble, facts: Mapping[str, float]) -> ParameterEnsemble:
    """The members as they are in a trial of some facts, whatever the trial they are used in says.

    What a fact adds to case mix and hazard goes into the intercept.
    """
    names, columns = list(ensemble.names), [*ensemble.values.T.copy()]
    for name in ensemble.names:
        before, colon, rest = name.rpartition(OF_DISEASE)
        for of in (CASE_MIX, HAZARD):
            fact = rest.removeprefix(f"{of}.")
            if rest.startswith(f"{of}.") and fact in facts:
                intercept = f"{before}{colon}{of}.{LINEAR}"
                if intercept not in names:
                    names.append(intercept)
                    columns.append(np.zeros(len(ensemble)))
                place = names.index(name)
                columns[names.index(intercept)] += columns[place] * facts[fact]
                columns[place] = np.zeros(len(ensemble))
    return replace(ensemble, names=tuple(names), values=np.stack(columns, axis=1))
