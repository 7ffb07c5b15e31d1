"""What a protocol rests on: references by where they come in, and the evidence of its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from trialkine.arm_models import disease_of, protocol_models, usual_records
from trialkine.evidence.pharmacology import Fact, facts
from trialkine.evidence.sources import Source
from trialkine.model.declarations import Agent
from trialkine.records import ParameterRecord
from trialkine.report.assumptions import ParameterRow, evidence_sentence, parameter_groups
from trialkine.report.citation import CitedSource, cited
from trialkine.study import all_records
from trialkine.toxicity.terms import grade_records
from trialkine.trial.measurement import measurement_records
from trialkine.trial.protocol import Protocol

INWARD = ("assumption", "definition", "protocol")
"""Keys that stand for no publication."""


@dataclass(frozen=True)
class References:
    """The references of a protocol under headings, each once, where it first comes in.

    `facts` are those of pharmacology on which its numbers rest, in the order of their table. `evidence` says
    how many numbers of each kind there are and the weakest of them; `assumed` are the numbers that nobody has
    measured, the agents' own first.
    """

    groups: Mapping[str, tuple[CitedSource, ...]]
    facts: tuple[Fact, ...]
    evidence: str
    assumed: tuple[ParameterRow, ...]


def references_of(protocol: Protocol) -> References:
    """The references that a protocol rests on.

    Raises: InputError, when its models lack a number.
    """
    disease = disease_of(protocol)
    _, models = protocol_models(protocol, disease)
    records = all_records(disease, usual_records(models))
    agents = {name: protocol.agent_book.find(name) for name in protocol.agents}
    own = {name for agent in agents.values() for name in agent.mechanism.parameters}
    apart = {**measurement_records(), **grade_records()}
    keys = {f"Agent {name}": _of_agent(agent, records) for name, agent in agents.items()}
    keys["Mechanisms"] = [
        key
        for entry in models
        for part in entry.model.parts
        if not isinstance(part, Agent)
        for key in part.sources
    ]
    keys["Disease and patients"] = [
        record.source for record in records if record.name not in own and record.name not in apart
    ]
    of = {record.name: record.source for record in records}
    keys["Measurement of tumours"] = [of[name] for name in measurement_records()]
    keys["Grades of toxicity"] = [of[name] for name in grade_records() if name in of]
    groups = {"Protocol": tuple(_of_protocol(protocol)), **_once(keys, protocol.agent_book.sources)}
    rests_on = {fact for record in records for fact in record.facts}
    assumed = [record for record in records if record.kind == "assumed"]
    ordered = parameter_groups(one for one in assumed if one.name in own)
    ordered += parameter_groups(one for one in assumed if one.name not in own)
    return References(
        {heading: found for heading, found in groups.items() if found},
        tuple(fact for name, fact in facts().items() if name in rests_on),
        evidence_sentence(parameter_groups(records)),
        tuple(row for group in ordered for row in group.rows),
    )


def _of_agent(agent: Agent, records: Iterable[ParameterRecord]) -> list[str]:
    numbers = [record.source for record in records if record.name in agent.mechanism.parameters]
    return [*agent.mechanism.sources, *numbers]


def _of_protocol(protocol: Protocol) -> Iterable[CitedSource]:
    for source in protocol.sources:
        yield cited("", source.citation, source.doi, source.pmid, source.url)


def _once(keys: Mapping[str, list[str]], known: Mapping[str, Source]) -> dict[str, tuple[CitedSource, ...]]:
    """The publications under each heading, by key; each under the first heading alone."""
    seen = set(INWARD)
    found = {}
    for heading, named in keys.items():
        new = sorted(set(named) - seen)
        seen |= set(new)
        sources = [known[key] for key in new]
        found[heading] = tuple(cited(one.key, one.citation, one.doi, one.pmid, one.url) for one in sources)
    return found
