"""Small SBML documents written from formulas, and read in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from trialkine.interchange.sbml_import import read_sbml
from trialkine.model.standalone import StandaloneModel

BOX = '<compartment id="c" spatialDimensions="3" size="1" constant="true"/>'
CORE = "http://www.sbml.org/sbml/level3/version2/core"


def math(formula: str) -> str:
    """A formula as MathML, on one line."""
    import libsbml

    tree = libsbml.parseL3Formula(formula)
    assert tree is not None, libsbml.getLastParseL3Error()
    text = libsbml.writeMathMLToString(tree)
    return "".join(line.strip() for line in text.splitlines() if not line.startswith("<?xml"))


def listed(name: str, elements: Sequence[str]) -> str:
    """A list element, one line for each of its members."""
    return "\n".join([f"<listOf{name}>", *elements, f"</listOf{name}>"]) if elements else ""


def species(name: str, initial: str = 'initialConcentration="1"', **attributes: str) -> str:
    """A species in compartment c; attributes are written as they are."""
    given = {
        "compartment": "c", "hasOnlySubstanceUnits": "false", "boundaryCondition": "false",
        "constant": "false",
    } | attributes  # fmt: skip
    return f'<species id="{name}" {initial} {_attributes(given)}/>'


def parameter(name: str, value: float | None = 1.0, constant: bool = True, **attributes: str) -> str:
    """A parameter."""
    own = {} if value is None else {"value": repr(value)}
    return f'<parameter id="{name}" {_attributes(own | {"constant": str(constant).lower()} | attributes)}/>'


def reaction(
    name: str, law: str, reactants: Mapping[str, float], products: Mapping[str, float],
    local: Mapping[str, float] | None = None,
) -> str:  # fmt: skip
    """A reaction."""

    def references(of: Mapping[str, float]) -> list[str]:
        return [
            f'<speciesReference species="{one}" stoichiometry="{by}" constant="true"/>'
            for one, by in of.items()
        ]

    locals_ = [f'<localParameter id="{key}" value="{value!r}"/>' for key, value in (local or {}).items()]
    return (
        f'<reaction id="{name}" reversible="false">'
        + listed("Reactants", references(reactants))
        + listed("Products", references(products))
        + f"<kineticLaw>{math(law)}{listed('LocalParameters', locals_)}</kineticLaw></reaction>"
    )


def rate_rule(name: str, formula: str) -> str:
    """A rate rule."""
    return f'<rateRule variable="{name}">{math(formula)}</rateRule>'


def assignment_rule(name: str, formula: str) -> str:
    """An assignment rule."""
    return f'<assignmentRule variable="{name}">{math(formula)}</assignmentRule>'


def initial_assignment(name: str, formula: str) -> str:
    """An initial assignment."""
    return f'<initialAssignment symbol="{name}">{math(formula)}</initialAssignment>'


def event(
    name: str, trigger: str, assignments: Mapping[str, str], initial: bool = True, extra: str = "",
    from_trigger: bool = True,
) -> str:  # fmt: skip
    """An event."""
    given = [f'<eventAssignment variable="{n}">{math(f)}</eventAssignment>' for n, f in assignments.items()]
    return (
        f'<event id="{name}" useValuesFromTriggerTime="{str(from_trigger).lower()}">'
        f'<trigger initialValue="{str(initial).lower()}" persistent="true">{math(trigger)}</trigger>{extra}'
        f"{listed('EventAssignments', given)}</event>"
    )


def unit(name: str, *parts: tuple[str, float, int, float]) -> str:
    """A unit definition of (kind, exponent, scale, multiplier)."""
    written = [
        f'<unit kind="{kind}" exponent="{exponent}" scale="{scale}" multiplier="{multiplier!r}"/>'
        for kind, exponent, scale, multiplier in parts
    ]
    return f'<unitDefinition id="{name}">{listed("Units", written)}</unitDefinition>'


def document(
    *, compartments: Sequence[str] = (BOX,),
    of_species: Sequence[str] = (), parameters: Sequence[str] = (), rules: Sequence[str] = (),
    starts: Sequence[str] = (), reactions: Sequence[str] = (), events: Sequence[str] = (),
    functions: Sequence[str] = (), units: Sequence[str] = (), constraints: Sequence[str] = (),
    model: str = "", sbml: str = "",
) -> str:  # fmt: skip
    """A document; every element of a list begins a line of its own."""
    lists = [
        listed("FunctionDefinitions", functions), listed("UnitDefinitions", units),
        listed("Compartments", compartments), listed("Species", of_species), listed("Parameters", parameters),
        listed("InitialAssignments", starts), listed("Rules", rules), listed("Constraints", constraints),
        listed("Reactions", reactions), listed("Events", events),
    ]  # fmt: skip
    body = "\n".join(part for part in lists if part)
    head = f'<sbml xmlns="{CORE}" level="3" version="2" {sbml}>'
    inner = f'<model id="small" {model}>\n{body}\n</model>'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}\n{inner}\n</sbml>\n'


def imported(folder: Path, text: str, time_unit: str | None = None) -> StandaloneModel:
    """A document read from a file."""
    path = folder / "small.xml"
    path.write_text(text, encoding="utf-8")
    return read_sbml(path, time_unit)


def _attributes(given: Mapping[str, str]) -> str:
    return " ".join(f'{name}="{value}"' for name, value in given.items())
