"""What became of simulated patients, as arrays that many virtual trials draw from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from trialkine.trial.result import TrialResult

Array = np.ndarray[Any, np.dtype[Any]]

KEYS = ("trial", "patient")
RESPONSES = ("CR", "PR")
UNCONFIRMED, CONFIRMED = "UPD", "PD"  # of progression, where it must be confirmed
SAME_DAY = 1e-6


@dataclass(frozen=True)
class ArmOutcomes:
    """The patients of one arm under each set of parameters, by day since their own first day.

    `response_day` is the day on which a response was seen, and confirmed where that is asked for, infinite
    without one; `settled_day` the day from which no response can come any more. `progression_day` dates
    progression or death, and `certain_day` is when that was known: later, where progression must be
    confirmed. `scan_days` are those of adequate scans, padded with infinity. `is_usable` is false where the
    simulation failed.

    Units: days [day]. Shape: (member, patient), scan_days (member, patient, scan).
    """

    is_usable: Array
    response_day: Array
    settled_day: Array
    death_day: Array
    progression_day: Array
    certain_day: Array
    last_day: Array
    scan_days: Array

    @property
    def members(self) -> int:
        """How many sets of parameters there are."""
        return len(self.is_usable)

    @property
    def usable(self) -> int:
        """Patients that every member has."""
        return int(self.is_usable.sum(axis=1).min())

    def response_rates(self, within: float) -> Array:
        """Each member's share of patients who respond within some days. Shape: returns (member,)."""
        has = responds_within(self.response_day, within) & self.is_usable
        return np.asarray(has.sum(axis=1) / np.maximum(self.is_usable.sum(axis=1), 1))


@dataclass(frozen=True)
class DoseOutcomes:
    """Toxicity of one dose: the day it became dose-limiting, and until when each patient was watched.

    Units: days [day], infinite for no toxicity. Shape: (member, patient).
    """

    is_usable: Array
    toxic_day: Array
    watched_until: Array

    @property
    def members(self) -> int:
        """How many sets of parameters there are."""
        return len(self.is_usable)

    @property
    def usable(self) -> int:
        """Patients that every member has."""
        return int(self.is_usable.sum(axis=1).min())


def responds_within(response_day: Array, within: float) -> Array:
    """Whether a response was seen so soon; `within` may be infinite. Units: [day]."""
    return np.isfinite(response_day) & (response_day <= within)


