"""The findings in sentences, each made from the numbers by rule."""

from __future__ import annotations

from trialkine.biomarker_study.ceiling import AS_READ, EVERYTHING, PERFECT, Ceiling
from trialkine.biomarker_study.enrichment import Enrichment
from trialkine.biomarker_study.interaction import ONE_ARM, PREDICTIVE, PROGNOSTIC
from trialkine.biomarker_study.literature import AGREES, CONTRADICTS, Beside
from trialkine.biomarker_study.prediction import HIGHER, Prediction, turned
from trialkine.biomarker_study.readings import BEFORE, CHANGE
from trialkine.biomarker_study.run import BiomarkerStudy
from trialkine.report.words import listed, whole
from trialkine.statistics.estimate import Estimate

AREA = "area under the curve"
CAUTION = (
    "What predicts in the model is what its equations and its spread between patients make predict; the "
    "best of many markers looks better than it is. Errors of assays are assumed, with the ranges below."
)


def two(value: float | None) -> str:
    """An area to two decimals."""
    return "–" if value is None else f"{value:.2f}"


def area_words(found: Estimate) -> str:
    """An area with its interval."""
    if found.estimate is None:
        return found.why or "no value"
    return f"{two(found.estimate)} ({two(found.low)} to {two(found.high)})"


def answers(study: BiomarkerStudy) -> list[tuple[str, str]]:
    """For every arm, what predicts response in it."""
    return [(arm, " ".join(_of_arm(study, arm))) for arm in study.result.arms]


def marker_words(found: Prediction) -> str:
    """A marker and the direction in which it goes with response."""
    change = "" if found.moment == BEFORE else "change of "
    return f"{change}{found.marker.title} ({found.direction} in responders)"


def literature_words(found: Beside) -> str:
    """How the result stands to a statement of the literature."""
    says = f"{found.arm}. The literature: {found.negative.says}"
    bound = two(found.bound)
    if found.verdict == CONTRADICTS:
        named = listed([f"{one.marker.title} {area_words(turned(one.shared))}" for one in found.above])
        result = f"The result contradicts this: {named} surely above {bound}{_shared_words(found.looked_at)}."
    elif found.verdict == AGREES:
        best = max(found.below, key=lambda one: one.strength)
        result = f"The result agrees: none reaches {bound}, the strongest is {_with_area(best)}."
    elif found.why:
        result = f"The result does not decide it: {found.why}."
    elif found.open_:
        named = listed([_with_area(one) for one in found.open_])
        result = f"The result does not decide it: {named} may lie on either side of {bound}."
    else:
        result = "The result does not decide it: no immune marker could be judged."
    others = [f"at {two(end)}: {verdict}" for end, verdict in found.verdict_at.items()]
    if others:
        result += f" With the bound {listed(others)}."
    if not found.silent:
        return f"{says} {result}"
    silent = listed([one.marker.title for one in found.silent])
    return (
        f"{says} {result} Of {silent} the model cannot speak: it gives nobody another value before treatment."
    )


def needed_words(study: BiomarkerStudy, arm: str) -> str:
    """What would be needed to find a marker in one arm."""
    best = study.best(arm)
    reached = {one.of: one for one in study.ceilings if one.arm == arm}
    parts = []
    if best is not None:
        looked_at = sum(not one.why for one in study.predictions if one.arm == arm)
        size = (
            "more patients than can be counted"
            if best.patients_needed is None
            else whole(best.patients_needed)
        )
        parts.append(
            f"To tell the best single marker ({best.marker.title}) from chance in 8 of 10 studies, when "
            f"{looked_at} readings are looked at, takes {size} patients."
        )
        gained = _gain(study, arm)
        if gained is not None:
            parts.append(
                f"A perfect assay would gain most for {gained.marker.title}: from {two(gained.strength)} to "
                f"{two(_true(gained))}; {100 * (gained.reliability or 0.0):.0f} % of the variance of its "
                "readings lies between patients, the rest is error."
            )
    parts += _ceiling_words(reached)
    return " ".join(parts)


