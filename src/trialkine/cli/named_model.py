"""The model that a word on the command line stands for: a model file, or a published model by name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from trialkine.errors import InputError

if TYPE_CHECKING:
    from trialkine.model.standalone import StandaloneModel

SBML_ENDINGS = (".xml", ".sbml")
NATIVE_ENDING = ".toml"


def names_a_model(file: Path) -> bool:
    """Whether a word ends like a model file, or is no file and looks like a name.

    A word with a folder or an ending in it is meant as a file.
    """
    if file.suffix.lower() in (*SBML_ENDINGS, NATIVE_ENDING):
        return True
    return not file.suffix and len(file.parts) == 1 and not file.exists()


def named_model(file: Path, time_unit: str | None = None, case: str | None = None) -> StandaloneModel:
    """The model of that name; `case` chooses another set of numbers, where the model has some.

    Raises: InputError or ProblemsError, when nothing of that name is a model, or `time_unit` or `case` has no
    meaning for it.
    """
    ending = file.suffix.lower()
    is_native = ending == NATIVE_ENDING or (not ending and not file.exists())
    if is_native and time_unit is not None:
        raise InputError(
            f"'--time-unit {time_unit}' is for SBML files; '{file}' counts time in days. Leave it out."
        )
    if not is_native and case is not None:
        raise InputError(f"'--case {case}' has no meaning: '{file}' has one set of numbers. Leave it out.")
    if ending == NATIVE_ENDING:
        from trialkine.published_models.model_file import read_model_file

        return read_model_file(file, case or "")
    if is_native:
        return _published(str(file), case or "")
    from trialkine.interchange.sbml_import import read_sbml

    return read_sbml(file, time_unit)


def _published(name: str, case: str) -> StandaloneModel:
    """A published model.

    Raises: InputError, when there is none of that name, with the nearest one.
    """
    from trialkine.published_models.catalogue import published_model, published_model_names
    from trialkine.trial.words import suggestion

    known = published_model_names()
    if name not in known:
        raise InputError(f"No file and no published model is named '{name}'. {suggestion(name, known)}")
    return published_model(name, case)
