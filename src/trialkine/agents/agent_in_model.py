"""The equations of one agent file against the model: names that nothing has, and units that do not fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from trialkine.errors import InputError, ModelError
from trialkine.evidence.file_faults import FileFaults, near
from trialkine.mechanisms.core import CORE, on_demand_mechanisms
from trialkine.model.compose import DOSE, compose
from trialkine.model.expression import UnitChecker, parse
from trialkine.units import DIMENSIONLESS, Dimension, dimension

DAY = "day"
RULES = (("holds", "end_cycle_after"), ("delays", "longest"), ("reductions", "to"))


@dataclass(frozen=True)
class _Text:
    """One equation as written: where it stands, and the unit it must have (None: a condition or unknown)."""

    text: str
    header: str
    key: str
    number: int
    what: str
    unit: str | None = None
    is_condition: bool = False
    may_dose: bool = False


@dataclass(frozen=True)
class _Offered:
    """What agents find in the model: units by name, and which names are states, totals or defined."""

    units: Mapping[str, str]
    states: frozenset[str]
    totals: frozenset[str]
    defined: frozenset[str]


@cache
def _offered() -> _Offered:
    model = compose((*CORE, *on_demand_mechanisms().values()))
    units = {name: state.unit for name, state in model.states.items()}
    units |= {name: parameter.unit for name, parameter in model.parameters.items()}
    units |= {name: quantity.unit for name, quantity in model.quantities.items()}
    totals = frozenset(name for name, entry in model.quantities.items() if entry.expression is None)
    defined = frozenset(model.quantities) - totals
    return _Offered(units, frozenset(model.states), totals, defined)


def note_model_faults(tables: Mapping[str, Any], faults: FileFaults) -> None:
    """Note every name of an agent file that nothing has, and every equation whose unit does not fit.

    Equations that cannot be read, and tables that are none, are left to those who read the tables.
    """
    _Comparison(tables, faults).note()


class _Comparison:
    """The tables of one file beside the quantities of the model."""

    def __init__(self, tables: Mapping[str, Any], faults: FileFaults) -> None:
        self.tables, self.faults, self.model = tables, faults, _offered()
        own: dict[str, str | None] = {}
        self.states = {*self.model.states, *_named(tables, "states")}
        for name, table in _named(tables, "states").items():
            own[name] = _text(table.get("unit"))
        for name, table in _named(tables, "parameters").items():
            own[name] = _text(table.get("model_unit", table.get("unit")))
        listed = {
            key: {_text(t.get("name")): t for _, t in _listed(tables, key)} for key in ("defines", "totals")
        }
        for entries in listed.values():
            own |= {name: _text(table.get("unit")) for name, table in entries.items() if name}
        self.own = own
        self.totals = {*self.model.totals, *filter(None, listed["totals"])}
        self.defined = {*self.model.defined, *filter(None, listed["defines"])}
        self.units: dict[str, str | None] = {**self.model.units, **own}
        self.read: set[str] = set()
        self.misspelt: set[str] = set()

    def note(self) -> None:
        """Note all faults."""
        self._note_targets()
        for text in self._texts():
            self._note(text)
        self._note_rules()
        parameters = _named(self.tables, "parameters")
        for name in parameters:
            if name not in self.read and not any(near(wrong, [name]) for wrong in self.misspelt):
                message = f"Parameter '{name}' is used by nothing. Use it in an equation, or leave it out."
                self.faults.add(message, f"[parameters.{name}]")

    # -- names --------------------------------------------------------------------------------

    def _unknown(self, noun: str, name: str, known: set[str], header: str, key: str, number: int) -> None:
        self.misspelt.add(name)
        self.faults.add(f"No {noun} is named '{name}'.{near(name, known)}", header, key, number)

    def _note_targets(self) -> None:
        targets = (
            ("adds", "to", "total", self.totals),
            ("scales", "target", "defined quantity", self.defined),
            ("flows", "source", "state", self.states),
            ("flows", "sink", "state", self.states),
        )
        for section, key, noun, known in targets:
            for number, table in _listed(self.tables, section):
                name = _text(table.get(key))
                if name is not None and name not in known:
                    if name in self.units:
                        message = f"'{name}' is no {noun}, so '{key}' cannot name it.{near(name, known)}"
                        self.faults.add(message, f"[[{section}]]", key, number)
                    else:
                        self._unknown(noun, name, known, f"[[{section}]]", key, number)
        for name, table in _named(self.tables, "routes").items():
            into = _text(table.get("into"))
            if into is not None and into not in self.states:
                self._unknown("state", into, self.states, f"[routes.{name}]", "into", 0)
        watched = self.tables.get("watched", [])
        for name in watched if isinstance(watched, list) else ():
            if isinstance(name, str) and name not in {*self.states, *self.totals, *self.defined}:
                self._unknown("quantity", name, {*self.states, *self.totals, *self.defined}, "", "watched", 0)

    def _note_rules(self) -> None:
        parameters = set(_named(self.tables, "parameters"))
        for section, key in RULES:
            for number, table in _listed(self.tables, section):
                self._note_parameter(_text(table.get(key)), parameters, f"[[{section}]]", key, number)
        product = self.tables.get("product")
        if isinstance(product, Mapping):
            self._note_parameter(_text(product.get("failure")), parameters, "[product]", "failure", 0)

    def _note_parameter(self, name: str | None, known: set[str], header: str, key: str, number: int) -> None:
        if name is None:
            return
        self.read.add(name)
        if name not in known:
            self._unknown("parameter of this file", name, known, header, key, number)

    # -- equations ----------------------------------------------------------------------------

    def _note(self, entry: _Text) -> None:
        try:
            expression = parse(entry.text, entry.what)
        except ModelError:
            return  # noted where the table is read
        self.read |= expression.names
        known = {*self.units, *({DOSE} if entry.may_dose else ())}
        unknown = sorted(expression.names - known)
        for name in unknown:
            self._unknown("quantity", name, known, entry.header, entry.key, entry.number)
        try:
            units = {name: self._dimension(name) for name in expression.names - set(unknown)}
            wanted = None if entry.unit is None else dimension(entry.unit)
        except InputError:
            return  # a unit that cannot be read is noted where it is written
        if unknown or None in units.values():
            return
        checker = UnitChecker(lambda name: units[name] or DIMENSIONLESS)
        try:
            if entry.is_condition:
                checker.check_condition(expression)
            elif wanted is not None:
                checker.check(expression, wanted)
        except ModelError as error:
            self.faults.add(str(error), entry.header, entry.key, entry.number)

    def _dimension(self, name: str) -> Dimension | None:
        unit = self.tables.get("dose_unit") if name == DOSE else self.units[name]
        return dimension(unit) if isinstance(unit, str) else None

    def _texts(self) -> Iterator[_Text]:
        """Every equation of the file."""
        for name, table in _named(self.tables, "states").items():
            for key in ("initial", "scale", "null"):
                text = _text(table.get(key))
                is_bare = key == "scale" and text is not None and not any(c.isalpha() for c in text)
                if text is not None:
                    unit = None if is_bare else _text(table.get("unit"))
                    yield _Text(text, f"[states.{name}]", key, 0, f"'{key}' of state '{name}'", unit)
        for name, table in _named(self.tables, "routes").items():
            units = {"amount": self.units.get(str(table.get("into"))), "delay": DAY, "duration": DAY}
            for key, unit in units.items():
                text = _text(table.get(key))
                if text is not None:
                    what = f"'{key}' of route '{name}'"
                    yield _Text(text, f"[routes.{name}]", key, 0, what, unit, may_dose=True)
        product = self.tables.get("product")
        if isinstance(product, Mapping) and isinstance(product.get("ready_after"), str):
            yield _Text(product["ready_after"], "[product]", "ready_after", 0, "'ready_after'", DAY)
        yield from self._listed_texts()

    def _listed_texts(self) -> Iterator[_Text]:
        def entry(section: str, key: str, number: int, text: str, unit: str | None) -> _Text:
            what = f"'{key}' of entry {number + 1} of '{section}'"
            return _Text(text, f"[[{section}]]", key, number, what, unit, is_condition=key == "when")

        wanted: dict[tuple[str, str], Any] = {
            ("defines", "expression"): lambda table: _text(table.get("unit")),
            ("defines", "null"): lambda table: _text(table.get("unit")),
            ("adds", "term"): lambda table: self.units.get(str(table.get("to"))),
            ("scales", "by"): lambda table: "",
            ("flows", "rate"): self._rate_unit,
        }
        wanted |= {(key, "when"): lambda table: None for key in ("events", "milestones", "holds", "delays")}
        for (section, key), unit_of in wanted.items():
            for number, table in _listed(self.tables, section):
                text = _text(table.get(key))
                if text is not None:
                    yield entry(section, key, number, text, unit_of(table))
        for number, table in _listed(self.tables, "events"):
            resets = table.get("resets")
            for name, text in (resets if isinstance(resets, Mapping) else {}).items():
                if name not in self.states:
                    self._unknown("state", name, self.states, "[[events]]", "resets", number)
                if isinstance(text, str):
                    yield entry("events", "resets", number, text, self.units.get(name))

    def _rate_unit(self, table: Mapping[str, Any]) -> str | None:
        """The unit of a flow, by whichever end is known."""
        for end in ("source", "sink"):
            unit = self.units.get(str(table.get(end)))
            if unit is not None:
                return f"({unit or '1'})/day"
        return None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _named(tables: Mapping[str, Any], section: str) -> dict[str, Mapping[str, Any]]:
    entries = tables.get(section)
    found = entries if isinstance(entries, Mapping) else {}
    return {name: table for name, table in found.items() if isinstance(table, Mapping)}


def _listed(tables: Mapping[str, Any], section: str) -> list[tuple[int, Mapping[str, Any]]]:
    entries = tables.get(section)
    found = entries if isinstance(entries, list) else []
    return [(number, table) for number, table in enumerate(found) if isinstance(table, Mapping)]
