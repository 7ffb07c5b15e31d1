"""The optional libraries of this room, imported when first needed."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from trialkine.errors import InputError


def sbml_library() -> ModuleType:
    """The libsbml package.

    Raises: InputError, when it is not installed.
    """
    return _library("libsbml", "SBML", "python-libsbml")


def antimony_library() -> ModuleType:
    """The antimony package.

    Raises: InputError, when it is not installed.
    """
    return _library("antimony", "Antimony", "antimony")


def _library(module: str, format_name: str, package: str) -> ModuleType:
    try:
        return import_module(module)
    except ImportError as error:
        raise InputError(
            f"{format_name} needs the package '{package}', which is not installed. "
            "Install it with: pip install 'trialkine[sbml]', or in a clone: "
            "pip install -c constraints.txt '.[sbml]'"
        ) from error
