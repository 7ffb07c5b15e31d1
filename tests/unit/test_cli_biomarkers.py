"""`trialkine biomarkers`: what it refuses, and a small study from end to end."""

from __future__ import annotations

import json

import pytest

from study_samples import TEMOZOLOMIDE, study_protocol
from trialkine.cli.main import main

PLACEBO = {"agent": "placebo", "dose": "1 mg", "route": "oral", "schedule": "daily, for 4 weeks"}


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "trial.yaml").write_text(study_protocol({"Temozolomide": [TEMOZOLOMIDE]}).to_yaml(), "utf-8")
    return "trial.yaml"


def refusal(capsys, *arguments: str) -> str:
    """What a command says that ends with exit code 2."""
    assert main(["biomarkers", *arguments]) == 2
    return " ".join(capsys.readouterr().err.split())


def test_a_small_study_writes_its_folder_and_says_what_it_found(file, tmp_path, capsys) -> None:
    assert (
        main(["biomarkers", file, "--patients", "60", "--members", "2", "--seed", "2", "--json", "n.json"])
        == 0
    )
    said = capsys.readouterr().out
    assert "Temozolomide: " in said
    assert "Prognostic or predictive cannot be told: the protocol has one arm" in said
    assert said.endswith("Page: trial-biomarkers/biomarkers.html\n")
    assert "Simulated data. Not for treating patients." in said
    record = json.loads((tmp_path / "n.json").read_text("utf-8"))
    assert record == json.loads((tmp_path / "trial-biomarkers" / "biomarkers.json").read_text("utf-8"))
    assert (record["members"], record["patients_per_arm"]) == (2, 60)
    assert record["literature"]["statements"] == []
    assert record["prognostic_or_predictive"]["why"]


def test_an_unknown_marker_is_answered_with_the_nearest(file, tmp_path, capsys) -> None:
    said = refusal(capsys, file, "--marker", "regulatory_cells", "--members", "0")
    assert "No quantity of the model is named 'regulatory_cells'. Did you mean 'regulatory_t_cells'?" in said
    assert not (tmp_path / "trial-biomarkers").exists()


def test_an_early_draw_after_the_first_scan_is_refused(file, capsys) -> None:
    assert "does not come before the first scan at 8 weeks" in refusal(capsys, file, "--early", "8 weeks")
    assert "8 weeks" in refusal(capsys, file, "--early", "soon")


def test_too_few_patients_for_the_members_are_refused(file, capsys) -> None:
    said = refusal(capsys, file, "--patients", "100", "--members", "10")
    assert "too few for 10 members" in said
    assert "--patients 200" in said
    assert "out of range" in refusal(capsys, file, "--patients", "3")


def test_a_trial_in_which_nobody_responds_is_refused(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    late = {"criteria": "who-1979", "every": "40 weeks"}  # the data are cut off before the first scan
    text = study_protocol({"Placebo": [PLACEBO]}, data_cut_off="7 months", assessments=late).to_yaml()
    (tmp_path / "placebo.yaml").write_text(text, "utf-8")
    assert "Nobody responded in any arm" in refusal(
        capsys, "placebo.yaml", "--patients", "50", "--members", "0"
    )


def test_a_setting_without_response_is_refused(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    protocol = study_protocol(
        {"Observation": []},
        disease="resected_melanoma",
        assessments={"criteria": "relapse", "every": "8 weeks"},
    )
    (tmp_path / "adjuvant.yaml").write_text(protocol.to_yaml(), "utf-8")
    assert "Under the criteria 'relapse' nobody responds" in refusal(capsys, "adjuvant.yaml")


def test_a_folder_that_is_taken_is_refused(file, tmp_path, capsys) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("x", "utf-8")
    assert "already holds files" in refusal(capsys, file, "--out", "full")
