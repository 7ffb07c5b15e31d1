"""Measures of what could explain a striking small series: other treatments, selection, or luck.

The same patients must have been treated in every arm, so that each can be asked about elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from trialkine.errors import InputError
from trialkine.statistics.best_of_series import chance_of_at_least, series_to_screen
from trialkine.statistics.estimate import Estimate, undefined
from trialkine.statistics.proportions import exact_interval

if TYPE_CHECKING:
    from trialkine.claims.measures import Asked

RESPONSES = ["CR", "PR"]
KEYS = ["trial", "patient"]
METHOD = "binomial, at the limits of the rate"
ROUNDING = 1e-9


def deep_response(asked: Asked) -> Estimate:
    """The share of the patients who reached this line whose measured lesions once shrank by so much.

    It stands for a complete or nearly complete response; no second scan confirms it, and new lesions do not
    count. Options: `fall` (the least relative fall of the sum of diameters since the line began).
    """
    asked.option("fall")
    return exact_interval(_responders(asked).height, asked.patients.height)


def response_elsewhere(asked: Asked) -> Estimate:
    """Of the patients who reached this line, the share that responds in another arm.

    Options: `there` (the other arm), and `there_line` where its response to one line is meant.
    """
    reached = asked.patients
    both = _responders(_elsewhere(asked, "there")).join(reached, on=KEYS, how="semi")
    return exact_interval(both.height, reached.height)


def only_here(asked: Asked) -> Estimate:
    """Of the patients who reached this line, the share that responds to it and in neither of two other arms.

    Options: `there` and `nor_there` (the other arms), `there_line` and `nor_there_line` as above.
    """
    reached = asked.patients
    rows = _responders(asked)
    for name in ("there", "nor_there"):
        rows = rows.join(_responders(_elsewhere(asked, name)), on=KEYS, how="anti")
    return exact_interval(rows.height, reached.height)


def chance_of_series(asked: Asked) -> Estimate:
    """The chance that a series of patients has so many responses, or more, at this line's response rate.

    Options: `responses`, `patients`, and `fall` where only deep responses are meant.
    """
    return _at_rate(asked, chance_of_at_least)


def series_screened(asked: Asked) -> Estimate:
    """How many such series must be looked at for the best to have so many responses, with a given chance.

    Options: `responses`, `patients`, `chance`, and `fall` where only deep responses are meant.
    """
    chance = float(asked.option("chance"))

    def needed(responses: int, patients: int, rate: float) -> float:
        return series_to_screen(responses, patients, rate, chance)

    return _at_rate(asked, needed)


def _at_rate(asked: Asked, find: Callable[[int, int, float], float]) -> Estimate:
    """A number that rises or falls with the response rate, at the rate and at both of its limits."""
    responses, patients = int(asked.option("responses")), int(asked.option("patients"))
    rate = exact_interval(_responders(asked).height, asked.patients.height)
    if rate.estimate is None or rate.low is None or rate.high is None:
        return undefined("nobody reached the line", METHOD, rate.level)
    at = [find(responses, patients, value) for value in (rate.estimate, rate.low, rate.high)]
    low, high = min(at[1:]), max(at[1:])
    if not math.isfinite(at[0]):
        why = "not reached by any number of series: nobody responded"
        return Estimate(None, low, None, rate.level, METHOD, why=why)
    return Estimate(at[0], low, high if math.isfinite(high) else None, rate.level, METHOD)


def _responders(asked: Asked) -> pl.DataFrame:
    """Those who responded; with `fall` among the options, those whose lesions shrank so far."""
    if "fall" in asked.options:
        return _shrunk(asked, float(asked.options["fall"]))
    return asked.patients.filter(pl.col("best_response").is_in(RESPONSES)).select(KEYS)


def _shrunk(asked: Asked, fall: float) -> pl.DataFrame:
    """Those whose sum of diameters fell by a share of that of the last scan before the line."""
    starts = asked.patients.select(*KEYS, start=pl.lit(0.0) if asked.line is None else pl.col("start_day"))
    sums = (
        asked.result.lesions.filter(pl.col("arm") == asked.arm)
        .group_by(*KEYS, "day")
        .agg(pl.col("diameter_mm").sum().alias("sum"))
        .join(starts, on=KEYS)
        .sort("day")
    )
    is_before = pl.col("day") <= pl.col("start")
    before = sums.filter(is_before).group_by(KEYS).agg(pl.col("sum").last().alias("before"))
    lowest = sums.filter(~is_before).group_by(KEYS).agg(pl.col("sum").min().alias("lowest"))
    both = before.join(lowest, on=KEYS)
    return both.filter(1.0 - pl.col("lowest") / pl.col("before") >= fall - ROUNDING).select(KEYS)


def _elsewhere(asked: Asked, name: str) -> Asked:
    """The same question of another arm.

    Raises: InputError, when the arms do not hold the same patients, or there is no such arm.
    """
    arm, line = str(asked.option(name)), asked.options.get(f"{name}_line")
    if not asked.result.protocol.is_counterfactual:
        raise InputError("A claim asks what patients would do in another arm, but each arm has its own.")
    if arm not in asked.result.arms:
        raise InputError(f"A claim asks about the arm '{arm}', which the example does not have.")
    return replace(asked, arm=arm, line=None if line is None else int(line))
