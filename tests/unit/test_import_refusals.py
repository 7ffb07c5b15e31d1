"""What cannot be carried over is refused by name and line, all of it at once, and nothing is dropped."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

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
from trialkine.errors import InputError, ProblemsError
from trialkine.interchange.sbml_import import read_sbml

pytest.importorskip("libsbml")

X = [parameter("x", 1.0, False), parameter("y", None, False), parameter("k", 2.0)]
MOVING = rate_rule("x", "-x")
DELAYED = f"<delay>{math('3')}</delay>"
FIRST = f"<priority>{math('3')}</priority>"
VARIABLE = '<compartment id="c" spatialDimensions="3" size="1" constant="false"/>'

REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {  # about: (document, what its line holds, message)
    "algebraic rule": (
        {"rules": [MOVING, f"<algebraicRule>{math('y - x')}</algebraicRule>"]},
        "<algebraicRule",
        "An algebraic rule",
    ),
    "constraint": (
        {"rules": [MOVING], "constraints": [f"<constraint>{math('x > 0')}</constraint>"]},
        "<constraint>",
        "A constraint",
    ),
    "delay": ({"rules": [rate_rule("x", "delay(x, 1)")]}, "<rateRule", "rate rule of 'x' uses a delay"),
    "rate of": (
        {"rules": [MOVING, assignment_rule("y", "rateOf(x)")]},
        "<assignmentRule",
        "csymbol 'rateOf'",
    ),
    "sine": ({"rules": [rate_rule("x", "sin(x)")]}, "<rateRule", "uses 'sin'"),
    "ceiling": ({"rules": [rate_rule("x", "ceil(x)")]}, "<rateRule", "uses 'ceiling'"),
    "factorial": ({"rules": [rate_rule("x", "factorial(x)")]}, "<rateRule", "uses 'factorial'"),
    "remainder": ({"rules": [rate_rule("x", "rem(x, 3)")]}, "<rateRule", "uses 'rem'"),
    "whole quotient": ({"rules": [rate_rule("x", "quotient(x, 3)")]}, "<rateRule", "uses 'quotient'"),
    "a condition as a number": (
        {"rules": [rate_rule("x", "2 * (x > 1)")]},
        "<rateRule",
        "uses a condition as a number",
    ),
    "infinity": ({"rules": [rate_rule("x", "x + INF")]}, "<rateRule", "the number 'inf'"),
    "piecewise": (
        {"rules": [rate_rule("x", "piecewise(1, x > 2, 3)")]},
        "<rateRule",
        "a piecewise that is no max, min",
    ),
    "piecewise of several": (
        {"rules": [rate_rule("x", "piecewise(1, x > 2, 3, x > 1, 5)")]},
        "<rateRule",
        "a piecewise that is no max",
    ),
    "initial assignment": (
        {"rules": [MOVING], "starts": [initial_assignment("y", "cos(k)")]},
        "<initialAssignment",
        "uses 'cos'",
    ),
    "kinetic law": (
        {
            "rules": [MOVING],
            "of_species": [species("A")],
            "reactions": [reaction("J", "tan(A)", {"A": 1}, {})],
        },
        "<kineticLaw",
        "kinetic law of reaction 'J' uses 'tan'",
    ),
    "event delay": (
        {"rules": [MOVING], "events": [event("E", "x < 0.5", {"x": "1"}, extra=DELAYED)]},
        "<delay",
        "delay",
    ),
    "event priority": (
        {"rules": [MOVING], "events": [event("E", "x < 0.5", {"x": "1"}, extra=FIRST)]},
        "<priority",
        "priority",
    ),
    "trigger by equality": (
        {"rules": [MOVING], "events": [event("E", "x == 0.5", {"x": "1"})]},
        "<trigger",
        "uses 'eq' as a condition",
    ),
    "trigger by exclusive or": (
        {"rules": [MOVING], "events": [event("E", "xor(x < 0.5, x > 2)", {"x": "1"})]},
        "<trigger",
        "'xor' as a condition",
    ),
    "trigger true at the start": (
        {"rules": [MOVING], "events": [event("E", "x > 0.5", {"x": "1"})]},
        "<event ",
        "true at the start",
    ),
    "trigger by a standing equality": (
        {
            "rules": [MOVING],
            "events": [event("E", "y >= 1", {"x": "1"}), event("F", "x < 0.1", {"y": "1"})],
            "starts": [initial_assignment("y", "0")],
        },
        '<event id="E"',
        "hold by equality alone",
    ),
    "two events that set one thing at one time": (
        {
            "rules": [MOVING],
            "events": [event("E", "time > 1", {"x": "x + 1"}), event("F", "time > 1", {"x": "x + 2"})],
        },
        '<eventAssignment variable="x"',
        "Events 'E' and 'F' change 'x' at the same time, 1",
    ),
    "two events with one trigger that set one thing": (
        {"rules": [MOVING], "events": [event("E", "x < 0.5", {"x": "1"}), event("F", "x < 0.5", {"x": "2"})]},
        '<eventAssignment variable="x"',
        "'x' is set by event 'F' and by another one",
    ),
    "compartment with a rate": (
        {"rules": [MOVING, rate_rule("c", "1")], "compartments": [VARIABLE]},
        '<rateRule variable="c"',
        "Compartment 'c' has",
    ),
    "compartment set by an event": (
        {"rules": [MOVING], "compartments": [VARIABLE], "events": [event("E", "x < 0.5", {"c": "2"})]},
        "<eventAssignment",
        "Compartment 'c' is changed by event 'E'",
    ),
    "parameter without a value": (
        {"rules": [rate_rule("x", "y")]},
        '<parameter id="y"',
        "Parameter 'y' has no value",
    ),
    "species without a value": (
        {
            "rules": [MOVING],
            "of_species": [species("A", "")],
            "reactions": [reaction("J", "A", {"A": 1}, {})],
        },
        '<species id="A"',
        "Species 'A' has no value",
    ),
}


@pytest.mark.parametrize("about", REFUSED)
def test_a_construct_is_refused_with_its_line(tmp_path: Path, about: str) -> None:
    given, line, message = REFUSED[about]
    text = document(**{"parameters": X, **given})
    with pytest.raises(ProblemsError) as caught:
        imported(tmp_path, text)
    (problem,) = caught.value.problems
    assert message in problem.message
    first = text.splitlines()[int(problem.line or 0) - 1]
    assert line in first
    assert str(problem).startswith(f"small.xml:{problem.line}: ")


def test_everything_is_refused_at_once_in_order_of_lines(tmp_path: Path) -> None:
    text = document(
        parameters=X,
        rules=[rate_rule("x", "sin(x) + floor(x) * delay(x, 1)"), assignment_rule("y", "cos(x)")],
        events=[event("E", "x == 1", {"x": "1"}, extra=DELAYED + FIRST)],
    )  # fmt: skip
    with pytest.raises(ProblemsError) as caught:
        imported(tmp_path, text)
    problems = caught.value.problems
    words = ["'sin'", "'floor'", "uses a delay", "'cos'", "'eq'", "has a delay", "priority"]
    assert all(sum(word in problem.message for problem in problems) == 1 for word in words), problems
    lines = [problem.line for problem in problems]
    assert lines == sorted(lines, key=lambda line: line or 0)


@pytest.mark.parametrize(
    ("name", "required", "level"),
    [("comp", "true", 1), ("fbc", "false", 2), ("qual", "true", 1), ("spatial", "true", 1)],
)
def test_a_package_that_changes_the_model_is_refused_by_name(
    tmp_path: Path, name: str, required: str, level: int
) -> None:
    space = f"http://www.sbml.org/sbml/level3/version1/{name}/version{level}"
    text = document(
        parameters=X, rules=[MOVING], sbml=f'xmlns:{name}="{space}" {name}:required="{required}"',
        model=f'{name}:strict="false"' if name == "fbc" else "",
    )  # fmt: skip
    with pytest.raises(ProblemsError, match=f"package '{name}'"):
        imported(tmp_path, text)


def test_a_package_that_is_not_required_is_a_note(tmp_path: Path) -> None:
    space = "http://www.sbml.org/sbml/level3/version1/layout/version1"
    text = document(parameters=X, rules=[MOVING], sbml=f'xmlns:layout="{space}" layout:required="false"')
    assert any("package 'layout'" in note for note in imported(tmp_path, text).notes)


def test_a_fast_reaction_is_refused(tmp_path: Path) -> None:
    text = document(of_species=[species("A")], reactions=[reaction("J", "A", {"A": 1}, {})])
    text = text.replace('version="2"', 'version="1"').replace("level3/version2/core", "level3/version1/core")
    fast = text.replace('reversible="false"', 'reversible="false" fast="true"')
    with pytest.raises(ProblemsError, match="Reaction 'J' is fast"):
        imported(tmp_path, fast)
    slow = text.replace('reversible="false"', 'reversible="false" fast="false"')
    assert imported(tmp_path, slow).model.state_names == ("A",)


def test_a_stoichiometry_with_a_rule_is_refused(tmp_path: Path) -> None:
    text = document(
        of_species=[species("A")], parameters=[parameter("k", 2.0)], rules=[assignment_rule("s", "k")],
        reactions=[reaction("J", "A", {"A": 1}, {})],
    )  # fmt: skip
    text = text.replace('stoichiometry="1" constant="true"', 'id="s" stoichiometry="1" constant="false"')
    text = text.replace('stoichiometry="1.0"', 'id="s"')
    with pytest.raises(ProblemsError, match="stoichiometry of 'A' in reaction 'J' is no constant number"):
        imported(tmp_path, text)


def test_a_reaction_without_a_law_is_refused(tmp_path: Path) -> None:
    text = document(of_species=[species("A")], reactions=[reaction("J", "A", {"A": 1}, {})])
    start, end = text.index("<kineticLaw>"), text.index("</kineticLaw>")
    with pytest.raises(ProblemsError, match="Reaction 'J' has no kinetic law"):
        imported(tmp_path, text[:start] + text[end + len("</kineticLaw>") :])


def test_an_unknown_csymbol_is_refused(tmp_path: Path) -> None:
    text = document(parameters=X, rules=[rate_rule("x", "time + x")])
    with pytest.raises(ProblemsError, match="Invalid SBML"):
        imported(tmp_path, text.replace("symbols/time", "symbols/weather"))


def test_a_file_in_which_nothing_changes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProblemsError, match="nothing to simulate"):
        imported(tmp_path, document(parameters=[parameter("k", 1.0)]))


def test_what_is_no_sbml_is_refused_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("hello")
    with pytest.raises(InputError, match="is not SBML"):
        read_sbml(file)
    file.write_text("<sbml><model></sbml>")
    with pytest.raises(ProblemsError, match="Invalid SBML"):
        read_sbml(file)
    file.write_bytes(b"\xff\xfe\x00<sbml")
    with pytest.raises(InputError, match="not text"):
        read_sbml(file)
    with pytest.raises(InputError, match="cannot be read"):
        read_sbml(tmp_path / "missing.xml")


def test_a_reference_to_nothing_is_invalid_sbml_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ProblemsError, match="Invalid SBML") as caught:
        imported(tmp_path, document(parameters=X, rules=[rate_rule("x", "nowhere")]))
    assert all(problem.line for problem in caught.value.problems)


def test_a_missing_library_is_named_with_its_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "small.xml"
    path.write_text(document(parameters=X, rules=[MOVING]))
    monkeypatch.setitem(sys.modules, "libsbml", None)
    with pytest.raises(InputError, match=r"pip install 'trialkine\[sbml\]'"):
        read_sbml(path)


def test_an_operation_with_too_few_values_in_a_function_is_refused(tmp_path: Path) -> None:
    power = math("lambda(a, a^2)").replace("<ci> a </ci><cn", "<cn").replace("<power/>", "<divide/>")
    text = document(
        functions=[f'<functionDefinition id="f">{power}</functionDefinition>'],
        parameters=X, rules=[rate_rule("x", "f(x)")],
    )  # fmt: skip
    with pytest.raises(ProblemsError, match=r"'divide' of 1 values|Invalid SBML"):
        imported(tmp_path, text)
