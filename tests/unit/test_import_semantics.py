"""What SBML means, case by case, against solutions known in closed form."""

from __future__ import annotations

from math import exp
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from import_samples import FINE, parameters_of, simulate
from sbml_samples import (
    assignment_rule,
    document,
    event,
    imported,
    initial_assignment,
    math,
    parameter,
    rate_rule,
    reaction,
    species,
)
from trialkine.model.evaluate import derivative, initial_states, start_values
from trialkine.model.standalone import StandaloneModel

pytest.importorskip("libsbml")

# The solver's tolerance is 1e-10 a step; a thousand steps may add up to this.
CLOSE: dict[str, Any] = {"rtol": 1e-7, "atol": 1e-10}
TWO_LITRES = ('<compartment id="c" spatialDimensions="3" size="2" constant="true"/>',)
DECAY = reaction("J", "k * A", {"A": 1}, {"B": 1})


def at(found: StandaloneModel, day: float, name: str) -> float:
    """One value on one day."""
    return float(simulate(found, [day], [name])[name][0])


def test_a_concentration_changes_by_the_rate_over_the_size_of_its_compartment(tmp_path: Path) -> None:
    text = document(
        compartments=TWO_LITRES, of_species=[species("A", 'initialConcentration="3"'), species("B")],
        parameters=[parameter("k", 0.4)], reactions=[DECAY],
    )  # fmt: skip
    found = imported(tmp_path, text)
    assert_allclose(at(found, 2.0, "A"), 3 * exp(-0.4 * 2.0 / 2), **CLOSE)
    assert_allclose(at(found, 2.0, "B"), 1 + 3 - 3 * exp(-0.4 * 2.0 / 2), **CLOSE)


def test_an_amount_changes_by_the_rate_itself(tmp_path: Path) -> None:
    amounts = [species(name, 'initialAmount="3"', hasOnlySubstanceUnits="true") for name in "AB"]
    text = document(
        compartments=TWO_LITRES, of_species=amounts, parameters=[parameter("k", 0.4)], reactions=[DECAY]
    )
    found = imported(tmp_path, text)
    assert_allclose(at(found, 2.0, "A"), 3 * exp(-0.8), **CLOSE)


def test_a_start_given_as_an_amount_becomes_a_concentration_and_the_other_way_round(tmp_path: Path) -> None:
    text = document(
        compartments=TWO_LITRES,
        of_species=[
            species("A", 'initialAmount="3"'),
            species("B", 'initialConcentration="5"', hasOnlySubstanceUnits="true"),
        ],
        parameters=[parameter("k", 0.4)], reactions=[DECAY],
    )  # fmt: skip
    found = imported(tmp_path, text)
    starts = dict(
        zip(found.model.state_names, initial_states(found.model, parameters_of(found))[0], strict=True)
    )
    assert starts == {"A": 1.5, "B": 10.0}


def test_a_reaction_between_compartments_keeps_the_amount(tmp_path: Path) -> None:
    boxes = (*TWO_LITRES, '<compartment id="d" spatialDimensions="3" size="5" constant="true"/>')
    text = document(
        compartments=boxes, of_species=[species("A"), species("B", compartment="d")],
        parameters=[parameter("k", 0.4)], reactions=[DECAY],
    )  # fmt: skip
    values = simulate(imported(tmp_path, text), [1.0, 7.0], ["A", "B"])
    # A is propagated exactly and B in steps, so that their sum is kept to the accuracy: measured 1.5e-12
    assert_allclose(2 * values["A"] + 5 * values["B"], 7.0, rtol=FINE.relative)


def test_a_species_in_a_point_is_an_amount(tmp_path: Path) -> None:
    point = ('<compartment id="c" spatialDimensions="0" constant="true"/>',)
    text = document(
        compartments=point, of_species=[species(name, 'initialAmount="3"') for name in "AB"],
        parameters=[parameter("k", 0.4)], reactions=[DECAY],
    )  # fmt: skip
    assert_allclose(at(imported(tmp_path, text), 2.0, "A"), 3 * exp(-0.8), **CLOSE)


