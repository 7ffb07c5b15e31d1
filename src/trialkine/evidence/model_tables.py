"""What every file with equations and numbers holds alike: names, texts, states, parameters, own citations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from trialkine.errors import InputError, ProblemsError
from trialkine.evidence.declaration_tables import TableReader
from trialkine.evidence.file_faults import FileFaults, near
from trialkine.evidence.sources import Source, sources, sources_of
from trialkine.model.declarations import (
    Add,
    Define,
    Event,
    Flow,
    Index,
    Milestone,
    Parameter,
    Scale,
    State,
    Total,
)
from trialkine.units import dimension

PROCESS_LISTS: Mapping[str, type[Any]] = {
    "defines": Define,
    "totals": Total,
    "adds": Add,
    "scales": Scale,
    "flows": Flow,
    "events": Event,
    "milestones": Milestone,
}
BESIDE_RECORD = ("about", "model_unit", "index")
"""Fields of a parameter's table that are its declaration and not its record."""


class ModelTables:
    """The tables of one such file while its faults are collected."""

    def __init__(self, tables: Mapping[str, Any], faults: FileFaults, indices: Mapping[str, Index]) -> None:
        self.tables = tables
        self.faults = faults
        self.reader = TableReader(faults, indices)
        self._no_sections: set[str] = set()

    def note_unknown(self, keys: Iterable[str]) -> None:
        """Note entries at the top that are none of `keys`."""
        for key, value in self.tables.items():
            if key not in keys:
                header = (
                    f"[{key}" if isinstance(value, Mapping) else "[[" + key if isinstance(value, list) else ""
                )
                self.faults.add(f"Unknown entry '{key}'.{near(key, keys)}", header, key)

    def note_texts(self, keys: Iterable[str], may_be_empty: Iterable[str] = ()) -> None:
        """Note texts at the top that are missing."""
        for key in keys:
            text = self.tables.get(key)
            if not isinstance(text, str) or not (text.strip() or key in may_be_empty):
                self.faults.add(f"The text '{key}' is missing at the top. Write {key} = \"...\".", "", key)

    def note_name(self) -> None:
        """Note a name that equations could not read."""
        name = self.tables.get("name")
        if isinstance(name, str) and not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            message = f"The name '{name}' is not usable in equations. Write small letters, digits and '_'."
            self.faults.add(message, "", "name")

    def note_lists(self, keys: Iterable[str]) -> None:
        """Note entries at the top that are no lists."""
        for key in keys:
            if not isinstance(self.tables.get(key, []), list):
                self.faults.add(f"'{key}' is {self.tables[key]!r}. Write a list in brackets.", "", key)

    def note_literature(self) -> None:
        """Note literature that no catalogue has."""
        own = self.tables.get("sources", {})
        known = {**sources(), **(own if isinstance(own, Mapping) else {})}
        literature = self.tables.get("literature", [])
        for key in literature if isinstance(literature, list) else ():
            if key not in known:
                message = f"'literature' names the unknown source '{key}'.{near(str(key), known)}"
                self.faults.add(message, "", "literature")

    def section(self, key: str) -> Mapping[str, Any]:
        """The tables `[key.NAME]` by name."""
        value = self.tables.get(key, {})
        if isinstance(value, Mapping):
            return value
        if key not in self._no_sections:
            self._no_sections.add(key)
            self.faults.add(f"'{key}' is no table. Write [{key}.NAME] above each entry.", "[[" + key, key)
        return {}

    def own_sources(self) -> Mapping[str, Source]:
        """The citations that the file itself gives."""
        table = self.tables.get("sources", {})
        if not isinstance(table, Mapping):
            self.faults.add("'sources' is no table. Write [sources.KEY] and its fields below.", "", "sources")
            return {}
        try:
            own = sources_of(table, self.faults.file)
        except ProblemsError as error:
            for problem in error.problems:
                named = re.search(r"'([^']*)'", problem.message)
                self.faults.add(problem.message, f"[sources.{named.group(1)}]" if named else "")
            return {str(key): Source(str(key), "") for key in table}
        for key in sorted(set(own) & set(sources())):
            message = f"The source '{key}' is in the catalogue of sources already. Take another key."
            self.faults.add(message, f"[sources.{key}]")
        return own

    def states(self) -> tuple[dict[str, State], dict[str, str]]:
        """The states, and the nulls of those that have one."""
        states, nulls = {}, {}
        for name, table in self.section("states").items():
            header = f"[states.{name}]"
            state = self.reader.one(f"State '{name}'", table, State, header, also=("null",))
            if state is not None:
                states[name] = state
            if isinstance(table, Mapping) and isinstance(table.get("null"), str):
                nulls[name] = table["null"]
                self.reader.equation(f"State '{name}'", table["null"], header, "null")
        return states, nulls

    def parameters(self) -> dict[str, Parameter]:
        """The parameters as the model declares them; their records are read apart."""
        tables = self.section("parameters")
        return {
            name: self._parameter(name, table) for name, table in tables.items() if isinstance(table, Mapping)
        }

    def _parameter(self, name: str, table: Mapping[str, Any]) -> Parameter:
        header, faults = f"[parameters.{name}]", self.faults
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
