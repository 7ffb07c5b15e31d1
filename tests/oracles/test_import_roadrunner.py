"""Small models of every construct: the imported model runs as libroadrunner runs the file itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from import_samples import roadrunner_values, sbml_of, simulate
from trialkine.interchange.sbml_import import read_sbml

pytest.importorskip("roadrunner")
pytest.importorskip("antimony")

FUNCTIONS = """
function saturating(v, x, h) v * x / (h + x) end
function twice(v, x, h) 2 * saturating(v, x, h) end
"""
TIMES = (0.0, 0.5, 1.7, 3.0, 5.5, 8.0, 12.0)

MODELS = {
    "concentration in a compartment of size 2": """
        compartment c = 2; species A in c, B in c; A = 10; B = 0; k = 0.4
        J0: A -> B; k * A * c""",
    "two compartments of different size": """
        compartment little = 0.5, large = 20; species A in little, B in large; A = 8; B = 0.1
        k = 0.3; back = 0.2
        J0: A -> B; k * A * little
        J1: B -> A; back * B * large""",
    "amounts": """
        compartment c = 4; substanceOnly species A in c, B in c; A = 10; B = 1; k = 0.4
        J0: A -> B; k * A""",
    "amounts and concentrations in one reaction": """
        compartment c = 4; substanceOnly species A in c; species B in c; A = 10; B = 1; k = 0.4
        J0: A -> B; k * A * B""",
    "stoichiometry other than one": """
        compartment c = 1.5; species A in c, B in c, C in c; A = 10; B = 2; C = 0; k = 0.02
        J0: 2 A + B -> 3 C + 0.5 B; k * A^2 * B * c""",
    "a modifier and a reversible reaction": """
        compartment c = 1; species A in c, B in c, E in c; A = 5; B = 1; E = 0.7; kf = 0.5; kr = 0.25
        J0: A -> B; (kf * A - kr * B) * E""",
    "boundary species": """
        compartment c = 1; species $A in c, B in c; A = 5; B = 1; k = 0.1
        J0: A -> B; k * A
        J1: B -> ; 0.3 * B""",
    "a boundary species with a rule of its own": """
        compartment c = 3; species $A in c, B in c; A = 5; B = 1; k = 0.1
        A' = -0.2 * A
        J0: A -> B; k * A""",
    "assignment rules on species and parameters": """
        compartment c = 1; species A in c, B in c, $T in c; A = 5; B = 1; k = 0.3; half := T / 2
        T := A + B
        J0: A -> B; k * A * half / (1 + T)""",
    "rate rules": """
        x = 1; y = 0.5; a = 1.1; b = 0.4
        x' = a * x - b * x * y
        y' = -0.4 * y + 0.1 * x * y""",
    "initial assignments": """
        compartment c = 2; species A in c, B in c; A = 2 * total; B = A / 4; total = 3; k = 0.5; both = A + B
        J0: A -> B; k * A * both""",
    "functions": """
        compartment c = 1; species A in c; A = 5; v = 2; h = 0.7
        J0: A -> ; twice(v, A, h) / v""",
    "time in a formula": """
        x = 1; y = 0
        x' = -0.1 * time * x
        y' = exp(-time) - y / 3""",
    "powers of negative numbers": """
        x = -2; y = 1
        x' = -0.3 * x^3
        y' = 0.2 * x^5 - y * x^(-2)""",
    "roots and half powers": """
        x = 4; y = 2; z = 1
        x' = -0.2 * sqrt(x); y' = -0.1 * y^1.5; z' = 0.3 * z^(-0.5) + root(3, x)""",
    "powers with any exponent": """
        x = 4; y = 2; p = 0.7
        x' = -0.2 * x^p; y' = -0.1 * y^0.83""",
    "a saturating power": """
        s = 0.1; x = 1; n = 2.5; h = 0.8
        s' = 0.4; x' = s^n / (h^n + s^n) - 0.2 * x * h^n / (s^n + h^n)""",
    "hyperbolic functions, logarithms and constants": """
        x = 0.3; y = 1; z = 1
        x' = tanh(1 - x) + sinh(0.1 * x) - cosh(0.05 * x) / 10
        y' = log10(y + 2) - ln(y + 1) / 2
        z' = pi / 10 - exponentiale * z / 10 + arctanh(0.2 * x) + arcsinh(x)""",
    "max, min and positive as piecewise": """
        x = 5; y = 0; z = 0; u = 0; c = 2
        x' = -1; y' = piecewise(x, x > c, c)
        z' = piecewise(0, x < c, x - c); u' = piecewise(x, x <= c, c)""",
    "absolute values": """
        x = 5; y = 0
        x' = -1; y' = abs(x - 2)""",
    "names that the language does not allow": """
        lambda = 0.3; sum = 2; _x = 1; in_ = 2; dose = 3; min_x = 1
        sum' = -lambda * sum; _x' = -0.2 * _x * in_; dose' = -0.1 * dose * min_x""",
    "a dose at a time": """
        compartment c = 3; species A in c; A = 1; k = 0.4
        J0: A -> ; k * A * c
        at time >= 2: A = A + 5
        at time > 5: A = A + 2.5""",
    "several doses at one time": """
        x = 0; y = 0; k = 0.4
        x' = -k * x; y' = k * x
        at time >= 3, fromTrigger=false: x = x + 5, y = y + 1
        at time >= 3, fromTrigger=false: x = x + 2""",
    "an infusion into a rate rule": """
        x = 1; k = 0.4; rate = 0; v = 2
        x' = rate / v - k * x
        at time >= 1: rate = 6
        at time >= 4: rate = 0
        at time >= 7: rate = rate + 2
        at time >= 7.5: rate = rate + 1
        at time >= 8.5: rate = rate - 2
        at time >= 9: rate = rate - 1""",
    "an infusion by a reaction": """
        compartment c = 3; species A in c; A = 1; k = 0.4; rate = 2
        J0: A -> ; k * A * c
        J1: -> A; rate
        at time >= 4: rate = 0""",
    "an infusion that never ends": """
        x = 1; k = 0.4; rate = 0
        x' = rate - k * x
        at time >= 1: rate = 6""",
    "a switch that does more than infuse": """
        x = 1; k = 0.4; rate = 0
        x' = rate * x - k * x
        at time >= 1: rate = 0.6
        at time >= 4: rate = 0""",
    "values that are set at a time": """
        x = 1; y = 3; k = 0.4
        x' = -k * x; y' = -0.1 * y
        at time >= 1: x = 4
        at time >= 3: x = y, y = x""",
    "a state trigger": """
        x = 1; n = 0
        x' = 0.5 * x
        at x > 4: x = 1, n = n + 1""",
    "two state triggers and a switch": """
        x = 1; drug = 0
        x' = 0.5 * x - drug * x
        at x > 4: drug = 1
        at x < 2 && drug > 0.5: drug = 0""",
    "a trigger of conditions joined": """
        x = 0; y = 5; n = 0
        x' = 1; y' = -1
        at x > 1.25 || y < 2.4: n = n + 1
        at not (x < 2.7) && y > 1: n = n + 10""",
    "a dose that repeats itself": """
        x = 0; next = 1; every = 1.5; k = 0.6
        x' = -k * x
        at time >= next: x = x + 3, next = next + every""",
    "conversion factors": """
        compartment c = 2; species A in c, B in c; A = 10; B = 0; k = 0.4; f = 3
        J0: A -> B; k * A * c""",
}  # fmt: skip


