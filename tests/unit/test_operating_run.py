"""A design under the model from end to end: simulated pool, virtual trials, report, and what it says."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from protocol_samples import EXAMPLES
from report_samples import sample_result
from trialkine.api import operating_characteristics as from_a_notebook
from trialkine.cli.main import main
from trialkine.errors import InputError
from trialkine.operating.courses import Measured
from trialkine.operating.run import operating_characteristics
from trialkine.report.answer import answer
from trialkine.report.operating_record import operating_record
from trialkine.report.operating_tables import design_tables
from trialkine.report.operating_words import chance_sentence
from trialkine.report.outcomes import summarise
from trialkine.trial.protocol import Protocol

SIMON = {"p0": 0.1, "p1": 0.3, "alpha": 0.05, "power": 0.8}


DOSE = "{{agent: im862, dose: {}, route: intranasal, schedule: 'daily, until progression'}}"
OUTLIVED_BY_NOBODY = f"""\
schema: 1
title: An escalation that waits for twenty years
disease: renal_cell
arms_are: counterfactual
arms:
  - {{name: Low, treatment: [{DOSE.format("10 mg")}]}}
  - {{name: High, treatment: [{DOSE.format("20 mg")}]}}
assessments: {{criteria: who-1979, every: 8 weeks}}
design:
  dose_finding:
    rule: boin
    doses: [Low, High]
    target: 0.3
    most_patients: 6
    dose_limiting: {{grade: 3, within: 20 years}}