def test_a_local_parameter_shadows_a_global_one(tmp_path: Path) -> None:
    text = document(
        of_species=[species("A"), species("B")],
        parameters=[parameter("k", 50.0), parameter("y", 0.0, False)],
        rules=[rate_rule("y", "k")], reactions=[reaction("J", "k * A", {"A": 1}, {"B": 1}, {"k": 0.4})],
    )  # fmt: skip
    found = imported(tmp_path, text)
    assert_allclose(at(found, 2.0, "A"), exp(-0.8), **CLOSE)
    assert_allclose(at(found, 2.0, "y"), 100.0, **CLOSE)
    assert found.records["J_k"].value == 0.4


def test_a_stoichiometry_of_two_takes_two(tmp_path: Path) -> None:
    text = document(
        of_species=[species("A", 'initialConcentration="9"'), species("B", 'initialConcentration="0"')],
        parameters=[parameter("k", 1.5)], reactions=[reaction("J", "k", {"A": 2}, {"B": 0.5})],
    )  # fmt: skip
    values = simulate(imported(tmp_path, text), [2.0], ["A", "B"])
    assert_allclose([values["A"][0], values["B"][0]], [9 - 2 * 3, 0.5 * 3], **CLOSE)


def test_a_species_on_both_sides_changes_by_the_difference(tmp_path: Path) -> None:
    text = document(
        of_species=[species("A")], parameters=[parameter("k", 0.4)],
        reactions=[reaction("J", "k * A", {"A": 1}, {"A": 2})],
    )  # fmt: skip
    assert_allclose(at(imported(tmp_path, text), 2.0, "A"), exp(0.8), **CLOSE)


def test_a_boundary_species_is_not_changed_by_reactions(tmp_path: Path) -> None:
    text = document(
        of_species=[species("A", 'initialConcentration="3"', boundaryCondition="true"), species("B")],
        parameters=[parameter("k", 0.4)], reactions=[DECAY],
    )  # fmt: skip
    found = imported(tmp_path, text)
    assert found.records["A"].value == 3.0
    assert_allclose(at(found, 2.0, "B"), 1 + 0.4 * 3 * 2, **CLOSE)


def test_a_conversion_factor_turns_extent_into_amount(tmp_path: Path) -> None:
    text = document(
        of_species=[species("A", 'initialConcentration="9"', conversionFactor="f"), species("B")],
        parameters=[parameter("k", 0.5), parameter("f", 3.0)],
        reactions=[reaction("J", "k", {"A": 1}, {"B": 1})],
    )  # fmt: skip
    values = simulate(imported(tmp_path, text), [2.0], ["A", "B"])
    assert_allclose([values["A"][0], values["B"][0]], [9 - 3 * 1.0, 2.0], **CLOSE)


def test_initial_assignments_take_the_place_of_values(tmp_path: Path) -> None:
    text = document(
        of_species=[species("A", "")], parameters=[parameter("k", 7.0), parameter("total", None)],
        starts=[initial_assignment("A", "2 * k + time"), initial_assignment("total", "A * 3")],
        rules=[], reactions=[reaction("J", "total", {"A": 1}, {})],
    )  # fmt: skip
    found = imported(tmp_path, text)
    assert initial_states(found.model, parameters_of(found))[0, 0] == 14.0
    later = simulate(found, [0.1], ["total", "A"])  # total stays what it was at the start
    assert_allclose([later["total"][0], later["A"][0]], [42.0, 14 - 4.2], **CLOSE)


def test_assignment_rules_hold_at_every_time_in_any_order(tmp_path: Path) -> None:
    text = document(
        of_species=[
            species("A", 'initialConcentration="4"'), species("T", "", boundaryCondition="true"),
        ],
        parameters=[parameter("k", 0.5), parameter("half", None, False)],
        rules=[assignment_rule("half", "T / 2"), assignment_rule("T", "A + k"), rate_rule("A", "-k * A")],
    )  # fmt: skip
    found = imported(tmp_path, text)
    assert_allclose(at(found, 2.0, "half"), (4 * exp(-1.0) + 0.5) / 2, **CLOSE)


