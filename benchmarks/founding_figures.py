"""Judges the figures that the project began with by an ensemble, and writes docs/founding-figures.md.

    python benchmarks/founding_figures.py                     # the package's ensemble; three minutes
    python benchmarks/founding_figures.py --ensemble FOLDER   # one that `trialkine calibrate` wrote

Every repetition is a whole series, of as many patients as were reported and enrolled as fast, under another
member of the ensemble. `founding_page.py` puts what is found into words.
"""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from founding_page import Duration, Findings, Judged, Nine, Weighted, page
from trialkine.calibration.ensemble_file import read_ensemble
from trialkine.calibration.unknowns import CLASS_OFFSET, CLASS_SPREAD, DISCREPANCY
from trialkine.population.ensemble import ParameterEnsemble
from trialkine.published_trials.catalogue import published_trials
from trialkine.records import DAYS_PER_MONTH
from trialkine.study import run_protocol
from trialkine.trial.agent_class import agent_class
from trialkine.trial.protocol import Protocol
from trialkine.trial.reported import ReportedArm
from trialkine.trial.result import TrialResult
from trialkine.validation.discrepancy import UNKNOWN_DISCREPANCY, UNSEEN_OFFSET, Draws, reported_draws
from trialkine.validation.durability import durability_counts
from trialkine.validation.ledger import LEVELS
from trialkine.validation.line_responses import deep_counts, response_counts
from trialkine.validation.member_rates import count_draws, member_rates, numbers_named
from trialkine.validation.metric_draws import metric_draws
from trialkine.validation.predict import members_of
from trialkine.validation.selected_series import (
    RatePoints,
    SeriesPosterior,
    best_of_series_likelihood,
    chance_of_at_least_in_one,
    chances_of_counts,
    rate_points,
    series_posterior_number,
    series_prior,
    shifts,
    weigh,
)
from trialkine.validation.weighted_sample import central_interval, median, weighted_quantiles, weighted_sample

Array = np.ndarray[Any, np.dtype[Any]]
Reading = dict[str, Array]
"""What is read off simulated trials, by name: one number for each repetition, or more."""
Reader = Callable[[TrialResult], Reading]
HERE = Path(__file__).parent
RECORDS, PAGE = HERE / "founding_figures.toml", HERE.parent / "docs" / "founding-figures.md"
DURATION = "dor_median_months"
PRINTED_MONTHS = 0.1
WIDE = 0.95
BLOCK = 100  # repetitions that are simulated at once; more take more memory


@dataclass(frozen=True)
class Plan:
    """Members, repetitions of each series, patients who begin a sequence, seed."""

    members: ParameterEnsemble
    trials: int
    patients: int
    seed: int

    @property
    def numbers(self) -> Array:
        """The member behind every repetition."""
        return np.array(members_of(self.trials, self.members))

    @property
    def weights(self) -> Array:
        """The weight of every repetition."""
        counts = np.bincount(self.numbers, minlength=len(self.members))
        found = self.members.weights[self.numbers] / counts[self.numbers]
        return np.asarray(found / found.sum())

    def of_members(self, name: str, otherwise: float) -> Array:
        """A number of the member behind every repetition."""
        return numbers_named(self.members, name, otherwise)[self.numbers]


def repeated(
    protocol: Protocol, patients: int, plan: Plan, read: Callable[[TrialResult], Reading]
) -> Reading:
    """What is read off a series in every repetition, of patients who come in the same time as the file's own.

    Repetitions are simulated in blocks, since whole series are large, each with a seed of its own.
    """
    enrolment = protocol.enrolment
    rate = enrolment.per_month * patients / enrolment.patients
    same_time = enrolment.model_copy(update={"per_month": rate, "patients": patients})
    series = protocol.model_copy(update={"enrolment": same_time})
    found = []
    for block, start in enumerate(range(0, plan.trials, BLOCK)):
        numbers = plan.numbers[start : start + BLOCK]
        weights = np.full(len(numbers), 1.0 / len(numbers))
        members = replace(plan.members, values=plan.members.values[numbers], weights=weights)
        result = run_protocol(series, trials=len(numbers), seed=plan.seed + block, jobs=1, ensemble=members)
        found.append(read(result))
    return {name: np.concatenate([one[name] for one in found]) for name in found[0]}