def interaction_words(study: BiomarkerStudy) -> list[str]:
    """Which markers are predictive and which prognostic, for every pair of arms."""
    if len(study.result.arms) == 1:
        return [f"Prognostic or predictive cannot be told: {ONE_ARM}."]
    sentences = []
    for second in study.result.arms[1:]:
        mine = [one for one in study.interactions if one.second == second]
        said = []
        for verdict in (PREDICTIVE, PROGNOSTIC):
            names = [one.marker.title for one in mine if one.verdict == verdict]
            said.append(f"{verdict}: {listed(names) if names else 'none'}")
        sentences.append(f"{study.result.arms[0]} against {second}: {'; '.join(said)}.")
    return sentences


def enrichment_words(found: Enrichment) -> str:
    """What enrolling by the best marker would bring in one arm."""
    if found.marker is None:
        return f"{found.arm}: no enrichment, {found.why}."
    side = "at or above" if found.direction == HIGHER else "below"
    unit = "" if found.cut_off is None else f" {found.cut_off:.3g}"
    words = (
        f"{found.arm}: enrolling patients with {found.marker.title} {side} the cut-off{unit} screens out "
        f"{_percent(found.kept, is_rest=True)}; {_percent(found.rate)} of those enrolled respond, against "
        f"{_percent(found.everybody)} of all and {_left_out(found)}."
    )
    if found.treated_per_responder is not None and found.screened_per_responder is not None:
        words += (
            f" One responder takes {found.treated_per_responder:.1f} treated and "
            f"{found.screened_per_responder:.1f} screened patients."
        )
    return words


def _left_out(found: Enrichment) -> str:
    if found.left_out.estimate is None:
        return "nobody is left out"
    return f"{_percent(found.left_out)} of those left out"


def _of_arm(study: BiomarkerStudy, arm: str) -> list[str]:
    cohort = next(one for one in study.cohorts if one.arm == arm)
    responders = int(cohort.responded.sum())
    parts = [f"{whole(responders)} of {whole(len(cohort))} respond ({100 * responders / len(cohort):.0f} %)."]
    for moment, when in ((BEFORE, "Best before treatment"), (CHANGE, f"Best change after {study.early}")):
        best = study.best(arm, moment)
        if best is None:
            mine = study.of_arm(arm, moment)
            parts.append(f"{when}: none, {mine[0].why if mine else 'nothing was drawn'}.")
            continue
        parts.append(
            f"{when}: {marker_words(best)}, {AREA} {area_words(turned(best.read.mean))} as read and "
            f"{_true_words(best)} with a perfect assay."
        )
    return parts


def _ceiling_words(reached: dict[str, Ceiling]) -> list[str]:
    told = [reached[of] for of in (AS_READ, PERFECT, EVERYTHING) if of in reached]
    values = [f"{area_words(one.area.mean)} from {one.of}" for one in told if one.area is not None]
    if not values:
        return [f"Combinations of markers: {told[0].why}."] if told else []
    return [f"Learnt from patients and tried on others, combinations reach at least {listed(values)}."]


def _gain(study: BiomarkerStudy, arm: str) -> Prediction | None:
    """The marker that a perfect assay would raise the most, if by anything."""
    mine = [one for one in study.of_arm(arm, BEFORE) if not one.why]
    best = max(mine, key=lambda one: _true(one) - one.strength, default=None)
    return best if best is not None and _true(best) - best.strength > 0.005 else None


def _true(found: Prediction) -> float:
    """The area with a perfect assay, turned in its own direction."""
    return turned(found.true.mean).estimate or 0.5


def _true_words(found: Prediction) -> str:
    """The same, saying where error alone had turned the marker the other way."""
    area = found.true.mean.estimate or 0.5
    is_other = (area >= 0.5) != (found.direction == HIGHER)
    return two(_true(found)) + (" in the other direction" if is_other else "")


def _shared_words(looked_at: int) -> str:
    """How strict the interval of a marker is that stands out among several."""
    return f", by intervals whose 5 % is shared among the {looked_at} markers" if looked_at > 1 else ""


def _with_area(found: Prediction) -> str:
    return f"{found.marker.title} {area_words(turned(found.read.anywhere))}"


def _percent(found: Estimate, is_rest: bool = False) -> str:
    if found.estimate is None:
        return "none"
    return f"{100 * (1.0 - found.estimate if is_rest else found.estimate):.0f} %"
