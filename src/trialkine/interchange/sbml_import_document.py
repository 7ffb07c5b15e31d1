"""An SBML file opened and checked as a whole: readable, one model, no package or construct beyond reach."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from trialkine.errors import InputError
from trialkine.interchange.import_faults import Faults
from trialkine.interchange.sbml_library import sbml_library

LARGEST_FILE = 50 * 2**20
REFUSED_PACKAGES = ("comp", "fbc")
"""Refused even where they are declared as not required, for they change what the model is."""


@dataclass(frozen=True)
class Document:
    """An opened file; `model` and what else begins with libsbml is the library's own."""

    library: ModuleType
    keeper: Any
    model: Any
    states_units: bool
    notes: tuple[str, ...]


def open_document(path: Path, faults: Faults) -> Document:
    """Open a file, raise older levels to Level 3 Version 2, and refuse what concerns the whole of it.

    Raises: InputError, when the file cannot be read; ProblemsError, when it is no valid SBML.
    """
    library = sbml_library()
    keeper = library.readSBMLFromString(_text(path))
    notes = _packages(keeper, faults)
    _stop_at_errors(library, keeper, faults)
    model = keeper.getModel()
    if model is None:
        faults.add("This SBML file holds no model.")
        faults.stop()
    _refuse_whole_constructs(model, faults)
    states_units = _states_units(model)
    if keeper.getLevel() < 3:
        notes.append(
            f"Level {keeper.getLevel()} Version {keeper.getVersion()} was read as Level 3 Version 2."
        )
        if not states_units:
            notes.append(
                "Where a file of that level says nothing of units it means moles, litres and seconds; this "
                "one says nothing anywhere, and is taken as written without them."
            )
        _refuse_old_constructs(model, faults)
        faults.stop()
        if not keeper.setLevelAndVersion(3, 2, False):
            _stop_at_errors(library, keeper, faults)
    return Document(library, keeper, keeper.getModel(), states_units, tuple(notes))


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise InputError(f"'{path}' is larger than {LARGEST_FILE // 2**20} MiB, which no model file is.")
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"'{path}' is not text in UTF-8. Give an SBML file.") from error
    except OSError as error:
        raise InputError(f"'{path}' cannot be read: {error.strerror or error}.") from error
    if "<sbml" not in text:
        raise InputError(f"'{path}' is not SBML: it has no element 'sbml'. Give an SBML file (XML).")
    return text


def _stop_at_errors(library: ModuleType, keeper: Any, faults: Faults) -> None:
    """Refuse an invalid file. Units and style are left to others: trialkine checks units itself.

    Where a package has been refused, that alone is said: the library knows its rules better than its files.
    """
    for category in (library.LIBSBML_CAT_UNITS_CONSISTENCY, library.LIBSBML_CAT_MODELING_PRACTICE):
        keeper.setConsistencyChecks(category, False)
    if keeper.getNumErrors(library.LIBSBML_SEV_ERROR) + keeper.getNumErrors(library.LIBSBML_SEV_FATAL) == 0:
        keeper.checkConsistency()
    errors = [keeper.getError(number) for number in range(keeper.getNumErrors())]
    grave = [error for error in errors if error.getSeverity() >= library.LIBSBML_SEV_ERROR]
    if not faults.found:
        for error in grave:
            faults.add(f"Invalid SBML: {_in_short(error)}", error.getLine())
    if grave:
        faults.stop()


def _in_short(error: Any) -> str:
    """What is wrong here, without the rule of the specification that the library quotes first."""
    words = " ".join(error.getMessage().split())
    short = str(error.getShortMessage()).rstrip(".")
    detail = re.split(r"Reference: L\dV\d[^.]*?Section[s]? [\d.]+[^A-Z]*", words)[-1].strip()
    if detail == words:
        return words
    return f"{short}. {detail}" if detail else f"{short}."


def _packages(keeper: Any, faults: Faults) -> list[str]:
    """Refuse required packages and those that make another kind of model; note the others."""
    notes: list[str] = []
    namespaces = keeper.getSBMLNamespaces().getNamespaces()
    for number in range(0 if namespaces is None else namespaces.getLength()):
        name, address = namespaces.getPrefix(number), namespaces.getURI(number)
        if not name or "/sbml/level3/" not in address or address.endswith("/core"):
            continue
        required = keeper.getPackageRequired(name) if keeper.isSetPackageRequired(name) else False
        if required or name in REFUSED_PACKAGES:
            faults.add(
                f"The file uses the package '{name}', which trialkine does not read. "
                "Save the model as SBML core alone.",
                1,
            )
        else:
            notes.append(
                f"The package '{name}' of the file says nothing about the equations; it was not read."
            )
    return notes


def _refuse_whole_constructs(model: Any, faults: Faults) -> None:
    for rule in _list(model.getNumRules(), model.getRule):
        if rule.isAlgebraic():
            faults.add(
                "An algebraic rule: solve it for one symbol and write an assignment rule.", rule.getLine()
            )
    for constraint in _list(model.getNumConstraints(), model.getConstraint):
        faults.add("A constraint: trialkine does not watch constraints. Remove it.", constraint.getLine())


def _refuse_old_constructs(model: Any, faults: Faults) -> None:
    """What the library would turn into something else on the way to Level 3."""
    for reaction in _list(model.getNumReactions(), model.getReaction):
        for reference in references(reaction):
            if reference.isSetStoichiometryMath():
                faults.add(
                    f"Reaction '{reaction.getId()}' has a stoichiometry that is a formula. "
                    "trialkine reads constant stoichiometry.",
                    reference.getLine(),
                )


def references(reaction: Any) -> list[Any]:
    """The reactants and products of a reaction."""
    return [
        *_list(reaction.getNumReactants(), reaction.getReactant),
        *_list(reaction.getNumProducts(), reaction.getProduct),
    ]


def _states_units(model: Any) -> bool:
    """Whether the file as written says anything about units."""
    if model.getNumUnitDefinitions():
        return True
    if model.getLevel() >= 3 and (model.isSetTimeUnits() or model.isSetSubstanceUnits()):
        return True
    parts = [
        *_list(model.getNumParameters(), model.getParameter),
        *_list(model.getNumCompartments(), model.getCompartment),
    ]
    return any(part.isSetUnits() for part in parts)


def _list(number: int, get: Any) -> list[Any]:
    return [get(place) for place in range(number)]
