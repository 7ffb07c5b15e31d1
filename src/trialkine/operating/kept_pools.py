"""Pools kept in a folder, each under a hash of all that it depends on, so that other designs can use them."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np

from trialkine.errors import InputError
from trialkine.operating.pool_outcomes import ArmOutcomes, DoseOutcomes

if TYPE_CHECKING:
    from trialkine.operating.pool import PoolSize
    from trialkine.population.ensemble import ParameterEnsemble
    from trialkine.trial.protocol import Protocol

Outcomes = ArmOutcomes | DoseOutcomes
KINDS: Mapping[str, type[ArmOutcomes] | type[DoseOutcomes]] = {
    kind.__name__: kind for kind in (ArmOutcomes, DoseOutcomes)
}
NOT_SIMULATED = ("design", "optimise", "title", "question", "record", "sources", "reported", "source")
ABOUT = "about"
_CODE = (".py", ".toml", ".csv")


@dataclass(frozen=True)
class SimulatedPool:
    """The outcomes of each arm that a design reads, how many patients they are, and of which ensemble."""

    arms: tuple[Outcomes, ...]
    patients: int
    ensemble: str


def pool_key(
    protocol: Protocol, size: PoolSize, seed: int, ensemble: ParameterEnsemble | None, reads: str
) -> str:
    """A hash of the patients, their treatment, how they are read, and this installation's files."""
    plain = protocol.model_copy(update=dict.fromkeys(NOT_SIMULATED))
    title = plain.model_copy(update={"title": "pool", "sources": ()})
    parts = [
        title.content_hash,
        f"{size.members} {size.patients} {seed}",
        "" if ensemble is None else f"{ensemble.hash} {ensemble.values.tobytes().hex()}",
        reads,
        _installation(),
    ]
    return hashlib.sha256("\n".join(parts).encode("utf-8")).hexdigest()[:24]


@cache
def _installation() -> str:
    """A hash of the package's files: another version simulates its own pools."""
    root = Path(str(files("trialkine")))
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.suffix in _CODE and path.is_file():
            digest.update(str(path.relative_to(root)).encode("utf-8") + path.read_bytes())
    return digest.hexdigest()


def read_pool(folder: Path, key: str) -> SimulatedPool | None:
    """The pool of that key; None, where the folder has none.

    Raises: InputError, when its file cannot be read.
    """
    file = folder / f"{key}.npz"
    if not file.exists():
        return None
    try:
        with np.load(file, allow_pickle=False) as stored:
            about = json.loads(str(stored[ABOUT]))
            arms = tuple(
                KINDS[kind](**{one.name: stored[f"{place}.{one.name}"] for one in fields(KINDS[kind])})
                for place, kind in enumerate(about["arms"])
            )
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise InputError(
            f"The pool '{file}' cannot be read ({error}). Remove it, to simulate it anew."
        ) from error
    return SimulatedPool(arms, about["patients"], about["ensemble"])


def write_pool(folder: Path, key: str, pool: SimulatedPool) -> None:
    """Keep a pool, whole or not at all; the folder is made where it is missing.

    Raises: InputError, when it cannot be written.
    """
    about = {
        "arms": [type(one).__name__ for one in pool.arms],
        "patients": pool.patients,
        "ensemble": pool.ensemble,
    }
    arrays: dict[str, Any] = {ABOUT: np.array(json.dumps(about))}
    for place, one in enumerate(pool.arms):
        arrays |= {f"{place}.{column.name}": getattr(one, column.name) for column in fields(one)}
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)
    part = folder / f".{key}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        part.write_bytes(stream.getvalue())
        part.replace(folder / f"{key}.npz")
    except OSError as error:
        raise InputError(
            f"The pool cannot be kept in '{folder}': {error.strerror or error}. Choose another folder."
        ) from error
