"""`trialkine import` says what a model file is, or lists all that cannot be read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from import_samples import DATA
from sbml_samples import document, parameter, rate_rule
from trialkine.cli.main import main

pytest.importorskip("libsbml")

DRUG = str(DATA / "copasi_two_compartment_drug.xml")


def broken(tmp_path: Path) -> Path:
    """A file with two constructs that cannot be carried over."""
    path = tmp_path / "broken.xml"
    rules = [rate_rule("x", "sin(x)"), rate_rule("y", "ceil(y)")]
    path.write_text(
        document(parameters=[parameter("x", 1.0, False), parameter("y", 1.0, False)], rules=rules)
    )
    return path


def test_it_shows_states_parameters_quantities_doses_events_and_notes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["import", DRUG]) == 0
    shown = capsys.readouterr().out
    assert "5 states, 10 parameters, 4 quantities, 2 planned doses, 1 located event\n" in shown
    assert "hours_per_day = 24 [1/day]" in shown
    assert "day 0.0416667: 6 into D (dose_into_D, bolus)" in shown
    assert "reset: when exposure > reset_threshold, exposure becomes 0" in shown
    assert "Time is counted in hours, as the file says." in shown
    assert "copasi_two_compartment_drug.xml:86, compartment 'plasma'" in shown


def test_it_ends_with_the_next_step(capsys: pytest.CaptureFixture[str]) -> None:
    main(["import", DRUG])
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("Next: ")
    assert "mapping file" in last
    assert "docs/own-model.md" in last


def test_every_construct_that_is_refused_is_shown_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", str(broken(tmp_path))]) == 2
    captured = capsys.readouterr()
    lines = captured.err.splitlines()
    assert captured.out == ""
    assert ["'sin'" in lines[0], "'ceiling'" in lines[1], len(lines)] == [True, True, 2]
    assert all("broken.xml:1" in line for line in lines)  # both stand on lines 11 to 13


def test_the_findings_are_written_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "found.json"
    assert main(["import", DRUG, "--json", str(target)]) == 0
    found = json.loads(target.read_text())
    assert (found["ok"], found["title"], found["problems"]) == (True, "two_compartment_drug", [])
    assert [state["name"] for state in found["states"]] == ["D", "T", "E", "R", "exposure"]
    assert found["doses"][0] == {
        "agent": "dose_into_D", "route": "bolus", "into": "D", "day": 1 / 24, "amount": 6.0, "unit": "",
        "duration_days": 0.0,
    }  # fmt: skip
    capsys.readouterr()
    assert main(["import", DRUG, "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out) == found


def test_refusals_are_written_as_json_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", str(broken(tmp_path)), "--json", "-"]) == 2
    found = json.loads(capsys.readouterr().out)
    assert not found["ok"]
    assert [problem["line"] for problem in found["problems"]] == sorted(p["line"] for p in found["problems"])


def test_the_unit_of_time_can_be_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "plain.xml"
    path.write_text(document(parameters=[parameter("x", 1.0, False)], rules=[rate_rule("x", "-x")]))
    assert main(["import", str(path)]) == 0
    assert "'--time-unit hour'" in capsys.readouterr().out
    assert main(["import", str(path), "--time-unit", "hours"]) == 0
    assert "Time is counted in hours, as you said." in capsys.readouterr().out
    assert main(["import", str(path), "--time-unit", "moon"]) == 2
    assert "'moon' is not a unit of time. Write one of: day" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_said_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "nowhere.xml"]) == 2
    assert "'nowhere.xml' cannot be read" in capsys.readouterr().err
