"""Prognostic or predictive: whether a marker tells who fares well anyway, or in whom one arm is better."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trialkine.biomarker_study.catalogue import Marker
from trialkine.biomarker_study.cohort import ArmCohort, Array
from trialkine.biomarker_study.prediction import ALPHA, patients_needed
from trialkine.biomarker_study.readings import Reading, within_trials
from trialkine.statistics.estimate import Estimate, TestResult
from trialkine.statistics.proportions import newcombe_difference, paired_difference
from trialkine.statistics.regression import Regression, fit_cox_columns, fit_logistic

ONE_ARM = "the protocol has one arm: what would have happened to the same patients otherwise is not known"
PREDICTIVE, PROGNOSTIC, NEITHER, UNKNOWN = "predictive", "prognostic", "neither", "not known"
MARKER, ARM, BOTH = 1, 2, 3  # places in the regression


@dataclass(frozen=True)
class Interaction:
    """One marker in a pair of arms, per standard deviation of its readings before treatment.

    `prognostic` is the log odds ratio of response in the second arm, `predictive` by how much the first arm's
    differs from it; `deaths` are the same for the hazard of death. `effects` are the first arm's response
    rate minus the second's in the lowest, middle and highest third. Tests are not corrected for the number of
    markers except in `verdict`.
    """

    marker: Marker
    first: str
    second: str
    prognostic: Estimate
    predictive: Estimate
    test: TestResult
    deaths_prognostic: Estimate
    deaths_predictive: Estimate
    deaths_test: TestResult
    effects: tuple[Estimate, ...]
    patients_needed: int | None
    verdict: str
    why: str = ""


def interactions(
    cohorts: Sequence[ArmCohort], found: Mapping[str, Sequence[Reading]], is_counterfactual: bool
) -> tuple[Interaction, ...]:
    """Every marker before treatment in the first arm against each other arm; none with a single arm."""
    pairs = []
    for other in cohorts[1:]:
        first = {one.marker.name: one for one in found[cohorts[0].arm] if one.moment == "before treatment"}
        second = {one.marker.name: one for one in found[other.arm] if one.moment == "before treatment"}
        looked_at = max(1, sum(not one.why for one in first.values()))
        pairs += [
            _interaction(cohorts[0], other, first[name], second[name], looked_at, is_counterfactual)
            for name in first
        ]
    return tuple(pairs)


def _interaction(
    first: ArmCohort,
    second: ArmCohort,
    here: Reading,
    there: Reading,
    looked_at: int,
    is_counterfactual: bool,
) -> Interaction:
    trial = np.concatenate([first.trial, second.trial])
    marker = _joined(first, second, here.read, there.read)
    arm = np.repeat([1.0, 0.0], [len(first), len(second)])
    patients = _patients(first, second, is_counterfactual)
    responded = np.concatenate([first.responded, second.responded])
    columns = np.stack([np.ones(len(arm)), marker, arm, marker * arm], axis=1)
    why = here.why or there.why
    if why:
        response = deaths = Regression(np.empty(0), np.empty((0, 0)), "", why)
    else:
        response = fit_logistic(columns, responded, patients)
        deaths = fit_cox_columns(
            columns[:, MARKER:],
            np.concatenate([first.death_days, second.death_days]),
            np.concatenate([first.died, second.died]),
            patients,
            trial,
        )
    predictive = response.estimate(BOTH)
    needed = None
    if predictive.estimate is not None:
        error = response.error(BOTH) or math.nan
        needed = patients_needed(predictive.estimate, error, len(arm), looked_at)
    return Interaction(
        marker=here.marker,
        first=first.arm,
        second=second.arm,
        prognostic=response.estimate(MARKER),
        predictive=predictive,
        test=response.test(BOTH),
        deaths_prognostic=deaths.estimate(MARKER - 1),
        deaths_predictive=deaths.estimate(BOTH - 1),
        deaths_test=deaths.test(BOTH - 1),
        effects=() if why else _thirds(first, second, marker, is_counterfactual),
        patients_needed=needed,
        verdict=_verdict(response, looked_at),
        why=why or response.why,
    )


def _joined(first: ArmCohort, second: ArmCohort, here: Array, there: Array) -> Array:
    """The readings of both arms, in standard deviations within each repetition of both together."""
    return within_trials(np.concatenate([here, there]), np.concatenate([first.trial, second.trial]))


def _patients(first: ArmCohort, second: ArmCohort, is_counterfactual: bool) -> Array:
    """Who is who: the same patient in both arms has one number, where arms treat the same patients."""
    pairs = np.concatenate([np.stack([arm.trial, arm.ids], axis=1) for arm in (first, second)])
    found = np.unique(pairs, axis=0, return_inverse=True)[1].ravel()
    return found if is_counterfactual else np.arange(len(found))


def _thirds(
    first: ArmCohort, second: ArmCohort, marker: Array, is_counterfactual: bool
) -> tuple[Estimate, ...]:
    """The effect of the first arm against the second on response, by thirds of the marker."""
    values = (marker[: len(first)], marker[len(first) :])
    cuts = np.quantile(marker, [1.0 / 3.0, 2.0 / 3.0])
    places = [np.searchsorted(cuts, value, side="right") for value in values]
    return tuple(
        _effect(first.select(places[0] == third), second.select(places[1] == third), is_counterfactual)
        for third in range(3)
    )


def _effect(first: ArmCohort, second: ArmCohort, is_counterfactual: bool) -> Estimate:
    if is_counterfactual:
        answers = [_by_patient(arm) for arm in (first, second)]
        both = [key for key in answers[0] if key in answers[1]]
        return paired_difference([answers[0][key] for key in both], [answers[1][key] for key in both])
    return newcombe_difference(
        int(first.responded.sum()), len(first), int(second.responded.sum()), len(second)
    )


def _by_patient(arm: ArmCohort) -> dict[tuple[int, int], bool]:
    """Who responded, by repetition and number of the patient."""
    return {
        (int(trial), int(one)): bool(answer)
        for trial, one, answer in zip(arm.trial, arm.ids, arm.responded, strict=True)
    }


def _verdict(response: Regression, looked_at: int) -> str:
    """Predictive where the interaction is significant for the number of markers, else prognostic likewise."""
    bound = ALPHA / looked_at
    tests = [response.test(place).p_value for place in (BOTH, MARKER)]
    if tests[0] is None or tests[1] is None:
        return UNKNOWN
    if tests[0] <= bound:
        return PREDICTIVE
    return PROGNOSTIC if tests[1] <= bound else NEITHER
