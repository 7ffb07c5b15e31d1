"""A composed model with the numbers and doses of one patient, as SBML Level 3 Version 2 core.

States are parameters with rate rules; states of a substance that flows from one of them into another are
species, and everything that happens to those is a reaction. Defined quantities and totals are assignment
rules, located events and doses are events, and every number has its unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from trialkine.errors import InputError
from trialkine.interchange.sbml_document import Document
from trialkine.interchange.sbml_doses import Moment, deliveries, infused_states, moments
from trialkine.interchange.sbml_math import Binding, Formulas, bindings
from trialkine.interchange.sbml_names import Names
from trialkine.interchange.sbml_notes import model_notes, witness
from trialkine.interchange.sbml_reactions import Flows, Reaction, flows_of
from trialkine.interchange.sbml_units import UnitBook
from trialkine.model.declarations import Index
from trialkine.model.evaluate import Array, initial_states
from trialkine.model.model import Contribution, Model, flat_name
from trialkine.model.standalone import PlannedDose, StandaloneModel
from trialkine.records import ParameterRecord


def export_sbml(
    model: Model,
    parameters: Array | Mapping[str, float],
    doses: Sequence[PlannedDose] = (),
    *,
    name: str = "model",
    title: str = "",
    about: str = "",
    notes: Sequence[str] = (),
    records: Mapping[str, ParameterRecord] | None = None,
) -> str:
    """A model as an SBML document, with the parameters and doses of one patient.

    `parameters` are in the model's flat order or by flat name. `records` only say in the file where each
    number comes from. The trial's decisions are not part of it: every dose is given, and no milestone stops
    the clock; the notes name the rules.

    Raises: InputError, when libsbml is not installed, a parameter has no finite number, or a dose names an
    agent or route that the model does not have.
    """
    values = _values(model, parameters)
    writer = _Writer(model, values, name, title or name)
    writer.write_parameters(records or {})
    writer.write(doses)
    return writer.document.text(model_notes(about, model, notes))


def export_standalone(standalone: StandaloneModel) -> str:
    """A whole model with its own numbers and planned doses, as an SBML document.

    Raises: InputError, as `export_sbml`.
    """
    values: dict[str, float] = {}
    for record in standalone.records.values():
        if isinstance(record.value, Mapping):
            values |= {flat_name(record.name, [key]): float(one) for key, one in record.value.items()}
        else:
            values[record.name] = float(record.value)
    return export_sbml(
        standalone.model, values, standalone.doses, name=standalone.name, title=standalone.title,
        about=standalone.about, notes=standalone.notes, records=standalone.records,
    )  # fmt: skip


def exported_names(model: Model) -> Mapping[str, str]:
    """The identifier that each state, quantity and parameter has in an exported file, by flat name."""
    names = _names(model)
    return {flat: names[flat] for flat in (*model.state_names, *model.parameter_names, *_quantities(model))}


def _values(model: Model, parameters: Array | Mapping[str, float]) -> Array:
    """The parameters in flat order.

    Raises: InputError, naming every parameter without a finite number.
    """
    if isinstance(parameters, Mapping):
        row = np.array([float(parameters.get(name, np.nan)) for name in model.parameter_names])
    else:
        row = np.asarray(parameters, dtype=float).ravel()
    if row.shape != (len(model.parameter_names),):
        raise InputError(
            f"{row.size} parameters are given, and the model has {len(model.parameter_names)}. Give one "
            "number for each, in the order of `parameter_names`, or by name."
        )
    missing = [name for name, value in zip(model.parameter_names, row, strict=True) if not np.isfinite(value)]
    if missing:
        raise InputError(f"No finite number is given for {', '.join(missing)}. Give one for each.")
    return row


def _quantities(model: Model) -> list[str]:
    return [
        flat_name(name, binding.values())
        for name, quantity in model.quantities.items()
        for binding in bindings(quantity.index or ())
    ]


def _names(model: Model) -> Names:
    names = Names()
    names.add_all((*model.state_names, *model.parameter_names, *_quantities(model)))
    return names


class _Writer:
    """One document while it is being written."""

    def __init__(self, model: Model, values: Array, name: str, title: str) -> None:
        self.model = model
        self.values = values
        self.names = _names(model)
        self.units = UnitBook(self.names.used)
        self.formulas = Formulas(model, self.names, self.units)
        self.flows: Flows = flows_of(model)
        self.document = Document(self.names.add(name), title, self.units)
        self.inputs: dict[str, str] = {}
        self.conversions: dict[str, str] = {}

    def write_parameters(self, records: Mapping[str, ParameterRecord]) -> None:
        """Every parameter, as a constant."""
        for flat, value in zip(self.model.parameter_names, self.values, strict=True):
            known = self.model.parameters[_stem(flat)]
            self.document.constant(
                self.names[flat], flat, float(value), self.units.of_text(known.unit), known.about,
                witness(records.get(_stem(flat))),
            )  # fmt: skip

    def write(self, doses: Sequence[PlannedDose]) -> None:
        """Everything else: what is declared first, then the equations, then the events."""
        given = deliveries(self.model, self.values, doses)
        self._declare_states()
        self._declare_quantities()
        self._declare_inputs(infused_states(given))
        self._write_quantities()
        self._write_starts()
        self._write_rate_rules()
        self._write_reactions()
        self._write_events()
        for number, moment in enumerate(moments(given, self.model, self.formulas), start=1):
            self._write_moment(number, moment)

    # -- what there is ------------------------------------------------------------------------

    def _declare_states(self) -> None:
        with np.errstate(all="ignore"):
            starts = initial_states(self.model, self.values[None, :])[0]
        for flat, start in zip(self.model.state_names, starts, strict=True):
            state = self.model.states[_stem(flat)]
            unit, identifier = self.units.of_text(state.unit), self.names[flat]
            if _stem(flat) in self.flows.species:
                factor = self._conversion(state.unit)
                self.document.species(identifier, flat, float(start), unit, state.about, factor)
            else:
                self.document.variable(identifier, flat, unit, state.about, float(start))

    def _conversion(self, unit: str) -> str:
        """The constant by which an extent, which is a pure number, becomes an amount of this unit."""
        if unit not in self.conversions:
            identifier = self.names.add(f"one {self.units.of_text(unit)}")
            about = f"turns the extent of a reaction into an amount in {unit}; always one"
            self.document.constant(identifier, f"one {unit}", 1.0, self.units.of_text(unit), about)
            self.conversions[unit] = identifier
        return self.conversions[unit]

    def _declare_quantities(self) -> None:
        for name, quantity in self.model.quantities.items():
            for binding in bindings(quantity.index or ()):
                flat = flat_name(name, binding.values())
                unit = self.units.of_text(quantity.unit)
                self.document.variable(self.names[flat], flat, unit, quantity.about)

    def _declare_inputs(self, infused: Sequence[str]) -> None:
        for state in infused:
            name = f"infusion into {state}"
            self.inputs[state] = self.names.add(name)
            unit = self.units.rate_of(self.model.states[state].unit)
            self.document.variable(self.inputs[state], name, unit, "present rate of infusion", 0.0)

    # -- equations ----------------------------------------------------------------------------

    def _write_quantities(self) -> None:
        for name, quantity in self.model.quantities.items():
            for binding in bindings(quantity.index or ()):
                parts = [self.formulas.whole(text, binding, quantity.unit) for text in quantity.texts]
                if quantity.expression is None:
                    formula = " + ".join(parts) or f"(0 {self.units.of_text(quantity.unit)})"
                else:
                    formula = " * ".join(parts)
                self.document.assignment_rule(self.names[flat_name(name, binding.values())], formula)

    def _write_starts(self) -> None:
        for name, state in self.model.states.items():
            if not self.model.initials[name].names:
                continue  # a number, which the declaration holds
            for flat, binding in _members(name, state.index):
                formula = self.formulas.whole(self.model.initials[name], binding, state.unit)
                self.document.initial_assignment(self.names[flat], formula)

    def _write_rate_rules(self) -> None:
        for name, state in self.model.states.items():
            if name in self.flows.species:
                continue
            for flat, binding in _members(name, state.index):
                terms = [self._signed(one, binding, state.unit) for one in self.model.rates[name]]
                if name in self.inputs:
                    terms.append(f"+ {self.inputs[name]}")
                formula = " ".join(terms).removeprefix("+ ")
                nothing = f"(0 {self.units.rate_of(state.unit)})"
                self.document.rate_rule(self.names[flat], formula or nothing)

    def _signed(self, contribution: Contribution, binding: Binding, unit: str) -> str:
        rate = self.formulas.whole(contribution.rate, binding, f"({unit or '1'})/day")
        return f"{'+' if contribution.sign > 0 else '-'} {rate}"

    def _write_reactions(self) -> None:
        for reaction in self.flows.reactions:
            index = self.model.states[reaction.ends[0]].index
            for binding in bindings(index):
                self._write_reaction(reaction, binding)
        for state, identifier in self.inputs.items():
            if state in self.flows.species:
                factor = self._conversion(self.model.states[state].unit)
                name = f"infusion of {state}"
                self.document.reaction(
                    self.names.add(name), name, None, self.names[state], f"{identifier} / {factor}"
                )

    def _write_reaction(self, reaction: Reaction, binding: Binding) -> None:
        state = self.model.states[reaction.ends[0]]
        order = [axis.name for axis in state.index]
        flat = flat_name(reaction.name, (binding[axis] for axis in order))
        source, sink = (
            None if end is None else self.names[flat_name(end, (binding[axis] for axis in order))]
            for end in (reaction.source, reaction.sink)
        )
        rate = self.formulas.whole(reaction.rate, binding, f"({state.unit})/day")
        label = f"{reaction.owner}: {reaction.source or 'outside'} to {reaction.sink or 'outside'}"
        law = f"{rate} / {self._conversion(state.unit)}"
        self.document.reaction(self.names.add(flat), label, source, sink, law)

    # -- events -------------------------------------------------------------------------------

    def _write_events(self) -> None:
        for event in self.model.events:
            for binding in bindings(self.formulas.event_axes(event.when)):
                changes = {}
                for name, text in event.resets.items():
                    state = self.model.states[name]
                    for inner in bindings([axis for axis in state.index if axis.name not in binding]):
                        both = {**binding, **inner}
                        flat = flat_name(name, (both[axis.name] for axis in state.index))
                        changes[self.names[flat]] = self.formulas.whole(text, both, state.unit)
                flat = flat_name(event.name, binding.values())
                when = self.formulas.condition(event.when, binding)
                self.document.event(
                    self.names.add(flat), flat, when, changes, event.about, is_persistent=False
                )

    def _write_moment(self, number: int, moment: Moment) -> None:
        changes = {}
        for state, amounts in moment.amounts.items():
            changes[self.names[state]] = " + ".join([self.names[state], *amounts])
        for state, rate in moment.rates.items():
            changes[self.inputs[state]] = rate
        when = f"time >= {self.formulas.number(moment.time, 'day')}"
        name = f"day {moment.time:g}: {'; '.join(moment.words)}"
        self.document.event(self.names.add(f"dose {number}"), name, when, changes, is_persistent=True)


def _stem(flat: str) -> str:
    """The name without index members."""
    return flat.split("[")[0]


def _members(name: str, index: tuple[Index, ...]) -> list[tuple[str, Binding]]:
    return [(flat_name(name, binding.values()), binding) for binding in bindings(index)]
