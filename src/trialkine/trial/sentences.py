"""Turns what pydantic found into sentences that say what to write instead."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from trialkine.trial.reading import KeyPath
from trialkine.trial.values import shown
from trialkine.trial.words import WordError, suggestion

Fault = tuple[KeyPath, str, int | None]
"""Where a fault lies, its sentence, and the character of the text it points at."""


def faults(error: ValidationError, model: type[BaseModel]) -> list[Fault]:
    """Every fault pydantic found, in words."""
    found = error.errors(include_url=False)
    return [_fault(details, model) for details in found if not _is_echo(details)]


def choice_hint(found: str, choices: Iterable[str]) -> str:
    """The nearest name as a question, the only name there is, or a list of them."""
    names = sorted(set(choices))
    hint = suggestion(found, names)
    return f"Write '{names[0]}'." if len(names) == 1 and not is_near(hint) else hint


def is_near(hint: str) -> bool:
    """Whether a hint names one near match, rather than all there is."""
    return hint.startswith("Did you mean")


def _is_echo(details: ErrorDetails) -> bool:
    """Whether a list only looks too short because its items are at fault."""
    return details["type"] == "too_short" and bool(details["input"])


def _fault(details: ErrorDetails, model: type[BaseModel]) -> Fault:
    path: KeyPath = details["loc"]
    key = next((str(part) for part in reversed(path) if isinstance(part, str)), "the file")
    cause = details.get("ctx", {}).get("error")
    found = details.get("input")
    example = _example(path, model)
    if details["type"] == "missing":
        return path, f"'{key}' is missing.{example}", None
    if details["type"] == "extra_forbidden":
        known = _fields(path[:-1], model)
        return path, f"'{key}' is not a known key here. {suggestion(key, known)}".strip(), None
    if found is None:
        return path, f"'{key}' has no value.{example}", None
    if isinstance(cause, WordError):
        return path, str(cause), cause.start
    if isinstance(cause, ValueError):
        return path, f"'{key}' {cause}", None
    if details["type"] == "literal_error":
        return path, f"'{key}' {_shape(details, found)}", None
    return path, f"'{key}' {_shape(details, found)}{example}", None


def _shape(details: ErrorDetails, found: Any) -> str:
    """The fault of a value of the wrong shape."""
    kind, context = details["type"], details.get("ctx", {})
    if kind == "literal_error":
        choices = str(context.get("expected", "")).replace(" or ", ", ").replace("'", "").split(", ")
        return f"cannot be {shown(found)}. {choice_hint(str(found), choices)}"
    if kind in ("model_type", "model_attributes_type", "dict_type", "mapping_type"):
        return f"is {shown(found)}. Write its keys below it, indented."
    if kind in ("tuple_type", "list_type"):
        return f"is {shown(found)}. Write a list, each item after '- '."
    if kind == "too_short":
        return "is empty."
    if kind == "too_long":
        return f"has more than {context.get('max_length')} items."
    return f"is {shown(found)}, which does not fit ({details['msg'].lower()})."


def _example(path: KeyPath, model: type[BaseModel]) -> str:
    """An example of a key, as it would be written."""
    if not path or not isinstance(path[-1], str):
        return ""
    field = _fields(path[:-1], model).get(path[-1])
    if field is None:
        return ""
    if field.examples:
        example = field.examples[0]
        text = example if isinstance(example, str) else json.dumps(example)
        return f" Write for example '{path[-1]}: {text}'."
    inner = _model_in(field.annotation)
    keys = ", ".join(f"'{name}'" for name in _named_fields(inner)) if inner is not None else ""
    return f" It holds {keys}." if keys else ""


def _fields(path: KeyPath, model: type[BaseModel]) -> Mapping[str, FieldInfo]:
    """The fields of the group of keys at `path`, by the names a file gives them."""
    here: type[BaseModel] | None = model
    for part in path:
        if here is None:
            return {}
        field = _named_fields(here).get(str(part))
        if field is not None:
            here = _model_in(field.annotation)
    return _named_fields(here) if here is not None else {}


def _named_fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The group of keys inside `X | None`, `tuple[X, ...]` or `dict[str, X]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_in(part) for part in get_args(annotation))
    return next((model for model in found if model is not None), None)
