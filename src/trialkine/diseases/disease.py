"""A disease: the numbers of its population, how they go together, and whom it excludes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from trialkine.errors import InputError, Problem, ProblemsError
from trialkine.evidence.parameter_files import Correlation, PlausibilityBound, read_parameters
from trialkine.records import ParameterRecord

TRIAL_PARAMETERS = ("case_mix_excluded_fraction",)
"""Records that describe trials and not patients; no mechanism reads them."""

_SHARED = "shared.toml"
_HEADER = ("name", "title", "about")


@dataclass(frozen=True)
class Disease:
    """What is known of a disease's population, each number with its witness.

    `records` holds the numbers shared by all diseases too, by parameter name.
    """

    name: str
    title: str
    about: str
    records: Mapping[str, ParameterRecord]
    correlations: tuple[Correlation, ...]
    plausibility: tuple[PlausibilityBound, ...]


def disease_names() -> tuple[str, ...]:
    """Every disease of this room: one parameter file each."""
    names = (file.name for file in files(__package__).iterdir())
    return tuple(
        sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml") and name != _SHARED)
    )


@cache
def load_disease(name: str) -> Disease:
    """Read a disease and the constants it shares with the others.

    Raises: InputError, when no disease has that name; ProblemsError, naming every fault of its file.
    """
    known = disease_names()
    if name not in known:
        near = get_close_matches(name, known, 1) or known
        raise InputError(
            f"No disease is named '{name}'. Did you mean '{near[0]}'? Known: {', '.join(known)}."
        )
    shared = read_parameters(files(__package__).joinpath(_SHARED))
    own = read_parameters(files(__package__).joinpath(f"{name}.toml"), header=_HEADER)
    twice = sorted(set(shared.records) & set(own.records))
    if twice:
        raise ProblemsError(
            [Problem(f"'{key}' is in {_SHARED} too. Keep one.", f"{name}.toml") for key in twice]
        )
    header = own.header or {}
    return Disease(
        name=header["name"],
        title=header["title"],
        about=header["about"],
        records={**shared.records, **own.records},
        correlations=(*shared.correlations, *own.correlations),
        plausibility=(*shared.plausibility, *own.plausibility),
    )
