"""Faults between the numbers that a published trial reports, looked for in whatever can be read."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

from trialkine.trial.reported import METRIC_PATTERNS, NAMED_METRICS, is_fraction, is_metric
from trialkine.trial.reported_times import StatedNumber, time_findings
from trialkine.trial.sentences import Fault, choice_hint, is_near
from trialkine.trial.words import shorten, suggestion

COUNTS = ("cr", "pr", "sd", "pd")
ROUNDING = 0.006  # rates are printed in whole per cent
BEGINS_WITH_ZERO = re.compile(r"_0\d*[wm]$")


def reported_faults(data: dict[Any, Any], arms: list[dict[Any, Any]]) -> Iterator[Fault]:
    """Faults of `reported` and `source`."""
    reported = data.get("reported")
    if reported is None:
        if data.get("source") is not None:
            yield (
                ("source",),
                "source says where reported numbers come from. Add `reported`, or use `sources`.",
                None,
            )
        return
    if data.get("source") is None:
        yield (
            ("reported",),
            "nothing says where these numbers come from. Add 'source: {citation: ...}'.",
            None,
        )
    names = [_plain(arm["name"]) for arm in arms if isinstance(arm.get("name"), str)]
    seen: set[tuple[Any, Any]] = set()
    for place, entry in enumerate(_list(reported)):
        if isinstance(entry, dict):
            yield from _arm_faults(("reported", place), entry, names, arms, seen)


def _arm_faults(
    path: tuple[Any, ...],
    entry: dict[Any, Any],
    names: list[str],
    arms: list[dict[Any, Any]],
    seen: set[tuple[Any, Any]],
) -> Iterator[Fault]:
    name, line = _plain(entry.get("arm")), _plain(entry.get("line"))
    if isinstance(name, str) and names and name not in names:
        yield (*path, "arm"), f"no arm is named '{shorten(name, 40)}'. {choice_hint(name, names)}", None
    elif isinstance(name, str) and isinstance(line, str):
        yield from _line_faults(path, line, next((a for a in arms if _plain(a.get("name")) == name), {}))
    if isinstance(name, str) and (line is None or isinstance(line, str)):
        if (name, line) in seen:
            yield (*path, "arm"), f"arm '{shorten(name, 40)}' is reported twice. Join the two.", None
        seen.add((name, line))
    yield from _count_faults(path, entry)
    metrics = entry.get("metrics")
    for metric, stated in metrics.items() if isinstance(metrics, dict) else ():
        yield from _metric_faults((*path, "metrics", metric), str(metric), stated)
    for found in time_findings(_readable(metrics)):
        if not found.is_possible:
            yield (*path, "metrics", found.metric), found.message, None
    has_numbers = isinstance(metrics, dict) and metrics
    if not has_numbers and not any(entry.get(key) is not None for key in (*COUNTS, "responders")):
        yield path, "this arm reports no number. Write counts, or `metrics`, or leave the arm out.", None


def _readable(metrics: Any) -> dict[str, StatedNumber]:
    """The numbers of an arm that can be read; what is wrong with the others is told where they are."""
    found = {}
    for metric, stated in metrics.items() if isinstance(metrics, dict) else ():
        numbers = stated if isinstance(stated, dict) else {"value": stated}
        value, low, high = (_number(numbers.get(key)) for key in ("value", "low", "high"))
        if value is not None:
            found[str(metric)] = StatedNumber(value, low, high, numbers.get("at_least") is True)
    return found


def _number(value: Any) -> float | None:
    """A number from 0 up, or none."""
    is_number = type(value) in (int, float) and math.isfinite(value) and value >= 0.0
    return float(value) if is_number else None


def _plain(value: Any) -> Any:
    """A text as the protocol keeps it, with single spaces and none around; anything else as it is."""
    return " ".join(value.split()) if isinstance(value, str) else value


def _line_faults(path: tuple[Any, ...], line: str, arm: dict[Any, Any]) -> Iterator[Fault]:
    """A line of treatment that the arm does not have."""
    lines = arm.get("treatment")
    agents = [_plain(one.get("agent")) for one in _list(lines) if isinstance(one, dict)]
    known = [agent for agent in agents if isinstance(agent, str)]
    if lines == []:
        yield (*path, "line"), "the arm gives no agent. Leave 'line' out.", None
    elif known and line not in known:
        hint = choice_hint(line, known)
        yield (*path, "line"), f"the arm gives no '{shorten(line, 40)}'. {hint}", None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _count_faults(path: tuple[Any, ...], entry: dict[Any, Any]) -> Iterator[Fault]:
    """Counts that exceed their denominator, or contradict each other."""
    counts = {key: entry[key] for key in COUNTS if type(entry.get(key)) is int}
    n, responders = entry.get("n"), entry.get("responders")
    if (counts or responders is not None) and n is None:
        yield path, "counts need their denominator. Add 'n', the patients evaluated for response.", None
        return
    if type(n) is not int or n < 1:
        return  # reported where the number is read
    total = sum(counts.values())
    if total > n:
        yield (*path, "n"), f"the counts add up to {total}, more than the {n} evaluated. Check them.", None
    if len(counts) == len(COUNTS) and total < n:
        message = f"cr, pr, sd and pd add up to {total} of {n}. Leave out what is not known, or lower 'n'."
        yield (*path, "n"), message, None
    if type(responders) is int:
        for message in _responder_faults(responders, counts, n):
            yield (*path, "responders"), message, None
    enrolled = entry.get("enrolled")
    if type(enrolled) is int and enrolled < n:
        yield (*path, "enrolled"), f"{enrolled} enrolled are fewer than the {n} evaluated. Swap them.", None
    yield from _printed_rate_faults(path, entry, n)


def _responder_faults(responders: int, counts: dict[str, int], n: int) -> Iterator[str]:
    """What is wrong with a sum of responses, beside the counts that are known."""
    responses = counts.get("cr", 0) + counts.get("pr", 0)
    total = responders + counts.get("sd", 0) + counts.get("pd", 0)
    if responders > n:
        yield f"{responders} responders of {n} patients cannot be. Check both."
    elif "cr" in counts and "pr" in counts:
        if responders != responses:
            yield f"{responders} is not cr + pr = {responses}. Leave it out."
    elif responders < responses:
        yield f"{responders} responders are fewer than the {responses} of one kind. Check both."
    elif total > n:
        yield f"with sd and pd they add up to {total}, more than the {n} evaluated. Check them."


def _printed_rate_faults(path: tuple[Any, ...], entry: dict[Any, Any], n: int) -> Iterator[Fault]:
    """A printed response rate that its own counts contradict."""
    metrics, cr, pr = entry.get("metrics"), entry.get("cr"), entry.get("pr")
    stated = metrics.get("orr") if isinstance(metrics, dict) else None
    if isinstance(stated, dict):
        if stated.get("n") not in (None, n):
            return
        stated = stated.get("value")
    count = entry.get("responders")
    if count is None and type(cr) is int and type(pr) is int:
        count = cr + pr
    if type(count) is not int or isinstance(stated, bool) or not isinstance(stated, (int, float)):
        return
    if 0.0 <= stated <= 1.0 and abs(stated - count / n) > ROUNDING:
        message = (
            f"{stated:g} is not {count} of {n} ({count / n:.3f}). Keep the counts, or state its own 'n'."
        )
        yield (*path, "metrics", "orr"), message, None


def _metric_faults(path: tuple[Any, ...], metric: str, stated: Any) -> Iterator[Fault]:
    if not is_metric(metric):
        hint = _metric_hint(metric)
        yield path, f"no number of summary.json is named '{shorten(metric, 40)}'. {hint}", None
        return
    numbers = stated if isinstance(stated, dict) else {"value": stated}
    value, low, high = (
        numbers.get(key) if type(numbers.get(key)) in (int, float) else None
        for key in ("value", "low", "high")
    )
    if is_fraction(metric):
        for number in (value, low, high):
            if number is not None and number > 1.0:
                percent = f"Write {number / 100:g} for {number:g} %."
                message = f"'{metric}' is a fraction and cannot be {number:g}. {percent}"
                yield path, message, None
                return
    if value is not None and ((low is not None and value < low) or (high is not None and value > high)):
        yield path, f"the interval of '{metric}' does not contain its value {value:g}. Check the three.", None
    if numbers.get("level") is not None and low is None and high is None:
        yield path, f"'{metric}' has a level without an interval. Add 'low' and 'high'.", None


def _metric_hint(metric: str) -> str:
    """The form of a rate at a time where one was meant, else the nearest name, else all there are."""
    begin, is_rate, _ = metric.partition("_rate_")
    forms = [pattern for pattern in METRIC_PATTERNS if is_rate and pattern.startswith(f"{begin}_")]
    if forms:
        and_how = ", with a number that does not begin with 0" if BEGINS_WITH_ZERO.search(metric) else ""
        return f"Write it as '{forms[0]}'{and_how}."
    known = (*NAMED_METRICS, *METRIC_PATTERNS)
    near = suggestion(metric, known)
    return near if is_near(near) else f"Known: {', '.join(known)}."
