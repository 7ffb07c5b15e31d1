"""The outcome measures of one group of patients, under the names that `summary.json` publishes.

The same names serve whole arms and single lines of treatment. A measure that cannot be had is an
estimate without a number, with the reason.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from trialkine.records import DAYS_PER_MONTH, DAYS_PER_WEEK
from trialkine.report.times import SAME_TIME
from trialkine.statistics.estimate import Estimate, undefined
from trialkine.statistics.proportions import exact_interval
from trialkine.statistics.summary import mean_interval
from trialkine.statistics.survival import KaplanMeier, kaplan_meier, median_survival, survival_at
from trialkine.toxicity.terms import SEVERE

Metrics = Mapping[str, Estimate]
BEYOND_FOLLOW_UP = "follow-up ends before this landmark"
NO_MEASURABLE_DISEASE = "nothing was left that could respond or progress"
RESPONSES = ("CR", "PR", "SD", "PD", "NE")


@dataclass(frozen=True)
class Landmarks:
    """When progression-free, overall and relapse-free survival are read off their curves.

    Months for relapse-free survival mean that patients started without measurable disease.
    """

    pfs_weeks: tuple[int, ...] = (8, 16, 24, 52)
    os_months: tuple[int, ...] = (6, 12, 24)
    rfs_months: tuple[int, ...] = ()


ADJUVANT_LANDMARKS = Landmarks(os_months=(12, 24, 60), rfs_months=(12, 24, 60))
"""For trials after complete resection, in which relapse takes the place of response and progression."""


def outcome_metrics(patients: pl.DataFrame, landmarks: Landmarks) -> dict[str, Estimate]:
    """Response, survival and treatment measures of evaluable patients.

    Units: rates [fraction], medians [month], doses [1].
    """
    pfs, ttp, survival = (kaplan_meier(*survival_columns(patients, name)) for name in ("pfs", "ttp", "os"))
    until = _longest_follow_up(patients)
    found = dict(response_rates(patients))
    found["pfs_median_months"] = in_months(median_survival(pfs))
    for week in landmarks.pfs_weeks:
        found[f"pfs_rate_{week}w"] = _rate_at(pfs, week * DAYS_PER_WEEK, until)
    found["ttp_median_months"] = in_months(median_survival(ttp))
    found |= _relapse_free(pfs, landmarks, until)
    found["os_median_months"] = in_months(median_survival(survival))
    for month in landmarks.os_months:
        found[f"os_rate_{month}m"] = _rate_at(survival, month * DAYS_PER_MONTH, until)
    found["dor_median_months"] = _response_duration(patients)
    found["doses_given_mean"] = mean_interval(_column(patients, "doses_given"))
    found["relative_dose_intensity_mean"] = _dose_intensity(patients)
    found["grade34_rate"] = _severe_toxicity(patients)
    found["toxic_death_rate"] = _toxic_deaths(patients)
    return _without_measurable_disease(found) if landmarks.rfs_months else found


def _relapse_free(curve: KaplanMeier, landmarks: Landmarks, until: float) -> dict[str, Estimate]:
    """Relapse-free survival, for which a curve to relapse or death stands where there was a resection."""
    if not landmarks.rfs_months:
        why = "relapse is counted only after complete resection"
        return {"rfs_median_months": undefined(why, "none")}
    rates = {
        f"rfs_rate_{month}m": _rate_at(curve, month * DAYS_PER_MONTH, until) for month in landmarks.rfs_months
    }
    return {"rfs_median_months": in_months(median_survival(curve)), **rates}


def _without_measurable_disease(found: dict[str, Estimate]) -> dict[str, Estimate]:
    """The same measures with response and progression undefined."""
    stems = ("orr", "cr_", "pr_", "sd_", "pd_", "ne_", "pfs_", "ttp_", "dor_")
    nothing = undefined(NO_MEASURABLE_DISEASE, "none")
    return {name: nothing if name.startswith(stems) else one for name, one in found.items()}


def response_rates(patients: pl.DataFrame) -> dict[str, Estimate]:
    """Rates of best response among all evaluable patients; those without a scan after the
    baseline (NE) count as no response.

    Units: [fraction].
    """
    counts = {name: int((patients["best_response"] == name).sum()) for name in RESPONSES}
    total = patients.height
    rates = {"orr": exact_interval(counts["CR"] + counts["PR"], total)}
    for name in RESPONSES:
        rates[f"{name.lower()}_rate"] = exact_interval(counts[name], total)
    return rates


def is_rate(name: str) -> bool:
    """Whether a metric is a fraction of the patients."""
    return name == "orr" or "_rate" in name


def survival_columns(patients: pl.DataFrame, endpoint: str) -> tuple[list[float], list[bool]]:
    """Days and event flags of one endpoint (`os`, `pfs`, `ttp`, `dor`), patients without a time left out."""
    rows = patients.select(
        pl.col(f"{endpoint}_days").cast(pl.Float64).alias("days"),
        pl.col(f"{endpoint}_event").cast(pl.Boolean).fill_null(False).alias("event"),
    ).filter(pl.col("days").is_not_null() & pl.col("days").is_not_nan())
    return rows["days"].to_list(), rows["event"].to_list()


def in_months(days: Estimate) -> Estimate:
    """The same estimate counted in months."""
    estimate, low, high = (
        None if value is None else value / DAYS_PER_MONTH for value in (days.estimate, days.low, days.high)
    )
    return replace(days, estimate=estimate, low=low, high=high)


def _rate_at(curve: KaplanMeier, day: float, until: float) -> Estimate:
    """The curve at a landmark, unless the data cut-off comes before it for every patient.

    A curve falls to zero where the last patient followed has the event; nothing is known of later days.
    """
    rate = survival_at(curve, day)
    is_beyond = curve.patients > 0 and day > until + SAME_TIME
    if is_beyond or (rate.estimate is None and rate.why.startswith("follow-up ends")):
        return undefined(BEYOND_FOLLOW_UP, rate.method, rate.level)
    return rate


def _longest_follow_up(patients: pl.DataFrame) -> float:
    """How long the patient was followed, or would have been if alive, whose follow-up is the longest.

    Units: [day since the patient's first dose]; infinite where the planned follow-up is not known.
    """
    known = _column(patients, "follow_up_days") if "follow_up_days" in patients.columns else []
    return max(known, default=math.inf)


def _response_duration(patients: pl.DataFrame) -> Estimate:
    days, events = survival_columns(patients, "dor")
    if not days:
        return undefined("nobody responded", "log-log band, Brookmeyer-Crowley")
    return in_months(median_survival(kaplan_meier(days, events)))


def _toxic_deaths(patients: pl.DataFrame) -> Estimate:
    if "death_cause" not in patients.columns:
        return undefined("deaths are counted for the whole strategy", "none")
    deaths = int((patients["death_cause"].cast(pl.String) == "treatment").sum())
    return exact_interval(deaths, patients.height)


def _severe_toxicity(patients: pl.DataFrame) -> Estimate:
    """The rate of patients with toxicity of grade 3 or 4, where the treatment drives any toxicity."""
    grades = _column(patients, "worst_grade") if "worst_grade" in patients.columns else []
    if not grades:
        return undefined("no toxicity that is followed is driven by the treatment", "none")
    return exact_interval(sum(grade >= SEVERE for grade in grades), len(grades))


def _dose_intensity(patients: pl.DataFrame) -> Estimate:
    """Dose per time as a fraction of the plan, over the patients to whom any was due. Units: [fraction]."""
    name = "relative_dose_intensity"
    known = _column(patients, name) if name in patients.columns else []
    return mean_interval(known) if known else undefined("no dose was due", "none")


def _column(patients: pl.DataFrame, name: str) -> list[float]:
    return patients[name].cast(pl.Float64).drop_nulls().to_list()
