"""Designs on file, so that a stopped calibration goes on with the points it had."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from trialkine.calibration.quantities import Quantity
from trialkine.calibration.targets import targets_of
from trialkine.population.ensemble import ParameterEnsemble
from trialkine.trial.protocol import Protocol

Array = np.ndarray[Any, np.dtype[Any]]


def design_file(
    folder: Path,
    wave: int,
    trials: Mapping[str, Protocol],
    quantities: Sequence[Quantity],
    points: int,
    patients: int,
    seed: int,
    start: ParameterEnsemble | None,
) -> Path:
    """A name that changes with everything on which the designs of a calibration depend, but for its code."""
    digest = hashlib.sha256(f"{tuple(quantities)} {points} {patients} {seed}".encode())
    digest.update(("" if start is None else start.hash).encode())
    for name in sorted(trials):
        counted = ",".join(
            f"{target.key}={target.count:g}/{target.of}" for target in targets_of(name, trials[name])
        )
        digest.update(f"{trials[name].content_hash} {counted}".encode())
    return folder / f"design-{wave}-{digest.hexdigest()[:12]}.npy"


def kept_design(file: Path, make: Callable[[], Array]) -> Array:
    """A design from its file, or made now and filed."""
    if file.exists():
        return np.asarray(np.load(file))
    found = make()
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(f".{os.getpid()}.tmp.npy")
    np.save(unfinished, found)
    unfinished.replace(file)
    return found
