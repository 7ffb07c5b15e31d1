"""What follows from the counts that a publication reports, and under which names."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from pydantic import ValidationError

from protocol_samples import KNOWN, PROTOCOL
from trialkine.trial.checking import protocol_from_text
from trialkine.trial.protocol import Protocol
from trialkine.trial.reported import (
    MEDIANS,
    METRIC_PATTERNS,
    NAMED_METRICS,
    RATES,
    PublishedSource,
    ReportedArm,
    is_fraction,
    is_metric,
)

REPORTED = "reported: [{arm: Sequence, n: 49, cr: 2}]\nsource: {citation: Somebody 2004}\n"


def arm(**keys: Any) -> ReportedArm:
    return ReportedArm.model_validate({"arm": "Interleukin-2", **keys})


def rates(entry: ReportedArm) -> dict[str, float]:
    return {name: stated.value for name, stated in entry.all_metrics().items()}


def test_counts_become_rates_of_those_evaluated() -> None:
    entry = arm(enrolled=51, n=40, cr=2, pr=6, sd=10, pd=22)
    assert rates(entry) == pytest.approx(
        {"orr": 0.2, "cr_rate": 0.05, "pr_rate": 0.15, "sd_rate": 0.25, "pd_rate": 0.55}
    )
    stated = entry.all_metrics()["orr"]
    assert (stated.n, stated.note) == (40, "8 of 40")


def test_an_unknown_count_has_no_rate() -> None:
    assert rates(arm(n=40, cr=2)) == {"cr_rate": 0.05}
    assert rates(arm(n=40, responders=8)) == {"orr": 0.2}
    assert rates(arm(n=40, cr=0, pr=0)) == {"orr": 0.0, "cr_rate": 0.0, "pr_rate": 0.0}


def test_the_sum_of_responses_is_the_stated_one_or_that_of_both_kinds() -> None:
    assert arm(n=40, cr=2, pr=6).responses == 8
    assert arm(n=40, responders=8, cr=2).responses == 8
    assert arm(n=40, responders=0).responses == 0
    assert arm(n=40, cr=2).responses is None


def test_a_stated_number_prevails_over_the_counts() -> None:
    entry = arm(n=40, cr=2, pr=6, metrics={"orr": {"value": 0.19, "n": 42}, "os_median_months": 11.5})
    assert rates(entry) == {"orr": 0.19, "cr_rate": 0.05, "pr_rate": 0.15, "os_median_months": 11.5}


def test_a_rate_is_of_those_evaluated_and_a_time_of_those_enrolled() -> None:
    metrics = {"orr": 0.2, "os_median_months": 11.5, "os_rate_12m": 0.4}
    of = {name: arm(enrolled=51, n=40, metrics=metrics).denominator(name) for name in metrics}
    assert of == {"orr": 40, "os_median_months": 51, "os_rate_12m": 51}
    assert {arm(enrolled=51, metrics=metrics).denominator(name) for name in metrics} == {51}
    assert {arm(n=40, metrics=metrics).denominator(name) for name in metrics} == {40}
    assert {arm(metrics=metrics).denominator(name) for name in metrics} == {None}


def test_a_duration_of_response_is_of_those_who_responded() -> None:
    metrics = {"dor_median_months": 7.0}
    assert arm(enrolled=51, n=40, responders=10, metrics=metrics).denominator("dor_median_months") == 10
    assert arm(n=40, metrics={"orr": 0.19, **metrics}).denominator("dor_median_months") == 8
    own = {"dor_median_months": {"value": 7.0, "n": 6}}
    assert arm(n=40, responders=10, metrics=own).denominator("dor_median_months") == 6
    assert arm(n=40, metrics=metrics).denominator("dor_median_months") == 40  # nobody says how many responded


def test_a_number_with_its_own_denominator_keeps_it() -> None:
    entry = arm(enrolled=51, n=40, cr=2, metrics={"os_rate_12m": {"value": 0.4, "n": 38}})
    assert entry.denominator("os_rate_12m") == 38
    assert entry.denominator("cr_rate") == 40


@pytest.mark.parametrize(
    "name",
    [
        *NAMED_METRICS,
        "pfs_rate_8w",
        "ttp_rate_26w",
        "rfs_rate_12m",
        "os_rate_120m",
        "biomarker_plasma_vegf_8w",
    ],
)
def test_names_of_summary_json_are_metrics(name: str) -> None:
    assert is_metric(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "or",
        "orr ",
        "os_rate_12w",
        "pfs_rate_6m",
        "dor_rate_6m",
        "os_rate_m",
        "os_rate_1200m",
        "pfs_rate_0w",
        "ttp_rate_08w",
        "rfs_rate_0m",
        "os_rate_000m",
        "biomarker_8w",
    ],
)
def test_other_names_are_not(name: str) -> None:
    assert not is_metric(name)


def test_a_form_of_a_name_is_none_itself() -> None:
    assert not any(is_metric(name) for name in METRIC_PATTERNS)


def test_fractions_are_the_rates_and_never_the_times_or_doses() -> None:
    assert all(is_fraction(name) for name in (*RATES, "os_rate_12m", "pfs_rate_8w"))
    assert not any(is_fraction(name) for name in (*MEDIANS, "doses_given_mean", "biomarker_plasma_vegf_8w"))


def test_a_number_alone_is_the_value_and_a_truth_is_none() -> None:
    stated = arm(metrics={"orr": 0.16}).metrics["orr"]
    assert (stated.value, stated.n, stated.at_least) == (0.16, None, False)
    with pytest.raises(ValidationError):
        arm(metrics={"orr": True})


def test_a_published_trial_is_for_prediction_unless_it_says_otherwise() -> None:
    source = PublishedSource.model_validate({"citation": "Somebody 2004"})
    assert (source.use, source.counted, source.family, source.review) == (
        "prediction", True, None, "unreviewed",
    )  # fmt: skip


def parsed(text: str) -> Protocol:
    return protocol_from_text(text, KNOWN)


def test_a_protocol_without_reported_numbers_says_nothing_of_them_and_keeps_its_hash() -> None:
    plain, published = parsed(PROTOCOL), parsed(PROTOCOL + REPORTED)
    said = published.to_dict()
    assert {"reported", "source"} <= set(said)
    del said["reported"], said["source"]
    assert said == plain.to_dict()
    text = json.dumps(said, sort_keys=True, ensure_ascii=False)
    assert plain.content_hash == hashlib.sha256(text.encode()).hexdigest() != published.content_hash


def test_reported_numbers_are_written_back_as_they_were_read() -> None:
    more = "metrics: {os_rate_12m: {value: 0.41, low: 0.3, high: 0.5, n: 40}}, selected: few"
    text = PROTOCOL + REPORTED.replace("cr: 2", f"cr: 2, {more}")
    protocol = parsed(text)
    assert parsed(protocol.to_yaml()) == protocol
