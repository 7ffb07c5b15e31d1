"""`trialkine design`: what it prints and writes, how fast it begins, and how impossible wishes end."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from trialkine.cli.main import main
from trialkine.design.simon import simon_designs

QUESTION = ["--p0", "0.1", "--p1", "0.3", "--alpha", "0.05", "--power", "0.8"]


def said_by(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["design", *arguments]) == 0
    return capsys.readouterr().out


def test_simon_prints_clinfuns_columns_with_minimax_and_optimal(capsys: pytest.CaptureFixture[str]) -> None:
    lines = said_by(["simon", *QUESTION], capsys).splitlines()
    head = next(line for line in lines if "n1" in line)
    assert head.split()[:6] == ["r1", "n1", "r", "n", "EN(p0)", "PET(p0)"]
    shown = [line.split()[:7] for line in lines if line.startswith(("Minimax", "Optimal", "Admissible"))]
    assert shown == [
        ["Minimax", "1", "15", "5", "25", "19.51", "0.5490"],
        ["Optimal", "1", "10", "5", "29", "15.01", "0.7361"],
    ]


def test_admissible_designs_come_with_the_weights_for_which_they_are_best(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = said_by(["simon", *QUESTION, "--admissible"], capsys)
    assert said.count("Admissible") == 2
    assert "qLo" in said
    assert "qHi" in said


def test_json_holds_every_design_in_the_published_keys(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "designs.json"
    said_by(["simon", *QUESTION, "--json", str(target)], capsys)
    written = json.loads(target.read_text("utf-8"))
    assert written == {"designs": [dict(row) for row in simon_designs(0.1, 0.3, 0.05, 0.8).rows()]}
    keys = ["design", "r1", "n1", "r", "n", "en_p0", "pet_p0", "alpha", "power"]
    assert [list(row) for row in written["designs"]] == [keys] * 4


def test_json_on_standard_output_is_nothing_but_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["design", "simon", *QUESTION, "--admissible", "--json", "-"]) == 0
    captured = capsys.readouterr()
    weights = [(row["q_low"], row["q_high"]) for row in json.loads(captured.out)["designs"]]
    assert [low for low, _ in weights[:-1]] == [high for _, high in weights[1:]]  # the ranges adjoin
    assert (weights[0][1], weights[-1][0]) == (1.0, 0.0)
    assert "Optimal" in captured.err


@pytest.mark.parametrize(("ending", "begins"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_the_figure_is_written_in_the_kind_its_name_says(
    ending: str, begins: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / f"boundary.{ending}"
    said = said_by(["simon", *QUESTION, "--figure", str(target)], capsys)
    assert target.read_bytes().startswith(begins)
    assert str(target) in said


def test_the_figure_names_the_designs_that_are_shown(tmp_path: Path) -> None:
    few, all_of_them = tmp_path / "few.svg", tmp_path / "all.svg"
    assert main(["design", "simon", *QUESTION, "--figure", str(few)]) == 0
    assert main(["design", "simon", *QUESTION, "--admissible", "--figure", str(all_of_them)]) == 0
    for name in ("minimax 1/15, 5/25", "optimal 1/10, 5/29"):
        assert name in few.read_text("utf-8")
    assert "admissible" not in few.read_text("utf-8")
    assert "admissible 1/11, 5/27" in all_of_them.read_text("utf-8")


def test_a_bound_that_cut_the_search_short_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    question = ["--p0", "0.2", "--p1", "0.35", "--alpha", "0.05", "--power", "0.95"]
    assert "Only trials of at most 100 patients" in said_by(["simon", *question, "--max-n", "100"], capsys)
    assert "Only trials" not in said_by(["simon", *question, "--max-n", "200"], capsys)


def test_fleming_prints_the_exact_design_beside_the_approximate_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "designs.json"
    said = said_by(["fleming", *QUESTION, "--count", "2", "--json", str(target)], capsys)
    assert said.count("Exact") == 2
    assert "misses its power" in said
    written = json.loads(target.read_text("utf-8"))["designs"]
    assert [row["design"] for row in written] == ["exact", "exact", "fleming"]


def test_gehan_prints_the_patients_to_add(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "design.json"
    said = said_by(["gehan", "--p1", "0.2", "--json", str(target)], capsys)
    assert "14 patients first" in said
    written = json.loads(target.read_text("utf-8"))
    assert written["n1"] == 14
    assert [stage["responses"] for stage in written["second_stage"]] == list(range(15))


def test_inference_prints_estimates_and_verdict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "inference.json"
    arguments = ["inference", "1/10", "5/29", "--p0", "0.1", "--responses", "6", "--json", str(target)]
    said = said_by(arguments, capsys)
    assert "Verdict: promising" in said
    assert "Naive" in said
    written = json.loads(target.read_text("utf-8"))
    assert written["p_value"] == pytest.approx(0.0471, abs=5e-5)
    assert written["naive"]["estimate"] == pytest.approx(6 / 29)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["simon", "--p0", "0.3", "--p1", "0.1"], "0 < p0 < p1 < 1"),
        (["simon", "--p0", "0.3", "--p1", "0.3"], "0 < p0 < p1 < 1"),
        (["simon", "--p0", "nan", "--p1", "0.3"], "0 < p0 < p1 < 1"),
        (["simon", "--p0", "0.1", "--p1", "0.3", "--alpha", "1.5"], "0 < alpha < power < 1"),
        (["simon", "--p0", "0.1", "--p1", "0.3", "--max-n", "24"], "at most 24 patients"),
        (["simon", "--p0", "0.1", "--p1", "0.3", "--max-n", "1"], "out of range"),
        (["simon", "--p0", "0.5", "--p1", "0.51"], "more than 400 patients"),
        (["simon", "--p0", "0.1", "--p1", "0.3", "--figure", "x.gif"], "'--figure x.gif'"),
        (["simon", "--p0", "0.1", "--p1", "0.3", "--json", "nowhere/x.json"], "does not exist"),
        (["simon", "--p0", "0.1"], "--p1"),
        (["fleming", "--p0", "0.3", "--p1", "0.1"], "0 < p0 < p1 < 1"),
        (["fleming", "--p0", "0.1", "--p1", "0.3", "--max-n", "10"], "at most 10 patients"),
        (["gehan", "--p1", "1.2"], "not between 0 and 1"),
        (["inference", "1-10", "5/29", "--p0", "0.1", "--responses", "6"], "R1/N1"),
        (["inference", "10/5", "5/29", "--p0", "0.1", "--responses", "6"], "0 <= r1 < n1 < n"),
        (["inference", "1/10", "5/29", "--p0", "0.1", "--responses", "40"], "impossible"),
    ],
)
def test_impossible_wishes_end_with_a_sentence_and_exit_code_two(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["design", *arguments]) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert "Traceback" not in captured.err
    assert captured.out == ""


def test_simon_loads_nothing_slower_than_numpy() -> None:
    heavy = ("scipy", "polars", "matplotlib", "numba", "pint", "jinja2", "ruamel")
    code = (
        "import sys; from trialkine.cli.main import main; "
        f"main(['design', 'simon', *{QUESTION!r}]); "
        f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
