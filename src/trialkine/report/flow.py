"""Where patients went: drawn, turned away, enrolled, failed, lost, followed to the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from trialkine.report.picks import evaluable

if TYPE_CHECKING:
    from trialkine.trial.result import TrialResult


@dataclass(frozen=True)
class ArmFlow:
    """The patients of one arm over all repetitions of the trial, counted by how they left.

    `products` counts what became of products made to order, by outcome; `background`, by agent, who received
    background treatment.
    """

    arm: str
    enrolled: int
    failed: int
    evaluable: int
    died: int
    died_of_treatment: int
    dropped_out: int
    censored: int
    no_scan: int
    lines: tuple[tuple[int, str, int], ...]
    products: tuple[tuple[str, int], ...] = ()
    background: tuple[tuple[str, int], ...] = ()


def arm_flows(result: TrialResult) -> list[ArmFlow]:
    """The flow through every arm."""
    flows = []
    for arm in result.arms:
        own = result.patients.filter(pl.col("arm") == arm)
        healthy = evaluable(own)
        is_dead = healthy["os_event"].fill_null(False).cast(pl.Boolean)
        lost = healthy.filter(
            ~pl.col("os_event").fill_null(False) & (pl.col("off_study_reason").cast(pl.String) == "dropout")
        )
        reached = (
            result.lines.join(
                healthy.select("arm", "trial", "patient"), on=["arm", "trial", "patient"], how="semi"
            )
            .group_by("line", "agent")
            .len()
            .sort("line", "agent")
        )
        died = int(is_dead.sum())
        flows.append(
            ArmFlow(
                arm=arm,
                enrolled=own.height,
                failed=own.height - healthy.height,
                evaluable=healthy.height,
                died=died,
                died_of_treatment=int((healthy["death_cause"].cast(pl.String) == "treatment").sum()),
                dropped_out=lost.height,
                censored=healthy.height - died - lost.height,
                no_scan=int((healthy["best_response"] == "NE").sum()),
                lines=tuple(
                    (int(line), str(agent), int(count)) for line, agent, count in reached.iter_rows()
                ),
                products=_counts(healthy, "product_outcome"),
                background=_counts(_background(result, healthy), "agent"),
            )
        )
    return flows


def _background(result: TrialResult, patients: pl.DataFrame) -> pl.DataFrame:
    """One row per patient and agent given as background treatment."""
    keys = ["arm", "trial", "patient"]
    if "is_background" not in result.exposure.columns:
        return result.exposure.clear()
    rows = result.exposure.filter(pl.col("is_background") & (pl.col("given") > 0))
    return rows.join(patients.select(keys), on=keys, how="semi").unique([*keys, "agent"])


def _counts(rows: pl.DataFrame, column: str) -> tuple[tuple[str, int], ...]:
    """How often each text occurs in a column, where there is such a column; the most frequent first."""
    if column not in rows.columns:
        return ()
    found = rows.select(pl.col(column).cast(pl.String)).drop_nulls().group_by(column).len()
    return tuple(
        (str(text), int(count))
        for text, count in found.sort("len", column, descending=[True, False]).iter_rows()
    )


def failures_by_arm(result: TrialResult) -> list[tuple[str, str, int]]:
    """Arm, reason and number of the patients that the solver could not finish."""
    rows = (
        result.patients.filter(pl.col("status") != "ok")
        .group_by("arm", "status")
        .len()
        .sort("arm", "len", "status")
    )
    return [(str(arm), str(reason), int(count)) for arm, reason, count in rows.iter_rows()]