# -- how long responses last -------------------------------------------------------------------------------


def durations(plan: Plan, records: Mapping[str, Any]) -> tuple[tuple[Judged, ...], Duration]:
    """The figures of both series, and what the simulation of the first was like."""
    of, other = records["durability"], records["duration"]
    skin, kidney = (published_trials()[one["trial"]] for one in (of, other))

    def read(result: TrialResult) -> Reading:
        counts = vars(durability_counts(result, of["arm"], of["months"]))
        months = result.patients["follow_up_days"].to_numpy() / DAYS_PER_MONTH
        return {**counts, **responses(result, of["arm"]), "months": months}

    seen = repeated(skin, skin.enrolment.patients, plan, read)
    figures, none_late = shares(of, skin, seen, plan)
    in_kidney = repeated(
        kidney, kidney.enrolment.patients, plan, lambda result: responses(result, other["arm"])
    )
    assert skin.follow_up is not None
    about = Duration(
        patients=skin.enrolment.patients,
        per_month=skin.enrolment.per_month,
        least_months=skin.follow_up.days / DAYS_PER_MONTH,
        middle_months=float(np.median(seen["months"])),
        long_months=of["months"],
        none_late=none_late,
        long_responders=float(plan.weights @ seen["long"]),
        late=float(plan.weights @ seen["late"]),
        source=f"{of['citation']}, PMID {of['pmid']} ({of['level']})",
    )
    medians = (
        median_duration(of, "melanoma", skin, seen, plan),
        median_duration(other, "renal cell carcinoma", kidney, in_kidney, plan),
    )
    return (*figures, *medians), about


def responses(result: TrialResult, arm: str) -> Reading:
    """Share of complete responses, median duration of response, responders; by repetition."""
    complete, duration = (metric_draws(result, arm, None, metric) for metric in ("cr_rate", DURATION))
    assert complete is not None
    assert duration is not None
    return {"cr_rate": complete, DURATION: duration, "seen": response_counts(result, arm, None)[0]}


def shares(
    of: Mapping[str, Any], protocol: Protocol, seen: Reading, plan: Plan
) -> tuple[list[Judged], tuple[float, float]]:
    """Complete responders, who of the responders stays free, and who progresses late.

    Also the chance that nobody does, with the discrepancy between trials and without.
    """
    entry = reported(protocol, of["arm"])
    found = [complete_responders(of, protocol, seen, plan)]
    complete, responders = entry.cr or 0, (entry.cr or 0) + (entry.pr or 0)
    spread = plan.of_members(f"{DISCREPANCY}.progression", UNKNOWN_DISCREPANCY)
    free, late = "free of progression at the cut-off", f"after more than {of['months']} months of response"
    chances = (0.0, 0.0)
    for name, number, among, n in (
        (f"complete responders {free}", "complete_free", "complete", complete),
        (f"responders {free}", "responders_free", "responders", responders),
        (f"responders who progress {late}", "late", "responders", responders),
    ):
        own, key = member_rates(seen[number], seen[among]), f"{of['trial']} {number}"
        drawn, alone = (count_draws(own, n, size, key, plan.seed) for size in (spread, 0.0))
        found.append(judged(f"{name}, of {n}", of[number], "", drawn, alone, plan.weights))
        chances = (float(plan.weights @ (drawn == 0)), float(plan.weights @ (alone == 0)))
    return found, chances


def complete_responders(of: Mapping[str, Any], protocol: Protocol, seen: Reading, plan: Plan) -> Judged:
    """The number of complete responders of the series."""
    entry, rates = reported(protocol, of["arm"]), seen["cr_rate"]
    n = entry.n or 0
    draws = Draws(rates, plan.numbers, round(seen["patients"].mean()))
    drawn = as_reported(draws, protocol, "cr_rate", n, f"{of['trial']} cr_rate", plan)
    return judged(f"complete responders of {n}", entry.cr or 0, "", drawn * n, rates * n, plan.weights)


