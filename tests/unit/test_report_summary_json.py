"""`summary.json`: the layout other programs rely on."""

from __future__ import annotations

import json
from typing import Any

import pytest

from report_sample_protocols import two_arm_text
from report_samples import sample_result, without_responders
from trialkine.report.outcomes import summarise
from trialkine.report.summary_json import summary_text
from trialkine.trial.result import TrialResult

# The names that are published; what the numbers stand for is tested with the outcomes.
PUBLISHED = {
    "orr",
    "cr_rate",
    "pr_rate",
    "sd_rate",
    "pd_rate",
    "ne_rate",
    "pfs_median_months",
    "pfs_rate_8w",
    "pfs_rate_16w",
    "pfs_rate_24w",
    "pfs_rate_52w",
    "ttp_median_months",
    "rfs_median_months",
    "os_median_months",
    "os_rate_6m",
    "os_rate_12m",
    "os_rate_24m",
    "dor_median_months",
    "doses_given_mean",
    "relative_dose_intensity_mean",
    "grade34_rate",
    "toxic_death_rate",
}


def read(result: TrialResult) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(summary_text(result, summarise(result)), parse_constant=pytest.fail)
    return found


def test_every_metric_has_its_published_name_and_an_interval_of_a_named_kind() -> None:
    summary = read(sample_result(patients=12))
    assert summary["schema"] == 1
    assert [arm["name"] for arm in summary["arms"]] == ["HD IL-2", "HD IL-2 then temozolomide"]
    for arm in summary["arms"]:
        assert set(arm["metrics"]) == PUBLISHED | {"biomarker_plasma_vegf_8w", "biomarker_plasma_vegf_16w"}
        for metric in arm["metrics"].values():
            assert {"estimate", "low", "high", "level", "interval"} <= set(metric)
            assert metric["interval"] == "confidence"


def test_rates_are_fractions_and_patients_are_counted() -> None:
    arm = read(sample_result(patients=12, failed=2))["arms"][0]
    assert (arm["n"], arm["simulated"], arm["failed"]) == (10, 12, 2)
    assert sum(arm["best_responses"].values()) == 10
    responders = arm["best_responses"]["CR"] + arm["best_responses"]["PR"]
    assert arm["metrics"]["orr"]["estimate"] == pytest.approx(responders / 10)


@pytest.mark.parametrize(
    "result",
    [without_responders(sample_result(patients=9)), sample_result(patients=3, failed=3)],
    ids=["no responders", "all failed"],
)
def test_what_is_undefined_is_null_with_a_why(result: TrialResult) -> None:
    summary = read(result)
    undefined = [
        metric
        for arm in summary["arms"]
        for metric in arm["metrics"].values()
        if None in (metric["estimate"], metric["low"], metric["high"])
    ]
    assert undefined
    assert all(metric["why"] for metric in undefined)
    assert summary["arms"][0]["metrics"]["dor_median_months"]["why"] == "nobody responded"


def test_lines_lie_inside_their_arm() -> None:
    lines = read(sample_result(patients=12))["arms"][1]["lines"]
    assert [(line["line"], line["agent"]) for line in lines] == [(1, "aldesleukin"), (2, "temozolomide")]
    assert set(lines[1]["metrics"]) == PUBLISHED
    assert lines[1]["n"] < lines[0]["n"]


def test_contrasts_say_whether_they_are_paired() -> None:
    paired = read(sample_result(patients=12))["contrasts"]
    randomised = read(sample_result(patients=12, protocol_text=two_arm_text("randomised")))["contrasts"]
    assert [contrast["kind"] for contrast in paired + randomised] == ["paired", "randomised"]
    assert not any("logrank" in key for key in paired[0])
    assert 0 <= randomised[0]["os_logrank"]["p_value"] <= 1


def test_repeated_trials_carry_two_predictive_intervals() -> None:
    summary = read(sample_result(patients=8, replicates=40, failed=0))
    metric = summary["arms"][0]["metrics"]["orr"]
    assert summary["trials"] == 40
    assert metric["interval"] == "predictive"
    assert metric["low"] <= metric["low_80"] <= metric["high_80"] <= metric["high"]
    assert sum(summary["design"][0]["verdicts_over_trials"].values()) == 40


def test_the_same_result_gives_the_same_text() -> None:
    first, second = (sample_result(patients=8) for _ in range(2))
    assert summary_text(first, summarise(first)) == summary_text(second, summarise(second))
