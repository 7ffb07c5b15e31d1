"""RECIST 1.1: the sum of longest diameters of at most five targets.

Left to the protocol's eligibility: that targets are measurable (10 mm) and at most two to an organ.
Growth of other lesions does not count unless they are new; their disappearance is needed for CR.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from trialkine.endpoints.criteria import ROUNDING, AbstractCriteria, common_fields, threshold
from trialkine.endpoints.judgement import Judgement, judge_at_once
from trialkine.endpoints.scans import BoolArray, FloatArray
from trialkine.endpoints.signs import Signs


@final
@dataclass(frozen=True)
class RecistCriteria(AbstractCriteria):
    """The largest lesions at baseline are measured, in one dimension.

    `progression_rise` [mm] is the least absolute growth of the sum.
    """

    progression_rise: float
    target_lesions: int

    def targets(self, baseline_mm: FloatArray) -> BoolArray:
        """The largest visible lesions at baseline, as many as allowed; of equals the first listed."""
        visible = np.where(baseline_mm > 0.0, baseline_mm, 0.0)
        order = np.argsort(-visible, axis=1, kind="stable")
        rank = np.empty_like(order)
        np.put_along_axis(rank, order, np.broadcast_to(np.arange(order.shape[1]), order.shape), axis=1)
        chosen: BoolArray = (rank < self.target_lesions) & (visible > 0.0)
        return chosen

    def lesion_size(self, diameters_mm: FloatArray) -> FloatArray:
        """The longest diameter. Units: returns [mm]."""
        return diameters_mm

    def has_grown(self, size: FloatArray, nadir: FloatArray) -> BoolArray:
        """The sum reached the stated fraction of its nadir and rose by the stated length."""
        relative = size >= self.progression * nadir * (1.0 - ROUNDING)
        absolute = size - nadir >= self.progression_rise * (1.0 - ROUNDING)
        grown: BoolArray = relative & absolute
        return grown

    def judge(self, signs: Signs) -> Judgement:
        """Any sign of progression is progression on that visit."""
        return judge_at_once(signs)


def recist_1_1() -> RecistCriteria:
    """The criteria as in the data file. Source: eisenhauer_2009."""
    name = "recist-1.1"
    return RecistCriteria(
        **common_fields(name),
        progression_rise=threshold(name, "progression_rise"),
        target_lesions=int(threshold(name, "target_lesions")),
    )
