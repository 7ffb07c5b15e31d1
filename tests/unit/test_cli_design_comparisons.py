"""`trialkine design` for randomised trials beside other programs, formulas and enumerations."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import pytest
from scipy.stats import binom, fisher_exact, norm

from trialkine.cli.main import main
from trialkine.design.accrual import AccrualPlan
from trialkine.design.survival_power import SurvivalScenario, simulated_power
from trialkine.design.survival_tests import MaxComboTest, WeightedLogrankTest
from trialkine.statistics.survival_curves import exponential, with_delayed_effect

PLAN = ["--median", "12", "--accrual", "24", "--follow-up", "12"]


def said_by(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["design", *arguments]) == 0
    return capsys.readouterr().out


def written_by(arguments: list[str], folder: Path) -> dict[str, Any]:
    target = folder / "design.json"
    assert main(["design", *arguments, "--json", str(target)]) == 0
    return json.loads(target.read_text("utf-8"))


def lines_of_looks(said: str) -> list[list[str]]:
    return [line.split() for line in said.splitlines() if re.match(r"\d+ ", line)]


# -- group sequential -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "bounds"),
    [
        (["--shape", "obrien-fleming"], (3.471091, 2.454432, 2.004036)),
        (["--shape", "pocock"], (2.289478, 2.289478, 2.289478)),
        ([], (3.710303, 2.511427, 1.993047)),
        (["--spending", "pocock"], (2.279428, 2.294911, 2.295940)),
    ],
    ids=str,
)
def test_printed_bounds_are_those_of_rpact(
    options: list[str], bounds: tuple[float, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """The numbers of tests/oracles/test_design_group_sequential_rpact.py, at a one-sided 0.025."""
    looks = lines_of_looks(said_by(["group-sequential", "--looks", "3", *options], capsys))
    assert [look[2] for look in looks] == [f"{bound:.4f}" for bound in bounds]
    assert [look[3] for look in looks] == [f"{norm.sf(bound):.5f}" for bound in bounds]
    assert looks[-1][4:] == ["0.02500", "0.8000"]


def test_bounds_for_futility_equal_rpact(tmp_path: Path) -> None:
    """What rpact 3.3.4 expects in its own tests of asP with bsP, not binding; eight digits."""
    question = ["--information", "0.4,0.65,1", "--alpha", "0.05", "--power", "0.9", "--spending", "pocock"]
    found = written_by(["group-sequential", *question, "--futility", "pocock"], tmp_path)
    expected = {
        "efficacy_z": (1.9405431, 2.0327662, 1.9734104),
        "nominal_p": (0.026156858, 0.021038075, 0.02422441),
        "alpha_spent": (0.026156858, 0.037497241, 0.05),
        "power": (0.58983431, 0.79279807, 0.9),
        "futility_z": (0.5448398, 1.0899149, 1.9734104),
    }
    for name, numbers in expected.items():
        assert [look[name] for look in found["looks"]] == pytest.approx(numbers, rel=1e-7, abs=1e-7), name


@pytest.mark.parametrize(
    ("shape", "looks", "factor"), [("pocock", 2, 1.100), ("pocock", 5, 1.207), ("obrien-fleming", 5, 1.026)]
)
def test_inflation_factors_are_the_usual_ones(
    shape: str, looks: int, factor: float, capsys: pytest.CaptureFixture[str]
) -> None:
    """At 90 % power. Source: pocock_1977, obrien_fleming_1979."""
    said = said_by(["group-sequential", "--looks", str(looks), "--shape", shape, "--power", "0.9"], capsys)
    assert float(re.findall(r"Inflation factor ([\d.]+):", said)[0]) == pytest.approx(factor, abs=0.6e-3)


def test_events_of_the_looks_are_those_of_one_look_times_the_inflation_factor(tmp_path: Path) -> None:
    question = ["--information", "0.5,1", "--hazard-ratio", "0.7", "--allocation-ratio", "2"]
    found = written_by(["group-sequential", *question], tmp_path)
    fixed = 246.787 * 9 / 8  # two to one; the number of rpact for one to one
    assert [look["events"] for look in found["looks"]] == pytest.approx(
        [0.5 * fixed * found["inflation_factor"], fixed * found["inflation_factor"]], rel=1e-5
    )


def test_one_look_is_the_fixed_test(tmp_path: Path) -> None:
    found = written_by(["group-sequential", "--looks", "1", "--futility", "pocock"], tmp_path)
    assert found["looks"][0]["efficacy_z"] == pytest.approx(norm.isf(0.025), abs=1e-8)
    assert found["inflation_factor"] == pytest.approx(1.0, abs=1e-8)


def test_a_look_that_cannot_stop_the_trial_has_no_bound(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    question = ["group-sequential", "--information", "0.02,1"]
    assert lines_of_looks(said_by(question, capsys))[0][2:] == ["none", "0.00000", "0.00000", "0.0000"]
    assert written_by(question, tmp_path)["looks"][0]["efficacy_z"] is None


# -- survival ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("median", "inverse_ratio", "events", "patients"),
    [
        (16.282985, 2.2892242, 58.52451, 197.78666),
        (12.0, 3.1062837, 31.248898, 90.804254),
        (9.0776496, 4.1062837, 20.120262, 51.314209),
    ],
)
def test_events_and_patients_equal_rpact(
    median: float, inverse_ratio: float, events: float, patients: float, tmp_path: Path
) -> None:
    """What rpact 3.3.4 expects in its own tests of getSampleSizeSurvival(alpha = 0.01), arms exchanged."""
    question = ["--hazard-ratio", str(1 / inverse_ratio), "--median", str(median), "--alpha", "0.01"]
    found = written_by(["survival", *question, "--accrual", "12", "--follow-up", "6"], tmp_path)
    assert found["events_needed"] == pytest.approx(events, rel=1e-6)
    assert found["tests"][0]["patients"] == math.ceil(patients)
    assert found["tests"][0]["expected_events"] == pytest.approx(
        events * math.ceil(patients) / patients, rel=1e-6
    )
    assert found["duration"] == 18.0


def test_without_a_plan_the_answer_is_the_number_of_events(capsys: pytest.CaptureFixture[str]) -> None:
    said = said_by(["survival", "--hazard-ratio", "0.7"], capsys)
    assert "246.787         247" in said  # rpact: 246.787


def event_chance(hazard: float, loss: float, accrual: float, until: float) -> float:
    """The chance of a seen event by a time after accrual, both hazards constant, entry even."""
    gone = hazard + loss
    still = (math.exp(-gone * (until - accrual)) - math.exp(-gone * until)) / (gone * accrual)
    return hazard / gone * (1.0 - still)


def test_dropouts_are_counted_as_in_closed_form(tmp_path: Path) -> None:
    lost = ["--dropout-rate", "0.1", "--dropout-time", "6"]
    found = written_by(["survival", "--hazard-ratio", "0.7", *PLAN, *lost], tmp_path)
    hazard, loss = math.log(2.0) / 12.0, -math.log(0.9) / 6.0
    chance = sum(event_chance(ratio * hazard, loss, 24.0, 36.0) for ratio in (1.0, 0.7)) / 2.0
    assert found["tests"][0]["patients"] == math.ceil(246.7871 / chance)


def test_power_of_given_patients_and_the_day_of_the_events_needed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    question = ["survival", "--hazard-ratio", "0.7", *PLAN, "--patients"]
    found = written_by([*question, "450"], tmp_path)
    hazard = math.log(2.0) / 12.0
    seen = sum(225.0 * event_chance(ratio * hazard, 0.0, 24.0, 36.0) for ratio in (1.0, 0.7))
    assert found["tests"][0]["expected_events"] == pytest.approx(seen)
    assert found["tests"][0]["power"] == pytest.approx(
        norm.cdf(-math.log(0.7) * math.sqrt(seen) / 2 - norm.isf(0.025))
    )
    day = found["time_of_needed_events"]
    assert 24.0 < day < 36.0
    then = sum(225.0 * event_chance(ratio * hazard, 0.0, 24.0, day) for ratio in (1.0, 0.7))
    assert then == pytest.approx(246.7871, rel=1e-5)
    capsys.readouterr()
    assert "never have them" in said_by([*question, "200"], capsys)


def test_simulated_power_is_that_of_the_same_trials(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tests = ["--test", "log-rank", "--test", "max-combo", "--repetitions", "60", "--seed", "5"]
    question = ["survival", "--hazard-ratio", "0.5", *PLAN, "--delay", "4", "--patients", "150", *tests]
    found = written_by(question, tmp_path)
    control = exponential(12.0)
    scenario = SurvivalScenario(control, with_delayed_effect(control, 0.5, 4.0), AccrualPlan(24.0, 12.0), 150)
    direct = simulated_power(scenario, [WeightedLogrankTest(), MaxComboTest()], 0.025, 60, 5)
    for row, expected in zip(found["tests"], direct, strict=True):
        assert row["test"] == expected.test.name
        assert (row["power"], row["power_low"], row["power_high"]) == (
            expected.power.estimate,
            expected.power.low,
            expected.power.high,
        )
    assert "95 % interval" in capsys.readouterr().out


def test_simulated_sizes_agree_with_the_formula_and_a_delay_costs_patients(tmp_path: Path) -> None:
    question = ["survival", "--hazard-ratio", "0.5", *PLAN, "--repetitions", "200", "--test", "log-rank"]
    plain = written_by(question, tmp_path)["tests"][0]
    simulated = written_by([*question, "--test", "rmst", "--tau", "24"], tmp_path)["tests"]
    assert [row["test"] for row in simulated] == ["log-rank", "restricted mean up to 24"]
    # Four standard errors of a simulated power, and Schoenfeld's error at a ratio this far from 1.
    assert simulated[0]["power"] == pytest.approx(0.8, abs=4 * math.sqrt(0.8 * 0.2 / 200) + 0.02)
    assert simulated[0]["patients"] == pytest.approx(plain["patients"], rel=0.3)
    delayed = written_by([*question, "--delay", "6"], tmp_path)["tests"][0]
    assert delayed["patients"] > 1.3 * plain["patients"]


# -- response and selection -------------------------------------------------------------------------


def test_the_normal_size_is_that_of_power_prop_test(capsys: pytest.CaptureFixture[str]) -> None:
    """R's own example: power.prop.test(p1 = .50, p2 = .75, power = .90) gives n = 76.7."""
    question = ["--control-rate", "0.5", "--treated-rate", "0.75", "--power", "0.9"]
    said = said_by(["response", *question], capsys)
    assert "asks for 76.7 control and 76.7 treated patients" in said


