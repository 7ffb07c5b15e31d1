"""The patients' data in the layout of CDISC's analysis data sets, marked as synthetic in every row.

Every data set carries `SIMFL = 'Y'`, a study identifier that no real study can have and a banner.
Calendar dates count from a day far in the future, so that they cannot be taken for real ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from trialkine.report.adam_times import (
    SAME_DAY,
    TIME_COLUMNS,
    cut_off_day,
    enrolled_day,
    is_adjuvant,
    strategy_and_lines,
    times_to_event,
    treatment_ends,
)
from trialkine.toxicity.terms import terms

if TYPE_CHECKING:
    from trialkine.trial.result import TrialResult

STUDY = "SIM-000000"
SYNTHETIC = "SIMULATED DATA: no real patient; not for treating patients"
FIRST_DAY = date(2900, 1, 1)

_KEYS = ["arm", "trial", "patient"]


def adam_tables(result: TrialResult) -> Mapping[str, pl.DataFrame]:
    """The analysis data sets by name; failed patients appear in ADSL alone, with their reason."""
    identity = _identity(result)
    healthy = identity.filter(pl.col("status") == "ok")
    return {
        "ADSL": _subjects(result, identity),
        "ADRS": _responses(result, healthy),
        "ADTR": _tumours(result, healthy),
        "ADTTE": _finished(healthy, times_to_event(result, healthy.select(*_KEYS, "TRTSDT")), TIME_COLUMNS),
        "ADLB": _laboratory(result, healthy),
        "ADEX": _exposure(result, healthy),
        "ADAE": _adverse_events(result, healthy),
    }


def _identity(result: TrialResult) -> pl.DataFrame:
    """Keys, identifiers and first day of every row of the patient table."""
    numbers = {arm: number for number, arm in enumerate(result.arms, start=1)}
    start = enrolled_day().round().cast(pl.Int64)
    return result.patients.select(
        *_KEYS,
        "status",
        pl.lit(STUDY).alias("STUDYID"),
        pl.format(
            "{}-A{}-T{}-{}",
            pl.lit(STUDY),
            pl.col("arm").replace_strict(numbers, return_dtype=pl.Int64),
            pl.col("trial") + 1,
            pl.col("patient").cast(pl.String).str.zfill(6),
        ).alias("USUBJID"),
        (pl.lit(FIRST_DAY) + pl.duration(days=start)).cast(pl.Date).alias("TRTSDT"),
        start.alias("ENROLDY"),
        pl.col("arm").replace_strict(numbers, return_dtype=pl.Int64).alias("arm_number"),
    )


def _subjects(result: TrialResult, identity: pl.DataFrame) -> pl.DataFrame:
    rows = (
        identity.join(result.patients.drop("status"), on=_KEYS, how="left", maintain_order="left")
        .join(treatment_ends(result), on=_KEYS, how="left", maintain_order="left")
        .with_columns(cut_off=cut_off_day(result))
        .sort("arm_number", "trial", "patient", maintain_order=True)
    )
    return rows.select(
        "STUDYID",
        "USUBJID",
        pl.col("patient").alias("SUBJID"),
        pl.col("trial").alias("TRIALN"),
        pl.col("arm").alias("ARM"),
        pl.col("arm").alias("TRT01P"),
        pl.col("age").alias("AGE"),
        pl.lit("YEARS").alias("AGEU"),
        pl.when(pl.col("sex") == "female")
        .then(pl.lit("F"))
        .when(pl.col("sex") == "male")
        .then(pl.lit("M"))
        .alias("SEX"),
        pl.col("weight_kg").alias("WEIGHTBL"),
        pl.col("body_surface_m2").alias("BSABL"),
        pl.col("performance_status").alias("ECOGBL"),
        pl.col("baseline_sld_mm").alias("SLDBL"),
        "ENROLDY",
        "TRTSDT",
        *_dated("treatment_end", "TRTEDT", "TRTEDY"),
        *_dated("cut_off", "DCUTDT", "DCUTDY"),
        _flag(pl.col("status") == "ok").alias("EVALFL"),
        pl.when(pl.col("status") != "ok").then(pl.col("status")).alias("FAILREAS"),
        _flag(pl.col("os_event").fill_null(False)).alias("DTHFL"),
        pl.col("death_cause").cast(pl.String).str.to_uppercase().alias("DTHCAUS"),
        pl.col("off_study_reason").cast(pl.String).str.to_uppercase().alias("DCSREAS"),
        *_marks(),
    )


def _responses(result: TrialResult, identity: pl.DataFrame) -> pl.DataFrame:
    criteria = result.protocol.assessments.criteria.upper()
    visits = _after_baseline(result).select(
        *_KEYS,
        pl.lit("OVRLRESP").alias("PARAMCD"),
        pl.lit(f"Overall response by {criteria}").alias("PARAM"),
        pl.col("response").cast(pl.String).alias("AVALC"),
        pl.col("day").cast(pl.Float64),
        pl.col("line").cast(pl.Int64).alias("LINE"),
    )
    confirmed = result.protocol.assessments.confirm_after is not None
    best = [
        rows.select(
            *_KEYS,
            pl.lit("BESRSPC" if confirmed else "BESRSP").alias("PARAMCD"),
            pl.lit(f"{'Confirmed best' if confirmed else 'Best'} overall response by {criteria}").alias(
                "PARAM"
            ),
            pl.col("best_response").cast(pl.String).alias("AVALC"),
            pl.col("response_day").cast(pl.Float64).alias("day"),
            pl.col("LINE"),
        )
        for rows in strategy_and_lines(result)
    ]
    order = {name: number for number, name in enumerate(("CR", "PR", "SD", "PD", "NE", "UPD"), start=1)}
    rows = pl.concat([visits, *best])
    if is_adjuvant(result):  # nothing was left that could respond
        rows = rows.clear()
    rows = rows.with_columns(
        pl.col("AVALC").replace_strict(order, default=None, return_dtype=pl.Int64).alias("AVAL")
    )
    return _finished(identity, rows, ("LINE", "PARAMCD", "PARAM", "AVAL", "AVALC"))


def _after_baseline(result: TrialResult) -> pl.DataFrame:
    """The visits that are compared with a baseline: not the first one of a line, made as it starts."""
    starts = result.lines.select(*_KEYS, pl.col("line").cast(pl.Int64), "start_day")
    visits = result.visits.with_columns(pl.col("line").cast(pl.Int64))
    joined = visits.join(starts, on=[*_KEYS, "line"], how="left", maintain_order="left")
    is_baseline = (pl.col("day") <= 0) | ((pl.col("day") - pl.col("start_day")).abs() < SAME_DAY)
    return joined.filter(~is_baseline.fill_null(False))


def _tumours(result: TrialResult, identity: pl.DataFrame) -> pl.DataFrame:
    sums = [
        result.visits.select(
            *_KEYS,
            pl.lit(code).alias("PARAMCD"),
            pl.lit(label).alias("PARAM"),
            pl.lit(None, dtype=pl.String).alias("TRLNKID"),
            pl.col(column).cast(pl.Float64).alias("AVAL"),
            pl.lit(unit).alias("AVALU"),
            pl.col("day").cast(pl.Float64),
        )
        for code, label, column, unit in (
            ("SUMDIAM", "Sum of diameters", "sld_mm", "mm"),
            ("SUMPROD", "Sum of products of diameters", "spd_mm2", "mm2"),
        )
    ]
    lesions = result.lesions.select(
        *_KEYS,
        pl.lit("LDIAM").alias("PARAMCD"),
        pl.lit("Diameter of a lesion").alias("PARAM"),
        pl.format("T{}", pl.col("lesion").cast(pl.String)).alias("TRLNKID"),
        pl.col("diameter_mm").cast(pl.Float64).alias("AVAL"),
        pl.lit("mm").alias("AVALU"),
        pl.col("day").cast(pl.Float64),
    )
    return _finished(identity, pl.concat([*sums, lesions]), ("PARAMCD", "PARAM", "TRLNKID", "AVAL", "AVALU"))


def _laboratory(result: TrialResult, identity: pl.DataFrame) -> pl.DataFrame:
    parts = [
        result.visits.select(
            *_KEYS,
            pl.lit("".join(word[:4] for word in name.upper().split("_"))[:8]).alias("PARAMCD"),
            pl.lit(name).alias("PARAM"),
            pl.col(name).cast(pl.Float64).alias("AVAL"),
            pl.lit(unit).alias("AVALU"),
            pl.col("day").cast(pl.Float64),
        ).filter(pl.col("AVAL").is_not_null() & pl.col("AVAL").is_not_nan())
        for name, unit in result.biomarkers.items()
        if name in result.visits.columns
    ]
    empty = result.visits.clear().select(
        *_KEYS,
        *(pl.lit("").alias(name) for name in ("PARAMCD", "PARAM")),
        pl.lit(0.0).alias("AVAL"),
        pl.lit("").alias("AVALU"),
        pl.col("day").cast(pl.Float64),
    )
    return _finished(identity, pl.concat([empty.clear(), *parts]), ("PARAMCD", "PARAM", "AVAL", "AVALU"))


def _exposure(result: TrialResult, identity: pl.DataFrame) -> pl.DataFrame:
    rows = result.exposure.select(
        *_KEYS,
        pl.col("agent").cast(pl.String).str.to_uppercase().alias("EXTRT"),
        pl.col("line").alias("EXLINE"),
        pl.col("cycle").alias("EXCYCLE"),
        pl.col("planned").alias("EXPLAN"),
        pl.col("given").alias("EXGIVEN"),
        pl.col("held").alias("EXHELD"),
        _flag(pl.col("is_background")).alias("EXBKGFL"),
        pl.col("amount_given").cast(pl.Float64).alias("AVAL"),
        pl.col("dose_unit").cast(pl.String).alias("AVALU"),
        pl.col("start_day").cast(pl.Float64).alias("day"),
    )
    rows = rows.with_columns(
        pl.lit("CUMDOSE").alias("PARAMCD"), pl.lit("Amount given in the cycle").alias("PARAM")
    )
    kept = (
        "PARAMCD", "PARAM", "AVAL", "AVALU", "EXTRT", "EXLINE", "EXBKGFL", "EXCYCLE", "EXPLAN", "EXGIVEN",
        "EXHELD",
    )  # fmt: skip
    return _finished(identity, rows, kept)


def _adverse_events(result: TrialResult, identity: pl.DataFrame) -> pl.DataFrame:
    """One row per patient, line and toxicity: its worst grade, and about when it began.

    The start is imputed (`ASTDTF`): the worst day of the first interval between visits with a grade.
    """
    kept = ("AETERM", "AEDECOD", "AETOXGR", "ATOXGRN", "LINE", "AVAL", "AVALU")
    known = terms().values()
    rows = result.adverse_events.select(
        *_KEYS,
        pl.col("toxicity").replace_strict({t.name: t.title for t in known}).alias("AETERM"),
        pl.col("toxicity").replace_strict({t.name: t.term for t in known}).alias("AEDECOD"),
        pl.col("grade").cast(pl.String).alias("AETOXGR"),
        pl.col("grade").alias("ATOXGRN"),
        pl.col("line").alias("LINE"),
        pl.col("worst_value").cast(pl.Float64).alias("AVAL"),
        pl.col("unit").alias("AVALU"),
        pl.col("first_interval_worst_day").cast(pl.Float64).alias("day"),
    )
    events = _finished(identity, rows, kept).rename({"ADT": "ASTDT", "ADY": "ASTDY"})
    imputed = pl.when(pl.col("ASTDT").is_not_null()).then(pl.lit("D")).alias("ASTDTF")
    return events.insert_column(events.columns.index("ASTDT") + 1, events.select(imputed).to_series())


def _finished(identity: pl.DataFrame, rows: pl.DataFrame, kept: tuple[str, ...]) -> pl.DataFrame:
    """Identifiers, the columns kept, the day of the record, and the marks of synthetic data."""
    joined = rows.join(identity, on=_KEYS, how="inner", maintain_order="left").sort(
        "arm_number", "trial", "patient", maintain_order=True
    )
    return joined.select(
        "STUDYID",
        "USUBJID",
        pl.col("arm").alias("TRTP"),
        *kept,
        *_dated("day", "ADT", "ADY"),
        *_marks(),
    )


def _dated(column: str, date_name: str, day_name: str) -> tuple[pl.Expr, pl.Expr]:
    """A day since the first dose as a date and as a study day."""
    whole_day = pl.col(column).round().cast(pl.Int64)
    return (
        (pl.col("TRTSDT") + pl.duration(days=whole_day)).cast(pl.Date).alias(date_name),
        # ADaM counts the first day of treatment as day 1.
        pl.when(whole_day >= 0).then(whole_day + 1).otherwise(whole_day).alias(day_name),
    )


def _flag(condition: pl.Expr) -> pl.Expr:
    return pl.when(condition).then(pl.lit("Y")).otherwise(pl.lit("N"))


def _marks() -> tuple[pl.Expr, pl.Expr]:
    return pl.lit("Y").alias("SIMFL"), pl.lit(SYNTHETIC).alias("SYNTHETIC")