def median_duration(
    of: Mapping[str, Any], disease: str, protocol: Protocol, seen: Reading, plan: Plan
) -> Judged:
    """The median duration of response of a series; NaN is one that was not reached."""
    entry = reported(protocol, of["arm"])
    stated = entry.all_metrics()[DURATION]
    n = stated.n or (entry.cr or 0) + (entry.pr or 0)
    has_any = seen["seen"] > 0  # of a series in which nobody responded there is nothing to say
    values, weights = seen[DURATION][has_any], plan.weights[has_any]
    draws = Draws(values, plan.numbers[has_any], max(1, round(seen["seen"].mean())))
    drawn = as_reported(draws, protocol, DURATION, n, f"{of['trial']} {DURATION}", plan)
    name = f"median duration of response in {disease}"
    return judged(name, stated.value, "months", drawn, values, weights, PRINTED_MONTHS / 2.0)


def as_reported(draws: Draws, protocol: Protocol, metric: str, n: int, key: str, plan: Plan) -> Array:
    """Draws of a number with what trials differ by beyond the model, as the ledger has them."""
    return reported_draws(
        draws,
        plan.members,
        metric,
        agent_class=agent_class(protocol, protocol.arms[0]),
        disease=protocol.population,
        n=n,
        key=key,
        seed=plan.seed,
    )


def judged(
    name: str, value: float, unit: str, drawn: Array, alone: Array, weights: Array, slack: float = 0.0
) -> Judged:
    """A reported number beside its predictive distribution, and beside the mechanism's alone."""
    missing = np.inf if unit else None
    both = [weighted_sample(values, weights, missing=missing) for values in (drawn, alone)]
    first, second = (
        {level: central_interval(sample, level) for level in LEVELS} for sample in both
    )  # fmt: skip
    return Judged(name, float(value), unit, median(both[0]), first, median(both[1]), second, slack)


def reported(protocol: Protocol, arm: str) -> ReportedArm:
    """What was reported of an arm."""
    return next(entry for entry in protocol.reported or () if entry.arm == arm)


# -- the nine patients -------------------------------------------------------------------------------------


def nine_patients(plan: Plan, record: Mapping[str, Any]) -> tuple[Nine, ...]:
    """What the selected series tells: as responses of any kind, and as complete or nearly complete ones."""
    protocol = published_trials()[record["trial"]]
    arm, line = record["arm"], record["line"]
    entry = reported(protocol, arm)

    def read(result: TrialResult) -> Reading:
        responded, reached = response_counts(result, arm, line)
        whole, began = response_counts(result, arm, None)
        deep, _ = deep_counts(result, arm, line, record["fall"])
        return {"any": responded, "deep": deep, "reached": reached, "whole": whole, "began": began}

    seen = {name: by_member(one, plan) for name, one in repeated(protocol, plan.patients, plan, read).items()}
    klass, whole = agent_class(protocol, protocol.arms[0], line), member_rates(seen["whole"], seen["began"])
    n = entry.n or 0
    successes = entry.responders or round(entry.all_metrics()["orr"].value * n)
    found = []
    for name, counted, groups in (
        ("any response", "any", ("response",)),
        ("complete or nearly complete", "deep", ("response", "completeness")),
    ):
        rates, spread = member_rates(seen[counted], seen["reached"]), discrepancy(plan.members, groups)
        offset, unsure = offsets(plan.members, klass)
        judge = Judge(plan, rate_points(rates, offset, unsure, spread), rates.mean, whole.mean, successes, n)
        fixed = Judge(
            plan, rate_points(rates, offset, 0.0 * unsure, spread), rates.mean, whole.mean, successes, n
        )
        without_offset = fixed.weighted({1: 1.0})
        found.append(judge.nine(name, record, float(seen["reached"].sum()), without_offset))
    return tuple(found)


def by_member(counts: Array, plan: Plan) -> Array:
    """Counts of repetitions as counts of members."""
    return np.bincount(plan.numbers, counts, minlength=len(plan.members))


def offsets(members: ParameterEnsemble, klass: str) -> tuple[Array, Array]:
    """The offset of a class of agents and its spread: one that a calibrated trial told has none."""
    name, nothing = f"{CLASS_OFFSET}.{klass}", np.zeros(len(members))
    if name in members.names:
        return numbers_named(members, name, 0.0), nothing
    return nothing, numbers_named(members, CLASS_SPREAD, UNSEEN_OFFSET)


def discrepancy(members: ParameterEnsemble, groups: Sequence[str]) -> Array:
    """By how much series of one rate differ, in log-odds. Shape: (member,)."""
    parts = [numbers_named(members, f"{DISCREPANCY}.{group}", UNKNOWN_DISCREPANCY) for group in groups]
    return np.asarray(np.sqrt(sum(part**2 for part in parts)))


