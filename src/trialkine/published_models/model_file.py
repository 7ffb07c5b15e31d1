"""A model file: one TOML text in, one whole model with its numbers out; all faults at once.

The format is described in `docs/published-models.md`. Files of the package and of users are read alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from trialkine.errors import InputError, ModelError
from trialkine.evidence.disease_records import DiseaseRecords, disease_records
from trialkine.evidence.file_faults import FileFaults, near, read_tables
from trialkine.evidence.model_tables import BESIDE_RECORD, PROCESS_LISTS, ModelTables
from trialkine.evidence.parameter_files import in_unit
from trialkine.evidence.record_reader import RecordReader
from trialkine.evidence.sources import Source, sources
from trialkine.model.declarations import Agent, Mechanism, Route
from trialkine.model.standalone import PlannedDose, StandaloneModel

TEXTS = ("name", "title", "about")
KEYS = (
    *TEXTS,
    "literature",
    "notes",
    "watched",
    "states",
    "parameters",
    *PROCESS_LISTS,
    "agents",
    "doses",
    "cases",
    "sources",
)


@dataclass(frozen=True)
class ModelFile:
    """A model with the numbers of its first case, the numbers that other cases replace, and its citations.

    `cases` says in words what each other case is.
    """

    model: StandaloneModel
    numbers: DiseaseRecords
    cases: Mapping[str, str]
    sources: Mapping[str, Source]
    file: str
    text: str = field(repr=False)

    def standalone(self, case: str = "") -> StandaloneModel:
        """The model with the numbers of one case; of the first one, when none is named.

        Raises: InputError, when the file has no such case, with the nearest one.
        """
        if not case:
            return self.model
        if case not in self.cases:
            found = get_close_matches(case, self.cases, 1)
            known = f"Known: {', '.join(self.cases)}." if self.cases else "The model has one case: name none."
            hint = f"Did you mean '{found[0]}'?" if found else known
            raise InputError(f"{self.file} has no case '{case}'. {hint}")
        changed = {
            name: in_unit(record, self.model.records[name].unit)
            for name, record in self.numbers.in_disease.get(case, {}).items()
        }
        title = f"{self.model.title}: {self.cases[case]}"
        return replace(self.model, title=title, records={**self.model.records, **changed})


def read_model_file(path: Path, case: str = "") -> StandaloneModel:
    """The model in a reader's own file; `case` names another of its sets of numbers.

    Raises: ProblemsError, naming every fault at once; InputError, when the file cannot be read or has no
    such case.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise InputError(f"Cannot read the model file '{path}': {reason}.") from error
    return parse_model_file(text, str(path)).standalone(case)


def parse_model_file(text: str, file: str) -> ModelFile:
    """Read the text of a model file.

    Raises: ProblemsError, naming every fault at once.
    """
    return _ModelReading(text, file).read(read_tables(text, file))


