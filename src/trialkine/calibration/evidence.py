"""Puts together what the likelihood needs: targets, what stands in for their simulation, facts of trials."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from trialkine.calibration.design import variant_places
from trialkine.calibration.emulator import EmulatorError, fit_quadratic
from trialkine.calibration.likelihood import Evidence
from trialkine.calibration.quantities import STRUCTURES, USUAL, Quantity
from trialkine.calibration.simulations import Simulated
from trialkine.calibration.targets import Target, targets_of
from trialkine.trial.agent_class import agent_class
from trialkine.trial.facts import trial_facts
from trialkine.trial.protocol import Protocol

Array = np.ndarray[Any, np.dtype[Any]]
FEWEST_SIMULATED = 200  # patients in all; a target met by fewer tells nothing


@dataclass(frozen=True)
class Simulations:
    """What was simulated for one target, over the designs of all waves.

    Shapes: counts and totals (point,). `columns` are the scores that can matter to it, `switch` among them
    is that of the structure.
    """

    target: Target
    trial: str
    columns: tuple[int, ...]
    counts: Array
    totals: Array

    @property
    def switch(self) -> int:
        """The column of the structure, the last."""
        return self.columns[-1]


def simulations_of(
    trials: Mapping[str, Protocol],
    waves: Sequence[tuple[Array, Mapping[str, Simulated]]],
    quantities: Sequence[Quantity],
) -> Iterator[Simulations]:
    """The simulations of every target that enough patients could meet."""
    for name in _simulated(trials, waves):
        protocol = trials[name]
        counts = np.hstack([simulated[name].counts for _, simulated in waves])
        totals = np.hstack([simulated[name].totals for _, simulated in waves])
        for row, target in enumerate(targets_of(name, protocol)):
            if totals[row].sum() >= FEWEST_SIMULATED:
                columns = tuple(_columns(protocol, target, quantities))
                yield Simulations(target, name, columns, counts[row], totals[row])


def evidence_of(
    trials: Mapping[str, Protocol],
    waves: Sequence[tuple[Array, Mapping[str, Simulated]]],
    quantities: Sequence[Quantity],
    errors: Sequence[EmulatorError],
    jobs: int = 1,
) -> dict[str, Evidence]:
    """The evidence of some trials in every structure, from their simulation in one or more waves.

    `waves` hold the scores of a design, and what was simulated there; `errors` what the emulator misses.
    """
    from joblib import Parallel, delayed

    scores = np.vstack([one for one, _ in waves])
    names = _simulated(trials, waves)
    rows = list(simulations_of(trials, waves, quantities))
    fitted = Parallel(n_jobs=jobs)(
        delayed(fit_quadratic)(scores, one.counts, one.totals, one.columns, one.switch) for one in rows
    )
    protocols = [trials[name] for name in names]
    absent = {structure: variant_places(quantities) if structure == USUAL else [] for structure in STRUCTURES}
    return {
        structure: Evidence(
            tuple(one.target for one in rows),
            tuple(
                quadratic.at(one.switch, score).without(absent[structure])
                for one, quadratic in zip(rows, fitted, strict=True)
            ),
            np.array([names.index(one.trial) for one in rows]),
            tuple(_class(trials[one.trial], one.target) for one in rows),
            tuple(names),
            tuple(_family(name, trials[name]) for name in names),
            tuple(protocol.population for protocol in protocols),
            tuple(trial_facts(protocol) for protocol in protocols),
            tuple(errors),
        )
        for structure, score in zip(STRUCTURES, (-1.0, 1.0), strict=True)
    }


def _simulated(
    trials: Mapping[str, Protocol], waves: Sequence[tuple[Array, Mapping[str, Simulated]]]
) -> list[str]:
    """The trials that every wave has simulated."""
    return sorted(name for name in trials if all(name in simulated for _, simulated in waves))


def _class(protocol: Protocol, target: Target) -> str:
    arm = next(arm for arm in protocol.arms if arm.name == target.arm)
    return agent_class(protocol, arm, target.line)


def _columns(protocol: Protocol, target: Target, quantities: Sequence[Quantity]) -> list[int]:
    """The scores that can matter to a target, those of the case mix and of the structure last."""
    arm = next(arm for arm in protocol.arms if arm.name == target.arm)
    agents = protocol.agents_of(arm)
    own = [i for i, one in enumerate(quantities) if one.concerns(protocol.population, agents)]
    return [*own, len(quantities), len(quantities) + 1]


def _family(name: str, protocol: Protocol) -> str:
    return (protocol.source.family if protocol.source is not None else None) or name
