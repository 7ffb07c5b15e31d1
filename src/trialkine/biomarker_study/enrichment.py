"""A trial that enrols by a marker: how many respond, how many are screened out, how large it must be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trialkine.biomarker_study.catalogue import Marker
from trialkine.biomarker_study.cohort import ArmCohort, Array
from trialkine.biomarker_study.marker_calibration import NOBODY_JUDGES, halves
from trialkine.biomarker_study.prediction import ALPHA, HIGHER, LOWER, POWER
from trialkine.biomarker_study.readings import BEFORE, Reading, within_trials
from trialkine.design.two_proportions import normal_response_size
from trialkine.statistics.estimate import Estimate, undefined
from trialkine.statistics.proportions import CLOPPER_PEARSON, exact_interval
from trialkine.statistics.roc import area_under_curve, roc_curve

FEWEST_KEPT = 0.1  # of the patients; a rarer group cannot be recruited
TOO_FEW = "fewer than two responders in the half that learns"
NOBODY_PASSES = "nobody of the half that judges passes the cut-off of the other"


@dataclass(frozen=True)
class ComparedSize:
    """Patients in both arms of a randomised trial against another arm, in everybody and in those enrolled.

    `screened` are all who must be tested for the second. None, with the reason, where the first arm is no
    better.
    """

    against: str
    everybody: int | None
    enriched: int | None
    screened: int | None
    why: str = ""


@dataclass(frozen=True)
class Enrichment:
    """One arm with the best marker of one half of its patients, judged in the other half.

    Patients at or above (`higher`) or below (`lower`) the cut-off are enrolled. `kept` is the share that
    passes, `rate` their response rate, `left_out` that of the others, `everybody` that of all.
    `treated_per_responder` and `screened_per_responder` count patients. `cut_off` is in the marker's unit;
    None with an ensemble, whose members have levels of their own.
    """

    arm: str
    marker: Marker | None
    direction: str
    cut_off: float | None
    learnt_area: float | None
    judged_area: float | None
    kept: Estimate
    rate: Estimate
    left_out: Estimate
    everybody: Estimate
    treated_per_responder: float | None
    screened_per_responder: float | None
    sizes: tuple[ComparedSize, ...] = ()
    why: str = ""


def enrichment(
    cohort: ArmCohort, found: Sequence[Reading], others: Mapping[str, tuple[ArmCohort, Sequence[Reading]]]
) -> Enrichment:
    """Choose marker and cut-off in one half of an arm and try them in the other half.

    The marker is the one with the largest area before treatment, the cut-off the one with the largest Youden
    index that keeps at least a tenth of the patients. `others` are the arms to compare with.
    Source: youden_1950.
    """
    usable = [one for one in found if one.moment == BEFORE and not one.why]
    learn, judge = halves(cohort, np.arange(len(cohort)))
    scaled = {one.marker.name: within_trials(one.read, cohort.trial) for one in usable}
    areas = {name: area_under_curve(value[learn], cohort.responded[learn]) for name, value in scaled.items()}
    known = {name: area.area for name, area in areas.items() if area is not None}
    if not known:
        return _nothing(cohort, TOO_FEW)
    if not judge.any():
        return _nothing(cohort, NOBODY_JUDGES)
    name = max(known, key=lambda one: abs(known[one] - 0.5))
    reading = next(one for one in usable if one.marker.name == name)
    direction = HIGHER if known[name] >= 0.5 else LOWER
    cut = _cut(scaled[name][learn], cohort.responded[learn], direction)
    passes = _passes(scaled[name][judge], cut, direction)
    if not passes.any():
        return _nothing(cohort, NOBODY_PASSES)
    responded = cohort.responded[judge]
    judged = area_under_curve(scaled[name][judge], responded)
    kept = exact_interval(int(passes.sum()), len(passes))
    rate = exact_interval(int(responded[passes].sum()), int(passes.sum()))
    treated = 1.0 / rate.estimate if rate.estimate else None
    screened = treated / kept.estimate if treated is not None and kept.estimate else None
    everybody = exact_interval(int(responded.sum()), len(responded))
    sizes = [
        _size(other, readings, name, cut, direction, everybody, rate, kept)
        for other, readings in others.values()
    ]
    return Enrichment(
        arm=cohort.arm,
        marker=reading.marker,
        direction=direction,
        cut_off=_in_units(reading, cohort, cut),
        learnt_area=known[name],
        judged_area=None if judged is None else judged.area,
        kept=kept,
        rate=rate,
        left_out=exact_interval(int(responded[~passes].sum()), int((~passes).sum())),
        everybody=everybody,
        treated_per_responder=treated,
        screened_per_responder=screened,
        sizes=tuple(sizes),
    )


def _cut(values: Array, responded: Array, direction: str) -> float:
    """The cut-off with the largest Youden index, half-way between two readings."""
    score = values if direction == HIGHER else -values
    false, true = roc_curve(score, responded)
    share = responded.mean()
    kept = share * true + (1.0 - share) * false
    index = np.where(kept >= FEWEST_KEPT, true - false, -np.inf)
    levels = np.unique(score)[::-1]
    best = max(1, int(np.argmax(index)))  # so many of the highest levels pass
    cut = (levels[best - 1] + levels[min(best, len(levels) - 1)]) / 2.0
    return float(cut if direction == HIGHER else -cut)


def _passes(values: Array, cut: float, direction: str) -> Array:
    return values >= cut if direction == HIGHER else values < cut


def _in_units(reading: Reading, cohort: ArmCohort, cut: float) -> float | None:
    """The cut-off in the marker's own unit; None where repetitions have levels of their own."""
    if len(np.unique(cohort.trial)) > 1:
        return None
    value = float(reading.read.mean() + cut * reading.read.std())
    return float(np.exp(value)) if reading.is_logarithm else value


def _size(
    other: ArmCohort,
    readings: Sequence[Reading],
    name: str,
    cut: float,
    direction: str,
    everybody: Estimate,
    rate: Estimate,
    kept: Estimate,
) -> ComparedSize:
    """The sizes of a randomised trial against another arm, by the rates of the half that judges."""
    reading = next(one for one in readings if one.marker.name == name and one.moment == BEFORE)
    _, judge = halves(other, np.arange(len(other)))
    if not judge.any():
        return ComparedSize(other.arm, None, None, None, f"{other.arm}: {NOBODY_JUDGES}")
    value = within_trials(reading.read, other.trial)[judge]
    responded = other.responded[judge]
    passes = _passes(value, cut, direction)
    everyone = _patients(float(responded.mean()), everybody.estimate)
    enriched = _patients(float(responded[passes].mean()) if passes.any() else None, rate.estimate)
    screened = round(enriched / kept.estimate) if enriched and kept.estimate else None
    why = "" if everyone and enriched else f"{other.arm} does as well or better, in all or in those kept"
    return ComparedSize(other.arm, everyone, enriched, screened, why)


def _patients(control: float | None, treated: float | None) -> int | None:
    """Patients in two equal arms that tell two rates apart; None where the second is not the larger."""
    if control is None or treated is None or treated <= control:
        return None
    return 2 * int(np.ceil(normal_response_size(control, treated, ALPHA / 2.0, POWER)))


def _nothing(cohort: ArmCohort, why: str) -> Enrichment:
    none = undefined(why, CLOPPER_PEARSON)
    return Enrichment(cohort.arm, None, HIGHER, None, None, None, none, none, none, none, None, None, (), why)
