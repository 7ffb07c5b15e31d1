"""Comparisons of arms: who is paired with whom, and that the numbers are those of the report."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from comparison_samples import other_patients, renamed, same_patients, write_run
from page_reader import Page
from report_samples import SINGLE_ARM, TWO_ARMS, as_text
from trialkine.errors import InputError
from trialkine.records import DAYS_PER_MONTH
from trialkine.report.comparison.cautions import ONLY_IN_A_MODEL, cautions
from trialkine.report.comparison.collect import collect_runs
from trialkine.report.comparison.compare import ArmComparison, compare_arms
from trialkine.report.comparison.folder import write_comparison_folder
from trialkine.report.comparison.html_repr import comparison_html
from trialkine.report.comparison.pairs import pair_rows
from trialkine.report.comparison.question import question
from trialkine.report.comparison.summary_json import comparison_record
from trialkine.report.contrasts import contrast_arms
from trialkine.statistics.paired_survival import Fate
from trialkine.statistics.survival import logrank
from trialkine.trial.result import TrialResult

REFERENCE, ARM = (sketch.name for sketch in TWO_ARMS)


def compared(*runs: Path | TrialResult, reference: str | None = None, **asked: str) -> ArmComparison:
    options = {"endpoint": "os", "landmark": None, "until": None, **asked}
    return compare_arms(collect_runs(runs), question(**options, level=0.95), reference)


def without_dropouts(result: TrialResult) -> TrialResult:
    """Everyone is followed for 300 days, or dies before."""
    days, event = pl.col("os_days"), pl.col("os_event")
    return replace(
        result,
        patients=result.patients.with_columns(
            os_event=event & (days <= 300.0),
            os_days=pl.when(event).then(pl.min_horizontal(days, 300.0)).when(days.is_not_null()).then(300.0),
            follow_up_days=pl.lit(300.0),
            off_study_reason=pl.lit("data cut-off"),
        ),
    )


def test_arms_of_the_same_patients_are_paired_and_agree_with_the_report() -> None:
    result = without_dropouts(same_patients())
    (contrast,) = compared(result).contrasts
    (told,) = contrast_arms(result, is_counterfactual=True)
    assert contrast.paired is not None
    assert told.paired is not None
    assert contrast.paired.rows.height == told.paired.pairs == 38
    assert contrast.measures["response_difference"] == told.paired.response_difference
    assert contrast.test == told.paired.response_test
    months, survival = contrast.measures["restricted_mean_difference_months"], told.paired.survival_months
    assert (months.estimate, months.low, months.high) == pytest.approx(
        (survival.estimate, survival.low, survival.high), rel=1e-9
    )
    assert contrast.paired.fates[Fate.better] == told.paired.longer
    assert contrast.paired.fates[Fate.worse] == told.paired.shorter
    assert contrast.paired.fates[Fate.unknown] == 0


def test_responses_of_pairs_add_up() -> None:
    result = same_patients()
    (contrast,) = compared(result).contrasts
    assert contrast.paired is not None
    assert contrast.paired.responses is not None
    both, arm_only, reference_only, _ = contrast.paired.responses
    responded = {
        arm: result.patients.filter(
            (pl.col("arm") == arm) & pl.col("best_response").is_in(["CR", "PR"])
        ).height
        for arm in (ARM, REFERENCE)
    }
    assert (both + arm_only, both + reference_only) == (responded[ARM], responded[REFERENCE])
    assert sum(contrast.paired.responses) == 38
    assert contrast.test.statistic == arm_only


def test_arms_of_different_patients_are_compared_as_randomised_groups() -> None:
    result = without_dropouts(other_patients(same_patients(), ARM))
    found = compared(result)
    (contrast,) = found.contrasts
    (told,) = contrast_arms(result, is_counterfactual=False)
    assert contrast.paired is None
    assert told.randomised is not None
    assert contrast.test == told.randomised.overall_survival
    assert contrast.measures["response_difference"] == told.randomised.response_difference
    months, survival = contrast.measures["restricted_mean_difference_months"], told.randomised.survival_months
    assert (months.estimate, months.high) == pytest.approx((survival.estimate, survival.high), rel=1e-9)
    assert cautions(found).pairs == ()
    assert pair_rows(found).is_empty()


def test_a_folder_and_the_same_run_in_memory_give_the_same_numbers(tmp_path: Path) -> None:
    result = same_patients()
    written, kept = compared(write_run(result, tmp_path / "run")), compared(result)
    first, second = comparison_record(written), comparison_record(kept)
    for record in (first, second):
        for run in record["runs"]:
            run.pop("name")
        for arm in record["arms"]:
            arm.pop("run")
    assert first == second
    assert not any("rest on different" in caution for caution in cautions(written).all)


def test_runs_of_one_seed_are_paired_across_folders_by_what_patients_are(tmp_path: Path) -> None:
    first = same_patients(TWO_ARMS[:1])
    second = same_patients(TWO_ARMS[1:])
    (contrast,) = compared(write_run(first, tmp_path / "one"), write_run(second, tmp_path / "two")).contrasts
    assert contrast.paired is not None
    assert contrast.paired.rows.height == 38


def test_a_larger_run_is_paired_on_the_patients_of_the_smaller() -> None:
    found = compared(same_patients(TWO_ARMS[:1]), same_patients(TWO_ARMS[1:], patients=20))
    (contrast,) = found.contrasts
    assert contrast.paired is not None
    assert contrast.paired.rows.height == 18
    assert any(f"{ARM}, 18 of 18 and 38" in caution for caution in cautions(found).runs)


def test_other_seeds_are_other_patients_without_a_warning() -> None:
    found = compared(same_patients(TWO_ARMS[:1]), same_patients(TWO_ARMS[1:], seed=8))
    (contrast,) = found.contrasts
    assert contrast.paired is None
    assert "different seeds, 8 and 7" in contrast.why_not_paired
    assert not any("not paired" in caution for caution in cautions(found).all)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"age": pl.col("age") + 1.0}, "40 of the 40 patients with the same number differ in age"),
        ({"sex": pl.lit("male")}, "differ in sex"),
        (
            {
                "baseline_sld_mm": pl.when(pl.col("patient") == 3)
                .then(1.0)
                .otherwise(pl.col("baseline_sld_mm"))
            },
            "1 of the 40 patients with the same number differ in tumour size",
        ),
        ({"weight_kg": pl.lit(None, dtype=pl.Float64)}, "differ in weight"),
    ],
)
def test_names_and_numbers_are_not_trusted_where_patients_look_different(
    change: dict[str, pl.Expr], why: str
) -> None:
    second = same_patients(TWO_ARMS[1:])
    other = replace(second, patients=second.patients.with_columns(**change))
    found = compared(same_patients(TWO_ARMS[:1]), other)
    (contrast,) = found.contrasts
    assert contrast.paired is None
    assert why in contrast.why_not_paired
    assert any(
        "drawn with the same random numbers all the same" in caution for caution in cautions(found).all
    )


def test_the_last_digit_does_not_make_another_patient() -> None:
    second = same_patients(TWO_ARMS[1:])
    rounded = replace(second, patients=second.patients.with_columns(age=pl.col("age") * (1 + 1e-15)))
    assert compared(same_patients(TWO_ARMS[:1]), rounded).contrasts[0].paired is not None


def test_other_diseases_and_ensembles_are_other_patients() -> None:
    first, second = same_patients(TWO_ARMS[:1]), same_patients(TWO_ARMS[1:])
    elsewhere = replace(second, protocol=second.protocol.model_copy(update={"disease": "renal_cell"}))
    found = compared(first, elsewhere)
    assert "different diseases" in found.contrasts[0].why_not_paired
    assert any("their difference is not one of treatments" in caution for caution in cautions(found).all)
    drawn = replace(second, ensemble="400 members")
    assert "different ensembles" in compared(first, drawn).contrasts[0].why_not_paired


def test_other_case_mix_is_said_where_patients_differ() -> None:
    second = replace(same_patients(TWO_ARMS[1:], seed=8), case_mix=(0.1,))
    found = compared(same_patients(TWO_ARMS[:1]), second)
    assert any("different case mix" in caution for caution in cautions(found).all)


def test_names_that_collide_are_told_apart_by_their_runs(tmp_path: Path) -> None:
    result = same_patients()
    folders = (
        write_run(result, tmp_path / "a" / "run"),
        write_run(renamed(result, {ARM: "other"}), tmp_path / "b"),
    )
    found = compared(*folders, reference="other")
    assert [one.arm.name for one in found.arms] == [f"run/{REFERENCE}", ARM, f"b/{REFERENCE}", "other"]
    assert compared(*folders, reference=f"run/{ARM}").reference.name == ARM
    with pytest.raises(InputError, match=f"Several runs have an arm '{REFERENCE}'. Write one of 'run/"):
        compared(*folders, reference=REFERENCE)
    same_name = write_run(result, tmp_path / "c" / "run")
    names = {run.name for run in compared(folders[0], same_name).runs}
    assert names == {str(folders[0]), str(same_name)}


def test_restricted_means_end_where_the_first_curve_ends_unless_asked() -> None:
    result = same_patients()
    found = compared(result)
    healthy = result.patients.filter(pl.col("status") == "ok")
    ends = [healthy.filter(pl.col("arm") == arm)["os_days"].max() for arm in (REFERENCE, ARM)]
    assert found.until_months == pytest.approx(min(ends) / DAYS_PER_MONTH)
    assert comparison_record(found)["until_is"] == "the shortest last follow-up"
    asked = compared(result, until="10 months")
    assert asked.until_months == 10.0
    assert asked.until == "10 months"
    short, long = (
        one.contrasts[0].measures["restricted_mean_difference_months"].estimate for one in (asked, found)
    )
    assert short != long
    for option in ({"until": "90 months"}, {"landmark": "90 months"}):
        with pytest.raises(InputError, match=r"beyond the follow-up of '.*', which ends at"):
            compared(result, **option)


def test_a_curve_that_ends_at_zero_does_not_end_the_comparison() -> None:
    result = same_patients()
    dead = (pl.col("arm") == ARM) & (pl.col("status") == "ok")
    all_die = replace(
        result,
        patients=result.patients.with_columns(
            os_days=pl.when(dead).then(pl.min_horizontal("os_days", 100.0)).otherwise(pl.col("os_days")),
            os_event=pl.when(dead).then(True).otherwise(pl.col("os_event")),
        ),
    )
    last = result.patients.filter(pl.col("arm") == REFERENCE)["os_days"].max()
    assert compared(all_die).until_months == pytest.approx(last / DAYS_PER_MONTH)


def test_repeated_trials_are_compared_trial_by_trial() -> None:
    result = other_patients(same_patients(replicates=3, seed=3), ARM)
    found = compared(result)
    (contrast,) = found.contrasts
    singles = [
        compared(
            replace(
                result,
                patients=result.patients.filter(pl.col("trial") == trial).with_columns(
                    trial=pl.lit(0, dtype=pl.Int64)
                ),
                lines=result.lines.filter(pl.col("trial") == trial).with_columns(
                    trial=pl.lit(0, dtype=pl.Int64)
                ),
                visits=result.visits.filter(pl.col("trial") == trial).with_columns(
                    trial=pl.lit(0, dtype=pl.Int64)
                ),
                replicates=1,
            ),
            until=f"{found.until_months} months",
        ).contrasts[0]
        for trial in range(3)
    ]
    ratios = sorted(one.measures["hazard_ratio"].estimate or 0.0 for one in singles)
    assert contrast.measures["hazard_ratio"].estimate == pytest.approx(ratios[1])
    assert contrast.measures["hazard_ratio"].low is None  # 3 trials allow no 95 % predictive interval
    responses = [one.measures["response_difference"].estimate or 0.0 for one in singles]
    assert sorted(responses)[1] != pytest.approx(sum(responses) / 3)  # rates are given by their mean
    assert contrast.measures["response_difference"].estimate == pytest.approx(sum(responses) / 3)
    assert contrast.significant_share is not None
    assert contrast.significant_share.estimate == sum((one.test.p_value or 1.0) < 0.05 for one in singles) / 3


def test_runs_repeated_differently_often_are_refused() -> None:
    with pytest.raises(InputError, match=r"'trial 1' 1, 'trial 2' 3"):
        compared(same_patients(), same_patients(replicates=3))


def test_logrank_is_of_the_endpoint_that_was_asked_for() -> None:
    result = other_patients(same_patients(), ARM)
    (contrast,) = compared(result, endpoint="pfs").contrasts
    healthy = result.patients.filter(pl.col("status") == "ok")
    groups = [healthy.filter(pl.col("arm") == arm) for arm in (ARM, REFERENCE)]
    expected = logrank(*(group[f"pfs_{end}"].to_list() for group in groups for end in ("days", "event")))
    assert contrast.test.p_value == expected.p_value


def test_everything_written_says_that_it_is_simulated_and_pairs_that_they_are_only_in_a_model(
    tmp_path: Path,
) -> None:
    folder = write_comparison_folder(compared(same_patients()), tmp_path / "out")
    page = (folder / "compare.html").read_text("utf-8")
    assert page.count("Simulated data. Not for treating patients.") == 2
    assert ONLY_IN_A_MODEL in page
    assert "<script" not in page
    assert 'src="http' not in page
    record = json.loads((folder / "compare.json").read_text("utf-8"))
    assert record["notice"] == "Simulated data. Not for treating patients."
    assert ONLY_IN_A_MODEL in record["cautions"]
    assert record["contrasts"][0]["fates"]["unknown"] >= 0
    pairs = pl.read_parquet(folder / "pairs.parquet")
    assert pairs["SYNTHETIC"].unique().to_list() == [
        "SIMULATED DATA: no real patient; not for treating patients"
    ]
    assert pairs.filter(pl.col("fate") == "better").height == record["contrasts"][0]["fates"]["better"]
    assert {path.name for path in (folder / "figures").iterdir()} == {
        "kaplan_meier.svg",
        "patient_differences.svg",
    }
    assert str(tmp_path) not in as_text(folder, "*.html") + as_text(folder, "*.json") + as_text(
        folder, "*.svg"
    )
    assert not {"nan", "None", "inf"} & set(Page(page).text.split())


def test_the_same_runs_give_the_same_bytes(tmp_path: Path) -> None:
    folders = [write_comparison_folder(compared(same_patients()), tmp_path / name) for name in ("one", "two")]
    for path in folders[0].rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (folders[1] / path.relative_to(folders[0])).read_bytes()


def test_in_a_notebook_names_cannot_become_markup() -> None:
    html = comparison_html(compared(renamed(same_patients(), {ARM: "<b>x"})))
    assert "<b>x" not in html
    assert "&lt;b&gt;x" in html
    assert "Simulated data. Not for treating patients." in html
    assert ONLY_IN_A_MODEL in html


def test_after_complete_resection_relapse_is_compared_and_response_is_not() -> None:
    result = same_patients()
    relapse = result.protocol.assessments.model_copy(update={"criteria": "relapse", "also_score": ()})
    adjuvant = replace(result, protocol=result.protocol.model_copy(update={"assessments": relapse}))
    found = compared(adjuvant, endpoint="pfs")
    assert found.endpoint.startswith("Relapse-free survival")
    (contrast,) = found.contrasts
    assert contrast.measures["response_difference"].why == "nothing was left that could respond or progress"
    assert contrast.paired is not None
    assert contrast.paired.responses is None
    assert "Response" not in comparison_html(found)
    with pytest.raises(InputError, match="no common endpoint 'pfs'"):
        compared(result, adjuvant, endpoint="pfs")


def test_one_arm_is_no_comparison() -> None:
    with pytest.raises(InputError, match="One arm only, 'IM862'"):
        compared(same_patients(SINGLE_ARM))
    result = same_patients()
    with pytest.raises(InputError, match="given twice"):
        compared(result, result)
