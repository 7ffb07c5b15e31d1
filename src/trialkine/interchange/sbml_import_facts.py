"""The contents of an opened SBML file as records, with everything that cannot be carried over refused."""

from __future__ import annotations

import math
from typing import Any

from trialkine.interchange.import_facts import Assignment, FileEvent, FileModel, Reaction, Rule, Symbol
from trialkine.interchange.import_faults import Faults
from trialkine.interchange.import_terms import Name, Number, Term, is_number, operation, over
from trialkine.interchange.import_units import Unit
from trialkine.interchange.sbml_import_document import Document, references
from trialkine.interchange.sbml_import_math import MathReader, Place
from trialkine.interchange.sbml_import_units import UnitReader

SIZE_UNITS = {3: "VolumeUnits", 2: "AreaUnits", 1: "LengthUnits"}


def read_facts(document: Document, file: str, faults: Faults) -> FileModel:
    """Read all of a model; what cannot be carried over goes to `faults`."""
    return _FactReader(document, file, faults).read()


class _FactReader:
    def __init__(self, document: Document, file: str, faults: Faults) -> None:
        self.model = document.model
        self.document = document
        self.file = file
        self.faults = faults
        self.units = UnitReader(
            document.library,
            {d.getId(): d for d in _all(self.model.getNumUnitDefinitions(), self.model.getUnitDefinition)},
        )
        functions = _all(self.model.getNumFunctionDefinitions(), self.model.getFunctionDefinition)
        self.math = MathReader(
            document.library, {f.getId(): f for f in functions}, self.units.named, self._constants(), faults
        )
        self.symbols: dict[str, Symbol] = {}
        self.stoichiometries: dict[str, float] = {}
        self.notes = list(document.notes)
        self.unset: set[str] = set()

    def _constants(self) -> frozenset[str]:
        model = self.model
        parts = [
            *_all(model.getNumParameters(), model.getParameter),
            *_all(model.getNumSpecies(), model.getSpecies),
            *_all(model.getNumCompartments(), model.getCompartment),
        ]
        return frozenset(part.getId() for part in parts if part.getConstant())

    def read(self) -> FileModel:
        model = self.model
        for compartment in _all(model.getNumCompartments(), model.getCompartment):
            self._compartment(compartment)
        for species in _all(model.getNumSpecies(), model.getSpecies):
            self._species(species)
        for parameter in _all(model.getNumParameters(), model.getParameter):
            self._parameter(parameter)
        reactions = [self._reaction(r) for r in _all(model.getNumReactions(), model.getReaction)]
        rules = [self._rule(rule) for rule in _all(model.getNumRules(), model.getRule)]
        starts = _all(model.getNumInitialAssignments(), model.getInitialAssignment)
        rules += [self._start(start) for start in starts]
        events = [self._event(event) for event in _all(model.getNumEvents(), model.getEvent)]
        if self.math.has_real_powers:
            self.notes.append(
                "A power whose exponent is no whole number counts as zero where its base is not positive."
            )
        return FileModel(
            self.file,
            model.getId(),
            model.getName(),
            self.symbols,
            tuple(rule for rule in rules if rule is not None),
            tuple(reaction for reaction in reactions if reaction is not None),
            tuple(event for event in events if event is not None),
            self.units.named(model.getTimeUnits()) if model.isSetTimeUnits() else None,
            self.document.states_units,
            self.units.unknown,
            tuple(self.notes),
            frozenset(self.unset),
        )

    # -- symbols ------------------------------------------------------------------------------

    def _unit(self, identifier: str) -> Unit | None:
        return self.units.named(identifier) if identifier else None

    def _compartment(self, one: Any) -> None:
        dimensions = one.getSpatialDimensionsAsDouble() if one.isSetSpatialDimensions() else 3.0
        inherited = SIZE_UNITS.get(int(dimensions)) if dimensions == int(dimensions) else None
        unit = one.getUnits() or (getattr(self.model, f"get{inherited}")() if inherited else "")
        self.symbols[one.getId()] = Symbol(
            one.getId(), f"compartment '{one.getId()}'", one.getLine(),
            Number(one.getSize()) if one.isSetSize() else None,
            self._unit(unit), "compartment", _about(one), is_constant=True,
        )  # fmt: skip
        if dimensions == 0:
            self.symbols[one.getId()] = Symbol(
                one.getId(), f"compartment '{one.getId()}'", one.getLine(), None, None, "point"
            )

    def _species(self, one: Any) -> None:
        identifier, home = one.getId(), self.symbols.get(one.getCompartment())
        words = f"species '{identifier}'"
        is_amount = one.getHasOnlySubstanceUnits() or home is None or home.kind == "point"
        unit = self._unit(one.getSubstanceUnits() or self.model.getSubstanceUnits())
        start: Term | None = None
        value = None
        if one.isSetInitialAmount():
            value = Number(one.getInitialAmount())
            start = value if is_amount or home is None else over(value, Name(home.id))
        elif one.isSetInitialConcentration():
            value = Number(one.getInitialConcentration())
            start = operation("*", value, Name(home.id)) if is_amount and home is not None else value
        if not is_amount and home is not None and unit is not None:
            unit = None if home.unit is None else unit.times(home.unit, -1.0)
        factor = one.getConversionFactor() or self.model.getConversionFactor()
        self.symbols[identifier] = Symbol(
            identifier, words, one.getLine(), value, unit, "species", _about(one), one.getConstant(),
            one.getBoundaryCondition(), None if is_amount or home is None else home.id,
            value if value is not None and value.value == 0 else start, factor or None,
        )  # fmt: skip

    def _parameter(self, one: Any, reaction: str = "") -> None:
        identifier = f"{reaction}.{one.getId()}" if reaction else one.getId()
        where = f" of reaction '{reaction}'" if reaction else ""
        value = Number(one.getValue()) if one.isSetValue() else None
        if value is not None and not math.isfinite(value.value):
            self.faults.add(
                f"Parameter '{one.getId()}'{where} is {value.value}. Give it a number.", one.getLine()
            )
        self.symbols[identifier] = Symbol(
            identifier, f"parameter '{one.getId()}'{where}", one.getLine(), value, self._unit(one.getUnits()),
            "parameter", _about(one), is_constant=bool(reaction) or one.getConstant(), start=value,
        )  # fmt: skip

    # -- what happens -------------------------------------------------------------------------

    def _reaction(self, one: Any) -> Reaction | None:
        name = one.getId()
        if one.isSetFast() and one.getFast():
            self.faults.add(
                f"Reaction '{name}' is fast: trialkine has no reactions in equilibrium.", one.getLine()
            )
        law = one.getKineticLaw()
        if law is None:
            self.faults.add(f"Reaction '{name}' has no kinetic law. Write one.", one.getLine())
            return None
        known: dict[str, Term] = {}
        for local in _all(law.getNumLocalParameters(), law.getLocalParameter):
            self._parameter(local, name)
            known[local.getId()] = Name(f"{name}.{local.getId()}")
        changes: dict[str, float] = {}
        products = one.getNumReactants()
        for place, reference in enumerate(references(one)):
            sign = -1.0 if place < products else 1.0
            amount = self._stoichiometry(reference, name)
            changes[reference.getSpecies()] = changes.get(reference.getSpecies(), 0.0) + sign * amount
        term = self.math.term(
            law.getMath(), Place(f"The kinetic law of reaction '{name}'", law.getLine()), known
        )
        return Reaction(name, _about(one), one.getLine(), term, changes)

    def _stoichiometry(self, reference: Any, reaction: str) -> float:
        value = float(reference.getStoichiometry()) if reference.isSetStoichiometry() else math.nan
        name = reference.getId()
        is_changed = bool(name) and (self.model.getInitialAssignment(name) or self.model.getRule(name))
        if not math.isfinite(value) or is_changed:
            self.faults.add(
                f"The stoichiometry of '{reference.getSpecies()}' in reaction '{reaction}' is no constant "
                "number. Write a number.",
                reference.getLine(),
            )
            return 1.0
        if name:
            self.stoichiometries[name] = value
            self.symbols[name] = Symbol(
                name, f"the stoichiometry '{name}'", reference.getLine(), Number(value),
                Unit(), "parameter", is_constant=True, start=Number(value),
            )  # fmt: skip
        return value

    def _rule(self, one: Any) -> Rule | None:
        if one.isAlgebraic():
            self.unset |= _names_in(one.getMath())
            return None
        name = one.getVariable()
        kind = "rate" if one.isRate() else "assignment"
        if not self._may_change(name, one.getLine(), f"has a{'n' if kind[0] == 'a' else ''} {kind} rule"):
            return None
        place = Place(f"The {kind} rule of '{name}'", one.getLine())
        return Rule(kind, name, self.math.term(one.getMath(), place), one.getLine())

    def _start(self, one: Any) -> Rule | None:
        name = one.getSymbol()
        if name in self.stoichiometries or name not in self.symbols:
            return None
        place = Place(f"The initial assignment of '{name}'", one.getLine())
        return Rule("start", name, self.math.term(one.getMath(), place), one.getLine())

    def _may_change(self, name: str, line: int, doing: str) -> bool:
        """Refuse a changing compartment or stoichiometry."""
        symbol = self.symbols.get(name)
        if symbol is not None and symbol.kind in ("compartment", "point"):
            self.unset.add(name)
            self.faults.add(
                f"Compartment '{name}' {doing}: trialkine reads compartments of constant size.", line
            )
            return False
        if name in self.stoichiometries:
            self.faults.add(
                f"The stoichiometry '{name}' {doing}: trialkine reads constant stoichiometry.", line
            )
            return False
        return symbol is not None

    def _event(self, one: Any) -> FileEvent | None:
        name, line = one.getId() or f"event_{one.getLine()}", one.getLine()
        if one.isSetDelay() and not self._is_nothing(one.getDelay()):
            self.faults.add(
                f"Event '{name}' has a delay: trialkine's events act at once.", one.getDelay().getLine()
            )
        if one.isSetPriority():
            self.faults.add(
                f"Event '{name}' has a priority: trialkine knows no order of events.",
                one.getPriority().getLine(),
            )
        trigger = one.getTrigger()
        if trigger is None:
            self.faults.add(f"Event '{name}' has no trigger. Write one.", line)
            return None
        condition = self.math.condition(
            trigger.getMath(), Place(f"The trigger of event '{name}'", trigger.getLine())
        )
        assignments = []
        for part in _all(one.getNumEventAssignments(), one.getEventAssignment):
            target = part.getVariable()
            if self._may_change(target, part.getLine(), f"is changed by event '{name}'"):
                place = Place(f"Event '{name}', new value of '{target}'", part.getLine())
                assignments.append(Assignment(target, self.math.term(part.getMath(), place), part.getLine()))
        if condition is None:
            return None
        fires = trigger.isSetInitialValue() and not trigger.getInitialValue()
        return FileEvent(
            name, line, condition, fires, bool(one.getUseValuesFromTriggerTime()), tuple(assignments)
        )

    def _is_nothing(self, delay: Any) -> bool:
        node = delay.getMath()
        return node is not None and node.isNumber() and is_number(Number(float(node.getValue())), 0)


def _names_in(node: Any) -> set[str]:
    """Every name that a formula reads."""
    if node is None:
        return set()
    inner = [_names_in(node.getChild(i)) for i in range(node.getNumChildren())]
    return set().union({node.getName()} if node.isName() else set(), *inner)


def _about(element: Any) -> str:
    """What the file calls an element, if that is more than its identifier."""
    name = str(element.getName() or "")
    return "" if name == element.getId() else name


def _all(number: int, get: Any) -> list[Any]:
    return [get(place) for place in range(number)]
