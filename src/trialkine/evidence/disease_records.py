"""Numbers that may differ between diseases: `[parameters.NAME]` tables with `diseases` tables inside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from typing import Any

from trialkine.evidence.file_faults import FileFaults, read_tables
from trialkine.evidence.record_reader import RecordReader
from trialkine.evidence.sources import sources
from trialkine.records import ParameterRecord


@dataclass(frozen=True)
class DiseaseRecords:
    """Numbers that hold everywhere (`base`), and by disease and parameter those that replace them."""

    base: Mapping[str, ParameterRecord] = field(default_factory=dict)
    in_disease: Mapping[str, Mapping[str, ParameterRecord]] = field(default_factory=dict)

    def records_in(self, lineage: Iterable[str]) -> dict[str, ParameterRecord]:
        """The numbers in a disease, given as its name and then those of the diseases it is based on."""
        found = dict(self.base)
        for disease in reversed(tuple(lineage)):
            found |= self.in_disease.get(disease, {})
        return found


def read_disease_records(file: Traversable) -> DiseaseRecords:
    """Read a file that holds nothing but such numbers.

    Raises: ProblemsError, naming every fault at once.
    """
    text = file.read_text("utf-8")
    tables = read_tables(text, file.name)
    faults = FileFaults(file.name, text)
    faults.keys("The file", tables, ("parameters",), (), "")
    found = disease_records(tables.get("parameters", {}), RecordReader(faults, sources()))
    faults.stop()
    return found


def disease_records(
    parameters: Mapping[str, Any],
    reader: RecordReader,
    beside: Iterable[str] = (),
    within: str = "diseases",
) -> DiseaseRecords:
    """The numbers in the tables of a file; their faults are noted by the reader.

    `beside` names fields of a table that are not part of its record. A table whose numbers all differ
    between diseases states its unit alone. `within` is the field that holds the numbers of each disease,
    or of each case of a published model.
    """
    base: dict[str, ParameterRecord] = {}
    in_disease: dict[str, dict[str, ParameterRecord]] = {}
    skipped = (within, *beside)
    for name, table in parameters.items():
        header = f"[parameters.{name}]"
        if not isinstance(table, Mapping):
            reader.faults.add(f"Parameter '{name}' is no table. Write {header}.", "", name)
            continue
        own = {key: item for key, item in table.items() if key not in skipped}
        diseases = table.get(within, {})
        if not isinstance(diseases, Mapping):
            message = f"'{within}' of parameter '{name}' is {diseases!r}."
            reader.faults.add(f"{message} Write [parameters.{name}.{within}.NAME].", header, within)
            diseases = {}
        if not (diseases and set(own) <= {"unit"}):
            record = reader.record(name, own, header)
            if record is not None:
                base[name] = record
        for disease, numbers in diseases.items():
            header = f"[parameters.{name}.{within}.{disease}]"
            record = _in_disease(name, disease, numbers, table.get("unit"), header, reader)
            if record is not None:
                in_disease.setdefault(disease, {})[name] = record
    return DiseaseRecords(base, in_disease)


def _in_disease(
    name: str, disease: str, numbers: Any, unit: Any, header: str, reader: RecordReader
) -> ParameterRecord | None:
    if not isinstance(numbers, Mapping):
        return reader.record(name, numbers, header)
    if "unit" in numbers:
        message = f"Parameter '{name}' has its unit above. Leave it out for '{disease}'."
        reader.faults.add(message, header, "unit")
        return None
    return reader.record(name, {"unit": unit, **numbers}, header)
