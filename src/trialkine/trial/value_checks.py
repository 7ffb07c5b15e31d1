"""Checks of the `model` keys for what no trial can run with: impossible numbers, and nothing to measure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trialkine.errors import InputError
from trialkine.trial.agent_facts import KnownNames
from trialkine.trial.parameter_values import parse_parameter_value
from trialkine.trial.reading import KeyPath
from trialkine.trial.sentences import Fault
from trialkine.trial.words import WordError
from trialkine.units import conversion


def value_faults(data: Mapping[Any, Any], arms: list[dict[Any, Any]], known: KnownNames) -> Iterator[Fault]:
    """The faults of the protocol's own changes and of each arm's."""
    yield from _changes_faults(("model",), data.get("model"), known)
    for place, arm in enumerate(arms):
        yield from _changes_faults(("arms", place, "model"), arm.get("model"), known)


def _changes_faults(path: KeyPath, changes: Any, known: KnownNames) -> Iterator[Fault]:
    if not isinstance(changes, dict):
        return
    off = changes.get("without")
    for place, name in enumerate(off if isinstance(off, (list, tuple)) else ()):
        if isinstance(name, str) and name.strip() in known.indispensable:
            message = (
                f"'{name.strip()}' cannot be switched off: a trial measures the lesion volumes that it "
                "describes. Leave it out of this list."
            )
            yield (*path, "without", place), message, None
    values = changes.get("values")
    for name, written in (values if isinstance(values, dict) else {}).items():
        facts = known.parameters.get(name) if isinstance(name, str) else None
        if facts is None or facts.limits is None:
            continue
        try:
            value = parse_parameter_value(written)
            number = value.value * (1.0 if value.unit is None else conversion(value.unit, facts.unit))
        except (WordError, InputError):
            continue  # reported where the value and its unit are read
        message = facts.limits.fault(name, number)
        if message:
            yield (*path, "values", name), message, None
