"""Simulates the published trials at the points of a design, and keeps what the targets count.

A trial at a design is a shard: a pure function of the protocol, the design and the sizes, kept under their
hash, and never simulated again while its file is there.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from trialkine.calibration.counts import count_patients
from trialkine.calibration.design import as_ensemble
from trialkine.calibration.quantities import Quantity
from trialkine.calibration.targets import targets_of
from trialkine.study import run_protocol
from trialkine.trial.protocol import Protocol

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Simulated:
    """Counts of patients at every point of a design. Shapes: counts and totals (target, point)."""

    trial: str
    counts: Array
    totals: Array


@dataclass(frozen=True)
class Shard:
    """One trial at one design."""

    trial: str
    protocol: Protocol
    scores: Array
    patients: int
    seed: int
    quantities: tuple[Quantity, ...]

    @property
    def name(self) -> str:
        """A name that says what is in it and changes with everything it depends on."""
        digest = hashlib.sha256()
        digest.update(self.protocol.content_hash.encode())
        digest.update(np.ascontiguousarray(self.scores).tobytes())
        digest.update(f"{self.patients} {self.seed} {self.quantities}".encode())
        digest.update("\n".join(target.key for target in targets_of(self.trial, self.protocol)).encode())
        return f"{self.trial}-{digest.hexdigest()[:12]}"


def simulate(shard: Shard) -> Simulated:
    """Run the trial once at every point, and count."""
    result = run_protocol(
        shard.protocol,
        patients=shard.patients,
        trials=len(shard.scores),
        seed=shard.seed,
        jobs=1,
        ensemble=as_ensemble(shard.scores, shard.quantities),
    )
    found = [count_patients(result, target) for target in targets_of(shard.trial, shard.protocol)]
    return Simulated(shard.trial, np.stack([one for one, _ in found]), np.stack([of for _, of in found]))


def simulated(shard: Shard, folder: Path) -> Simulated:
    """The shard from its file, or simulated now and filed."""
    file = folder / f"{shard.name}.npz"
    if file.exists():
        with np.load(file) as kept:
            return Simulated(shard.trial, kept["counts"], kept["totals"])
    found = simulate(shard)
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(f".{os.getpid()}.tmp.npz")
    np.savez_compressed(unfinished, counts=found.counts, totals=found.totals)
    unfinished.replace(file)
    return found


def simulate_all(
    trials: Mapping[str, Protocol],
    scores: Array,
    quantities: Sequence[Quantity],
    folder: Path,
    *,
    patients: int,
    seed: int,
    jobs: int,
    progress: Callable[[int, int, str], None] = lambda done, total, name: None,
) -> dict[str, Simulated]:
    """Every trial that has targets, at every point; in parallel, and resumed where files are there."""
    from joblib import Parallel, delayed

    shards = [
        Shard(name, protocol, scores, patients, seed, tuple(quantities))
        for name, protocol in trials.items()
        if targets_of(name, protocol)
    ]
    work = (delayed(simulated)(shard, folder) for shard in shards)
    found: dict[str, Simulated] = {}
    running: Iterator[Simulated] = Parallel(n_jobs=jobs, return_as="generator_unordered")(work)
    for number, one in enumerate(running, start=1):
        found[one.trial] = one
        progress(number, len(shards), one.trial)
    return found
