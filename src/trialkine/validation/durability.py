"""How long responses last in simulated series: who is still free of progression, and who progresses late."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from trialkine.calibration.counts import patients_of
from trialkine.errors import InputError
from trialkine.records import DAYS_PER_MONTH

if TYPE_CHECKING:
    from trialkine.trial.result import TrialResult

Array = np.ndarray[Any, np.dtype[Any]]
COMPLETE, RESPONSES = "CR", ("CR", "PR")


@dataclass(frozen=True)
class DurabilityCounts:
    """Counts of patients in every repetition of a series.

    `complete_free` and `responders_free` neither progressed nor died until the data cut-off, or until they
    were lost; `long` responded for more than some months; `late` of these progressed after that, whether
    or not they died later. Shape of each: (repetition,). Units: [patient].
    """

    patients: Array
    responders: Array
    complete: Array
    responders_free: Array
    complete_free: Array
    long: Array
    late: Array


def durability_counts(result: TrialResult, arm: str, months: float) -> DurabilityCounts:
    """The counts of an arm; a response is long that lasted more than so many months.

    A response lasts from the first day it was seen until progression or death, or until it was last seen.
    Units: months [month].
    Raises: InputError, when the months are negative or the result has no such arm.
    """
    if not months >= 0.0:
        raise InputError(f"A response of more than {months:g} months is none. Give 0 or more.")
    if arm not in result.arms:
        raise InputError(f"The trial has no arm '{arm}'. It has {', '.join(map(repr, result.arms))}.")
    rows = patients_of(result, arm, None)
    trial = rows["trial"].to_numpy()
    best = rows["best_response"].to_numpy()
    responds, is_complete = np.isin(best, RESPONSES), best == COMPLETE
    is_free = ~rows["pfs_event"].fill_null(False).to_numpy().astype(bool)
    lasted = rows["dor_days"].cast(float).fill_null(np.nan).to_numpy() / DAYS_PER_MONTH
    is_long = responds & (np.nan_to_num(lasted) > months)
    has_progressed = rows["progression_day"].is_not_null().to_numpy()

    def count(chosen: Array) -> Array:
        return np.bincount(trial[chosen], minlength=result.replicates)

    return DurabilityCounts(
        patients=np.bincount(trial, minlength=result.replicates),
        responders=count(responds),
        complete=count(is_complete),
        responders_free=count(responds & is_free),
        complete_free=count(is_complete & is_free),
        long=count(is_long),
        late=count(is_long & has_progressed),
    )