class _ModelReading:
    """One model file while its faults are collected."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.faults = FileFaults(file, text)

    def read(self, tables: Mapping[str, Any]) -> ModelFile:
        """The model, or one error with all faults."""
        parts = ModelTables(tables, self.faults, {})
        parts.note_unknown(KEYS)
        parts.note_texts(TEXTS)
        parts.note_name()
        parts.note_lists(("literature", "notes", "watched"))
        own = parts.own_sources()
        states, nulls = parts.states()
        declared = parts.parameters()
        reader = RecordReader(self.faults, {**sources(), **own})
        numbers = disease_records(parts.section("parameters"), reader, BESIDE_RECORD, "cases")
        lists: dict[str, Any] = {
            key: parts.reader.each(tables, key, leaf) for key, leaf in PROCESS_LISTS.items()
        }
        cases = self._cases(parts)
        agents = self._agents(parts)
        doses = self._doses(tables, agents)
        self._check_numbers(parts, numbers, cases)
        parts.note_literature()
        self.faults.stop()
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
        model = StandaloneModel(
            name=tables["name"],
            title=tables["title"],
            about=tables["about"],
            parts=(mechanism, *agents.values()),
            records={name: in_unit(record, declared[name].unit) for name, record in numbers.base.items()},
            doses=doses,
            notes=tuple(map(str, tables.get("notes", ()))),
        )
        self._check_composition(model)
        return ModelFile(model, numbers, cases, own, self.file, self.text)

    # -- the parts of the file ----------------------------------------------------------------

    def _cases(self, parts: ModelTables) -> dict[str, str]:
        found = {}
        for name, table in parts.section("cases").items():
            header = f"[cases.{name}]"
            if not isinstance(table, Mapping):
                self.faults.add(f"Case '{name}' is no table. Write {header}.", "[cases]", name)
            elif self.faults.keys(f"Case '{name}'", table, ("about",), (), header):
                if not isinstance(table["about"], str) or not table["about"].strip():
                    self.faults.add(f"Case '{name}' does not say what it is.", header, "about")
                found[name] = str(table["about"])
        return found

    def _agents(self, parts: ModelTables) -> dict[str, Agent]:
        found: dict[str, Agent] = {}
        for name, table in parts.section("agents").items():
            header, what = f"[agents.{name}]", f"Agent '{name}'"
            if not isinstance(table, Mapping):
                self.faults.add(f"{what} is no table. Write {header}.", "[agents]", name)
                continue
            known = ("title", "about", "dose_unit", "routes")
            if not self.faults.keys(what, table, known, (), header):
                continue
            for key in ("title", "about"):
                if not isinstance(table[key], str) or not table[key].strip():
                    self.faults.add(f"The {key} of {what} is {table[key]!r}. Write a text.", header, key)
            parts.reader.unit(f"The dose of {what}", table["dose_unit"], header, "dose_unit")
            found[name] = Agent(
                mechanism=Mechanism(name=name, about=str(table["about"])),
                dose_unit=str(table["dose_unit"]),
                routes=self._routes(parts, name, table["routes"]),
                dose_bases=("flat",),
                title=str(table["title"]),
            )
        return found

    def _routes(self, parts: ModelTables, agent: str, tables: Any) -> dict[str, Route]:
        header = f"[agents.{agent}.routes"
        if not isinstance(tables, Mapping):
            message = f"'routes' of agent '{agent}' is no table. Write {header}.NAME]."
            self.faults.add(message, f"[agents.{agent}]", "routes")
            return {}
        found = {}
        for name, table in tables.items():
            what = f"Route '{name}' of agent '{agent}'"
            route = parts.reader.one(what, table, Route, f"{header}.{name}]")
            if route is not None:
                found[name] = route
        return found

    def _doses(self, tables: Mapping[str, Any], agents: Mapping[str, Agent]) -> tuple[PlannedDose, ...]:
        entries = tables.get("doses", [])
        if not isinstance(entries, list):
            self.faults.add("'doses' is a list. Write [[doses]] above each dose.", "[doses")
            return ()
        found = [self._dose(table, place, agents) for place, table in enumerate(entries)]
        return tuple(sorted((dose for dose in found if dose is not None), key=lambda dose: dose.time))

    def _dose(self, table: Any, place: int, agents: Mapping[str, Agent]) -> PlannedDose | None:
        what, header, faults = f"Dose {place + 1}", "[[doses]]", self.faults
        if not isinstance(table, Mapping):
            faults.add(f"{what} is no table. Write {header} and its fields below.", header, "", place)
            return None
        needed = ("agent", "route", "time", "amount")
        if not faults.keys(what, table, needed, ("duration",), header, place):
            return None
        before = len(faults.problems)
        if table["agent"] not in agents:
            hint = near(str(table["agent"]), agents)
            faults.add(f"{what} names the unknown agent '{table['agent']}'.{hint}", header, "agent", place)
        elif table["route"] not in agents[table["agent"]].routes:
            hint = near(str(table["route"]), agents[table["agent"]].routes)
            faults.add(f"{what} names the unknown route '{table['route']}'.{hint}", header, "route", place)
        numbers = {
            key: faults.number(f"The {key} of dose {place + 1}", table[key], header, key, place)
            for key in ("time", "amount", "duration")
            if key in table
        }
        for key, number in numbers.items():
            if number is not None and number < 0.0:
                message = f"The {key} of dose {place + 1} is {number:g}. Write a number from 0 up."
                faults.add(message, header, key, place)
        if len(faults.problems) > before:
            return None
        filled = {key: number for key, number in numbers.items() if number is not None}
        return PlannedDose(str(table["agent"]), str(table["route"]), **filled)

    # -- what holds between the parts ---------------------------------------------------------

    def _check_numbers(self, parts: ModelTables, numbers: DiseaseRecords, cases: Mapping[str, str]) -> None:
        """Note parameters without a number of their own, and cases that nothing describes."""
        for name, table in parts.section("parameters").items():
            if isinstance(table, Mapping) and "cases" in table and "value" not in table:
                message = f"Parameter '{name}' has numbers of cases only. Give it a 'value' of its own."
                self.faults.add(message, f"[parameters.{name}]")
        for case, records in numbers.in_disease.items():
            for name in records:
                if case not in cases:
                    message = f"Parameter '{name}' names the unknown case '{case}'.{near(case, cases)}"
                    hint = "" if near(case, cases) else f" Describe it in [cases.{case}]."
                    self.faults.add(message + hint, f"[parameters.{name}.cases.{case}]")

    def _check_composition(self, model: StandaloneModel) -> None:
        """Note what keeps the parts from being a model: names missing or unused, units that clash."""
        try:
            _ = model.model
        except ModelError as error:
            for message, line in self._placed(str(error)):
                self.faults.add(message)
                self.faults.problems[-1] = replace(self.faults.problems[-1], line=line)
        self.faults.stop()

    def _placed(self, message: str) -> Iterator[tuple[str, int | None]]:
        """Faults of a composition with the lines of the equations, or of the names, that they quote."""
        first, *rest = message.split("\n")
        if rest and rest[-1].strip().startswith("^"):
            yield message, self._line_with(re.escape(rest[0].strip()))
            return
        for one in (first, *rest):
            quoted = re.search(r"named '([^']*)'", one) or re.search(r"'([^']*)'", one)
            yield one, self._line_with(rf"\b{re.escape(quoted.group(1))}\b") if quoted else None

    def _line_with(self, pattern: str) -> int | None:
        lines = enumerate(self.faults.lines, 1)
        return next((number for number, line in lines if re.search(pattern, " ".join(line.split()))), None)