@dataclass(frozen=True)
class Judge:
    """The ensemble's rates of one kind of response, and a count of n to weigh them by."""

    plan: Plan
    points: RatePoints
    mechanism: Array
    whole: Array
    successes: int
    n: int

    def nine(self, name: str, record: Mapping[str, Any], reached: float, strict: Weighted) -> Nine:
        """Without the series, with its selection modelled, and with the series taken at face value.

        `strict` is the last where the class of agents may have no offset beyond what is known.
        """
        prior, base = series_prior(record["most_series"]), self.plan.members.weights
        counts = chances_of_counts(self.points, weigh(self.points, base), self.n)
        numbers = series_posterior_number(self.points, base, self.successes, self.n, prior)
        looked_at = weighted_sample(list(numbers), list(numbers.values()))
        sample = weighted_sample(np.arange(self.n + 1), counts)
        return Nine(
            name=name,
            successes=self.successes,
            n=self.n,
            most_series=record["most_series"],
            fall=record["fall"],
            reached=reached,
            members=len(base),
            median=median(sample),
            intervals={level: central_interval(sample, level) for level in LEVELS},
            without=self.weighted(None),
            modelled=self.weighted(prior),
            naive=self.weighted({1: 1.0}),
            strict=strict,
            fixed={k: self.weighted({k: 1.0}) for k in record["fixed_numbers"]},
            series=(median(looked_at), *central_interval(looked_at, WIDE)),
        )

    def weighted(self, prior: Mapping[int, float] | None) -> Weighted:
        """The ensemble weighted by the series, the best of as many as the prior says; None: without it."""
        members = self.plan.members
        likelihood = (
            None if prior is None else best_of_series_likelihood(self.points, self.successes, self.n, prior)
        )
        found: SeriesPosterior = weigh(self.points, members.weights, likelihood)
        rates = weighted_sample(self.points.rates, found.points)
        low, middle, high = weighted_quantiles(rates, [0.025, 0.5, 0.975])
        return Weighted(
            effective=found.effective,
            mean=float(np.sum(found.points * self.points.rates)),
            low=float(low),
            median=float(middle),
            high=float(high),
            mechanism=float(found.members @ self.mechanism),
            whole=float(found.members @ self.whole),
            chance=chance_of_at_least_in_one(self.points, found, self.successes, self.n),
            moved=tuple((one.name, one.moved, one.noise) for one in shifts(members, found.members)),
        )


# -- both --------------------------------------------------------------------------------------------------


def findings(members: ParameterEnsemble, trials: int, patients: int, seed: int) -> Findings:
    """Everything the page tells. Members beyond the number of repetitions are left out."""
    records = tomllib.loads(RECORDS.read_text("utf-8"))
    used = first_members(members, trials)
    plan = Plan(used, trials, patients, seed)
    figures, about = durations(plan, records)
    return Findings(
        ensemble=f"{members.title or 'no title'}: {in_words(used, members)}, {members.hash}",
        trials=trials,
        patients=patients,
        seed=seed,
        figures=figures,
        duration=about,
        nine=nine_patients(plan, records["nine"]),
    )


def first_members(members: ParameterEnsemble, most: int) -> ParameterEnsemble:
    """As many members as there are repetitions to simulate them with."""
    weights = members.weights[:most]
    return replace(members, values=members.values[:most], weights=weights / weights.sum())


def in_words(used: ParameterEnsemble, members: ParameterEnsemble) -> str:
    """How many members there are, and how many were used."""
    of_all = "" if len(used) == len(members) else f" of {len(members)}"
    return f"{len(used)}{of_all} members"


def main() -> None:
    """Read the command, simulate, write the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--ensemble", type=Path, help="folder of an ensemble; default: that of the package")
    parser.add_argument("--trials", type=int, default=400, help="repetitions of every series")
    parser.add_argument("--patients", type=int, default=40, help="patients who begin each sequence")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=PAGE, help="the page to write")
    given = parser.parse_args()
    members = read_ensemble(given.ensemble).members
    found = findings(members, given.trials, given.patients, given.seed)
    given.out.write_text(page(found), "utf-8")


if __name__ == "__main__":
    main()
