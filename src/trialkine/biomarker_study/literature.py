"""The result beside what the literature says cannot be predicted, judged by one rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from trialkine.biomarker_study.catalogue import PREDICTS_WELL, Negative, negatives, numbers, predicts_well
from trialkine.biomarker_study.prediction import Prediction, turned
from trialkine.biomarker_study.readings import BEFORE
from trialkine.trial.protocol import Protocol

AGREES, CONTRADICTS, UNDECIDED = "agrees", "contradicts", "undecided"
RULE = (
    "Immune markers before treatment, as read. The result contradicts where the whole interval of one lies "
    "above the bound, agrees where the intervals of all lie below it, and is undecided otherwise. With "
    "members of an ensemble the interval is that of a further member."
)


@dataclass(frozen=True)
class Beside:
    """One statement of the literature for one arm, and how the result stands to it.

    `above`, `open_` and `below` name the markers by where their intervals lie; `silent` those that the model
    gives everybody alike, of which it cannot speak. `verdict_at` is what the verdict would be at the ends of
    the range in which the bound may be set.
    """

    arm: str
    negative: Negative
    verdict: str
    bound: float
    above: tuple[Prediction, ...]
    open_: tuple[Prediction, ...]
    below: tuple[Prediction, ...]
    silent: tuple[Prediction, ...]
    verdict_at: Mapping[float, str]


def beside_literature(protocol: Protocol, found: Sequence[Prediction]) -> tuple[Beside, ...]:
    """Every arm that gives an agent of which the literature says something."""
    return tuple(
        judged(arm.name, negative, found)
        for arm in protocol.arms
        for negative in negatives()
        if negative.agent in protocol.agents_of(arm)
    )


def judged(arm: str, negative: Negative, found: Sequence[Prediction]) -> Beside:
    """The rule, applied to the immune markers of one arm before treatment."""
    record = numbers()[PREDICTS_WELL]
    ends = [end for end in (record.low, record.high) if end is not None]
    others = {end: _judged(arm, negative, found, end).verdict for end in ends}
    return replace(_judged(arm, negative, found, predicts_well()), verdict_at=others)


def _judged(arm: str, negative: Negative, found: Sequence[Prediction], bound: float) -> Beside:
    mine = [one for one in found if one.arm == arm and one.moment == BEFORE and one.marker.is_immune]
    told = [one for one in mine if not one.why]
    above: list[Prediction] = []
    open_: list[Prediction] = []
    below: list[Prediction] = []
    for one in told:
        area = turned(one.read.anywhere)
        if area.low is None or area.high is None:
            continue
        (above if area.low > bound else below if area.high < bound else open_).append(one)
    verdict = CONTRADICTS if above else UNDECIDED if open_ or not below else AGREES
    silent = [one for one in mine if one.why]
    return Beside(arm, negative, verdict, bound, tuple(above), tuple(open_), tuple(below), tuple(silent), {})
