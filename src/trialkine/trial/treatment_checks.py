"""Checks of one arm's lines against what is known of the agents, and of their order.

They work on the raw data of the file, so that they run even where other keys are at fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from trialkine.errors import InputError
from trialkine.trial.agent_facts import AgentFacts, KnownNames
from trialkine.trial.agent_synonyms import usual_name
from trialkine.trial.quantities import DOSE_UNITS, Dose, DoseRoute, parse_dose, parse_route
from trialkine.trial.reading import KeyPath
from trialkine.trial.regimen import Layout, lay_out, read_schedule
from trialkine.trial.schedule import Schedule
from trialkine.trial.sentences import Fault, choice_hint
from trialkine.trial.start_words import AT_ONCE, StartRule, parse_start
from trialkine.trial.words import WordError
from trialkine.units import conversion

Parsed = TypeVar("Parsed")
EXAMPLE_TIME = "over 15 min"
LARGEST_PER_KG = 1e6
"""IU; of a larger amount without a basis nobody can tell which one was meant."""


@dataclass(frozen=True)
class Line:
    """What could be read of one line of treatment; unreadable parts are None and reported elsewhere."""

    path: KeyPath
    agent: str | None
    dose: Dose | None
    route: DoseRoute | None
    schedule: Schedule | None
    start: StartRule | None
    has_start: bool


def treatment_faults(path: KeyPath, treatment: Any, known: KnownNames) -> Iterator[Fault]:
    """The faults of an arm's lines beyond the reading of each phrase."""
    entries = treatment if isinstance(treatment, (list, tuple)) else ()
    lines = [_line((*path, place), entry) for place, entry in enumerate(entries)]
    for line in lines:
        yield from _agent_faults(line, known)
        yield from _layout_faults(line)
    for place, line in enumerate(lines):
        yield from _start_faults(place, line, lines, known)


def background_faults(path: KeyPath, background: Any, known: KnownNames) -> Iterator[Fault]:
    """The faults of background treatment beyond the reading of each phrase."""
    entries = background if isinstance(background, (list, tuple)) else ()
    seen: list[str] = []
    for place, entry in enumerate(entries):
        line = _line((*path, place), entry)
        yield from _agent_faults(line, known)
        yield from _layout_faults(line)
        if line.agent in seen:
            message = f"{line.agent} is given as background treatment twice. Keep one."
            yield (*line.path, "agent"), message, None
        seen += [line.agent] if line.agent is not None else []


def _line(path: KeyPath, entry: Any) -> Line:
    entry = entry if isinstance(entry, dict) else {}
    agent = entry.get("agent")
    return Line(
        path,
        agent.strip() if isinstance(agent, str) and agent.strip() else None,
        _parsed(parse_dose, entry.get("dose")),
        _parsed(parse_route, entry.get("route")),
        _parsed(read_schedule, entry.get("schedule")),
        _parsed(parse_start, entry.get("starts")),
        entry.get("starts") is not None,
    )


def _parsed(parse: Callable[[object], Parsed], value: Any) -> Parsed | None:
    try:
        return None if value is None else parse(value)
    except WordError:
        return None


def _agent_faults(line: Line, known: KnownNames) -> Iterator[Fault]:
    if line.agent is None:
        return
    facts = known.agents.get(line.agent)
    if facts is None:
        usual = usual_name(line.agent, known.agents)
        hint = f"Here it is '{usual}'." if usual else choice_hint(line.agent, known.agents)
        yield (*line.path, "agent"), f"no agent is named '{line.agent}'. {hint}".strip(), None
        routes = {name: timed for agent in known.agents.values() for name, timed in agent.routes.items()}
        if line.route is not None and line.route.name not in routes:
            hint = _route_hint(line.route, routes)
            yield (*line.path, "route"), f"'{line.route.name}' is not a known route. {hint}".strip(), None
        return
    if facts.refusal:
        yield (*line.path, "agent"), facts.refusal, None
        return
    yield from _route_faults(line, facts)
    yield from _dose_faults(line, facts)


