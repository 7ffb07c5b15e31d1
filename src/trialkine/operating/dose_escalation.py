"""A dose escalation carried out cohort by cohort, the toxicity of each patient coming from the model.

A cohort begins when the one before it has been watched to the end, or until each of its patients had a
dose-limiting toxicity. A patient who dies of the disease or leaves before that without one is replaced, and
is in no count but that of patients. Nobody takes part twice: a trial that needs more than were drawn for it
takes others of the pool, and when there are none left, the question is refused.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from trialkine.design.dose_finding import AbstractDoseRule, DoseDecision, DoseTally, nobody_treated
from trialkine.design.dose_finding_characteristics import (
    DoseFindingCharacteristics,
    exact_dose_finding,
    simulate_dose_finding,
)
from trialkine.design.isotonic_toxicity import nearest_dose
from trialkine.design.three_plus_three import FULL, ThreePlusThree
from trialkine.errors import UsedUpError
from trialkine.operating.courses import Characteristics, Courses, DoseRow, Textbook, characteristics, measured
from trialkine.operating.draws import arrival_days, drawn_patients, members_of
from trialkine.records import DAYS_PER_MONTH
from trialkine.toxicity.terms import terms

if TYPE_CHECKING:
    from trialkine.operating.pool_outcomes import DoseOutcomes
    from trialkine.trial.design_parts import DoseFinding, DoseLimiting
    from trialkine.trial.protocol import Protocol

Array = np.ndarray[Any, np.dtype[Any]]
SAME_DAY = 1e-6
NONE_SELECTED = "selects no dose"
RIGHT = "selects the dose nearest the target"
SPARE = 1.25  # patients drawn for each that the rule may ask for
REPLACED = 9  # further patients for each of those, where so many must be replaced
HOPELESS = 0.9  # share replaced with which more patients are no help


@dataclass(frozen=True)
class Escalation:
    """How one escalation went: counts per dose, the dose selected (None for none), size and duration.

    Units: days [day].
    """

    tally: DoseTally
    selected: int | None
    patients: int
    days: float


def patients_needed(asked: DoseFinding) -> int:
    """Patients to draw for a trial: the most that the rule may treat, and some to replace others."""
    most = FULL * len(asked.doses) if asked.most_patients is None else asked.most_patients
    return math.ceil(SPARE * most) + asked.cohort


def most_needed(asked: DoseFinding) -> int:
    """The most patients that are drawn for a trial, however many must be replaced."""
    return (1 + REPLACED) * patients_needed(asked)


def limiting_toxicities(asked: DoseLimiting) -> frozenset[str]:
    """The toxicities that limit the dose: as named, else all that count as severe but those that never do."""
    severe = (name for name, term in terms().items() if term.counts_as_severe and name not in asked.never)
    return frozenset(asked.toxicities or severe)


def dose_finding_characteristics(
    protocol: Protocol,
    asked: DoseFinding,
    rule: AbstractDoseRule,
    pools: Sequence[DoseOutcomes],
    *,
    trials: int,
    seed: int,
) -> Characteristics:
    """What the escalation does; `pools` are those of the doses, the lowest first.

    Raises: InputError, when the pool is too small for one trial; UsedUpError, when so many patients must be
    replaced that a trial uses it up.
    """
    size = patients_needed(asked)
    # A patient who failed at any dose is drawn for none, so that one order serves all doses.
    usable = np.logical_and.reduce([pool.is_usable for pool in pools])
    who = drawn_patients(usable, trials, size, seed, "virtual trials", most_needed(asked) - size)
    member = members_of(trials, pools[0].members)
    per_day = protocol.enrolment.per_month / DAYS_PER_MONTH
    gaps = np.diff(
        arrival_days(trials, who.shape[1], per_day, seed, "virtual enrolment"), axis=1, prepend=0.0
    )
    window = asked.dose_limiting.within.days
    found = []
    for trial in range(trials):
        course = escalated(rule, pools, int(member[trial]), who[trial], gaps[trial], window)
        if course is None:
            raise used_up(asked, pools, who.shape[1])
        found.append(course)
    rates = np.stack([toxicity_rates(pool, window) for pool in pools], axis=1)
    right = np.array([nearest_dose(row, asked.target) for row in rates])
    return _summed(asked, rule, found, member, rates, right, trials, seed)


def escalated(
    rule: AbstractDoseRule, pools: Sequence[DoseOutcomes], member: int, who: Array, gaps: Array, window: float
) -> Escalation | None:
    """One trial with some patients in their order of coming; None where they are not enough.

    `gaps` lie before each of them.
    Units: gaps, window [day]. Shape: who and gaps (patient,).
    """
    tally, day, drawn = nobody_treated(rule.doses), 0.0, 0
    while (decision := _decided(rule, tally)).dose is not None:
        dose, clock, known, toxic, end = decision.dose, day, 0, 0, day
        while known < decision.patients:
            if drawn == len(who):
                return None
            patient = int(who[drawn])
            clock += float(gaps[drawn])
            drawn += 1
            toxic_day = float(pools[dose].toxic_day[member, patient])
            watched = float(pools[dose].watched_until[member, patient])
            is_toxic = toxic_day <= window + SAME_DAY
            end = max(end, clock + min(toxic_day, watched, window))
            if is_toxic or watched >= window - SAME_DAY:
                known, toxic = known + 1, toxic + is_toxic
        tally, day = tally.after(dose, known, toxic), end
    return Escalation(tally, rule.selected_dose(tally), drawn, day)


def used_up(asked: DoseFinding, pools: Sequence[DoseOutcomes], drawn: int) -> UsedUpError:
    """Why so many patients were not enough for an escalation, what to change, and whether more would be."""
    window = asked.dose_limiting.within
    lost = [float(((~_is_known(pool, window.days)) & pool.is_usable).sum()) for pool in pools]
    shares = [count / max(float(pool.is_usable.sum()), 1.0) for count, pool in zip(lost, pools, strict=True)]
    worst = int(np.argmax(shares))
    return UsedUpError(
        f"An escalation by {asked.rule} needs more than the {drawn} patients there are for it: at the dose "
        f"'{asked.doses[worst]}' {100 * shares[worst]:.0f} % die or leave within {window} without a "
        f"dose-limiting toxicity, and each of them is replaced. "
        "Write a shorter 'within' for the dose-limiting toxicity.",
        drawn,
        helps=shares[worst] < HOPELESS and drawn < most_needed(asked),
    )


def _is_known(pool: DoseOutcomes, window: float) -> Array:
    """Whether each patient was toxic, or was watched to the end of the window. Shape: (member, patient)."""
    is_toxic = pool.toxic_day <= window + SAME_DAY
    return np.asarray((is_toxic | (pool.watched_until >= window - SAME_DAY)) & pool.is_usable)


def toxicity_rates(pool: DoseOutcomes, window: float) -> Array:
    """Each member's share of toxic patients among those who were watched long enough. Shape: (member,)."""
    is_toxic = (pool.toxic_day <= window + SAME_DAY) & pool.is_usable
    known = _is_known(pool, window).sum(axis=1)
    return np.asarray(is_toxic.sum(axis=1) / np.maximum(known, 1))


