"""The catalogue of markers: what a clinic measures, with what error, and what the literature says of it."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from trialkine.errors import InputError
from trialkine.evidence.parameter_files import read_parameters
from trialkine.population.clinic import BLOOD_VALUES, NUMBER_OF_SITES, PRIOR_LINES
from trialkine.records import ParameterRecord
from trialkine.report.words import plain_name
from trialkine.trial.protocol import Protocol
from trialkine.trial.words import shorten, suggestion

PREDICTS_WELL = "predicts_well"
OTHER_ERROR = "other_reading_error"
RECORDED = ("age", "performance_status", NUMBER_OF_SITES, PRIOR_LINES, *BLOOD_VALUES)
"""What the patient's record holds, beside the quantities of the model."""


@dataclass(frozen=True)
class Marker:
    """One measurable quantity.

    `error` is the record of the coefficient of variation of one reading; `seen_in` is blood, tissue, scan,
    clinic, or empty where the catalogue does not know the quantity. `is_early`: drawn again after the start.
    """

    name: str
    title: str
    seen_in: str
    error: ParameterRecord
    is_immune: bool
    is_early: bool

    @property
    def is_recorded(self) -> bool:
        """Whether it stands in the patient's record instead of being a quantity of the model."""
        return self.name in RECORDED

    def reading_sd(self, is_worst: bool = False) -> float:
        """The standard deviation of the logarithm of a reading, as usual or at the upper end of the range."""
        value = self.error.high if is_worst and self.error.high is not None else self.error.value
        assert isinstance(value, float)
        return math.sqrt(math.log1p(value**2))


@dataclass(frozen=True)
class Negative:
    """A statement of the literature that something does not predict the response to an agent."""

    agent: str
    says: str
    source: str


@cache
def numbers() -> Mapping[str, ParameterRecord]:
    """The errors of reading and the bound of prediction, by name."""
    return read_parameters(files(__package__).joinpath("numbers.toml")).records


def predicts_well() -> float:
    """The area under the curve from which a marker is said to predict."""
    value = numbers()[PREDICTS_WELL].value
    assert isinstance(value, float)
    return value


@cache
def catalogue() -> Mapping[str, Marker]:
    """The markers of the catalogue by name, in its order."""
    return {
        entry["name"]: Marker(
            entry["name"], entry["title"], entry["seen_in"], numbers()[entry["error"]],
            entry["is_immune"], entry["early"],
        )
        for entry in _tables()["markers"]
    }  # fmt: skip


def negatives() -> tuple[Negative, ...]:
    """What the literature says cannot be predicted."""
    return tuple(Negative(**entry) for entry in _tables()["negatives"])


def marker_of(name: str) -> Marker:
    """The marker of a name; one that the catalogue does not know has an assumed error of its own."""
    found = catalogue().get(name)
    return found or Marker(name, plain_name(name), "", numbers()[OTHER_ERROR], False, True)


def find_markers(protocol: Protocol, known: Sequence[str], asked: Sequence[str] = ()) -> tuple[Marker, ...]:
    """The markers that a study looks at: the catalogue's, the protocol's own, and those asked for.

    `known` are the quantities that the protocol's model has or can have. Of the catalogue those are left out
    that the model does not know.

    Raises: InputError, when a name that was asked for is no quantity and no record.
    """
    possible = (*known, *RECORDED)
    for name in asked:
        if name not in possible:
            hint = suggestion(name, possible)
            advice = hint if hint.startswith("Did") else "Write one such as 'burden' or 'regulatory_t_cells'."
            raise InputError(f"No quantity of the model is named '{shorten(name, 40)}'. {advice}")
    own = (*protocol.assessments.biomarkers, *protocol.assessments.subgroups, *asked)
    names = dict.fromkeys((*(name for name in catalogue() if name in possible), *own))
    return tuple(marker_of(name) for name in names)


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("markers.toml").read_text("utf-8"))
