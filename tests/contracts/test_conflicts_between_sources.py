"""Every side of a conflict states what stands in its table, and what the choice concerns exists."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import trialkine
from number_tables import numbers
from trialkine.claims.catalogue import catalogue
from trialkine.evidence.conflicts import WITNESSES, Conflict, Side, conflicts, stands_in
from trialkine.evidence.sources import source
from trialkine.published_trials.catalogue import evidence_rows, not_modelled, published_trials

ROOT = Path(__file__).parents[2]
CONFLICTS = list(conflicts().values())
SIDES = [(conflict, side) for conflict in CONFLICTS for side in conflict.sides]


@pytest.fixture(scope="module")
def evidence_page() -> Iterator[ModuleType]:
    sys.path.insert(0, str(ROOT / "benchmarks"))
    import evidence_page

    yield evidence_page
    sys.path.remove(str(ROOT / "benchmarks"))


def facts_as_written() -> dict[str, dict[str, str]]:
    """The rows of the table of facts, without its reader."""
    path = Path(trialkine.__path__[0]) / "evidence" / "pharmacology.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        return {row["id"]: row for row in csv.DictReader(stream)}


def cell(side: Side, column: str) -> str:
    """What stands in the table of a side.

    Raises: KeyError, when there is no such row, fact, claim or column; InputError, for an unknown source.
    """
    if side.witness == "row":
        return evidence_rows()[side.key][column]
    if side.witness == "fact":
        return facts_as_written()[side.key][column]
    if side.witness == "claim":
        (claim,) = [one for one in catalogue().claims if one.id == side.key]
        return {"text": claim.text}[column]
    return {"citation": source(side.key).citation, "note": source(side.key).note}[column]


@pytest.mark.parametrize(
    ("conflict", "side"),
    [pytest.param(*pair, id=f"{pair[0].id}-{number}-{pair[1].key}") for number, pair in enumerate(SIDES)],
)
def test_a_side_states_what_stands_in_its_table(conflict: Conflict, side: Side) -> None:
    for column, text in side.values.items():
        assert stands_in(text, cell(side, column)), (column, cell(side, column))


def test_every_kind_of_witness_is_heard() -> None:
    assert {side.witness for _, side in SIDES} == set(WITNESSES)


@pytest.mark.parametrize("conflict", CONFLICTS, ids=lambda conflict: conflict.id)
def test_no_side_stands_twice_and_there_are_two_or_a_parameter_that_differs(conflict: Conflict) -> None:
    said = [(side.key, tuple(side.values.items())) for side in conflict.sides]
    assert len(set(said)) == len(said)
    assert len(said) >= 2 or conflict.parameters
    assert conflict.parameters or conflict.trials


@pytest.mark.parametrize("conflict", CONFLICTS, ids=lambda conflict: conflict.id)
def test_the_parameters_and_trials_that_a_choice_concerns_exist(
    conflict: Conflict, evidence_page: ModuleType
) -> None:
    for name in conflict.parameters:
        assert evidence_page.record_of(name).value is not None, name
    for name in conflict.trials:
        assert name in published_trials(), name


@pytest.mark.parametrize("conflict", CONFLICTS, ids=lambda conflict: conflict.id)
def test_the_rows_of_a_conflict_are_those_of_its_trials_or_are_left_out(conflict: Conflict) -> None:
    used = {
        row for name in conflict.trials for arm in published_trials()[name].reported or () for row in arm.rows
    }
    rows = {side.key for side in conflict.sides if side.witness == "row"}
    assert rows <= used | set(not_modelled())


# -- the page ---------------------------------------------------------------------------------------


def test_the_page_is_what_the_files_say(evidence_page: ModuleType) -> None:
    """Write it anew with benchmarks/evidence_page.py when this fails."""
    assert evidence_page.PAGE.read_text("utf-8") == evidence_page.page()


def test_the_page_counts_every_fact_that_any_file_cites(evidence_page: ModuleType) -> None:
    cited = {fact for number in numbers() for fact in number.beside.get("facts", ())}
    assert set(evidence_page.numbers_by_fact()) == cited
