"""Sets what the examples gave beside what was published: one row per record of `records.toml`."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from example_runs import ExampleRun
from trialkine.statistics.estimate import Estimate
from trialkine.statistics.proportions import exact_interval
from trialkine.statistics.survival import kaplan_meier, survival_at

RECORDS = Path(__file__).parent / "records.toml"
DAYS_PER_WEEK = 7.0
PERCENT = 100.0
NEVER_FITTED = "no"
MEASURES = {
    "orr": "responded [%]",
    "cr_rate": "complete responses [%]",
    "sd_rate": "stable [%]",
    "grade34_rate": "toxicity of grade 3 or worse [%]",
    "os_rate_12m": "alive at 12 months [%]",
    "rfs_rate_12m": "relapse-free at 12 months [%]",
    "rfs_rate_24m": "relapse-free at 24 months [%]",
    "rfs_rate_60m": "relapse-free at 60 months [%]",
    "pfs_rate": "progression-free at {weeks:.0f} weeks [%]",
    "pfs_median_months": "median progression-free survival [months]",
    "ttp_median_months": "median time to progression [months]",
    "os_median_months": "median survival [months]",
}


@dataclass(frozen=True)
class Record:
    """A published number about an arm. Units: rates [percent], medians [month], at_weeks [week]."""

    example: str
    arm: str
    metric: str
    value: float
    row: str
    used: str
    size: int | None = None
    line: int | None = None
    at_weeks: float | None = None

    @property
    def is_rate(self) -> bool:
        """Whether it is a share of patients."""
        return self.metric == "orr" or "_rate" in self.metric

    @property
    def words(self) -> str:
        """The measure and its unit."""
        weeks = self.at_weeks if self.at_weeks is not None else math.nan
        return MEASURES[self.metric].format(weeks=weeks)

    @property
    def interval(self) -> tuple[float, float] | None:
        """The exact 95 % interval of a published rate, where its patients are known."""
        if not self.is_rate or self.size is None:
            return None
        found = exact_interval(round(self.value * self.size / PERCENT), self.size)
        assert found.low is not None
        assert found.high is not None
        return PERCENT * found.low, PERCENT * found.high


@dataclass(frozen=True)
class Comparison:
    """A record and the simulated value in the same unit; numbers that are not known are None."""

    record: Record
    estimate: float | None
    low: float | None
    high: float | None

    @property
    def verdict(self) -> str:
        """Whether the published number and the simulated one can both be true.

        A rate agrees when the 95 % interval of the difference (Newcombe's, from the two intervals) holds
        zero; without a published count, and for medians, when the published number lies in the simulated
        interval. A median within a quarter of the simulated one is near.
        """
        if self.estimate is None or self.low is None:
            return "unknown"
        high = math.inf if self.high is None else self.high
        own = self.record.interval
        if own is not None:
            gap = self.estimate - self.record.value
            doubt = (
                math.hypot(self.estimate - self.low, own[1] - self.record.value)
                if gap > 0
                else math.hypot(high - self.estimate, self.record.value - own[0])
            )
            return "agrees" if abs(gap) <= doubt else self._side
        if self.low <= self.record.value <= high:
            return "agrees"
        is_near = not self.record.is_rate and abs(self.record.value / self.estimate - 1) <= 1 / 4
        return "near" if is_near else self._side

    @property
    def _side(self) -> str:
        assert self.estimate is not None
        return "too high" if self.estimate > self.record.value else "too low"


def read_records() -> tuple[Record, ...]:
    """Every record."""
    document = tomllib.loads(RECORDS.read_text(encoding="utf-8"))
    return tuple(Record(**record) for record in document["record"])


def compare(runs: Iterable[ExampleRun], records: Iterable[Record]) -> Iterator[Comparison]:
    """Every record of the examples that were run."""
    by_name = {run.name: run for run in runs}
    for record in records:
        if record.example in by_name:
            yield _compared(by_name[record.example], record)


def _compared(run: ExampleRun, record: Record) -> Comparison:
    arm = run.arms[record.arm]
    if record.at_weeks is not None:
        found = _read_curve(run, record)
        numbers = (found.estimate, found.low, found.high)
    else:
        metric = _metrics(arm, record.line)[record.metric]
        numbers = (metric["estimate"], metric["low"], metric["high"])
    scale = PERCENT if record.is_rate else 1.0
    return Comparison(record, *(None if number is None else scale * number for number in numbers))


def _metrics(arm: dict[str, Any], line: int | None) -> dict[str, Any]:
    if line is None:
        return dict(arm["metrics"])
    return dict(next(one for one in arm["lines"] if one["line"] == line)["metrics"])


def _read_curve(run: ExampleRun, record: Record) -> Estimate:
    """Progression-free survival at any week, from the data set of times to events."""
    times = pl.read_parquet(run.folder / "adam" / "ADTTE.parquet")
    own = times.filter((pl.col("TRTP") == record.arm) & (pl.col("LINE") == 0) & (pl.col("PARAMCD") == "PFS"))
    days = own["AVAL"].to_numpy()
    if set(own["AVALU"].unique()) != {"DAYS"}:
        raise ValueError("Times to events are not in days. Convert them here.")
    assert record.at_weeks is not None
    curve = kaplan_meier(days, own["CNSR"].to_numpy() == 0)
    return survival_at(curve, record.at_weeks * DAYS_PER_WEEK)


def comparison_rows(comparisons: Iterable[Comparison]) -> Iterator[str]:
    """The rows of a markdown table."""
    yield "| example | arm | measure | published | simulated | fitted to it | verdict |"
    yield "|---|---|---|---|---|---|---|"
    for found in comparisons:
        record = found.record
        line = "" if record.line is None else f", line {record.line}"
        yield (
            f"| {record.example} | {record.arm}{line} | {record.words} | {_published(record)} "
            f"| {_simulated(found)} | {record.used} | {found.verdict} |"
        )


def _published(record: Record) -> str:
    interval = record.interval
    limits = "" if interval is None else f" ({interval[0]:.0f} to {interval[1]:.0f}, n = {record.size})"
    return f"{record.value:g}{limits}, {record.row}"


def _simulated(found: Comparison) -> str:
    if found.estimate is None:
        return "not reached"
    if found.low is None or found.high is None:
        return f"{found.estimate:.1f}"
    return f"{found.estimate:.1f} ({found.low:.1f} to {found.high:.1f})"