def _route_faults(line: Line, facts: AgentFacts) -> Iterator[Fault]:
    route, path = line.route, (*line.path, "route")
    if route is None:
        return
    if route.name not in facts.routes:
        hint = _route_hint(route, facts.routes)
        yield path, f"'{route.name}' is not a route of {facts.name}. {hint}".strip(), None
    elif facts.routes[route.name] and route.infusion_days is None:
        example = f"Write '{route.name} {EXAMPLE_TIME}' or '{route.name} bolus'."
        yield path, f"route '{route.text}' has no infusion time. {example}", None
    elif not facts.routes[route.name] and route.infusion_days is not None:
        message = f"route '{route.text}' has an infusion time, but {facts.name} is not infused by it."
        yield path, f"{message} Write '{route.name}'.", None


def _route_hint(route: DoseRoute, routes: Mapping[str, bool]) -> str:
    """The nearest routes; an infused one with a time, so that it can be written as it stands."""
    hint = choice_hint(route.name, routes)
    for name, is_infused in routes.items():
        if is_infused and route.infusion_days is None:
            hint = hint.replace(f"'{name}'", f"'{name} {EXAMPLE_TIME}'")
    return hint


def _dose_faults(line: Line, facts: AgentFacts) -> Iterator[Fault]:
    dose, path = line.dose, (*line.path, "dose")
    if dose is None:
        return
    if not _is_convertible(dose.unit, facts.dose_unit):
        units = ", ".join(unit for unit in DOSE_UNITS if _is_convertible(unit, facts.dose_unit))
        yield path, f"dose '{dose}' is in {dose.unit}, {facts.name} is dosed in {units}.", None
        return
    bases = facts.bases_by(line.route.name) if line.route is not None else facts.bases
    if dose.basis in bases:
        return
    wanted = " or ".join("without a basis" if basis == "flat" else f"per {basis}" for basis in bases)
    fault = "has no weight or surface basis" if dose.basis == "flat" else f"is per {dose.basis}"
    if dose.basis == "flat" and bases[0] == "kg":
        fault = "has no weight basis"
    yield path, f"dose '{dose}' {fault}, {facts.name} is dosed {wanted}. {_dose_advice(dose, bases)}", None


def _dose_advice(dose: Dose, bases: tuple[str, ...]) -> str:
    """The dose as it was probably meant; where that would be guessing, the bases there are."""
    bare = f"{dose.amount_text} {dose.unit}"
    if bases[0] == "flat":
        return f"Write '{bare}'."
    is_whole_body = (
        _is_convertible(dose.unit, "IU") and dose.amount * conversion(dose.unit, "IU") > LARGEST_PER_KG
    )
    if dose.basis == "flat" and is_whole_body:
        scaled = " or ".join(f"'/{basis}'" for basis in bases if basis != "flat")
        return f"Write the basis: {scaled}."
    return f"Write '{bare}/{bases[0]}'."


def _is_convertible(unit: str, wanted: str) -> bool:
    try:
        conversion(unit, wanted)
    except InputError:
        return False
    return True


def _layout_faults(line: Line) -> Iterator[Fault]:
    if line.schedule is None or line.route is None:
        return
    try:
        layout: Layout = lay_out(line.schedule, line.route.infusion_days)
    except WordError as error:
        yield (*line.path, "schedule"), str(error), error.start
        return
    limit = line.schedule.limit_days
    if limit is not None and layout.dose_days[0] >= limit:
        yield (*line.path, "schedule"), "the treatment ends before its first dose. Write a longer time.", None


def _start_faults(place: int, line: Line, lines: list[Line], known: KnownNames) -> Iterator[Fault]:
    path = (*line.path, "starts")
    if line.start is None:
        if place > 0 and not line.has_start:
            before = lines[place - 1].agent or "the agent before"
            advice = f"'starts: within 6 weeks after {before} fails', or 'starts: at once' for a combination"
            yield line.path, f"nothing says when line {place + 1} starts. Write {advice}.", None
        return
    if place == 0 and line.start != AT_ONCE and line.start.trigger is None:
        message = f"the first line starts '{line.start}' with nothing before it."
        yield path, f"{message} Write 'at once', or leave the key out.", None
    if line.start.on == "ready":
        yield from _product_faults(path, line.start.trigger or "", lines, known)
    elif line.start.trigger is None:
        yield from _same_agent_faults(path, place, line, lines)
    else:
        yield from _trigger_faults(path, place, line, lines)


