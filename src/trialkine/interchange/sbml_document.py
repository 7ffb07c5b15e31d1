"""An SBML document under construction: each method adds one element and refuses what libsbml refuses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trialkine.interchange.sbml_library import sbml_library
from trialkine.interchange.sbml_notes import element_notes
from trialkine.interchange.sbml_units import PURE, UnitBook

LEVEL, VERSION = 3, 2
BODY = "body"  # the compartment of all species, which are amounts


class Document:
    """A document with one model and one compartment.

    Formulas are in libsbml's infix notation with units; identifiers are legal and given once.
    """

    def __init__(self, identifier: str, title: str, units: UnitBook) -> None:
        self.library = sbml_library()
        self.units = units
        self._document: Any = self.library.SBMLDocument(LEVEL, VERSION)
        self._model: Any = self._document.createModel()
        self._model.setId(identifier)
        self._model.setName(title)
        self._settings: Any = self.library.L3ParserSettings()
        self._settings.setModel(self._model)
        self._settings.setComparisonCaseSensitivity(self.library.L3P_COMPARE_BUILTINS_CASE_SENSITIVE)
        self._formulas: list[tuple[Any, str]] = []
        self._is_bodied = False

    # -- what there is ------------------------------------------------------------------------

    def constant(self, identifier: str, name: str, value: float, unit: str, *about: str) -> None:
        """A number that stays."""
        entry = self._parameter(identifier, name, unit, about)
        entry.setConstant(True)
        entry.setValue(value)

    def variable(self, identifier: str, name: str, unit: str, about: str, start: float | None = None) -> None:
        """A number that a rule or an event moves."""
        entry = self._parameter(identifier, name, unit, (about,))
        entry.setConstant(False)
        if start is not None:
            entry.setValue(start)

    def _parameter(self, identifier: str, name: str, unit: str, about: tuple[str, ...]) -> Any:
        entry = self._model.createParameter()
        entry.setId(identifier)
        entry.setName(name)
        entry.setUnits(unit)
        entry.setNotes(element_notes(*about))
        return entry

    def species(
        self, identifier: str, name: str, start: float, unit: str, about: str, conversion: str
    ) -> None:
        """An amount that reactions move; `conversion` is the amount that one extent is."""
        self._add_body()
        entry = self._model.createSpecies()
        entry.setId(identifier)
        entry.setName(name)
        entry.setCompartment(BODY)
        entry.setSubstanceUnits(unit)
        entry.setHasOnlySubstanceUnits(True)
        entry.setBoundaryCondition(False)
        entry.setConstant(False)
        entry.setInitialAmount(start)
        entry.setConversionFactor(conversion)
        entry.setNotes(element_notes(about))

    def _add_body(self) -> None:
        if self._is_bodied:
            return
        self._is_bodied = True
        entry = self._model.createCompartment()
        entry.setId(BODY)
        entry.setName("the patient; species are amounts, so its size does not matter")
        entry.setSpatialDimensions(3)
        entry.setSize(1.0)
        entry.setUnits(self.units.of_text("L"))
        entry.setConstant(True)

    # -- equations ----------------------------------------------------------------------------

    def assignment_rule(self, identifier: str, formula: str) -> None:
        """A quantity that always equals a formula."""
        rule = self._model.createAssignmentRule()
        rule.setVariable(identifier)
        self._set_math(rule, formula)

    def rate_rule(self, identifier: str, formula: str) -> None:
        """A quantity whose rate of change equals a formula."""
        rule = self._model.createRateRule()
        rule.setVariable(identifier)
        self._set_math(rule, formula)

    def initial_assignment(self, identifier: str, formula: str) -> None:
        """A quantity that equals a formula at the start."""
        start = self._model.createInitialAssignment()
        start.setSymbol(identifier)
        self._set_math(start, formula)

    def reaction(self, identifier: str, name: str, source: str | None, sink: str | None, law: str) -> None:
        """A flow of amount; species that its law reads besides its ends are named as modifiers."""
        entry = self._model.createReaction()
        entry.setId(identifier)
        entry.setName(name)
        entry.setReversible(False)
        for end, create in ((source, entry.createReactant), (sink, entry.createProduct)):
            if end is not None:
                reference = create()
                reference.setSpecies(end)
                reference.setStoichiometry(1.0)
                reference.setConstant(True)
        kinetics = entry.createKineticLaw()
        self._set_math(kinetics, law)
        for read in self._species_read(kinetics.getMath()):
            if read not in (source, sink):
                entry.createModifier().setSpecies(read)

    def _species_read(self, math: Any) -> list[str]:
        """The species that a formula reads, each once."""
        found: dict[str, None] = {}
        nodes = [math]
        while nodes:
            node = nodes.pop()
            if node.isName() and self._model.getSpecies(node.getName()) is not None:
                found[node.getName()] = None
            nodes += [node.getChild(number) for number in range(node.getNumChildren())]
        return sorted(found)

    def event(
        self, identifier: str, name: str, when: str, changes: Mapping[str, str], about: str = "", *,
        is_persistent: bool,
    ) -> None:  # fmt: skip
        """What happens where a condition becomes true, or at the start if it is true then."""
        entry = self._model.createEvent()
        entry.setId(identifier)
        entry.setName(name)
        entry.setUseValuesFromTriggerTime(False)
        trigger = entry.createTrigger()
        trigger.setInitialValue(False)
        trigger.setPersistent(is_persistent)
        self._set_math(trigger, when)
        for variable, formula in changes.items():
            change = entry.createEventAssignment()
            change.setVariable(variable)
            self._set_math(change, formula)
        if about:
            entry.setNotes(element_notes(about))

    def _set_math(self, element: Any, formula: str) -> None:
        math = self.library.parseL3FormulaWithSettings(formula, self._settings)
        if math is None:
            raise AssertionError(f"{self.library.getLastParseL3Error()} in: {formula}")
        element.setMath(math)

    # -- the text -----------------------------------------------------------------------------

    def text(self, notes: str) -> str:
        """The whole document."""
        self._model.setNotes(notes)
        self._model.setTimeUnits(self.units.of_text("day"))
        self._model.setExtentUnits(PURE)
        # Each species has its own unit; this one is for COPASI, which takes a constant near one for its own
        # conversion of amounts to numbers where amounts are counted as they are.
        self._model.setSubstanceUnits("mole")
        self._model.setVolumeUnits(self.units.of_text("L"))
        self._define_units()
        return str(self.library.writeSBMLToString(self._document))

    def _define_units(self) -> None:
        for entry in self.units.entries.values():
            definition = self._model.createUnitDefinition()
            definition.setId(entry.id)
            definition.setName(entry.text)
            for part in entry.parts:
                unit = definition.createUnit()
                unit.setKind(self.library.UnitKind_forName(part.kind))
                unit.setExponent(float(part.exponent))
                unit.setScale(part.scale)
                unit.setMultiplier(part.multiplier)
