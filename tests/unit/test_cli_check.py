"""`trialkine check` and `trialkine schema`."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from protocol_samples import EVERY_KEY, KNOWN
from report_sample_protocols import SINGLE_ARM_YAML, protocol_from_text, two_arm_text
from trialkine.agents.catalogue import agent_book
from trialkine.cli.main import main
from trialkine.cli.protocol_words import dose_days_in_words, protocol_in_words
from trialkine.diseases import load_disease
from trialkine.trial.checking import protocol_from_text as read_text


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(two_arm_text())
    bad.write_text(two_arm_text().replace("75 mg/m2", "75 mg/m3").replace("patients: 60", "patients: -60"))
    return good, bad


def test_a_good_file_is_told_back_in_words(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(files[0])]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    assert captured.out.startswith(f"{files[0]}: ok\n")
    assert "aldesleukin 600000 IU/kg, intravenous over 15 min: 28 doses per cycle of 84 days" in captured.out


def test_all_problems_of_all_files_are_listed_and_the_code_is_two(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = files
    assert main(["check", str(bad), str(good)]) == 2
    captured = capsys.readouterr()
    assert f"{good}: ok" in captured.out
    lines = captured.err.splitlines()
    assert len(lines) == 2
    assert all(line.startswith(f"{bad}:") for line in lines)


def test_the_findings_are_also_json(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = files
    assert main(["check", str(bad), str(good), "--json", "-"]) == 2
    found = json.loads(capsys.readouterr().out)["files"]
    assert [entry["ok"] for entry in found] == [False, True]
    assert len(found[0]["problems"]) == 2
    assert all(problem["line"] and problem["message"] for problem in found[0]["problems"])


def test_unusual_values_and_rules_that_hold_nothing_are_warnings_and_no_faults(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    records = agent_book().records("imp321", ("melanoma",))
    too_high = 2 * (records["imp321_local_gain"].high or 0.0)
    usual = load_disease("melanoma").records["killing_rate"].value
    assert isinstance(usual, float)
    text = two_arm_text()
    treatment = "\n      - {agent: imp321, dose: 30 mg, route: subcutaneous, schedule: every 2 weeks}"
    text = text.replace("treatment:", f"treatment:{treatment}", 1)
    text = text.replace("- agent: aldesleukin\n", "- agent: aldesleukin\n        starts: at once\n", 1)
    values = f"{{imp321_local_gain: {too_high}, killing_rate: {11 * usual}}}"
    path = tmp_path / "trial.yaml"
    path.write_text(f"{text}\nmodel: {{values: {values}}}\n")
    assert main(["check", str(path)]) == 0
    warnings = [line for line in capsys.readouterr().out.splitlines() if "Warning: " in line]
    assert len(warnings) == 3
    assert f"'imp321_local_gain' is set to {too_high:g}, outside its plausible range" in warnings[0]
    assert "'killing_rate'" in warnings[1]
    assert "imp321 has no hold, delay, reduction or stop" in warnings[2]
    path.write_text(f"{text}\nmodel: {{values: {{killing_rate: {usual}}}}}\n")
    assert main(["check", str(path)]) == 0
    assert "killing_rate' is set" not in capsys.readouterr().out


def test_the_words_count_patients_arms_scans_and_months() -> None:
    lines = protocol_in_words(protocol_from_text(two_arm_text()))
    # 60 patients at 3 per month take 20 months; 36 more follow, 56 in all. Scans come every 56 days:
    # 36 months are 1095.75 days, so 19 scans; 56 months are 1704.5 days, so 30.
    assert lines[1] == (
        "Melanoma: 2 arms of 60 patients, the same patients in every arm, enrolled over 20 months."
    )
    assert "19 (last patient) to 30 (first patient) scheduled visits" in lines[-3]
    assert "data cut-off at 56 months" in lines[-3]
    assert lines[-2:] == [
        "Biomarkers: plasma_vegf at every scan.",
        "Design: Simon's optimal two stages, 0.1 against 0.3, alpha 0.05, power 0.8; it judges as many of "
        "the first patients of each arm as it needs.",
    ]


def test_the_words_of_a_single_arm_name_its_stopping_rule_and_times() -> None:
    lines = protocol_in_words(protocol_from_text(SINGLE_ARM_YAML))
    # Three doses a day for 8 weeks are 168.
    assert "168 doses per cycle of 56 days, until progression; on days 1 to 56;" in lines[4]
    assert (
        lines[2]
        == "Case mix: not stated; the disease's rule says how many of the least fit are not enrolled."
    )
    assert lines[-2:] == [
        "Biomarkers: plasma_vegf at 4 weeks and 8 weeks.",
        "Design: stop if at most 0 of the first 25 respond.",
    ]


def test_the_words_tell_the_case_mix_the_days_of_doses_and_the_patients_of_every_arm() -> None:
    text = two_arm_text("randomised").replace("age: [18, 75]", "age: [18, 75], excluded_fraction: 0.4")
    text = text.replace("  - name: HD IL-2\n", "  - name: HD IL-2\n    ratio: 2\n")
    text = text.replace("design: {", "design: {two_stage: {first_stage: 10, stop_at_or_below: 1, total: 29, ")
    text = text.replace("simon: {p0: 0.10, p1: 0.30, alpha: 0.05, power: 0.80}", "success_above: 5}")
    lines = protocol_in_words(protocol_from_text(text))
    assert "2 arms of 120 and 60 patients" in lines[1]
    assert lines[2] == "Case mix: of all patients with the disease the least fit 40 % are not enrolled."
    assert [line for line in lines if line.startswith("Arm")] == [
        "Arm 'HD IL-2', 120 patients:",
        "Arm 'HD IL-2 then temozolomide', 60 patients:",
    ]
    # 14 doses every 8 h last 104 h, into the fifth day
    assert "; on days 1 to 5 and 15 to 19; starts at once" in lines[4]
    assert lines[-1].endswith(
        "stop if at most 1 of the first 10 respond; promising if more than 5 of the first 29 do."
    )


def test_the_words_tell_observation_background_treatment_and_changes_of_the_model() -> None:
    lines = protocol_in_words(read_text(EVERY_KEY, KNOWN))
    assert "  observation until the first line starts" in lines
    assert "  observation: scans and follow-up, no doses" in lines
    assert "  model: with il2_licensing; killing_steepness = 2; licensing_rate = 0.001 1/h" in lines
    assert "Model of every arm: without immune_kill; kill_rate = 0.1 1/day." in lines
    (background,) = [line for line in lines if line.startswith("Background")]
    assert background.startswith("Background treatment of 60 % of patients: temozolomide 75 mg/m2, oral:")
    assert background.endswith("starts within 8 weeks.")


def test_the_words_tell_who_is_enrolled_and_by_what_else_visits_are_scored() -> None:
    limits = "creatinine: at most 1.5 times normal, prior_lines: [0, 1], expected_survival: 3 months"
    text = two_arm_text().replace("age: [18, 75]", f"age: [18, 75], {limits}")
    text = text.replace("assessments: {", "assessments: {also_score: [irecist], ")
    lines = protocol_in_words(protocol_from_text(text))
    (enrolled,) = [line for line in lines if line.startswith("Enrolled:")]
    assert "age 18 to 75, creatinine at most 1.5 times normal, 0 and 1 earlier lines" in enrolled
    assert "expected survival of at least 3 months" in enrolled
    assert any("Also scored by irecist, until progression." in line for line in lines)


def test_the_days_of_doses_are_put_in_spans_and_many_are_cut_short() -> None:
    assert dose_days_in_words((0.0,)) == "day 1"
    assert dose_days_in_words((0.0, 7.0, 14.0)) == "days 1, 8 and 15"
    assert dose_days_in_words(range(0, 28, 2)) == "days 1, 3, 5 and so on to 27"
    assert dose_days_in_words((1 / 3 + 1 / 3, 1 / 3 * 3 - 1e-12)) == "days 1 to 2"


def test_the_schema_accepts_a_good_protocol_and_refuses_a_wrong_key(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["schema"]) == 0
    validator = jsonschema.Draft202012Validator(json.loads(capsys.readouterr().out))
    data = YAML(typ="safe").load(two_arm_text())
    assert list(validator.iter_errors(data)) == []
    assert list(validator.iter_errors({**data, "titel": "x"}))
