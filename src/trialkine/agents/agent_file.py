"""An agent file: one TOML text in, one agent with its numbers and citations out; all faults at once.

The format is described in `docs/agents.md`. Files that come with the package, with other packages and
with a protocol are read alike.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from trialkine.agents.agent_in_model import note_model_faults
from trialkine.agents.agent_tables import TableReader
from trialkine.errors import InputError, ProblemsError
from trialkine.evidence.disease_records import DiseaseRecords, disease_records
from trialkine.evidence.file_faults import FileFaults, near, read_tables
from trialkine.evidence.record_reader import RecordReader
from trialkine.evidence.sources import Source, sources, sources_of
from trialkine.model.declarations import (
    Add,
    Agent,
    Define,
    Delay,
    Event,
    Flow,
    Hold,
    Mechanism,
    Milestone,
    Parameter,
    Product,
    Reduction,
    Route,
    Scale,
    State,
    Stop,
    Total,
)
from trialkine.units import dimension

DRUG_CLASSES = (
    "cytokine",
    "chemotherapy",
    "antiangiogenic",
    "cell product",
    "vaccine",
    "hormone",
    "immune activator",
    "control",
    "background",
)
DOSE_BASES = ("flat", "kg", "m2")

_TEXTS = ("name", "title", "about", "drug_class", "dose_unit")
LISTS: Mapping[str, type[Any]] = {
    "defines": Define,
    "totals": Total,
    "adds": Add,
    "scales": Scale,
    "flows": Flow,
    "events": Event,
    "milestones": Milestone,
    "holds": Hold,
    "delays": Delay,
    "reductions": Reduction,
    "stops": Stop,
}
KEYS = (
    *_TEXTS,
    "dose_bases",
    "literature",
    "watched",
    "routes",
    "states",
    "parameters",
    *LISTS,
    "product",
    "sources",
)


@dataclass(frozen=True)
class AgentFile:
    """An agent, the numbers of its parameters, and the citations that only its file uses.

    `is_packaged`: it came with an installed package, and not with a protocol.
    """

    agent: Agent
    numbers: DiseaseRecords
    sources: Mapping[str, Source]
    file: str
    text: str = field(repr=False)
    is_packaged: bool = False


def read_agent_file(file: Traversable | Path) -> AgentFile:
    """Read one agent file.

    Raises: ProblemsError, naming every fault at once; InputError, when the file cannot be read.
    """
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise InputError(f"Cannot read the agent file '{file}': {reason}.") from error
    return parse_agent(text, str(file) if isinstance(file, Path) else file.name)


def parse_agent(text: str, file: str, *, is_against_model: bool = False) -> AgentFile:
    """Read the text of an agent file.

    `is_against_model`: its names and units are compared with the model's, too. Agents of packages are not,
    because it takes a moment and their own tests do it.

    Raises: ProblemsError, naming every fault at once.
    """
    return _AgentReading(text, file).read(read_tables(text, file), is_against_model)


class _AgentReading:
    """One agent file while its faults are collected."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.faults = FileFaults(file, text)
        self.reader = TableReader(self.faults)

    def read(self, tables: Mapping[str, Any], is_against_model: bool) -> AgentFile:
        """The agent, or one error with all faults."""
        self._check_top(tables)
        own = self._own_sources(tables.get("sources", {}))
        records = RecordReader(self.faults, {**sources(), **own})
        parameters = self._table(tables, "parameters")
        states, nulls = self._states(self._table(tables, "states"))
        routes = {
            name: self.reader.one(f"Route '{name}'", table, Route, f"[routes.{name}]")
            for name, table in self._table(tables, "routes").items()
        }
        declared = {name: self._parameter(name, table) for name, table in parameters.items()}
        numbers = disease_records(parameters, records, _BESIDE_RECORD)
        lists: dict[str, Any] = {key: self.reader.each(tables, key, leaf) for key, leaf in LISTS.items()}
        product = self._product(tables)
        self._check_names(tables, {**states, **declared})
        self._check_keys(tables)
        if is_against_model:
            note_model_faults(tables, self.faults)
        self.faults.stop()
        rules = {key: lists.pop(key) for key in ("holds", "delays", "reductions", "stops")}
        mechanism = Mechanism(
            name=tables["name"],
            about=tables["about"],
            states=states,
            parameters={name: item for name, item in declared.items() if item is not None},
            nulls=nulls,
            sources=tuple(tables.get("literature", ())),
            watched=tuple(tables.get("watched", ())),
            **lists,
        )
        agent = Agent(
            mechanism=mechanism,
            dose_unit=tables["dose_unit"],
            routes={name: route for name, route in routes.items() if route is not None},
            dose_bases=tuple(tables["dose_bases"]),
            title=tables["title"],
            drug_class=tables["drug_class"],
            product=product,
            **rules,
        )
        self._check_rules(agent)
        self.faults.stop()
        return AgentFile(agent, numbers, own, self.file, self.text)

    # -- the parts of the file ----------------------------------------------------------------

    def _check_top(self, tables: Mapping[str, Any]) -> None:
        faults = self.faults
        for key, value in tables.items():
            if key not in KEYS:
                header = (
                    f"[{key}" if isinstance(value, Mapping) else "[[" + key if isinstance(value, list) else ""
                )
                faults.add(f"Unknown entry '{key}'.{near(key, KEYS)}", header, key)
        for key in _TEXTS:
            if not isinstance(tables.get(key), str) or not (tables[key].strip() or key == "dose_unit"):
                faults.add(f"The text '{key}' is missing at the top. Write {key} = \"...\".", "", key)
        name = tables.get("name")
        if isinstance(name, str) and not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            message = f"The name '{name}' is not usable in equations. Write small letters, digits and '_'."
            faults.add(message, "", "name")
        drug_class = tables.get("drug_class")
        if isinstance(drug_class, str) and drug_class not in DRUG_CLASSES:
            faults.add(
                f"The drug_class is '{drug_class}'. Write one of {', '.join(DRUG_CLASSES)}.", "", "drug_class"
            )
        if isinstance(tables.get("dose_unit"), str):
            self.reader.unit("The dose", tables["dose_unit"], "", "dose_unit")
        bases = tables.get("dose_bases")
        if not isinstance(bases, list) or not bases or not set(map(str, bases)) <= set(DOSE_BASES):
            message = (
                f"dose_bases is {bases!r}. Write a list of {', '.join(DOSE_BASES)}, the usual one first."
            )
            faults.add(message, "", "dose_bases")
        for key in ("literature", "watched"):
            if not isinstance(tables.get(key, []), list):
                faults.add(f"'{key}' is {tables[key]!r}. Write a list in brackets.", "", key)

    def _own_sources(self, table: Any) -> Mapping[str, Source]:
        if not isinstance(table, Mapping):
            self.faults.add("'sources' is no table. Write [sources.KEY] and its fields below.", "", "sources")
            return {}
        try:
            own = sources_of(table, self.file)
        except ProblemsError as error:
            for problem in error.problems:
                named = re.search(r"'([^']*)'", problem.message)
                self.faults.add(problem.message, f"[sources.{named.group(1)}]" if named else "")
            return {str(key): Source(str(key), "") for key in table}
        for key in sorted(set(own) & set(sources())):
            message = f"The source '{key}' is in the catalogue of sources already. Take another key."
            self.faults.add(message, f"[sources.{key}]")
        return own

    def _table(self, tables: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        value = tables.get(key, {})
        if isinstance(value, Mapping):
            return value
        self.faults.add(f"'{key}' is no table. Write [{key}.NAME] above each entry.", "[[" + key, key)
        return {}

    def _states(self, tables: Mapping[str, Any]) -> tuple[dict[str, State], dict[str, str]]:
        states, nulls = {}, {}
        for name, table in tables.items():
            header = f"[states.{name}]"
            state = self.reader.one(f"State '{name}'", table, State, header, also=("null",))
            if state is not None:
                states[name] = state
            if isinstance(table, Mapping) and isinstance(table.get("null"), str):
                nulls[name] = table["null"]
                self.reader.equation(f"State '{name}'", table["null"], header, "null")
        return states, nulls

    def _parameter(self, name: str, table: Any) -> Parameter | None:
        header, faults = f"[parameters.{name}]", self.faults
        if not isinstance(table, Mapping):
            return None
        about, unit = table.get("about"), table.get("unit")
        if not isinstance(about, str) or not about.strip():
            faults.add(f"Parameter '{name}' does not say what it is. Fill in 'about'.", header, "about")
        index = self.reader.indices(f"Parameter '{name}'", table["index"], header) if "index" in table else ()
        wanted = table.get("model_unit", unit)
        if "model_unit" in table:
            try:
                if dimension(str(unit)).exponents != dimension(str(wanted)).exponents:
                    message = f"Parameter '{name}': '{unit}' cannot be turned into '{wanted}'."
                    faults.add(f"{message} Write a model_unit of the same kind.", header, "model_unit")
            except InputError as error:
                faults.add(f"Parameter '{name}': {error}", header, "model_unit")
        return Parameter(str(wanted), str(about), index)

    def _product(self, tables: Mapping[str, Any]) -> Product | None:
        if "product" not in tables:
            return None
        return self.reader.one("'product'", tables["product"], Product, "[product]")

    # -- what holds between the parts ---------------------------------------------------------

    def _check_names(self, tables: Mapping[str, Any], declared: Mapping[str, object]) -> None:
        name = tables.get("name")
        if not isinstance(name, str):
            return
        for section in ("states", "parameters"):
            for entry in self._table(tables, section):
                if entry != name and not entry.startswith(f"{name}_"):
                    message = f"'{entry}' does not begin with the agent's name. Write '{name}_{entry}'."
                    self.faults.add(message, f"[{section}.{entry}]")
        if not self._table(tables, "routes"):
            self.faults.add("The agent has no route. Add [routes.oral] or another, with 'into' and 'amount'.")

    def _check_keys(self, tables: Mapping[str, Any]) -> None:
        """Note literature that no catalogue has."""
        own = tables.get("sources", {})
        known = {**sources(), **(own if isinstance(own, Mapping) else {})}
        literature = tables.get("literature", [])
        for key in literature if isinstance(literature, list) else ():
            if key not in known:
                message = f"'literature' names the unknown source '{key}'.{near(str(key), known)}"
                self.faults.add(message, "", "literature")

    def _check_rules(self, agent: Agent) -> None:
        """Note rules that name parameters or a state that the file does not have."""
        known = agent.mechanism.parameters
        for name in agent.rule_parameters:
            if name not in known:
                self.faults.add(
                    f"A rule names '{name}', which is no parameter of this file.{near(name, known)}"
                )
        for route, entry in agent.routes.items():
            is_own = entry.into.startswith(agent.name)
            if is_own and entry.into not in agent.mechanism.states:
                message = f"Route '{route}' leads into '{entry.into}', which is no state of this file."
                hint = near(entry.into, agent.mechanism.states)
                self.faults.add(f"{message}{hint}", f"[routes.{route}]", "into")


_BESIDE_RECORD = ("about", "model_unit", "index")
