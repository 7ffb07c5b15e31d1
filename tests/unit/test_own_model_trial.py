"""A whole trial with a model of one's own, through the public API and the command line."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import trialkine as tk
from own_model_samples import GROWTH_INHIBITION, PROTOCOL, THREE_STATES, load_sample
from trialkine.cli.main import main
from trialkine.errors import ProblemsError
from trialkine.report.references import references_of
from trialkine.trial.own_model import reading


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a protocol and its mapping; models come from Python instead of files."""
    monkeypatch.setattr(reading, "load_model", load_sample)
    (tmp_path / "model.mapping.yaml").write_text(GROWTH_INHIBITION, "utf-8")
    (tmp_path / "trial.yaml").write_text(PROTOCOL, "utf-8")
    return tmp_path


def run(folder: Path, seed: int = 1) -> tk.Trial:
    return tk.run(tk.Protocol.read(folder / "trial.yaml"), seed=seed, jobs=1)


def test_a_trial_with_ones_own_model_counts_everybody_and_tells_the_arms_apart(folder):
    trial = run(folder)
    outcomes = trial.outcomes
    assert outcomes.group_by("arm").len().sort("arm")["len"].to_list() == [20, 20]
    responded = {
        arm: part["best_response"].is_in(["CR", "PR"]).sum() for (arm,), part in outcomes.group_by("arm")
    }
    assert responded["observation"] == 0  # nothing in the equations makes an untreated tumour shrink
    assert responded["drug"] > 10  # at 50 mg/L it shrinks by 1.6 % a day in the typical patient
    saved = trial.save(folder / "run")
    assert (saved / "model.mapping.yaml").read_text("utf-8") == GROWTH_INHIBITION
    summary = json.loads((saved / "summary.json").read_text("utf-8"))
    assert summary["disease"] == "growth_inhibition"
    page = " ".join((saved / "report.html").read_text("utf-8").split())
    assert "joined to the trial by model.mapping.yaml" in page
    assert "adjusted so that simulated trials resemble published ones" not in page


def test_the_measured_course_of_an_untreated_tumour_is_its_equation(folder):
    exact = "measurement: {reader_sd: 0, lesion_reading_sd: 0}\npatients: {tumour_at_start: 70 mm}\n"
    text = GROWTH_INHIBITION[: GROWTH_INHIBITION.index("vary:")] + exact
    (folder / "model.mapping.yaml").write_text(text, "utf-8")
    protocol = tk.Protocol.read(folder / "trial.yaml")
    visits = tk.run(protocol, patients=3, jobs=1).visits.filter(pl.col("arm") == "observation")
    days = visits["day"].to_numpy()
    assert len(days) > 3
    expected = 70.0 * np.exp(0.004 * days)
    # The solver's tolerance of 1e-6 a step, over a smooth course of a year.
    assert visits["sld_mm"].to_numpy() == pytest.approx(expected, rel=1e-4)


def test_without_a_hazard_nobody_dies(folder):
    text = GROWTH_INHIBITION[: GROWTH_INHIBITION.index("hazard:")]
    (folder / "model.mapping.yaml").write_text(text, "utf-8")
    trial = run(folder)
    assert not trial.outcomes["os_event"].any()
    assert "so nobody dies of the disease" in (trial.save(folder / "run") / "report.html").read_text("utf-8")


def test_toxicity_is_graded_by_the_mapped_quantity(folder):
    (folder / "model.mapping.yaml").write_text(THREE_STATES, "utf-8")
    schedule = "every 8 h, up to 6 doses, on day 1; repeat every 6 weeks, at most 1 course"
    severe = {}
    for dose in (30, 120):
        protocol = PROTOCOL.replace("agent: inhibitor", "agent: interleukin_2")
        protocol = protocol.replace("dose: 100 mg", f"dose: {dose} MIU")
        protocol = protocol.replace("route: oral", "route: intravenous bolus")
        protocol = protocol.replace("schedule: daily, until progression", f"schedule: {schedule}")
        (folder / "trial.yaml").write_text(protocol, "utf-8")
        result = run(folder).result
        treated = result.exposure.filter(pl.col("arm") == "drug")
        events = result.adverse_events.filter(pl.col("arm") == "drug")
        severe[dose] = events.filter(pl.col("grade") >= 3)["patient"].n_unique()
        # IL is lost at 10 a day, so 8 h later exp(-10/3), 4 %, is left: never above the hold level of 1e9.
        assert treated["held"].sum() == 0
        assert treated["given"].max() <= 6
    # 1e7 IL a MIU: 3e8 after 30 MIU, below the 5e8 where grade 3 begins; 1.2e9 after 120 MIU, above it.
    assert severe == {30: 0, 120: 20}


def test_a_dose_is_held_while_the_mapped_quantity_is_above_its_level(folder):
    mapping = GROWTH_INHIBITION.replace(
        "    routes: [oral]\n", "    routes: [oral]\n    hold: [{quantity: amount, above: 150 mg}]\n"
    )
    (folder / "model.mapping.yaml").write_text(mapping, "utf-8")
    exposure = run(folder).result.exposure.filter(pl.col("arm") == "drug")
    level, held = 0.0, 0
    for _ in range(21):  # doses a day apart; 2 of 10 L are cleared a day
        is_held = level > 150.0
        held += is_held
        level = (level + (0.0 if is_held else 100.0)) * math.exp(-0.2)
    first = exposure.filter((pl.col("cycle") == 1) & (pl.col("planned") == 21))
    assert set(first["held"]) == {held}