enrolment: {{patients: 3, per_month: 2}}
follow_up: 12 months
"""


def example(name: str, design: dict[str, Any], **changes: Any) -> Protocol:
    data = {**Protocol.read(EXAMPLES / f"{name}.yaml").to_dict(), "design": design, **changes}
    return Protocol.from_dict(data, folder=EXAMPLES)


@pytest.fixture(scope="module")
def single_arm():
    protocol = example("im862-renal", {"simon": SIMON})
    return operating_characteristics(protocol, trials=100, pool=120, seed=2)


def test_a_single_arm_design_is_carried_out_in_simulated_patients(single_arm) -> None:
    (found,) = single_arm.found
    assert found.name == "IM862"
    assert single_arm.pool_patients == 120
    assert sum(count for _, count in found.ends) == 100
    # IM862 hardly ever induces a response, so that nearly every trial stops after ten patients.
    assert found.early.mean > 0.7
    assert 10 <= found.patients.mean < 29
    assert 0 < found.months.mean < 60
    assert [round(book.success, 2) for book in found.textbook][1:] == [0.05, 0.81]


def test_the_same_seed_gives_the_same_characteristics_on_any_number_of_workers(single_arm) -> None:
    protocol = example("im862-renal", {"simon": SIMON})
    again = operating_characteristics(protocol, trials=100, pool=120, seed=2, jobs=1)
    assert operating_record(again) == operating_record(single_arm)


def test_words_tables_and_record_say_the_same(single_arm) -> None:
    (found,) = single_arm.found
    record = operating_record(single_arm)
    json.dumps(record, allow_nan=False)
    assert record["found"][0]["success"]["mean"] == found.success.mean
    (table,) = design_tables(single_arm)
    assert [len(row.cells) + 1 for row in table.rows] == [len(table.columns)] * 4
    assert table.rows[0].cells[2].value == f"{100 * found.early.mean:.1f} %"
    sentence = chance_sentence(single_arm)
    assert "Over 100 virtual trials drawn from 120 simulated patients of" in sentence
    assert f"stopped at stage one in {100 * found.early.mean:.1f} %" in sentence


def test_a_share_without_an_error_is_told_with_its_bound(single_arm) -> None:
    (found,) = single_arm.found
    sets = len(found.members)
    most = 1.0 - 0.05 ** (1.0 / sets)
    none = replace(found, success=Measured(0.0, None, most), early=Measured(1.0, None, 1.0 - most))
    every = replace(single_arm, found=(none,))
    row = design_tables(every)[0].rows[0]
    assert [(cell.value, cell.remark) for cell in row.cells[2:]] == [
        ("100.0 %", f"(above {100 - 100 * most:.1f})"),
        ("0.0 %", f"(below {100 * most:.1f})"),
    ]
    assert "the 95 % bound" in design_tables(every)[0].notes[0]
    assert f"(the chance of success is below {100 * most:.1f} % at 95 % confidence)" in chance_sentence(every)
    assert operating_record(every)["found"][0]["success"]["bound_95"] == most
    small = replace(found, success=Measured(0.0002, 0.0002))
    assert design_tables(replace(single_arm, found=(small,)))[0].rows[0].cells[3].remark == "± under 0.1"


def test_a_spread_of_too_few_trials_is_left_out_with_the_reason(single_arm) -> None:
    (found,) = single_arm.found
    (table,) = design_tables(single_arm)
    assert "in the middle 80 % of them" in table.notes[-1]
    few = replace(found, members=tuple(replace(one, trials=5) for one in found.members))
    (table,) = design_tables(replace(single_arm, found=(few,)))
    assert table.notes[-1].endswith(f"luck would widen the range. Ask for {10 * len(few.members)} trials.")
    assert (
        operating_record(replace(single_arm, found=(few,)))["found"][0]["success_middle_80_of_members"]
        is None
    )


def test_a_randomised_design_is_carried_out_in_both_arms() -> None:
    design = {
        "experimental": "Temozolomide",
        "control": "Dacarbazine",
        "endpoint": "progression-free survival",
        "events": 20,
        "looks": [0.5, 1],
        "futility_power": 0.8,
    }
    enrolment = {"patients": 15, "per_month": 8}
    protocol = example("dacarbazine-v-temozolomide", {"randomised": design}, enrolment=enrolment)
    (found,) = operating_characteristics(protocol, trials=100, pool=180, seed=1).found
    assert found.name == "Temozolomide against Dacarbazine"
    assert sum(count for _, count in found.ends) == 100
    assert found.early.mean > 0.3  # two drugs with one active product: futility stops many
    assert found.patients.mean <= 30


def test_an_escalation_is_carried_out_dose_by_dose() -> None:
    design = {
        "rule": "3+3",
        "doses": ["A tenth of the dose", "High dose"],
        "target": 0.3,
        "dose_limiting": {"grade": 3, "within": "28 days"},
    }
    protocol = example("il2-dose-schedule-and-route-renal", {"dose_finding": design})
    found = operating_characteristics(protocol, trials=100, pool=160, seed=1)
    (one,) = found.found
    low, high = one.doses
    assert low.toxicity_rate < high.toxicity_rate  # a tenth of the dose is less toxic
    assert low.selected.mean + high.selected.mean + one.early.mean == pytest.approx(1.0)
    assert len(design_tables(found)) == 2


def test_a_protocol_without_a_design_and_too_few_trials_are_refused() -> None:
    protocol = Protocol.read(EXAMPLES / "im862-renal.yaml")
    with pytest.raises(InputError, match="has no design to carry out"):
        operating_characteristics(protocol.model_copy(update={"design": None}))
    with pytest.raises(InputError, match="has no design to carry out"):
        from_a_notebook(protocol.model_copy(update={"design": None}), trials=100)
    with pytest.raises(InputError, match="50 virtual trials are too few"):
        operating_characteristics(protocol, trials=50)
    with pytest.raises(InputError, match="A pool of 10 patients is too small"):
        operating_characteristics(protocol, pool=10)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--pool", "1000"], "'--pool' is for virtual trials, and '--trials 1' asks for none."),
        (["--trials", "2000", "--pool", "0"], "'--pool 0' is out of range"),
        (["--trials", "2000", "--pool", "30"], "A pool of 30 patients is too small"),
    ],
)
def test_bad_options_are_bad_input(
    options: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = str(EXAMPLES / "im862-renal.yaml"), str(tmp_path / "out")
    assert main(["run", file, "--out", out, *options]) == 2
    assert said in capsys.readouterr().err
    assert not Path(out).exists()


def test_a_design_that_is_asked_for_and_missing_is_bad_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "trial.yaml"
    text = (EXAMPLES / "im862-renal.yaml").read_text("utf-8")
    file.write_text(text.replace("design:\n", "# design:\n").replace("  two_stage:", "# two_stage:"), "utf-8")
    assert main(["run", str(file), "--trials", "2000", "--pool", "1000"]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"trialkine: {file}: '--pool' is for the virtual trials of a design")
    assert "Add one, such as 'design: {simon:" in said


def test_an_escalation_that_nobody_outlives_is_bad_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "trial.yaml"
    file.write_text(OUTLIVED_BY_NOBODY, "utf-8")
    for trials in (["--patients", "3"], ["--trials", "100", "--pool", "400"]):
        assert main(["run", str(file), "--out", str(tmp_path / "out"), *trials]) == 2
        said = capsys.readouterr().err
        assert "die or leave within 20 years without a dose-limiting toxicity" in said
        assert "Write a shorter 'within' for the dose-limiting toxicity." in said


def test_many_trials_without_a_design_say_that_no_rule_judged_them() -> None:
    summary = replace(summarise(sample_result(patients=6, failed=0)), verdicts=(), rule_verdicts=None)
    assert "no design" not in answer(replace(summary, replicates=99)).text
    said = answer(replace(summary, replicates=100)).text
    assert "The protocol has no design: each of the 100 trials was simulated whole" in said


def test_the_report_ends_in_the_verdict_and_the_chances(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "out"
    options = ["--patients", "3", "--trials", "100", "--pool", "100", "--out", str(folder)]
    assert main(["run", str(EXAMPLES / "im862-renal.yaml"), *options]) == 0
    printed = capsys.readouterr().out
    assert "under the model" in printed
    assert "100 virtual trials: " in printed
    summary = json.loads((folder / "summary.json").read_text("utf-8"))
    found = summary["operating_characteristics"]
    assert (found["trials"], summary["trials"]) == (100, 40)
    answer = summary["answer"]
    assert "in the first trial: IM862: stage one not complete" in answer
    assert answer[answer.index("Over 100 virtual trials") :].count(". ") == 0
    page = (folder / "report.html").read_text("utf-8")
    assert 'id="design"' in page
    assert (folder / "figures" / "operating.svg").exists()
    command = json.loads((folder / "manifest.json").read_text("utf-8"))["command"]
    assert command == "trialkine run im862-renal.yaml --patients 3 --trials 100 --pool 100 --seed 0"


def test_a_pool_that_an_escalation_uses_up_is_simulated_again_with_more_in_each_set(tmp_path: Path) -> None:
    # Nobody has a dose-limiting toxicity, and most die within two years: for six whom a cohort can count,
    # far more must be enrolled than the eleven that are drawn at first.
    file = tmp_path / "trial.yaml"
    file.write_text(OUTLIVED_BY_NOBODY.replace("20 years", "24 months"), "utf-8")
    protocol = Protocol.read(file)
    found = operating_characteristics(protocol, trials=100, pool=480, seed=1)
    (one,) = found.found
    assert found.size.patients > 22
    assert one.patients.mean > 11
    assert sum(dose.patients.mean for dose in one.doses) == pytest.approx(6.0)
    with pytest.raises(InputError, match=r"A pool of 60 patients is too small .* Write at least"):
        operating_characteristics(protocol, trials=100, pool=60, seed=1)
