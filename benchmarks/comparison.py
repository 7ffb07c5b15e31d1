"""From measured points to rates at equal error, ratios and a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from measure import TARGET, spread_error
from workloads import WEEKS

Point = Mapping[str, Any]
STEEPEST = 0.5  # of rate against error beyond the measured range; one-step methods of order 5 have 0.2


@dataclass(frozen=True)
class Rate:
    """Trajectories per CPU second at the target error."""

    value: float
    is_extrapolated: bool


def rate_at_target(points: Iterable[Point], patients: int) -> Rate | None:
    """Interpolated in log-log over the error of the first `patients`; None without usable points."""
    rates: dict[float, list[float]] = {}
    errors: dict[float, float] = {}
    for point in points:
        found = np.array([np.inf if e is None else e for e in point["errors"][:patients]])
        error = spread_error(found)
        if np.isfinite(error) and error > 0:
            rates.setdefault(point["tolerance"], []).append(point["trajectories_per_second"])
            errors[point["tolerance"]] = error
    if not rates:
        return None
    order = sorted(rates, key=lambda tolerance: errors[tolerance])
    x = np.log([errors[tolerance] for tolerance in order])
    y = np.log([np.mean(rates[tolerance]) for tolerance in order])
    target = np.log(TARGET)
    if x[0] <= target <= x[-1]:
        return Rate(float(np.exp(np.interp(target, x, y))), False)
    end = 0 if target < x[0] else -1
    near = slice(0, 2) if end == 0 else slice(-2, None)
    slope = float(np.clip(np.diff(y[near])[0] / np.diff(x[near])[0], 0, STEEPEST)) if len(x) > 1 else 0.0
    return Rate(float(np.exp(y[end] + slope * (target - x[end]))), True)


def drift(points: Iterable[Point], own: str) -> float:
    """By how much trialkine's rate, measured first and last, changed at most."""
    rates: dict[tuple[Any, ...], list[float]] = {}
    for point in points:
        if point["engine"] == own:
            key = (point["workload"], point["weeks"], point["tolerance"])
            rates.setdefault(key, []).append(point["trajectories_per_second"])
    return max((max(values) / min(values) - 1 for values in rates.values()), default=0.0)


def table(points: Sequence[Point], own: str, about: Mapping[str, str]) -> str:
    """A markdown table for each workload, best peer first. `about` says how each engine solves."""
    parts = []
    for name in WEEKS:
        here = [point for point in points if point["workload"] == name]
        ours = [point for point in here if point["engine"] == own]
        if not ours:
            continue
        full = max(point["weeks"] for point in ours)
        mine = rate_at_target([p for p in ours if p["weeks"] == full], len(ours[0]["errors"]))
        rows = []
        for engine in dict.fromkeys(point["engine"] for point in here if point["engine"] != own):
            row = _row([point for point in here if point["engine"] == engine], ours, about)
            if row is not None:
                rows.append(row)
        lines = [
            f"### Workload {name}",
            "",
            "| engine | solves by | trajectories / s | trialkine, same patients | ratio | patients x weeks "
            "| ready after | |",
            "|---|---|---|---|---|---|---|---|",
        ]
        if mine is not None:
            ready = ours[0]["ready_seconds"]
            lines.append(
                f"| **{own}** {ours[0]['version']} | {about[own]} | **{mine.value:.3g}** | | 1 "
                f"| {len(ours[0]['errors'])} x {full} | {ready:.1f} s | {_note(mine)} |"
            )
        lines += [text for _, text in sorted(rows)]
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _row(
    points: Sequence[Point], ours: Sequence[Point], about: Mapping[str, str]
) -> tuple[float, str] | None:
    first = points[0]
    patients, weeks = len(first["errors"]), first["weeks"]
    theirs = rate_at_target(points, patients)
    mine = rate_at_target([point for point in ours if point["weeks"] == weeks], patients)
    if theirs is None or mine is None:
        return None
    ratio = mine.value / theirs.value
    text = (
        f"| {first['engine']} {first['version']} | {about[first['engine']]} | {theirs.value:.3g} "
        f"| {mine.value:.3g} | {ratio:.3g} | {patients} x {weeks} | {first['ready_seconds']:.1f} s "
        f"| {_note(theirs)} |"
    )
    return ratio, text


def _note(rate: Rate) -> str:
    return "extrapolated" if rate.is_extrapolated else ""