def observables(sbml: str) -> list[str]:
    """The symbols of a file that change, as libroadrunner calls them."""
    import libsbml

    model = libsbml.readSBMLFromString(sbml).getModel()
    species = [f"[{s.getId()}]" for s in model.getListOfSpecies() if not s.getHasOnlySubstanceUnits()]
    amounts = [s.getId() for s in model.getListOfSpecies() if s.getHasOnlySubstanceUnits()]
    return species + amounts + [p.getId() for p in model.getListOfParameters() if not p.getConstant()]


@pytest.mark.parametrize("about", MODELS)
def test_the_imported_model_runs_as_libroadrunner_runs_the_file(about: str, tmp_path: Path) -> None:
    sbml = sbml_of(f"{FUNCTIONS}model *small\n{MODELS[about]}\nend")
    if about == "conversion factors":
        sbml = sbml.replace(
            '<model metaid="small" id="small"', '<model metaid="small" id="small" conversionFactor="f"'
        )
    path = tmp_path / "small.xml"
    path.write_text(sbml)
    found = read_sbml(path)
    renamed = {note.split("'")[1]: note.split("'")[3] for note in found.notes if "is called" in note}
    names = observables(sbml)
    own = [renamed.get(name.strip("[]"), name.strip("[]")) for name in names]
    known = [(a, b) for a, b in zip(names, own, strict=True) if b in found.model.observable_names]
    expected = roadrunner_values(sbml, TIMES, [a for a, _ in known])
    ours = simulate(found, TIMES, [b for _, b in known])
    assert known
    for theirs, mine in known:
        size = np.max(np.abs(expected[theirs]))
        # 1e-6 of the value; the floor is 1e-9 of the largest value, where both solvers' own errors begin
        assert_allclose(ours[mine], expected[theirs], rtol=1e-6, atol=1e-9 * size, err_msg=mine)
