"""Each patient's own parameter values, drawn from the records of the population."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trialkine.errors import InputError
from trialkine.population.correlation import Copula, Correlation, gaussian_copula
from trialkine.population.distributions import check_variability, values_from_scores
from trialkine.randomness import Floats, Integers, normals, trial_purpose
from trialkine.records import ParameterRecord, Variability

Records = Mapping[str, ParameterRecord] | Sequence[ParameterRecord]


@dataclass(frozen=True)
class ParameterMember:
    """One parameter, or one index member of it, under its flat name such as `tumour_access[2]`."""

    flat_name: str
    value: float
    variability: Variability | None

    @property
    def is_varying(self) -> bool:
        """Whether it differs between patients."""
        spread = self.variability
        return spread is not None and (spread.sd > 0.0 or spread.distribution == "exponential")

    @property
    def median(self) -> float:
        """The value that half of all patients exceed, or that all have."""
        if self.variability is None or not self.is_varying:
            return self.value
        return float(values_from_scores(self.value, self.variability, np.zeros(1))[0])


@dataclass(frozen=True)
class ParameterPopulation:
    """The parameters of a population: members in the order of their records, and their copula."""

    members: Mapping[str, ParameterMember]
    copula: Copula

    def scores(
        self, names: Iterable[str], seed: int, replicate: int, patients: Integers
    ) -> dict[str, Floats]:
        """Standard normal scores of the named members, correlated as stated."""
        return self.copula.scores(names, _own_scores(seed, replicate, patients))

    def values(
        self, seed: int, replicate: int, patients: Integers, names: Iterable[str] | None = None
    ) -> dict[str, Floats]:
        """Values of every member, or of those named; one that does not vary is the same in all patients.

        Units: returns [each record's unit].
        """
        wanted = self.members if names is None else {name: self.members[name] for name in names}
        varying = [name for name, member in wanted.items() if member.is_varying]
        scores = self.scores(varying, seed, replicate, patients)
        return {
            name: values_from_scores(member.value, member.variability, scores[name])
            if member.variability is not None and name in scores
            else np.full(patients.size, member.value)
            for name, member in wanted.items()
        }


def parameter_population(records: Records, correlations: Sequence[Correlation] = ()) -> ParameterPopulation:
    """The population that parameter records and their correlations describe.

    A record with one value per index member gives one member each, which vary independently.

    Raises: InputError, when a name is given twice, a value does not suit its distribution, or the
    correlations cannot hold.
    """
    members: dict[str, ParameterMember] = {}
    for record in records.values() if isinstance(records, Mapping) else records:
        for flat_name, value in flat_values(record).items():
            if flat_name in members:
                raise InputError(f"Parameter '{flat_name}' has two records. Keep one.")
            check_variability(flat_name, value, record.variability)
            members[flat_name] = ParameterMember(flat_name, value, record.variability)
    varying = [name for name, member in members.items() if member.is_varying]
    return ParameterPopulation(members, gaussian_copula(correlations, varying))


def flat_values(record: ParameterRecord) -> dict[str, float]:
    """A record's values by flat name: `name`, or `name[member]` where it has index members."""
    if isinstance(record.value, Mapping):
        return {f"{record.name}[{member}]": float(value) for member, value in record.value.items()}
    return {record.name: float(record.value)}


def _own_scores(seed: int, replicate: int, patients: Integers) -> Callable[[str], Floats]:
    """The draw of one member's own normal score, keyed by its name."""

    def own(name: str) -> Floats:
        return normals(seed, trial_purpose(replicate, f"parameter {name}"), patients)[:, 0]

    return own
