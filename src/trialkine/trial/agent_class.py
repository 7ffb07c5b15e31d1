"""The class of treatment of an arm, from what its protocol gives, never from what a label calls it.

Arms of one class and disease are each other's history. Background treatment, which every arm of a trial has
alike, does not count.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import pairwise

from trialkine.errors import InputError
from trialkine.trial.facts import HIGH_DOSE, INTERLEUKIN_2, PER_KG, units_per_kg
from trialkine.trial.protocol import Protocol
from trialkine.trial.protocol_parts import Arm, TreatmentLine
from trialkine.trial.regimen import Regimen

UNTREATED = "untreated"
INACTIVE = ("placebo", "medroxyprogesterone")
INTERFERON = "interferon_alfa"
RESECTED = "relapse"
"""The criteria of trials after resection, in which alone doses of interferon are told apart."""

LONG_INFUSION_DAYS = 0.5
"""Infusions at least this long, without a gap, hold a level; shorter ones make peaks."""
HIGH_INTERFERON_DOSE = 10e6
"""High dose of adjuvant interferon, in IU/m2."""
INTERLEUKIN_2_BY_VEIN = ("infused", "high-dose", "low-dose intravenous")
"""What interleukin-2 into a vein is called; by another route it has the route's name."""
TOGETHER = " + "
IN_ORDER = " then "
AFTER = " after "
_SAME_TIME = 1e-6


def agent_class(protocol: Protocol, arm: Arm, line: str | None = None) -> str:
    """The class of an arm: its agents in alphabetical order, joined by ' + ', and sequences by ' then '.

    A sequence is a line that starts after another fails; one that starts after another ends belongs to the
    same treatment. Doses and routes of interleukin-2 make classes of their own. With `line`, an agent, it
    is the class of the treatment which that line belongs to, and what it comes 'after' in a sequence, since
    who reaches a later line is no fair sample of all patients.

    Raises: InputError, when the arm has no such line.
    """
    is_resected = protocol.assessments.criteria == RESECTED
    steps = _steps(arm.treatment)
    classes = [_step_class(step, is_resected) for step in steps]
    if line is None:
        return IN_ORDER.join(name for name in classes if name) or UNTREATED
    for place, step in enumerate(steps):
        if any(given.agent == line for given in step):
            before = IN_ORDER.join(name for name in classes[:place] if name)
            return (classes[place] or UNTREATED) + (f"{AFTER}{before}" if before else "")
    given = ", ".join(dict.fromkeys(f"'{each.agent}'" for each in arm.treatment)) or "nothing"
    raise InputError(f"Arm '{arm.name}' has no line of '{line}'. It gives {given}.")


def is_agent_class(name: str, agents: Collection[str]) -> bool:
    """Whether `agent_class` could call an arm so that gives some of these agents and no other."""
    known = {UNTREATED, *map(_plain, agents)}
    parts = re.split("|".join(map(re.escape, (TOGETHER, IN_ORDER, AFTER))), name)
    return all(part in known or _is_dosed_class(part) for part in parts)


def _is_dosed_class(part: str) -> bool:
    """Whether a part of a class is one of those that a dose or a route makes."""
    if part in (f"{how}-dose {_plain(INTERFERON)}" for how in ("high", "low")):
        return True
    how, _, what = part.rpartition(" ")
    return what == "interleukin-2" and (how in INTERLEUKIN_2_BY_VEIN or how.isalpha())


def _steps(treatment: Sequence[TreatmentLine]) -> list[list[TreatmentLine]]:
    """The lines by how many failures come before them."""
    step_of: dict[str, int] = {}
    steps: dict[int, list[TreatmentLine]] = {}
    for line in treatment:
        before = step_of.get(line.start.trigger or "", 0)
        step = before + (1 if line.start.on == "fails" else 0)
        step_of[line.agent] = step
        steps.setdefault(step, []).append(line)
    return [steps[step] for step in sorted(steps)]


def _step_class(lines: Sequence[TreatmentLine], is_resected: bool) -> str:
    """The class of lines that do not wait for each other's failure; empty where none is active."""
    names = {_line_class(line) for line in lines if line.agent not in INACTIVE}
    if is_resected and INTERFERON in {line.agent for line in lines}:
        names = (names - {_plain(INTERFERON)}) | {_interferon_class(lines)}
    return TOGETHER.join(sorted(names))


def _line_class(line: TreatmentLine) -> str:
    infused, high, low = INTERLEUKIN_2_BY_VEIN
    dose = units_per_kg(line.dose)
    if line.agent != INTERLEUKIN_2 or dose is None:
        return _plain(line.agent)
    if line.route.name != "intravenous":
        return f"{line.route.name} interleukin-2"
    if _longest_infusion_days(line.regimen) >= LONG_INFUSION_DAYS - _SAME_TIME:
        return f"{infused} interleukin-2"
    return f"{high if dose >= HIGH_DOSE else low} interleukin-2"


def _interferon_class(lines: Sequence[TreatmentLine]) -> str:
    """High or low dose, by the highest dose per square metre of any line."""
    doses = [units_per_kg(line.dose) or 0.0 for line in lines if line.agent == INTERFERON]
    is_high = max(doses, default=0.0) / PER_KG["m2"] >= HIGH_INTERFERON_DOSE
    return f"{'high' if is_high else 'low'}-dose {_plain(INTERFERON)}"


def _longest_infusion_days(regimen: Regimen) -> float:
    """The longest time of a cycle without a gap in the infusion: a day may be written as three of 8 h."""
    lasts = regimen.route.infusion_days or 0.0
    longest = running = lasts
    for earlier, later in pairwise(regimen.dose_days):
        running = running + lasts if later - earlier <= lasts + _SAME_TIME else lasts
        longest = max(longest, running)
    return longest


def _plain(agent: str) -> str:
    return agent.replace("_", " ")