def test_function_definitions_are_put_in_place(tmp_path: Path) -> None:
    functions = [
        f'<functionDefinition id="twice">{math("lambda(x, 2 * x)")}</functionDefinition>',
        f'<functionDefinition id="inner">{math("lambda(x, y, twice(y) - x)")}</functionDefinition>',
    ]
    text = document(
        functions=functions, parameters=[parameter("x", 1.0, False), parameter("y", 0.25)],
        rules=[rate_rule("x", "inner(y, twice(y)) + 0 * x")],
    )  # fmt: skip
    assert_allclose(at(imported(tmp_path, text), 2.0, "x"), 1 + 2 * (4 * 0.25 - 0.25), **CLOSE)


def test_time_is_a_state_that_grows_by_one_a_day(tmp_path: Path) -> None:
    text = document(parameters=[parameter("x", 0.0, False)], rules=[rate_rule("x", "3 * time^2")])
    found = imported(tmp_path, text)
    assert_allclose(at(found, 2.0, "x"), 8.0, **CLOSE)
    assert "time" in found.model.states


@pytest.mark.parametrize("base", [-3.0, -0.5, 2.0])
@pytest.mark.parametrize("exponent", [-3, -1, 0, 1, 2, 3, 5, 7, 8])
def test_whole_powers_are_right_for_negative_bases(tmp_path: Path, base: float, exponent: int) -> None:
    text = document(
        parameters=[parameter("b", base), parameter("y", None, False)],
        rules=[assignment_rule("y", f"b^({exponent})")],
        of_species=[species("A")],
    )  # fmt: skip
    found = imported(tmp_path, text)
    value = start_values(found.model, ["y"], parameters_of(found))["y"]
    assert_allclose(value, base**exponent, rtol=1e-14)  # a few roundings


FORMULAS = {
    "abs(x)": abs, "sqrt(x * x)": abs, "root(3, x * x)": lambda x: (x * x) ** (1 / 3),
    "tanh(x)": np.tanh, "sinh(x)": np.sinh, "cosh(x)": np.cosh, "sech(x)": lambda x: 1 / np.cosh(x),
    "coth(x)": lambda x: 1 / np.tanh(x), "csch(x)": lambda x: 1 / np.sinh(x),
    "arcsinh(x)": np.arcsinh, "arctanh(x / 9)": lambda x: np.arctanh(x / 9),
    "arccosh(x * x + 1)": lambda x: np.arccosh(x * x + 1),
    "log10(x * x)": lambda x: np.log10(x * x), "log(3, x * x)": lambda x: np.log(x * x) / np.log(3),
    "max(x, 1, 3)": lambda x: max(x, 1, 3), "min(x, 1, 3)": lambda x: min(x, 1, 3),
    "piecewise(x, x > 0, 0)": lambda x: max(x, 0), "piecewise(0, x < 0, x)": lambda x: max(x, 0),
    "piecewise(x, x >= 1, 1)": lambda x: max(x, 1), "piecewise(x, 1 >= x, 1)": lambda x: min(x, 1),
    "piecewise(1, x > 1, x)": lambda x: min(x, 1),
    "piecewise(x - 1, x > 1, 0)": lambda x: max(x - 1, 0),
    "piecewise(0, x < 1, 5 * (x - 1))": lambda x: 5 * max(x - 1, 0),
    "piecewise(1 - x, x < 1, 0)": lambda x: max(1 - x, 0),
    "piecewise(0, x > 1, x - 1)": lambda x: min(x - 1, 0),
    "piecewise(x^0.7, x > 0, 0)": lambda x: max(x, 0) ** 0.7,
    "pi * x + exponentiale": lambda x: np.pi * x + np.e, "avogadro / 1e23": lambda x: 6.02214179,
    "x - (3 - (x - 5))": lambda x: x - (3 - (x - 5)), "x / (3 / (x / 5))": lambda x: x / (3 / (x / 5)),
    "-x^2": lambda x: -(x**2), "(-x)^2": lambda x: x**2, "2^(-(x))": lambda x: 2 ** (-x),
    "-(x + 1) * -3": lambda x: (x + 1) * 3, "x + -2.5": lambda x: x - 2.5,
}  # fmt: skip


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("x", [-2.3, -0.4, 0.6, 1.7, 4.0])
def test_a_formula_keeps_its_value(tmp_path: Path, formula: str, x: float) -> None:
    text = document(
        of_species=[species("A")], parameters=[parameter("x", x), parameter("y", None, False)],
        rules=[assignment_rule("y", formula)],
    )  # fmt: skip
    found = imported(tmp_path, text)
    value = start_values(found.model, ["y"], parameters_of(found))["y"]
    assert_allclose(
        value, FORMULAS[formula](x), rtol=1e-13, atol=1e-13
    )  # a few roundings of numbers near one


