"""`trialkine import` says what a model file is, or lists all that cannot be read."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from import_samples import DATA
from sbml_samples import document, parameter, rate_rule
from trialkine.cli.main import main

pytest.importorskip("libsbml")

DRUG = str(DATA / "copasi_two_compartment_drug.xml")
OWN = Path(__file__).parents[2] / "examples" / "own-model"
NATIVE = """
name = "one_compartment"
title = "One compartment"
about = "A drug that is lost."

[states.drug]
unit = "mg"
about = "drug"

[parameters.loss_rate]
about = "loss"
value = 0.5
unit = "1/day"
kind = "derived"
source = "definition"
where = "made up"

[[flows]]
source = "drug"
rate = "loss_rate * drug"
"""


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
    found = json.loads(target.read_text("utf-8"))
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


def test_a_mapping_is_told_the_key_of_the_unit_of_time_and_offers_no_conversion(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, draft = tmp_path / "plain.xml", tmp_path / "my.mapping.yaml"
    path.write_text(document(parameters=[parameter("x", 1.0, False)], rules=[rate_rule("x", "-x")]))
    assert main(["import", str(path), "--draft", str(draft)]) == 0
    assert "per_day = 1 [1/day]" in capsys.readouterr().out
    assert "per_day" not in draft.read_text()
    draft.write_text(draft.read_text().replace("quantity: CHOOSE", "quantity: x\n  unit: mm", 1))
    assert main(["check", str(draft)]) == 0
    said = capsys.readouterr().out
    assert "Write `time_unit: hour` in the mapping file if it is hours." in said
    assert "--time-unit" not in said


def test_a_file_that_is_not_there_is_said_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "nowhere.xml"]) == 2
    assert "'nowhere.xml' cannot be read" in capsys.readouterr().err


def test_a_published_model_is_shown_like_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "kuznetsov_1994"]) == 0
    shown = capsys.readouterr().out
    assert "2 states, 11 parameters, 1 quantity, 0 planned doses, 0 located events\n" in shown
    assert "growth_rate = 0.18 [1/day]" in shown  # as in docs/published-models.md


def test_a_native_model_file_is_shown_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "plain.toml"
    path.write_text(NATIVE)
    assert main(["import", str(path), "--json", str(tmp_path / "found.json")]) == 0
    assert "loss_rate = 0.5 [1/day]" in capsys.readouterr().out
    assert json.loads((tmp_path / "found.json").read_text("utf-8"))["states"][0]["name"] == "drug"


def test_a_draft_is_a_mapping_once_its_choices_are_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "growth.xml").write_bytes((OWN / "growth-inhibition.xml").read_bytes())
    monkeypatch.chdir(tmp_path)
    assert main(["import", "models/growth.xml", "--time-unit", "day", "--draft", "my.mapping.yaml"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert "Drafted my.mapping.yaml." in last
    assert "'trialkine check my.mapping.yaml'" in last
    text = Path("my.mapping.yaml").read_text("utf-8")
    assert "\nmodel: models/growth.xml\ntime_unit: day\n" in text
    assert main(["check", "my.mapping.yaml"]) == 2
    assert "'CHOOSE'" in capsys.readouterr().err
    Path("my.mapping.yaml").write_text(text.replace("quantity: CHOOSE", "quantity: D", 1))
    assert main(["check", "my.mapping.yaml"]) == 0
    assert "Tumour: 'D', a diameter" in capsys.readouterr().out


def test_a_draft_of_a_published_model_names_it(tmp_path: Path) -> None:
    draft = tmp_path / "mapping.yaml"
    assert main(["import", "kirschner_panetta_1998", "--draft", str(draft)]) == 0
    assert "\nmodel: kirschner_panetta_1998\n" in draft.read_text("utf-8")


def test_the_agents_of_a_model_are_listed_and_a_case_can_be_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draft, found = tmp_path / "mapping.yaml", tmp_path / "found.json"
    asked = ["import", "de_pillis_2006", "--case", "healthy", "--draft", str(draft), "--json", str(found)]
    assert main(asked) == 0
    shown = capsys.readouterr().out
    assert "\nAgents\n" in shown
    assert "  aldesleukin: doses in IU/L" in shown
    assert "\nmodel: de_pillis_2006\ncase: healthy\n" in draft.read_text()
    facts = json.loads(found.read_text())
    assert "aldesleukin" in [agent["name"] for agent in facts["agents"]]


def test_a_draft_never_replaces_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draft = tmp_path / "mapping.yaml"
    draft.write_text("mine")
    assert main(["import", DRUG, "--draft", str(draft)]) == 2
    assert f"'--draft {draft}' exists already. Name a new file" in capsys.readouterr().err
    assert draft.read_text("utf-8") == "mine"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["trial.yaml"], "'trial.yaml' is no model file. Name an SBML file"),
        (["kuznetsov_1949"], "is named 'kuznetsov_1949'. Did you mean 'kuznetsov_1994'?"),
        (["kuznetsov_1994", "--time-unit", "hour"], "'--time-unit hour' is for SBML files"),
        ([DRUG, "--case", "healthy"], "'--case healthy' has no meaning"),
        (["de_pillis_2006", "--case", "helthy"], "Did you mean 'healthy'?"),
        ([DRUG, "--draft", "-"], "'--draft -' is no file. Name a new file"),
        ([DRUG, "--draft", "no-folder/my.yaml"], "'--draft no-folder/my.yaml' lies in a folder"),
        (["no-such.toml"], "Cannot read the model file 'no-such.toml'"),
    ],
)
def test_a_wrong_word_ends_with_two_and_a_sentence(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_without_libsbml_the_line_that_installs_it_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "libsbml", None)
    assert main(["import", DRUG]) == 2
    said = capsys.readouterr().err
    assert "needs the package 'python-libsbml', which is not installed." in said
    assert said.endswith(
        "Install it with: pip install 'trialkine[sbml]', or in a clone: "
        "pip install -c constraints.txt '.[sbml]'\n"
    )
    assert main(["import", "kuznetsov_1994"]) == 0  # needs none
