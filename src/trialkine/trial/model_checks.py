"""Checks of the `model` keys of a protocol: mechanisms, variants and parameters that are known here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trialkine.errors import InputError
from trialkine.trial.agent_facts import KnownNames, ParameterFacts
from trialkine.trial.parameter_values import parse_parameter_value
from trialkine.trial.reading import KeyPath
from trialkine.trial.sentences import Fault, choice_hint, is_near
from trialkine.trial.words import WordError, shorten, suggestion
from trialkine.units import conversion


def model_faults(data: Mapping[Any, Any], arms: list[dict[Any, Any]], known: KnownNames) -> Iterator[Fault]:
    """The faults of the protocol's own changes and of each arm's."""
    common = _part(data.get("model"))
    background = _agents(data.get("background"))
    everywhere = {agent for arm in arms for agent in _agents(arm.get("treatment"))}
    switched_on = {name for arm in arms for name in _names(_part(arm.get("model")).get("variants"))}
    here = everywhere | background | switched_on | set(_names(common.get("variants")))
    yield from _changes_faults(("model",), common, known, here, "is in no arm")
    for place, arm in enumerate(arms):
        own = _part(arm.get("model"))
        variants = {*_names(own.get("variants")), *_names(common.get("variants"))}
        here = {*_agents(arm.get("treatment")), *background, *variants}
        yield from _changes_faults(("arms", place, "model"), own, known, here, "is not in this arm")


def _changes_faults(
    path: KeyPath, changes: Mapping[Any, Any], known: KnownNames, here: set[str], absent: str
) -> Iterator[Fault]:
    """`here`: the agents and variants of the model; of others it is said that they are `absent`."""
    lists = (("without", "mechanism", known.mechanisms), ("variants", "variant", known.variants))
    for key, noun, names in lists:
        for place, name in enumerate(_names(changes.get(key))):
            if names and name not in names:
                message = f"no {noun} is named '{shorten(name, 40)}'. {choice_hint(name, names)}"
                yield (*path, key, place), message, None
    values = _part(changes.get("values"))
    for name, written in values.items():
        if known.parameters and isinstance(name, str):
            yield from _value_faults((*path, "values", name), name, written, known.parameters, here, absent)


def _value_faults(
    path: KeyPath,
    name: str,
    written: Any,
    parameters: Mapping[str, ParameterFacts],
    here: set[str],
    absent: str,
) -> Iterator[Fault]:
    facts = parameters.get(name)
    if facts is None:
        near = suggestion(name, parameters)
        hint = near if is_near(near) else "Parameters are listed in the report of a run."
        yield path, f"no parameter is named '{shorten(name, 60)}'. {hint}", None
        return
    if facts.owner and facts.owner not in here:
        message = f"'{name}' belongs to {facts.owner}, which {absent}. Leave it out, or add {facts.owner}."
        yield path, message, None
    try:
        value = parse_parameter_value(written)
        if value.unit is not None:
            conversion(value.unit, facts.unit)
    except WordError:
        return  # reported where the value is read
    except InputError:
        unit = f"in {facts.unit}" if facts.unit else "a pure number"
        said = f"'{name}' is {unit}, which '{value.unit}' does not measure."
        yield path, f"{said} Write it as in '{_example(facts.unit)}'.", None


def _example(unit: str) -> str:
    return f"0.1 {unit}" if unit else "0.1"


def _agents(lines: Any) -> set[str]:
    entries = lines if isinstance(lines, (list, tuple)) else ()
    agents = (entry.get("agent") for entry in entries if isinstance(entry, dict))
    return {agent.strip() for agent in agents if isinstance(agent, str)}


def _names(value: Any) -> list[str]:
    entries = value if isinstance(value, (list, tuple)) else ()
    return [" ".join(entry.split()) for entry in entries if isinstance(entry, str)]


def _part(value: Any) -> Mapping[Any, Any]:
    return value if isinstance(value, dict) else {}
