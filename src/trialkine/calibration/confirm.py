"""Simulates a single arm and the placebo-controlled trial that would confirm it, under draws from a prior.

Every number of the arm's agents and of the background agents that nobody measured is drawn from its range.
The same patients are treated four ways under each draw: with the drug or a placebo, with the background
treatment or without. Where the stated ranges of the drug cannot have produced what was reported, it may do
what the background does, too: it brings a copy of the background's agents, with numbers of its own from the
same ranges, or does not, as the prior probability of activity says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.special import expit, logit

from trialkine.agents.agent_file import AgentFile, parse_agent
from trialkine.agents.catalogue import AgentBook
from trialkine.arm_models import disease_of, protocol_models
from trialkine.calibration.confirmation import (
    ControlledTrial,
    Draws,
    SingleArm,
    Verdict,
    judge,
)
from trialkine.calibration.counts import patients_of
from trialkine.calibration.design import spread_scores
from trialkine.calibration.matching import pool_protocol
from trialkine.calibration.targets import targets_of_arm
from trialkine.calibration.uncertain_numbers import (
    TAIL_SCORE,
    HeldNumber,
    UncertainNumber,
    uncertain_numbers,
)
from trialkine.errors import InputError
from trialkine.population.ensemble import ParameterEnsemble
from trialkine.statistics.proportions import exact_interval
from trialkine.study import run_protocol
from trialkine.trial.protocol import Protocol
from trialkine.trial.protocol_parts import Arm, BackgroundTreatment, TreatmentLine
from trialkine.trial.quantities import parse_dose, parse_route
from trialkine.trial.sentences import choice_hint

Array = np.ndarray[Any, np.dtype[Any]]
Progress = Callable[[float, str], None]
Simulate = Callable[[Protocol, ParameterEnsemble, "Plan", int | None, Progress], Array]

PLACEBO, PLACEBO_DOSE, PLACEBO_ROUTE = "placebo", "1 mg", "oral"
ABLE_SHARE = 0.05
"""The drug's stated ranges can have produced the responses if so many draws reach the reported rate's lower
95 % limit."""
MOST_RUNS = 6


@dataclass(frozen=True)
class Plan:
    """How much is simulated, and what is assumed beside the file.

    `draws` from the prior, each with so many `patients`; `prior_active` is the prior probability that the
    drug does what the background does; `share` is the central 90 % of the share of patients on background
    treatment, where the file's share is assumed. Units: prior_active, share [fraction].
    """

    draws: int = 192
    patients: int = 100
    per_arm: int = 100
    prior_active: float = 0.5
    share: tuple[float, float] | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0.0 < self.prior_active < 1.0:
            raise InputError(
                f"A prior probability of activity of {self.prior_active:g} leaves nothing to learn. "
                "Write a number between 0 and 1, neither included."
            )
        if self.share is not None and not 0.0 < self.share[0] < self.share[1] < 1.0:
            raise InputError(
                f"A share of {self.share[0]:g} to {self.share[1]:g} is no range of shares. Write two "
                "fractions between 0 and 1, the smaller first."
            )


@dataclass(frozen=True)
class Confirmation:
    """What a single arm says of its controlled trial, and all it rests on.

    `share` is the stated share of patients on background treatment, None without any. `able` is the share of
    draws in which the drug's stated ranges alone reach the lower 95 % limit of the reported rate; `copies`
    names the background agents that the drug may equal because these are too few. `numbers` are in the order
    of the verdict's `kept`.
    """

    protocol: Protocol
    arm: str
    plan: Plan
    drugs: tuple[str, ...]
    backgrounds: tuple[str, ...]
    share: float | None
    able: float
    copies: tuple[str, ...]
    numbers: tuple[UncertainNumber, ...]
    held: tuple[HeldNumber, ...]
    draws: Draws
    verdict: Verdict


def confirm(
    protocol: Protocol,
    arm: str | None = None,
    plan: Plan | None = None,
    *,
    jobs: int | None = None,
    progress: Progress = lambda done, message: None,
    simulate: Simulate | None = None,
) -> Confirmation:
    """Simulate the reported arm and its controlled trial, and weigh the draws by the reported responders.

    `simulate` gives the response rates of a protocol's only arm under every draw; trials are run, if absent.

    Raises: InputError, when nothing usable is reported, or what was reported is beyond the prior.
    """
    plan = plan or Plan()
    chosen, single = reported_arm(protocol, arm)
    share = shared_by(protocol.background)
    ways = _ways(protocol, chosen, plan)
    drugs = tuple(dict.fromkeys(line.agent for line in chosen.treatment))
    backgrounds = tuple(entry.agent for entry in protocol.background)
    numbers, held = _numbers(ways.active(True), (*drugs, *backgrounds))
    copied, _ = _numbers(ways.active(True), [entry.agent for entry in ways.like])
    scores = spread_scores(plan.draws, len(numbers) + len(copied) + 1, plan.seed)
    members = _ensemble((*numbers, *copied), scores)
    rates = _Rates(members, plan, jobs, progress, simulate or simulated_rates)
    draws = _stated(ways, rates, scores, _shares(plan, share, scores[:, -1]))
    able = float(np.mean(draws.treated_alone >= lower_limit(single)))
    is_copied = bool(backgrounds) and able < ABLE_SHARE
    if is_copied:
        draws = _or_active(draws, ways, rates, _shares(plan, share, scores[:, -1]))
    used = (*numbers, *copied) if is_copied else numbers
    draws = replace(draws, scores=draws.scores[:, : len(used)])
    verdict = judge(draws, single, ControlledTrial(plan.per_arm))
    progress(1.0, "done")
    copies = backgrounds if is_copied else ()
    return Confirmation(
        protocol, chosen.name, plan, drugs, backgrounds, share, able, copies, used, held, draws, verdict
    )


def simulated_rates(
    protocol: Protocol, members: ParameterEnsemble, plan: Plan, jobs: int | None, progress: Progress
) -> Array:
    """The response rate of a protocol's only arm under every draw, each a repetition with new patients.

    Shape: (draw,). Units: [fraction].
    """
    result = run_protocol(
        protocol,
        patients=plan.patients,
        trials=len(members),
        seed=plan.seed,
        jobs=jobs,
        ensemble=members,
        progress=progress,
    )
    rows = patients_of(result, protocol.arms[0].name, None)
    trial = rows["trial"].to_numpy()
    responds = np.isin(rows["best_response"].to_numpy(), ("CR", "PR")).astype(float)
    counts = np.bincount(trial, responds, minlength=len(members))
    return np.asarray(counts / np.maximum(np.bincount(trial, minlength=len(members)), 1))


def reported_arm(protocol: Protocol, name: str | None) -> tuple[Arm, SingleArm]:
    """The arm whose responders are reported, and how many of how many.

    Raises: InputError, when no arm or several are meant, or its responders are not known.
    """
    reported = [arm for arm in protocol.arms if _responders(protocol, arm.name) is not None]
    names = [arm.name for arm in reported]
    if not reported:
        raise InputError(
            "No responders are reported of any arm. Add 'reported: [{arm: ..., n: ..., responders: ...}]', "
            "with a 'source'; of selected patients nothing can be learnt."
        )
    if name is None and len(reported) > 1:
        raise InputError(f"Responders are reported of several arms. Name one: {', '.join(names)}.")
    chosen = reported[0] if name is None else next((arm for arm in reported if arm.name == name), None)
    if chosen is None:
        raise InputError(f"No responders are reported of an arm '{name}'. {choice_hint(str(name), names)}")
    if not chosen.treatment:
        raise InputError(f"The arm '{chosen.name}' is given nothing. Name an arm that is treated.")
    single = _responders(protocol, chosen.name)
    assert single is not None
    return chosen, single


def _responders(protocol: Protocol, arm: str) -> SingleArm | None:
    for target in targets_of_arm(protocol.title, protocol, arm):
        if target.event == "responds" and target.line is None:
            return SingleArm(round(target.count), target.of)
    return None


def shared_by(background: Sequence[BackgroundTreatment]) -> float | None:
    """The one share of patients who receive the background treatments; None without any.

    Raises: InputError, when they are given to different shares of the patients.
    """
    shares = {entry.share for entry in background}
    if len(shares) > 1:
        raise InputError(
            "Background treatments are given to different shares of the patients: "
            f"{', '.join(f'{share:g}' for share in sorted(shares))}. Give all of them one share."
        )
    return shares.pop() if shares else None


def copy_of(file: AgentFile, name: str) -> AgentFile:
    """The same agent under another name, with states, quantities and numbers of its own."""
    mechanism = file.agent.mechanism
    own = {file.agent.name, *mechanism.states, *mechanism.parameters}
    own |= {one.name for one in mechanism.defines}
    words = "|".join(re.escape(word) for word in sorted(own, key=len, reverse=True))
    text = re.sub(rf"\b(?:{words})\b", lambda found: _renamed(found[0], file.agent.name, name), file.text)
    return replace(parse_agent(text, f"{name}.toml"), sources={})


def _renamed(word: str, old: str, new: str) -> str:
    return f"{new}{word.removeprefix(old)}" if word.startswith(old) else f"{new}_{word}"


def lower_limit(single: SingleArm) -> float:
    """The exact lower 95 % limit of the reported response rate. Units: [fraction]."""
    return exact_interval(single.responders, single.patients).low or 0.0


def _stated(ways: _Ways, rates: _Rates, scores: Array, shares: Array) -> Draws:
    """Draws in which the drug does what its stated ranges say."""
    size = len(scores)
    everyone, equal = np.ones(size, dtype=bool), np.full(size, 1.0 / size)
    patients = rates.plan.patients
    control = rates.of(ways.control(False), "placebo alone")
    treated = rates.of(ways.treated(False), "the drug alone")
    if not ways.pool.background:
        return Draws(scores, everyone, equal, treated, control, treated, control, patients, False)
    both = [
        _mixed(rates.of(one, said), alone, shares)
        for one, said, alone in (
            (ways.treated(True), "the drug with background", treated),
            (ways.control(True), "placebo with background", control),
        )
    ]
    return Draws(scores, everyone, equal, both[0], both[1], treated, control, patients, True)


def _or_active(draws: Draws, ways: _Ways, rates: _Rates, shares: Array) -> Draws:
    """The draws twice: with a drug that does no more than its ranges say, then with an active one."""
    size, chance = len(draws.prior), rates.plan.prior_active
    alone = rates.of(ways.active(False), "an active drug alone")
    both = _mixed(rates.of(ways.active(True), "an active drug with background"), alone, shares)
    return replace(
        draws,
        scores=np.concatenate([draws.scores, draws.scores]),
        is_active=np.repeat([False, True], size),
        prior=np.repeat([(1.0 - chance) / size, chance / size], size),
        treated=np.concatenate([draws.treated, both]),
        control=np.tile(draws.control, 2),
        treated_alone=np.concatenate([draws.treated_alone, alone]),
        control_alone=np.tile(draws.control_alone, 2),
    )


def _mixed(with_background: Array, without: Array, shares: Array) -> Array:
    """The response rate where a share of the patients has the background treatment. Shapes: (draw,)."""
    return np.asarray(shares * with_background + (1.0 - shares) * without)


@dataclass
class _Rates:
    """Response rates under every draw, with progress over the runs."""

    members: ParameterEnsemble
    plan: Plan
    jobs: int | None
    progress: Progress
    simulate: Simulate
    run: int = 0

    def of(self, protocol: Protocol, said: str) -> Array:
        """The rate of a protocol's only arm under every draw. Shape: (draw,)."""
        before, self.run = self.run, self.run + 1

        def hear(done: float, message: str) -> None:
            self.progress((before + done) / MOST_RUNS, said)

        return self.simulate(protocol, self.members, self.plan, self.jobs, hear)


