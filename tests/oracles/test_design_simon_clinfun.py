"""Simon designs against R clinfun; data and provenance in tests/data/simon_designs.*."""

import csv
from functools import cache
from pathlib import Path

import pytest

from trialkine.design.simon import SimonDesign, SimonDesigns, simon_designs

TABLE = (Path(__file__).parents[1] / "data" / "simon_designs.csv").read_text(encoding="utf-8")
ROWS = list(csv.DictReader(TABLE.splitlines()))
SEARCHED = [row for row in ROWS if row["design"] != "admissible"]
ADMISSIBLE = [row for row in ROWS if row["design"] == "admissible"]


@cache
def designs(p0: str, p1: str, alpha: str, beta: str) -> SimonDesigns:
    return simon_designs(float(p0), float(p1), float(alpha), 1.0 - float(beta))


def answer(row: dict[str, str]) -> SimonDesigns:
    return designs(row["p0"], row["p1"], row["alpha"], row["beta"])


def numbers(design: SimonDesign) -> tuple[int, int, int, int]:
    return design.rule.r1, design.rule.n1, design.rule.r, design.rule.n


def identity(row: dict[str, str]) -> str:
    return "-".join(row[key] for key in ("p0", "p1", "alpha", "beta", "design"))


def expected(row: dict[str, str]) -> tuple[int, int, int, int]:
    return int(row["r1"]), int(row["n1"]), int(row["r"]), int(row["n"])


def test_the_table_holds_all_searched_rows():
    assert (len(SEARCHED), len(ADMISSIBLE)) == (112, 5)


@pytest.mark.parametrize("row", SEARCHED, ids=identity)
def test_searched_design_equals_clinfun(row):
    found = getattr(answer(row), row["design"])
    assert numbers(found) == expected(row)
    # half a unit in the last printed decimal
    assert found.expected_patients == pytest.approx(float(row["en_p0"]), abs=0.51e-4)
    assert found.early_stop_probability == pytest.approx(float(row["pet_p0"]), abs=0.51e-4)
    assert found.type_one_error == pytest.approx(float(row["type_one_error"]), abs=0.51e-5)
    assert found.power == pytest.approx(float(row["power"]), abs=0.51e-5)


@pytest.mark.parametrize("row", ADMISSIBLE, ids=identity)
def test_admissible_designs_hold_the_printed_one(row):
    assert expected(row) in [numbers(design) for design in answer(row).admissible]


def test_optimal_lies_beyond_one_hundred_patients_where_a_bounded_search_misses_it():
    # a search up to n = 100 returns 11/53, 26/99
    assert numbers(simon_designs(0.20, 0.35, 0.05, 0.95).optimal) == (11, 50, 28, 109)
