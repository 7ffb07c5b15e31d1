"""Outcome numbers, worked out by hand on small trials."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from report_sample_protocols import SINGLE_ARM_YAML, two_arm_text
from report_samples import SINGLE_ARM, TWO_ARMS, ArmSketch, sample_result, without_responders
from trialkine.design.two_stage import FirstStageRule, TwoStageRule, Verdict
from trialkine.records import DAYS_PER_MONTH
from trialkine.report.answer import answer
from trialkine.report.contrast_tables import contrast_tables
from trialkine.report.metrics import Landmarks
from trialkine.report.outcomes import ArmOutcomes, Summary, summarise
from trialkine.report.protocol_facts import protocol_facts
from trialkine.trial.result import TrialResult

TEN_RESPONSES = ["CR", "PR", "PR", "SD", "SD", "SD", "SD", "PD", "PD", "NE"]


def ten_patients(**columns: list[object]) -> TrialResult:
    """One arm of ten patients who die at 1, 2, ... 10 months, with other columns as given."""
    result = sample_result(SINGLE_ARM, patients=10, failed=0, protocol_text=SINGLE_ARM_YAML)
    days = [DAYS_PER_MONTH * month for month in range(1, 11)]
    known: dict[str, list[object]] = {
        "os_days": list(days),
        "os_event": [True] * 10,
        "best_response": list(TEN_RESPONSES),
    }
    new = [pl.Series(name, values) for name, values in (known | columns).items()]
    return replace(result, patients=result.patients.with_columns(*new))


def only_arm(result: TrialResult) -> ArmOutcomes:
    (arm,) = summarise(result, Landmarks(os_months=(6, 60))).arms
    return arm


def test_response_rates_count_patients_without_a_scan_as_no_response() -> None:
    metrics = only_arm(ten_patients()).group.metrics
    found = {
        name: metrics[name].estimate
        for name in ("orr", "cr_rate", "pr_rate", "sd_rate", "pd_rate", "ne_rate")
    }
    assert found == pytest.approx(
        {"orr": 0.3, "cr_rate": 0.1, "pr_rate": 0.2, "sd_rate": 0.4, "pd_rate": 0.2, "ne_rate": 0.1}
    )


def test_response_interval_is_clopper_pearson() -> None:
    # R: binom.test(3, 10)$conf.int is 0.06673951 0.65245285
    rate = only_arm(ten_patients()).group.metrics["orr"]
    assert (rate.low, rate.high) == pytest.approx((0.06673951, 0.65245285), abs=1e-7)
    assert rate.interval == "confidence"


def test_median_survival_is_the_middle_of_the_flat_half() -> None:
    metrics = only_arm(ten_patients()).group.metrics
    assert metrics["os_median_months"].estimate == pytest.approx(5.5)
    assert metrics["os_rate_6m"].estimate == pytest.approx(0.4)


def test_survival_that_half_the_patients_outlive_is_not_reached() -> None:
    median = only_arm(ten_patients(os_event=[True] * 4 + [False] * 6)).group.metrics["os_median_months"]
    assert median.estimate is None
    assert median.why.startswith("not reached")


def test_a_landmark_beyond_follow_up_is_undefined() -> None:
    rate = only_arm(ten_patients(os_event=[False] * 10)).group.metrics["os_rate_60m"]
    assert (rate.estimate, rate.why) == (None, "follow-up ends before this landmark")


def test_without_responders_the_response_duration_says_so() -> None:
    arm = summarise(without_responders(sample_result())).arms[0]
    assert arm.group.metrics["orr"].estimate == 0.0
    assert arm.group.metrics["dor_median_months"].why == "nobody responded"


def test_deaths_from_treatment_are_counted() -> None:
    causes = ["treatment", "disease", None, "treatment", *[None] * 6]
    assert only_arm(ten_patients(death_cause=causes)).group.metrics["toxic_death_rate"].estimate == 0.2


def test_failed_patients_are_counted_and_stand_in_no_denominator() -> None:
    arm = only_arm(ten_patients(status=["ok"] * 5 + ["too many steps"] * 5))
    assert (arm.simulated, arm.failed, arm.group.n) == (10, 5, 5)
    assert arm.group.metrics["orr"].estimate == 0.6


def test_biomarkers_are_compared_at_the_weeks_the_protocol_plans() -> None:
    result = ten_patients()
    keys = result.patients.select("arm", "trial", "patient")
    visits = pl.concat(
        [
            keys.with_columns(
                day=pl.lit(day), plasma_vegf=pl.col("patient").cast(pl.Float64) * 10 * factor + 10 * factor
            )
            for day, factor in ((0.0, 1.0), (28.0, 0.8), (56.0, 0.5))
        ]
    )
    arm = only_arm(replace(result, visits=visits))
    # Every patient falls to exactly 80 % and 50 %, whatever the baseline.
    assert arm.group.metrics["biomarker_plasma_vegf_4w"].estimate == pytest.approx(0.8)
    assert arm.group.metrics["biomarker_plasma_vegf_8w"].estimate == pytest.approx(0.5)
    assert [(test.day, test.t_test.pairs) for test in arm.biomarker_tests] == [(28, 10), (56, 10)]


def paired_result(first: list[str], second: list[str], *, extra_months: float = 0.0) -> TrialResult:
    """Two arms of the same patients; those of the second live some months longer."""
    result = sample_result(TWO_ARMS, patients=len(first), failed=0)
    days = [DAYS_PER_MONTH * month for month in range(1, len(first) + 1)]
    patients = result.patients.with_columns(
        pl.Series("best_response", first + second),
        pl.Series("os_days", days + [day + extra_months * DAYS_PER_MONTH for day in days]),
        os_event=pl.lit(True),
        off_study_reason=pl.lit(None, dtype=pl.String),
    )
    return replace(result, patients=patients)


def test_counterfactual_arms_are_compared_within_patients_only() -> None:
    result = paired_result(["SD", "SD", "PR", "SD"], ["CR", "PR", "PR", "SD"], extra_months=1.0)
    (contrast,) = summarise(result).contrasts
    assert contrast.randomised is None
    assert contrast.paired is not None
    assert contrast.paired.pairs == 4
    assert contrast.paired.response_difference.estimate == pytest.approx(2 / 4)
    assert contrast.paired.survival_months.estimate == pytest.approx(1.0)
    assert (contrast.paired.longer, contrast.paired.shorter) == (4, 0)


def test_time_alive_is_compared_only_within_the_common_follow_up() -> None:
    result = paired_result(["SD"] * 4, ["SD"] * 4, extra_months=1.0)
    # The third patient is cut off at 3 months in the first arm: later times count as 3 months.
    is_cut_off = (pl.col("patient") == 2) & (pl.col("arm") == TWO_ARMS[0].name)
    patients = result.patients.with_columns(
        os_event=~is_cut_off, off_study_reason=pl.when(is_cut_off).then(pl.lit("data cut-off"))
    )
    (contrast,) = summarise(replace(result, patients=patients)).contrasts
    assert contrast.paired is not None
    assert contrast.paired.until_months == pytest.approx(3.0)
    # Gains: 1 -> 2 and 2 -> 3 months; the other two are alive at 3 months in both arms.
    assert contrast.paired.survival_months.estimate == pytest.approx((1 + 1 + 0 + 0) / 4)


def test_patients_who_would_be_lost_early_are_left_out_whatever_happened_to_them() -> None:
    """Two of four would drop out on day 100; that one of them dies before makes no difference."""
    result = paired_result(["SD"] * 4, ["SD"] * 4, extra_months=1.0)
    would_drop_out = pl.col("patient") <= 1
    is_lost = (pl.col("patient") == 0) & (pl.col("arm") == TWO_ARMS[1].name)
    patients = result.patients.with_columns(
        os_event=~is_lost,
        off_study_reason=pl.when(is_lost).then(pl.lit("dropout")),
        follow_up_days=pl.when(would_drop_out).then(100.0).otherwise(1000.0),
    )
    (contrast,) = summarise(replace(result, patients=patients)).contrasts
    assert contrast.paired is not None
    assert (contrast.paired.pairs, contrast.paired.known) == (4, 2)


def test_randomised_arms_get_a_log_rank_test() -> None:
    (contrast,) = summarise(sample_result(protocol_text=two_arm_text("randomised"))).contrasts
    assert contrast.paired is None
    assert contrast.randomised is not None
    assert contrast.randomised.overall_survival.p_value is not None


THREE_ARMS = (*TWO_ARMS, ArmSketch("Third", ("aldesleukin",), 0.2, 300.0))


def test_every_later_arm_is_compared_with_every_earlier_one() -> None:
    summary = summarise(sample_result(THREE_ARMS, patients=6, failed=0))
    first, second, third = (arm.name for arm in THREE_ARMS)
    pairs = [(contrast.arm, contrast.reference) for contrast in summary.contrasts]
    assert pairs == [(second, first), (third, first), (third, second)]
    # The answer begins with the pairs of the arm that has two lines.
    text = answer(summary).comparison.text
    places = [text.index(f"{arm} against {reference}") for arm, reference in (pairs[0], pairs[2], pairs[1])]
    assert places == sorted(places)


def test_of_more_than_six_pairs_the_answer_tells_those_against_the_first_arm_and_the_tables_all() -> None:
    arms = tuple(ArmSketch(f"Arm {number}", ("aldesleukin",), 0.2, 300.0) for number in range(5))
    summary = summarise(sample_result(arms, patients=4, failed=0))
    assert len(summary.contrasts) == 10
    told = answer(summary).comparison
    assert [pair.partition(":")[0] for pair in told.pairs] == [f"Arm {n} against Arm 0" for n in range(1, 5)]
    assert told.note.startswith("All other pairs")
    shown, others = contrast_tables(summary)
    assert (len(shown.rows), len(others.rows)) == (4, 6)


def test_a_patient_lives_longer_only_by_a_day_or_more() -> None:
    seconds = paired_result(["SD"] * 4, ["SD"] * 4, extra_months=0.9 / DAYS_PER_MONTH)
    (contrast,) = summarise(seconds).contrasts
    assert (contrast.paired.longer, contrast.paired.shorter) == (0, 0)
    days = paired_result(["SD"] * 4, ["SD"] * 4, extra_months=1.0 / DAYS_PER_MONTH)
    (contrast,) = summarise(days).contrasts
    assert (contrast.paired.longer, contrast.paired.shorter) == (contrast.paired.known, 0)


def test_randomised_arms_differ_in_response_and_in_restricted_mean_survival() -> None:
    result = paired_result(["SD", "SD", "PR", "SD"], ["CR", "PR", "PR", "SD"], extra_months=1.0)
    protocol = sample_result(protocol_text=two_arm_text("randomised"), patients=3).protocol
    (contrast,) = summarise(replace(result, protocol=protocol)).contrasts
    assert contrast.randomised is not None
    assert contrast.randomised.response_difference.estimate == pytest.approx(3 / 4 - 1 / 4)
    # Nobody is censored: deaths at 1 to 4 months against 2 to 5.
    months = contrast.randomised.survival_months
    assert (months.estimate, contrast.randomised.until_months) == (pytest.approx(1.0), pytest.approx(5.0))
    # Without censoring Greenwood's variance of the area is the sum of squares over n squared: 5 / 16 each.
    assert months.high == pytest.approx(1.0 + 1.959964 * (2 * 5 / 16) ** 0.5, abs=1e-5)


def test_rates_of_repeated_trials_are_means_and_not_medians() -> None:
    result = sample_result(SINGLE_ARM, patients=2, replicates=3, failed=0, protocol_text=SINGLE_ARM_YAML)
    # Response rates of 0, 0 and 1: their median would be 0.
    patients = result.patients.with_columns(
        best_response=pl.when(pl.col("trial") == 2).then(pl.lit("PR")).otherwise(pl.lit("SD"))
    )
    rates = only_arm(replace(result, patients=patients)).group.metrics
    assert rates["orr"].estimate == pytest.approx(1 / 3)
    assert rates["pr_rate"].estimate == pytest.approx(1 / 3)


def test_the_answer_tells_the_biomarker_tests_that_the_protocol_asks_for() -> None:
    result = ten_patients()
    keys = result.patients.select("arm", "trial", "patient")
    # Half of the patients fall to 40 % and half to 90 %: a geometric mean of 60 %.
    fall = pl.when(pl.col("patient") < 5).then(0.4).otherwise(0.9)
    visits = pl.concat(
        [
            keys.with_columns(day=pl.lit(0.0), plasma_vegf=pl.lit(100.0)),
            keys.with_columns(day=pl.lit(28.0), plasma_vegf=100.0 * fall),
        ]
    )
    text = told(summarise(replace(result, visits=visits)))
    # Logs at -0.5108 -+ 0.4055, t on 9 degrees: half-width 2.262 * 0.4274 / sqrt(10) = 0.3058, t = -3.779.
    assert "IM862, Plasma VEGF at week 4: 0.60 (0.44 to 0.81), p = 0.0044" in text


def test_lines_have_their_own_denominator() -> None:
    second = summarise(sample_result(failed=0)).arms[1]
    reached = (
        sample_result(failed=0).lines.filter((pl.col("arm") == second.name) & (pl.col("line") == 2)).height
    )
    assert [line.agent for line in second.lines] == ["aldesleukin", "temozolomide"]
    assert [line.group.n for line in second.lines] == [60, reached]


def test_repeated_trials_give_predictive_intervals() -> None:
    summary = summarise(sample_result(replicates=40, patients=20, failed=0))
    rate = summary.arms[0].group.metrics["orr"]
    narrow = summary.arms[0].group.narrow["orr"]
    assert summary.is_predictive
    assert (rate.interval, rate.level, narrow.level) == ("predictive", 0.95, 0.80)
    assert rate.low is not None
    assert rate.high is not None
    assert narrow.low is not None
    assert narrow.high is not None
    assert rate.low <= narrow.low <= narrow.high <= rate.high
    assert summary.arms[0].group.n == 20


def test_two_repetitions_are_too_few_for_an_interval_and_say_so() -> None:
    rate = summarise(sample_result(replicates=2, patients=10, failed=0)).arms[0].group.metrics["orr"]
    assert rate.estimate is not None
    assert rate.low is None
    assert "needs at least" in rate.why


def test_the_verdict_reads_patients_in_the_order_of_enrolment() -> None:
    # Responders carry the lowest numbers but are enrolled last, so a first stage of 5 sees none of them.
    result = ten_patients(enrolled_month=[float(10 - number) for number in range(10)])
    facts = replace(protocol_facts(result.protocol), rule=FirstStageRule(0, 5))
    from trialkine.report.verdict import arm_verdicts

    (verdict,) = arm_verdicts(result, facts)
    assert verdict.result.verdict is Verdict.stopped
    assert verdict.counts == ((Verdict.stopped, 1),)


def test_a_design_judges_treated_arms_only_and_says_so() -> None:
    from trialkine.report.verdict import arm_verdicts

    result = sample_result(patients=40, failed=0)
    first, second = result.protocol.arms
    arms = (first, second.model_copy(update={"treatment": ()}))
    protocol = result.protocol.model_copy(update={"arms": arms})
    facts = protocol_facts(result.protocol)
    assert [verdict.arm for verdict in arm_verdicts(result, facts)] == [first.name, second.name]
    (verdict,) = arm_verdicts(replace(result, protocol=protocol), facts)
    assert verdict.arm == first.name
    assert verdict.rule_name.endswith("(of treated arms only)")


def test_a_simon_design_is_searched_for_its_boundaries() -> None:
    # Published table of optimal designs: 10 % against 30 %, alpha 0.05, power 0.80 is 1/10, 5/29.
    assert protocol_facts(sample_result().protocol).rule == TwoStageRule(1, 10, 5, 29)


def test_biomarkers_without_stated_times_are_compared_at_the_first_two_scans() -> None:
    assert protocol_facts(sample_result().protocol).biomarker_days == {"plasma_vegf": (56, 112)}


def told(summary: Summary) -> str:
    return answer(summary).text


def test_the_answer_names_every_arm_with_its_numbers_and_their_limits() -> None:
    text = told(summarise(ten_patients()))
    assert text.startswith(
        "IM862: of 10 simulated patients, 30.0 % (95 % confidence interval 6.7 to 65.2) responded"
    )
    assert "median overall survival 5.5 months" in text
    assert "conditional on one set of model parameters" in text


def test_the_answer_of_counterfactual_arms_never_names_a_log_rank_test() -> None:
    assert "log-rank" not in told(summarise(sample_result()))
    assert "log-rank" in told(summarise(sample_result(protocol_text=two_arm_text("randomised"))))


def test_the_answer_of_a_trial_in_which_all_failed_is_that_there_is_none() -> None:
    text = told(summarise(sample_result(patients=5, failed=5)))
    assert "no result, because none of its 5 patients could be simulated" in text
    assert "nan" not in text.lower()
