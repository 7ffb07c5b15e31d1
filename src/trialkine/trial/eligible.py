"""From the eligibility of a protocol to entry criteria in the units of the population."""

from __future__ import annotations

import math
from collections.abc import Mapping

from trialkine.population.clinic import BLOOD_VALUES
from trialkine.population.eligibility import Eligibility
from trialkine.population.packaged import numbers_by_member
from trialkine.records import ParameterRecord
from trialkine.trial import protocol_parts
from trialkine.trial.limits import Limit
from trialkine.units import conversion


def entry_criteria(
    stated: protocol_parts.Eligibility, excluded_fraction: float, clinic: Mapping[str, ParameterRecord]
) -> Eligibility:
    """The criteria of one repetition of a trial; `clinic` holds the limits of normal."""
    low, high = stated.age
    normal = numbers_by_member(clinic["upper_normal"])
    sites = stated.metastatic_sites
    limits = {
        "creatinine": stated.creatinine,
        "bilirubin": stated.bilirubin,
        "neutrophils": stated.neutrophils,
        "platelets": stated.platelets,
    }
    return Eligibility(
        performance_status=tuple(stated.performance_status),
        age=(low, math.inf if high is None else high),
        excluded_fraction=excluded_fraction,
        blood={
            name: _bounds(limit, BLOOD_VALUES[name], normal.get(name, math.nan))
            for name, limit in limits.items()
            if limit is not None
        },
        prior_lines=None if stated.prior_lines is None else tuple(stated.prior_lines),
        excluded_sites=() if sites is None else sites.exclude,
        most_sites=None if sites is None else sites.at_most,
        expected_survival=0.0 if stated.expected_survival is None else stated.expected_survival.days,
    )


def _bounds(limit: Limit, unit: str, normal: float) -> tuple[float, float]:
    """Lowest and highest value that is let in, in the unit of the population's column."""
    bound = limit.amount * (normal if limit.is_relative else conversion(limit.unit, unit))
    return (-math.inf, bound) if limit.is_most else (bound, math.inf)
