"""iRECIST: RECIST 1.1 in which progression must be confirmed, since lesions may grow before they shrink.

New lesions are counted apart and never added to the sum. Their own growth is not recorded here, though in
the guideline it confirms, too: only one more of them, or growth of the targets, confirms them. Choices
where the guideline leaves one: a further rise is counted from the unconfirmed progression itself, and
progression that the patient feels counts at once, since a patient who is not stable is not kept on
treatment to wait. A patient with nothing better than progression never confirmed has the best response PD
here; the guideline leaves it unconfirmed (table 3, example 8), so this is an interpretation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from trialkine.endpoints.criteria import AbstractCriteria, common_fields, threshold
from trialkine.endpoints.judgement import Judgement, judge_when_confirmed
from trialkine.endpoints.recist import RecistCriteria, recist_1_1
from trialkine.endpoints.scans import BoolArray, FloatArray
from trialkine.endpoints.signs import Signs


@final
@dataclass(frozen=True)
class IRecistCriteria(AbstractCriteria):
    """Targets, sums and first signs as in RECIST 1.1; progression only when confirmed.

    `confirm_progression_after` [day] is the least time to a visit that can confirm progression,
    `further_rise` [mm] the rise of the sum that does.
    """

    first_signs: RecistCriteria
    confirm_progression_after: float
    further_rise: float

    def targets(self, baseline_mm: FloatArray) -> BoolArray:
        """As in RECIST 1.1."""
        return self.first_signs.targets(baseline_mm)

    def lesion_size(self, diameters_mm: FloatArray) -> FloatArray:
        """The longest diameter. Units: returns [mm]."""
        return self.first_signs.lesion_size(diameters_mm)

    def has_grown(self, size: FloatArray, nadir: FloatArray) -> BoolArray:
        """As in RECIST 1.1."""
        return self.first_signs.has_grown(size, nadir)

    def judge(self, signs: Signs) -> Judgement:
        """Progression is unconfirmed until a later visit shows more of it."""
        return judge_when_confirmed(signs, self.confirm_progression_after, self.further_rise)


def irecist() -> IRecistCriteria:
    """The criteria as in the data file. Source: seymour_2017."""
    name = "irecist"
    return IRecistCriteria(
        **common_fields(name),
        first_signs=recist_1_1(),
        confirm_progression_after=threshold(name, "confirm_progression_after"),
        further_rise=threshold(name, "further_rise"),
    )
