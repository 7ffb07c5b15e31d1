"""Where the choice between two candidates rests on numbers that nobody knows well.

Numbers that the calibration left open differ between the members of the ensemble; a rank correlation over
members says which of them the choice turns on. Assumed numbers that no calibration moved are the same in
every member, so that nothing here can tell what they do; they are counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import spearmanr

from trialkine.population.ensemble import OF_DISEASE, OF_STRUCTURE, SPREAD, ParameterEnsemble
from trialkine.records import Kind

Array = np.ndarray[Any, np.dtype[Any]]
ERROR = 0.05
FEWEST_MEMBERS = 8
UNKNOWN_KIND: Kind = "calibrated"


@dataclass(frozen=True)
class Influence:
    """How the advantage of one candidate over another goes with an open number, over the members.

    `correlation` is Spearman's; `stands_out` says whether it is beyond what luck gives the largest of so
    many. `kind` is what is known of the number without the calibration.
    """

    name: str
    correlation: float
    p_value: float
    stands_out: bool
    kind: Kind
    is_spread: bool = False
    is_structure: bool = False


def influences(
    advantage: Array, members: ParameterEnsemble, lineage: Iterable[str], kinds: Mapping[str, Kind]
) -> tuple[Influence, ...]:
    """The influence of every open number that a trial has, the strongest first; none with too few members.

    `kinds` names the trial's numbers and what is known of them. Shape: advantage (member,), nan where not
    simulated.
    """
    seen = np.isfinite(advantage)
    if seen.sum() < FEWEST_MEMBERS or np.ptp(advantage[seen]) == 0.0:
        return ()
    found = []
    for place, name in enumerate(members.names):
        of, _, own = name.rpartition(OF_DISEASE)
        is_structure = own.startswith(OF_STRUCTURE)
        plain = own.removeprefix(OF_STRUCTURE).removesuffix(SPREAD)
        values = members.values[seen, place]
        is_known = plain in kinds or is_structure
        if of not in ("", *lineage) or not is_known or np.ptp(values) == 0.0:
            continue
        test = spearmanr(values, advantage[seen])
        kind = kinds.get(plain, UNKNOWN_KIND)
        one = (plain, float(test.statistic), float(test.pvalue), kind, own.endswith(SPREAD), is_structure)
        found.append(one)
    level = ERROR / max(len(found), 1)
    ordered = sorted(found, key=lambda one: -abs(one[1]))
    return tuple(Influence(n, r, p, p < level, k, s, v) for n, r, p, k, s, v in ordered)
