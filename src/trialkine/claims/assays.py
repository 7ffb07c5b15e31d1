"""The numbers of an assay as nested data, so that a claim can name one of them by its path."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def assay_record(file: Path, donors: int | None, seed: int) -> dict[str, Any]:
    """Run an assay and give its numbers by name.

    `levels/WELL/GROUP/READ-OUT/HOUR` [as printed], `responders/WELL/GROUP` [fraction],
    `ratios/WELL/READ-OUT/HOUR` (patients over donors), `ec50/PLAN/GROUP/READ-OUT/HOUR` [unit of the series].
    """
    from trialkine.assay.checking import read_assay
    from trialkine.assay.run import run_assay
    from trialkine.assay.summary import summarise_assay

    summary = summarise_assay(run_assay(read_assay(file), donors=donors, seed=seed))
    record: dict[str, Any] = {"levels": {}, "responders": {}, "ratios": {}, "ec50": {}}
    for level in summary.levels:
        _put(record["levels"], level.mean, level.label, level.group, level.read_out, f"{level.hour:g}")
    for responders in summary.responders:
        _put(record["responders"], responders.share, responders.label, responders.group)
    for ratio in summary.ratios:
        _put(record["ratios"], ratio.ratio, ratio.label, ratio.read_out, f"{ratio.hour:g}")
    for curve in summary.dose_responses:
        _put(record["ec50"], curve.ec50, curve.plan, curve.group, curve.read_out, f"{curve.hour:g}")
    return record


def _put(record: dict[str, Any], value: object, *path: str) -> None:
    for part in path[:-1]:
        record = record.setdefault(part, {})
    record[path[-1]] = value
