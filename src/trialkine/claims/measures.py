"""Named measures, for claims that no published metric answers.

Each takes what a run gave, the arm it is asked about, and options written with the claim.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from trialkine.claims.explanations import (
    chance_of_series,
    deep_response,
    only_here,
    response_elsewhere,
    series_screened,
)
from trialkine.errors import InputError
from trialkine.records import DAYS_PER_MONTH
from trialkine.report.metrics import in_months, survival_columns
from trialkine.report.picks import evaluable
from trialkine.statistics.estimate import Estimate, undefined
from trialkine.statistics.proportions import exact_interval
from trialkine.statistics.survival import kaplan_meier, median_survival, survival_at

if TYPE_CHECKING:
    from trialkine.report.outcomes import Summary
    from trialkine.trial.result import TrialResult

RESPONDED = ["CR", "PR"]
HALF = 0.5
KEYS = ["trial", "patient"]
Options = Mapping[str, str | float]


@dataclass(frozen=True)
class Asked:
    """What a measure is asked about."""

    result: TrialResult
    summary: Summary
    arm: str
    line: int | None
    options: Options

    @property
    def patients(self) -> pl.DataFrame:
        """The arm's evaluable patients, or those who reached the line asked about, with its outcomes."""
        rows = evaluable(self.result.patients).filter(pl.col("arm") == self.arm)
        if self.line is None:
            return rows
        lines = self.result.lines.filter((pl.col("arm") == self.arm) & (pl.col("line") == self.line))
        return lines.join(rows.select(KEYS), on=KEYS, how="semi")

    def option(self, name: str) -> str | float:
        """One option.

        Raises: InputError, when the claim does not give it.
        """
        if name not in self.options:
            raise InputError(f"A claim asks for a measure without its option '{name}'. Add it to `options`.")
        return self.options[name]


@dataclass(frozen=True)
class Measure:
    """A function and how its number is printed: fraction, months, days or number."""

    find: Callable[[Asked], Estimate]
    style: str


def stopped_share(asked: Asked) -> Estimate:
    """The share of repeated trials that the design's rule stops at the first stage."""
    from trialkine.design.two_stage import Verdict

    for verdict in asked.summary.verdicts:
        if verdict.arm == asked.arm:
            counts = dict(verdict.counts)
            return exact_interval(counts.get(Verdict.stopped, 0), sum(counts.values()))
    return undefined("the protocol states no design", "exact")


def response_in_third(asked: Asked) -> Estimate:
    """The response rate in the lowest or highest third of a value before treatment.

    Options: `third` (lowest, highest), `of` (a column of the patients' table, or a biomarker read at visits).
    """
    name, third = str(asked.option("of")), str(asked.option("third"))
    rows = _with_baseline(asked, name).sort("baseline", *KEYS)
    size = rows.height // 3
    if size == 0:
        return undefined(f"nobody has a value of {name} before treatment", "exact")
    part = rows.head(size) if third == "lowest" else rows.tail(size)
    return _response_rate(part)


def _with_baseline(asked: Asked, name: str) -> pl.DataFrame:
    rows = asked.patients
    if name in rows.columns:
        return rows.with_columns(baseline=pl.col(name)).filter(pl.col("baseline").is_not_null())
    visits = asked.result.visits
    if name not in visits.columns:
        raise InputError(f"No visit reads '{name}'. List it under the example's `assessments: biomarkers`.")
    first = (
        visits.filter((pl.col("arm") == asked.arm) & (pl.col("day") <= 0) & pl.col(name).is_not_null())
        .group_by(KEYS)
        .agg(pl.col(name).last().alias("baseline"))
    )
    return rows.join(first, on=KEYS, how="inner")


def _response_rate(rows: pl.DataFrame) -> Estimate:
    return exact_interval(int(rows["best_response"].is_in(RESPONDED).sum()), rows.height)


