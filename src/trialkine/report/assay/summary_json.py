"""The `summary.json` of an assay: every number of the report, for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from trialkine.assay.substances import SUBSTANCES
from trialkine.report.words import BANNER

if TYPE_CHECKING:
    from trialkine.assay.run import AssayResult
    from trialkine.assay.summary import AssaySummary
    from trialkine.statistics.estimate import Estimate

SCHEMA = 1


def assay_summary_data(result: AssayResult, summary: AssaySummary) -> dict[str, Any]:
    """The summary as plain data; the same assay gives the same data."""
    return {
        "schema": SCHEMA,
        "notice": BANNER,
        "title": result.protocol.title,
        "assay": result.protocol.assay,
        "donors": result.groups,
        "seed": result.seed,
        "file_content_hash": result.protocol.content_hash,
        "model_hash": result.model_hash,
        "levels": [
            {
                "group": one.group, "well": one.label, "read_out": one.read_out, "hour": one.hour,
                "mean": _estimate(one.mean), "quartiles": list(one.quartiles),
            }
            for one in summary.levels
        ],
        "cuts": [
            {"read_out": cut.read_out, "level": cut.level, "mean": cut.mean, "sd": cut.sd}
            for cut in summary.cuts
        ],
        "responders": [
            {
                "group": row.group, "well": row.label, "responders": row.number, "donors": row.donors,
                "share": _estimate(row.share),
            }
            for row in summary.responders
        ],
        "dose_responses": [
            {
                "group": one.group, "series": one.plan, "substance": SUBSTANCES[one.substance].name,
                "unit": one.unit, "read_out": one.read_out, "hour": one.hour,
                "concentrations": list(one.concentrations), "means": [_estimate(mean) for mean in one.means],
                "ec50": _estimate(one.ec50),
            }
            for one in summary.dose_responses
        ],
        "patients_over_donors": [
            {"well": one.label, "read_out": one.read_out, "hour": one.hour, "ratio": _estimate(one.ratio)}
            for one in summary.ratios
        ],
        "published": [
            {
                **one.published.model_dump(mode="json"),
                "simulated_percent": _estimate(one.simulated),
            }
            for one in summary.beside
        ],
    }  # fmt: skip


def assay_summary_text(result: AssayResult, summary: AssaySummary) -> str:
    """The summary as JSON text."""
    return (
        json.dumps(assay_summary_data(result, summary), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    )


def _estimate(found: Estimate) -> dict[str, Any]:
    numbers = {"estimate": found.estimate, "low": found.low, "high": found.high}
    return {**numbers, "level": found.level, "method": found.method, "why": found.why}
