"""The measures of a trial that was run many times: what the next one would report, and which gave nothing."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import final

import numpy as np

from trialkine.report.comparison.measures import Measures, Name
from trialkine.statistics.estimate import Estimate
from trialkine.statistics.hazard_ratio import ranked_ratio
from trialkine.statistics.predictive import predict, widest_level

FRACTIONS: tuple[Name, ...] = (
    "response", "survival_at_landmark", "response_difference", "survival_difference",
)  # fmt: skip
"""Over several trials these are given by their mean, the others by their median."""
INFINITE_RATIO = "infinite in half of the trials"


@final
@dataclass(frozen=True)
class Untold:
    """Of how many of `trials` a measure has no number, and the commonest reason; measures that all tell are
    left out.

    In `zero` and `infinite` trials the hazard ratio is 0 or infinite, since only one arm had events while
    both were at risk. They are ranked as such. All are empty for a trial that was run once.
    """

    trials: int = 1
    without: Mapping[Name, int] = field(default_factory=dict)
    reasons: Mapping[Name, str] = field(default_factory=dict)
    zero: int = 0
    infinite: int = 0


def over_trials(found: Sequence[Measures], level: float) -> Measures:
    """The measures of a trial that was run once; of several trials, what the next one would report."""
    if len(found) == 1:
        return found[0]
    return {name: _predicted(name, [one[name] for one in found], level) for name in found[0]}


def untold(found: Sequence[Measures]) -> Untold:
    """How many trials gave no number of each measure."""
    if len(found) == 1:
        return Untold()
    without: dict[Name, int] = {}
    reasons: dict[Name, str] = {}
    for name in found[0]:
        missing = [one[name].why for one in found if _number(name, one[name]) is None]
        if missing:
            without[name], reasons[name] = len(missing), Counter(missing).most_common(1)[0][0]
    ratios = [ranked_ratio(one["hazard_ratio"]) for one in found if "hazard_ratio" in one]
    return Untold(len(found), without, reasons, ratios.count(0.0), ratios.count(math.inf))


def _predicted(name: Name, found: Sequence[Estimate], level: float) -> Estimate:
    numbers = [_number(name, one) for one in found]
    summary = predict(numbers, (level,))
    result = summary.intervals[0]
    if widest_level(summary.replicates, (level,)) is None:
        result = replace(result, why="")  # said once, not beside each number
    known = [value for value in numbers if value is not None and np.isfinite(value)]
    if name in FRACTIONS and known:
        return replace(result, estimate=float(np.mean(known)), method=f"mean; {result.method}")
    if summary.median is None:
        reasons = [one.why for one in found if one.why]
        why = summary.why.replace("replicates", "trials") if summary.replicates else (reasons or [""])[0]
        if name == "hazard_ratio" and summary.replicates:
            why = INFINITE_RATIO
        return replace(result, why=why or "no trial gave a number")
    if name == "hazard_ratio" and result.low is not None and result.high is None:
        return replace(result, why="the upper limit is infinite")
    return result


def _number(name: Name, found: Estimate) -> float | None:
    """What ranks a trial among the others; None where it gave nothing."""
    if name == "hazard_ratio":
        return ranked_ratio(found)
    is_late = found.estimate is None and found.why.startswith("not reached")
    return math.inf if is_late else found.estimate