def volume_response(asked: Asked) -> Estimate:
    """The share of patients whose estimated tumour volume was once below half of that at the start.

    A lesion's volume goes with the cube of its diameter; no second scan confirms it, and new lesions do not
    count.
    """
    rows = evaluable(asked.result.patients).filter(pl.col("arm") == asked.arm)
    volumes = (
        asked.result.lesions.filter(pl.col("arm") == asked.arm)
        .group_by(*KEYS, "day")
        .agg((pl.col("diameter_mm") ** 3).sum().alias("volume"))
    )
    start = volumes.filter(pl.col("day") <= 0).rename({"volume": "start"}).drop("day")
    lowest = volumes.filter(pl.col("day") > 0).group_by(KEYS).agg(pl.col("volume").min())
    halved = lowest.join(start, on=KEYS).filter(pl.col("volume") < HALF * pl.col("start"))
    return exact_interval(rows.join(halved, on=KEYS, how="semi").height, rows.height)


def complete_share(asked: Asked) -> Estimate:
    """The share of responses that are complete."""
    responses = asked.patients.filter(pl.col("best_response").is_in(RESPONDED))
    return exact_interval(int((responses["best_response"] == "CR").sum()), responses.height)


def still_responding(asked: Asked) -> Estimate:
    """The share of responses that last a number of months.

    Options: `months`, and `response` (CR or PR) where only those are meant.
    """
    rows = asked.patients
    if "response" in asked.options:
        rows = rows.filter(pl.col("best_response") == str(asked.options["response"]))
    days, events = survival_columns(rows, "dor")
    if not days:
        return undefined("nobody responded", "log-log")
    return survival_at(kaplan_meier(days, events), float(asked.option("months")) * DAYS_PER_MONTH)


def stable_duration(asked: Asked) -> Estimate:
    """The median time to progression of patients whose best response is stable disease."""
    rows = asked.patients.filter(pl.col("best_response") == "SD")
    days, events = survival_columns(rows, "ttp")
    if not days:
        return undefined("nobody was stable", "log-log band, Brookmeyer-Crowley")
    return in_months(median_survival(kaplan_meier(days, events)))


def progressed_before(asked: Asked) -> Estimate:
    """The share of patients who progress before a number of weeks. Options: `weeks`."""
    rows = asked.patients
    before = rows.filter(pl.col("ttp_event") & (pl.col("ttp_days") < 7.0 * float(asked.option("weeks"))))
    return exact_interval(before.height, rows.height)


def start_of_line(asked: Asked) -> Estimate:
    """The median day on which a line of treatment began, of those who reached it."""
    days = asked.patients["start_day"].cast(pl.Float64).drop_nulls().to_list()
    if not days:
        return undefined("nobody reached the line", "log-log band, Brookmeyer-Crowley")
    return median_survival(kaplan_meier(days, [True] * len(days)))


def reached_line(asked: Asked) -> Estimate:
    """The share of an arm's patients who began a line of treatment."""
    everybody = evaluable(asked.result.patients).filter(pl.col("arm") == asked.arm)
    return exact_interval(asked.patients.height, everybody.height)


MEASURES: Mapping[str, Measure] = {
    "stopped_share": Measure(stopped_share, "fraction"),
    "response_in_third": Measure(response_in_third, "fraction"),
    "volume_response": Measure(volume_response, "fraction"),
    "complete_share": Measure(complete_share, "fraction"),
    "still_responding": Measure(still_responding, "fraction"),
    "stable_duration": Measure(stable_duration, "months"),
    "progressed_before": Measure(progressed_before, "fraction"),
    "start_of_line": Measure(start_of_line, "days"),
    "reached_line": Measure(reached_line, "fraction"),
    "deep_response": Measure(deep_response, "fraction"),
    "response_elsewhere": Measure(response_elsewhere, "fraction"),
    "only_here": Measure(only_here, "fraction"),
    "chance_of_series": Measure(chance_of_series, "fraction"),
    "series_screened": Measure(series_screened, "number"),
}