def _shares(plan: Plan, stated: float | None, score: Array) -> Array:
    """The share on background treatment in every draw: as stated, or from the range. Shape: (draw,)."""
    if plan.share is None:
        return np.full(len(score), 1.0 if stated is None else stated)
    ends = logit(np.array(plan.share))
    return np.asarray(expit(ends.mean() + (ends[1] - ends[0]) / (2.0 * TAIL_SCORE) * score))


@dataclass(frozen=True)
class _Ways:
    """The ways in which the same patients are treated; `like` is what an active drug does beside its own."""

    pool: Protocol
    book: AgentBook
    like: tuple[BackgroundTreatment, ...]

    def treated(self, has_background: bool) -> Protocol:
        """With the drug as its file says."""
        return self._with(self.pool.arms[0], self.pool.background if has_background else ())

    def active(self, has_background: bool) -> Protocol:
        """With the drug, which also does what the background does, in every patient."""
        background = self.pool.background if has_background else ()
        return self._with(self.pool.arms[0], (*self.like, *background))

    def control(self, has_background: bool) -> Protocol:
        """With a placebo on the schedule of the arm's first agent."""
        arm = self.pool.arms[0]
        given = TreatmentLine(
            agent=PLACEBO,
            dose=parse_dose(PLACEBO_DOSE),
            route=parse_route(PLACEBO_ROUTE),
            schedule=arm.treatment[0].schedule,
        )
        placebo = arm.model_copy(update={"treatment": (given,)})
        return self._with(placebo, self.pool.background if has_background else ())

    def _with(self, arm: Arm, background: Iterable[BackgroundTreatment]) -> Protocol:
        everybody = tuple(entry.model_copy(update={"share": 1.0}) for entry in background)
        copy = self.pool.model_copy(update={"arms": (arm,), "background": everybody})
        return copy.with_book(self.book)


