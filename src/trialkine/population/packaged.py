"""The records of bodies, fitness and the clinic, shipped with the package; a disease may replace them."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from trialkine.errors import InputError
from trialkine.evidence.parameter_files import read_parameters
from trialkine.records import ParameterRecord
from trialkine.units import conversion

FILES = ("body.toml", "performance.toml", "clinic.toml")


@cache
def packaged_records() -> Mapping[str, ParameterRecord]:
    """Every record of the files of this room, by name."""
    folder = files("trialkine.population")
    read = (read_parameters(folder.joinpath(file)).records for file in FILES)
    return MappingProxyType({name: record for records in read for name, record in records.items()})


def with_replacements(replacements: Mapping[str, ParameterRecord] | None) -> Mapping[str, ParameterRecord]:
    """The packaged records, with those of a disease in place of the ones they name.

    Raises: InputError, when a replacement names no packaged record.
    """
    packaged = packaged_records()
    for name in replacements or {}:
        if name not in packaged:
            nearest = get_close_matches(name, packaged, n=1)
            advice = f"Did you mean '{nearest[0]}'?" if nearest else f"Known are {', '.join(packaged)}."
            raise InputError(f"'{name}' describes no body, fitness or clinic. {advice}")
    return {**packaged, **(replacements or {})}


def number_in(record: ParameterRecord, unit: str) -> float:
    """The one value of a record, in `unit`.

    Raises: InputError, when the record has several values or another dimension.
    """
    if isinstance(record.value, Mapping):
        raise InputError(f"'{record.name}' has several values where one is needed. Write 'value = ...'.")
    return float(record.value) * conversion(record.unit, unit)


def spread_in(record: ParameterRecord, distribution: str, unit: str) -> float:
    """The sd of a record that must have the given distribution, in `unit` (in logarithms: no unit).

    Raises: InputError, when the record has no such variability.
    """
    if record.variability is None or record.variability.distribution != distribution:
        raise InputError(
            f"'{record.name}' must vary between patients. "
            f"Write 'variability = {{ distribution = \"{distribution}\", sd = ... }}'."
        )
    factor = conversion(record.unit, unit) if distribution == "normal" else 1.0
    return record.variability.sd * factor


def numbers_by_member(record: ParameterRecord) -> Mapping[str, float]:
    """The values of a record that has one per member.

    Raises: InputError, when the record has a single value.
    """
    if not isinstance(record.value, Mapping):
        raise InputError(
            f"'{record.name}' has one value where several are needed. Write 'value = {{ ... }}'."
        )
    return record.value
