"""From what a schedule says to the day of every dose."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NoReturn

from trialkine.trial.quantities import Basis, Dose, DoseRoute
from trialkine.trial.schedule import MOST_CYCLES, MOST_DOSES, ContinueRule, DaySpan, Rhythm, Schedule
from trialkine.trial.schedule_words import parse_schedule
from trialkine.trial.words import WordError, number_text, shorten
from trialkine.units import conversion

SHORTEST_DAYS = 1 / 24
"""Doses closer than an hour are taken for a slip of the pen."""

SHORTEST_OWN_CYCLE_DAYS = 21.0
"""A bare rhythm is decided upon in cycles of at least this: one held daily dose should not end a line."""

_SAME_TIME = 1e-9


@dataclass(frozen=True)
class Layout:
    """The doses of one cycle: their days from its start, and the run each belongs to.

    Units: dose_days [day], cycle_days [day].
    """

    dose_days: tuple[float, ...]
    block: tuple[int, ...]
    cycle_days: float
    max_cycles: int | None


@dataclass(frozen=True)
class Regimen:
    """One agent's doses, ready to be given.

    `dose_days` are offsets from the start of each cycle; `block` numbers, per dose, the run of consecutive
    doses it belongs to, which is what a hold rule may drop the rest of. After `limit_days` from
    the start of the line nothing is given.

    Units: dose_days [day], cycle_days [day], limit_days [day].
    """

    agent: str
    amount: float
    unit: str
    basis: Basis
    route: DoseRoute
    dose_days: tuple[float, ...]
    cycle_days: float
    max_cycles: int | None
    continue_while: ContinueRule
    block: tuple[int, ...]
    limit_days: float | None = None

    @property
    def is_open_ended(self) -> bool:
        """Whether no last dose is planned."""
        return self.max_cycles is None and self.limit_days is None

    @property
    def last_planned_day(self) -> float | None:
        """Day of the last planned dose, from the start of the line; None when there is none.

        Units: returns [day].
        """
        if self.is_open_ended:
            return None
        if self.limit_days is None and self.max_cycles is not None:
            return (self.max_cycles - 1) * self.cycle_days + self.dose_days[-1]
        return self.planned_days()[-1]

    def planned_days(self, horizon_days: float = math.inf) -> tuple[float, ...]:
        """The days of all doses planned before `horizon_days`, or of one cycle when there is no end.

        Units: horizon_days [day], returns [day].
        """
        end = min(horizon_days, math.inf if self.limit_days is None else self.limit_days)
        if math.isinf(end):
            cycles = self.max_cycles or 1
        else:
            cycles = min(self.max_cycles or MOST_CYCLES * MOST_DOSES, math.ceil(end / self.cycle_days))
        days = (cycle * self.cycle_days + day for cycle in range(cycles) for day in self.dose_days)
        return tuple(day for day in days if day < end - _SAME_TIME)

    def in_unit(self, unit: str) -> Regimen:
        """The same regimen with its amount in another unit.

        Raises: InputError, when the units measure different things.
        """
        return replace(self, amount=self.amount * conversion(self.unit, unit), unit=unit)

    def in_words(self) -> str:
        """One phrase for people: doses per cycle, cycles, and when it stops."""
        doses = f"{len(self.dose_days)} dose{'s' if len(self.dose_days) > 1 else ''}"
        days = number_text(round(self.cycle_days, 3))
        phrase = f"{doses} per cycle of {days} day{'s' if days != '1' else ''}"
        if self.max_cycles is not None:
            phrase += f", at most {self.max_cycles} cycle{'s' if self.max_cycles > 1 else ''}"
        if self.limit_days is not None:
            phrase += f", for {number_text(round(self.limit_days, 1))} days"
        if self.continue_while.stops_at_progression:
            phrase += ", until progression"
        if self.continue_while.renews_only_without_progression:
            phrase += ", while not progressing"
        return phrase


def read_schedule(text: object) -> Schedule:
    """Read a schedule and make sure that its doses can be laid out.

    Raises: WordError, when it cannot be read or contradicts itself.
    """
    if isinstance(text, Schedule):
        return text
    schedule = parse_schedule(text)
    if schedule.rhythm.period_days is not None:
        lay_out(schedule, None)
    return schedule


def build_regimen(agent: str, dose: Dose, route: DoseRoute, schedule: Schedule) -> Regimen:
    """The regimen of one agent.

    Raises: WordError, when route and schedule contradict each other.
    """
    layout = lay_out(schedule, route.infusion_days)
    return Regimen(
        agent,
        dose.amount,
        dose.unit,
        dose.basis,
        route,
        layout.dose_days,
        layout.cycle_days,
        layout.max_cycles,
        schedule.continue_while,
        layout.block,
        schedule.limit_days,
    )


def lay_out(schedule: Schedule, infusion_days: float | None) -> Layout:
    """The doses of one cycle.

    Units: infusion_days [day].
    Raises: WordError, when runs of doses meet, pass the end of the cycle, or infusions overlap.
    """
    rhythm = _rhythm(schedule, infusion_days)
    if not schedule.days and schedule.doses_per_run is None and schedule.cycle_days is None:
        layout = _open_ended(rhythm)
    else:
        layout = _cycle(schedule, rhythm)
    _check_infusions(schedule, layout, infusion_days)
    return layout


def _rhythm(schedule: Schedule, infusion_days: float | None) -> Rhythm:
    period = schedule.rhythm.period_days
    if period is None:
        if not infusion_days:
            _fail(
                schedule,
                "'continuous' needs an infusion time",
                "Write a route as in 'intravenous over 24 h'.",
            )
        period = infusion_days
    if period < SHORTEST_DAYS - _SAME_TIME:
        _fail(schedule, "doses come less than an hour apart", "Write a longer time between doses.")
    return Rhythm(period, schedule.rhythm.offsets)


def _open_ended(rhythm: Rhythm) -> Layout:
    """A cycle for a rhythm that states none: the fewest whole periods that last three weeks."""
    period = rhythm.period_days or 1.0
    periods = math.ceil(SHORTEST_OWN_CYCLE_DAYS / period - _SAME_TIME)
    days = tuple(number * period + offset for number in range(periods) for offset in rhythm.offsets)
    return Layout(days, (0,) * len(days), round(periods * period, 9), None)


def _cycle(schedule: Schedule, rhythm: Rhythm) -> Layout:
    """The doses of a cycle that the schedule bounds by days, a count or a length."""
    length = schedule.cycle_days
    spans = schedule.days or (DaySpan(1, None),)
    dose_days: list[float] = []
    block: list[int] = []
    for number, span in enumerate(spans):
        run = _run(schedule, rhythm, span, is_whole_cycle=not schedule.days)
        if dose_days and run and run[0] < dose_days[-1] + (rhythm.period_days or 0.0) / 2:
            message = f"the doses before it run past day {span.first}"
            _fail(schedule, message, "Write fewer doses, or a later day.", span.place)
        dose_days += run
        block += [number] * len(run)
    if length is None:
        last_day = max((span.last or span.first for span in schedule.days), default=0)
        end = max(dose_days[-1] + (rhythm.period_days or 0.0) - _SAME_TIME, float(last_day))
        if schedule.doses_per_run == 1:
            end = dose_days[-1] + 1.0 - _SAME_TIME
        return Layout(tuple(dose_days), tuple(block), float(math.ceil(end)), 1)
    if dose_days[-1] >= length - _SAME_TIME:
        message = f"doses go on past the end of the cycle of {number_text(round(length, 3))} days"
        _fail(schedule, message, "Write fewer doses or earlier days, or a longer cycle.", spans[-1].place)
    return Layout(tuple(dose_days), tuple(block), length, schedule.max_cycles)


def _run(schedule: Schedule, rhythm: Rhythm, span: DaySpan, *, is_whole_cycle: bool) -> list[float]:
    """The doses of one listed day or range, or of the whole cycle when no days are listed."""
    start = span.first - 1.0
    most = MOST_DOSES + 1 if schedule.doses_per_run is None else schedule.doses_per_run
    if span.last is not None:
        end = float(span.last)
    elif schedule.doses_per_run is not None:
        end = math.inf
    else:
        end = (schedule.cycle_days or 1.0) if is_whole_cycle else start + 1.0
    period = rhythm.period_days or 1.0
    periods = math.ceil(min((end - start) / period, most / len(rhythm.offsets)))
    days = [start + number * period + offset for number in range(periods) for offset in rhythm.offsets]
    run = [day for day in days if day < end - _SAME_TIME][:most]
    if len(run) > MOST_DOSES:
        _fail(schedule, f"a cycle would hold more than {MOST_DOSES} doses", "Write a shorter cycle.")
    return run


def _check_infusions(schedule: Schedule, layout: Layout, infusion_days: float | None) -> None:
    if not infusion_days:
        return
    days = layout.dose_days
    gaps = [later - earlier for earlier, later in pairwise(days)]
    if layout.max_cycles != 1:
        gaps.append(layout.cycle_days - days[-1] + days[0])
    if gaps and min(gaps) < infusion_days - _SAME_TIME:
        message = (
            f"an infusion over {number_text(round(infusion_days * 24, 3))} h outlasts the time between doses"
        )
        _fail(schedule, message, "Write a shorter infusion or fewer doses.")


def _fail(schedule: Schedule, problem: str, advice: str, place: tuple[int, int] = (0, 0)) -> NoReturn:
    message = f"{problem} in schedule '{shorten(schedule.text)}'. {advice}"
    raise WordError(message, *place)
