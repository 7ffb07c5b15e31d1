"""Matches virtual patients to what was reported of one arm, and tells how they fare in every arm.

A pool of patients is treated in all arms of the protocol, the same patients in each. The numbers reported of
one arm become margins, as the calibration's targets do; the weights nearest to equal ones that meet them are
found; the outcomes of every arm are told with equal weights and with these.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from trialkine.calibration.counts import LANDMARK_SLACK, events_of, patients_of
from trialkine.calibration.ensemble_file import has_shipped_ensemble, read_ensemble
from trialkine.calibration.targets import Target, targets_of_arm
from trialkine.calibration.weighted_outcomes import (
    AFTER_RESECTION,
    WITH_DISEASE,
    is_weighable,
    weighted_metric,
)
from trialkine.ensemble_members import LINEAR
from trialkine.errors import InputError
from trialkine.population.ensemble import OF_DISEASE, ParameterEnsemble
from trialkine.population.prevalence import Margin, Sense, effective_size, prevalence_weights
from trialkine.records import DAYS_PER_MONTH
from trialkine.study import run_protocol
from trialkine.trial.protocol import Protocol
from trialkine.trial.reported import MEDIANS, ReportedArm
from trialkine.trial.sentences import choice_hint

if TYPE_CHECKING:
    import polars as pl

    from trialkine.trial.result import TrialResult

Array = np.ndarray[Any, np.dtype[Any]]
Progress = Callable[[float, str], None]

USUAL_PATIENTS = 4000
FEWEST_PER_MEMBER = 20
"""Patients of a repetition, at least, where a pool is shared by the members of an ensemble."""
SENSES: dict[str, Sense] = {
    "count": "equal", "at least": "at least", "more than half": "at least", "less than half": "at most",
}  # fmt: skip
FOLLOWS = {"pr_rate": ("orr", "cr_rate"), "sd_rate": ("orr", "pd_rate")}
"""Numbers that are met where others are."""
RANDOMISED = "randomised"
KEYS = ["trial", "patient"]


@dataclass(frozen=True)
class MatchedMargin:
    """One reported number as a share of patients: as reported, in the pool, and in the weighted pool.

    `about` says who are counted; `error` is the standard error of the reported share, within which it is met.
    Units: reported, error, before, after [fraction].
    """

    line: str | None
    metric: str
    about: str
    sense: Sense
    of: int
    error: float
    reported: float
    before: float
    after: float


@dataclass(frozen=True)
class UnusableMargin:
    """One reported number that no weights of the pool can meet, and why. Units: reported [fraction]."""

    line: str | None
    metric: str
    about: str
    reported: float
    why: str

    @property
    def name(self) -> str:
        """What it is called in words."""
        return f"{self.line}: {self.metric} ({self.about})" if self.line else f"{self.metric} ({self.about})"


@dataclass(frozen=True)
class ArmOutcome:
    """A measure of one arm with equal weights and with those found; None where it has no value.

    Units: rates [fraction], medians [month].
    """

    arm: str
    metric: str
    before: float | None
    after: float | None


@dataclass(frozen=True)
class Match:
    """Weights of a pool of patients under which they are like those of one arm of a published trial.

    Weights add up to 1; patients whose simulation of that arm failed are left out. A patient is known by the
    repetition of the trial and the number in it. `not_matched` names reported numbers that no margin stands
    for, `left_out` holds the margins that no weights of this pool can meet. Shapes: trial, patient and
    weights (patient,).
    """

    arm: str
    trial: Array
    patient: Array
    weights: Array
    margins: tuple[MatchedMargin, ...]
    outcomes: tuple[ArmOutcome, ...]
    not_matched: tuple[str, ...]
    left_out: tuple[UnusableMargin, ...] = ()

    @property
    def effective_size(self) -> float:
        """How many equally weighted patients the weights are worth."""
        return effective_size(self.weights)


def match_arm(
    protocol: Protocol,
    arm: str,
    *,
    patients: int = USUAL_PATIENTS,
    seed: int = 0,
    jobs: int | None = None,
    ensemble: ParameterEnsemble | None = None,
    progress: Progress = lambda done, message: None,
) -> Match:
    """Simulate a pool of patients in every arm, and match them to what was reported of one.

    Without an ensemble, that of the package is used, if there is one.

    Raises: InputError, when nothing usable is reported of the arm, or the weights are refused.
    """
    check_reported(protocol, arm)
    members = usual_ensemble(protocol) if ensemble is None else ensemble
    pool = simulate_pool(
        protocol, patients=patients, seed=seed, jobs=jobs, ensemble=members, progress=progress
    )
    return match_pool(pool, arm)


def usual_ensemble(protocol: Protocol) -> ParameterEnsemble | None:
    """The ensemble that comes with the package, if any; none for a model of one's own."""
    if protocol.own_model is not None or not has_shipped_ensemble():
        return None
    return read_ensemble().members


