"""Puts together what the likelihood needs: targets, what stands in for their simulation, facts of trials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from trialkine.calibration.emulator import fit_quadratic
from trialkine.calibration.likelihood import Evidence
from trialkine.calibration.quantities import Quantity
from trialkine.calibration.simulations import Simulated
from trialkine.calibration.targets import Target, targets_of
from trialkine.trial.agent_class import agent_class
from trialkine.trial.facts import trial_facts
from trialkine.trial.protocol import Protocol

Array = np.ndarray[Any, np.dtype[Any]]
FEWEST_SIMULATED = 200  # patients in all; a target met by fewer tells nothing


def evidence_of(
    trials: Mapping[str, Protocol],
    waves: Sequence[tuple[Array, Mapping[str, Simulated]]],
    quantities: Sequence[Quantity],
    jobs: int = 1,
) -> Evidence:
    """The evidence of some trials, from their simulation in one or more waves.

    `waves` hold the scores of a design, case mix last, and what was simulated there.
    """
    scores = np.vstack([one for one, _ in waves])
    from joblib import Parallel, delayed

    targets, work, trial_of, classes = [], [], [], []
    names = sorted(name for name in trials if all(name in simulated for _, simulated in waves))
    for place, name in enumerate(names):
        protocol = trials[name]
        counts = np.hstack([simulated[name].counts for _, simulated in waves])
        totals = np.hstack([simulated[name].totals for _, simulated in waves])
        for row, target in enumerate(targets_of(name, protocol)):
            if totals[row].sum() < FEWEST_SIMULATED:
                continue
            columns = _columns(protocol, target, quantities)
            targets.append(target)
            work.append(delayed(fit_quadratic)(scores, counts[row], totals[row], columns))
            trial_of.append(place)
            arm = next(arm for arm in protocol.arms if arm.name == target.arm)
            classes.append(agent_class(protocol, arm, target.line))
    fitted = Parallel(n_jobs=jobs)(work)
    protocols = [trials[name] for name in names]
    return Evidence(
        tuple(targets),
        tuple(fitted),
        np.array(trial_of),
        tuple(classes),
        tuple(names),
        tuple(_family(name, trials[name]) for name in names),
        tuple(protocol.population for protocol in protocols),
        tuple(trial_facts(protocol) for protocol in protocols),
    )


def _columns(protocol: Protocol, target: Target, quantities: Sequence[Quantity]) -> list[int]:
    """The scores that can matter to a target; the last is that of the case mix."""
    arm = next(arm for arm in protocol.arms if arm.name == target.arm)
    agents = protocol.agents_of(arm)
    own = [i for i, one in enumerate(quantities) if one.concerns(protocol.population, agents)]
    return [*own, len(quantities)]


def _family(name: str, protocol: Protocol) -> str:
    return (protocol.source.family if protocol.source is not None else None) or name
