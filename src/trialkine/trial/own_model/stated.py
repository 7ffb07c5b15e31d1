"""Numbers as a mapping file states them, and the parameter records they become."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema, model_validator

from trialkine.errors import InputError
from trialkine.records import BY_DEFINITION, Kind, ParameterRecord, Variability
from trialkine.trial.parameter_values import ParameterValue
from trialkine.trial.protocol_parts import Part
from trialkine.trial.unit_words import is_unit_text
from trialkine.trial.values import NotNegative, ParameterValueText, Text, shown
from trialkine.units import conversion, dimension

Distribution = Literal["lognormal", "logitnormal", "normal"]


class Witnessed(Part):
    """What is known of a number: nothing, unless its kind and where it comes from are said."""

    kind: Kind = Field(
        default="assumed", description="What is known of the number.", examples=["fitted_in_source"]
    )
    where: Text | None = Field(
        default=None, description="Publication, table or reason.", examples=["Smith 2020, Table 2"]
    )

    @model_validator(mode="after")
    def _says_where(self) -> Witnessed:
        if self.kind != "assumed" and self.where is None:
            raise ValueError(f"says '{self.kind}' and not where. Add `where`, such as 'Smith 2020, Table 2'.")
        return self


class Spread(Witnessed):
    """How a parameter of the model differs between patients."""

    distribution: Distribution = Field(
        description="Shape: `lognormal` (positive), `logitnormal` (a fraction) or `normal`.",
        examples=["lognormal"],
    )
    sd: NotNegative = Field(
        description="Standard deviation: of the logarithm, of the log-odds, or in the parameter's unit.",
        examples=[0.5],
    )
    median: ParameterValueText | None = Field(
        default=None, description="Another median than the model's number.", examples=["0.02 1/day"]
    )

    def applied_to(self, record: ParameterRecord, source: str) -> ParameterRecord:
        """The model's record with this spread, and with this median where there is one.

        Raises: InputError, when the median is in a unit of something else.
        """
        varied = replace(record, variability=Variability(self.distribution, self.sd))
        said = f"; differs between patients as {source} says ({self.kind})"
        if self.where is not None:
            said = f"{said[:-1]}: {self.where})"
        if self.median is None:
            return replace(varied, where=f"{record.where}{said}".removeprefix("; "))
        number = in_unit(self.median, record.unit)
        value = dict.fromkeys(record.value, number) if isinstance(record.value, Mapping) else number
        where = self.where or f"instead of the model's own number ({record.source})"
        return replace(varied, value=value, kind=self.kind, source=source, where=where, low=None, high=None)


class Stated(Witnessed):
    """A number with what is known of it, and how it differs between patients."""

    value: ParameterValueText = Field(description="The number, or text with its unit.", examples=["60 cm**3"])
    distribution: Distribution | None = Field(
        default=None, description="How patients differ; absent: they do not.", examples=["lognormal"]
    )
    sd: NotNegative | None = Field(
        default=None, description="Standard deviation, as under `vary`.", examples=[0.8]
    )

    @model_validator(mode="after")
    def _spread_is_whole(self) -> Stated:
        if (self.distribution is None) != (self.sd is None):
            raise ValueError("distribution and sd belong together. Write both or neither.")
        return self

    def record(self, name: str, unit: str, source: str, where: str = "") -> ParameterRecord:
        """The record of a parameter with this number; `where` stands in for what the file does not say.

        Raises: InputError, when the number is in a unit of something else.
        """
        spread = None
        if self.distribution is not None and self.sd is not None:
            factor = 1.0 if self.value.unit is None else conversion(self.value.unit, unit)
            sd = self.sd * (factor if self.distribution == "normal" else 1.0)
            spread = Variability(self.distribution, sd)
        number = in_unit(self.value, unit)
        return ParameterRecord(name, number, unit, self.kind, source, self.where or where, variability=spread)


def is_by_definition(record: ParameterRecord) -> bool:
    """Whether a number converts units, so that it is the same for every patient."""
    return record.kind == "derived" and record.where == BY_DEFINITION


def in_unit(value: ParameterValue, unit: str) -> float:
    """The number in a unit; without a unit of its own it is in that unit.

    Raises: InputError, when its unit measures something else.
    """
    return value.value * (1.0 if value.unit is None else conversion(value.unit, unit))


def _unit(value: Any) -> str:
    if not isinstance(value, str) or not is_unit_text(value):
        raise ValueError(f"is {shown(value)}, which is no unit. Write one such as 'mg', 'cell' or 'cm**3'.")
    text = value.strip()
    try:
        dimension(text)
    except InputError as error:
        raise ValueError(f"is wrong: {error}") from error
    return text


UnitText = Annotated[
    str, PlainValidator(_unit), WithJsonSchema({"type": "string", "examples": ["mg", "cell", "cm**3"]})
]


def _as_stated(value: Any) -> Any:
    """A number or text alone is its value."""
    return value if isinstance(value, (dict, Stated)) else {"value": value}


StatedNumber = Annotated[Stated, BeforeValidator(_as_stated, json_schema_input_type=float | str | Stated)]
