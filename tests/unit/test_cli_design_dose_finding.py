"""`trialkine design` for dose finding: tables and recommendations beside R and sums made another way."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import binom

from trialkine.cli.main import main
from trialkine.design.boin import Boin
from trialkine.design.dose_finding_characteristics import exact_dose_finding

SKELETON = ["--target", "0.25", "--skeleton", "0.05,0.1,0.25,0.4,0.6"]


def said_by(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["design", *arguments]) == 0
    return capsys.readouterr().out


def written_by(arguments: list[str], folder: Path) -> dict[str, Any]:
    target = folder / "design.json"
    assert main(["design", *arguments, "--json", str(target)]) == 0
    return json.loads(target.read_text("utf-8"))


# -- BOIN -------------------------------------------------------------------------------------------


def test_the_decision_table_is_that_of_r(capsys: pytest.CaptureFixture[str]) -> None:
    """BOIN::get.boundary(target = 0.3, ncohort = 10, cohortsize = 3) of BOIN 2.7.2."""
    said = said_by(["boin", "--target", "0.3", "--cohorts", "10", "--cohort-size", "3"], capsys)
    assert "0.2365 or less, de-escalate at 0.3585 or more" in said
    assert [line.split("  ", 1)[1].split() for line in said.splitlines()[2:]] == [
        ["3", "6", "9", "12", "15", "18", "21", "24", "27", "30"],
        ["0", "1", "2", "2", "3", "4", "4", "5", "6", "7"],
        ["2", "3", "4", "5", "6", "7", "8", "9", "10", "11"],
        ["3", "4", "5", "7", "8", "9", "10", "11", "12", "14"],
    ]


def test_the_full_table_has_every_number_of_patients(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    question = ["boin", "--target", "0.25", "--cohorts", "2", "--every-patient"]
    found = written_by(question, tmp_path)
    assert [row["patients"] for row in found["table"]] == [1, 2, 3, 4, 5, 6]
    assert found["lambda_e"] == pytest.approx(0.1968009, abs=0.51e-7)  # R
    assert found["lambda_d"] == pytest.approx(0.2983922, abs=0.51e-7)
    assert found["table"][0]["eliminate_at_least"] is None
    assert capsys.readouterr().out.splitlines()[-1].split()[-6:] == ["NA", "NA", "3", "3", "3", "4"]


def test_other_rates_that_are_too_low_or_too_high_move_the_bounds(tmp_path: Path) -> None:
    """The bound between two rates is that at which their likelihoods are equal."""
    found = written_by(["boin", "--target", "0.3", "--p-saf", "0.15", "--p-tox", "0.5"], tmp_path)
    for bound, low, high in ((found["lambda_e"], 0.15, 0.3), (found["lambda_d"], 0.3, 0.5)):
        first, second = (bound * math.log(p) + (1 - bound) * math.log(1 - p) for p in (low, high))
        assert first == pytest.approx(second)


def test_what_eliminates_a_dose_also_leaves_it(tmp_path: Path) -> None:
    """With a low cutoff, 42 patients are enough to eliminate a dose at a rate between the bounds."""
    question = ["boin", "--target", "0.3", "--cohorts", "14", "--cutoff-eli", "0.8"]
    last = written_by(question, tmp_path)["table"][-1]
    assert last["deescalate_at_least"] == last["eliminate_at_least"] < math.ceil(0.3585195 * 42)


def test_simulated_boin_trials_agree_with_the_sum_over_all_courses(tmp_path: Path) -> None:
    rates = [0.1, 0.3, 0.5]
    text = ",".join(map(str, rates))
    found = written_by(["boin", "--target", "0.3", "--cohorts", "4", "--true-rates", text], tmp_path)
    exact = exact_dose_finding(Boin(3, 0.3, 12), rates)
    error = 4 * 0.5 / math.sqrt(2000)  # four standard errors at most
    assert [dose["selected"] for dose in found["doses"]] == pytest.approx(exact.selected, abs=error)
    assert found["none_selected"] == pytest.approx(exact.none_selected, abs=error)
    assert found["trial_size"] == pytest.approx(exact.trial_size, abs=0.3)


# -- CRM --------------------------------------------------------------------------------------------


def test_the_recommended_dose_is_that_of_dfcrm(capsys: pytest.CaptureFixture[str]) -> None:
    """R's dfcrm, in the manual of the package escalation: after '1NNN 2NTN' dose 2."""
    assert "Next: 1 patient at dose 2." in said_by(["crm", *SKELETON, "--data", "0/3,1/3"], capsys)


