"""A protocol that brings a model of its own: the names it may use, and what does not go with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialkine.errors import ProblemsError
from trialkine.trial.agent_facts import AgentFacts, KnownNames, ParameterFacts, facts_of
from trialkine.trial.own_model.dosing import refusal
from trialkine.trial.own_model.model_source import draft_advice, is_model_file
from trialkine.trial.reading import Document
from trialkine.trial.sentences import Fault
from trialkine.trial.value_limits import limits_of

if TYPE_CHECKING:
    from trialkine.model.declarations import Agent
    from trialkine.trial.own_model.bridge import OwnModel

KEY = "own_model"


def looks_like_a_mapping(data: Mapping[Any, Any]) -> bool:
    """Whether a file has keys of a mapping and none of anything else; its `model` is a text, not keys."""
    if {"arms", "disease", "assay", "own_model"} & data.keys():
        return False
    return "tumour" in data or isinstance(data.get("model"), str)


def own_model_beside(document: Document, folder: Path) -> OwnModel | None:
    """The model that a protocol names, from its mapping file relative to `folder`; None where it names none.

    Raises: ProblemsError, with every fault of the mapping and of the model: while they cannot be read, what
    the protocol says of them cannot be judged.
    """
    name = document.data.get(KEY)
    if not isinstance(name, str) or not name.strip():
        return None
    from trialkine.trial.own_model.reading import read_own_model

    path = folder / name.strip()
    try:
        is_there = path.is_file()
    except OSError:  # a name that no file can have
        is_there = False
    if not is_there:
        message = f"there is no mapping file '{path}'. Its name is relative to the protocol's own folder."
        document.report((KEY,), message)
        raise ProblemsError(document.problems)
    if is_model_file(path):
        message = f"own_model names a mapping file, and '{name.strip()}' is a model. {draft_advice(path)}"
        document.report((KEY,), message)
        raise ProblemsError(document.problems)
    try:
        return read_own_model(path)
    except ProblemsError as error:
        raise ProblemsError([*document.problems, *error.problems]) from error


def names_of(own: OwnModel) -> KnownNames:
    """The names that a protocol with this model may use."""
    from trialkine.trial.own_model.tumour import TUMOUR_SIZE

    model, records = own.model, own.disease.records
    everything = {**records, **{n: r for name in own.book.files for n, r in own.book.records(name).items()}}
    owner = {name: agent.name for agent in own.book.agents.values() for name in agent.mechanism.parameters}
    inside = {part.name for part in own.parts}
    return KnownNames(
        agents={name: _facts(own, agent) for name, agent in own.book.agents.items()},
        biomarkers=model.single_names,
        mechanisms=tuple(part.name for part in own.parts),
        parameters={
            name: ParameterFacts(
                parameter.unit,
                owner.get(name, "") if owner.get(name) not in inside else "",
                limits_of(name, parameter.unit, [everything[name]]),
            )
            for name, parameter in model.parameters.items()
        },
        indispensable=(TUMOUR_SIZE,),
    )


def _facts(own: OwnModel, agent: Agent) -> AgentFacts:
    said = refusal(agent)
    return replace(facts_of(agent), refusal=f"{said} in the mapping file {own.source}." if said else "")


def own_model_faults(data: Mapping[Any, Any], own: OwnModel | None) -> Iterator[Fault]:
    """A protocol with neither or both of `disease` and `own_model`, and what only the package's model has."""
    has_disease, has_model = data.get("disease") is not None, data.get(KEY) is not None
    if not has_disease and not has_model and "disease" not in data and KEY not in data:
        yield ("disease",), "'disease' is missing. Write for example 'disease: melanoma'.", None
    if has_disease and has_model:
        yield (KEY,), "own_model and disease both say which model there is. Keep one.", None
    if own is None:
        return
    if data.get("agent_files"):
        message = "agent_files act on the package's model. Map the agent under `doses` in the mapping file."
        yield ("agent_files",), message, None
    for path, changes in _changes(data):
        if changes.get("variants"):
            yield (*path, "variants"), "a model of one's own has no variants. Leave the key out.", None
    assessments, eligibility = data.get("assessments"), data.get("eligibility")
    if isinstance(assessments, dict) and assessments.get("criteria") == "relapse":
        message = "'relapse' needs a disease without measurable lesions. Write 'recist-1.1' or 'who-1979'."
        yield ("assessments", "criteria"), message, None
    has_hazard = own.mapping.hazard is not None
    if isinstance(eligibility, dict) and eligibility.get("expected_survival") and not has_hazard:
        message = "expected_survival needs a hazard of death, and the mapping has none. Add `hazard` there."
        yield ("eligibility", "expected_survival"), message, None


def _changes(data: Mapping[Any, Any]) -> Iterator[tuple[tuple[Any, ...], Mapping[Any, Any]]]:
    arms = data.get("arms")
    holders: list[tuple[tuple[Any, ...], Any]] = [((), data)]
    holders += [(("arms", number), arm) for number, arm in enumerate(arms if isinstance(arms, list) else ())]
    for path, holder in holders:
        changes = holder.get("model") if isinstance(holder, dict) else None
        if isinstance(changes, dict):
            yield (*path, "model"), changes
