"""The `biomarkers.json` of a study: every number of the page, for programs."""

from __future__ import annotations

import json
from typing import Any

from trialkine.biomarker_study.catalogue import predicts_well
from trialkine.biomarker_study.enrichment import Enrichment
from trialkine.biomarker_study.interaction import ONE_ARM, Interaction
from trialkine.biomarker_study.literature import RULE, Beside
from trialkine.biomarker_study.marker_calibration import MarkerCalibration
from trialkine.biomarker_study.prediction import Prediction
from trialkine.biomarker_study.run import BiomarkerStudy
from trialkine.biomarker_study.sensitivity import METHOD, Sensitivity
from trialkine.biomarker_study.words import answers, interaction_words, literature_words
from trialkine.report.words import BANNER
from trialkine.statistics.estimate import Estimate
from trialkine.statistics.stratified import Stratified

SCHEMA = 1


def study_record(study: BiomarkerStudy) -> dict[str, Any]:
    """The study as plain data; the same protocol, options and versions give the same data."""
    return {
        "schema": SCHEMA,
        "notice": BANNER,
        "title": study.protocol.title,
        "seed": study.seed,
        "patients_per_arm": study.patients,
        "members": study.members,
        "ensemble": study.result.ensemble,
        "early_draw_days": study.early.days,
        "protocol_content_hash": study.protocol.content_hash,
        "model_hash": study.result.model_hash,
        "answers": dict(answers(study)),
        "arms": [
            {"arm": one.arm, "patients": len(one), "responders": int(one.responded.sum())}
            for one in study.cohorts
        ],
        "markers": [_prediction(one) for one in study.predictions],
        "combinations": [
            {
                "arm": one.arm, "from": one.of, "quantities": one.quantities, "learner": one.learner,
                "area": None if one.area is None else estimate_record(one.area.mean), "why": one.why,
            }
            for one in study.ceilings
        ],
        "prognostic_or_predictive": {
            "why": ONE_ARM if len(study.result.arms) == 1 else "",
            "in_words": interaction_words(study),
            "markers": [_interaction(one) for one in study.interactions],
        },
        "calibration": [_calibration(one) for one in study.calibrations],
        "sensitivity": {"method": METHOD, "arms": [_sensitivity(one) for one in study.sensitivities]},
        "enrichment": [_enrichment(one) for one in study.enrichments],
        "literature": {
            "rule": RULE, "bound": predicts_well(), "statements": [_beside(one) for one in study.literature]
        },
    }  # fmt: skip


def study_text(study: BiomarkerStudy) -> str:
    """The study as JSON text."""
    return json.dumps(study_record(study), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def estimate_record(found: Estimate) -> dict[str, Any]:
    """An estimate with its interval and method."""
    numbers = {"estimate": found.estimate, "low": found.low, "high": found.high}
    return {**numbers, "level": found.level, "method": found.method, "why": found.why}


def _stratified(found: Stratified) -> dict[str, Any]:
    return {
        **estimate_record(found.mean),
        "spread_between_members": found.spread,
        "further_member": [found.anywhere.low, found.anywhere.high],
    }


def _prediction(one: Prediction) -> dict[str, Any]:
    return {
        "arm": one.arm, "marker": one.marker.name, "title": one.marker.title, "moment": one.moment,
        "seen_in": one.marker.seen_in, "is_immune": one.marker.is_immune, "patients": one.patients,
        "responders": one.responders, "in_responders": one.direction,
        "coefficient_of_variation": one.marker.error.value, "reliability": one.reliability,
        "area_as_read": _stratified(one.read), "area_with_the_largest_error": _stratified(one.badly_read),
        "area_with_a_perfect_assay": _stratified(one.true), "survival_c_as_read": _stratified(one.deaths),
        "survival_c_with_a_perfect_assay": _stratified(one.deaths_true),
        "further_member_shared_among_markers": [one.shared.low, one.shared.high],
        "patients_needed": one.patients_needed, "why": one.why,
    }  # fmt: skip


def _interaction(one: Interaction) -> dict[str, Any]:
    return {
        "marker": one.marker.name, "first": one.first, "second": one.second, "verdict": one.verdict,
        "log_odds_ratio_in_the_second": estimate_record(one.prognostic),
        "difference_of_log_odds_ratios": estimate_record(one.predictive), "p_value": one.test.p_value,
        "log_hazard_ratio_in_the_second": estimate_record(one.deaths_prognostic),
        "difference_of_log_hazard_ratios": estimate_record(one.deaths_predictive),
        "p_value_deaths": one.deaths_test.p_value,
        "effect_on_response_by_thirds": [estimate_record(effect) for effect in one.effects],
        "patients_needed": one.patients_needed, "why": one.why,
    }  # fmt: skip


def _calibration(one: MarkerCalibration) -> dict[str, Any]:
    return {
        "arm": one.arm, "marker": one.marker, "moment": one.moment,
        "intercept": estimate_record(one.intercept), "slope": estimate_record(one.slope), "why": one.why,
        "tenths": [
            {"predicted": t.predicted, "observed": estimate_record(t.observed), "patients": t.patients}
            for t in one.tenths
        ],
    }  # fmt: skip


def _sensitivity(one: Sensitivity) -> dict[str, Any]:
    return {
        "arm": one.arm, "together": estimate_record(one.together), "between_members": one.between_members,
        "numbers": [
            {
                "name": source.name, "is_luck": source.is_luck, "alone": estimate_record(source.first),
                "total": estimate_record(source.total),
            }
            for source in one.sources
        ],
    }  # fmt: skip


def _enrichment(one: Enrichment) -> dict[str, Any]:
    return {
        "arm": one.arm, "marker": None if one.marker is None else one.marker.name, "enrolled": one.direction,
        "cut_off": one.cut_off, "area_learnt": one.learnt_area, "area_judged": one.judged_area,
        "kept": estimate_record(one.kept), "response": estimate_record(one.rate),
        "response_of_those_left_out": estimate_record(one.left_out),
        "response_of_everybody": estimate_record(one.everybody),
        "treated_per_responder": one.treated_per_responder,
        "screened_per_responder": one.screened_per_responder,
        "randomised": [
            {
                "against": size.against, "everybody": size.everybody, "enriched": size.enriched,
                "screened": size.screened, "why": size.why,
            }
            for size in one.sizes
        ],
        "why": one.why,
    }  # fmt: skip


def _beside(one: Beside) -> dict[str, Any]:
    return {
        "arm": one.arm, "agent": one.negative.agent, "says": one.negative.says, "source": one.negative.source,
        "verdict": one.verdict, "bound": one.bound,
        "verdict_at_other_bounds": {f"{end:g}": verdict for end, verdict in one.verdict_at.items()},
        "in_words": literature_words(one),
        "above": [found.marker.name for found in one.above],
        "open": [found.marker.name for found in one.open_],
        "below": [found.marker.name for found in one.below],
        "silent": [found.marker.name for found in one.silent],
        "markers_that_share_the_level": one.looked_at, "why": one.why,
    }  # fmt: skip
