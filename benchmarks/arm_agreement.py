"""How far two runs of the same patients in one arm agree: decisions, outcomes and burden as read.

Readings share their errors between the runs, as every draw does, so that sizes differ only by what the solver
did. Tables are those of a trial's result, of one arm.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb, sqrt
from typing import Any

import numpy as np
import polars as pl

from trialkine.statistics.survival import kaplan_meier, median_survival

Array = np.ndarray[Any, np.dtype[Any]]

RESPONSES = ("PR", "CR")
SAME_DEATH = 1.0  # [day]
SAME_VISIT = 0.01  # [day]
LEVEL = 0.05
PERCENTILE = 95
THE_SAME, AGREES, DIFFERS = "the same", "agrees", "differs"


@dataclass(frozen=True)
class Agreement:
    """Two runs of an arm side by side; pairs are (first, second).

    `discordant` counts patients who respond in the first run alone, and in the second alone;
    `standard_error` is that of a response rate in this many patients, had the runs been of different ones.
    The counts `other_...` are of patients. `burden` is as of `burden_differences`.

    Shape: burden (visit,). Units: median_survival [day].
    """

    patients: int
    responders: tuple[int, int]
    discordant: tuple[int, int]
    standard_error: float
    other_best_response: int
    doses_given: tuple[int, int]
    doses_held: tuple[int, int]
    other_doses_given: int
    other_doses_held: int
    other_dose_intensity: int
    median_survival: tuple[float | None, float | None]
    other_death_day: int
    other_course: int
    burden: Array

    @property
    def p_value(self) -> float:
        """Of the exact McNemar test that responses are as likely in both runs."""
        return exact_mcnemar(*self.discordant)

    @property
    def verdict(self) -> str:
        """Whether the response rates agree within the Monte-Carlo error of the sample."""
        if self.discordant == (0, 0):
            return THE_SAME
        difference = abs(self.responders[0] - self.responders[1]) / self.patients
        return AGREES if difference <= self.standard_error and self.p_value >= LEVEL else DIFFERS


def compare_runs(
    patients: tuple[pl.DataFrame, pl.DataFrame], lesions: tuple[pl.DataFrame, pl.DataFrame]
) -> Agreement:
    """Set the tables of patients and of lesions of one arm side by side.

    Raises: ValueError, when the runs are not of the same patients.
    """
    one, two = (table.sort("patient") for table in patients)
    if not one["patient"].equals(two["patient"]):
        raise ValueError("The runs are not of the same patients. Give both the same protocol, size and seed.")
    first, second = (np.isin(table["best_response"].to_numpy(), RESPONSES) for table in (one, two))
    best = _differ(one, two, "best_response")
    given, held = _differ(one, two, "doses_given"), _differ(one, two, "doses_held")
    intensity = _intensity(one) != _intensity(two)
    died = other_days(_death_day(one), _death_day(two), SAME_DEATH)
    return Agreement(
        patients=len(one),
        responders=(int(first.sum()), int(second.sum())),
        discordant=(int((first & ~second).sum()), int((second & ~first).sum())),
        standard_error=rate_standard_error(int(second.sum()), len(one)),
        other_best_response=int(best.sum()),
        doses_given=(int(one["doses_given"].sum()), int(two["doses_given"].sum())),
        doses_held=(int(one["doses_held"].sum()), int(two["doses_held"].sum())),
        other_doses_given=int(given.sum()),
        other_doses_held=int(held.sum()),
        other_dose_intensity=int(intensity.sum()),
        median_survival=(_median_survival(one), _median_survival(two)),
        other_death_day=int(died.sum()),
        other_course=int((best | given | held | intensity | died).sum()),
        burden=burden_differences(*lesions),
    )


def exact_mcnemar(only_first: int, only_second: int) -> float:
    """The two-sided p-value of the exact McNemar test from the discordant pairs."""
    total, fewer = only_first + only_second, min(only_first, only_second)
    tail = sum(comb(total, number) for number in range(fewer + 1)) / 2.0**total
    return min(1.0, 2.0 * tail)


def rate_standard_error(responders: int, patients: int) -> float:
    """The standard error of a rate; half a responder more of each kind keeps it from being zero."""
    rate = (responders + 0.5) / (patients + 1)
    return sqrt(rate * (1.0 - rate) / patients)


def other_days(first: Array, second: Array, within: float) -> Array:
    """Where two days, nan where there is none, differ by more than `within`, or only one is there."""
    only_one = np.isnan(first) != np.isnan(second)
    with np.errstate(invalid="ignore"):
        return np.asarray(only_one | (np.abs(first - second) > within))


def burden_differences(first: pl.DataFrame, second: pl.DataFrame) -> Array:
    """Relative differences of the summed volume of the lesions as read, of the visits after the first.

    Both runs have these visits, and all that come before them. A visit where nothing is seen in either run
    counts as no difference.
    """
    one, two = _visits(first), _visits(second)
    both = one.join(two, on=["patient", "visit"], how="inner", suffix="_second")
    apart = (pl.col("day") - pl.col("day_second")).abs() > SAME_VISIT
    both = both.sort("patient", "visit").with_columns(apart.cum_sum().over("patient").alias("apart"))
    both = both.filter((pl.col("apart") == 0) & (pl.col("visit") > 0))
    found, reference = both["volume"].to_numpy(), both["volume_second"].to_numpy()
    size = np.where(reference > 0.0, reference, np.where(found > 0.0, found, 1.0))
    return np.asarray(np.abs(found - reference) / size)


def _visits(lesions: pl.DataFrame) -> pl.DataFrame:
    """Each patient's visits in order, with the volume of all lesions up to a constant factor."""
    volume = (pl.col("diameter_mm") ** 3).sum().alias("volume")
    table = lesions.group_by("patient", "day").agg(volume).sort("patient", "day")
    return table.with_columns(pl.int_range(pl.len()).over("patient").alias("visit"))


def _differ(first: pl.DataFrame, second: pl.DataFrame, name: str) -> Array:
    return np.asarray(first[name].to_numpy() != second[name].to_numpy())


def _intensity(patients: pl.DataFrame) -> Array:
    """The relative dose intensity, which reductions and waits lower; -1 where nothing was due."""
    return patients["relative_dose_intensity"].cast(pl.Float64).fill_null(-1.0).round(6).to_numpy()


def _death_day(patients: pl.DataFrame) -> Array:
    days = patients["os_days"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    return np.where(patients["os_event"].fill_null(False).to_numpy(), days, np.nan)


def _median_survival(patients: pl.DataFrame) -> float | None:
    known = patients.drop_nulls(["os_days", "os_event"])
    return median_survival(kaplan_meier(known["os_days"].to_numpy(), known["os_event"].to_numpy())).estimate