def simulate_pool(
    protocol: Protocol,
    *,
    patients: int = USUAL_PATIENTS,
    seed: int = 0,
    jobs: int | None = None,
    ensemble: ParameterEnsemble | None = None,
    progress: Progress = lambda done, message: None,
) -> TrialResult:
    """Treat about so many patients in every arm of the protocol, the same patients in each.

    The calendar stays that of the trial: more patients are enrolled in the same time. An ensemble's members
    share the pool between them.
    """
    repetitions = 1 if ensemble is None else max(1, min(len(ensemble), patients // FEWEST_PER_MEMBER))
    size = -(-patients // repetitions)
    is_randomised = protocol.arms_are == RANDOMISED and len(protocol.arms) > 1
    members = _as_if_randomised(ensemble) if ensemble is not None and is_randomised else ensemble
    return run_protocol(
        pool_protocol(protocol, size),
        patients=size,
        trials=repetitions,
        seed=seed,
        jobs=jobs,
        ensemble=members,
        progress=progress,
    )


def pool_protocol(protocol: Protocol, size: int) -> Protocol:
    """The protocol with the same patients in every arm, so many of them in the time of the trial's own."""
    enrolment = protocol.enrolment
    faster = enrolment.per_month * size / enrolment.patients
    return protocol.model_copy(
        update={
            "arms_are": "counterfactual" if len(protocol.arms) > 1 else protocol.arms_are,
            "arms": tuple(arm.model_copy(update={"ratio": None}) for arm in protocol.arms),
            "enrolment": enrolment.model_copy(update={"patients": size, "per_month": faster}),
        }
    )


def match_pool(pool: TrialResult, arm: str) -> Match:
    """Match the patients of a pool to what was reported of one arm.

    A number that no weights of the pool can meet by itself is left out, with the reason.

    Raises: InputError, when nothing usable is reported of the arm, or the weights are refused.
    """
    protocol = pool.protocol
    check_reported(protocol, arm)
    everyone = patients_of(pool, arm, None).select(KEYS)
    targets, columns, left_out = [], [], []
    for target in targets_of_arm(protocol.title, protocol, arm):
        column = _indicator(pool, target, everyone)
        why = _why_unusable(column, _margin(target))
        if why:
            share = target.count / target.of
            left_out.append(UnusableMargin(target.line, target.metric, _about(target), share, why))
        else:
            targets.append(target)
            columns.append(column)
    if not targets:
        raise InputError(_nothing_left(arm, left_out))
    margins = [_margin(target) for target in targets]
    found = prevalence_weights(np.column_stack(columns), margins)
    matched = tuple(
        MatchedMargin(
            target.line, target.metric, _about(target), margin.sense, target.of, margin.tolerance,
            margin.wanted, float(before), float(after),
        )
        for target, margin, before, after in zip(targets, margins, found.before, found.after, strict=True)
    )  # fmt: skip
    return Match(
        arm=arm,
        trial=everyone["trial"].to_numpy(),
        patient=everyone["patient"].to_numpy(),
        weights=found.weights,
        margins=matched,
        outcomes=_outcomes(pool, arm, everyone, found.weights),
        not_matched=_not_matched(protocol, arm, targets),
        left_out=tuple(left_out),
    )


def _why_unusable(indicator: Array, margin: Margin) -> str:
    """Why no weights can meet a margin, whatever the others; empty where some can. Shape: (patient,)."""
    counted = indicator[~np.isnan(indicator)]
    if not len(counted):
        return f"none of the {len(indicator):,} patients of the pool counts in it"
    nearest = float(np.clip(margin.wanted, counted.min(), counted.max()))
    if margin.is_met(nearest):
        return ""
    who = f"the {len(counted):,} patients of the pool who count in it"
    return f"none of {who} shows it" if nearest == 0.0 else f"all of {who} show it"


def _nothing_left(arm: str, left_out: Sequence[UnusableMargin]) -> str:
    """That no reported number can be met, each with its reason, and what to do."""
    reasons = "; ".join(f"'{one.name}', {one.reported:.1%}: {one.why}" for one in left_out)
    return (
        f"No number reported of arm '{arm}' can be a margin in this pool: {reasons}. Simulate more patients, "
        "or check the protocol and the numbers."
    )


def check_reported(protocol: Protocol, arm: str) -> None:
    """Raises: InputError, when the protocol has no such arm, or reports nothing of it that can be matched."""
    names = [one.name for one in protocol.arms]
    if arm not in names:
        raise InputError(f"The protocol has no arm '{arm}'. {choice_hint(arm, names)}")
    entries = _entries(protocol, arm)
    selected = [entry.selected for entry in entries if entry.selected is not None]
    if targets_of_arm(protocol.title, protocol, arm):
        return
    if not entries:
        others = sorted({entry.arm for entry in protocol.reported or ()})
        instead = f"Numbers are reported of: {', '.join(others)}." if others else ""
        advice = "Add them under 'reported: [{arm: ..., n: ..., cr: ..., metrics: {...}}]', with a 'source'."
        raise InputError(" ".join(filter(None, (f"Nothing is reported of arm '{arm}'.", instead, advice))))
    if len(selected) == len(entries):
        raise InputError(
            f"The patients reported of arm '{arm}' were selected ({selected[0]}), so there is no case mix to "
            "match. Report an unselected series."
        )
    raise InputError(
        f"What is reported of arm '{arm}' can be no margin. Add responses, a median time, or survival at a "
        "time, such as 'os_median_months' or 'pfs_rate_24w'."
    )


def _entries(protocol: Protocol, arm: str) -> list[ReportedArm]:
    return [entry for entry in protocol.reported or () if entry.arm == arm]


def _margin(target: Target) -> Margin:
    """A target as a margin, to be met within the standard error of the reported share."""
    share = target.count / target.of
    shrunk = (target.count + 0.5) / (target.of + 1.0)  # so that 0 of n has an error, too
    error = float(np.sqrt(shrunk * (1.0 - shrunk) / target.of))
    name = f"{target.metric} ({_about(target)})"
    return Margin(f"{target.line}: {name}" if target.line else name, share, error, SENSES[target.sense])


def _about(target: Target) -> str:
    """Who are counted, in words."""
    counted = {
        "responds": "complete or partial response",
        "complete": "complete among the responses",
        "progresses": "neither response nor stable disease, of those without response",
    }
    if target.event in counted:
        return counted[target.event]
    free = {"os": "alive", "rfs": "relapse-free", "dor": "still in response"}
    state = free.get(target.event, "progression-free")
    half = ", from the median" if target.metric in MEDIANS else ""
    return f"{state} at {target.day / DAYS_PER_MONTH:.3g} months{half}"


def _indicator(pool: TrialResult, target: Target, everyone: pl.DataFrame) -> Array:
    """1 for each patient who met the target's event, 0 for others, NaN for who does not count.

    Shape: returns (patient,), in the order of `everyone`.
    """
    import polars as pl

    rows = patients_of(pool, target.arm, target.line)
    happened, known = events_of(rows, target)
    if target.event not in ("responds", "complete", "progresses"):
        known = known & (_followed(pool, target, rows) >= target.day - LANDMARK_SLACK)
    met = pl.Series("met", np.where(known, happened.astype(float), np.nan))
    own = rows.select(KEYS).with_columns(met)
    joined = everyone.join(own, on=KEYS, how="left", maintain_order="left")
    return np.asarray(joined["met"].fill_null(np.nan).to_numpy())


def _followed(pool: TrialResult, target: Target, rows: pl.DataFrame) -> Array:
    """How long each patient would be followed if nothing happened, from where the target's days begin.

    Of those followed for less, only events are known; to count them would overstate events.

    Units: returns [day]. Shape: returns (row,).
    """
    planned = patients_of(pool, target.arm, None).select(*KEYS, planned="follow_up_days")
    days = rows.select(KEYS).join(planned, on=KEYS, how="left", maintain_order="left")["planned"].to_numpy()
    if target.line is not None:
        days = days - rows["start_day"].to_numpy()
    return days - rows["response_day"].to_numpy() if target.event == "dor" else days


def _outcomes(
    pool: TrialResult, matched: str, everyone: pl.DataFrame, weights: Array
) -> tuple[ArmOutcome, ...]:
    """The measures of every arm, for those patients who were simulated to the end in it."""
    import polars as pl

    metrics = _metrics(pool.protocol, matched)
    weighted = everyone.with_columns(pl.Series("weight", weights))
    found = []
    for arm in pool.arms:
        rows = patients_of(pool, arm, None).join(weighted, on=KEYS, how="inner", maintain_order="left")
        own, equal = rows["weight"].to_numpy(), np.ones(rows.height)
        for metric in metrics:
            before, after = (weighted_metric(rows, one, metric) for one in (equal, own))
            found.append(ArmOutcome(arm, metric, before, after))
    return tuple(found)


def _metrics(protocol: Protocol, arm: str) -> tuple[str, ...]:
    """The usual measures of such a trial, and those reported of the arm."""
    usual = AFTER_RESECTION if protocol.assessments.criteria == "relapse" else WITH_DISEASE
    reported = [
        name for entry in _entries(protocol, arm) if entry.line is None for name in entry.all_metrics()
    ]
    return tuple(dict.fromkeys((*usual, *filter(is_weighable, reported))))


def _not_matched(protocol: Protocol, arm: str, targets: Sequence[Target]) -> tuple[str, ...]:
    """Reported numbers that no margin stands for, a line's with its agent."""
    found = []
    for entry in _entries(protocol, arm):
        own = [target for target in targets if target.line == entry.line]
        met = {target.metric for target in own}
        if any(target.event == "responds" and target.count == 0.0 for target in own):
            met |= {"cr_rate", "pr_rate"}
        for metric in entry.all_metrics():
            follows = metric in FOLLOWS and met.issuperset(FOLLOWS[metric])
            if metric not in met and not follows:
                found.append(f"{entry.line}: {metric}" if entry.line else metric)
    return tuple(found)


def _as_if_randomised(ensemble: ParameterEnsemble) -> ParameterEnsemble:
    """Members that give a pool the case mix of a randomised trial, though its arms share their patients."""
    values = ensemble.values.copy()
    for place, name in enumerate(ensemble.names):
        stem, _, last = name.rpartition(OF_DISEASE)[2].rpartition(".")
        coefficient = f"{stem}.{RANDOMISED}"
        if last == LINEAR and coefficient in ensemble.names:
            values[:, place] += values[:, ensemble.names.index(coefficient)]
    return replace(ensemble, values=values)
