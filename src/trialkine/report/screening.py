"""Who was screened and who was enrolled: medians and shares of both, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trialkine.report.tables import Row, Table
from trialkine.report.words import Cell, whole

if TYPE_CHECKING:
    from trialkine.trial.result import TrialResult

MEDIANS = {
    "age": "Age, years",
    "weight_kg": "Weight, kg",
    "creatinine": "Creatinine, mg/dL",
    "bilirubin": "Bilirubin, mg/dL",
    "neutrophils": "Neutrophils, 1/nL",
    "platelets": "Platelets, 1/nL",
    "expected_survival_days": "Expected survival, days",
}
SHARES = {
    "is_male": "Men",
    "has_lung_lesions": "Lung metastases",
    "has_liver_lesions": "Liver metastases",
    "has_bone_lesions": "Bone metastases",
    "has_lymph_node_lesions": "Lymph node metastases",
}
LEVELS = {"performance_status": "Performance status", "prior_lines": "Earlier lines of treatment"}


@dataclass(frozen=True)
class BaselineRow:
    """One characteristic among the screened and the enrolled, in words."""

    name: str
    screened: str
    enrolled: str


def screening_rows(result: TrialResult) -> list[BaselineRow]:
    """Every characteristic in which the first trial's candidates differ; nothing where none were kept."""
    everyone = result.screening
    if everyone is None or not everyone.height:
        return []
    enrolled = everyone.filter(pl.col("is_enrolled"))
    found = [BaselineRow("Patients", whole(everyone.height), whole(enrolled.height))]
    for column, name in MEDIANS.items():
        if column in everyone.columns:
            found.append(BaselineRow(name, _median(everyone, column), _median(enrolled, column)))
    for column, name in SHARES.items():
        if column in everyone.columns and everyone[column].any():
            found.append(BaselineRow(name, _share(everyone[column]), _share(enrolled[column])))
    for column, name in LEVELS.items():
        levels = sorted(everyone[column].unique().to_list()) if column in everyone.columns else []
        for level in levels if len(levels) > 1 else ():
            both = (_share(rows[column] == level) for rows in (everyone, enrolled))
            found.append(BaselineRow(f"{name} {level}", *both))
    return found


def screening_table(result: TrialResult) -> Table | None:
    """Screened against enrolled; absent where no candidates were kept."""
    rows = tuple(Row(row.name, (Cell(row.screened), Cell(row.enrolled))) for row in screening_rows(result))
    if not rows:
        return None
    first = " of the first trial" if result.replicates > 1 else ""
    return Table(
        f"Everybody drawn and those enrolled{first}: medians with quartiles, or shares",
        ("Characteristic", "Drawn", "Enrolled"),
        rows,
        (
            "The drawn are all virtual candidates up to the last patient enrolled, at most 20,000 of them. "
            "Why others were turned away is counted above, by the first reason that applied.",
        ),
    )


def _median(rows: pl.DataFrame, column: str) -> str:
    values = rows[column].cast(pl.Float64)
    if not rows.height:
        return "nobody"
    low, middle, high = (values.quantile(share, "linear") or 0.0 for share in (0.25, 0.5, 0.75))
    return f"{middle:.3g} ({low:.3g} to {high:.3g})"


def _share(flags: pl.Series) -> str:
    if not len(flags):
        return "nobody"
    return f"{100 * np.mean(flags.to_numpy()):.0f} %"
