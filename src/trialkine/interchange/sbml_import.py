"""SBML core files as standalone models: all of it, or a list of what cannot be carried over."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

from trialkine.errors import InputError, ModelError
from trialkine.interchange.import_build import build
from trialkine.interchange.import_clock import in_plural, make_clock, time_unit_named
from trialkine.interchange.import_doses import Happenings, happenings
from trialkine.interchange.import_facts import FileModel
from trialkine.interchange.import_faults import Faults
from trialkine.interchange.import_measures import UnitClash
from trialkine.interchange.import_terms import names_of
from trialkine.interchange.import_units import Unit
from trialkine.interchange.import_values import Values
from trialkine.interchange.sbml_import_document import open_document
from trialkine.interchange.sbml_import_facts import read_facts
from trialkine.model.standalone import StandaloneModel

SAY_HOURS = "Say '--time-unit hour' if it is hours."
"""Of a file without a unit of time, on the command line; a mapping file has a key for it."""


def read_sbml(path: str | Path, time_unit: str | None = None) -> StandaloneModel:
    """Read an SBML file as a model with its numbers and planned doses.

    `time_unit` ('hour', 'second') says how the file counts time where it does not say so or says it wrongly;
    without either, days. Units are kept where they agree; otherwise everything is a pure number and the
    notes say what clashed.

    Raises: ProblemsError, naming every construct that cannot be carried over, with its line; InputError, when
    the file cannot be read or python-libsbml is not installed.
    """
    stated = None if time_unit is None else time_unit_named(time_unit)
    path = Path(path)
    faults = Faults(path.name)
    file = read_facts(open_document(path, faults), path.name, faults)
    _require_values(file, faults)
    faults.stop()
    found = happenings(file, faults)
    faults.stop()
    result = _in_units_if_they_agree(found, file, stated)
    _require_whole(result, faults)
    return result


def _require_values(file: FileModel, faults: Faults) -> None:
    """Refuse what is read and has no value; what hangs on something refused is left out."""
    values = Values(file)
    read: set[str] = set(values.states)
    for term in _terms(file):
        read |= term
    for name in sorted((read & set(file.symbols)) - file.unset):
        symbol = file.symbols[name]
        if name not in values.assigned and values.start_term(name) is None:
            faults.add(f"{symbol.words[0].upper()}{symbol.words[1:]} has no value. Give it one.", symbol.line)
    if faults.found:
        return
    if not values.states:
        faults.add("Nothing in this file changes, so that there is nothing to simulate.")
    for name in values.states:
        if not math.isfinite(values.value(name)):
            symbol = file.symbols[name]
            faults.add(f"The start of {symbol.words} cannot be computed from the file.", symbol.line)


def _terms(file: FileModel) -> Iterable[frozenset[str]]:
    yield from (names_of(rule.term) for rule in file.rules)
    yield from (names_of(reaction.law) for reaction in file.reactions)
    yield from (names_of(symbol.start) for symbol in file.symbols.values() if symbol.start is not None)
    for event in file.events:
        yield names_of(event.trigger)
        yield from (names_of(one.term) for one in event.assignments)
    for reaction in file.reactions:
        for one in reaction.changes:
            symbol = file.symbols[one]
            yield frozenset(name for name in (symbol.compartment, symbol.factor) if name)


def _in_units_if_they_agree(found: Happenings, file: FileModel, stated: Unit | None) -> StandaloneModel:
    unit, notes = _time(file, stated)
    clash = _unusable(file, stated)
    if file.has_units and not clash:
        try:
            result = build(found, make_clock(unit, False, notes), is_pure=False)
            _ = result.model
        except (UnitClash, ModelError, InputError) as error:
            clash = _in_one_line(error) + _without_units(file)
        else:
            return result
    if clash:
        notes = (
            *notes,
            f"Everything is a pure number, because the units of the file cannot be kept: {clash}",
        )
    return build(found, make_clock(unit, True, notes), is_pure=True)


def _require_whole(found: StandaloneModel, faults: Faults) -> None:
    """Refuse a file whose equations make no model, in the words of composition."""
    try:
        _ = found.model
    except ModelError as error:
        faults.add(f"The equations of this file make no model. {error}")
        faults.stop()


def _in_one_line(error: Exception) -> str:
    """The first sentence of a message, without the equation under it."""
    first = str(error).splitlines()[0].rstrip(".")
    return f"{first}."


def _without_units(file: FileModel) -> str:
    """Which of the file's parameters have no unit."""
    named = [one.words for one in file.symbols.values() if one.unit is None and one.kind != "point"]
    if not named:
        return ""
    more = f" and {len(named) - 3} more" if len(named) > 3 else ""
    return f" The file gives no unit to {', '.join(named[:3])}{more}."


def _unusable(file: FileModel, stated: Unit | None) -> str:
    """Why the units of a file are no use, if they are none."""
    if file.unknown_units:
        name, why = next(iter(file.unknown_units.items()))
        return f"unit '{name}': {why}."
    if stated is not None and file.time is not None and not stated.is_same(file.time):
        return f"the file states its time in {file.time.in_words}, and you said {stated.in_words}."
    return ""


def _time(file: FileModel, stated: Unit | None) -> tuple[Unit | None, tuple[str, ...]]:
    """The unit of time and what to say about it."""
    if stated is not None:
        return stated, (f"Time is counted in {in_plural(stated)}, as you said.",)
    if file.has_units and file.time is not None and _is_time(file.time):
        return file.time, (f"Time is counted in {in_plural(file.time)}, as the file says.",)
    unitless = "" if file.has_units else " and no other unit, so that everything is a pure number"
    return None, (f"The file states no unit of time{unitless}; it is read in days. {SAY_HOURS}",)


def _is_time(unit: Unit) -> bool:
    try:
        return [name for name, _ in unit.dimension.exponents] == ["second"]
    except InputError:
        return False