@pytest.mark.parametrize(
    "formula",
    ["x^n / (h^n + x^n)", "v * x^n / (x^n + h^n) / 3", "h^n / (h^n + x^n)", "(x / h)^n / (1 + (x / h)^n)"],
)
def test_saturating_powers_keep_their_value_at_zero_too(tmp_path: Path, formula: str) -> None:
    constants = {"n": 2.5, "h": 0.7, "v": 3.0}
    used = [parameter(name, value) for name, value in constants.items()]
    text = document(parameters=[parameter("x", 0.0, False), *used], rules=[rate_rule("x", formula)])
    found = imported(tmp_path, text)
    for x in (0.0, 0.2, 5.0):
        value = derivative(found.model, np.array([[x]]), parameters_of(found))[0, 0]
        expected = eval(formula.replace("^", "**"), {"x": x, **constants})
        assert_allclose(value, expected, rtol=1e-13)  # a few roundings


def test_very_long_formulas_are_written_in_parts(tmp_path: Path) -> None:
    nested = "x"
    for _ in range(150):
        nested = f"(1 + {nested} / (2 + k))"
    wide = " + ".join(f"{i} * k * x" for i in range(3, 400))
    text = document(
        of_species=[species("A")],
        parameters=[
            parameter("x", 1.5), parameter("k", 0.7),
            parameter("y", None, False), parameter("z", None, False),
        ],
        rules=[assignment_rule("y", nested), assignment_rule("z", wide)],
    )  # fmt: skip
    found = imported(tmp_path, text)
    values = start_values(found.model, ["y", "z"], parameters_of(found))
    expected = eval(nested, {"x": 1.5, "k": 0.7}), sum(range(3, 400)) * 0.7 * 1.5
    assert_allclose([values["y"][0], values["z"][0]], expected, rtol=1e-12)  # hundreds of roundings


def test_an_event_fires_each_time_its_trigger_becomes_true(tmp_path: Path) -> None:
    text = document(
        parameters=[parameter("x", 0.0, False), parameter("n", 0.0, False)], rules=[rate_rule("x", "1")],
        events=[event("E", "x > 2", {"x": "0", "n": "n + 1"})],
    )  # fmt: skip
    values = simulate(imported(tmp_path, text), [1.9, 2.5, 7.0], ["x", "n"])
    # the event is found within 1e-10 days, up to three times
    assert_allclose(values["x"], [1.9, 0.5, 1.0], atol=1e-8)
    assert list(values["n"]) == [0, 1, 3]


def test_new_values_are_computed_before_any_is_given(tmp_path: Path) -> None:
    text = document(
        parameters=[parameter("t", 0.0, False), parameter("x", 1.0, False), parameter("y", 5.0, False)],
        rules=[rate_rule("t", "1")], events=[event("E", "t > 2", {"x": "y", "y": "x"})],
    )  # fmt: skip
    values = simulate(imported(tmp_path, text), [3.0], ["x", "y"])
    assert (values["x"][0], values["y"][0]) == (5.0, 1.0)


def test_a_trigger_true_at_the_start_fires_there_if_its_initial_value_is_false(tmp_path: Path) -> None:
    text = document(
        parameters=[parameter("x", 3.0, False)], rules=[rate_rule("x", "1")],
        events=[event("E", "x > 2", {"x": "-10"}, initial=False)],
    )  # fmt: skip
    assert_allclose(at(imported(tmp_path, text), 1.0, "x"), -9.0, **CLOSE)


