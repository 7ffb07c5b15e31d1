"""The rules of a check: an estimate with its interval against what is claimed.

A rule answers from the whole interval. Where the interval lies on both sides of what is claimed, the answer
is "undecided", which more patients may settle. A difference too small to matter is none, however sure.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from trialkine.claims.record import Check, Verdict
from trialkine.statistics.estimate import Estimate
from trialkine.statistics.proportions import exact_interval

NO_LIMITS = "too few patients for an interval"
TOO_WIDE = "the interval is too wide to count as a prediction"
REPRODUCED, CONTRADICTED, UNDECIDED = Verdict.REPRODUCED, Verdict.CONTRADICTED, Verdict.UNDECIDED


@dataclass(frozen=True)
class Bounds:
    """An estimate's number and limits; a median that is not reached is infinite."""

    estimate: float
    low: float
    high: float


def bounds(found: Estimate) -> Bounds | None:
    """The numbers of an estimate, or None where a rule could not use them: no number, or no limits at all.

    A limit that the data do not give lies at infinity.
    """
    if found.estimate is None:
        if not found.why.startswith("not reached"):
            return None
        return Bounds(math.inf, math.inf if found.low is None else found.low, math.inf)
    if found.low is None and found.high is None:
        return None
    low = -math.inf if found.low is None else found.low
    return Bounds(found.estimate, low, math.inf if found.high is None else found.high)


def difference(first: Estimate, second: Estimate) -> Estimate:
    """The first minus the second, with limits recovered from those of each.

    Where both are of the same patients the limits are wider than need be.

    Source: newcombe_1998 (square and add).
    """
    one, two = bounds(first), bounds(second)
    if one is None or two is None:
        why = (first if one is None else second).why or NO_LIMITS
        return Estimate(None, None, None, first.level, "square and add", first.interval, why)
    if not math.isfinite(one.estimate) or not math.isfinite(two.estimate):
        why = "one of the two is not reached"
        return Estimate(None, None, None, first.level, "square and add", first.interval, why)
    middle = one.estimate - two.estimate
    low = middle - math.hypot(one.estimate - one.low, two.high - two.estimate)
    high = middle + math.hypot(one.high - one.estimate, two.estimate - two.low)
    return Estimate(middle, low, high, first.level, "square and add", first.interval)


def published(check: Check) -> tuple[float, float]:
    """The published interval of a check: as printed, or the exact one of a published count."""
    if check.events is not None and check.of is not None:
        exact = exact_interval(check.events, check.of)
        assert exact.low is not None
        assert exact.high is not None
        return exact.low, exact.high
    assert check.low is not None
    assert check.high is not None
    return check.low, check.high


def _side(is_true: bool, is_false: bool) -> Verdict:
    return REPRODUCED if is_true else CONTRADICTED if is_false else UNDECIDED


def _number(check: Check) -> float:
    assert isinstance(check.value, (int, float))
    return float(check.value)


def _below(found: Bounds, check: Check) -> Verdict:
    return _side(found.high < _number(check), found.low >= _number(check))


def _above(found: Bounds, check: Check) -> Verdict:
    return _side(found.low > _number(check), found.high <= _number(check))


def _between(found: Bounds, check: Check) -> Verdict:
    low, high = published(check)
    return _side(low <= found.low and found.high <= high, found.high < low or found.low > high)


def _agrees_with(found: Bounds, check: Check) -> Verdict:
    low, high = published(check)
    return _side(low <= found.estimate <= high, found.high < low or found.low > high)


def _predicts(found: Bounds, check: Check) -> Verdict:
    """Outside even a wide interval is against the model; inside one that is too wide says nothing for it."""
    if not found.low <= _number(check) <= found.high:
        return CONTRADICTED
    is_too_far = check.apart is not None and found.high - found.low > check.apart
    is_too_many_fold = check.factor is not None and found.high > check.factor * found.low
    return UNDECIDED if is_too_far or is_too_many_fold else REPRODUCED


def _higher_than(found: Bounds, check: Check) -> Verdict:
    return _side(found.low > 0.0 and found.high > check.by, found.high <= check.by)


def _lower_than(found: Bounds, check: Check) -> Verdict:
    return _side(found.high < 0.0 and found.low < -check.by, found.low >= -check.by)


def _as_in(found: Bounds, check: Check) -> Verdict:
    assert check.within is not None
    is_close = -check.within <= found.low and found.high <= check.within
    return _side(is_close, found.low > check.within or found.high < -check.within)


RULES: Mapping[str, Callable[[Bounds, Check], Verdict]] = {
    "below": _below,
    "above": _above,
    "between": _between,
    "agrees with": _agrees_with,
    "predicts": _predicts,
    "higher than": _higher_than,
    "lower than": _lower_than,
    "as in": _as_in,
}
EQUALS = "equals"  # for words and numbers that are written down, not simulated
NEEDS: Mapping[str, tuple[str, ...]] = {
    "below": ("value",),
    "above": ("value",),
    "between": ("low", "high"),
    "agrees with": ("low", "high"),
    "predicts": ("value",),
    "higher than": ("than",),
    "lower than": ("than",),
    "as in": ("than", "within"),
    EQUALS: ("value",),
}
ONE_SIDED = ("higher than", "lower than")  # they need the smallest difference that matters
PREDICTS = "predicts"  # it needs how wide its interval may be
COMPARES = ("higher than", "lower than", "as in")


def judge(found: Estimate, check: Check) -> tuple[Verdict, str]:
    """The verdict of a check on an estimate (a difference, where the rule compares), and why it has none."""
    numbers = bounds(found)
    if numbers is None:
        return UNDECIDED, found.why or NO_LIMITS
    verdict = RULES[check.rule](numbers, check)
    return verdict, TOO_WIDE if check.rule == PREDICTS and verdict is UNDECIDED else ""


def together(verdicts: list[Verdict]) -> Verdict:
    """The verdict of a claim whose checks ended so: contradicted by any, reproduced only by all."""
    for worst in (Verdict.FAILED, CONTRADICTED, UNDECIDED, Verdict.NOT_RUN):
        if worst in verdicts:
            return worst
    return REPRODUCED
