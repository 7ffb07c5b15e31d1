"""One row per patient and pair of arms: what became of the same virtual patient under both."""

from __future__ import annotations

import polars as pl

from trialkine.report.adam import SYNTHETIC
from trialkine.report.comparison.compare import ArmComparison, Contrast
from trialkine.report.comparison.question import ENDPOINTS
from trialkine.report.comparison.shared_patients import REFERENCE

_OUTCOMES = {
    "best_response": pl.String,
    **{f"{endpoint}_days": pl.Float64 for endpoint in ENDPOINTS},
    **{f"{endpoint}_event": pl.Boolean for endpoint in ENDPOINTS},
}
_SCHEMA = {
    **dict.fromkeys(("arm", "reference"), pl.String),
    **dict.fromkeys(("trial", "patient"), pl.Int64),
    **{f"{name}{side}": kind for name, kind in _OUTCOMES.items() for side in ("", REFERENCE)},
    **dict.fromkeys(("fate", "SIMFL", "SYNTHETIC"), pl.String),
}


def pair_rows(comparison: ArmComparison) -> pl.DataFrame:
    """The rows of all pairs of arms that share their patients; times in days, `fate` within the window.

    Every row is marked as synthetic, as in the data sets of a run.
    """
    parts = [_rows(contrast) for contrast in comparison.contrasts]
    return pl.concat([pl.DataFrame(schema=_SCHEMA), *(part for part in parts if part is not None)])


def _rows(contrast: Contrast) -> pl.DataFrame | None:
    if contrast.paired is None:
        return None
    named = contrast.paired.rows.with_columns(
        pl.lit(contrast.arm.name).alias("arm"),
        pl.lit(contrast.reference.name).alias("reference"),
        pl.lit("Y").alias("SIMFL"),
        pl.lit(SYNTHETIC).alias("SYNTHETIC"),
    )
    return named.select(pl.col(name).cast(kind) for name, kind in _SCHEMA.items())
