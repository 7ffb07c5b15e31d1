"""Whether two arms hold the same virtual patients; names are not trusted, what is known of patients is.

Patients have the same number because they were drawn from the same place; they are the same only if seed,
disease and ensemble agree and every patient in both looks the same before treatment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import polars as pl

from trialkine.report.comparison.arms import ComparedArm
from trialkine.report.comparison.run_data import BASELINE

REFERENCE = "_reference"
_SAME_VALUE = 1e-9
"""Relative; another processor may round the last digits differently."""


@final
@dataclass(frozen=True)
class SharedPatients:
    """The patients that ended well in both arms, one row each, or None; `why` says why not.

    Columns of the reference end in `_reference`. `has_shared_luck` marks arms of different patients who were
    drawn with the same random numbers, and so are not independent either.
    """

    pairs: pl.DataFrame | None
    why: str = ""
    has_shared_luck: bool = False


def shared_patients(arm: ComparedArm, reference: ComparedArm) -> SharedPatients:
    """The patients of both arms, if they are the same ones."""
    one, two = arm.run.provenance, reference.run.provenance
    if one.seed != two.seed:
        return SharedPatients(None, f"the runs have different seeds, {one.seed} and {two.seed}")
    keys = ["trial", "patient"]
    both = arm.patients.join(reference.patients, on=keys, how="inner", suffix=REFERENCE).sort(keys)
    if both.is_empty():
        return SharedPatients(None, "no patient is in both arms")
    difference = _difference(arm, reference, both)
    if difference:
        return SharedPatients(None, difference, has_shared_luck=True)
    pairs = both.filter((pl.col("status") == "ok") & (pl.col(f"status{REFERENCE}") == "ok"))
    if pairs.is_empty():
        return SharedPatients(None, "none of the patients in both arms ended well in both")
    return SharedPatients(pairs)


def _difference(arm: ComparedArm, reference: ComparedArm, both: pl.DataFrame) -> str:
    """In what patients of the same number differ; empty where they are the same patients."""
    one, two = arm.run.provenance, reference.run.provenance
    if one.disease != two.disease:
        return f"the runs draw their patients from different diseases, {one.disease} and {two.disease}"
    if one.ensemble != two.ensemble:
        return "the runs take their parameters from different ensembles"
    # Criteria choose the lesions that are measured, so sizes agree only under the same.
    compared = [
        column for column in BASELINE if column != "SLDBL" or arm.run.criteria == reference.run.criteria
    ]
    for column in compared:
        differs = int((~_is_same(both[column], both[f"{column}{REFERENCE}"])).sum())
        if differs:
            return (
                f"{differs} of the {both.height} patients with the same number differ in "
                f"{BASELINE[column]} before treatment"
            )
    return ""


def _is_same(first: pl.Series, second: pl.Series) -> pl.Series:
    if first.dtype.is_numeric() and second.dtype.is_numeric():
        apart = (first - second).abs() <= _SAME_VALUE * first.abs()
        return (apart.fill_null(False)) | (first.is_null() & second.is_null())
    return first.eq_missing(second)
