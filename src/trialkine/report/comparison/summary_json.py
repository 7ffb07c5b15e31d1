"""`compare.json`: the numbers of a comparison for other programs, in a layout with a version."""

from __future__ import annotations

import json
from typing import Any

from trialkine.report.comparison.cautions import cautions
from trialkine.report.comparison.compare import ArmComparison, Contrast
from trialkine.report.comparison.measures import Measures
from trialkine.report.comparison.over_trials import Untold
from trialkine.report.words import BANNER
from trialkine.statistics.estimate import Estimate, TestResult
from trialkine.statistics.number_needed import NumberNeeded

SCHEMA = 1


def comparison_text(comparison: ArmComparison) -> str:
    """The comparison as JSON text, always the same for the same runs."""
    record = comparison_record(comparison)
    return json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def comparison_record(comparison: ArmComparison) -> dict[str, Any]:
    """The comparison as plain data: rates in fractions, times in months, undefined values null with a why."""
    question = comparison.question
    return {
        "schema": SCHEMA,
        "notice": BANNER,
        "endpoint": question.endpoint,
        "endpoint_name": comparison.endpoint,
        "landmark_months": comparison.landmark_months,
        "until_months": comparison.until_months,
        "until_is": "as asked for" if question.until else "the shortest last follow-up",
        "level": question.level,
        "intervals_are": "predictive" if comparison.is_predictive else "confidence",
        "trials": comparison.trials,
        "reference": comparison.reference.name,
        "cautions": list(cautions(comparison).all),
        "runs": [
            {
                "name": run.name,
                "title": run.title,
                "disease": run.provenance.disease,
                "seed": run.provenance.seed,
                "excluded_fraction": list(run.provenance.case_mix),
                "ensemble": run.provenance.ensemble or None,
                "version": run.provenance.version,
            }
            for run in comparison.runs
        ],
        "arms": [
            {
                "name": one.arm.name,
                "run": one.arm.run.name,
                "arm": one.arm.arm,
                "patients": one.patients,
                "events": one.events,
                "measures": _measures(one.measures, one.untold),
            }
            for one in comparison.arms
        ],
        "contrasts": [_contrast(contrast) for contrast in comparison.contrasts],
    }


def _contrast(contrast: Contrast) -> dict[str, Any]:
    record: dict[str, Any] = {
        "arm": contrast.arm.name,
        "reference": contrast.reference.name,
        "kind": "independent" if contrast.paired is None else "paired",
        "patients": [contrast.arm.evaluable.height, contrast.reference.evaluable.height],
        "measures": _measures(contrast.measures, contrast.untold),
        "number_needed": {
            "at_landmark": _needed(contrast.needed_at_landmark),
            "for_response": _needed(contrast.needed_for_response),
        },
        "logrank" if contrast.paired is None else "response_test": _test(contrast.test),
        "significant_share": None
        if contrast.significant_share is None
        else _estimate(contrast.significant_share),
    }
    if contrast.paired is None:
        return record | {"why_not_paired": contrast.why_not_paired}
    names = ("both", "arm_only", "reference_only", "neither")
    counts = contrast.paired.responses
    return record | {
        "pairs": contrast.paired.rows.height,
        "fates": {fate.value: count for fate, count in contrast.paired.fates.items()},
        "responses": None if counts is None else dict(zip(names, counts, strict=True)),
    }


def _measures(measures: Measures, untold: Untold) -> dict[str, Any]:
    """Every measure; of a repeated trial also how many trials gave none, and how many ratios have one end."""
    records: dict[str, Any] = {name: _estimate(found) for name, found in measures.items()}
    if untold.trials > 1:
        for name in measures:
            records[name]["trials_without"] = untold.without.get(name, 0)
        if "hazard_ratio" in measures:
            records["hazard_ratio"] |= {"trials_at_zero": untold.zero, "trials_at_infinity": untold.infinite}
    return records


def _estimate(found: Estimate) -> dict[str, Any]:
    record: dict[str, Any] = {
        "estimate": found.estimate,
        "low": found.low,
        "high": found.high,
        "level": found.level,
        "interval": found.interval,
        "method": found.method,
    }
    is_whole = None not in (found.estimate, found.low, found.high)
    return record if is_whole else record | {"why": found.why or "no value"}


def _test(found: TestResult) -> dict[str, Any]:
    record: dict[str, Any] = {"method": found.method, "p_value": found.p_value}
    return record if found.p_value is not None else record | {"why": found.why}


def _needed(found: NumberNeeded) -> dict[str, Any]:
    """Positive to benefit, negative to harm, null infinite or undefined (then with a why)."""
    record: dict[str, Any] = {
        "number": found.number,
        "low": found.low,
        "high": found.high,
        "passes_infinity": found.passes_infinity,
        "level": found.level,
    }
    if found.number is not None and found.has_interval:
        return record
    return record | {"why": found.why or "no difference"}
