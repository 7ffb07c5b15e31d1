"""The result beside what the literature says cannot be predicted, judged by one rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from trialkine.biomarker_study.catalogue import PREDICTS_WELL, Negative, negatives, numbers, predicts_well
from trialkine.biomarker_study.prediction import Prediction, turned
from trialkine.biomarker_study.readings import BEFORE
from trialkine.trial.protocol import Protocol

AGREES, CONTRADICTS, UNDECIDED = "agrees", "contradicts", "undecided"
FEWEST = 10
"""Responders, and others, below which there is no verdict: so few say little of any marker."""
RULE = (
    "Immune markers before treatment, as read. The result contradicts where the whole interval of one lies "
    "above the bound; as any of them may stand out by luck, the 5 % of that interval are shared among them. "
    "It agrees where the 95 % intervals of all lie below the bound, and is undecided otherwise, and wherever "
    f"fewer than {FEWEST} patients respond or fewer than {FEWEST} do not. With members of an ensemble the "
    "interval is that of a further member."
)


@dataclass(frozen=True)
class Beside:
    """One statement of the literature for one arm, and how the result stands to it.

    `above`, `open_` and `below` name the markers by where their intervals lie; `silent` those that the model
    gives everybody alike, of which it cannot speak. `looked_at` is how many markers share the 5 % of an
    interval that lies above. `verdict_at` is what the verdict would be at the ends of the range in which the
    bound may be set. `why`: the reason where too few patients respond, or do not, for any verdict.
    """

    arm: str
    negative: Negative
    verdict: str
    bound: float
    above: tuple[Prediction, ...]
    open_: tuple[Prediction, ...]
    below: tuple[Prediction, ...]
    silent: tuple[Prediction, ...]
    looked_at: int
    verdict_at: Mapping[float, str]
    why: str = ""


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
    why = _too_few(told)
    above: list[Prediction] = []
    open_: list[Prediction] = []
    below: list[Prediction] = []
    for one in told:
        area, shared = turned(one.read.anywhere), turned(one.shared)
        if area.high is None or shared.low is None:
            continue
        is_open = bool(why) or shared.low <= bound <= area.high
        (open_ if is_open else above if shared.low > bound else below).append(one)
    verdict = CONTRADICTS if above else UNDECIDED if open_ or not below else AGREES
    silent = [one for one in mine if one.why]
    return Beside(
        arm, negative, verdict, bound, tuple(above), tuple(open_), tuple(below), tuple(silent), len(told), {},
        why,
    )  # fmt: skip


def _too_few(told: Sequence[Prediction]) -> str:
    """Why the patients are too few for a verdict; empty where they are enough."""
    responders = min((one.responders for one in told), default=FEWEST)
    others = min((one.patients - one.responders for one in told), default=FEWEST)
    if min(responders, others) >= FEWEST:
        return ""
    if responders < FEWEST:
        return f"{responders} patients responded, and a verdict needs {FEWEST}"
    return f"{others} patients did not respond, and a verdict needs {FEWEST}"