@lru_cache(maxsize=100_000)
def _decided(rule: AbstractDoseRule, tally: DoseTally) -> DoseDecision:
    return rule.next_dose(tally)


def _summed(
    asked: DoseFinding,
    rule: AbstractDoseRule,
    found: Sequence[Escalation],
    member: Array,
    rates: Array,
    right: Array,
    trials: int,
    seed: int,
) -> Characteristics:
    none = len(asked.doses)
    selected = np.array([none if one.selected is None else one.selected for one in found])
    means = rates.mean(axis=0)
    fixed = _fixed_curve(rule, means, trials, seed)
    nearest = nearest_dose(means, asked.target)
    assert nearest is not None
    courses = Courses(
        ends=(*(f"selects {name}" for name in asked.doses), NONE_SELECTED),
        end=selected,
        is_success=selected == right[member],
        is_early=selected == none,
        patients=np.array([one.patients for one in found]),
        days=np.array([one.days for one in found]),
        member=member,
    )
    rows = tuple(
        DoseRow(
            name,
            float(means[dose]),
            float((right == dose).mean()),
            measured(selected == dose, member),
            measured(np.array([one.tally.patients[dose] for one in found]), member),
            fixed.selected[dose],
            fixed.patients[dose],
        )
        for dose, name in enumerate(asked.doses)
    )
    words = (
        f"fixed toxicity rates, the model's averages ({', '.join(f'{100 * rate:.0f}' for rate in means)} %)"
    )
    return characteristics(
        f"{asked.rule} over {len(asked.doses)} doses",
        courses,
        success_name=RIGHT,
        early_name=NONE_SELECTED,
        truth_name=f"toxicity rate of {asked.doses[nearest]}",
        truths=rates[:, nearest],
        textbook=(Textbook(words, fixed.selected[nearest], fixed.none_selected, fixed.trial_size),),
        details={
            "dose-limiting toxicities": np.array([sum(one.tally.toxicities) for one in found], dtype=float)
        },
        doses=rows,
    )


def _fixed_curve(rule: AbstractDoseRule, rates: Array, trials: int, seed: int) -> DoseFindingCharacteristics:
    """The rule at fixed rates, which must not fall with dose: a lower one is raised to that below it."""
    curve = np.maximum.accumulate(rates).tolist()
    if isinstance(rule, ThreePlusThree):
        return exact_dose_finding(rule, curve)
    return simulate_dose_finding(rule, curve, trials, seed)
