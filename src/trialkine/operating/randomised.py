"""A randomised design under the model and under proportional hazards."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from trialkine.design.two_proportions import FisherExact, response_power
from trialkine.operating.comparisons import SHOWN, ComparedPatients, compared
from trialkine.operating.courses import Characteristics, Textbook, characteristics
from trialkine.operating.draws import arrival_days, drawn_patients, members_of
from trialkine.operating.plans import RandomisedPlan
from trialkine.operating.proportional import chance_of_success, constant_hazards, proportional_textbook
from trialkine.records import DAYS_PER_MONTH

if TYPE_CHECKING:
    from trialkine.operating.pool_outcomes import ArmOutcomes
    from trialkine.trial.protocol import Protocol
    from trialkine.trial.protocol_parts import Arm

Array = np.ndarray[Any, np.dtype[Any]]
CURVE_RATIOS = np.geomspace(0.25, 2.0, 43)
CURVE_DIFFERENCES = np.linspace(-0.3, 0.6, 46)


@dataclass(frozen=True)
class TwoArms:
    """The compared arms of a protocol, the experimental one first."""

    experimental: Arm
    control: Arm
    patients: tuple[int, int]

    @property
    def name(self) -> str:
        """The comparison in words."""
        return f"{self.experimental.name} against {self.control.name}"

    @property
    def total(self) -> int:
        """Patients of both arms."""
        return sum(self.patients)

    @property
    def share(self) -> float:
        """The share of them in the experimental arm."""
        return self.patients[0] / self.total


def two_arms(protocol: Protocol, plan: RandomisedPlan) -> TwoArms:
    """The arms that the design compares, with as many patients as the protocol enrols."""
    by_name = {arm.name: arm for arm in protocol.arms}
    arms = by_name[plan.stated.experimental], by_name[plan.stated.control]
    first, second = (arm.size(protocol.enrolment.patients) for arm in arms)
    return TwoArms(*arms, (first, second))


def randomised_characteristics(
    protocol: Protocol,
    plan: RandomisedPlan,
    pools: tuple[ArmOutcomes, ArmOutcomes],
    *,
    trials: int,
    seed: int,
) -> Characteristics:
    """What the design does to the comparison; `pools` are the experimental arm's and the control's.

    Raises: InputError, when the pool is too small for one trial.
    """
    arms = two_arms(protocol, plan)
    member = members_of(trials, pools[0].members)
    patients = _drawn(protocol, plan, arms, pools, member, seed)
    courses = compared(protocol, plan, patients, member)
    truths, curve, textbook = _response_side(plan, arms, pools)
    if not plan.stated.is_of_response:
        truths, curve, textbook = _survival_side(protocol, plan, arms, pools)
    return characteristics(
        arms.name,
        courses,
        success_name=SHOWN,
        early_name="stops before the last look",
        truth_name="response difference" if plan.stated.is_of_response else "hazard ratio",
        truths=truths,
        textbook=textbook,
        curve=curve,
    )


def events_of(plan: RandomisedPlan, outcomes: ArmOutcomes) -> tuple[Array, bool]:
    """The day of each patient's event, and whether it is read off scans. Units: [day]."""
    if plan.stated.is_of_response:
        return outcomes.response_day, False
    if plan.stated.endpoint == "overall survival":
        return outcomes.death_day, False
    return outcomes.progression_day, True


def joined(
    plan: RandomisedPlan,
    pools: tuple[ArmOutcomes, ArmOutcomes],
    rows: tuple[Any, Any],
    arrival: Array,
    order: Array,
) -> ComparedPatients:
    """Both arms' patients in one order of coming: their places, the experimental arm's numbered first.

    Shape: arrival and order (trial, patient).
    """
    found, scans = [], []
    for outcomes, chosen in zip(pools, rows, strict=True):
        event, is_scanned = events_of(plan, outcomes)
        known = outcomes.certain_day if is_scanned else event
        found.append((event[chosen], known[chosen], outcomes.last_day[chosen], outcomes.is_usable[chosen]))
        scans.append(outcomes.scan_days[chosen] if is_scanned else None)
    events, known, last, usable = (np.concatenate(parts, axis=1) for parts in zip(*found, strict=True))
    sizes = [len(part[0][0]) for part in found]
    is_first = np.repeat([True, False], sizes)

    def sorted_by_arrival(values: Array) -> Array:
        return np.take_along_axis(values, order, axis=1)

    seen = None
    if scans[0] is not None and scans[1] is not None:
        width = max(part.shape[2] for part in scans if part is not None)
        padded = [_padded(part, width) for part in scans if part is not None]
        seen = np.take_along_axis(np.concatenate(padded, axis=1), order[:, :, None], axis=1)
    return ComparedPatients(
        arrival,
        sorted_by_arrival(np.broadcast_to(is_first, events.shape)),
        sorted_by_arrival(events),
        sorted_by_arrival(known),
        sorted_by_arrival(last),
        seen,
        sorted_by_arrival(usable),
    )


def _padded(scans: Array, width: int) -> Array:
    more = width - scans.shape[2]
    return np.pad(scans, ((0, 0), (0, 0), (0, more)), constant_values=np.inf)


