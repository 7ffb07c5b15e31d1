"""Reads one number from what a run gave: a metric, a contrast, a measure, or a value of its summary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from trialkine.claims.measures import MEASURES, Asked
from trialkine.claims.record import Check, Reading
from trialkine.claims.rules import COMPARES, difference
from trialkine.errors import InputError
from trialkine.evidence.file_faults import near
from trialkine.statistics.estimate import Estimate

if TYPE_CHECKING:
    from trialkine.report.contrasts import ArmContrast
    from trialkine.report.outcomes import ArmOutcomes, Summary
    from trialkine.trial.result import TrialResult

SURVIVAL = "survival_months"  # time alive in the common follow-up, which only a contrast of arms has
NAMES = ("name", "arm", "agent", "criteria", "term", "stimulus", "sample")


@dataclass(frozen=True)
class Outcome:
    """What a run gave: its summary as data, and of a trial the numbers behind it."""

    record: Mapping[str, Any]
    result: TrialResult | None = None
    summary: Summary | None = None


def read_number(check: Check, outcomes: Mapping[str, Outcome]) -> Estimate:
    """The estimate that a check's rule is about; where the rule compares, the difference of two.

    Raises: InputError, when a claim names an arm, metric or value that the run does not have.
    """
    if check.rule not in COMPARES or check.than is None:
        return _one(check.reading, outcomes)
    contrast = _contrast(check.reading, check.than, outcomes)
    if contrast is not None:
        return contrast
    return difference(_one(check.reading, outcomes), _one(check.than, outcomes))


def at_path(data: Any, path: str) -> Any:
    """The value at `path` of nested data; a list is entered by number or by the name of its entry.

    Raises: InputError, where the path leads nowhere.
    """
    here = data
    for part in path.split("/"):
        if isinstance(here, Mapping):
            known = {str(key): value for key, value in here.items()}
        elif isinstance(here, (list, tuple)):
            known = {str(place): value for place, value in enumerate(here)}
            for entry in here:
                if isinstance(entry, Mapping):
                    known |= {str(entry[name]): entry for name in NAMES if name in entry}
        else:
            known = {}
        if part not in known:
            raise InputError(f"A claim reads '{path}', and '{part}' is not there.{near(part, known)}")
        here = known[part]
    return here


def _one(reading: Reading, outcomes: Mapping[str, Outcome]) -> Estimate:
    outcome = outcomes[reading.run]
    if reading.path:
        return _as_estimate(at_path(outcome.record, reading.path), reading.path)
    if outcome.result is None or outcome.summary is None:
        raise InputError(f"The run '{reading.run}' is an assay: a claim reads its summary with `path`.")
    arm = _named_arm(outcome.summary, reading)
    if reading.measure:
        asked = Asked(outcome.result, outcome.summary, arm.name, reading.line, reading.options)
        return MEASURES[reading.measure].find(asked)
    metrics = arm.group.metrics
    if reading.line is not None:
        of_line = [line for line in arm.lines if line.line == reading.line]
        if not of_line:
            return Estimate(None, None, None, 0.95, "none", why=f"nobody reached line {reading.line}")
        metrics = of_line[0].group.metrics
    if reading.metric not in metrics:
        raise InputError(f"A claim reads the metric '{reading.metric}'.{near(reading.metric, metrics)}")
    return metrics[reading.metric]


def _named_arm(summary: Summary, reading: Reading) -> ArmOutcomes:
    for arm in summary.arms:
        if arm.name == reading.arm or (not reading.arm and len(summary.arms) == 1):
            return arm
    names = [arm.name for arm in summary.arms]
    raise InputError(f"The run '{reading.run}' has no arm '{reading.arm}'.{near(reading.arm, names)}")


def _as_estimate(value: Any, path: str) -> Estimate:
    """A number of a summary, with its interval where it has one."""
    if isinstance(value, Estimate):
        return value
    if isinstance(value, Mapping) and "estimate" in value:
        level, why = float(value.get("level", 0.95)), str(value.get("why", ""))
        kind = value.get("interval", "confidence")
        return Estimate(value["estimate"], value.get("low"), value.get("high"), level, "summary", kind, why)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Estimate(float(value), float(value), float(value), 0.95, "summary")
    if value is None:
        return Estimate(None, None, None, 0.95, "summary", why="the summary has no value")
    raise InputError(f"A claim reads '{path}', which is no number but {value!r}.")


def _contrast(first: Reading, second: Reading, outcomes: Mapping[str, Outcome]) -> Estimate | None:
    """The contrast of two arms of one run, where the run gives one for this metric."""
    plain = replace(first, arm="") == replace(second, arm="") and first.line is None
    summary = outcomes[first.run].summary
    if not plain or summary is None or first.metric not in ("orr", SURVIVAL):
        if SURVIVAL in (first.metric, second.metric):
            raise InputError(f"'{SURVIVAL}' compares two arms of one run. Write `than = {{ arm = ... }}`.")
        return None
    for reading in (first, second):
        _named_arm(summary, reading)
    for contrast in summary.contrasts:
        if (contrast.arm, contrast.reference) == (first.arm, second.arm):
            return _part(contrast, first.metric)
        if (contrast.arm, contrast.reference) == (second.arm, first.arm):
            return _reversed(_part(contrast, first.metric))
    raise InputError(f"The run '{first.run}' does not compare '{first.arm}' with '{second.arm}'.")


def _part(contrast: ArmContrast, metric: str) -> Estimate:
    pair = contrast.paired or contrast.randomised
    assert pair is not None
    return pair.response_difference if metric == "orr" else pair.survival_months


def _reversed(found: Estimate) -> Estimate:
    estimate, low, high = (
        None if value is None else -value for value in (found.estimate, found.low, found.high)
    )
    return replace(found, estimate=estimate, low=high, high=low)
