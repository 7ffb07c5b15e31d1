"""`trialkine validate` and `trialkine calibrate`: what they refuse, and a small run from end to end."""

import html
import json

import numpy as np
import pytest

from trialkine.calibration.budget import sizes_within
from trialkine.calibration.ensemble_file import CalibratedEnsemble, write_ensemble
from trialkine.cli.calibrate import budget_hours
from trialkine.cli.main import main
from trialkine.cli.validate import CATALOGUE
from trialkine.errors import InputError
from trialkine.population.ensemble import ParameterEnsemble
from trialkine.published_trials.catalogue import published_trials

TRIAL = """
schema: 1
title: Interferon in renal cell carcinoma
disease: renal_cell
arms:
  - name: Interferon alfa
    treatment:
      - {agent: interferon_alfa, dose: 9 MIU, route: subcutaneous, schedule: "weekly, for 4 weeks"}
assessments: {criteria: who-1979, every: 8 weeks}
enrolment: {patients: 8, per_month: 8}
follow_up: 4 months
reported:
  - {arm: Interferon alfa, n: 8, responders: 1, metrics: {pfs_rate_8w: 0.5, os_median_months: 12}}
source: {citation: Somebody 1999, year: 1999}
"""


@pytest.fixture
def trials(tmp_path):
    folder = tmp_path / "trials"
    folder.mkdir()
    (folder / "mine.yaml").write_text(TRIAL, "utf-8")
    return folder


@pytest.fixture
def small_ensemble(tmp_path):
    names = ("renal_cell:tumour_growth_rate", "trial.discrepancy.response")
    values = np.column_stack([np.linspace(0.008, 0.02, 20), np.full(20, 0.3)])
    members = ParameterEnsemble(names, values, np.full(20, 0.05), "a small one")
    folder = tmp_path / "ensemble"
    write_ensemble(
        CalibratedEnsemble(members, ("other",), np.zeros((20, 1)), {"title": "a small one"}), folder
    )
    return folder


def test_a_folder_of_ones_own_is_predicted_and_written_as_pages_and_json(
    trials, small_ensemble, tmp_path, capsys
):
    out = tmp_path / "out"
    arguments = ["validate", str(trials), "--ensemble", str(small_ensemble), "--out", str(out)]
    assert main([*arguments, "--trials", "20", "--patients", "8", "--jobs", "1", "--json", "-"]) == 0
    found = json.loads(capsys.readouterr().out)
    (trial,) = found["trials"]
    metrics = trial["arms"][0]["metrics"]
    assert metrics["orr"]["reported"] == 1 / 8
    assert 0.0 <= metrics["orr"]["predicted"]["low_95"] <= metrics["orr"]["predicted"]["high_95"] <= 1.0
    assert metrics["pfs_rate_8w"]["predicted"]["median"] is not None
    assert json.loads((out / "ledger.json").read_text("utf-8")) == found
    assert "Not for treating patients" in (out / "ledger.html").read_text("utf-8")
    assert (out / "context.html").exists()


def test_a_file_that_claims_calibration_is_predicted_and_the_command_says_so(
    trials, small_ensemble, tmp_path, capsys
):
    text = TRIAL.replace("Somebody 1999", "Somebody 1999, use: calibration")
    (trials / "mine.yaml").write_text(text, "utf-8")
    (trials / "seen.yaml").write_text(TRIAL.replace("Somebody 1999", "Else 2000, family: other"), "utf-8")
    out = tmp_path / "out"
    arguments = ["validate", str(trials), "--ensemble", str(small_ensemble), "--out", str(out), "--jobs", "1"]
    assert main([*arguments, "--trials", "20", "--patients", "5", "--leave-out"]) == 0
    said = capsys.readouterr().out
    assert "Seen by the ensemble: 1 of 2 trials: seen.\n" in said
    assert "Not seen by the ensemble, whatever their files say: mine.\n" in said
    found = json.loads((out / "ledger.json").read_text("utf-8"))
    assert [(one["trial"], one["use"], one["seen_by_ensemble"]) for one in found["trials"]] == [
        ("mine", "prediction", False), ("seen", "calibration", True),
    ]  # fmt: skip
    assert found["trials_of"] == "the folder 'trials'"
    assert "of the folder 'trials' was predicted" in html.unescape((out / "ledger.html").read_text("utf-8"))
    assert "the trials of the folder 'trials'" in html.unescape((out / "context.html").read_text("utf-8"))


