"""Every agent there is: this room's files, those of other installed packages, and those a protocol names."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cache
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from trialkine.agents.agent_file import AgentFile, parse_agent, read_agent_file
from trialkine.errors import InputError, Problem, ProblemsError
from trialkine.evidence.sources import Source, sources
from trialkine.model.declarations import Agent
from trialkine.records import ParameterRecord

ENTRY_POINT_GROUP = "trialkine.agents"

_ROOM = "trialkine.agents"


@dataclass(frozen=True)
class AgentBook:
    """Agents by name, each with the file it was read from; `more_sources` are those of a whole model."""

    files: Mapping[str, AgentFile]
    more_sources: Mapping[str, Source] = field(default_factory=dict)

    @property
    def agents(self) -> Mapping[str, Agent]:
        """The agents by name."""
        return {name: entry.agent for name, entry in self.files.items()}

    @property
    def sources(self) -> Mapping[str, Source]:
        """Every citation that a mechanism, a number or an agent may name, by key."""
        own = {key: entry for file in self.files.values() for key, entry in file.sources.items()}
        return {**sources(), **self.more_sources, **own}

    def find(self, name: str) -> Agent:
        """One agent by name.

        Raises: InputError, when there is none of that name, with the nearest one.
        """
        return self._file(name).agent

    def records(self, name: str, lineage: Iterable[str] = ()) -> Mapping[str, ParameterRecord]:
        """The numbers of one agent in a disease, given as its name and those of the diseases it is based on.

        Without a disease these are the numbers that hold wherever no other is given.

        Raises: InputError, when the agent is not known, or a number is not known in that disease.
        """
        file, diseases = self._file(name), tuple(lineage)
        found = file.numbers.records_in(diseases)
        missing = [one for one in file.agent.mechanism.parameters if one not in found]
        if diseases and missing:
            raise InputError(
                f"{file.file} has no number for '{missing[0]}' in the disease '{diseases[0]}'. Add "
                f"[parameters.{missing[0]}.diseases.{diseases[0]}], or choose another agent."
            )
        return found

    def with_agents(self, more: Iterable[AgentFile]) -> AgentBook:
        """This book with more agents.

        Raises: ProblemsError, naming every name and every citation key that two files give.
        """
        return _joined([*self.files.values(), *more])

    def with_files(self, paths: Iterable[Path]) -> AgentBook:
        """This book with the agents of more files.

        Raises: ProblemsError, naming every fault of the files and every name given twice.
        """
        return self.with_agents([read_agent_file(path) for path in paths])

    def _file(self, name: str) -> AgentFile:
        if name not in self.files:
            near = get_close_matches(name, self.files, 1)
            hint = f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(self.files)}."
            raise InputError(f"No agent is named '{name}'. {hint}")
        return self.files[name]


@cache
def agent_book() -> AgentBook:
    """The agents of this installation.

    Raises: ProblemsError, naming every fault of every file.
    """
    problems: list[Problem] = []
    found: list[AgentFile] = []
    for file, label in _agent_files():
        try:
            found.append(replace(parse_agent(file.read_text("utf-8"), label), is_packaged=True))
        except ProblemsError as error:
            problems.extend(error.problems)
    if problems:
        raise ProblemsError(problems)
    return _joined(found)


def catalogue() -> Mapping[str, Agent]:
    """The agents of this installation by name."""
    return agent_book().agents


def find_agent(name: str) -> Agent:
    """One agent of this installation.

    Raises: InputError, when there is none of that name, with the nearest one.
    """
    return agent_book().find(name)


def agent_records(name: str, *lineage: str) -> Mapping[str, ParameterRecord]:
    """The numbers of one agent of this installation; `lineage` names a disease and those it is based on.

    Raises: InputError, when the agent is not known, or a number is not known in that disease.
    """
    return agent_book().records(name, lineage)


def _agent_files() -> Iterable[tuple[Traversable, str]]:
    """The agent files of this room and of other packages, each with what to call it in messages."""
    yield from _files_in(files(_ROOM), "")
    for entry in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda entry: entry.name):
        try:
            module = importlib.import_module(entry.module)
        except ImportError as error:
            raise InputError(
                f"The entry point '{entry.name}' of the group '{ENTRY_POINT_GROUP}' names '{entry.value}', "
                f"which cannot be imported: {error}. Reinstall or remove the package that declares it."
            ) from error
        if hasattr(module, "__path__"):
            yield from _files_in(files(module.__name__), f"{module.__name__}/")
        elif module.__file__ is not None:
            yield from _files_in(Path(module.__file__).parent, f"{module.__name__}/")


def _files_in(folder: Traversable, prefix: str) -> Iterable[tuple[Traversable, str]]:
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            yield file, prefix + file.name


def _joined(found: Iterable[AgentFile]) -> AgentBook:
    """One book of many files.

    Raises: ProblemsError, when two files give one name or one citation key.
    """
    agents: dict[str, AgentFile] = {}
    citations: dict[str, str] = {}
    problems: list[Problem] = []
    for file in found:
        if file.agent.name in agents:
            other = agents[file.agent.name].file
            message = f"The agent '{file.agent.name}' is in {other} too. Give one of them another name."
            problems.append(Problem(message, file.file))
        for key in file.sources:
            if key in citations:
                message = f"The source '{key}' is in {citations[key]} too. Give one of them another key."
                problems.append(Problem(message, file.file))
            citations[key] = file.file
        agents[file.agent.name] = file
    if problems:
        raise ProblemsError(problems)
    return AgentBook(dict(sorted(agents.items())))
