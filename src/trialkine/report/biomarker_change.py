"""Biomarkers as measured, relative to each patient's own value before the first dose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from trialkine.records import DAYS_PER_WEEK
from trialkine.report.protocol_facts import biomarker_days
from trialkine.report.times import SAME_TIME

if TYPE_CHECKING:
    from trialkine.trial.result import TrialResult

FEWEST_PATIENTS = 5


@dataclass(frozen=True)
class BiomarkerCourse:
    """Median and middle half of one arm's patients over time.

    Units: day [day since the first dose], median, low and high [% of baseline].
    """

    arm: str
    day: tuple[float, ...]
    median: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    patients: tuple[int, ...]


def relative_values(result: TrialResult, biomarker: str) -> pl.DataFrame:
    """One row per patient and time: the baseline value, the value, and their ratio.

    A reading at a time that the protocol plans has exactly that `day`. Any other belongs to the nearest
    whole week, or keeps its own day before half a week; the last of a time counts. Patients without a
    positive baseline are absent.

    Units: day [day since the first dose].
    """
    keys = ["arm", "trial", "patient"]
    if biomarker not in result.visits.columns:
        columns = (*keys[1:], "day", "baseline", "value", "ratio")
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
    planned = biomarker_days(result.protocol.assessments).get(biomarker, ())
    return (
        values.join(baseline, on=keys, how="inner")
        .with_columns(day=_time_of(planned))
        .group_by(*keys, "day", maintain_order=True)
        .agg(pl.col("baseline").last(), pl.col("value").last())
        .with_columns(ratio=pl.col("value") / pl.col("baseline"))
        .sort(*keys, "day")
    )


def _time_of(planned: tuple[float, ...]) -> pl.Expr:
    """The time that a reading belongs to."""
    day = pl.col("day")
    week = (day / DAYS_PER_WEEK).round() * DAYS_PER_WEEK
    time = pl.when((week == 0) & (day > 0)).then(day).otherwise(week)
    for moment in planned:
        time = pl.when((day - moment).abs() < SAME_TIME).then(pl.lit(moment)).otherwise(time)
    return time


def biomarker_courses(result: TrialResult, biomarker: str) -> list[BiomarkerCourse]:
    """Per arm, the times at which enough patients were measured to speak of a median.

    Enough is `FEWEST_PATIENTS`, or every patient of a smaller arm.
    """
    values = relative_values(result, biomarker)
    courses = []
    for arm in result.arms:
        own = values.filter(pl.col("arm") == arm)
        times = (
            own.group_by("day")
            .agg(
                pl.col("ratio").median().alias("median"),
                pl.col("ratio").quantile(0.25, "linear").alias("low"),
                pl.col("ratio").quantile(0.75, "linear").alias("high"),
                pl.len().alias("patients"),
            )
            .sort("day")
        )
        most = times["patients"].max() if times.height else 0
        times = times.filter(pl.col("patients") >= min(FEWEST_PATIENTS, int(str(most))))
        courses.append(
            BiomarkerCourse(
                arm=arm,
                day=tuple(times["day"]),
                median=tuple(100.0 * value for value in times["median"]),
                low=tuple(100.0 * value for value in times["low"]),
                high=tuple(100.0 * value for value in times["high"]),
                patients=tuple(times["patients"]),
            )
        )
    return courses
