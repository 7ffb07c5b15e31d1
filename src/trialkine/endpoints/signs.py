"""What each visit shows by itself, before any rule that looks at several visits together.

"New" includes a lesion not visible at baseline and, once everything had disappeared, any lesion that is
visible again. Growth counts even where some targets were missed, if the rest alone is enough. A category
needs every target measured, and CR every lesion; otherwise the visit is not evaluable.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trialkine.endpoints.categories import CategoryArray, Response
from trialkine.endpoints.scans import BoolArray, FloatArray, Scans

if TYPE_CHECKING:
    from trialkine.endpoints.criteria import AbstractCriteria


@dataclass(frozen=True)
class Signs:
    """The evidence of every visit.

    `category` is that of the lesions known at baseline (NE, SD, PR or CR) and knows nothing of growth.
    `measured` is the sum of the targets that were measured; `new_lesions` how many have been found so far.
    The baseline visit shows nothing.
    Units: day [day], measured [the criteria's]. Shape: all "patient visit".
    """

    day: FloatArray
    category: CategoryArray
    measured: FloatArray
    has_grown: BoolArray
    new_lesions: FloatArray
    is_new: BoolArray
    has_symptoms: BoolArray

    @property
    def is_visit(self) -> BoolArray:
        """Whether the patient has such a visit."""
        there: BoolArray = ~np.isnan(self.day)
        return there


def read_signs(scans: Scans, criteria: AbstractCriteria) -> Signs:
    """The signs of every visit of every patient; works on histories of any length."""
    is_visit = ~np.isnan(scans.day)
    diameters = np.where(is_visit[:, :, np.newaxis], scans.diameters_mm, np.nan)
    sizes = _target_sizes(diameters, criteria)
    total = sizes.sum(axis=2)  # NaN unless every target was measured
    baseline = total[:, :1]
    is_clear = _is_clear(diameters)
    appeared = _appeared(diameters, is_clear)
    later = is_visit & (np.arange(scans.day.shape[1]) > 0)

    category = np.full(scans.day.shape, Response.NE, dtype=np.int8)
    is_evaluable = ~np.isnan(total) & (baseline > 0.0) & later
    category[is_evaluable] = Response.SD
    category[is_evaluable & criteria.has_shrunk(total, baseline)] = Response.PR
    category[is_evaluable & is_clear] = Response.CR
    measured = np.nansum(sizes, axis=2)
    return Signs(
        day=scans.day,
        category=category,
        measured=measured,
        has_grown=criteria.has_grown(measured, _smallest_before(total)) & later,
        new_lesions=scans.new_lesions_so_far + appeared,
        is_new=(scans.new_lesion | (appeared > 0)) & later,
        has_symptoms=scans.has_symptoms & later,
    )


def _target_sizes(diameters: FloatArray, criteria: AbstractCriteria) -> FloatArray:
    """Each target's contribution to the sum; 0 for other lesions, NaN where a target was missed."""
    targets = criteria.targets(diameters[:, 0])[:, np.newaxis, :]
    return np.where(targets, criteria.lesion_size(diameters), 0.0)


def _smallest_before(total: FloatArray) -> FloatArray:
    """The smallest complete sum of all earlier visits, baseline included; NaN at the baseline."""
    smallest = np.fmin.accumulate(total, axis=1)
    return np.concatenate((np.full((len(total), 1), np.nan), smallest[:, :-1]), axis=1)


def _is_clear(diameters: FloatArray) -> BoolArray:
    """Every lesion of the baseline has disappeared; false for patients without one."""
    is_own = diameters[:, :1] > 0.0
    is_gone = (diameters == 0.0) | ~is_own
    clear: BoolArray = is_gone.all(axis=2) & is_own.any(axis=2)
    return clear


def _appeared(diameters: FloatArray, is_clear: BoolArray) -> FloatArray:
    """How many lesions are visible that were not at baseline, or that come back after all had disappeared."""
    is_visible = diameters > 0.0
    was_unseen = diameters[:, :1] == 0.0
    was_clear = np.logical_or.accumulate(is_clear, axis=1)[:, :, np.newaxis]
    count: FloatArray = (is_visible & (was_unseen | was_clear)).sum(axis=2).astype(np.float64)
    return count
