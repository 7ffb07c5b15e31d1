"""Predicts published trials: simulates each with the ensemble, and sets predictions beside reports."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from trialkine.calibration.ensemble_file import CalibratedEnsemble
from trialkine.calibration.unknowns import CLASS_OFFSET
from trialkine.errors import InputError, TrialkineError
from trialkine.population.ensemble import ParameterEnsemble
from trialkine.records import DAYS_PER_MONTH
from trialkine.study import run_protocol
from trialkine.trial.agent_class import agent_class
from trialkine.trial.protocol import Protocol
from trialkine.trial.protocol_parts import Arm
from trialkine.trial.reported import MEDIANS, ReportedArm, ReportedValue, is_fraction
from trialkine.validation.already_seen import KnownTrial, known_trial, one_family_each
from trialkine.validation.baselines import Observed, Target, baseline_samples
from trialkine.validation.discrepancy import Draws, reported_draws
from trialkine.validation.ledger import Ledger, LedgerRow, Predictive
from trialkine.validation.metric_draws import median_luck, metric_draws, patients_behind
from trialkine.validation.scores import predictive

Array = np.ndarray[Any, np.dtype[Any]]
Progress = Callable[[int, int, str], None]
RESPONSE = "orr"
AGAIN = "trials of the catalogue under another name"
SEEN = "seen by the ensemble"
TWICE = "given more than once, and counted as one family"
DOUBTFUL = "may be trials that the ensemble has seen, by author and year; give the PubMed number"
CLAIMED = "not seen by the ensemble, whatever their files say"
TRIALS_OF = "trials of"
MOST_NAMED = 12
NO_EVIDENCE = (
    "the ensemble has seen it, and has no column of evidence for its family, so it cannot be left out"
)
SIZE, LUCK = "size of ", "luck of "
FORMAT = 2  # of the files that keep what was simulated; raise it when what is read off changes
NOT_SIMULATED = "the model does not predict this number"
NO_VALUE = "no simulated trial gave this number a value"


@dataclass(frozen=True)
class Plan:
    """How much is simulated: repetitions of every trial, and at most so many patients in each arm."""

    trials: int = 400
    patients: int = 40
    seed: int = 0


@dataclass(frozen=True)
class Simulation:
    """What was simulated of one trial: draws by arm, line and metric; or why nothing was."""

    trial: str
    draws: Mapping[str, Array]
    why: str = ""


def predict(
    trials: Mapping[str, Protocol],
    history: Mapping[str, Protocol],
    ensemble: CalibratedEnsemble,
    plan: Plan,
    *,
    folder: Path | None = None,
    jobs: int = 1,
    leave_out: bool = False,
    unread: Mapping[str, str] | None = None,
    trials_of: str = "",
    progress: Progress = lambda done, total, name: None,
) -> Ledger:
    """The ledger of some published trials.

    `history` are the trials that pools may learn from; `unread` names files that could not be read, and why;
    `trials_of` says in words where the trials come from.

    What was simulated is kept in `folder` and used again. With `leave_out` every family that the ensemble
    has seen, by its own record, is predicted with the members as they would be had it not been seen, and a
    class of agents that no other family gave as one that was never seen.
    """
    known = {name: known_trial(name, protocol, history, ensemble) for name, protocol in trials.items()}
    known, twice = one_family_each(known)
    left_out = list((unread or {}).items())
    if leave_out:
        fixed = [name for name, one in known.items() if one.is_seen and one.family not in ensemble.families]
        left_out += [(name, NO_EVIDENCE) for name in fixed]
        known = {name: one for name, one in known.items() if name not in fixed}
    trials = {name: one.protocol for name, one in known.items()}
    members_for = {
        name: ensemble.without(one.family) if leave_out else ensemble.members for name, one in known.items()
    }
    simulations = _simulate_all(trials, members_for, plan, folder, jobs, progress)
    observed = observations(history)
    rows: list[LedgerRow] = []
    for name, protocol in trials.items():
        simulation = simulations[name]
        if simulation.why:
            left_out.append((name, simulation.why))
            continue
        family = known[name].family
        members = members_for[name]
        if leave_out and known[name].is_seen:
            others = {one.agent_class for one in observed if one.family != family}
            members = members.with_names(partial(_is_seen, others))
        for entry in protocol.reported or ():
            rows.extend(
                replace(row, is_seen=known[name].is_seen)
                for row in _arm_rows(name, protocol, entry, simulation, members, observed, plan)
            )
    about = {
        **({TRIALS_OF: trials_of} if trials_of else {}),
        "ensemble": members_in_words(ensemble),
        "simulated": f"{plan.trials} trials each, of at most {plan.patients} patients per arm",
        "seed": str(plan.seed),
    }
    about |= _seen_in_words(known)
    if twice:
        about[TWICE] = ", ".join(f"{name} ({other})" for name, other in twice.items())
    return Ledger(tuple(rows), tuple(left_out), about, leave_out, trials_of)


def _seen_in_words(known: Mapping[str, KnownTrial]) -> dict[str, str]:
    """Which trials the ensemble has seen, which come under another name, and which only claim to be seen."""
    seen = [name for name, one in known.items() if one.is_seen]
    named = f": {', '.join(seen)}" if 0 < len(seen) <= MOST_NAMED else ""
    found = {SEEN: f"{len(seen)} of {len(known)} trials{named}"}
    again = [f"{name} ({one.other})" for name, one in known.items() if one.other]
    if again:
        found[AGAIN] = ", ".join(again)
    doubtful = [f"{name} ({one.may_be})" for name, one in known.items() if one.may_be]
    if doubtful:
        found[DOUBTFUL] = ", ".join(doubtful)
    claimed = [name for name, one in known.items() if one.is_claimed]
    if claimed:
        found[CLAIMED] = ", ".join(claimed)
    return found


def _is_seen(classes: Collection[str], name: str) -> bool:
    """Whether an ensemble's number is no offset of a class of agents, or one of a class that was seen."""
    return not name.startswith(f"{CLASS_OFFSET}.") or name[len(CLASS_OFFSET) + 1 :] in classes


