"""The numbers of one arm, and of one arm against another, from patients of one trial.

Times of the endpoint are in days in the tables and in months in the estimates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import polars as pl

from trialkine.records import DAYS_PER_MONTH
from trialkine.report.comparison.question import Question
from trialkine.report.comparison.shared_patients import REFERENCE
from trialkine.report.metrics import BEYOND_FOLLOW_UP, NO_MEASURABLE_DISEASE, in_months, survival_columns
from trialkine.statistics.estimate import Estimate, TestResult, undefined
from trialkine.statistics.hazard_ratio import hazard_ratio, paired_hazard_ratio
from trialkine.statistics.paired_survival import paired_restricted_mean, paired_survival_difference
from trialkine.statistics.proportions import exact_interval, mcnemar, newcombe_difference, paired_difference
from trialkine.statistics.survival import (
    kaplan_meier,
    logrank,
    median_survival,
    restricted_mean,
    restricted_mean_difference,
    survival_at,
)
from trialkine.statistics.survival_difference import survival_difference

Name = Literal[
    "response",
    "median_months",
    "survival_at_landmark",
    "restricted_mean_months",
    "hazard_ratio",
    "response_difference",
    "survival_difference",
    "restricted_mean_difference_months",
]
Measures = Mapping[Name, Estimate]
RESPONSES = ("CR", "PR")
FEWEST_PAIRS = 2
"""One patient under both arms says nothing of how patients differ."""


def arm_measures(patients: pl.DataFrame, question: Question) -> Measures:
    """Response, median, the landmark and the restricted mean of the patients of an arm."""
    curve = kaplan_meier(*survival_columns(patients, question.endpoint), question.level)
    return {
        "response": _response_rate(patients, question.level),
        "median_months": in_months(median_survival(curve)),
        "survival_at_landmark": _plain(survival_at(curve, question.landmark_days)),
        "restricted_mean_months": _plain(in_months(restricted_mean(curve, _until(question)))),
    }


def independent_measures(patients: pl.DataFrame, reference: pl.DataFrame, question: Question) -> Measures:
    """Differences between arms of different patients."""
    level = question.level
    first, second = (survival_columns(group, question.endpoint) for group in (patients, reference))
    curves = kaplan_meier(*first, level), kaplan_meier(*second, level)
    if has_response(patients) and has_response(reference):
        response = newcombe_difference(*_responders(patients), *_responders(reference), level)
    else:
        response = undefined(NO_MEASURABLE_DISEASE, "none", level)
    return {
        "hazard_ratio": hazard_ratio(*first, *second, level),
        "response_difference": response,
        "survival_difference": _plain(survival_difference(*curves, question.landmark_days)),
        "restricted_mean_difference_months": _plain(
            in_months(restricted_mean_difference(*curves, _until(question)))
        ),
    }


def paired_measures(pairs: pl.DataFrame, question: Question) -> Measures:
    """Differences between two arms of the same patients, of whom each counts once."""
    level = question.level
    why = _too_few(pairs)
    if why:
        none = undefined(why, "none", level)
        return {
            "hazard_ratio": none,
            "response_difference": none,
            "survival_difference": none,
            "restricted_mean_difference_months": none,
        }
    sides = paired_times(pairs, question)
    restricted = paired_restricted_mean(*sides, _until(question), level)
    response = undefined(NO_MEASURABLE_DISEASE, "none", level)
    if has_response(pairs):
        response = paired_difference(*paired_responses(pairs), level)
    return {
        "hazard_ratio": paired_hazard_ratio(*sides, level),
        "response_difference": response,
        "survival_difference": _plain(paired_survival_difference(*sides, question.landmark_days, level)),
        "restricted_mean_difference_months": _plain(in_months(restricted)),
    }


def independent_test(patients: pl.DataFrame, reference: pl.DataFrame, question: Question) -> TestResult:
    """The log-rank test of the endpoint."""
    return logrank(
        *survival_columns(patients, question.endpoint), *survival_columns(reference, question.endpoint)
    )


def paired_test(pairs: pl.DataFrame) -> TestResult:
    """McNemar's test of response."""
    why = _too_few(pairs)
    if why:
        return TestResult(None, None, "none", why)
    if not has_response(pairs):
        return TestResult(None, None, "none", NO_MEASURABLE_DISEASE)
    return mcnemar(*paired_responses(pairs))


def paired_times(
    pairs: pl.DataFrame, question: Question
) -> tuple[list[float], list[bool], list[float], list[bool]]:
    """Days and event flags of the endpoint under the arm, then under the reference. Units: [day]."""
    ends = [f"{question.endpoint}{ending}" for ending in ("_days", "_event")]
    first, second = ([f"{end}{side}" for end in ends] for side in ("", REFERENCE))
    return (
        pairs[first[0]].to_list(),
        pairs[first[1]].to_list(),
        pairs[second[0]].to_list(),
        pairs[second[1]].to_list(),
    )


def paired_responses(pairs: pl.DataFrame) -> tuple[list[bool], list[bool]]:
    """Who responded under the arm, and who under the reference."""
    responses = (pairs[f"best_response{side}"].is_in(RESPONSES) for side in ("", REFERENCE))
    first, second = (found.fill_null(False).to_list() for found in responses)
    return first, second


def has_response(patients: pl.DataFrame) -> bool:
    """Whether responses were judged at all: after complete resection there is nothing that could respond."""
    return not bool(patients["best_response"].is_null().all())


def _too_few(pairs: pl.DataFrame) -> str:
    """Why pairs say nothing of differences; empty where they are enough."""
    if pairs.height >= FEWEST_PAIRS:
        return ""
    found = "1 patient" if pairs.height else "no patient"
    return f"{found} ended well in both arms; at least {FEWEST_PAIRS} are needed"


def _response_rate(patients: pl.DataFrame, level: float) -> Estimate:
    if not has_response(patients):
        return undefined(NO_MEASURABLE_DISEASE, "none", level)
    return exact_interval(*_responders(patients), level)


def _responders(patients: pl.DataFrame) -> tuple[int, int]:
    """How many responded, and of how many."""
    return int(patients["best_response"].is_in(RESPONSES).sum()), patients.height


def _plain(found: Estimate) -> Estimate:
    """The same estimate, its reason without the days of the curve."""
    return replace(found, why=BEYOND_FOLLOW_UP) if found.why.startswith("follow-up ends") else found


def _until(question: Question) -> float:
    assert question.until_days is not None  # filled in from the follow-up
    return question.until_days


def months(days: float) -> float:
    """Units: days [day], returns [month]."""
    return days / DAYS_PER_MONTH
