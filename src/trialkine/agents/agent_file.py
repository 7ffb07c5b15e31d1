"""An agent file: one TOML text in, one agent with its numbers and citations out; all faults at once.

The format is described in `docs/agents.md`. Files that come with the package, with other packages and
with a protocol are read alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from trialkine.agents.agent_in_model import note_model_faults
from trialkine.errors import InputError
from trialkine.evidence.disease_records import DiseaseRecords, disease_records
from trialkine.evidence.file_faults import FileFaults, near, read_tables
from trialkine.evidence.model_tables import BESIDE_RECORD, PROCESS_LISTS, ModelTables
from trialkine.evidence.record_reader import RecordReader
from trialkine.evidence.sources import Source, sources
from trialkine.mechanisms.indices import CLONE, LESION
from trialkine.model.declarations import Agent, Delay, Hold, Mechanism, Product, Reduction, Route, Stop

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
    **PROCESS_LISTS,
    "holds": Hold,
    "delays": Delay,
    "reductions": Reduction,
    "stops": Stop,
}
INDICES = {index.name: index for index in (LESION, CLONE)}
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

    def read(self, tables: Mapping[str, Any], is_against_model: bool) -> AgentFile:
        """The agent, or one error with all faults."""
        parts = ModelTables(tables, self.faults, INDICES)
        self._check_top(parts)
        own = parts.own_sources()
        records = RecordReader(self.faults, {**sources(), **own})
        states, nulls = parts.states()
        routes = {
            name: parts.reader.one(f"Route '{name}'", table, Route, f"[routes.{name}]")
            for name, table in parts.section("routes").items()
        }
        declared = parts.parameters()
        numbers = disease_records(parts.section("parameters"), records, BESIDE_RECORD)
        lists: dict[str, Any] = {key: parts.reader.each(tables, key, leaf) for key, leaf in LISTS.items()}
        product = self._product(parts)
        self._check_names(parts)
        parts.note_literature()
        if is_against_model:
            note_model_faults(tables, self.faults)
        self.faults.stop()
        rules = {key: lists.pop(key) for key in ("holds", "delays", "reductions", "stops")}
        mechanism = Mechanism(
            name=tables["name"],
            about=tables["about"],
            states=states,
            parameters=declared,
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

    def _check_top(self, parts: ModelTables) -> None:
        faults, tables = self.faults, parts.tables
        parts.note_unknown(KEYS)
        parts.note_texts(_TEXTS, may_be_empty=("dose_unit",))
        parts.note_name()
        drug_class = tables.get("drug_class")
        if isinstance(drug_class, str) and drug_class not in DRUG_CLASSES:
            faults.add(
                f"The drug_class is '{drug_class}'. Write one of {', '.join(DRUG_CLASSES)}.", "", "drug_class"
            )
        if isinstance(tables.get("dose_unit"), str):
            parts.reader.unit("The dose", tables["dose_unit"], "", "dose_unit")
        bases = tables.get("dose_bases")
        if not isinstance(bases, list) or not bases or not set(map(str, bases)) <= set(DOSE_BASES):
            message = (
                f"dose_bases is {bases!r}. Write a list of {', '.join(DOSE_BASES)}, the usual one first."
            )
            faults.add(message, "", "dose_bases")
        parts.note_lists(("literature", "watched"))

    def _product(self, parts: ModelTables) -> Product | None:
        if "product" not in parts.tables:
            return None
        return parts.reader.one("'product'", parts.tables["product"], Product, "[product]")

    # -- what holds between the parts ---------------------------------------------------------

    def _check_names(self, parts: ModelTables) -> None:
        name = parts.tables.get("name")
        if not isinstance(name, str):
            return
        for section in ("states", "parameters"):
            for entry in parts.section(section):
                if entry != name and not entry.startswith(f"{name}_"):
                    message = f"'{entry}' does not begin with the agent's name. Write '{name}_{entry}'."
                    self.faults.add(message, f"[{section}.{entry}]")
        if not parts.section("routes"):
            self.faults.add("The agent has no route. Add [routes.oral] or another, with 'into' and 'amount'.")

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
