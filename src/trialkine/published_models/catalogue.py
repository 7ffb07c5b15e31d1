"""The models that come with the package, by the name of their file."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from trialkine.errors import InputError
from trialkine.model.standalone import StandaloneModel
from trialkine.published_models.model_file import ModelFile, parse_model_file

_ROOM = "trialkine.published_models"


def published_model_names() -> tuple[str, ...]:
    """The models that come with the package, in alphabetical order."""
    found = (file.name for file in files(_ROOM).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml")))


def published_model(name: str, case: str = "") -> StandaloneModel:
    """One model that comes with the package; `case` names another of its sets of numbers.

    Raises: InputError, when there is no model or no case of that name, with the nearest one.
    """
    return published_model_file(name).standalone(case)


@cache
def published_model_file(name: str) -> ModelFile:
    """The file of one model that comes with the package.

    Raises: InputError, when there is no model of that name, with the nearest one.
    """
    known = published_model_names()
    if name not in known:
        near = get_close_matches(name, known, 1)
        hint = f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(known)}."
        raise InputError(f"No published model is named '{name}'. {hint}")
    file = f"{name}.toml"
    return parse_model_file(files(_ROOM).joinpath(file).read_text("utf-8"), file)
