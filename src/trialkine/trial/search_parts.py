"""The part of a protocol that asks for a search: strategies with blanks, what fills them, what is weighed."""

from __future__ import annotations

import math
import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer, PlainValidator, WithJsonSchema, model_validator

from trialkine.trial.measure_words import MeasureText, RateLimitText
from trialkine.trial.protocol_parts import Part
from trialkine.trial.values import Count, PositiveNumber, Text, shown
from trialkine.trial.words import number_text

MOST_LEVELS, MOST_CANDIDATES = 50, 1000
ROUNDING = 1e-9
_FACTOR_NAME = re.compile(r"[a-z][a-z0-9_]*")


def _level(value: Any) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
        return number_text(float(value))
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"is {shown(value)}. Write a number or some words.")
    return " ".join(value.split())


def _factor_name(value: Any) -> str:
    if not isinstance(value, str) or not _FACTOR_NAME.fullmatch(value):
        raise ValueError(f"is {shown(value)}. Name a factor in small letters, as in 'dose'.")
    return value


def _certainty(value: Any) -> float:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not 0.5 <= value < 1.0:
        raise ValueError(f"is {shown(value)}. Write a number from 0.5 to below 1.")
    return float(value)


LevelText = Annotated[
    str,
    PlainValidator(_level),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": ["number", "string"]}),
]
FactorName = Annotated[str, PlainValidator(_factor_name), WithJsonSchema({"type": "string"})]
Certainty = Annotated[
    float,
    PlainValidator(_certainty),
    WithJsonSchema({"type": "number", "minimum": 0.5, "exclusiveMaximum": 1}),
]


class Factor(Part):
    """What may stand in a blank: levels, or a range with a step."""

    levels: tuple[LevelText, ...] = Field(
        default=(), description="The levels, each a number or words.", examples=[[300000, 600000]]
    )
    low: PositiveNumber | None = Field(
        default=None, alias="from", description="First level of a range.", examples=[2]
    )
    high: PositiveNumber | None = Field(
        default=None, alias="to", description="Last level of a range.", examples=[8]
    )
    step: PositiveNumber | None = Field(
        default=None, description="Distance of the levels of a range.", examples=[2]
    )

    @model_validator(mode="after")
    def _one_of_the_two(self) -> Factor:
        bounds = (self.low, self.high, self.step)
        has_range = all(bound is not None for bound in bounds)
        if bool(self.levels) == has_range or any(bound is not None for bound in bounds) != has_range:
            raise ValueError("has no levels of its own. Write a list, or 'from', 'to' and 'step'.")
        if has_range and self._low > self._high:
            raise ValueError(f"goes from {self._low:g} down to {self._high:g}. Write the smaller as 'from'.")
        if has_range and (self._high - self._low) / self._step > MOST_LEVELS:
            raise ValueError(f"has more than {MOST_LEVELS} levels. Take a larger step.")
        if len(set(self.levels)) < len(self.levels):
            raise ValueError("has a level twice. Write each once.")
        return self

    @property
    def _low(self) -> float:
        return self.low or 0.0

    @property
    def _high(self) -> float:
        return self.high or 0.0

    @property
    def _step(self) -> float:
        return self.step or 1.0

    @property
    def texts(self) -> tuple[str, ...]:
        """Every level as it is written into a blank, in order."""
        if self.levels:
            return self.levels
        steps = int((self._high - self._low) / self._step + ROUNDING)
        return tuple(number_text(round(self._low + place * self._step, 9)) for place in range(steps + 1))


def _as_factor(value: Any) -> Any:
    """A list alone holds the levels."""
    return {"levels": value} if isinstance(value, (list, tuple)) else value


class LineTemplate(Part):
    """One line of treatment, with blanks such as `<dose>` in any of its texts."""

    agent: Text = Field(description="Name of the agent.", examples=["aldesleukin"])
    dose: Text = Field(description="Amount of one dose.", examples=["<dose> IU/kg"])
    route: Text = Field(description="Route, and for infusions the time.", examples=["oral"])
    schedule: Text = Field(description="When doses are given.", examples=["every 8 h, up to <doses> doses"])
    starts: Text | None = Field(
        default=None,
        description="When the first dose is due; the first line starts at once.",
        examples=["within <gap> weeks after aldesleukin fails"],
    )
    hold: Text | None = Field(
        default=None, description="Whether the agent's rules for toxicity apply.", examples=["as labelled"]
    )


class StrategyTemplate(Part):
    """A sequence of lines of treatment with blanks; each way to fill them is a candidate."""

    name: Text = Field(description="Name of the strategy.", examples=["IL-2 first"])
    treatment: tuple[LineTemplate, ...] = Field(
        description="Lines of treatment, in order, with blanks.", min_length=1
    )


class Search(Part):
    """A search for the best of many strategies, which the protocol's arms stand beside."""

    vary: dict[
        FactorName,
        Annotated[Factor, BeforeValidator(_as_factor, json_schema_input_type=list[LevelText] | Factor)],
    ] = Field(
        default_factory=dict,
        description="What may stand in the blanks of the strategies, by the blank's name.",
        examples=[{"dose": [300000, 600000]}],
    )
    strategies: tuple[StrategyTemplate, ...] = Field(
        description="Treatments with blanks; several make the order of agents a choice.", min_length=1
    )
    objective: MeasureText = Field(
        description="What is to be as large as possible.", examples=["survival at 12 months"]
    )
    constraints: tuple[RateLimitText, ...] = Field(
        description="Limits that a candidate must keep.",
        min_length=1,
        examples=[["grade 4 hypotension at most 40 %"]],
    )
    certainty: Certainty | None = Field(
        default=None,
        description="Share of the ensemble's members under which a candidate must keep all limits at once; "
        "absent: it is enough to keep them on average.",
        examples=[0.8],
    )
    candidates: Count = Field(
        default=100, description="Most candidates; more are refused before anything is run.", examples=[60]
    )