def test_power_of_fishers_test_equals_the_enumeration_with_scipys(tmp_path: Path) -> None:
    rates = ["--control-rate", "0.2", "--treated-rate", "0.8"]
    found = written_by(["response", *rates, "--patients", "18", "--allocation-ratio", "2"], tmp_path)
    fisher = found["tests"][0]
    assert (fisher["patients_control"], fisher["patients_treated"]) == (6, 12)
    power = sum(
        binom.pmf(control, 6, 0.2) * binom.pmf(treated, 12, 0.8)
        for control in range(7)
        for treated in range(13)
        if fisher_exact([[treated, 12 - treated], [control, 6 - control]], "greater").pvalue <= 0.025
    )
    assert fisher["power"] == pytest.approx(power, rel=1e-9)


def test_the_size_reaches_the_power_and_one_pair_less_does_not(tmp_path: Path) -> None:
    rates = ["response", "--control-rate", "0.2", "--treated-rate", "0.5"]
    sized = written_by(rates, tmp_path)["tests"]
    for place, row in enumerate(sized):
        assert row["power"] >= 0.8
        assert row["patients_control"] == row["patients_treated"]
        fewer = written_by([*rates, "--patients", str(row["patients"] - 2)], tmp_path)["tests"][place]
        assert fewer["power"] < 0.8
    assert sized[0]["largest_type_one_error"] <= 0.025 < sized[1]["largest_type_one_error"]


