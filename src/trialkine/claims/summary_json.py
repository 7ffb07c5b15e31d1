"""The verdicts for other programs, in a layout with a version."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from trialkine.claims.record import Judged
from trialkine.report.words import BANNER

if TYPE_CHECKING:
    from trialkine.claims.evaluate import Evaluation

SCHEMA = 1


def claims_text(evaluation: Evaluation) -> str:
    """The verdicts as JSON text, always the same for the same evaluation."""
    return json.dumps(claims_record(evaluation), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def claims_record(evaluation: Evaluation) -> dict[str, Any]:
    """The verdicts as plain data."""
    return {
        "schema": SCHEMA,
        "notice": BANNER,
        "seed": evaluation.seed,
        "counts": {verdict.value: count for verdict, count in evaluation.counts.items()},
        "reproduced_by_standing": dict(evaluation.reproduced_by_standing),
        "claims": [_claim(each) for each in evaluation.judged],
        "runs": [asdict(run) for run in evaluation.runs],
        "failures": dict(evaluation.failures),
    }


def _claim(each: Judged) -> dict[str, Any]:
    claim = each.claim
    return {
        "id": claim.id,
        "text": claim.text,
        "kind": claim.kind,
        "source": claim.source,
        "standing": claim.standing,
        "clinic": claim.clinic,
        "verdict": each.verdict.value,
        "why": each.why,
        "checks": [
            {
                "about": finding.about,
                "found": finding.found,
                "expected": finding.expected,
                "verdict": finding.verdict.value,
                "why": finding.why,
            }
            for finding in each.findings
        ],
    }
