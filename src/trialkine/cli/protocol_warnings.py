"""What is allowed in a protocol and still deserves a second look."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from trialkine.errors import TrialkineError
from trialkine.trial.reported_times import time_warnings
from trialkine.units import conversion

if TYPE_CHECKING:
    from trialkine.arm_models import ArmModel
    from trialkine.records import ParameterRecord
    from trialkine.trial.parameter_values import ParameterValue
    from trialkine.trial.protocol import Protocol
    from trialkine.trial.protocol_parts import ModelChanges

MOST_FOLD = 10.0
"""A value that differs by more than this factor from the usual one is pointed out."""


def protocol_warnings(protocol: Protocol) -> list[str]:
    """One sentence for each thing to look at again; none of them stops a run."""
    return [
        *dict.fromkeys(_unusual_values(protocol)),
        *_rules_that_hold_nothing(protocol),
        *time_warnings(protocol.reported or ()),
    ]


def _unusual_values(protocol: Protocol) -> Iterator[str]:
    """Values of parameters outside their plausible range, or far from the usual one."""
    for agents, changes in _changes(protocol):
        if not changes.values:
            continue
        try:
            usual = _usual(protocol, agents, changes)
        except TrialkineError:  # a model that does not compose is told by the run
            continue
        for name, stated in changes.values.items():
            if name in usual.records:
                yield from _unusual(usual.records[name], stated, usual.model.parameters[name].unit)


def _changes(protocol: Protocol) -> Iterator[tuple[tuple[str, ...], ModelChanges]]:
    """The protocol's own changes and those of every arm, with the agents that are given."""
    everyone = tuple(dict.fromkeys(name for arm in protocol.arms for name in protocol.agents_of(arm)))
    if protocol.model is not None:
        yield everyone, protocol.model
    for arm in protocol.arms:
        if arm.model is not None:
            yield tuple(protocol.agents_of(arm)), protocol.model_of(arm)


def _usual(protocol: Protocol, agents: tuple[str, ...], changes: ModelChanges) -> ArmModel:
    """The model with the numbers it has when no value is set."""
    from trialkine.arm_models import arm_model, disease_of

    without_values = changes.model_copy(update={"values": {}, "without": ()})
    observed = tuple(protocol.assessments.biomarkers)
    return arm_model(disease_of(protocol), protocol.agent_book, agents, without_values, observed)


def _unusual(record: ParameterRecord, stated: ParameterValue, unit: str) -> Iterator[str]:
    number = stated.value * (1.0 if stated.unit is None else conversion(stated.unit, unit))
    values = [*record.value.values()] if isinstance(record.value, Mapping) else [record.value]
    said = f"{number:g} {unit}".rstrip()
    below = record.low is not None and number < record.low
    above = record.high is not None and number > record.high
    if below or above:
        low, high = (("any" if end is None else f"{end:g}") for end in (record.low, record.high))
        yield (
            f"'{record.name}' is set to {said}, outside its plausible range, {low} to {high} {unit}".rstrip()
            + "."
        )
    elif number and not any(_is_within(number, usual) for usual in values):
        usual_said = " or ".join(dict.fromkeys(f"{usual:g}" for usual in values))
        yield (
            f"'{record.name}' is set to {said}, more than {MOST_FOLD:g}-fold from its usual "
            f"{usual_said} {unit}".rstrip()
            + "."
        )


def _is_within(number: float, usual: float) -> bool:
    """Whether a number has the sign of the usual one and about its size; of 0 nobody can say."""
    if usual == 0:
        return True
    return 1 / MOST_FOLD <= number / usual <= MOST_FOLD


def _rules_that_hold_nothing(protocol: Protocol) -> Iterator[str]:
    """Agents that would be held as labelled, and whose files have no rule for it."""
    names = dict.fromkeys(
        line.agent for arm in protocol.arms for line in arm.treatment if line.is_held_for_toxicity
    )
    for name in names:
        agent = protocol.agent_book.find(name)
        rules = (agent.holds, agent.delays, agent.reductions, agent.stops)
        if agent.drug_class != "control" and not any(rules):
            yield (
                f"{name} has no hold, delay, reduction or stop: 'hold: as labelled', the default, "
                "holds nothing."
            )
