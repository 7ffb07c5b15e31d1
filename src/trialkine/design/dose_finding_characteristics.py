"""What a dose finding rule does at known toxicity rates: simulated, or summed over every course."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import final

import numpy as np

from trialkine.design.dose_finding import AbstractDoseRule, DoseDecision, DoseTally, nobody_treated
from trialkine.errors import InputError
from trialkine.randomness import uniforms
from trialkine.statistics.estimate import FloatArray

_MOST_TALLIES = 50_000  # carried at once by the exact sum
_MOST_PATIENTS = 2_000  # in one trial


@final
@dataclass(frozen=True)
class DoseFindingCharacteristics:
    """How often each dose is selected, and whom it is given to, on average over trials.

    `repetitions` is None when every course was summed over. Shape: tuples "dose".
    """

    toxicity_rates: tuple[float, ...]
    selected: tuple[float, ...]
    none_selected: float
    patients: tuple[float, ...]
    toxicities: tuple[float, ...]
    repetitions: int | None

    @property
    def trial_size(self) -> float:
        """Patients in a trial, on average."""
        return sum(self.patients)


def simulate_dose_finding(
    rule: AbstractDoseRule, toxicity_rates: Sequence[float], repetitions: int, seed: int, start: int = 0
) -> DoseFindingCharacteristics:
    """The characteristics over simulated trials, patients toxic at random.

    A patient has one tolerance for all doses, the same whatever the rule, so that rules and curves are
    compared in the same patients. Shape: toxicity_rates "dose".
    Raises: InputError, when rates do not fit the rule, rates fall with dose, or there are no repetitions.
    """
    rates = _checked_rates(rule, toxicity_rates)
    if repetitions < 1:
        raise InputError(f"{repetitions} repetitions are impossible. Give 1 or more.")
    tolerances = _Tolerances(repetitions, seed)
    decisions: dict[DoseTally, DoseDecision] = {}
    ends: Counter[DoseTally] = Counter()
    for repetition in range(repetitions):
        tally, treated = nobody_treated(rule.doses, start), 0
        while (decision := _decided(rule, tally, decisions)).dose is not None:
            if treated + decision.patients > _MOST_PATIENTS:
                raise InputError(f"The rule treats more than {_MOST_PATIENTS} patients. Let it end.")
            drawn = tolerances.of(repetition, treated, decision.patients)
            toxic = int((drawn < rates[decision.dose]).sum())
            treated += decision.patients
            tally = tally.after(decision.dose, decision.patients, toxic)
        ends[tally] += 1
    chances = {tally: count / repetitions for tally, count in ends.items()}
    return _summed(rule, rates, chances, repetitions)


def exact_dose_finding(
    rule: AbstractDoseRule, toxicity_rates: Sequence[float], start: int = 0
) -> DoseFindingCharacteristics:
    """The characteristics summed over every course that a trial can take.

    Feasible for 3+3 and for small trials in cohorts. Shape: toxicity_rates "dose".
    Raises: InputError, when rates do not fit the rule or the courses are too many.
    """
    rates = _checked_rates(rule, toxicity_rates)
    running: dict[DoseTally, float] = {nobody_treated(rule.doses, start): 1.0}
    ends: defaultdict[DoseTally, float] = defaultdict(float)
    while running:
        following: defaultdict[DoseTally, float] = defaultdict(float)
        for tally, chance in running.items():
            decision = rule.next_dose(tally)
            if decision.dose is None:
                ends[tally] += chance
                continue
            for count, share in enumerate(_shares(decision.patients, float(rates[decision.dose]))):
                if share > 0.0:
                    following[tally.after(decision.dose, decision.patients, count)] += chance * share
        if len(following) > _MOST_TALLIES:
            raise InputError(
                f"The trial can take more than {_MOST_TALLIES} courses at once. "
                "Simulate it, or use fewer patients."
            )
        running = following
    return _summed(rule, rates, ends, None)


class _Tolerances:
    """Each patient's tolerance, drawn in blocks of columns when first needed; columns never change."""

    def __init__(self, repetitions: int, seed: int) -> None:
        self._seed, self._repetitions = seed, repetitions
        self._drawn = np.empty((repetitions, 0))

    def of(self, repetition: int, first: int, count: int) -> FloatArray:
        needed = first + count
        if needed > self._drawn.shape[1]:
            columns = max(64, 2 * needed)
            self._drawn = uniforms(self._seed, "tolerance", range(self._repetitions), columns)
        return self._drawn[repetition, first:needed]


@lru_cache(maxsize=1024)
def _shares(patients: int, rate: float) -> tuple[float, ...]:
    """The chance of 0, 1, ..., all patients of a cohort with a toxicity."""
    from scipy.stats import binom

    return tuple(binom.pmf(np.arange(patients + 1), patients, rate).tolist())


def _decided(
    rule: AbstractDoseRule, tally: DoseTally, decisions: dict[DoseTally, DoseDecision]
) -> DoseDecision:
    if tally not in decisions:
        decisions[tally] = rule.next_dose(tally)
    return decisions[tally]


def _checked_rates(rule: AbstractDoseRule, toxicity_rates: Sequence[float]) -> FloatArray:
    rates = np.asarray(toxicity_rates, dtype=np.float64)
    if rates.shape != (rule.doses,):
        raise InputError(f"{rates.size} toxicity rates for {rule.doses} doses. Give one per dose.")
    if not ((rates >= 0.0) & (rates <= 1.0)).all() or (np.diff(rates) < 0.0).any():
        raise InputError(
            f"Toxicity rates {rates.tolist()} do not fit. Give fractions that never fall with dose."
        )
    return rates


def _summed(
    rule: AbstractDoseRule, rates: FloatArray, ends: dict[DoseTally, float], repetitions: int | None
) -> DoseFindingCharacteristics:
    selected, none = np.zeros(rule.doses), 0.0
    patients, toxicities = np.zeros(rule.doses), np.zeros(rule.doses)
    for tally, chance in ends.items():
        dose = rule.selected_dose(tally)
        if dose is None:
            none += chance
        else:
            selected[dose] += chance
        patients += chance * np.asarray(tally.patients)
        toxicities += chance * np.asarray(tally.toxicities)
    return DoseFindingCharacteristics(
        tuple(rates.tolist()),
        tuple(selected.tolist()),
        none,
        tuple(patients.tolist()),
        tuple(toxicities.tolist()),
        repetitions,
    )
