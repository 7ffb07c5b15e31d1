"""How well each agent's own numbers are known, and which agents were never adjusted to a trial."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialkine.records import Kind, ParameterRecord
from trialkine.report.assumptions import every_record
from trialkine.report.words import listed, plain_name

if TYPE_CHECKING:
    from trialkine.trial.result import TrialResult


@dataclass(frozen=True)
class AgentEvidence:
    """How many of an agent's own numbers are of each kind, and what they were adjusted to."""

    agent: str
    kinds: Mapping[Kind, int]
    adjusted_to: tuple[str, ...]

    @property
    def numbers(self) -> int:
        """How many numbers the agent has."""
        return sum(self.kinds.values())

    @property
    def assumed(self) -> int:
        """How many of them nobody has measured."""
        return self.kinds.get("assumed", 0)

    @property
    def was_never_adjusted(self) -> bool:
        """Whether some are assumed and none was adjusted to published trials."""
        return self.assumed > 0 and not self.kinds.get("calibrated", 0)


@dataclass(frozen=True)
class ModelEvidence:
    """The numbers of the whole model, how many of them are assumed, and those of every agent that has any."""

    numbers: int
    assumed: int
    agents: tuple[AgentEvidence, ...]


def model_evidence(result: TrialResult) -> ModelEvidence:
    """What is known of the numbers behind a result, every agent by itself."""
    records = {record.name: record for record in every_record(result)}
    found = []
    for name in result.protocol.agents:
        own = result.protocol.agent_book.find(name).mechanism.parameters
        mine = [records[number] for number in own if number in records]
        if mine:
            witnesses = dict.fromkeys(record.where for record in mine if record.kind == "calibrated")
            found.append(AgentEvidence(name, _kinds(mine), tuple(witnesses)))
    every = _kinds(result.parameters)
    return ModelEvidence(sum(every.values()), every.get("assumed", 0), tuple(found))


def evidence_words(evidence: ModelEvidence) -> str:
    """A sentence or two on what is assumed, the agents by name; empty without parameters."""
    if not evidence.numbers:
        return ""
    own = [f"{_share(one)} of {_in_sentence(one.agent)}" for one in evidence.agents if one.assumed]
    among = f", among them {listed(own)}" if own else ""
    words = f"Nobody has measured {evidence.assumed} of the model's {evidence.numbers} numbers{among}."
    free = [_in_sentence(one.agent) for one in evidence.agents if one.was_never_adjusted]
    if not free:
        return words
    whose = f"{free[0]} itself" if len(free) == 1 else f"{listed(free)} themselves"
    return f"{words} No number of {whose} was adjusted to published outcomes."


def _share(one: AgentEvidence) -> str:
    if one.numbers == 1:
        return "the only one"
    return f"all {one.numbers}" if one.assumed == one.numbers else f"{one.assumed} of the {one.numbers}"


def _in_sentence(agent: str) -> str:
    name = plain_name(agent)
    return name[:1].lower() + name[1:] if name[1:2].islower() else name


def _kinds(records: Iterable[ParameterRecord]) -> dict[Kind, int]:
    return dict(Counter(record.kind for record in records))