def members_in_words(ensemble: CalibratedEnsemble) -> str:
    """What was used, for the page."""
    title = ensemble.members.title or "an ensemble without a title"
    return f"{title}: {len(ensemble.members)} members, {ensemble.members.hash}"


def family_of(name: str, protocol: Protocol) -> str:
    """The family of a published trial: as stated, else its own name."""
    return (protocol.source.family if protocol.source is not None else None) or name


def observations(history: Mapping[str, Protocol]) -> tuple[Observed, ...]:
    """The reported numbers that a pool may learn from: fair samples, counted once, and no mere bounds."""
    found = []
    for name, protocol in history.items():
        source = protocol.source
        if source is None or not source.counted or source.use != "calibration":
            continue
        for entry in protocol.reported or ():
            if entry.selected is not None:
                continue
            klass = agent_class(protocol, _arm(protocol, entry), entry.line)
            for metric, stated in entry.all_metrics().items():
                is_usable = (is_fraction(metric) or metric in MEDIANS) and not stated.at_least
                if is_usable:
                    n = entry.denominator(metric) or _size(protocol, entry)
                    found.append(
                        Observed(
                            family_of(name, protocol), protocol.population, klass, metric, stated.value, n
                        )
                    )
    return tuple(found)


def _arm(protocol: Protocol, entry: ReportedArm) -> Arm:
    return next(arm for arm in protocol.arms if arm.name == entry.arm)


def _size(protocol: Protocol, entry: ReportedArm) -> int:
    return _arm(protocol, entry).size(protocol.enrolment.patients)


def _key(entry: ReportedArm, metric: str) -> str:
    return f"{entry.arm}|{entry.line or ''}|{metric}"


def _arm_rows(
    name: str,
    protocol: Protocol,
    entry: ReportedArm,
    simulation: Simulation,
    members: ParameterEnsemble,
    observed: Sequence[Observed],
    plan: Plan,
) -> Iterator[LedgerRow]:
    source = protocol.source
    assert source is not None
    klass = agent_class(protocol, _arm(protocol, entry), entry.line)
    family = family_of(name, protocol)
    for metric, stated in entry.all_metrics().items():
        n = entry.denominator(metric) or _size(protocol, entry)
        key = f"{name} {_key(entry, metric)}"
        horizon = _horizon(protocol) if metric in MEDIANS else None
        found, why = None, NOT_SIMULATED
        values = simulation.draws.get(_key(entry, metric))
        if values is not None:
            numbers = np.array(members_of(plan.trials, members))
            if metric == "dor_median_months":  # of trials in which nobody responded there is nothing to say
                has_any = simulation.draws[_key(entry, RESPONSE)] > 0.0
                values, numbers = values[has_any], numbers[has_any]
            size = float(simulation.draws[SIZE + _key(entry, metric)])
            luck = float(simulation.draws.get(LUCK + _key(entry, metric), np.nan))
            draws = Draws(values, numbers, max(1, round(size)), luck)
            drawn = reported_draws(draws, members, metric, klass, protocol.population, n, key, plan.seed)
            weights = _weights(members, numbers)
            if np.isfinite(drawn).any():
                found, why = _scored(drawn, weights, stated, n, metric, horizon, key, plan.seed), ""
            else:
                why = f"{NO_VALUE}; the protocol follows its patients for {_horizon(protocol):.3g} months"
        pools = {
            pool: _scored(samples, None, stated, n, metric, horizon, key, plan.seed)
            for pool, samples in baseline_samples(
                observed, Target(family, protocol.population, klass, metric, n), seed=plan.seed
            ).items()
        }
        unscored = _why_unscored(protocol, entry, stated, metric)
        yield LedgerRow(
            trial=name, title=protocol.title, family=family, arm=entry.arm, line=entry.line,
            disease=protocol.population, agent_class=klass, use=source.use, metric=metric,
            reported=stated.value, reported_low=stated.low, reported_high=stated.high, n=n,
            at_least=stated.at_least, predicted=found, baselines=pools,
            is_scored=found is not None and not unscored, why=why or unscored,
        )  # fmt: skip


