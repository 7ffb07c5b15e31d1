"""Quantities of a user's model as the signs of toxicity that a trial grades."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from trialkine.diseases.disease import Disease
from trialkine.errors import InputError
from trialkine.model.declarations import Agent, Define, Mechanism, Parameter
from trialkine.model.model import Model
from trialkine.records import ParameterRecord
from trialkine.toxicity.terms import SEVERE, Term, find_term, grade_records, terms
from trialkine.trial.own_model.mapping import ToxicitySign
from trialkine.trial.own_model.processes import taken_over
from trialkine.trial.own_model.tumour import unit_of
from trialkine.units import conversion

TOXICITY_SIGNS = "toxicity_signs"


def sign_record(name: str, sign: ToxicitySign, model: Model, source: str) -> ParameterRecord:
    """The number that turns the mapped quantity into the toxicity's own scale.

    Raises: InputError, when the toxicity is not known, or the level or the unit does not fit.
    """
    term, own = find_term(name), unit_of(model, sign.quantity)
    if term.unit:
        if sign.severe_at is not None:
            raise InputError(
                f"{name} is graded in {term.unit} by published limits, so 'severe_at' has no meaning. "
                "Leave it out."
            )
        factor = conversion(own, term.unit)
        return ParameterRecord(
            _key(name), factor, f"({term.unit})/({own or '1'})", "derived", source, "a conversion of units"
        )
    if sign.severe_at is None:
        raise InputError(
            f"nothing says at which level of '{sign.quantity}' severe {name} begins. Add 'severe_at', in "
            f"{own or 'its own scale'}."
        )
    limit = term.limits[SEVERE - 1]
    level = sign.severe_at.record(_key(name), own, source, f"level of '{sign.quantity}' where grade 3 begins")
    assert isinstance(level.value, float)
    if level.value <= 0:
        raise InputError("'severe_at' must be above 0. Write the level at which grade 3 begins.")
    where = (
        level.where if limit == 1 else f"{level.where}; over {limit:g}, where grade 3 begins on this scale"
    )
    return replace(level, value=level.value / limit, where=where)


def signs_mechanism(signs: Mapping[str, ToxicitySign], model: Model) -> Mechanism:
    """The mechanism that defines and watches every sign."""
    defines, parameters = [], {}
    for name, sign in signs.items():
        term = find_term(name)
        if sign.quantity == term.quantity:
            continue
        own = unit_of(model, sign.quantity)
        if term.unit:
            unit, text = f"({term.unit})/({own or '1'})", f"{sign.quantity} * {_key(name)}"
        else:
            unit, text = own, f"{sign.quantity} / {_key(name)}"
        parameters[_key(name)] = Parameter(unit, f"what makes a sign of {name} of '{sign.quantity}'")
        defines.append(Define(term.quantity, term.unit, text, _about(term, sign)))
    return Mechanism(
        name=TOXICITY_SIGNS,
        about="Quantities of the model as signs of toxicity: " + _listed(signs) + ".",
        parameters=parameters,
        defines=tuple(defines),
        watched=tuple(find_term(name).quantity for name in signs),
    )


def _key(name: str) -> str:
    return f"{name}_level"


def _about(term: Term, sign: ToxicitySign) -> str:
    return f"{term.title.lower()}, as '{sign.quantity}' shows it"


def _listed(signs: Mapping[str, ToxicitySign]) -> str:
    return ", ".join(f"'{sign.quantity}' shows {name}" for name, sign in signs.items())


def grades_of(disease: Disease) -> Mapping[str, ParameterRecord]:
    """Where each grade begins: all that the package follows, or those that a user's own model shows.

    The limits of a scale that was adjusted to the package's own model are assumptions in another.
    """
    if disease.parts is None:
        return grade_records()
    mechanisms = [part.mechanism if isinstance(part, Agent) else part for part in disease.parts]
    watched = {name for mechanism in mechanisms for name in mechanism.watched}
    shown = [name for name, term in terms().items() if term.quantity in watched]
    return {
        name: taken_over(record, None)
        for name, record in grade_records().items()
        if any(name.startswith(f"{toxicity}_grade_") for toxicity in shown)
    }