def _ways(protocol: Protocol, arm: Arm, plan: Plan) -> _Ways:
    """The arm alone, with as many patients as a draw has, enrolled in the time of the trial's own."""
    pool = pool_protocol(protocol.model_copy(update={"arms": (arm,)}), plan.patients)
    book, drug = protocol.agent_book, arm.treatment[0].agent
    copies = {
        entry.agent: copy_of(book.files[entry.agent], f"{drug}_as_{entry.agent}")
        for entry in protocol.background
    }
    like = tuple(
        entry.model_copy(update={"agent": copies[entry.agent].agent.name}) for entry in protocol.background
    )
    return _Ways(pool, book.with_agents(copies.values()), like)


def _numbers(
    protocol: Protocol, agents: Sequence[str]
) -> tuple[tuple[UncertainNumber, ...], tuple[HeldNumber, ...]]:
    """The uncertain and the held numbers of some agents, in the protocol's disease."""
    disease = disease_of(protocol)
    _, (own,) = protocol_models(protocol, disease)
    return uncertain_numbers(
        own.records.get(name, record)
        for agent in dict.fromkeys(agents)
        for name, record in protocol.agent_book.records(agent, disease.lineage).items()
    )


def _ensemble(numbers: Sequence[UncertainNumber], scores: Array) -> ParameterEnsemble:
    """Draws as members of an ensemble. Shape: scores (draw, number or more)."""
    columns = [one.quantity.value(scores[:, place]) for place, one in enumerate(numbers)]
    values = np.column_stack(columns) if columns else np.zeros((len(scores), 0))
    names = tuple(one.name for one in numbers)
    return ParameterEnsemble(names, values, np.full(len(scores), 1.0 / len(scores)), "draws from the prior")
