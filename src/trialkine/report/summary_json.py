"""`summary.json`: the numbers of a finished trial for other programs, in a layout with a version."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from trialkine.records import DAYS_PER_WEEK
from trialkine.report.adverse_events import ArmToxicity, arm_toxicities, toxicity_record
from trialkine.report.answer import answer
from trialkine.report.baseline_thirds import BaselineThird
from trialkine.report.contrasts import ArmContrast
from trialkine.report.criteria_scores import CriterionScore
from trialkine.report.metrics import Metrics
from trialkine.report.operating_record import operating_record
from trialkine.report.outcomes import GroupOutcomes, Summary
from trialkine.report.times import whole_or_decimal
from trialkine.report.verdict import ArmVerdict
from trialkine.report.words import BANNER
from trialkine.statistics.estimate import Estimate, TestResult

if TYPE_CHECKING:
    from trialkine.trial.result import TrialResult

SCHEMA = 1


def summary_text(result: TrialResult, summary: Summary) -> str:
    """The summary as JSON text, always the same for the same result."""
    return json.dumps(summary_record(result, summary), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def summary_record(result: TrialResult, summary: Summary) -> dict[str, Any]:
    """The summary as plain data: rates in fractions, times in months, undefined values null with a why."""
    toxicities = {found.arm: found for found in arm_toxicities(result)}
    return {
        "schema": SCHEMA,
        "notice": BANNER,
        "title": summary.facts.title,
        "disease": summary.facts.disease,
        "arms_are": "counterfactual" if summary.facts.is_counterfactual else "randomised",
        "trials": summary.replicates,
        "seed": result.seed,
        "conditional_on": summary.conditional_on,
        "excluded_fraction": list(summary.case_mix),
        "answer": answer(summary).text,
        "arms": [
            {
                "name": arm.name,
                "n": arm.group.n,
                "simulated": arm.simulated,
                "failed": arm.failed,
                "best_responses": dict(arm.responses),
                "metrics": _metrics(arm.group),
                "lines": [
                    {
                        "line": line.line,
                        "agent": line.agent,
                        "n": line.group.n,
                        "metrics": _metrics(line.group),
                    }
                    for line in arm.lines
                ],
                "toxicity": _toxicity(toxicities[arm.name]),
                "criteria": [_score(score) for score in summary.scores if score.arm == arm.name],
                "thirds": [_third(third) for third in summary.thirds if third.arm == arm.name],
                "biomarker_tests": [
                    {
                        "biomarker": test.biomarker,
                        "week": whole_or_decimal(test.day / DAYS_PER_WEEK),
                        "day": whole_or_decimal(test.day),
                        "pairs": test.t_test.pairs,
                        "ratio": _estimate(test.t_test.ratio),
                        "t_test": _test(test.t_test.test),
                        "signed_rank": _test(test.signed_rank.test),
                    }
                    for test in arm.biomarker_tests
                ],
            }
            for arm in summary.arms
        ],
        "turned_away": dict(result.accounting.rejections),
        "contrasts": [_contrast(contrast) for contrast in summary.contrasts],
        "design": [_verdict(verdict) for verdict in summary.verdicts] + _rule_verdicts(summary),
        "operating_characteristics": None
        if summary.operating is None
        else operating_record(summary.operating),
    }


def _toxicity(found: ArmToxicity) -> dict[str, Any]:
    record = toxicity_record(found)
    for outcome in record["driven"]:
        outcome["grade_3_or_worse"] = _estimate(outcome["grade_3_or_worse"])
    return record


def _metrics(group: GroupOutcomes) -> dict[str, Any]:
    return {name: _metric(name, found, group.narrow) for name, found in group.metrics.items()}


def _metric(name: str, found: Estimate, narrow: Metrics) -> dict[str, Any]:
    record = _estimate(found)
    if name in narrow:
        record |= {"low_80": _finite(narrow[name].low), "high_80": _finite(narrow[name].high)}
    return record


def _estimate(found: Estimate) -> dict[str, Any]:
    record: dict[str, Any] = {
        "estimate": _finite(found.estimate),
        "low": _finite(found.low),
        "high": _finite(found.high),
        "level": found.level,
        "interval": found.interval,
        "method": found.method,
    }
    if None in (record["estimate"], record["low"], record["high"]):
        record["why"] = found.why or "no value"
    return record


def _test(found: TestResult) -> dict[str, Any]:
    record: dict[str, Any] = {"method": found.method, "p_value": _finite(found.p_value)}
    return record if found.p_value is not None else record | {"why": found.why}


def _contrast(contrast: ArmContrast) -> dict[str, Any]:
    record: dict[str, Any] = {"arm": contrast.arm, "reference": contrast.reference}
    if contrast.paired is not None:
        paired = contrast.paired
        return record | {
            "kind": "paired",
            "pairs": paired.pairs,
            "response_difference": _estimate(paired.response_difference),
            "response_test": _test(paired.response_test),
            "restricted_survival_difference_months": _estimate(paired.survival_months)
            | {"until_months": paired.until_months, "pairs_known": paired.known},
            **_relapse(paired.relapse_free_months),
            "patients_living_longer": paired.longer,
            "patients_living_shorter": paired.shorter,
        }
    assert contrast.randomised is not None
    share = contrast.randomised.significant_share
    return record | {
        "kind": "randomised",
        "response_difference": _estimate(contrast.randomised.response_difference),
        "restricted_survival_difference_months": _estimate(contrast.randomised.survival_months)
        | {"until_months": contrast.randomised.until_months},
        **_relapse(contrast.randomised.relapse_free_months),
        "os_logrank": _test(contrast.randomised.overall_survival),
        "pfs_logrank": _test(contrast.randomised.progression_free),
        "os_significant_share": None if share is None else _estimate(share),
    }


def _relapse(months: Estimate | None) -> dict[str, Any]:
    return {} if months is None else {"relapse_free_difference_months": _estimate(months)}


def _score(score: CriterionScore) -> dict[str, Any]:
    metrics = {name: _estimate(found) for name, found in score.metrics.items()}
    return {"criteria": score.criteria, "metrics": metrics}


def _third(third: BaselineThird) -> dict[str, Any]:
    return {
        "quantity": third.quantity,
        "third": third.third,
        "n": third.n,
        "from": _finite(third.from_value),
        "to": _finite(third.to_value),
        "metrics": {"orr": _estimate(third.response), "os_median_months": _estimate(third.survival_months)},
    }


def _verdict(verdict: ArmVerdict) -> dict[str, Any]:
    rule = verdict.rule
    bounds = {name: getattr(rule, name) for name in ("r1", "n1", "r", "n") if hasattr(rule, name)}
    return {
        "arm": verdict.arm,
        "rule": bounds,
        "verdict": verdict.result.verdict.value,
        "responses": verdict.result.responses,
        "patients": verdict.result.patients,
        "verdicts_over_trials": {name.value: count for name, count in verdict.counts},
    }


def _rule_verdicts(summary: Summary) -> list[dict[str, Any]]:
    """The verdicts of designs that have no first stage."""
    found = summary.rule_verdicts
    if found is None:
        return []
    return [
        {
            "name": one.name,
            "rule": found.rule_words,
            "verdict": one.verdict,
            "rests_on": one.detail,
            "verdicts_over_trials": dict(one.counts),
        }
        for one in found.found
    ]


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
