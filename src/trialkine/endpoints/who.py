"""WHO criteria of 1979: the sum of products of two perpendicular diameters.

Lesions are spheres here, so a product is a squared diameter, and +25 % is reached at +12 % in diameter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from trialkine.endpoints.criteria import ROUNDING, AbstractCriteria, common_fields
from trialkine.endpoints.judgement import Judgement, judge_at_once
from trialkine.endpoints.scans import BoolArray, FloatArray
from trialkine.endpoints.signs import Signs


@final
@dataclass(frozen=True)
class WhoCriteria(AbstractCriteria):
    """Every lesion visible at baseline is measured, in two dimensions."""

    def targets(self, baseline_mm: FloatArray) -> BoolArray:
        """All lesions visible at baseline."""
        visible: BoolArray = baseline_mm > 0.0
        return visible

    def lesion_size(self, diameters_mm: FloatArray) -> FloatArray:
        """The product of the two diameters. Units: returns [mm**2]."""
        return np.square(diameters_mm)

    def has_grown(self, size: FloatArray, nadir: FloatArray) -> BoolArray:
        """The sum reached the stated fraction of its nadir."""
        grown: BoolArray = (size >= self.progression * nadir * (1.0 - ROUNDING)) & (size > nadir)
        return grown

    def judge(self, signs: Signs) -> Judgement:
        """Any sign of progression is progression on that visit."""
        return judge_at_once(signs)


def who_1979() -> WhoCriteria:
    """The criteria as in the data file. Source: who_1979."""
    return WhoCriteria(**common_fields("who-1979"))
