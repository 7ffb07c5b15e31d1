"""When things began and ended for every patient: times to events and the ends of treatment.

`LINE` is 0 for the whole strategy and 1, 2, ... for its lines, each from its own first dose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialkine.records import DAYS_PER_MONTH
from trialkine.report.protocol_facts import protocol_facts
from trialkine.report.strategy_words import last_line_words

if TYPE_CHECKING:
    from trialkine.trial.result import TrialResult

TIME_COLUMNS = ("LINE", "PARAMCD", "PARAM", "AVAL", "AVALU", "CNSR", "EVNTDESC", "CNSDTDSC", "STARTDT")
_KEYS = ("arm", "trial", "patient")
SAME_DAY = 1e-6
Time = tuple[str, str, str, str, str]
_AT_LAST_SCAN = "no progression at the last scan"
_TIMES: tuple[Time, ...] = (
    # code, label, column, what an event is, what censoring is
    ("OS", "Overall survival", "os", "death", "alive when last known"),
    ("PFS", "Progression-free survival", "pfs", "progression or death", _AT_LAST_SCAN),
    ("TTP", "Time to progression", "ttp", "progression", _AT_LAST_SCAN),
    ("DOR", "Duration of response", "dor", "progression or death", "still responding at the last scan"),
)

_TIMES_ADJUVANT: tuple[Time, ...] = (
    _TIMES[0],
    ("RFS", "Relapse-free survival", "pfs", "relapse or death", "no relapse at the last scan"),
)


def is_adjuvant(result: TrialResult) -> bool:
    """Whether relapse takes the place of response and progression."""
    return bool(result.protocol.assessments.criteria == "relapse")


def strategy_and_lines(result: TrialResult) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Outcomes of whole strategies and of single lines, with `LINE` and the day each started."""
    strategies = result.patients.with_columns(LINE=pl.lit(0, dtype=pl.Int64), start_day=pl.lit(0.0))
    return strategies, result.lines.with_columns(LINE=pl.col("line").cast(pl.Int64))


def times_to_event(result: TrialResult, first_days: pl.DataFrame) -> pl.DataFrame:
    """One row per patient, line and time; `day` is where the time ends, `STARTDT` where it starts.

    `first_days` holds the patients to keep, with the date `TRTSDT` of their first dose.
    """
    strategies, lines = strategy_and_lines(result)
    last_line = last_line_words(protocol_facts(result.protocol))
    times = _TIMES_ADJUVANT if is_adjuvant(result) else _TIMES
    parts = [*_times(strategies, times, last_line), *_times(lines, times, "")]
    rows = pl.concat(parts).filter(pl.col("AVAL").is_not_null())
    rows = rows.join(first_days, on=_KEYS, how="inner", maintain_order="left").with_columns(
        (pl.col("TRTSDT") + pl.duration(days=pl.col("origin").round().cast(pl.Int64)))
        .cast(pl.Date)
        .alias("STARTDT"),
        pl.when(pl.col("CNSR") == 0).then(pl.col("event")).alias("EVNTDESC"),
        pl.when(pl.col("CNSR") == 1).then(pl.col("censoring")).alias("CNSDTDSC"),
        (pl.col("origin") + pl.col("AVAL")).alias("day"),
    )
    return rows.drop("TRTSDT")


def _times(rows: pl.DataFrame, times: tuple[Time, ...], progression: str) -> list[pl.DataFrame]:
    """The times to events of strategies or of lines; `progression` says which progression counts."""
    has_died = pl.col("os_event").cast(pl.Boolean).fill_null(False)
    at_death = has_died & ((pl.col("os_days") - pl.col("ttp_days")).abs() < SAME_DAY)
    parts = []
    for code, label, name, event, censoring in times:
        said = f"{label} ({progression})" if progression and name in ("pfs", "ttp") else label
        why = pl.lit(censoring)
        if name == "ttp":
            why = pl.when(at_death).then(pl.lit("death without progression")).otherwise(why)
        parts.append(
            rows.select(
                *_KEYS,
                "LINE",
                pl.lit(code).alias("PARAMCD"),
                pl.lit(said).alias("PARAM"),
                pl.col(f"{name}_days").cast(pl.Float64).alias("AVAL"),
                pl.lit("DAYS").alias("AVALU"),
                (~pl.col(f"{name}_event").cast(pl.Boolean).fill_null(False)).cast(pl.Int8).alias("CNSR"),
                pl.lit(event).alias("event"),
                why.alias("censoring"),
                # A duration of response starts on the day of response; the others with the treatment.
                pl.col("response_day" if name == "dor" else "start_day").cast(pl.Float64).alias("origin"),
            )
        )
    responders = rows.filter(pl.col("response_day").is_not_null() & (times is not _TIMES_ADJUVANT))
    parts.append(
        responders.select(
            *_KEYS,
            "LINE",
            pl.lit("TTR").alias("PARAMCD"),
            pl.lit("Time to response").alias("PARAM"),
            (pl.col("response_day") - pl.col("start_day")).cast(pl.Float64).alias("AVAL"),
            pl.lit("DAYS").alias("AVALU"),
            pl.lit(0, dtype=pl.Int8).alias("CNSR"),
            pl.lit("response").alias("event"),
            pl.lit("").alias("censoring"),
            pl.col("start_day").cast(pl.Float64).alias("origin"),
        )
    )
    return parts


def enrolled_day() -> pl.Expr:
    """The day of enrolment, counted from the first day of enrolment. Units: [day]."""
    return pl.col("enrolled_month").fill_null(0.0) * DAYS_PER_MONTH


def treatment_ends(result: TrialResult) -> pl.DataFrame:
    """The day on which each patient's last line ended, at the latest the last day the patient is followed.

    Units: treatment_end [day since the first dose].
    """
    last = result.patients.select(*_KEYS, last_day=pl.col("os_days").cast(pl.Float64))
    end = pl.min_horizontal(pl.col("end_day").cast(pl.Float64), "last_day")
    return (
        result.lines.join(last, on=_KEYS, how="left", maintain_order="left")
        .with_columns(end=pl.when(pl.col("end_day").is_null()).then(pl.col("last_day")).otherwise(end))
        .group_by(_KEYS, maintain_order=True)
        .agg(pl.col("end").max().alias("treatment_end"))
    )


def cut_off_day(result: TrialResult) -> pl.Expr:
    """The data cut-off of each arm and trial in a patient's own days. Units: [day since the first dose]."""
    last = enrolled_day().max().over("arm", "trial")
    if result.protocol.data_cut_off is not None:
        cut_off = pl.lit(result.protocol.data_cut_off.days)
    else:
        cut_off = last + result.protocol.cut_off_days(0.0)
    return cut_off - enrolled_day()
