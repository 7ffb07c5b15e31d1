"""Relapse after complete resection: the first lesion seen, or felt, ends freedom from relapse.

There is nothing to measure at the start and so no response; a scan without a lesion is recorded as SD,
which stands for "no relapse seen".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from trialkine.endpoints.criteria import AbstractCriteria, common_fields
from trialkine.endpoints.judgement import Judgement, judge_relapse
from trialkine.endpoints.scans import BoolArray, FloatArray
from trialkine.endpoints.signs import Signs


@final
@dataclass(frozen=True)
class RelapseCriteria(AbstractCriteria):
    """Any lesion that is visible is a relapse, also one already there when a later line starts."""

    def targets(self, baseline_mm: FloatArray) -> BoolArray:
        """Those visible where counting starts, which is none after complete resection."""
        visible: BoolArray = baseline_mm > 0.0
        return visible

    def lesion_size(self, diameters_mm: FloatArray) -> FloatArray:
        """The longest diameter. Units: returns [mm]."""
        return diameters_mm

    def has_grown(self, size: FloatArray, nadir: FloatArray) -> BoolArray:
        """Whether any lesion that was visible where counting starts is still there."""
        still_there: BoolArray = size > 0.0
        return still_there

    def judge(self, signs: Signs) -> Judgement:
        """A lesion or symptoms are a relapse, at once."""
        return judge_relapse(signs)


def relapse() -> RelapseCriteria:
    """The criteria as in the data file. Source: definition."""
    return RelapseCriteria(**common_fields("relapse"))