def test_rates_after_data_equal_a_sum_over_a_fine_grid(tmp_path: Path) -> None:
    """dfcrm::crm's own example: prior, target, and ten patients at doses 2 to 4, two toxicities at dose 4."""
    question = ["crm", "--target", "0.2", "--skeleton", "0.05,0.1,0.2,0.35,0.5,0.7"]
    found = written_by([*question, "--data", "0/0,0/3,0/4,2/3"], tmp_path)
    skeleton = np.array([0.05, 0.1, 0.2, 0.35, 0.5, 0.7])
    grid = np.linspace(-8.0, 8.0, 160_001)
    rates = skeleton ** np.exp(grid)[:, np.newaxis]
    patients, toxicities = np.array([0, 3, 4, 3, 0, 0]), np.array([0, 0, 0, 2, 0, 0])
    likelihood = (rates**toxicities * (1.0 - rates) ** (patients - toxicities)).prod(axis=1)
    mass = likelihood * np.exp(-0.5 * grid**2 / 1.34)
    mean = float(mass @ grid / mass.sum())
    expected = skeleton ** math.exp(mean)
    assert found["parameter"]["mean"] == pytest.approx(mean, abs=1e-6)
    assert [dose["rate"] for dose in found["doses"]] == pytest.approx(expected, abs=1e-6)
    assert found["next_dose"] == 1 + int(np.argmin(abs(expected - 0.2)))
    above = [float(mass @ (rates[:, dose] > 0.2) / mass.sum()) for dose in range(6)]
    assert [dose["chance_above_target"] for dose in found["doses"]] == pytest.approx(above, abs=1e-4)


def test_no_untried_dose_is_skipped_and_cohorts_are_whole(capsys: pytest.CaptureFixture[str]) -> None:
    said = said_by(["crm", *SKELETON, "--data", "0/6", "--cohort-size", "3"], capsys)
    assert "Next: 3 patients at dose 2." in said
    assert "No untried dose is skipped." in said


def test_the_trial_stops_when_the_lowest_dose_is_too_toxic_or_everybody_was_treated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = said_by(["crm", *SKELETON, "--data", "3/3"], capsys)
    assert "Stop. The lowest dose is too toxic.\nNo dose is selected." in said
    found = written_by(["crm", *SKELETON, "--data", "0/3,1/3", "--patients", "6"], tmp_path)
    assert (found["next_dose"], found["selected_dose"]) == (None, 2)


def test_a_skeleton_of_indifference_intervals_gives_neighbours_both_ends_at_once(tmp_path: Path) -> None:
    question = ["crm", "--target", "0.25", "--doses", "5", "--prior-mtd", "3", "--half-width", "0.05"]
    skeleton = [dose["skeleton"] for dose in written_by(question, tmp_path)["doses"]]
    assert skeleton[2] == 0.25
    for lower, upper in pairwise(skeleton):
        assert lower ** (math.log(0.3) / math.log(upper)) == pytest.approx(0.2)


def test_crm_trials_select_every_dose_or_none_and_begin_where_they_are_told(tmp_path: Path) -> None:
    whole = ["crm", *SKELETON, "--true-rates", "0.05,0.15,0.25,0.4,0.5", "--repetitions", "100"]
    found = written_by([*whole, "--patients", "12", "--cohort-size", "3"], tmp_path)
    assert sum(dose["selected"] for dose in found["doses"]) + found["none_selected"] == pytest.approx(1.0)
    assert found["doses"][0]["patients"] >= 3.0 - 1e-9
    assert found["trial_size"] <= 12.0 + 1e-9
    later = written_by([*whole, "--patients", "3", "--cohort-size", "3", "--start-dose", "2"], tmp_path)
    assert [dose["patients"] for dose in later["doses"]] == pytest.approx([0.0, 3.0, 0.0, 0.0, 0.0])


