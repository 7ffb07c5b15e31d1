"""Correlated normal scores: a Gaussian copula from a list of pairwise correlations.

A correlation is that of the normal scores, so of the logarithms of two log-normal parameters.
Parameters fall into groups linked by correlations. Within a group, in alphabetical order, each
parameter takes its share of the earlier ones' scores and adds its own; so a new parameter elsewhere
changes no patient.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from trialkine.errors import InputError

Floats = NDArray[np.float64]
Correlation = tuple[str, str, float]


@dataclass(frozen=True)
class CorrelatedGroup:
    """Parameters linked by correlations: their correlation matrix, and its lower triangular factor."""

    names: tuple[str, ...]
    matrix: Floats
    factor: Floats


@dataclass(frozen=True)
class Copula:
    """The correlated groups; every parameter outside them is independent of all others."""

    groups: tuple[CorrelatedGroup, ...] = ()

    def scores(self, names: Iterable[str], own: Callable[[str], Floats]) -> dict[str, Floats]:
        """Normal scores of the named parameters, from `own`, which draws one parameter's own score."""
        wanted = tuple(names)
        found: dict[str, Floats] = {}
        for group in self.groups:
            if any(name in group.names for name in wanted):
                found.update(_mix(group, [own(name) for name in group.names]))
        return {name: found[name] if name in found else own(name) for name in wanted}

    def variance(self, weights: Mapping[str, float]) -> float:
        """The variance of the weighted sum of normal scores."""
        correlations = {(name, name): 1.0 for name in weights}
        for group in self.groups:
            for row, first in enumerate(group.names):
                for column, second in enumerate(group.names):
                    correlations[first, second] = float(group.matrix[row, column])
        return sum(
            weights[first] * weights[second] * correlations.get((first, second), 0.0)
            for first in weights
            for second in weights
        )


def gaussian_copula(correlations: Sequence[Correlation], varying: Iterable[str]) -> Copula:
    """The copula of the given correlations among the parameters that vary.

    Raises: InputError, when a name does not vary, a value is no correlation, a pair is given twice, or
    the correlations cannot hold together.
    """
    pairs = _checked_pairs(correlations, tuple(varying))
    return Copula(tuple(_factorise(names, pairs) for names in _linked_groups(pairs)))


def _checked_pairs(
    correlations: Sequence[Correlation], varying: tuple[str, ...]
) -> dict[frozenset[str], float]:
    """The correlation of each pair, after checking each entry."""
    pairs: dict[frozenset[str], float] = {}
    for first, second, value in correlations:
        for name in (first, second):
            if name not in varying:
                nearest = get_close_matches(name, varying, n=1)
                advice = f"Did you mean '{nearest[0]}'?" if nearest else "Name a parameter with variability."
                raise InputError(
                    f"The correlation between '{first}' and '{second}' names '{name}', "
                    f"which does not vary between patients. {advice}"
                )
        pair = frozenset((first, second))
        if len(pair) == 1:
            raise InputError(f"The correlation of '{first}' with itself is always 1. Remove it.")
        if pair in pairs:
            raise InputError(f"The correlation between '{first}' and '{second}' is given twice. Keep one.")
        if not -1.0 < value < 1.0:
            raise InputError(
                f"The correlation between '{first}' and '{second}' is {value}. "
                "Write a number between -1 and 1 (neither included)."
            )
        pairs[pair] = value
    return pairs


def _linked_groups(pairs: Mapping[frozenset[str], float]) -> list[tuple[str, ...]]:
    """The names connected through pairs, each group and the groups in alphabetical order."""
    groups: list[set[str]] = []
    for pair in pairs:
        touching = [group for group in groups if group & pair]
        groups = [group for group in groups if not group & pair]
        groups.append(set(pair).union(*touching))
    return sorted(tuple(sorted(group)) for group in groups)


def _factorise(names: tuple[str, ...], pairs: Mapping[frozenset[str], float]) -> CorrelatedGroup:
    """A group with the triangular factor of its correlation matrix."""
    matrix = np.array([[1.0 if a == b else pairs.get(frozenset((a, b)), 0.0) for b in names] for a in names])
    try:
        return CorrelatedGroup(names, matrix, np.linalg.cholesky(matrix))
    except np.linalg.LinAlgError:
        listed = ", ".join(f"'{name}'" for name in names)
        smallest = float(np.linalg.eigvalsh(matrix)[0])
        raise InputError(
            f"The correlations among {listed} cannot hold together (their matrix has the eigenvalue "
            f"{smallest:.3g}, and all must be above 0). Bring them nearer to 0, or state those left out."
        ) from None


def _mix(group: CorrelatedGroup, own: Sequence[Floats]) -> dict[str, Floats]:
    """Correlated scores from independent ones, summed in a fixed order so that batches do not matter."""
    mixed = {}
    for row, name in enumerate(group.names):
        total = group.factor[row, 0] * own[0]
        for column in range(1, row + 1):
            total = total + group.factor[row, column] * own[column]
        mixed[name] = total
    return mixed
