"""What each patient gains or loses by one arm instead of the other, where both times are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from trialkine.records import DAYS_PER_MONTH
from trialkine.report.comparison.compare import ONE_DAY, ArmComparison, Contrast
from trialkine.report.comparison.measures import paired_times
from trialkine.report.comparison.question import Question
from trialkine.report.words import whole
from trialkine.statistics.estimate import FloatArray


@final
@dataclass(frozen=True)
class PatientDifferences:
    """The differences of one arm's patients, largest first. Units: months [month]. Shape: "patient"."""

    arm: str
    months: FloatArray
    left_out: int

    @property
    def in_words(self) -> str:
        """How many gain and lose."""
        day = ONE_DAY / DAYS_PER_MONTH
        gain, lose = int((self.months >= day).sum()), int((self.months <= -day).sum())
        return f"{self.arm}: {whole(gain)} of {whole(self.months.size)} gain and {whole(lose)} lose."


def known_differences(comparison: ArmComparison) -> list[PatientDifferences]:
    """One entry per arm that shares its patients with the reference, and has any to show."""
    found = [
        patient_differences(contrast, comparison.question)
        for contrast in comparison.contrasts
        if contrast.paired is not None
    ]
    return [one for one in found if one.months.size]


def patient_differences(contrast: Contrast, question: Question) -> PatientDifferences:
    """Time without the event under the arm minus that under the reference, within the window."""
    assert contrast.paired is not None
    assert question.until_days is not None
    until = question.until_days
    first, ended_first, second, ended_second = map(np.asarray, paired_times(contrast.paired.rows, question))
    is_known = (ended_first | (first >= until)) & (ended_second | (second >= until))
    months = (np.minimum(first, until) - np.minimum(second, until))[is_known] / DAYS_PER_MONTH
    return PatientDifferences(contrast.arm.name, np.sort(months)[::-1], int((~is_known).sum()))
