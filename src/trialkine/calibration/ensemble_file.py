"""An ensemble as files: a table of members, and a record of how it was made."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from trialkine.errors import InputError
from trialkine.population.ensemble import ParameterEnsemble

Array = np.ndarray[Any, np.dtype[Any]]
MEMBERS, EVIDENCE, RECORD = "members.csv", "evidence.csv", "record.json"
DIGITS = 6
SHIPPED = "shipped"


@dataclass(frozen=True)
class CalibratedEnsemble:
    """Members, how likely each trial is under each of them, and how they were made.

    `log_likelihood` is by member and family; with it a family is taken out again by reweighting.
    """

    members: ParameterEnsemble
    families: tuple[str, ...]
    log_likelihood: Array
    record: Mapping[str, Any]

    def without(self, family: str) -> ParameterEnsemble:
        """The members as they would be weighted had a family not been seen; itself, where it was not.

        Weights beyond the root of their number times the mean weight are cut to that before they are scaled
        to add up to 1 (truncated importance sampling, ionides_2008); `effective` says what is left.
        """
        if family not in self.families:
            return self.members
        own = self.log_likelihood[:, self.families.index(family)]
        weights = self.members.weights * np.exp(own.min() - own)
        weights = np.minimum(weights, np.sqrt(len(weights)) * weights.mean())
        return ParameterEnsemble(
            self.members.names,
            self.members.values,
            weights / weights.sum(),
            self.members.title,
            self.members.hash,
        )

    @staticmethod
    def effective(members: ParameterEnsemble) -> float:
        """How many equally weighted members the weights are worth."""
        return float(1.0 / np.sum(members.weights**2))


def write_ensemble(found: CalibratedEnsemble, folder: Path) -> None:
    """Write an ensemble's three files into a folder, which is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_table(folder / MEMBERS, found.members.names, found.members.values)
    _write_table(folder / EVIDENCE, found.families, found.log_likelihood)
    record = {**found.record, "hash": _hash(folder)}
    (folder / RECORD).write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", "utf-8")


def read_ensemble(folder: Path | None = None) -> CalibratedEnsemble:
    """The ensemble in a folder, or the one that comes with the package.

    Raises: InputError, when files are missing or do not belong together.
    """
    place = Path(str(files(__package__).joinpath(SHIPPED))) if folder is None else folder
    for name in (MEMBERS, EVIDENCE, RECORD):
        if not (place / name).is_file():
            advice = "Give a folder that `trialkine calibrate --out` wrote."
            raise InputError(f"'{place}' holds no '{name}', so it is no ensemble. {advice}")
    names, values = _read_table(place / MEMBERS)
    families, log_likelihood = _read_table(place / EVIDENCE)
    if len(values) != len(log_likelihood):
        raise InputError(
            f"'{place}': {MEMBERS} has {len(values)} rows and {EVIDENCE} {len(log_likelihood)}. "
            "Copy all files of one ensemble."
        )
    record = _read_record(place)
    weights = np.full(len(values), 1.0 / len(values))
    members = ParameterEnsemble(names, values, weights, str(record.get("title", "")), _hash(place))
    return CalibratedEnsemble(members, families, log_likelihood, record)


def _read_record(place: Path) -> dict[str, Any]:
    """How an ensemble was made; the tables beside it must be those it was written with."""
    try:
        record = json.loads((place / RECORD).read_text("utf-8"))
    except ValueError as error:
        raise InputError(f"{place / RECORD}: {error}. Restore the file as it was written.") from None
    if not isinstance(record, dict):
        raise InputError(f"{place / RECORD} holds no keys. Restore the file as it was written.")
    if record.get("hash", _hash(place)) != _hash(place):
        raise InputError(
            f"'{place}': {MEMBERS} and {EVIDENCE} are not those that {RECORD} was written with. "
            "Copy all files of one ensemble."
        )
    return record


def has_shipped_ensemble() -> bool:
    """Whether an ensemble comes with the package."""
    return files(__package__).joinpath(SHIPPED).joinpath(MEMBERS).is_file()


def _hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for name in (MEMBERS, EVIDENCE):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()[:16]


def _write_table(file: Path, names: tuple[str, ...], values: Array) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([f"{number:.{DIGITS}g}" for number in row] for row in values)


def _read_table(file: Path) -> tuple[tuple[str, ...], Array]:
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    if len(rows) < 2 or any(len(row) != len(rows[0]) for row in rows):
        raise InputError(f"{file} is no table with a row of names above. Restore the file as it was written.")
    try:
        return tuple(rows[0]), np.array([[float(cell) for cell in row] for row in rows[1:]])
    except ValueError as error:
        raise InputError(f"{file}: {error}. Restore the file as it was written.") from None