def _same_agent_faults(path: KeyPath, place: int, line: Line, lines: list[Line]) -> Iterator[Fault]:
    """One agent given by two lines that both start from the patient's first day."""
    for earlier in range(place):
        other = lines[earlier]
        is_concurrent = other.start is None or other.start.trigger is None
        if line.agent is not None and other.agent == line.agent and is_concurrent:
            message = f"lines {earlier + 1} and {place + 1} both give {line.agent} from the start."
            yield path, f"{message} Keep one, or start one after the other agent.", None


def _trigger_faults(path: KeyPath, place: int, line: Line, lines: list[Line]) -> Iterator[Fault]:
    start = line.start
    trigger = start.trigger if start is not None else None
    if start is None or trigger is None:
        return
    earlier = [other for other in lines[:place] if other.agent == trigger]
    if not earlier:
        yield path, _no_trigger(trigger, place, lines), None
        return
    source = earlier[-1]
    if start.on == "ends" and source.schedule is not None and _has_no_end(source.schedule):
        message = f"{trigger} never ends: its schedule has no last dose."
        yield path, f"{message} Write '{trigger} fails', or limit its schedule.", None
    for number in range(lines.index(source) + 1, place):
        rival = lines[number].start
        if rival is not None and rival.trigger == trigger and rival.on != "ready":
            message = f"lines {number + 1} and {place + 1} both start after {trigger}."
            yield path, f"{message} Let one start after the other's agent.", None


def _is_product(name: str, known: KnownNames) -> bool:
    facts = known.agents.get(name)
    return facts is not None and facts.is_product


def _product_faults(path: KeyPath, product: str, lines: list[Line], known: KnownNames) -> Iterator[Fault]:
    """A wait for something that is never ordered, or that nobody has to wait for."""
    names = [line.agent for line in lines if line.agent is not None]
    facts = known.agents.get(product)
    if product not in names:
        made = [name for name in names if not known.agents or _is_product(name, known)]
        hint = choice_hint(product, made) if made else "Add a line that gives it, or write 'at once'."
        yield path, f"no line gives '{product}', so it is not ordered. {hint}", None
    elif facts is not None and not facts.is_product:
        message = f"{product} is not made to order, so there is no waiting for it."
        yield path, f"{message} Write 'at once'.", None
        return
    for line in lines:
        if (
            line.agent == product
            and (line.start is None or line.start.trigger is None)
            and not _is_unread(line)
        ):
            message = f"{product} is waited for here, but its own line gives it without waiting."
            yield (
                path,
                f"{message} Write 'starts: when {product} is ready' there, or 'after' another line.",
                None,
            )


def _is_unread(line: Line) -> bool:
    """Whether the line has a start that could not be read, which is reported elsewhere."""
    return line.has_start and line.start is None


def _no_trigger(trigger: str, place: int, lines: list[Line]) -> str:
    names = [line.agent for line in lines[:place] if line.agent is not None]
    if trigger == lines[place].agent:
        return f"line {place + 1} waits for its own agent {trigger}. Name the agent of an earlier line."
    if any(line.agent == trigger for line in lines[place + 1 :]):
        return f"line {place + 1} waits for {trigger}, which comes later. Put the line of {trigger} first."
    hint = choice_hint(trigger, names) if names else "Write 'at once' for the first line."
    return f"no earlier line gives '{trigger}'. {hint}"


def _has_no_end(schedule: Schedule) -> bool:
    is_bounded = bool(schedule.days) or schedule.doses_per_run is not None
    is_one_course = schedule.cycle_days is None and is_bounded
    return not is_one_course and schedule.max_cycles is None and schedule.limit_days is None
