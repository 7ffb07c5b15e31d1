"""An ensemble as files: tables of members and evidence, and a record of how they were made."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from trialkine.calibration.ensemble_table import (
    FAMILY,
    check_families,
    check_members,
    check_structures,
    read_table,
)
from trialkine.errors import InputError
from trialkine.population.ensemble import OF_STRUCTURE, ParameterEnsemble

Array = np.ndarray[Any, np.dtype[Any]]
MEMBERS, EVIDENCE, RECORD = "members.csv", "evidence.csv", "record.json"
LEFT_OUT = "left_out.csv"
TRIALS = "trials"  # what the record calls those it was fitted to
DIGITS, DIGITS_LEFT_OUT = 6, 5
SHIPPED = "shipped"


@dataclass(frozen=True)
class CalibratedEnsemble:
    """Members, how likely each trial is under each of them, and how they were made.

    `log_likelihood` is by member and family; with it a family is taken out again by reweighting. `left_out`
    holds members of a posterior that never saw a family, of those families that tell too much for that.
    """

    members: ParameterEnsemble
    families: tuple[str, ...]
    log_likelihood: Array
    record: Mapping[str, Any]
    left_out: Mapping[str, Array] = field(default_factory=dict)

    def without(self, family: str) -> ParameterEnsemble:
        """The members as they would be had a family not been seen; the usual ones, where it was not."""
        if family not in self.left_out:
            return self.reweighted_without(family)
        values = self.left_out[family]
        return replace(
            self.members,
            values=values,
            weights=np.full(len(values), 1.0 / len(values)),
            hash=f"{self.members.hash} without {family}",
        )

    def reweighted_without(self, family: str) -> ParameterEnsemble:
        """The members as they would be weighted had a family not been seen.

        Structures keep their shares. Weights beyond the root of their number times the mean weight are cut
        to that before they are scaled to add up to 1 (truncated importance sampling, ionides_2008);
        `effective` says what is left.
        """
        if family not in self.families:
            return self.members
        own = self.log_likelihood[:, self.families.index(family)]
        weights = np.empty(len(own))
        for chosen in self._structures():  # what each structure has of the members stays
            part = self.members.weights[chosen] * np.exp(own[chosen].min() - own[chosen])
            part = np.minimum(part, np.sqrt(len(part)) * part.mean())
            weights[chosen] = part / part.sum() * self.members.weights[chosen].sum()
        return replace(self.members, weights=weights / weights.sum())

    def _structures(self) -> list[Array]:
        """The members of each structure, as masks."""
        columns = [place for place, name in enumerate(self.members.names) if name.startswith(OF_STRUCTURE)]
        kinds = self.members.values[:, columns]
        return [np.all(kinds == kind, axis=1) for kind in np.unique(kinds, axis=0)]

    @staticmethod
    def effective(members: ParameterEnsemble) -> float:
        """How many equally weighted members the weights are worth."""
        return float(1.0 / np.sum(members.weights**2))


def write_ensemble(found: CalibratedEnsemble, folder: Path) -> None:
    """Write an ensemble's files into a folder, which is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_table(folder / MEMBERS, found.members.names, found.members.values)
    _write_table(folder / EVIDENCE, found.families, found.log_likelihood)
    rows = [(family, row) for family, values in found.left_out.items() for row in values]
    names = (FAMILY, *found.members.names)
    numbers, of = [row for _, row in rows], [family for family, _ in rows]
    _write_table(folder / LEFT_OUT, names, numbers, of, DIGITS_LEFT_OUT)
    record = {**found.record, "hash": _hash(folder)}
    (folder / RECORD).write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", "utf-8")


def read_ensemble(folder: Path | None = None) -> CalibratedEnsemble:
    """The ensemble in a folder, or the one that comes with the package.

    Raises: InputError, when files are missing, do not belong together, or hold what means nothing, with the
    line or column.
    """
    place = Path(str(files(__package__).joinpath(SHIPPED))) if folder is None else folder
    for name in (MEMBERS, EVIDENCE, LEFT_OUT, RECORD):
        if not (place / name).is_file():
            advice = "Give a folder that `trialkine calibrate --out` wrote."
            raise InputError(f"'{place}' holds no '{name}', so it is no ensemble. {advice}")
    members, evidence = read_table(place / MEMBERS), read_table(place / EVIDENCE)
    others = read_table(place / LEFT_OUT)
    if len(members.values) != len(evidence.values):
        raise InputError(
            f"'{place}': {MEMBERS} has {len(members.values)} rows and {EVIDENCE} {len(evidence.values)}. "
            "Copy all files of one ensemble."
        )
    check_members(members)
    if others.names != members.names:
        raise InputError(
            f"'{place}': {LEFT_OUT} names other numbers than {MEMBERS}. Copy all files of one ensemble."
        )
    check_structures(others)
    check_families(others, evidence.names)
    record = _read_record(place)
    weights = np.full(len(members.values), 1.0 / len(members.values))
    ensemble = ParameterEnsemble(
        members.names, members.values, weights, str(record.get("title", "")), _hash(place)
    )
    left_out = {
        family: others.values[[own == family for own in others.families]]
        for family in dict.fromkeys(others.families)
    }
    return CalibratedEnsemble(ensemble, evidence.names, evidence.values, record, left_out)


def _read_record(place: Path) -> dict[str, Any]:
    """How an ensemble was made; the tables beside it must be those it was written with."""
    try:
        record = json.loads((place / RECORD).read_text("utf-8"))
    except ValueError as error:
        raise InputError(f"{place / RECORD}: {error}. Restore the file as it was written.") from None
    if not isinstance(record, dict):
        raise InputError(f"{place / RECORD} holds no keys. Restore the file as it was written.")
    if not isinstance(record.get("hash"), str):
        raise InputError(
            f"{place / RECORD}: 'hash' is missing, so nothing says which tables it was written with. "
            "Restore the file as it was written."
        )
    if record["hash"] != _hash(place):
        raise InputError(
            f"'{place}': {MEMBERS}, {EVIDENCE} and {LEFT_OUT} are not those that {RECORD} was written with. "
            "Copy all files of one ensemble."
        )
    trials = record.get(TRIALS, [])
    if not (isinstance(trials, list) and all(isinstance(name, str) for name in trials)):
        raise InputError(
            f"{place / RECORD}: '{TRIALS}' is no list of names. Restore the file as it was written."
        )
    return record


def has_shipped_ensemble() -> bool:
    """Whether an ensemble comes with the package."""
    return files(__package__).joinpath(SHIPPED).joinpath(MEMBERS).is_file()


def _hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for name in (MEMBERS, EVIDENCE, LEFT_OUT):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()[:16]


def _write_table(
    file: Path,
    names: Sequence[str],
    values: Sequence[Array] | Array,
    first: Sequence[str] = (),
    digits: int = DIGITS,
) -> None:
    """Rows of numbers under their names, each with its word of `first` before it, where there are any."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(names)
        for place, row in enumerate(values):
            writer.writerow([*first[place : place + 1], *(f"{number:.{digits}g}" for number in row)])
