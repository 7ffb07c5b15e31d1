"""Biomarkers as measured, relative to each patient's own value before the first dose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from trialkine.records import DAYS_PER_WEEK

if TYPE_CHECKING:
    from trialkine.trial.result import TrialResult

FEWEST_PATIENTS = 5


@dataclass(frozen=True)
class BiomarkerCourse:
    """Median and middle half of one arm's patients over time.

    Units: week [week], median, low and high [% of baseline].
    """

    arm: str
    week: tuple[float, ...]
    median: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    patients: tuple[int, ...]


def relative_values(result: TrialResult, biomarker: str) -> pl.DataFrame:
    """One row per patient and week: the baseline value, the value, and their ratio.

    A visit belongs to the nearest whole week; the last value of a week counts. Patients without a
    positive baseline are absent.
    """
    keys = ["arm", "trial", "patient"]
    if biomarker not in result.visits.columns:
        columns = (*keys[1:], "week", "baseline", "value", "ratio")
        return pl.DataFrame(schema={"arm": pl.String, **dict.fromkeys(columns, pl.Float64)})
    healthy = result.patients.filter(pl.col("status") == "ok").select(keys)
    values = (
        result.visits.join(healthy, on=keys, how="semi")
        .select(*keys, "day", pl.col(biomarker).alias("value"))
        .filter(pl.col("value").is_not_null() & pl.col("value").is_not_nan())
        .sort(*keys, "day")
    )
    baseline = (
        values.filter((pl.col("day") <= 0) & (pl.col("value") > 0))
        .group_by(keys)
        .agg(pl.col("value").last().alias("baseline"))
    )
    return (
        values.join(baseline, on=keys, how="inner")
        .with_columns(week=(pl.col("day") / DAYS_PER_WEEK).round())
        .group_by(*keys, "week", maintain_order=True)
        .agg(pl.col("baseline").last(), pl.col("value").last())
        .with_columns(ratio=pl.col("value") / pl.col("baseline"))
        .sort(*keys, "week")
    )


def biomarker_courses(result: TrialResult, biomarker: str) -> list[BiomarkerCourse]:
    """Per arm, the weeks at which enough patients were measured to speak of a median.

    Enough is `FEWEST_PATIENTS`, or every patient of a smaller arm.
    """
    values = relative_values(result, biomarker)
    courses = []
    for arm in result.arms:
        own = values.filter(pl.col("arm") == arm)
        weeks = (
            own.group_by("week")
            .agg(
                pl.col("ratio").median().alias("median"),
                pl.col("ratio").quantile(0.25, "linear").alias("low"),
                pl.col("ratio").quantile(0.75, "linear").alias("high"),
                pl.len().alias("patients"),
            )
            .sort("week")
        )
        most = weeks["patients"].max() if weeks.height else 0
        weeks = weeks.filter(pl.col("patients") >= min(FEWEST_PATIENTS, int(str(most))))
        courses.append(
            BiomarkerCourse(
                arm=arm,
                week=tuple(weeks["week"]),
                median=tuple(100.0 * value for value in weeks["median"]),
                low=tuple(100.0 * value for value in weeks["low"]),
                high=tuple(100.0 * value for value in weeks["high"]),
                patients=tuple(weeks["patients"]),
            )
        )
    return courses
