"""The reader of conflicts between sources, and what it refuses."""

from __future__ import annotations

import pytest

from trialkine.errors import ProblemsError
from trialkine.evidence.conflicts import parse_conflicts, stands_in

CONFLICT = """
[[conflicts]]
id = "clearance"
what = "clearance of a drug"
uses = "the first"
parameters = ["aldesleukin_clearance"]

[[conflicts.sides]]
fact = "PK_IL2_CL"
values = { value = "120" }

[[conflicts.sides]]
fact = "PK_IL2_CL2"
values = { value = "155-420" }
"""
SECOND_SIDE = CONFLICT[CONFLICT.rindex("[[conflicts.sides]]") :]


def faults(text: str) -> list[str]:
    with pytest.raises(ProblemsError) as caught:
        parse_conflicts(text, "own.toml")
    return str(caught.value).splitlines()


def test_a_conflict_has_its_sides_in_order() -> None:
    found = parse_conflicts(CONFLICT, "own.toml")["clearance"]
    assert [(side.witness, side.key) for side in found.sides] == [
        ("fact", "PK_IL2_CL"),
        ("fact", "PK_IL2_CL2"),
    ]
    assert found.sides[0].values == {"value": "120"}
    assert (found.parameters, found.trials) == (("aldesleukin_clearance",), ())


def test_a_side_that_says_otherwise_than_its_fact_is_told_with_its_line() -> None:
    (said,) = faults(CONFLICT.replace('"120"', '"137"'))
    assert said == (
        "own.toml:10: A side of the conflict 'clearance' says '137', and 'value' of the fact 'PK_IL2_CL' is "
        "'120'. Correct one."
    )


def test_an_unknown_fact_source_and_column_are_told() -> None:
    text = CONFLICT.replace('"PK_IL2_CL2"', '"PK_IL2_KL2"').replace('value = "120"', 'number = "120"')
    text += '\n[[conflicts.sides]]\nsource = "textor_1978"\nvalues = { note = "120" }\n'
    assert faults(text) == [
        "own.toml:10: A side of the conflict 'clearance' names the column 'number', which is no text of a "
        "fact. Name another.",
        "own.toml:14: A side of the conflict 'clearance' names the unknown fact 'PK_IL2_KL2'. "
        "Did you mean 'PK_IL2_CL2'?",
        "own.toml:18: A side of the conflict 'clearance' names the unknown source 'textor_1978'. "
        "Did you mean 'textor_1987'?",
    ]


def test_one_side_is_enough_where_a_parameter_differs_from_it() -> None:
    alone = CONFLICT.removesuffix(SECOND_SIDE)
    assert len(parse_conflicts(alone, "own.toml")["clearance"].sides) == 1
    (said,) = faults(alone.replace("parameters", "trials"))
    assert said.endswith("has 1 sides. Give two, or one and the parameters that differ from it.")


def test_a_side_names_one_witness_and_its_values_are_texts() -> None:
    assert faults(CONFLICT.replace('fact = "PK_IL2_CL2"\n', "")) == [
        "own.toml:12: A side of the conflict 'clearance' names 0 of row, fact, claim, source. Name one."
    ]
    (said,) = faults(CONFLICT.replace('"120"', "120"))
    assert said.endswith('Write { column = "what stands there" }.')


def test_an_id_stands_once_and_every_text_is_filled_in() -> None:
    (said,) = faults(CONFLICT + CONFLICT)
    assert said == "own.toml:17: The conflict 'clearance' stands twice. Rename one."
    (said,) = faults(CONFLICT.replace('"the first"', '" "'))
    assert said == "own.toml:5: 'uses' of the conflict 'clearance' is no text. Fill it in."


@pytest.mark.parametrize(
    ("text", "cell", "expected"),
    [
        ("17", "17", True),
        ("1", "17", False),
        ("17", "17.1", False),
        ("12.5 %", "12.5 % implies 48", True),
        ("2.5 %", "12.5 % implies 48", False),
        ("48", "12.5 % implies 48", True),
        ("12", "12.5 % implies 48", False),
        ("49", "5.1+/-2.2 ; 49+/-5", True),
        ("", "", False),
        ("", "words here", False),
    ],
)
def test_a_text_stands_in_a_cell_whole_or_as_whole_numbers_of_its_words(
    text: str, cell: str, expected: bool
) -> None:
    assert stands_in(text, cell) is expected