def _drawn(
    protocol: Protocol,
    plan: RandomisedPlan,
    arms: TwoArms,
    pools: tuple[ArmOutcomes, ArmOutcomes],
    member: Array,
    seed: int,
) -> ComparedPatients:
    trials = len(member)
    names = ("virtual trials, experimental", "virtual trials, control")
    chosen = [
        drawn_patients(pool.is_usable, trials, size, seed, name)
        for pool, size, name in zip(pools, arms.patients, names, strict=True)
    ]
    rows = tuple((member[:, None], who) for who in chosen)
    ratios = [arm.ratio or 1.0 for arm in (arms.experimental, arms.control)]
    per_day = protocol.enrolment.per_month * sum(ratios) / DAYS_PER_MONTH
    arrival = arrival_days(trials, arms.total, per_day, seed, "virtual enrolment")
    order = np.broadcast_to(in_turn(arms.patients), arrival.shape)
    return joined(plan, pools, (rows[0], rows[1]), arrival, order)


def in_turn(sizes: tuple[int, int]) -> Array:
    """The places of both arms' patients, those of the first arm numbered first, in the order of enrolment.

    The arms take turns in proportion to their sizes.
    """
    shares = np.concatenate([(np.arange(size) + 1.0) / size for size in sizes])
    return np.lexsort((np.repeat([0, 1], sizes), shares))


def _rates(plan: RandomisedPlan, outcomes: ArmOutcomes) -> tuple[Array, Array]:
    """Events and patient-time of each member. Units: time [month]. Shape: both (member,)."""
    event, _ = events_of(plan, outcomes)
    is_event = np.isfinite(event) & outcomes.is_usable
    time = np.where(outcomes.is_usable, np.where(is_event, event, outcomes.last_day), 0.0)
    return is_event.sum(axis=1), time.sum(axis=1) / DAYS_PER_MONTH


def _survival_side(
    protocol: Protocol, plan: RandomisedPlan, arms: TwoArms, pools: tuple[ArmOutcomes, ArmOutcomes]
) -> tuple[Array, tuple[tuple[float, float], ...], tuple[Textbook, ...]]:
    """Members' hazard ratios, and the textbook: chance over the hazard ratio, and at what is assumed."""
    (events, time), (control_events, control_time) = (_rates(plan, pool) for pool in pools)
    with np.errstate(divide="ignore", invalid="ignore"):
        truths = (events / time) / (control_events / control_time)
    hazard = float(control_events.sum() / control_time.sum())
    average = float(events.sum() / time.sum()) / hazard if hazard > 0.0 else math.nan
    textbook = []

    def add(words: str, ratio: float, control: float) -> None:
        textbook.append(proportional_textbook(plan, constant_hazards(protocol, arms, ratio, control), words))

    if math.isfinite(average) and average > 0.0:
        add(f"proportional hazards at the model's average hazard ratio, {average:.2f}", average, hazard)
    assumed = plan.stated.assumed
    if assumed is not None and assumed.hazard_ratio is not None:
        median = assumed.control_median
        own = hazard if median is None else math.log(2.0) * DAYS_PER_MONTH / median.days
        if own > 0.0:
            words = f"proportional hazards at the assumed hazard ratio, {assumed.hazard_ratio:g}"
            add(words, assumed.hazard_ratio, own)
    if hazard > 0.0:
        add("no difference", 1.0, hazard)
    curve = tuple(
        (ratio, chance_of_success(plan, constant_hazards(protocol, arms, ratio, hazard)))
        for ratio in CURVE_RATIOS.tolist()
        if hazard > 0.0
    )
    return truths, curve, tuple(textbook)


def _response_side(
    plan: RandomisedPlan, arms: TwoArms, pools: tuple[ArmOutcomes, ArmOutcomes]
) -> tuple[Array, tuple[tuple[float, float], ...], tuple[Textbook, ...]]:
    """Members' differences of response, and Fisher's exact power over them and at what is assumed."""
    if not plan.stated.is_of_response:
        return np.zeros(0), (), ()
    rates = [pool.response_rates(math.inf) for pool in pools]
    treated, control = (float(rate.mean()) for rate in rates)

    def power(of_control: float, of_treated: float) -> float:
        first, second = arms.patients
        return response_power(FisherExact(), of_control, of_treated, second, first, plan.bounds.alpha)

    named = [("the model's average response rates", control, treated)]
    assumed = plan.stated.assumed
    if assumed is not None and assumed.control_rate is not None and assumed.experimental_rate is not None:
        named.append(("the assumed response rates", assumed.control_rate, assumed.experimental_rate))
    named.append(("no difference", control, control))
    textbook = tuple(
        Textbook(f"{words}, {100 * low:.1f} and {100 * high:.1f} %", power(low, high), 0.0, float(arms.total))
        for words, low, high in named
    )
    curve = tuple(
        (step, power(control, control + step))
        for step in CURVE_DIFFERENCES.tolist()
        if 0.0 <= control + step <= 1.0
    )
    return rates[0] - rates[1], curve, textbook