# -- 3+3 --------------------------------------------------------------------------------------------


def test_three_plus_three_over_one_dose_is_as_by_hand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Selected after none in three and at most one in three more, or one in three and none in three more."""
    none, one = binom.pmf([0, 1], 3, 0.2)
    found = written_by(["three-plus-three", "--true-rates", "0.2"], tmp_path)
    assert found["doses"][0]["selected"] == pytest.approx(none * (none + one) + one * none)
    assert found["trial_size"] == pytest.approx(3 + 3 * (none + one))
    assert "Summed over every course" in capsys.readouterr().out


def test_simulated_three_plus_three_agrees_with_the_sum(tmp_path: Path) -> None:
    question = ["three-plus-three", "--true-rates", "0.05,0.15,0.3,0.45"]
    exact = written_by(question, tmp_path)
    simulated = written_by([*question, "--repetitions", "2000"], tmp_path)
    assert (exact["repetitions"], simulated["repetitions"]) == (None, 2000)
    assert [dose["selected"] for dose in simulated["doses"]] == pytest.approx(
        [dose["selected"] for dose in exact["doses"]], abs=4 * 0.5 / math.sqrt(2000)
    )


# -- impossible wishes ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["boin"], "--target"),
        (["boin", "--target", "1.3"], "0 < p-saf < target < p-tox < 1"),
        (["boin", "--target", "0.3", "--p-saf", "0.4"], "'--p-saf 0.4'"),
        (["boin", "--target", "0.3", "--cohorts", "0"], "'--cohorts 0' is out of range"),
        (["boin", "--target", "0.3", "--cohort-size", "50"], "'--cohort-size 50' is out of range"),
        (["boin", "--target", "0.3", "--cutoff-eli", "1"], "Write 0.95 for 95 %"),
        (["boin", "--target", "0.3", "--true-rates", "0.3,0.2"], "never fall with dose"),
        (["boin", "--target", "0.3", "--true-rates", "low"], "no list of numbers"),
        (["boin", "--target", "0.3", "--true-rates", "0.2", "--start-dose", "2"], "'--start-dose 2'"),
        (["crm", "--target", "0.25"], "Give either '--skeleton"),
        (["crm", *SKELETON, "--doses", "5", "--prior-mtd", "3"], "not both"),
        (["crm", "--target", "0.25", "--doses", "5"], "Give either '--skeleton"),
        (["crm", "--target", "0.25", "--doses", "5", "--prior-mtd", "6"], "'--prior-mtd 6' is out of range"),
        (["crm", "--target", "0.25", "--skeleton", "0.3,0.2"], "rise with dose"),
        (["crm", *SKELETON, "--data", "3,1"], "toxicities/patients"),
        (["crm", *SKELETON, "--data", "4/3"], "0 <= toxicities <= patients"),
        (["crm", *SKELETON, "--data", "0/1,0/1,0/1,0/1,0/1,0/1"], "counts for 6 doses"),
        (["crm", *SKELETON, "--data", "0/3", "--true-rates", "0.1,0.2,0.3,0.4,0.5"], "Give one of them"),
        (["crm", *SKELETON, "--true-rates", "0.1,0.2"], "Give one per dose"),
        (["crm", *SKELETON, "--patients", "0"], "'--patients 0' is out of range"),
        (["crm", *SKELETON, "--prior-sd", "0"], "a positive deviation"),
        (["three-plus-three"], "--true-rates"),
        (["three-plus-three", "--true-rates", "0.1,0.05"], "never fall with dose"),
        (["three-plus-three", "--true-rates", "0.1", "--repetitions", "0"], "'--repetitions 0'"),
        (["three-plus-three", "--true-rates", "0.1", "--start-dose", "0"], "'--start-dose 0'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_impossible_wishes_end_with_a_sentence_and_exit_code_two(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["design", *arguments]) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert "Traceback" not in captured.err
    assert captured.out == ""