def test_the_catalogue_is_called_by_its_name(small_ensemble, tmp_path, monkeypatch):
    name = "im862-renal-2004"
    catalogue = {name: published_trials()[name]}
    monkeypatch.setattr("trialkine.published_trials.catalogue.published_trials", lambda: catalogue)
    out = tmp_path / "out"
    arguments = ["validate", "--ensemble", str(small_ensemble), "--out", str(out), "--jobs", "1"]
    assert main([*arguments, "--trials", "20", "--patients", "5"]) == 0
    assert json.loads((out / "ledger.json").read_text("utf-8"))["trials_of"] == CATALOGUE
    for page in ("ledger.html", "context.html"):
        text = (out / page).read_text("utf-8")
        assert f"of {CATALOGUE}" in text
        assert "of the folder" not in text


def test_the_same_seed_predicts_the_same_and_what_was_simulated_is_used_again(
    trials, small_ensemble, tmp_path
):
    out = tmp_path / "out"
    arguments = ["validate", str(trials), "--ensemble", str(small_ensemble), "--out", str(out)]
    arguments += ["--trials", "20", "--patients", "5", "--jobs", "1"]
    assert main(arguments) == 0
    first = (out / "ledger.json").read_text("utf-8")
    (kept,) = (out / "simulated").iterdir()
    stamp = kept.stat().st_mtime_ns
    assert main(arguments) == 0
    assert (out / "ledger.json").read_text("utf-8") == first
    assert kept.stat().st_mtime_ns == stamp


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["validate", "nowhere"], "nowhere"),
        (["validate", "--trials", "3"], "--trials 3"),
        (["validate", "--ensemble", "nowhere"], "members.csv"),
        (["calibrate", "--budget", "soon"], "--budget soon"),
        (["calibrate", "--budget", "0h"], "--budget 0h"),
        (["calibrate", "--members", "2"], "--members 2"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(arguments, said, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    assert said in capsys.readouterr().err


def test_a_file_that_cannot_be_read_is_listed_and_the_others_are_predicted(
    trials, small_ensemble, tmp_path, capsys
):
    text = TRIAL[: TRIAL.index("reported:")]
    (trials / "plain.yaml").write_text(text, "utf-8")
    (trials / "unknown.yaml").write_text(TRIAL.replace("interferon_alfa", "sorafenib"), "utf-8")
    out = tmp_path / "out"
    arguments = ["validate", str(trials), "--ensemble", str(small_ensemble), "--out", str(out), "--jobs", "1"]
    assert main([*arguments, "--trials", "20", "--patients", "5"]) == 1
    said = capsys.readouterr().err
    assert "plain.yaml" in said
    assert "sorafenib" in said
    found = json.loads((out / "ledger.json").read_text("utf-8"))
    assert [trial["trial"] for trial in found["trials"]] == ["mine"]
    assert len(found["left_out"]) == 2


def test_a_folder_in_which_no_file_can_be_read_is_refused(trials, small_ensemble, tmp_path, capsys):
    (trials / "mine.yaml").write_text(TRIAL[: TRIAL.index("reported:")], "utf-8")
    arguments = ["validate", str(trials), "--ensemble", str(small_ensemble), "--out", str(tmp_path / "out")]
    assert main(arguments) == 2
    assert "mine.yaml" in capsys.readouterr().err


def test_a_missing_package_is_told_before_anything_is_simulated(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr("trialkine.cli.calibrate.find_spec", lambda name: None if name == "emcee" else True)
    assert main(["calibrate", "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert "needs emcee," in said
    assert "'.[calibrate]'" in said
    assert not (tmp_path / "out").exists()


def test_budgets_are_read_as_people_write_them():
    assert budget_hours("30m") == pytest.approx(0.5)
    assert budget_hours("3h") == 3.0
    assert budget_hours(" 90 min ") == pytest.approx(1.5)
    with pytest.raises(InputError, match="30m"):
        budget_hours("three hours")


def test_a_larger_budget_never_simulates_less():
    points = [sizes_within(hours, 2, 200).points for hours in (0.1, 0.5, 1.0, 3.0, 12.0)]
    assert points == sorted(points)
    assert points[0] < points[-1]
