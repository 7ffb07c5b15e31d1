"""The patients' data in the layout of CDISC's analysis data sets, marked as synthetic in every row.

Every data set carries `SIMFL = 'Y'`, a study identifier that no real study can have and a banner.
Calendar dates count from a day far in the future, so that they cannot be taken for real ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from trialkine.records import DAYS_PER_MONTH

if TYPE_CHECKING:
    from trialkine.trial.result import TrialResult

STUDY = "SIM-000000"
SYNTHETIC = "SIMULATED DATA: no real patient; not for treating patients"
FIRST_DAY = date(2900, 1, 1)

_KEYS = ["arm", "trial", "patient"]
_TIMES = (
    # code, label, column, what an event is, what censoring is
    ("OS", "Overall survival", "os", "death", "alive when last known"),
    ("PFS", "Progression-free survival", "pfs", "progression or death", "no progression at the last scan"),
    ("TTP", "Time to progression", "ttp", "progression", "no progression at the last scan"),
    ("DOR", "Duration of response", "dor", "progression or death", "still responding at the last scan"),
)


def adam_tables(result: TrialResult) -> Mapping[str, pl.DataFrame]:
    """The analysis data sets by name; failed patients appear in ADSL alone, with their reason."""
    identity = _identity(result)
    healthy = identity.filter(pl.col("status") == "ok")
    return {
        "ADSL": _subjects(result, identity),
        "ADRS": _responses(result, healthy),
        "ADTR": _tumours(result, healthy),
        "ADTTE": _times_to_event(result, healthy),
        "ADLB": _laboratory(result, healthy),
        "ADEX": _exposure(result, healthy),
    }


def _identity(result: TrialResult) -> pl.DataFrame:
    """Keys, identifiers and first day of every row of the patient table."""
    numbers = {arm: number for number, arm in enumerate(result.arms, start=1)}
    start = (pl.col("enrolled_month").fill_null(0.0) * DAYS_PER_MONTH).round().cast(pl.Int64)
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
    )


def _subjects(result: TrialResult, identity: pl.DataFrame) -> pl.DataFrame:
    rows = identity.join(result.patients.drop("status"), on=_KEYS, how="left", maintain_order="left")
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
        "TRTSDT",
        _flag(pl.col("status") == "ok").alias("EVALFL"),
        pl.when(pl.col("status") != "ok").then(pl.col("status")).alias("FAILREAS"),
        _flag(pl.col("os_event").fill_null(False)).alias("DTHFL"),
        pl.col("death_cause").cast(pl.String).str.to_uppercase().alias("DTHCAUS"),
        pl.col("off_study_reason").cast(pl.String).str.to_uppercase().alias("DCSREAS"),
        *_marks(),
    )


def _responses(result: TrialResult, identity: pl.DataFrame) -> pl.DataFrame:
    criteria = result.protocol.assessments.criteria.upper()
    visits = result.visits.select(
        *_KEYS,
        pl.lit("OVRLRESP").alias("PARAMCD"),
        pl.lit(f"Overall response by {criteria}").alias("PARAM"),
        pl.col("response").cast(pl.String).alias("AVALC"),
        pl.col("day"),
    )
    best = result.patients.select(
        *_KEYS,
        pl.lit("BESRSPC").alias("PARAMCD"),
        pl.lit(f"Confirmed best overall response by {criteria}").alias("PARAM"),
        pl.col("best_response").cast(pl.String).alias("AVALC"),
        pl.col("response_day").cast(pl.Float64).alias("day"),
    )
    order = {name: number for number, name in enumerate(("CR", "PR", "SD", "PD", "NE"), start=1)}
    rows = pl.concat([visits.with_columns(pl.col("day").cast(pl.Float64)), best])
    rows = rows.with_columns(
        pl.col("AVALC").replace_strict(order, default=None, return_dtype=pl.Int64).alias("AVAL")
    )
    return _finished(identity, rows, ("PARAMCD", "PARAM", "AVAL", "AVALC"))


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


def _times_to_event(result: TrialResult, identity: pl.DataFrame) -> pl.DataFrame:
    parts = [
        result.patients.select(
            *_KEYS,
            pl.lit(code).alias("PARAMCD"),
            pl.lit(label).alias("PARAM"),
            pl.col(f"{name}_days").cast(pl.Float64).alias("AVAL"),
            pl.lit("DAYS").alias("AVALU"),
            (~pl.col(f"{name}_event").cast(pl.Boolean).fill_null(False)).cast(pl.Int8).alias("CNSR"),
            pl.lit(event).alias("event"),
            pl.lit(censoring).alias("censoring"),
            # A duration of response starts on the day of response; the others on the first day.
            (pl.col("response_day").cast(pl.Float64) if name == "dor" else pl.lit(0.0)).alias("origin"),
        )
        for code, label, name, event, censoring in _TIMES
    ]
    responders = result.patients.filter(pl.col("response_day").is_not_null()).select(
        *_KEYS,
        pl.lit("TTR").alias("PARAMCD"),
        pl.lit("Time to response").alias("PARAM"),
        pl.col("response_day").cast(pl.Float64).alias("AVAL"),
        pl.lit("DAYS").alias("AVALU"),
        pl.lit(0, dtype=pl.Int8).alias("CNSR"),
        pl.lit("response").alias("event"),
        pl.lit("").alias("censoring"),
        pl.lit(0.0).alias("origin"),
    )
    rows = pl.concat([*parts, responders]).filter(pl.col("AVAL").is_not_null())
    rows = rows.join(
        identity.select(*_KEYS, "TRTSDT"), on=_KEYS, how="inner", maintain_order="left"
    ).with_columns(
        (pl.col("TRTSDT") + pl.duration(days=pl.col("origin").round().cast(pl.Int64)))
        .cast(pl.Date)
        .alias("STARTDT"),
        pl.when(pl.col("CNSR") == 0).then(pl.col("event")).alias("EVNTDESC"),
        pl.when(pl.col("CNSR") == 1).then(pl.col("censoring")).alias("CNSDTDSC"),
        (pl.col("origin") + pl.col("AVAL")).alias("day"),
    )
    kept = ("PARAMCD", "PARAM", "AVAL", "AVALU", "CNSR", "EVNTDESC", "CNSDTDSC", "STARTDT")
    return _finished(identity, rows.drop("TRTSDT"), kept)


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
        pl.col("amount_given").cast(pl.Float64).alias("AVAL"),
        pl.col("dose_unit").cast(pl.String).alias("AVALU"),
        pl.col("start_day").cast(pl.Float64).alias("day"),
    )
    rows = rows.with_columns(
        pl.lit("CUMDOSE").alias("PARAMCD"), pl.lit("Amount given in the cycle").alias("PARAM")
    )
    kept = ("PARAMCD", "PARAM", "AVAL", "AVALU", "EXTRT", "EXLINE", "EXCYCLE", "EXPLAN", "EXGIVEN", "EXHELD")
    return _finished(identity, rows, kept)


def _finished(identity: pl.DataFrame, rows: pl.DataFrame, kept: tuple[str, ...]) -> pl.DataFrame:
    """Identifiers, the columns kept, the day of the record, and the marks of synthetic data."""
    joined = rows.join(identity, on=_KEYS, how="inner", maintain_order="left").sort(
        "arm", "trial", "patient", maintain_order=True
    )
    whole_day = pl.col("day").round().cast(pl.Int64)
    return joined.select(
        "STUDYID",
        "USUBJID",
        pl.col("arm").alias("TRTP"),
        *kept,
        (pl.col("TRTSDT") + pl.duration(days=whole_day)).cast(pl.Date).alias("ADT"),
        # ADaM counts the first day of treatment as day 1.
        (pl.when(whole_day >= 0).then(whole_day + 1).otherwise(whole_day)).alias("ADY"),
        *_marks(),
    )


def _flag(condition: pl.Expr) -> pl.Expr:
    return pl.when(condition).then(pl.lit("Y")).otherwise(pl.lit("N"))


def _marks() -> tuple[pl.Expr, pl.Expr]:
    return pl.lit("Y").alias("SIMFL"), pl.lit(SYNTHETIC).alias("SYNTHETIC")
