"""The agents that a protocol brings along, and the diseases in which agents are described."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialkine.errors import ModelError, Problem, ProblemsError
from trialkine.trial.agent_facts import KnownNames, agent_parameters, facts_of
from trialkine.trial.reading import Document, read_text
from trialkine.trial.sentences import Fault

if TYPE_CHECKING:
    from trialkine.agents.agent_file import AgentFile
    from trialkine.agents.catalogue import AgentBook

KEY = "agent_files"


def agents_beside(document: Document, folder: Path) -> AgentBook | None:
    """The installed agents and those in the files that a protocol names, relative to its `folder`.

    None when it names none.

    Raises: ProblemsError, with every fault of the files: while an agent cannot be read, what the protocol
    says of it cannot be judged.
    """
    from trialkine.agents.catalogue import agent_book

    names = document.data.get(KEY)
    if not isinstance(names, (list, tuple)) or not names:
        return None
    found: list[AgentFile] = []
    before = len(document.problems)
    for place, name in enumerate(names):
        if not isinstance(name, str):
            continue  # reported where the key is read
        path = folder / name.strip()
        if not _is_file(path):
            message = f"there is no agent file '{path}'. Its name is relative to the protocol's own folder."
            document.report((KEY, place), message)
            continue
        try:
            found.append(_read(path))
        except ProblemsError as error:
            document.problems.extend(error.problems)
    if len(document.problems) > before:
        raise ProblemsError(document.problems)
    return agent_book().with_agents(found)


def with_agents(known: KnownNames, book: AgentBook) -> KnownNames:
    """The known names and those of the agents that did not come with a package."""
    own = {name: file for name, file in book.files.items() if not file.is_packaged}
    parameters = dict(known.parameters)
    for file in own.values():
        parameters |= agent_parameters(file.agent, file.numbers) if parameters else {}
    agents = {name: facts_of(file.agent, file.numbers) for name, file in own.items()}
    return replace(known, agents={**known.agents, **agents}, parameters=parameters)


def disease_faults(data: Mapping[Any, Any], known: KnownNames) -> Iterator[Fault]:
    """Agents that have no number for something in the protocol's disease."""
    disease = data.get("disease")
    if not isinstance(disease, str):
        return
    for path, line in _lines(data):
        facts = known.agents.get(str(line.get("agent")).strip())
        missing = facts.missing_in.get(disease.strip()) if facts is not None else None
        if facts is not None and missing is not None:
            others = [name for name in known.diseases if name not in facts.missing_in]
            where = f" It is described in {', '.join(others)}." if others else ""
            message = (
                f"{facts.name} is not described in {disease.strip()}: its '{missing}' is not known there."
            )
            yield (*path, "agent"), message + where, None


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that no file can have
        return False


def _read(path: Path) -> AgentFile:
    """One agent file, checked by itself and against the model.

    Raises: ProblemsError, with every fault.
    """
    from trialkine.agents.agent_file import parse_agent
    from trialkine.mechanisms.core import mechanisms_for
    from trialkine.model.compose import compose

    file = parse_agent(read_text(path), str(path), is_against_model=True)
    try:
        compose(mechanisms_for([file.agent]), file.agent)
    except ModelError as error:
        raise ProblemsError([Problem(str(error), str(path))]) from error
    return file


def _lines(data: Mapping[Any, Any]) -> Iterator[tuple[tuple[Any, ...], Mapping[Any, Any]]]:
    """Every line and background treatment as written, with its path."""
    arms = data.get("arms")
    groups: list[tuple[tuple[Any, ...], Any]] = [(("background",), data.get("background"))]
    for number, arm in enumerate(arms if isinstance(arms, (list, tuple)) else ()):
        if isinstance(arm, dict):
            groups.append((("arms", number, "treatment"), arm.get("treatment")))
    for path, entries in groups:
        for place, entry in enumerate(entries if isinstance(entries, (list, tuple)) else ()):
            if isinstance(entry, dict):
                yield (*path, place), entry
