"""Finished runs for tests of comparisons: patients are set by their number, their courses by chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from report_sample_protocols import two_arm_text
from report_samples import TWO_ARMS, ArmSketch, sample_result
from trialkine.report.run_folder import write_run_folder
from trialkine.trial.result import TrialResult

TABLES = ("patients", "visits", "lesions", "lines", "exposure")


def same_patients(
    arms: Sequence[ArmSketch] = TWO_ARMS,
    *,
    patients: int = 40,
    replicates: int = 1,
    failed: int = 2,
    seed: int = 7,
) -> TrialResult:
    """A trial whose arms hold the same patients."""
    result = sample_result(arms, patients=patients, replicates=replicates, failed=failed, seed=seed)
    who = pl.col("patient") + 100 * pl.col("trial")
    return replace(
        result,
        patients=result.patients.with_columns(
            age=40.0 + who * 0.25,
            sex=pl.when(who % 3 == 0).then(pl.lit("female")).otherwise(pl.lit("male")),
            weight_kg=60.0 + who * 0.5,
            body_surface_m2=1.6 + who * 0.01,
            performance_status=(who % 2).cast(pl.Int64),
            baseline_sld_mm=50.0 + who,
        ),
    )


def other_patients(result: TrialResult, arm: str, by: int = 1000) -> TrialResult:
    """The same trial with other patients in one arm."""
    moved = {
        name: getattr(result, name).with_columns(
            patient=pl.when(pl.col("arm") == arm).then(pl.col("patient") + by).otherwise(pl.col("patient"))
        )
        for name in TABLES
    }
    return replace(result, **moved)


def renamed(result: TrialResult, names: dict[str, str]) -> TrialResult:
    """The same trial with other names of arms."""
    tables = {name: getattr(result, name).with_columns(pl.col("arm").replace(names)) for name in TABLES}
    return replace(result, arms=tuple(names.get(arm, arm) for arm in result.arms), **tables)


def write_run(result: TrialResult, folder: Path) -> Path:
    """The folder of a run, with the protocol of the samples."""
    return write_run_folder(result, folder, protocol_text=two_arm_text())