def arm_outcomes(result: TrialResult, arm: str) -> ArmOutcomes:
    """The outcomes of an arm, its repetitions as members."""
    rows = _rows(result, arm)
    confirm = result.protocol.assessments.confirm_after
    seen = _response_days(result, arm, None if confirm is None else confirm.days)
    rows = rows.join(seen, on=list(KEYS), how="left", maintain_order="left")
    shape = _shape(rows)

    def column(name: str) -> Array:
        found = rows[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
        return np.asarray(found, dtype=np.float64).reshape(shape)

    last = np.nan_to_num(column("os_days"))
    death = np.where(column("os_event") > 0.5, last, np.inf)
    progression = np.where(column("pfs_event") > 0.5, column("pfs_days"), np.inf)
    certain = np.maximum(progression, _confirming_days(result, arm, rows, last.ravel()).reshape(shape))
    response = np.nan_to_num(column("seen_day"), nan=np.inf)
    return ArmOutcomes(
        is_usable=(rows["status"] == "ok").to_numpy().reshape(shape),
        response_day=response,
        settled_day=np.minimum(response, np.minimum(certain, last)),
        death_day=death,
        progression_day=progression,
        certain_day=certain,
        last_day=last,
        scan_days=_scan_days(result, arm, rows).reshape(*shape, -1),
    )


def dose_outcomes(result: TrialResult, arm: str, grade: int, counted: frozenset[str]) -> DoseOutcomes:
    """The dose-limiting toxicity of an arm whose patients were followed just as long as they are watched.

    `counted` are the toxicities that limit the dose.
    """
    rows = _rows(result, arm)
    worst = (
        result.adverse_events.filter(
            (pl.col("arm") == arm) & (pl.col("grade") >= grade) & pl.col("toxicity").is_in(sorted(counted))
        )
        .group_by(KEYS)
        .agg(pl.col("worst_day").min().alias("toxic_day"))
    )
    rows = rows.join(worst, on=list(KEYS), how="left", maintain_order="left")
    shape = _shape(rows)
    toxic = rows["toxic_day"].cast(pl.Float64).fill_null(np.inf).to_numpy().reshape(shape)
    return DoseOutcomes(
        is_usable=(rows["status"] == "ok").to_numpy().reshape(shape),
        toxic_day=toxic,
        watched_until=rows["os_days"].cast(pl.Float64).fill_null(0.0).to_numpy().reshape(shape),
    )


def _rows(result: TrialResult, arm: str) -> pl.DataFrame:
    return result.patients.filter(pl.col("arm") == arm).sort(KEYS)


def _shape(rows: pl.DataFrame) -> tuple[int, int]:
    members = rows["trial"].n_unique()
    return members, rows.height // members


def _response_days(result: TrialResult, arm: str, confirm: float | None) -> pl.DataFrame:
    """The day on which each responder was known to respond, on whichever line it was first."""
    found = result.lines.filter((pl.col("arm") == arm) & pl.col("best_response").is_in(RESPONSES)).select(
        *KEYS, "line", pl.col("response_day").cast(pl.Float64)
    )
    if confirm is None:
        return found.group_by(KEYS).agg(pl.col("response_day").min().alias("seen_day"))
    shown = result.visits.filter((pl.col("arm") == arm) & pl.col("response").is_in(RESPONSES)).select(
        *KEYS, "day"
    )
    return (
        found.join(shown, on=list(KEYS), how="inner")
        .filter(pl.col("day") >= pl.col("response_day") + confirm - SAME_DAY)
        .group_by(KEYS)
        .agg(pl.col("day").min().alias("seen_day"))
    )


def _confirming_days(result: TrialResult, arm: str, rows: pl.DataFrame, last: Array) -> Array:
    """The day on which a progression that was unconfirmed at first became certain; 0 for all others.

    That is the scan that confirmed it, or the last day of a patient whom no scan after it cleared.
    Units: last, returns [day]. Shape: last and returns (row,).
    """
    keyed = rows.select(*KEYS, pl.col("pfs_days").cast(pl.Float64).alias("dated"))
    read = (
        result.visits.filter((pl.col("arm") == arm) & pl.col("response").is_in((UNCONFIRMED, CONFIRMED)))
        .select(*KEYS, "response", pl.col("day").cast(pl.Float64))
        .join(keyed, on=list(KEYS), how="inner")
    )
    opens = (pl.col("response") == UNCONFIRMED) & ((pl.col("day") - pl.col("dated")).abs() < SAME_DAY)
    confirms = (pl.col("response") == CONFIRMED) & (pl.col("day") >= pl.col("dated"))
    found = read.group_by(KEYS).agg(
        opens.any().alias("is_open"), pl.col("day").filter(confirms).min().alias("confirmed")
    )
    joined = rows.select(*KEYS).join(found, on=list(KEYS), how="left", maintain_order="left")
    is_open = joined["is_open"].fill_null(value=False).to_numpy()
    confirmed = joined["confirmed"].cast(pl.Float64).fill_null(np.inf).to_numpy()
    return np.where(is_open, np.minimum(confirmed, last), 0.0)


def _scan_days(result: TrialResult, arm: str, rows: pl.DataFrame) -> Array:
    """The days of adequate scans of each row's patient, in order, padded. Shape: (row, scan)."""
    numbered = rows.select(*KEYS).with_row_index("row")
    scans = (
        result.visits.filter((pl.col("arm") == arm) & (pl.col("response") != "NE"))
        .select(*KEYS, pl.col("day").cast(pl.Float64))
        .join(numbered, on=list(KEYS), how="inner")
        .sort("row", "day")
        .with_columns(place=pl.int_range(pl.len()).over("row"))
    )
    width = int(scans["place"].max() or 0) + 1 if scans.height else 1  # type: ignore[arg-type]
    days = np.full((rows.height, width), np.inf)
    days[scans["row"].to_numpy(), scans["place"].to_numpy()] = scans["day"].to_numpy()
    return days
