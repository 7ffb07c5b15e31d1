"""Nouns shared by several rooms: parameter records and calendar constants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

DAYS_PER_WEEK = 7.0
DAYS_PER_MONTH = 30.4375
DAYS_PER_YEAR = 365.25

Kind = Literal["measured", "fitted_in_source", "derived", "calibrated", "assumed"]
BY_DEFINITION = "by definition"
"""Where a number stands that converts units, and so is the same for everybody: nowhere."""
KINDS: tuple[Kind, ...] = get_args(Kind)

TOXICITIES = (
    "fever",
    "hypotension",
    "capillary_leak",
    "creatinine",
    "bilirubin",
    "platelets",
    "neutrophils",
    "lymphocytes",
    "neurotoxicity",
    "fatigue",
)
"""What an agent's rules for doses may name, and tables of adverse events show."""


@dataclass(frozen=True)
class Variability:
    """How a parameter differs between patients.

    `lognormal`: `sd` is the standard deviation of the natural logarithm, the value is the median.
    `logitnormal`: `sd` is that of the log-odds, the value is the median. `normal`: `sd` in the value's unit.
    `exponential`: the value is the mean (used for the thresholds of random times).
    """

    distribution: Literal["lognormal", "logitnormal", "normal", "exponential"]
    sd: float = 0.0


@dataclass(frozen=True)
class ParameterRecord:
    """One number with its witness.

    `value` is one number, or one per index member (`{"1": ..., "2": ...}`), in `unit`.
    `source` is a key of the source catalogue; `where` says where in it. `low` and `high` bound what is
    plausible, for numbers nobody has measured. `facts` are ids of the facts of pharmacology on which the
    number rests, as they stand or through what `where` says.
    """

    name: str
    value: float | Mapping[str, float]
    unit: str
    kind: Kind
    source: str
    where: str = ""
    low: float | None = None
    high: float | None = None
    variability: Variability | None = None
    facts: tuple[str, ...] = ()