def test_a_function_may_stand_for_a_trigger(tmp_path: Path) -> None:
    functions = [f'<functionDefinition id="above">{math("lambda(a, b, a > b)")}</functionDefinition>']
    text = document(
        functions=functions, parameters=[parameter("x", 0.0, False)], rules=[rate_rule("x", "1")],
        events=[event("E", "above(x, 2)", {"x": "0"})],
    )  # fmt: skip
    assert imported(tmp_path, text).model.events[0].when.text == "x > 2"


def test_a_file_of_level_one_is_read(tmp_path: Path) -> None:
    text = """<?xml version="1.0" encoding="UTF-8"?>
        <sbml xmlns="http://www.sbml.org/sbml/level1" level="1" version="2"><model name="old">
        <listOfCompartments><compartment name="c" volume="2"/></listOfCompartments>
        <listOfSpecies><species name="A" compartment="c" initialAmount="3"/></listOfSpecies>
        <listOfParameters><parameter name="k" value="0.4"/></listOfParameters>
        <listOfReactions><reaction name="J" reversible="false">
        <listOfReactants><speciesReference species="A" stoichiometry="2"/></listOfReactants>
        <kineticLaw formula="k * A"/></reaction></listOfReactions></model></sbml>"""
    found = imported(tmp_path, text.replace("\n        ", "\n"))
    assert_allclose(at(found, 2.0, "A"), 1.5 * exp(-0.4 * 2 / 2 * 2.0), **CLOSE)


def test_the_size_of_a_compartment_may_be_assigned_at_the_start(tmp_path: Path) -> None:
    text = document(
        compartments=['<compartment id="c" spatialDimensions="3" constant="true"/>'],
        of_species=[species("A", 'initialAmount="6"')], parameters=[parameter("w", 2.0), parameter("k", 0.4)],
        starts=[initial_assignment("c", "3 * w")], reactions=[reaction("J", "k * A * c", {"A": 1}, {})],
    )  # fmt: skip
    assert_allclose(at(imported(tmp_path, text), 2.0, "A"), exp(-0.8), **CLOSE)


def test_the_rate_of_a_reaction_may_be_read_under_its_name(tmp_path: Path) -> None:
    text = document(
        of_species=[species("A")], parameters=[parameter("y", 0.0, False)],
        reactions=[reaction("J", "0.4 * A", {"A": 1}, {})], rules=[rate_rule("y", "J")],
    )  # fmt: skip
    assert_allclose(at(imported(tmp_path, text), 2.0, "y"), 1 - exp(-0.8), **CLOSE)


@pytest.mark.parametrize("amount", [True, False])
def test_a_constant_species_is_converted_like_any_other(tmp_path: Path, amount: bool) -> None:
    stated = 'initialConcentration="3"' if amount else 'initialAmount="3"'
    constant = species("A", stated, hasOnlySubstanceUnits=str(amount).lower(), constant="true")
    text = document(
        compartments=TWO_LITRES, of_species=[constant], parameters=[parameter("y", 0.0, False)],
        rules=[rate_rule("y", "A")],
    )  # fmt: skip
    assert_allclose(at(imported(tmp_path, text), 1.0, "y"), 6.0 if amount else 1.5, **CLOSE)


def test_an_event_at_the_very_start_sets_starting_values_and_nothing_before_them(tmp_path: Path) -> None:
    text = document(
        parameters=[parameter("x", 3.0, False), parameter("y", None, False), parameter("z", None, False)],
        starts=[initial_assignment("y", "x * 2"), initial_assignment("z", "x + y")],
        rules=[rate_rule("x", "1"), rate_rule("y", "0 * y")],
        events=[event("E", "time >= 0", {"x": "y + 1"}, initial=False)],
    )  # fmt: skip
    values = simulate(imported(tmp_path, text), [0.0, 1.0], ["x", "y", "z"])
    assert_allclose(values["x"], [7.0, 8.0], **CLOSE)
    assert_allclose(values["y"], [6.0, 6.0], **CLOSE)
    assert_allclose(values["z"], [9.0, 9.0], **CLOSE)