@pytest.mark.parametrize(("rate", "sizes"), [("0.2", (29, 44, 52)), ("0.5", (36, 54, 65))])
def test_selection_sizes_are_the_published_ones(rate: str, sizes: tuple[int, ...], tmp_path: Path) -> None:
    """A lead of 15 points, nine times in ten. Source: simon_wittes_ellenberg_1985."""
    for arms, size in zip((2, 3, 4), sizes, strict=True):
        question = ["selection", "--rate", rate, "--difference", "0.15", "--arms", str(arms)]
        found = written_by(question, tmp_path)
        assert (found["patients_per_arm"], found["patients"]) == (size, arms * size)
        fewer = written_by([*question, "--patients-per-arm", str(size - 1)], tmp_path)
        assert fewer["correct_selection"] < 0.9 <= found["correct_selection"]


# -- impossible wishes ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["group-sequential"], "either '--looks 3' or '--information"),
        (["group-sequential", "--looks", "2", "--information", "0.5,1"], "not both"),
        (["group-sequential", "--looks", "21"], "'--looks 21' is out of range"),
        (["group-sequential", "--information", "0.5;1"], "no list of numbers"),
        (["group-sequential", "--information", "0.5,0.9"], "Let the last fraction be 1"),
        (["group-sequential", "--looks", "2", "--shape", "pocock", "--spending", "pocock"], "Give one of"),
        (["group-sequential", "--looks", "2", "--alpha", "0.9"], "alpha < power < 1"),
        (["group-sequential", "--looks", "2", "--shape", "wang"], "--shape"),
        (["group-sequential", "--looks", "2", "--hazard-ratio", "1"], "other than 1"),
        (["survival"], "--hazard-ratio"),
        (["survival", "--hazard-ratio", "1.3"], "no benefit"),
        (["survival", "--hazard-ratio", "0"], "Write a positive number"),
        (["survival", "--hazard-ratio", "0.7", "--median", "12"], "'--accrual' and '--follow-up'"),
        (["survival", "--hazard-ratio", "0.7", "--patients", "100"], "need all of"),
        (["survival", "--hazard-ratio", "0.7", *PLAN, "--patients", "3"], "'--patients 3' is out of range"),
        (["survival", "--hazard-ratio", "0.7", *PLAN, "--delay", "40"], "ends at 36"),
        (["survival", "--hazard-ratio", "0.7", *PLAN, "--test", "rmst"], "'--tau' belong together"),
        (["survival", "--hazard-ratio", "0.7", *PLAN, "--tau", "20"], "'--tau' belong together"),
        (
            ["survival", "--hazard-ratio", "0.7", *PLAN, "--test", "weighted-log-rank", "--weight", "1"],
            "not rho and gamma",
        ),
        (["survival", "--hazard-ratio", "0.7", *PLAN, "--test", "wilcoxon"], "--test"),
        (["survival", "--hazard-ratio", "0.7", *PLAN, "--dropout-rate", "1"], "'--dropout-rate 1'"),
        (["survival", "--hazard-ratio", "0.7", *PLAN, "--allocation-ratio", "0"], "from 0.1 to 10"),
        (["survival", "--hazard-ratio", "0.7", *PLAN, "--repetitions", "0"], "'--repetitions 0'"),
        (["response", "--control-rate", "0.4", "--treated-rate", "0.2"], "0 < control < treated < 1"),
        (["response", "--control-rate", "0.2", "--treated-rate", "0.21"], "Widen the difference"),
        (["response", "--control-rate", "0.2", "--treated-rate", "0.4", "--patients", "1"], "out of range"),
        (["response", "--control-rate", "0.2", "--treated-rate", "0.4", "--alpha", "0"], "between 0 and 1"),
        (["selection", "--rate", "0.2", "--difference", "0.15", "--arms", "1"], "does not fit 1 arms"),
        (["selection", "--rate", "0.2", "--difference", "0.9"], "stays within 1"),
        (["selection", "--rate", "0.2"], "--difference"),
        (["selection", "--rate", "0.2", "--difference", "0.1", "--json", "nowhere/x.json"], "does not exist"),
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
