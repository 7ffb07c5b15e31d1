"""A disease: the numbers of its population, how they go together, and whom it excludes.

A file may be based on another disease: then it says only what differs. Its numbers replace those of the
same name, and its correlations or plausibility rules, where it has any, replace all of the other's.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from trialkine.errors import InputError, Problem, ProblemsError
from trialkine.evidence.parameter_files import Correlation, ParameterFile, PlausibilityBound, read_parameters
from trialkine.model.declarations import Agent, Mechanism
from trialkine.records import ParameterRecord

TRIAL_PARAMETERS = ("case_mix_excluded_fraction",)
"""Records that describe trials and not patients; no mechanism reads them."""

Setting = Literal["metastatic", "adjuvant"]
METASTATIC: Setting = "metastatic"
ADJUVANT: Setting = "adjuvant"

_SHARED = "shared.toml"
_HEADER = ("name", "title", "about")
_MORE_HEADER = ("based_on", "setting")


@dataclass(frozen=True)
class Disease:
    """What is known of a disease's population, each number with its witness.

    `records` holds the numbers shared by all diseases too, by parameter name. `lineage` is the disease's
    name and those of the diseases it is based on, nearest first. `parts` are the mechanisms of a user's own
    model, which take the place of the core; None for the core.
    """

    name: str
    title: str
    about: str
    records: Mapping[str, ParameterRecord]
    correlations: tuple[Correlation, ...]
    plausibility: tuple[PlausibilityBound, ...]
    setting: Setting = METASTATIC
    lineage: tuple[str, ...] = ()
    parts: tuple[Mechanism | Agent, ...] | None = None

    @property
    def is_adjuvant(self) -> bool:
        """Whether all that could be seen was removed, so that relapse is what happens next."""
        return self.setting == ADJUVANT


@cache
def shared_records() -> Mapping[str, ParameterRecord]:
    """The numbers that all diseases share."""
    return read_parameters(files(__package__).joinpath(_SHARED)).records


def disease_names() -> tuple[str, ...]:
    """Every disease of this room: one parameter file each."""
    names = (file.name for file in files(__package__).iterdir())
    return tuple(
        sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml") and name != _SHARED)
    )


@cache
def load_disease(name: str) -> Disease:
    """Read a disease, the one it is based on, and the constants it shares with the others.

    Raises: InputError, when no disease has that name; ProblemsError, naming every fault of its file.
    """
    known = disease_names()
    if name not in known:
        near = get_close_matches(name, known, 1) or known
        raise InputError(
            f"No disease is named '{name}'. Did you mean '{near[0]}'? Known: {', '.join(known)}."
        )
    own = _read(name)
    header = own.header or {}
    setting = _setting(header.get("setting", METASTATIC), name)
    if "based_on" not in header:
        shared = read_parameters(files(__package__).joinpath(_SHARED))
        return _on_its_own(own, shared, header, setting)
    base = load_disease(_base(header["based_on"], name))
    return Disease(
        name=header["name"],
        title=header["title"],
        about=header["about"],
        records={**base.records, **own.records},
        correlations=own.correlations or base.correlations,
        plausibility=own.plausibility or base.plausibility,
        setting=setting,
        lineage=(header["name"], *base.lineage),
    )


def _on_its_own(
    own: ParameterFile, shared: ParameterFile, header: Mapping[str, str], setting: Setting
) -> Disease:
    twice = sorted(set(shared.records) & set(own.records))
    if twice:
        raise ProblemsError(
            [Problem(f"'{key}' is in {_SHARED} too. Keep one.", f"{header['name']}.toml") for key in twice]
        )
    return Disease(
        name=header["name"],
        title=header["title"],
        about=header["about"],
        records={**shared.records, **own.records},
        correlations=(*shared.correlations, *own.correlations),
        plausibility=(*shared.plausibility, *own.plausibility),
        setting=setting,
        lineage=(header["name"],),
    )


def _read(name: str) -> ParameterFile:
    file = files(__package__).joinpath(f"{name}.toml")
    stated: Mapping[str, Any] = tomllib.loads(file.read_text("utf-8"))
    return read_parameters(file, header=(*_HEADER, *(key for key in _MORE_HEADER if key in stated)))


def _base(based_on: str, name: str) -> str:
    """Raises: ProblemsError, when a file is based on no other disease, or on one that is based on it."""
    others = tuple(other for other in disease_names() if other != name)
    if based_on not in others:
        near = get_close_matches(based_on, others, 1) or others
        raise ProblemsError(
            [Problem(f"'based_on' names no other disease. Did you mean '{near[0]}'?", f"{name}.toml")]
        )
    if "based_on" in (_read(based_on).header or {}):
        raise ProblemsError(
            [
                Problem(
                    f"'{based_on}' is itself based on another disease. Name that one, so that every "
                    "number has one place to look for.",
                    f"{name}.toml",
                )
            ]
        )
    return based_on


def _setting(written: str, name: str) -> Setting:
    """Raises: ProblemsError, when a file has another setting than the two there are."""
    if written == METASTATIC:
        return METASTATIC
    if written == ADJUVANT:
        return ADJUVANT
    raise ProblemsError(
        [Problem(f"'setting' is '{written}'. Write '{METASTATIC}' or '{ADJUVANT}'.", f"{name}.toml")]
    )
