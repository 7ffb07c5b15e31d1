"""The states of a user's model that take doses, as agents that a protocol can name."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import get_args

from trialkine.errors import InputError
from trialkine.model.declarations import Agent, Hold, Mechanism, Parameter, Reduction, Route, Stop
from trialkine.model.model import Model
from trialkine.records import ParameterRecord
from trialkine.trial.own_model.mapping import DoseTarget, HoldWhile, RouteName
from trialkine.trial.own_model.tumour import unit_of
from trialkine.units import conversion, dimension

INFUSED = "intravenous"
DOSED_IN = ("mg", "IU", "cell")


def takes_doses(model: Model) -> tuple[str, ...]:
    """The states that a dose could go into: those with one value."""
    return tuple(name for name, state in model.states.items() if not state.index)


def is_replaceable(part: Mechanism | Agent) -> bool:
    """Whether an agent of the model is no more than its routes, so that a mapping may map it anew."""
    if not isinstance(part, Agent):
        return False
    return replace(part.mechanism, sources=()) == Mechanism(part.name, part.mechanism.about)


def can_be_given(agent: Agent) -> bool:
    """Whether protocols have the unit and a route of an agent of the model."""
    return _is_dosed(agent.dose_unit) and any(route in get_args(RouteName) for route in agent.routes)


def refusal(agent: Agent) -> str:
    """Why protocols cannot give an agent of the model, and what to do; empty where they can."""
    if can_be_given(agent):
        return ""
    how = f"doses in {agent.dose_unit or 'the model scale'}, {' or '.join(agent.routes)}"
    return f"Agent {agent.name} of the model ({how}) cannot be given as it is. Map it under `doses`"


def _is_dosed(unit: str) -> bool:
    return any(dimension(unit).exponents == dimension(dosed).exponents for dosed in DOSED_IN)


def check_target(target: DoseTarget, model: Model) -> None:
    """Make sure that doses can go where the mapping says, in its unit.

    Raises: InputError, when they cannot.
    """
    possible = takes_doses(model)
    if target.into not in possible:
        raise InputError(_no_state(target.into, model, possible))
    if not _is_dosed(target.unit):
        raise InputError(
            f"'{target.unit}' is no unit of doses: protocols give mass, IU or cells. Write 'unit: mg', "
            "'unit: IU' or 'unit: cell', and say with 'per_unit' how far 1 of it raises the state."
        )


def _no_state(name: str, model: Model, possible: tuple[str, ...]) -> str:
    listed = ", ".join(possible)
    if name in model.states:
        return f"'{name}' has several values, so a dose has no place to go. States that take doses: {listed}."
    if name in model.quantities:
        return f"'{name}' is computed, so it cannot take doses. States that take doses: {listed}."
    if name in model.parameters:
        return f"'{name}' is a parameter, so it cannot take doses. States that take doses: {listed}."
    near = get_close_matches(name, possible, 1)
    hint = f"Did you mean '{near[0]}'?" if near else f"States that take doses: {listed}."
    return f"no state of the model is named '{name}'. {hint}"


def dosing_records(name: str, target: DoseTarget, model: Model, source: str) -> dict[str, ParameterRecord]:
    """The numbers of an agent: how far a dose raises its state, and the levels of its rules.

    Raises: InputError, when nothing says how far, or a unit does not fit.
    """
    records = {_per_unit(name): _amount_record(name, target, model, source)}
    for number, rule in enumerate(target.hold):
        level = rule.above or rule.below
        assert level is not None
        key, unit = _hold_level(name, number), unit_of(model, rule.quantity)
        records[key] = level.record(key, unit, source, f"level of '{rule.quantity}' at which doses are held")
        if rule.end_cycle_after is not None:
            key = _hold_count(name, number)
            records[key] = ParameterRecord(
                key, float(rule.end_cycle_after), "", "assumed", source, "hold rule"
            )
    for number, reduction in enumerate(target.reduce):
        key = _reduction(name, number)
        records[key] = ParameterRecord(key, reduction.to, "", "assumed", source, "rule for doses")
    return records


def _amount_record(name: str, target: DoseTarget, model: Model, source: str) -> ParameterRecord:
    key, own = _per_unit(name), unit_of(model, target.into)
    unit = _rise(target, own)
    if target.per_unit is not None:
        return target.per_unit.record(
            key, unit, source, f"rise of '{target.into}' by a dose of 1 {target.unit}"
        )
    if target.volume is not None:
        return _diluted(key, target, own, source)
    if dimension(own).exponents != dimension(target.unit).exponents:
        raise InputError(
            f"nothing says how far a dose of 1 {target.unit} raises '{target.into}'"
            f"{f', in {own}' if own else ''}. Add 'per_unit: NUMBER', or for a concentration 'volume: 5 L'."
        )
    factor = conversion(target.unit, own)
    return ParameterRecord(key, factor, unit, "derived", source, "both are amounts")


def _diluted(key: str, target: DoseTarget, own: str, source: str) -> ParameterRecord:
    """The rise of a concentration, from the volume that a dose is diluted in."""
    assert target.volume is not None
    volume = target.volume.record(key, "L", source, "")
    assert isinstance(volume.value, float)
    if volume.value <= 0:
        raise InputError("'volume' must be above 0. Write it as in 'volume: 5 L'.")
    try:
        factor = conversion(f"({target.unit})/L", own)
    except InputError:
        raise InputError(
            f"'{target.into}' is {f'in {own}' if own else 'a pure number'}, no concentration of "
            f"{target.unit}. Write 'per_unit: NUMBER' instead of `volume`."
        ) from None
    where = f"one over a volume of {target.volume.value}"
    more = f" ({target.volume.where})" if target.volume.where else ""
    return replace(volume, value=factor / volume.value, unit=_rise(target, own), where=where + more)


def _rise(target: DoseTarget, own: str) -> str:
    return f"({own or '1'})/({target.unit})"


def agent_of(name: str, target: DoseTarget, model: Model) -> Agent:
    """The agent whose doses go into the mapped state."""
    parameters = {
        _per_unit(name): Parameter(
            _rise(target, unit_of(model, target.into)),
            f"rise of '{target.into}' by a dose of 1 {target.unit}",
        )
    }
    holds = []
    for number, rule in enumerate(target.hold):
        unit = unit_of(model, rule.quantity)
        parameters[_hold_level(name, number)] = Parameter(unit, "level at which doses are held")
        count = None
        if rule.end_cycle_after is not None:
            count = _hold_count(name, number)
            parameters[count] = Parameter("", "holds in a row after which the rest of the run is dropped")
        holds.append(_hold(name, number, rule, count))
    reductions = []
    for number, entry in enumerate(target.reduce):
        parameters[_reduction(name, number)] = Parameter("", "by what later doses are multiplied")
        about = f"after grade {entry.grade} {entry.toxicity}"
        reductions.append(Reduction(entry.toxicity, entry.grade, _reduction(name, number), about))
    amount = f"{_per_unit(name)} * dose"
    return Agent(
        mechanism=Mechanism(
            name=name, about=f"Doses go straight into '{target.into}'.", parameters=parameters
        ),
        dose_unit=target.unit,
        routes={
            route: Route(target.into, amount, f"into '{target.into}'", infused=route == INFUSED)
            for route in target.routes
        },
        holds=tuple(holds),
        dose_bases=target.bases,
        title=target.title or name,
        reductions=tuple(reductions),
        stops=tuple(
            Stop(entry.toxicity, entry.grade, f"after grade {entry.grade} {entry.toxicity}")
            for entry in target.stop
        ),
    )


def _hold(name: str, number: int, rule: HoldWhile, count: str | None) -> Hold:
    sign, word = (">", "above") if rule.above is not None else ("<", "below")
    when = f"{rule.quantity} {sign} {_hold_level(name, number)}"
    return Hold(f"{rule.quantity}_{word}", when, f"while '{rule.quantity}' is {word} a level", count)


def _per_unit(name: str) -> str:
    return f"{name}_per_unit"


def _hold_level(name: str, number: int) -> str:
    return f"{name}_hold_level_{number + 1}"


def _hold_count(name: str, number: int) -> str:
    return f"{name}_holds_before_the_rest_is_dropped_{number + 1}"


def _reduction(name: str, number: int) -> str:
    return f"{name}_reduction_{number + 1}"
