"""Parameter files: TOML tables in, checked parameter records out.

A file holds `[parameters.<name>]` tables with `value` (a number, or a table of one number per index
member), `unit`, `kind`, `source`, `where`, and, as they apply, `low`, `high` and `variability`; and the
lists `[[correlations]]` and `[[plausibility]]`.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from importlib.resources.abc import Traversable
from typing import Any, get_args, get_type_hints

from trialkine.errors import InputError, Problem, ProblemsError
from trialkine.evidence.sources import sources
from trialkine.records import KINDS, ParameterRecord, Variability
from trialkine.units import conversion, dimension

_REQUIRED = ("value", "unit", "kind", "source", "where")
_BOUND_REQUIRED = ("quantity", "reason", "unit", "kind", "source")
_OPTIONAL = ("low", "high", "variability")
_DISTRIBUTIONS = get_args(get_type_hints(Variability)["distribution"])


@dataclass(frozen=True)
class Correlation:
    """How far two parameters go together between patients, on their normal scores."""

    between: tuple[str, str]
    value: float
    kind: str
    source: str


@dataclass(frozen=True)
class PlausibilityBound:
    """A bound on a model quantity at the start, beyond which a virtual patient is turned away.

    Units: at_most and at_least [the quantity's unit].
    """

    quantity: str
    reason: str
    unit: str
    kind: str
    source: str
    at_most: float | None = None
    at_least: float | None = None


@dataclass(frozen=True)
class ParameterFile:
    """What one parameter file holds."""

    records: Mapping[str, ParameterRecord]
    correlations: tuple[Correlation, ...] = ()
    plausibility: tuple[PlausibilityBound, ...] = ()
    header: Mapping[str, str] | None = None


def read_parameters(file: Traversable, header: tuple[str, ...] = ()) -> ParameterFile:
    """Read one file; `header` names the texts that it must also give at its top.

    Raises: ProblemsError, naming every fault at once.
    """
    try:
        text = file.read_text("utf-8")
    except OSError as error:
        raise InputError(f"Cannot read the parameter file '{file}': {error.strerror}.") from error
    return parse_parameters(text, file.name, header)


def parse_parameters(text: str, file: str, header: tuple[str, ...] = ()) -> ParameterFile:
    """Read the text of a parameter file.

    Raises: ProblemsError, naming every fault at once.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProblemsError([Problem(f"This is not TOML: {error}.", file)]) from error
    return _Reading(file, text, header).read(tables)


def in_unit(record: ParameterRecord, unit: str) -> ParameterRecord:
    """The same record expressed in another unit.

    Raises: InputError, when the two units measure different things.
    """
    try:
        factor = conversion(record.unit, unit)
    except InputError as error:
        raise InputError(f"Parameter '{record.name}': {error}") from None
    if factor == 1.0:
        return replace(record, unit=unit)
    spread = record.variability
    if spread is not None and spread.distribution == "normal":
        spread = replace(spread, sd=spread.sd * factor)
    value = (
        {member: number * factor for member, number in record.value.items()}
        if isinstance(record.value, Mapping)
        else record.value * factor
    )
    return replace(
        record,
        value=value,
        unit=unit,
        low=None if record.low is None else record.low * factor,
        high=None if record.high is None else record.high * factor,
        variability=spread,
    )


class _Reading:
    """One file while its faults are collected."""

    def __init__(self, file: str, text: str, header: tuple[str, ...]) -> None:
        self.file = file
        self.lines = text.splitlines()
        self.header = header
        self.problems: list[Problem] = []

    def read(self, tables: Mapping[str, Any]) -> ParameterFile:
        """Everything in the file, or one error with all its faults."""
        known = {"parameters", "correlations", "plausibility", *self.header}
        for key in tables:
            if key not in known:
                self._fault(f"Unknown entry '{key}'.{_hint(key, known)}", key)
        for key in self.header:
            if not isinstance(tables.get(key), str):
                self._fault(f"The text '{key}' is missing at the top. Write {key} = \"...\".")
        parameters = tables.get("parameters", {})
        records = {name: self._record(name, table) for name, table in parameters.items()}
        correlations = [self._correlation(table, records) for table in tables.get("correlations", [])]
        plausibility = [self._bound(table) for table in tables.get("plausibility", [])]
        if self.problems:
            raise ProblemsError(self.problems)
        return ParameterFile(
            {name: record for name, record in records.items() if record is not None},
            tuple(entry for entry in correlations if entry is not None),
            tuple(entry for entry in plausibility if entry is not None),
            {key: tables[key] for key in self.header},
        )

    def _fault(self, message: str, at: str = "") -> None:
        line = next((n for n, text in enumerate(self.lines, 1) if at and at in text), None)
        self.problems.append(Problem(message, self.file, line))

    def _record(self, name: str, table: Mapping[str, Any]) -> ParameterRecord | None:
        before = len(self.problems)
        at = f"[parameters.{name}]"
        self._keys(f"Parameter '{name}'", table, _REQUIRED, _OPTIONAL, at)
        if len(self.problems) > before:
            return None
        value = self._value(name, table["value"], at)
        self._words(name, table, at)
        numbers = {key: self._number(name, key, table.get(key), at) for key in ("low", "high")}
        if table["kind"] == "assumed" and None in numbers.values():
            self._fault(f"Parameter '{name}' is assumed and needs a range. Give 'low' and 'high'.", at)
        for number in value.values() if isinstance(value, Mapping) else [value]:
            if (numbers["low"] or -math.inf) > number or number > (
                math.inf if numbers["high"] is None else numbers["high"]
            ):
                self._fault(f"Parameter '{name}' lies outside its own range from 'low' to 'high'.", at)
                break
        variability = self._variability(name, table.get("variability"), at)
        if len(self.problems) > before:
            return None
        return ParameterRecord(
            name=name,
            value=value,
            unit=table["unit"],
            kind=table["kind"],
            source=table["source"],
            where=table["where"],
            low=numbers["low"],
            high=numbers["high"],
            variability=variability,
        )

    def _keys(
        self,
        what: str,
        table: Mapping[str, Any],
        required: tuple[str, ...],
        optional: tuple[str, ...],
        at: str,
    ) -> None:
        known = (*required, *optional)
        for key in table:
            if key not in known:
                self._fault(f"{what} has the unknown field '{key}'.{_hint(key, known)}", at)
        for key in required:
            if key not in table:
                self._fault(f"{what} has no '{key}'.", at)

    def _value(self, name: str, value: Any, at: str) -> float | Mapping[str, float]:
        if isinstance(value, Mapping):
            return {
                str(member): self._number(name, f"value of {member}", number, at) or 0.0
                for member, number in value.items()
            }
        return self._number(name, "value", value, at) or 0.0

    def _number(self, name: str, key: str, value: Any, at: str) -> float | None:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            self._fault(f"The {key} of parameter '{name}' is {value!r}. Write a finite number.", at)
            return None
        return float(value)

    def _words(self, name: str, table: Mapping[str, Any], at: str) -> None:
        for key in ("unit", "kind", "source", "where"):
            if not isinstance(table[key], str):
                self._fault(f"The {key} of parameter '{name}' is {table[key]!r}. Write a text.", at)
                return
        try:
            dimension(table["unit"])
        except InputError as error:
            self._fault(f"Parameter '{name}': {error}", at)
        if table["kind"] not in KINDS:
            self._fault(
                f"Parameter '{name}' has the kind '{table['kind']}'. Write one of {', '.join(KINDS)}.", at
            )
        if not table["where"].strip():
            self._fault(f"Parameter '{name}' does not say where its value stands. Fill in 'where'.", at)
        self._source(f"Parameter '{name}'", table["source"], at)

    def _source(self, what: str, key: Any, at: str) -> None:
        if key not in sources():
            self._fault(f"{what} names the unknown source '{key}'.{_hint(str(key), sources())}", at)

    def _variability(self, name: str, table: Any, at: str) -> Variability | None:
        if table is None:
            return None
        if not isinstance(table, Mapping) or table.get("distribution") not in _DISTRIBUTIONS:
            self._fault(
                f"The variability of parameter '{name}' needs a distribution. "
                f"Write one of {', '.join(_DISTRIBUTIONS)}.",
                at,
            )
            return None
        self._keys(f"The variability of parameter '{name}'", table, ("distribution",), ("sd",), at)
        spread = self._number(name, "sd", table.get("sd"), at)
        if (spread is None) != (table["distribution"] == "exponential") or (spread or 0.0) < 0.0:
            self._fault(
                f"The variability of parameter '{name}' needs an 'sd' from 0 up, unless it is exponential.",
                at,
            )
        return Variability(table["distribution"], spread or 0.0)

    def _correlation(self, table: Mapping[str, Any], records: Mapping[str, object]) -> Correlation | None:
        before = len(self.problems)
        self._keys(
            "A correlation", table, ("between", "value", "kind", "source"), ("where",), "[[correlations]]"
        )
        if len(self.problems) > before:
            return None
        pair = tuple(table["between"])
        if len(pair) != 2:
            self._fault(f"A correlation names {len(pair)} parameters. Name two.", "[[correlations]]")
        self._source("A correlation", table["source"], "[[correlations]]")
        if table["kind"] not in KINDS:
            self._fault(f"A correlation has the kind '{table['kind']}'. Write one of {', '.join(KINDS)}.")
        if not -1.0 < table["value"] < 1.0:
            self._fault(f"A correlation is {table['value']}. Write a number between -1 and 1.")
        if len(self.problems) > before:
            return None
        return Correlation((pair[0], pair[1]), float(table["value"]), table["kind"], table["source"])

    def _bound(self, table: Mapping[str, Any]) -> PlausibilityBound | None:
        before = len(self.problems)
        self._keys("A plausibility rule", table, _BOUND_REQUIRED, ("at_most", "at_least"), "[[plausibility]]")
        if "at_most" not in table and "at_least" not in table:
            self._fault(
                "A plausibility rule has no bound. Write 'at_most' or 'at_least'.", "[[plausibility]]"
            )
        if len(self.problems) > before:
            return None
        self._words("A plausibility rule", {"where": table["reason"], **table}, "[[plausibility]]")
        return PlausibilityBound(**table)


def _hint(name: str, known: Any) -> str:
    near = get_close_matches(name, list(known), 1)
    return f" Did you mean '{near[0]}'?" if near else ""
