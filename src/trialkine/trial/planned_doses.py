"""The doses that one patient of an arm is to have, as far as they are planned from the first day.

Nothing is decided here: no dose is held, no cycle postponed, no line ended. A line that waits for another to
fail has no planned day and is named instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trialkine.model.standalone import PlannedDose
from trialkine.records import DAYS_PER_YEAR
from trialkine.trial.protocol import Protocol
from trialkine.trial.protocol_parts import Arm, BackgroundTreatment, TreatmentLine

LAID_OUT_DAYS = DAYS_PER_YEAR
"""Days from its start for which a line without a last planned dose is laid out."""

ALL_PATIENTS = 1.0

Given = TreatmentLine | BackgroundTreatment


@dataclass(frozen=True)
class PlannedTreatment:
    """Doses in order of time, and sentences that say what they are and what is left out."""

    doses: tuple[PlannedDose, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Body:
    """What doses by weight or body surface are multiplied by.

    Units: weight_kg [kg], body_surface_m2 [m**2].
    """

    weight_kg: float
    body_surface_m2: float

    def factor(self, basis: str) -> float:
        """The factor for doses on this basis."""
        return {"flat": 1.0, "kg": self.weight_kg, "m2": self.body_surface_m2}[basis]


def planned_treatment(
    protocol: Protocol,
    arm: Arm,
    body: Body,
    dose_units: Mapping[str, str],
    ready_days: Mapping[str, float],
) -> PlannedTreatment:
    """The planned doses of one patient of an arm, background treatment that everybody has included.

    `dose_units` is by agent; `ready_days` [day] is when each product made to order is ready. Where a start
    is drawn from a window, its middle is taken.
    """
    doses: list[PlannedDose] = []
    notes: list[str] = []
    ends: dict[str, float] = {}
    given_to_all: tuple[Given, ...] = (*arm.treatment, *protocol.background)
    for line in given_to_all:
        start = _start(line, ends, ready_days)
        if start is None:
            notes.append(_left_out(line))
            continue
        given = _doses(line, start, body, dose_units[line.agent])
        doses += given
        notes.append(_said(line, given))
        last = line.regimen.last_planned_day
        if last is not None:
            ends[line.agent] = start + last
    notes.append(
        "The doses are those planned: rules of the trial that hold, postpone, reduce or stop doses are not "
        "applied."
    )
    return PlannedTreatment(tuple(sorted(doses, key=lambda dose: dose.time)), tuple(notes))


def _start(line: Given, ends: Mapping[str, float], ready_days: Mapping[str, float]) -> float | None:
    """The day of the first dose, where it is planned. Units: returns [day]."""
    rule = line.start
    if isinstance(line, BackgroundTreatment) and line.share < ALL_PATIENTS:
        return None
    delay = (rule.earliest_days + rule.within_days) / 2.0
    if rule.trigger is None:
        return delay if isinstance(line, BackgroundTreatment) else rule.within_days
    known = {"ready": ready_days, "ends": ends}.get(rule.on, {})
    return known[rule.trigger] + delay if rule.trigger in known else None


def _doses(line: Given, start: float, body: Body, unit: str) -> list[PlannedDose]:
    regimen = line.regimen.in_unit(unit)
    amount = regimen.amount * body.factor(str(regimen.basis))
    days = regimen.planned_days(LAID_OUT_DAYS) if regimen.is_open_ended else regimen.planned_days()
    lasts = regimen.route.infusion_days or 0.0
    return [PlannedDose(line.agent, regimen.route.name, start + day, amount, lasts) for day in days]


def _said(line: Given, given: list[PlannedDose]) -> str:
    regimen = line.regimen
    count = f"{len(given)} dose{'s' if len(given) != 1 else ''}"
    span = f"from day {given[0].time:g} to day {given[-1].time:g}" if given else "none"
    until = f", laid out for {LAID_OUT_DAYS:g} days only" if regimen.is_open_ended else ""
    return f"Planned: {line.agent} {line.dose}, {line.route}: {regimen.in_words()}; {count}, {span}{until}."


def _left_out(line: Given) -> str:
    if isinstance(line, BackgroundTreatment):
        share = f"{100 * line.share:g} %"
        return f"Left out: background treatment with {line.agent}, which {share} of patients have."
    return f"Left out: {line.agent}, which starts {line.start}; the trial decides when."
