"""The model that a mapping names: an SBML file, a native model file, or a published model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from trialkine.errors import InputError
from trialkine.model.standalone import StandaloneModel
from trialkine.trial.words import suggestion

SBML_ENDINGS = (".xml", ".sbml")
NATIVE_ENDING = ".toml"


def is_file_name(model: str) -> bool:
    """Whether a mapping's `model` names a file, rather than a published model."""
    return model.lower().endswith((*SBML_ENDINGS, NATIVE_ENDING)) or "/" in model


def is_model_file(path: str | Path) -> bool:
    """Whether a file's ending is that of a model, which no protocol and no mapping file has."""
    return str(path).lower().endswith((*SBML_ENDINGS, NATIVE_ENDING))


def draft_advice(path: str | Path) -> str:
    """How to make the mapping file of a model file."""
    draft = Path(path).with_suffix(".mapping.yaml").name
    return f"Draft a mapping file with 'trialkine import {path} --draft {draft}'."


def load_model(
    model: str, folder: Path, time_unit: str | None = None, case: str | None = None
) -> StandaloneModel:
    """The model of that name; a file's is relative to `folder`. `case` names another set of its numbers.

    Raises: InputError or ProblemsError, when it is not there, cannot be read, or holds what no model can.
    """
    if not is_file_name(model):
        from trialkine.published_models.catalogue import published_model

        return published_model(model, case or "")
    path = folder / model
    _check_file(path)
    if model.lower().endswith(NATIVE_ENDING):
        from trialkine.published_models.model_file import read_model_file

        return read_model_file(path, case or "")
    if not model.lower().endswith(SBML_ENDINGS):
        raise InputError(f"'{model}' is no model file. Name one that ends in .xml, .sbml or .toml.")
    if case is not None:
        raise InputError(
            f"an SBML file has one set of numbers, so 'case: {case}' has no meaning. Leave it out."
        )
    from trialkine.interchange.sbml_import import SAY_HOURS, read_sbml

    found = read_sbml(path, time_unit)
    here = "Write `time_unit: hour` in the mapping file if it is hours."
    return replace(found, notes=tuple(note.replace(SAY_HOURS, here) for note in found.notes))


def _check_file(path: Path) -> None:
    try:
        if path.is_file():
            return
        endings = (*SBML_ENDINGS, NATIVE_ENDING)
        beside = [one.name for one in path.parent.iterdir() if one.suffix.lower() in endings]
    except OSError:
        beside = []
    hint = suggestion(path.name, beside) if beside else ""
    advice = hint or "Its name is relative to the mapping file's own folder."
    raise InputError(f"there is no model file '{path}'. {advice}")
