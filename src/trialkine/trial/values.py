"""The kinds of values in a protocol file: how each is checked, described in the schema, and written back."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from trialkine.trial.parameter_values import ParameterValue, parse_parameter_value
from trialkine.trial.quantities import Dose, DoseRoute, parse_dose, parse_route
from trialkine.trial.regimen import read_schedule
from trialkine.trial.schedule import Schedule
from trialkine.trial.start_words import StartRule, parse_start, parse_window
from trialkine.trial.words import Duration, parse_duration, shorten

LONGEST_TEXT = 2000
MOST_PATIENTS = 1_000_000


def _text(longest: int) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError(f"should be text, not {shown(value)}. Put quotes around it.")
        flat = " ".join(value.split())
        if not flat:
            raise ValueError("is empty. Write some text.")
        if len(flat) > longest:
            raise ValueError(f"has {len(flat)} characters, more than {longest}. Shorten it.")
        return flat

    return check


def _number(is_allowed: Callable[[float], bool], wanted: str) -> Callable[[Any], float]:
    def check(value: Any) -> float:
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not is_number or not math.isfinite(value) or not is_allowed(value):
            raise ValueError(f"is {shown(value)}. Write {wanted}.")
        return float(value)

    return check


def _whole(least: int, most: int) -> Callable[[Any], int]:
    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError(f"is {shown(value)}. Write a whole number from {least} to {most:,}.")
        return value

    return check


def _pubmed_number(value: Any) -> str:
    text = str(value) if type(value) in (int, str) else ""
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise ValueError(f"is {shown(value)}. Write digits only.")
    return text


def shown(value: Any) -> str:
    """A value in an error message."""
    if isinstance(value, dict):
        return "a group of keys"
    if isinstance(value, (list, tuple)):
        return "a list"
    return f"'{value}'" if not isinstance(value, str) else f"'{shorten(value, 40)}'"


def _performance_status(value: Any) -> tuple[int, ...]:
    grades = tuple(value) if isinstance(value, (list, tuple)) else ()
    if not grades or any(isinstance(grade, bool) or grade not in range(5) for grade in grades):
        raise ValueError(f"is {_listed(value)}. List grades from 0 to 4, as in [0, 1].")
    wanted = tuple(range(grades[0], grades[0] + len(grades)))
    if tuple(grades) != wanted:
        full = list(range(min(grades), max(grades) + 1))
        raise ValueError(f"is {_listed(value)}. List every grade in order, as in {full}.")
    return wanted


def _prior_lines(value: Any) -> tuple[int, ...]:
    numbers = tuple(value) if isinstance(value, (list, tuple)) else ()
    if not numbers or any(isinstance(number, bool) or number not in range(4) for number in numbers):
        raise ValueError(f"is {_listed(value)}. List numbers from 0 to 3, as in [0, 1].")
    return tuple(sorted(set(numbers)))


def _age_range(value: Any) -> tuple[float, float | None]:
    bounds = tuple(value) if isinstance(value, (list, tuple)) else ()
    example = "Write [18, 75], or [18, null] for no upper limit."
    if len(bounds) != 2 or not _is_age(bounds[0]) or not (bounds[1] is None or _is_age(bounds[1])):
        raise ValueError(f"is {_listed(value)}. {example}")
    if bounds[1] is not None and bounds[1] <= bounds[0]:
        raise ValueError(f"is {_listed(value)}, which nobody meets. {example}")
    return float(bounds[0]), None if bounds[1] is None else float(bounds[1])


def _is_age(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 120


def _listed(value: Any) -> str:
    return shorten(str(list(value)), 40) if isinstance(value, (list, tuple)) else shown(value)


def _interval(value: Any) -> Duration:
    duration = parse_duration(value)
    if duration.days < 1:
        raise ValueError(f"is '{duration}', less than a day. Write it as in '8 weeks'.")
    return duration


def _schema(kind: str, **more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": kind, **more})


_AS_TEXT = PlainSerializer(str, return_type=str)
_AS_LIST = PlainSerializer(list, return_type=list)
Text = Annotated[str, PlainValidator(_text(LONGEST_TEXT)), _schema("string", minLength=1)]
Name = Annotated[str, PlainValidator(_text(80)), _schema("string", minLength=1, maxLength=80)]
PubMedNumber = Annotated[
    str, PlainValidator(_pubmed_number), WithJsonSchema({"type": ["string", "integer"], "minimum": 1})
]
PositiveNumber = Annotated[
    float,
    PlainValidator(_number(lambda value: 0 < value <= 1e9, "a number above 0")),
    _schema("number", exclusiveMinimum=0),
]
NotNegative = Annotated[
    float,
    PlainValidator(_number(lambda value: 0 <= value <= 1e9, "a number from 0 up")),
    _schema("number", minimum=0),
]
Correlation = Annotated[
    float,
    PlainValidator(_number(lambda value: -1 < value < 1, "a number between -1 and 1")),
    _schema("number", exclusiveMinimum=-1, exclusiveMaximum=1),
]
Probability = Annotated[
    float,
    PlainValidator(_number(lambda value: 0 < value < 1, "a number between 0 and 1")),
    _schema("number", exclusiveMinimum=0, exclusiveMaximum=1),
]
Fraction = Annotated[
    float,
    PlainValidator(_number(lambda value: 0 <= value < 1, "a number from 0 to below 1")),
    _schema("number", minimum=0, exclusiveMaximum=1),
]
Share = Annotated[
    float,
    PlainValidator(_number(lambda value: 0 <= value <= 1, "a number from 0 to 1")),
    _schema("number", minimum=0, maximum=1),
]
ExcludedFraction = Annotated[
    float,
    PlainValidator(_number(lambda value: 0 <= value < 0.95, "a number from 0 to below 0.95")),
    _schema("number", minimum=0, exclusiveMaximum=0.95),
]
Count = Annotated[
    int, PlainValidator(_whole(1, MOST_PATIENTS)), _schema("integer", minimum=1, maximum=MOST_PATIENTS)
]
CountOrZero = Annotated[
    int, PlainValidator(_whole(0, MOST_PATIENTS)), _schema("integer", minimum=0, maximum=MOST_PATIENTS)
]
PerformanceStatus = Annotated[
    tuple[int, ...],
    PlainValidator(_performance_status),
    _AS_LIST,
    _schema("array", items={"type": "integer", "minimum": 0, "maximum": 4}, minItems=1),
]
PriorLines = Annotated[
    tuple[int, ...],
    PlainValidator(_prior_lines),
    _AS_LIST,
    _schema("array", items={"type": "integer", "minimum": 0, "maximum": 3}, minItems=1),
]
AgeRange = Annotated[
    tuple[float, float | None],
    PlainValidator(_age_range),
    _AS_LIST,
    _schema("array", items={"type": ["number", "null"]}, minItems=2, maxItems=2),
]
DurationText = Annotated[
    Duration, PlainValidator(parse_duration), _AS_TEXT, _schema("string", examples=["8 weeks", "36 months"])
]
IntervalText = Annotated[
    Duration, PlainValidator(_interval), _AS_TEXT, _schema("string", examples=["8 weeks"])
]
DoseText = Annotated[
    Dose, PlainValidator(parse_dose), _AS_TEXT, _schema("string", examples=["75 mg/m2", "600000 IU/kg"])
]
RouteText = Annotated[
    DoseRoute,
    PlainValidator(parse_route),
    _AS_TEXT,
    _schema("string", examples=["oral", "intravenous over 15 min", "intravenous bolus"]),
]
ScheduleText = Annotated[
    Schedule,
    PlainValidator(read_schedule),
    _AS_TEXT,
    _schema("string", examples=["daily, days 1 to 21 of 28, until progression"]),
]
StartText = Annotated[
    StartRule,
    PlainValidator(parse_start),
    _AS_TEXT,
    _schema("string", examples=["at once", "within 6 weeks after aldesleukin fails"]),
]
WindowText = Annotated[
    StartRule,
    PlainValidator(parse_window),
    _AS_TEXT,
    _schema("string", examples=["at once", "within 8 weeks"]),
]
ParameterValueText = Annotated[
    ParameterValue,
    PlainValidator(parse_parameter_value),
    PlainSerializer(ParameterValue.to_plain, return_type=float | str),
    WithJsonSchema({"type": ["number", "string"], "examples": [0.1, "0.1 1/day"]}),
]