def _why_unscored(protocol: Protocol, entry: ReportedArm, stated: ReportedValue, metric: str) -> str:
    if entry.selected is not None:
        return f"selected patients: {entry.selected}"
    if protocol.source is not None and not protocol.source.counted:
        return "its patients are counted in another series"
    if stated.at_least:
        return "only a lower bound is known"
    if not (is_fraction(metric) or metric in MEDIANS):
        return "neither a rate nor a median"
    return ""


def _scored(
    samples: Array,
    weights: Array | None,
    stated: ReportedValue,
    n: int,
    metric: str,
    horizon: float | None,
    key: str,
    seed: int,
) -> Predictive:
    return predictive(
        samples, weights, stated.value, n, metric=metric, at_least=stated.at_least, horizon=horizon,
        key=key, seed=seed,
    )  # fmt: skip


def _horizon(protocol: Protocol) -> float:
    """Until when times are told apart: the follow-up, whatever was reported."""
    followed = protocol.follow_up or protocol.data_cut_off
    assert followed is not None
    return followed.days / DAYS_PER_MONTH


def members_of(trials: int, members: ParameterEnsemble) -> list[int]:
    """The member behind every repetition."""
    return [members.member_of(replicate) for replicate in range(trials)]


def _weights(members: ParameterEnsemble, numbers: Array) -> Array:
    """The weight of every repetition: its member's, shared by the repetitions of that member."""
    counts = np.bincount(numbers, minlength=len(members))
    return np.asarray(members.weights[numbers] / counts[numbers])


def _simulate_all(
    trials: Mapping[str, Protocol],
    members: Mapping[str, ParameterEnsemble],
    plan: Plan,
    folder: Path | None,
    jobs: int,
    progress: Progress,
) -> dict[str, Simulation]:
    from joblib import Parallel, delayed

    work = (
        delayed(_simulated)(name, protocol, members[name], plan, folder) for name, protocol in trials.items()
    )
    found: dict[str, Simulation] = {}
    for number, one in enumerate(Parallel(n_jobs=jobs, return_as="generator_unordered")(work), start=1):
        found[one.trial] = one
        progress(number, len(trials), one.trial)
    return found


def _simulated(
    name: str, protocol: Protocol, members: ParameterEnsemble, plan: Plan, folder: Path | None
) -> Simulation:
    """A trial's simulation from its file, or simulated now and filed."""
    text = f"{FORMAT} {protocol.content_hash} {members.hash} {plan}"
    file = None if folder is None else folder / f"{name}-{hashlib.sha256(text.encode()).hexdigest()[:12]}.npz"
    if file is not None and file.exists():
        with np.load(file) as kept:
            return Simulation(name, {key: kept[key] for key in kept.files})
    found = simulate(name, protocol, members, plan)
    if file is not None and not found.why:
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_suffix(f".{os.getpid()}.tmp.npz")
        arrays: dict[str, Any] = dict(found.draws)
        np.savez_compressed(unfinished, **arrays)
        unfinished.replace(file)
    return found


def simulate(name: str, protocol: Protocol, members: ParameterEnsemble, plan: Plan) -> Simulation:
    """Run a published trial once for every repetition, and read off what was reported of it."""
    try:
        result = run_protocol(
            protocol,
            patients=min(protocol.enrolment.patients, plan.patients),
            trials=plan.trials,
            seed=plan.seed,
            jobs=1,
            ensemble=members,
        )
    except (InputError, TrialkineError) as error:
        return Simulation(name, {}, str(error))
    draws = {}
    for entry in protocol.reported or ():
        for metric in {*entry.all_metrics(), RESPONSE}:
            values = metric_draws(result, entry.arm, entry.line, metric)
            if values is not None:
                draws[_key(entry, metric)] = values
                draws[SIZE + _key(entry, metric)] = np.array(
                    patients_behind(result, entry.arm, entry.line, metric)
                )
                if metric in MEDIANS:
                    luck = median_luck(result, entry.arm, entry.line, metric)
                    draws[LUCK + _key(entry, metric)] = np.array(luck)
    return Simulation(name, draws)
