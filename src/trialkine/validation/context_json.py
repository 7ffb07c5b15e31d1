"""A credibility review's data for other programs, in a layout with a version."""

from __future__ import annotations

import json
from typing import Any

from trialkine.report.words import BANNER
from trialkine.validation.assumed_numbers import Assumptions
from trialkine.validation.context import Credibility
from trialkine.validation.coverage import Comparison, Coverage, summarise_rows
from trialkine.validation.ledger import Ledger
from trialkine.validation.ledger_words import in_order

SCHEMA = 1


def context_text(found: Credibility) -> str:
    """The data as JSON text, always the same for the same data."""
    return json.dumps(context_record(found), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def context_record(found: Credibility) -> dict[str, Any]:
    """The data as plain data: shares in fractions, undefined values null."""
    return {
        "schema": SCHEMA,
        "notice": BANNER,
        "question_of_interest": found.question,
        "context_of_use": found.use,
        "drafted_by_the_program": {
            "question_of_interest": found.is_question_drafted,
            "context_of_use": found.is_use_drafted,
        },
        "model_influence": found.influence,
        "decision_consequence": found.consequence,
        "agents": list(found.agents),
        "diseases": list(found.diseases),
        "assumptions": _assumptions(found.assumptions),
        "verification": {
            "versions": dict(found.versions),
            "solvers": found.solvers,
            "suites": [vars(suite) for suite in found.verification.suites],
            "results": [
                {**vars(result), "date": result.date.isoformat()} for result in found.verification.results
            ],
        },
        "validation": {
            "leave_out": found.ledger.leave_out,
            "trials_of": found.ledger.trials_of,
            "about": dict(found.ledger.about),
            "coverage": _coverage(found.ledger),
        },
        "uncertainty": [
            {"layer": layer.name, "held": layer.is_held, "how": layer.words, "numbers": dict(layer.numbers)}
            for layer in found.layers
        ],
        "limits_of_use": [
            {"name": limit.name, "rule": limit.rule, "found": list(limit.found)} for limit in found.limits
        ],
    }


def _assumptions(found: Assumptions) -> dict[str, Any]:
    return {
        "kinds": dict(found.kinds),
        "by": [{"name": scope.name, "kinds": dict(scope.kinds)} for scope in found.scopes],
        "assumed": [
            {
                "name": one.name,
                "value": one.value,
                "unit": one.unit,
                "low": one.low or None,
                "high": one.high or None,
                "source": one.source,
                "where": one.where,
                "of": list(one.scopes),
            }
            for one in found.assumed
        ],
    }


def _coverage(ledger: Ledger) -> list[dict[str, Any]]:
    """Coverage and comparisons of every disease, use and group of outcomes."""
    return [
        {
            "disease": disease,
            "use": group.use,
            "outcome": group.group,
            "numbers": group.rows,
            "families": group.families,
            "coverage": [_level(one) for one in group.coverage],
            "against": [_pool(one) for one in group.comparisons],
        }
        for disease in in_order([row.disease for row in ledger.rows])
        for group in summarise_rows([row for row in ledger.rows if row.disease == disease])
    ]


def _level(found: Coverage) -> dict[str, Any]:
    return {
        "level": found.level,
        "inside": found.inside,
        "share": found.share,
        "share_by_family": found.share_by_family,
        "low": found.low,
        "high": found.high,
    }


def _pool(found: Comparison) -> dict[str, Any]:
    return {
        "pool": found.baseline,
        "unit": found.unit,
        "numbers": found.rows,
        "crps": found.crps,
        "pool_crps": found.baseline_crps,
    }
