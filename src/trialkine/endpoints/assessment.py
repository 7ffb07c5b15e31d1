"""Every visit judged on its own: its response, and what showed progression.

A visit shows progression when the sum of targets has grown, a new lesion is there, or symptoms say so.
"New" includes a lesion not visible at baseline and, once everything had disappeared, any lesion that is
visible again. Growth counts even where some targets were missed, if the rest alone is enough. Any other
category needs every target measured, and CR every lesion; otherwise the visit is not evaluable.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trialkine.endpoints.categories import CategoryArray, Reason, Response
from trialkine.endpoints.criteria import AbstractCriteria
from trialkine.endpoints.scans import BoolArray, FloatArray, Scans


@dataclass(frozen=True)
class Assessment:
    """The category of each visit, and the reason where it is PD.

    The baseline visit is NE: there is nothing yet to compare with.
    Units: day [day]. Shape: all "patient visit".
    """

    day: FloatArray
    response: CategoryArray
    reason: CategoryArray


def assess(scans: Scans, criteria: AbstractCriteria) -> Assessment:
    """Judge every visit of every patient; works on histories of any length."""
    is_visit = ~np.isnan(scans.day)
    diameters = np.where(is_visit[:, :, np.newaxis], scans.diameters_mm, np.nan)
    sizes = _target_sizes(diameters, criteria)
    total = sizes.sum(axis=2)  # NaN unless every target was measured
    baseline = total[:, :1]
    is_clear = _is_clear(diameters)

    response = np.full(scans.day.shape, Response.NE, dtype=np.int8)
    is_evaluable = ~np.isnan(total) & (baseline > 0.0)
    response[is_evaluable] = Response.SD
    response[is_evaluable & criteria.has_shrunk(total, baseline)] = Response.PR
    response[is_evaluable & is_clear] = Response.CR

    reason = np.full(scans.day.shape, Reason.none, dtype=np.int8)  # the later assignment wins
    reason[scans.has_symptoms] = Reason.symptoms
    reason[scans.new_lesion | _has_appeared(diameters, is_clear)] = Reason.new_lesion
    reason[criteria.has_grown(np.nansum(sizes, axis=2), _smallest_before(total))] = Reason.target_growth
    reason[~is_visit] = Reason.none
    reason[:, 0] = Reason.none

    response[reason != Reason.none] = Response.PD
    response[:, 0] = Response.NE
    return Assessment(scans.day, response, reason)


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


def _has_appeared(diameters: FloatArray, is_clear: BoolArray) -> BoolArray:
    """A lesion is visible that was not at baseline, or that comes back after all had disappeared."""
    is_visible = diameters > 0.0
    was_unseen = diameters[:, :1] == 0.0
    is_new = (is_visible & was_unseen).any(axis=2)
    was_clear = np.logical_or.accumulate(is_clear, axis=1)
    appeared: BoolArray = is_new | (is_visible.any(axis=2) & was_clear)
    return appeared
