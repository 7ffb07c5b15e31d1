"""Parameter files: TOML tables in, checked parameter records out.

A file holds `[parameters.<name>]` tables with `value` (a number, or a table of one number per index
member), `unit`, `kind`, `source`, `where`, and, as they apply, `low`, `high`, `variability` and `facts` (ids
of facts of pharmacology on which the number rests); and the lists `[[correlations]]` and `[[plausibility]]`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.resources.abc import Traversable
from typing import Any

from trialkine.errors import InputError
from trialkine.evidence.file_faults import FileFaults, near, read_tables
from trialkine.evidence.record_reader import RecordReader
from trialkine.evidence.sources import sources
from trialkine.records import KINDS, ParameterRecord
from trialkine.units import conversion

_BOUND_REQUIRED = ("quantity", "reason", "unit", "kind", "source")
_BOUND_OPTIONAL = ("at_most", "at_least", "facts")


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
    facts: tuple[str, ...] = ()


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
    return _Reading(file, text, header).read(read_tables(text, file))


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
        self.header = header
        self.faults = FileFaults(file, text)
        self.reader = RecordReader(self.faults, sources())

    def read(self, tables: Mapping[str, Any]) -> ParameterFile:
        """Everything in the file, or one error with all its faults."""
        known = {"parameters", "correlations", "plausibility", *self.header}
        for key in tables:
            if key not in known:
                line = f"[{key}]" if isinstance(tables[key], Mapping) else ""
                self.faults.add(f"Unknown entry '{key}'.{near(key, known)}", line, key)
        for key in self.header:
            if not isinstance(tables.get(key), str):
                self.faults.add(f"The text '{key}' is missing at the top. Write {key} = \"...\".")
        parameters = tables.get("parameters", {})
        records = {
            name: self.reader.record(name, table, f"[parameters.{name}]")
            for name, table in parameters.items()
        }
        correlations = [
            self._correlation(table, number) for number, table in enumerate(tables.get("correlations", []))
        ]
        plausibility = [
            self._bound(table, number) for number, table in enumerate(tables.get("plausibility", []))
        ]
        self.faults.stop()
        return ParameterFile(
            {name: record for name, record in records.items() if record is not None},
            tuple(entry for entry in correlations if entry is not None),
            tuple(entry for entry in plausibility if entry is not None),
            {key: tables[key] for key in self.header},
        )

    def _correlation(self, table: Mapping[str, Any], number: int) -> Correlation | None:
        faults, header = self.faults, "[[correlations]]"
        required = ("between", "value", "kind", "source")
        if not faults.keys("A correlation", table, required, ("where",), header, number):
            return None
        before = len(faults.problems)
        pair = tuple(table["between"])
        if len(pair) != 2:
            faults.add(f"A correlation names {len(pair)} parameters. Name two.", header, "between", number)
        self.reader.source("A correlation", table["source"], header, number)
        if table["kind"] not in KINDS:
            message = f"A correlation has the kind '{table['kind']}'. Write one of {', '.join(KINDS)}."
            faults.add(message, header, "kind", number)
        if not -1.0 < table["value"] < 1.0:
            message = f"A correlation is {table['value']}. Write a number between -1 and 1."
            faults.add(message, header, "value", number)
        if len(faults.problems) > before:
            return None
        return Correlation((pair[0], pair[1]), float(table["value"]), table["kind"], table["source"])

    def _bound(self, table: Mapping[str, Any], number: int) -> PlausibilityBound | None:
        faults, header = self.faults, "[[plausibility]]"
        what = "A plausibility rule"
        is_whole = faults.keys(what, table, _BOUND_REQUIRED, _BOUND_OPTIONAL, header, number)
        if "at_most" not in table and "at_least" not in table:
            faults.add(f"{what} has no bound. Write 'at_most' or 'at_least'.", header, "", number)
            return None
        if not is_whole:
            return None
        before = len(faults.problems)
        self.reader.words(what, {"where": table["reason"], **table}, header)
        cited = self.reader.facts(what, table.get("facts", []), header, number)
        return None if len(faults.problems) > before else PlausibilityBound(**{**table, "facts": cited})
