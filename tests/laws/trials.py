"""Small trials for the laws: arms of the shipped examples in the same patients, run once and shared."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from trialkine.statistics.estimate import Estimate
from trialkine.statistics.proportions import paired_difference
from trialkine.statistics.summary import mean_interval
from trialkine.study import run_protocol
from trialkine.trial.protocol import Protocol
from trialkine.trial.result import TrialResult

Array = np.ndarray[Any, np.dtype[Any]]
Model = dict[str, Any]

EXAMPLES = Path(__file__).parents[2] / "examples"
SEED = 11
RESPONSES = ("CR", "PR")


@dataclass(frozen=True)
class Arm:
    """An arm of an example by its name there, with changes of the model or of lines of its treatment.

    `lines` holds keys to replace in the line of the same number.
    """

    of: str
    model: Model | None = None
    lines: tuple[dict[str, Any], ...] = ()


def values(**numbers: float | str) -> Model:
    """A change of the model that sets parameters."""
    return {"values": numbers}


def without(*mechanisms: str) -> Model:
    """A change of the model that switches mechanisms off."""
    return {"without": list(mechanisms)}


def trial(
    example: str, arms: Mapping[str, str | Arm], patients: int, follow_up: str, **keys: Any
) -> TrialResult:
    """Arms of a shipped example in the same patients, all enrolled in the first weeks.

    `keys` replace keys of the protocol.
    """
    data = deepcopy(_example(example))
    shipped = {arm["name"]: arm for arm in data["arms"]}
    data["arms"] = [_changed(name, arm, shipped) for name, arm in arms.items()]
    data.pop("arms_are", None)
    if len(arms) > 1:
        data["arms_are"] = "counterfactual"
    data.pop("design", None)
    data.pop("data_cut_off", None)
    data["follow_up"] = follow_up
    data["enrolment"] = {"patients": patients, "per_month": 1000}
    return _run(json.dumps({**data, **keys}, sort_keys=True))


def _changed(name: str, arm: str | Arm, shipped: Mapping[str, Any]) -> dict[str, Any]:
    wanted = Arm(arm) if isinstance(arm, str) else arm
    data = deepcopy(shipped[wanted.of])
    for line, changes in zip(data["treatment"], wanted.lines, strict=False):
        line.update(changes)
    return {**data, "name": name, **({"model": wanted.model} if wanted.model else {})}


@cache
def _example(name: str) -> dict[str, Any]:
    return dict(Protocol.read(EXAMPLES / f"{name}.yaml").to_dict())


@cache
def _run(data: str) -> TrialResult:
    return run_protocol(Protocol.from_dict(json.loads(data)), seed=SEED, jobs=1)


def column(result: TrialResult, arm: str, name: str) -> Array:
    """One outcome of every patient of an arm, in the order of patients."""
    return result.patients.filter(arm=arm).sort("patient")[name].to_numpy()


def responded(result: TrialResult, arm: str) -> Array:
    """Who had a partial or complete response to the whole strategy of an arm."""
    return np.isin(column(result, arm, "best_response"), RESPONSES)


def alive_at(result: TrialResult, arm: str, day: float) -> Array:
    """Who was alive on a day before the data cut-off; nobody is lost in these trials."""
    return ~(column(result, arm, "os_event") & (column(result, arm, "os_days") <= day))


def free_at(result: TrialResult, arm: str, day: float) -> Array:
    """Who was alive without progression on a day before the data cut-off."""
    return ~(column(result, arm, "pfs_event") & (column(result, arm, "pfs_days") <= day))


def gain(result: TrialResult, first: str, second: str) -> Estimate:
    """Responses of the first arm minus the second, in the same patients."""
    return paired_difference(responded(result, first), responded(result, second))


def has(estimate: Estimate) -> tuple[float, float, float]:
    """Estimate and limits as numbers."""
    assert estimate.estimate is not None
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.estimate, estimate.low, estimate.high


def auc_interval(scores: Array, is_case: Array) -> tuple[float, float, float]:
    """The area under the curve with its 95 % interval, from the spread of every patient's share of wins.

    The area is the chance that a case scores higher than another patient; ties count half.
    """
    cases, others = scores[is_case], scores[~is_case]
    wins = (cases[:, None] > others) + 0.5 * (cases[:, None] == others)
    area = float(wins.mean())
    error = float(
        np.sqrt(wins.mean(axis=1).var(ddof=1) / len(cases) + wins.mean(axis=0).var(ddof=1) / len(others))
    )
    return area, area - 1.96 * error, area + 1.96 * error


def extra_gain(result: TrialResult, pair: tuple[str, str], other: tuple[str, str]) -> Estimate:
    """By how much the gain of one pair of arms exceeds that of another pair, in the same patients."""
    gains = [responded(result, a).astype(float) - responded(result, b) for a, b in (pair, other)]
    return mean_interval(gains[0] - gains[1])
