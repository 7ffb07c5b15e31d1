"""How well each marker tells who will respond and who will die first, as read and with a perfect assay."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trialkine.biomarker_study.catalogue import Marker
from trialkine.biomarker_study.cohort import ArmCohort, Array
from trialkine.biomarker_study.readings import BEFORE, Reading
from trialkine.statistics.concordance import stratified_concordance
from trialkine.statistics.estimate import DEFAULT_LEVEL, Estimate, undefined
from trialkine.statistics.roc import DELONG, stratified_area
from trialkine.statistics.stratified import Stratified

ALPHA, POWER = 0.05, 0.80
MOST_PATIENTS = 1e7  # more are not worth telling
HIGHER, LOWER = "higher", "lower"


@dataclass(frozen=True)
class Prediction:
    """What one marker at one moment tells in one arm.

    `read`, `true` and `badly_read` are areas under the curve for response: with the usual error, with none,
    and with the largest that is plausible; above a half where responders have higher values. `shared` is
    `read.anywhere` at a level that is shared among the immune markers before treatment. `deaths` is
    Harrell's C: above a half where those with higher values die first. `patients_needed` to tell the area
    from a half, with this share of responders, in one of as many markers as were looked at. `reliability` is
    the share of the readings' variance that lies between patients and is no error. `why`: the reason where
    there is none.
    """

    arm: str
    marker: Marker
    moment: str
    patients: int
    responders: int
    read: Stratified
    true: Stratified
    badly_read: Stratified
    shared: Estimate
    deaths: Stratified
    deaths_true: Stratified
    patients_needed: int | None
    reliability: float | None
    why: str = ""

    @property
    def direction(self) -> str:
        """Whether responders have higher or lower values."""
        return HIGHER if (self.read.mean.estimate or 0.5) >= 0.5 else LOWER

    @property
    def strength(self) -> float:
        """The area turned to lie above a half; a half where there is none."""
        return turned(self.read.mean).estimate or 0.5


def turned(area: Estimate, direction: str | None = None) -> Estimate:
    """An area as it is when the marker is read in the direction that predicts."""
    if area.estimate is None or area.low is None or area.high is None:
        return area
    if (direction or (HIGHER if area.estimate >= 0.5 else LOWER)) == HIGHER:
        return area
    return Estimate(1.0 - area.estimate, 1.0 - area.high, 1.0 - area.low, area.level, area.method)


def predict(cohort: ArmCohort, found: Sequence[Reading]) -> tuple[Prediction, ...]:
    """Every reading of an arm; the number of readings that can be judged sets how strict significance is."""
    looked_at = max(1, sum(not one.why for one in found))
    immune = sum(not one.why and one.marker.is_immune and one.moment == BEFORE for one in found)
    strict = 1.0 - ALPHA / max(1, immune)
    return tuple(_prediction(cohort, one, looked_at, strict) for one in found)


def best_of(found: Sequence[Prediction], arm: str, moment: str) -> Prediction | None:
    """The strongest marker of an arm at a moment; None where none can be judged."""
    here = [one for one in found if one.arm == arm and one.moment == moment and not one.why]
    return max(here, key=lambda one: one.strength, default=None)


def patients_needed(effect: float, error: float, patients: int, looked_at: int = 1) -> int | None:
    """How many patients show an effect in 8 of 10 studies, when `patients` gave it this standard error.

    Errors shrink with the root of the number. Two-sided 5 %, shared among the comparisons.
    """
    if effect == 0.0 or not math.isfinite(effect * error) or error <= 0.0:
        return None
    needed = patients * (_reach(looked_at) * error / effect) ** 2
    return math.ceil(needed) if needed < MOST_PATIENTS else None


def patients_for_area(area: float | None, share: float, looked_at: int = 1) -> int | None:
    """How many patients show that an area is not a half in 8 of 10 studies, when `share` of them respond.

    Two-sided 5 %, shared among the markers looked at. Source: noether_1987.
    """
    if area is None or area == 0.5 or not 0.0 < share < 1.0:
        return None
    needed = _reach(looked_at) ** 2 / (12.0 * share * (1.0 - share) * (area - 0.5) ** 2)
    return math.ceil(needed) if needed < MOST_PATIENTS else None


def _reach(looked_at: int) -> float:
    from scipy.special import ndtri

    return float(-ndtri(ALPHA / looked_at / 2.0) + ndtri(POWER))


def _prediction(cohort: ArmCohort, reading: Reading, looked_at: int, strict: float) -> Prediction:
    rows = reading.rows
    responded, trial = cohort.responded[rows], cohort.trial[rows]
    why = reading.why or _too_few(responded)
    values = [reading.read, reading.true, reading.badly_read]
    areas = [_area(value, responded, trial, why) for value in values]
    days = np.maximum(cohort.death_days[rows] - reading.from_day, 0.0)
    deaths = [
        stratified_concordance(value, days, cohort.died[rows], trial) if not reading.why else areas[0]
        for value in values[:2]
    ]
    mean = areas[0].mean
    return Prediction(
        arm=cohort.arm,
        marker=reading.marker,
        moment=reading.moment,
        patients=len(rows),
        responders=int(responded.sum()),
        read=areas[0],
        true=areas[1],
        badly_read=areas[2],
        shared=_area(reading.read, responded, trial, why, strict).anywhere,
        deaths=deaths[0],
        deaths_true=deaths[1],
        patients_needed=patients_for_area(mean.estimate, float(responded.mean()), looked_at),
        reliability=None if reading.why else _reliability(reading),
        why=why or ("" if mean.estimate is not None else mean.why),
    )


def _reliability(reading: Reading) -> float:
    """The squared correlation of what was read with what is true."""
    return float(np.corrcoef(reading.true, reading.read)[0, 1] ** 2)


def _too_few(responded: Array) -> str:
    """Why no area can be given, where responders or others are missing."""
    if not len(responded):
        return "nobody has a reading"
    if responded.sum() < 2:
        return "fewer than two patients responded"
    return "fewer than two patients did not respond" if (~responded).sum() < 2 else ""


def _area(
    values: Array, responded: Array, trial: Array, why: str, level: float = DEFAULT_LEVEL
) -> Stratified:
    if why:
        nothing = undefined(why, DELONG, level)
        return Stratified(nothing, nothing, None, 0)
    return stratified_area(values, responded, trial, level)
