"""Response criteria: the interface that every set fulfils, and its thresholds from the data file."""

from __future__ import annotations

import tomllib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from trialkine.endpoints.judgement import Judgement
from trialkine.endpoints.scans import BoolArray, FloatArray
from trialkine.endpoints.signs import Signs

ROUNDING = 1e-9  # relative; a sum that meets a printed threshold exactly must not miss it by a rounding


@dataclass(frozen=True)
class AbstractCriteria(ABC):
    """How lesions are measured and when their sum means response or progression.

    `partial_response` and `progression` are fractions of the baseline and of the smallest sum so far.
    `confirm_after` [day] is what the criteria ask for; a protocol may ask for something else.
    `min_stable` [day] is the least time from the start to a scan that can count as stable disease.
    """

    name: str
    title: str
    source: str
    citation: str
    partial_response: float
    progression: float
    confirm_after: float
    min_stable: float

    @abstractmethod
    def targets(self, baseline_mm: FloatArray) -> BoolArray:
        """Which lesions are measured, from their baseline diameters. Shape: both "patient lesion"."""

    @abstractmethod
    def lesion_size(self, diameters_mm: FloatArray) -> FloatArray:
        """What one lesion contributes to the sum."""

    @abstractmethod
    def has_grown(self, size: FloatArray, nadir: FloatArray) -> BoolArray:
        """Whether a sum means progression, against the smallest sum so far (NaN: none)."""

    @abstractmethod
    def judge(self, signs: Signs) -> Judgement:
        """The response of every visit, and the reason where it is progression."""

    def has_shrunk(self, size: FloatArray, baseline: FloatArray) -> BoolArray:
        """Whether a sum means at least a partial response."""
        shrunk: BoolArray = size <= self.partial_response * baseline * (1.0 + ROUNDING)
        return shrunk


@cache
def criteria_data() -> Mapping[str, Mapping[str, Any]]:
    """The data file: one table per set of criteria."""
    text = files("trialkine.endpoints").joinpath("criteria.toml").read_text(encoding="utf-8")
    return {name: table for name, table in tomllib.loads(text).items() if isinstance(table, dict)}


def common_fields(name: str) -> dict[str, Any]:
    """The fields that all criteria share, as keyword arguments."""
    table = criteria_data()[name]
    shared = ("partial_response", "progression", "confirm_after", "min_stable")
    return {
        "name": name,
        "title": table["title"],
        "source": table["source"],
        "citation": table["citation"],
        **{key: threshold(name, key) for key in shared},
    }


def threshold(name: str, key: str) -> float:
    """One threshold of one set of criteria, in the unit the data file states."""
    return float(criteria_data()[name]["thresholds"][key]["value"])
