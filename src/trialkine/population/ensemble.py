"""An ensemble: many sets of population parameters, each as good an account of the data as the next.

A set changes medians and spreads of a population's parameter records, shared ones or one disease's, and
holds what differs between trials. Its names are `name` or `name.sd` of a record, or `trial.name`, with
`disease:` before it where only that disease is meant; `structure.name` is 1 in the members whose equations
have the structural variant of that name, and 0 in the others.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from trialkine.errors import InputError
from trialkine.records import ParameterRecord

Array = np.ndarray[Any, np.dtype[Any]]
Changes = Mapping[str, Mapping[str, float]]
"""By the name of a record, the `value` and `sd` that a member sets."""
SPREAD = ".sd"
OF_DISEASE = ":"
OF_TRIAL = "trial."
OF_STRUCTURE = "structure."


@dataclass(frozen=True)
class ParameterEnsemble:
    """Members and the numbers they set.

    Shapes: values (member, name), weights (member,), which add up to 1. Units: those of the records.

    Raises: InputError, when the shapes do not fit, or a name stands twice.
    """

    names: tuple[str, ...]
    values: Array
    weights: Array
    title: str = ""
    hash: str = ""

    def __post_init__(self) -> None:
        if self.values.shape != (len(self.weights), len(self.names)):
            raise InputError(
                f"An ensemble of {len(self.weights)} members and {len(self.names)} names cannot hold values "
                f"of shape {self.values.shape}. Give one row per member and one column per name."
            )
        if len(set(self.names)) < len(self.names):
            twice = next(name for place, name in enumerate(self.names) if name in self.names[:place])
            raise InputError(f"An ensemble has '{twice}' twice among its names. Give each number one column.")

    def __len__(self) -> int:
        return len(self.weights)

    @property
    def words(self) -> str:
        """What it is called in results."""
        return ", ".join(filter(None, (f"{len(self)} members", self.title, self.hash)))

    @property
    def variants(self) -> tuple[str, ...]:
        """The structural variants in which members differ."""
        return tuple(name.removeprefix(OF_STRUCTURE) for name in self.names if name.startswith(OF_STRUCTURE))

    def with_variants(self, asked_for: Collection[str]) -> ParameterEnsemble:
        """The members with every structural variant asked for: numbers fitted without it do not go with it.

        Raises: InputError, when there is none.
        """
        asked = [f"{OF_STRUCTURE}{name}" for name in self.variants if name in asked_for]
        has_all = np.all([self.values[:, self.names.index(name)] > 0.0 for name in asked], axis=0)
        if not asked or np.all(has_all):
            return self
        if not np.any(has_all):
            raise InputError(
                f"No member of the ensemble has the variant {', '.join(asked_for)}. Leave it out, or "
                "simulate without the ensemble."
            )
        kept = self.weights[has_all]
        return replace(self, values=self.values[has_all], weights=kept / kept.sum())

    def member_of(self, replicate: int) -> int:
        """The member that the repetition of a trial is simulated with: each in turn."""
        return replicate % len(self)

    def numbers(self, member: int, disease: str | None) -> dict[str, float]:
        """What one member sets for one disease alone, or for all (None); names without the disease."""
        found = {}
        for name, number in zip(self.names, self.values[member], strict=True):
            of, _, rest = name.rpartition(OF_DISEASE)
            if of == (disease or ""):
                found[rest] = float(number)
        return found

    def with_names(self, is_kept: Callable[[str], bool]) -> ParameterEnsemble:
        """The same members with only those numbers whose name is kept."""
        places = [place for place, name in enumerate(self.names) if is_kept(name)]
        names = tuple(self.names[place] for place in places)
        return replace(self, names=names, values=self.values[:, places])


def as_changes(numbers: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """Numbers by name as changes of records; names of trials or structures are left out."""
    found: dict[str, dict[str, float]] = {}
    for name, number in numbers.items():
        if name.startswith((OF_TRIAL, OF_STRUCTURE)):
            continue
        record, key = (name[: -len(SPREAD)], "sd") if name.endswith(SPREAD) else (name, "value")
        found.setdefault(record, {})[key] = number
    return found


def with_changes(
    records: Mapping[str, ParameterRecord], changes: Changes, kept: frozenset[str] = frozenset()
) -> dict[str, ParameterRecord]:
    """Records with an ensemble member's numbers in place of their own; those `kept`, and absent ones, stay.

    Raises: InputError, when a member sets the spread of a record that has none.
    """
    found = dict(records)
    for name, numbers in changes.items():
        record = found.get(name)
        if record is None or name in kept:
            continue
        spread = record.variability
        if "sd" in numbers:
            if spread is None:
                raise InputError(
                    f"The ensemble sets the spread of '{name}', which does not vary. Leave it out."
                )
            spread = replace(spread, sd=numbers["sd"])
        value = numbers.get("value", record.value)
        if isinstance(record.value, Mapping) and not isinstance(value, Mapping):
            value = dict.fromkeys(record.value, value)
        found[name] = replace(record, value=value, variability=spread, kind="calibrated")
    return found