def test_the_references_name_the_model_and_no_calibration_of_mechanisms(folder):
    found = references_of(tk.Protocol.read(folder / "trial.yaml"))
    keys = {source.key for group in found.groups.values() for source in group}
    assert {"growth_inhibition.xml", "model.mapping.yaml"} <= keys
    assert "Mechanisms" not in found.groups
    assert "calibrated" not in found.evidence


def test_the_content_hash_follows_the_mapping(folder):
    before = tk.Protocol.read(folder / "trial.yaml").content_hash
    (folder / "model.mapping.yaml").write_text(GROWTH_INHIBITION.replace("70 mm", "71 mm"), "utf-8")
    assert tk.Protocol.read(folder / "trial.yaml").content_hash != before


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("agent: inhibitor", "agent: inhibitr", "Did you mean 'inhibitor'?"),
        ("route: oral", "route: subcutaneous", "subcutaneous"),
        ("dose: 100 mg", "dose: 100 IU", "mg"),
        ("own_model: model", "own_model: modle", "there is no mapping file"),
        ("own_model:", "disease: melanoma\nown_model:", "both say which model there is"),
        ("criteria: recist-1.1", "criteria: relapse", "'relapse' needs a disease"),
        ("arms:\n", "model: {variants: [il2_licensing]}\narms:\n", "has no variants"),
        ("arms:\n", "model: {values: {growth_rat: 1}}\narms:\n", "Did you mean 'growth_rate'?"),
        ("arms:\n", "model: {without: [tumour_size]}\narms:\n", "cannot be switched off"),
        ("arms:\n", "agent_files: [a.toml]\narms:\n", "Map the agent under `doses`"),
    ],
)
def test_what_does_not_suit_the_model_is_refused_in_the_protocol(folder, before, after, said):
    (folder / "trial.yaml").write_text(PROTOCOL.replace(before, after, 1), "utf-8")
    with pytest.raises(ProblemsError, match=r"trial\.yaml:\d+: ") as caught:
        tk.Protocol.read(folder / "trial.yaml")
    assert said in str(caught.value)


def test_a_protocol_changes_the_models_numbers_like_any_others(folder):
    changed = PROTOCOL.replace("arms:\n", "model: {values: {growth_rate: 0.008 1/day}}\narms:\n", 1)
    (folder / "trial.yaml").write_text(changed, "utf-8")
    record = next(one for one in run(folder).result.parameters if one.name == "growth_rate")
    assert record.value == pytest.approx(0.008)
    assert math.isclose(record.variability.sd, 0.4)


def test_check_tells_what_a_mapping_means_and_run_refuses_it(folder, capsys):
    assert main(["check", str(folder / "model.mapping.yaml"), str(folder / "trial.yaml")]) == 0
    said = capsys.readouterr().out
    assert "Tumour: 'D', a sum of diameters. 3 lesions are measured, 3:2:1" in said
    assert "Agent inhibitor: doses in mg, oral, go into 'amount'." in said
    for command in ("run", "cite"):
        assert main([command, str(folder / "model.mapping.yaml")]) == 2
        assert "describes no trial" in capsys.readouterr().err


def test_everything_that_a_protocol_can_ask_for_works_on_the_models_quantities(folder):
    asked = PROTOCOL.replace("counterfactual", "randomised")
    more = (
        "  confirm_after: 4 weeks\n  also_score: [who-1979, irecist]\n  subgroups: [burden]\n"
        "  biomarkers: {amount: {at: [4 weeks]}}\n"
    )
    asked = asked.replace("  every: 8 weeks\n", "  every: 8 weeks\n" + more)
    asked = asked.replace(
        "arms_are:", "eligibility: {excluded_fraction: 0.3, expected_survival: 1 month}\narms_are:"
    )
    (folder / "trial.yaml").write_text(asked, "utf-8")
    trial = tk.run(tk.Protocol.read(folder / "trial.yaml"), patients=8, trials=3, seed=2, jobs=1)
    assert len(trial.outcomes) == 2 * 8 * 3
    assert trial.result.case_mix == (0.3, 0.3, 0.3)
    assert trial.result.accounting.rejections["case mix"] > 0
    assert (trial.save(folder / "run") / "report.html").is_file()


def test_faults_of_a_mapping_end_with_exit_code_2_and_its_own_lines(folder, capsys):
    wrong = GROWTH_INHIBITION.replace("into: amount", "into: amuont")
    (folder / "model.mapping.yaml").write_text(wrong, "utf-8")
    assert main(["run", str(folder / "trial.yaml")]) == 2
    assert "model.mapping.yaml:8: no state of the model is named 'amuont'" in capsys.readouterr().err


def test_the_shipped_example_runs(tmp_path):
    pytest.importorskip("libsbml")
    pytest.importorskip("trialkine.interchange.sbml_import")
    example = Path(__file__).parents[2] / "examples" / "own-model" / "trial.yaml"
    trial = tk.run(tk.Protocol.read(example), patients=6, jobs=1)
    assert len(trial.outcomes) == 3 * 6
    written = {path.name for path in trial.save(tmp_path / "run").iterdir()}
    assert {"growth-inhibition.xml", "growth-inhibition.mapping.yaml", "report.html"} <= written


@pytest.mark.parametrize("name", ["growth-inhibition.mapping.yaml", "trial.yaml"])
def test_the_shipped_example_is_in_order(name, capsys):
    pytest.importorskip("libsbml")
    pytest.importorskip("trialkine.interchange.sbml_import")
    example = Path(__file__).parents[2] / "examples" / "own-model" / name
    assert main(["check", str(example)]) == 0, capsys.readouterr().err
