"""What the published trials would have reported in populations that are known.

Every population is simulated by the whole model, in every trial at its own size and with luck of its own, and
its patients are counted as those of the reports are: responders first, who are complete or not among them,
and those who are left at each time among those who were left before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import expit, logit

from trialkine.calibration.counts import count_patients
from trialkine.calibration.likelihood import Evidence
from trialkine.calibration.targets import Sense, Target
from trialkine.calibration.unknowns import CLASS_OFFSET, DISCREPANCY, Unknowns
from trialkine.randomness import generator_key
from trialkine.study import run_protocol
from trialkine.trial.protocol import Protocol

Array = np.ndarray[Any, np.dtype[Any]]
OF_RESPONDERS = ("complete", "dor")


@dataclass(frozen=True)
class SimulatedTrials:
    """Counts of every target in one trial per population. Shapes: counts and totals (population, target)."""

    counts: Array
    totals: Array


def simulated_trials(
    trials: Mapping[str, Protocol],
    evidence: Evidence,
    unknowns: Unknowns,
    truth: Array,
    *,
    seed: int,
    jobs: int,
    folder: Path | None = None,
) -> SimulatedTrials:
    """Every trial in every population; kept in `folder` and taken from there.

    Shape: truth (population, unknown).
    """
    from joblib import Parallel, delayed

    members = unknowns.ensemble(truth)

    def simulate(name: str) -> Array:
        targets = [target for target in evidence.targets if target.trial == name]
        file = None
        if folder is not None:
            asked = f"{trials[name].content_hash} {[target.key for target in targets]} {members.names} {seed}"
            digest = hashlib.sha256(asked.encode() + members.values.tobytes()).hexdigest()[:12]
            file = folder / f"{name}-{digest}.npy"
            if file.exists():
                return np.asarray(np.load(file))
        result = run_protocol(
            trials[name], trials=len(truth), seed=seed_of_trial(seed, name), jobs=1, ensemble=members
        )
        found = np.array([count_patients(result, target) for target in targets])
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            np.save(file, found)
        return found

    shards = Parallel(n_jobs=jobs)(delayed(simulate)(name) for name in evidence.trials)
    of = {name: iter(shard) for name, shard in zip(evidence.trials, shards, strict=True)}
    both = np.array([next(of[target.trial]) for target in evidence.targets])
    return SimulatedTrials(both[:, 0].T, both[:, 1].T)


def seed_of_trial(seed: int, name: str) -> int:
    """A seed that no two trials share: patients and the luck of a trial follow from seed and repetition."""
    return int.from_bytes(hashlib.sha256(f"{seed} {name}".encode()).digest()[:4]) >> 1


def synthetic_targets(
    evidence: Evidence, unknowns: Unknowns, truth: Array, simulated: SimulatedTrials, place: int, seed: int
) -> tuple[Target, ...]:
    """What the trials of one population would have reported, discrepancies included.

    Of whom there are none, nothing is reported.
    """
    random = np.random.Generator(np.random.Philox(key=generator_key(seed, f"synthetic trials {place}")))
    own = truth[place : place + 1]
    earlier: dict[object, _Counted] = {}
    responders: dict[object, _Counted] = {}
    found = []
    for number, target in enumerate(evidence.targets):
        arm = (target.trial, target.arm, target.line)
        before = earlier.get(target.curve) if target.after > 0.0 else None
        count, total = simulated.counts[place, number], simulated.totals[place, number]
        share = (count + 0.5) / (total + 1.0)
        if before is not None and target.sense != "count":
            shift, whole = before.shift, before.share * share
            shifted = min(_moved(whole, shift) / _moved(before.share, shift), 1.0)
        else:
            shift, whole = _shift(evidence, unknowns, own, number, random), share
            shifted = _moved(share, shift)
        of = int(total)
        if before is not None:
            of = before.count
        elif target.event in OF_RESPONDERS and arm in responders:
            of = responders[arm].count
        elif target.event == "progresses" and arm in responders:
            of = responders[arm].of - responders[arm].count
        drawn = _drawn(of, count, total, share, shifted, random)
        counted = _Counted(drawn, of, whole, shift)
        earlier[target.curve] = counted
        if target.event == "responds":
            responders[arm] = counted
        if target.sense == "count":
            if of > 0:
                found.append(replace(target, count=float(drawn), of=of))
        else:
            first = of if before is None else before.first
            earlier[target.curve] = replace(counted, first=first)
            is_more = drawn > first / 2.0
            sense: Sense = "more than half" if is_more else "less than half"
            if first > 0:
                found.append(replace(target, of=first, sense=sense))
    return tuple(found)


@dataclass(frozen=True)
class _Counted:
    """Patients counted of others, the share that was simulated, and how far the trial lies from it.

    `first` are all patients of a curve, of whom halves are.
    """

    count: int
    of: int
    share: float
    shift: float
    first: int = 0


def _shift(
    evidence: Evidence, unknowns: Unknowns, own: Array, number: int, random: np.random.Generator
) -> float:
    """How far the log-odds in this trial lie from those of the model."""
    target, shift = evidence.targets[number], 0.0
    name = f"{DISCREPANCY}.{target.group}"
    if unknowns.has(name):
        shift += float(unknowns.other(name, own)[0]) * random.standard_normal()
    name = f"{CLASS_OFFSET}.{evidence.classes[number]}"
    if target.group == "response" and unknowns.has(name):
        shift += float(unknowns.other(name, own)[0])
    return shift


def _moved(share: float, shift: float) -> float:
    return float(expit(logit(share) + shift))


def _drawn(
    of: int, count: float, total: float, share: float, shifted: float, random: np.random.Generator
) -> int:
    """Patients who met the event, of some drawn from those simulated, whose share is moved."""
    known = min(of, int(total))
    met = int(random.hypergeometric(int(count), int(total - count), known)) if known else 0
    met += int(random.binomial(of - known, share))
    if shifted >= share:
        return met + int(random.binomial(of - met, (shifted - share) / (1.0 - share)))
    return int(random.binomial(met, shifted / share))
