"""Every visit judged: its response, and what showed progression.

`signs` says what a visit shows by itself; the criteria say what follows from it (`judgement`).
"""

from __future__ import annotations

from dataclasses import dataclass

from trialkine.endpoints.categories import CategoryArray
from trialkine.endpoints.criteria import AbstractCriteria
from trialkine.endpoints.scans import FloatArray, Scans
from trialkine.endpoints.signs import read_signs


@dataclass(frozen=True)
class Assessment:
    """The category of each visit, and the reason where it is PD or unconfirmed progression.

    The baseline visit is NE: there is nothing yet to compare with.
    Units: day [day]. Shape: all "patient visit".
    """

    day: FloatArray
    response: CategoryArray
    reason: CategoryArray


def assess(scans: Scans, criteria: AbstractCriteria) -> Assessment:
    """Judge every visit of every patient; works on histories of any length."""
    response, reason = criteria.judge(read_signs(scans, criteria))
    return Assessment(scans.day, response, reason)
