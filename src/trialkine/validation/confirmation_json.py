"""What a single arm says of its controlled trial, as data in a layout with a version."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from trialkine.calibration.confirm import Confirmation
from trialkine.calibration.confirmation import SingleArm, Verdict
from trialkine.report.words import BANNER
from trialkine.validation.confirmation_words import assumptions, headline, reasons, warning

SCHEMA = 1
BY_THEMSELVES = (
    "before", "after", "naive", "treated", "control", "treated_alone", "control_alone", "gain",
    "without_drug", "lost_without_background", "ridge", "found_difference", "found_single",
)  # fmt: skip


def confirmation_text(found: Confirmation, later: tuple[SingleArm, SingleArm] | None = None) -> str:
    """The data as JSON text, always the same for the same data."""
    return json.dumps(confirmation_record(found, later), indent=2, ensure_ascii=False) + "\n"


def confirmation_record(
    found: Confirmation, later: tuple[SingleArm, SingleArm] | None = None
) -> dict[str, Any]:
    """The data as plain data: shares in fractions, undefined values null."""
    verdict = found.verdict
    parts = {name: getattr(verdict, name) for name in BY_THEMSELVES}
    return {
        "schema": SCHEMA,
        "notice": BANNER,
        "title": found.protocol.title,
        "arm": found.arm,
        "drugs": list(found.drugs),
        "backgrounds": list(found.backgrounds),
        "background_share": found.share,
        "single_arm": asdict(verdict.single),
        "controlled_trial": asdict(verdict.trial),
        "plan": asdict(found.plan),
        "warning": warning(found),
        "answer": headline(found),
        "reasons": list(reasons(found)),
        "assumptions": list(assumptions(found)),
        **{name: None if part is None else _finite(asdict(part)) for name, part in parts.items()},
        "least_significant_difference": verdict.least_difference,
        "by_prior_probability_of_activity": [list(pair) for pair in verdict.by_prior],
        "weak_background": _weak(verdict),
        "prior_predictive_tail": verdict.tail,
        "drug_alone_able": found.able,
        "drug_may_equal": list(found.copies),
        "numbers": [
            {"name": one.name, "low": one.low, "high": one.high, "unit": one.unit, "spread_kept": kept}
            for one, kept in zip(found.numbers, verdict.kept, strict=True)
        ],
        "held": [asdict(one) for one in found.held],
        "found_later": None if later is None else [asdict(one) for one in later],
    }


def _weak(verdict: Verdict) -> dict[str, Any] | None:
    if verdict.weak_background is None:
        return None
    rate, answer = verdict.weak_background
    return {"at_most_on_placebo": rate, **asdict(answer)}


def _finite(part: dict[str, Any]) -> dict[str, Any]:
    """Infinite Bayes factors have no number in JSON."""
    return {key: None if value == float("inf") else value for key, value in part.items()}
