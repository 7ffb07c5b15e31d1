"""The rules of a check, on intervals whose side is plain."""

import math

import pytest

from claims_samples import check
from trialkine.claims.record import Reading, Verdict
from trialkine.claims.rules import bounds, difference, judge, published, together
from trialkine.statistics.estimate import Estimate
from trialkine.statistics.proportions import exact_interval, newcombe_difference

R, C, U = Verdict.REPRODUCED, Verdict.CONTRADICTED, Verdict.UNDECIDED
OTHER = Reading("trial", "other", metric="orr")


def estimate(low, middle, high, why=""):
    return Estimate(middle, low, high, 0.95, "by hand", why=why)


@pytest.mark.parametrize(
    ("rule", "fields", "interval", "expected"),
    [
        ("below", {"value": 0.2}, (0.05, 0.1, 0.15), R),
        ("below", {"value": 0.2}, (0.05, 0.1, 0.25), U),
        ("below", {"value": 0.2}, (0.2, 0.3, 0.4), C),
        ("above", {"value": 0.2}, (0.25, 0.3, 0.4), R),
        ("above", {"value": 0.2}, (0.1, 0.3, 0.4), U),
        ("above", {"value": 0.2}, (0.05, 0.1, 0.2), C),
        ("between", {"low": 0.1, "high": 0.3}, (0.1, 0.2, 0.3), R),
        ("between", {"low": 0.1, "high": 0.3}, (0.05, 0.2, 0.3), U),
        ("between", {"low": 0.1, "high": 0.3}, (0.31, 0.35, 0.4), C),
        ("agrees with", {"low": 0.1, "high": 0.3}, (0.05, 0.2, 0.5), R),
        ("agrees with", {"low": 0.1, "high": 0.3}, (0.25, 0.35, 0.5), U),
        ("agrees with", {"low": 0.1, "high": 0.3}, (0.31, 0.35, 0.5), C),
        ("predicts", {"value": 7.9}, (6.0, 7.0, 8.0), R),
        ("predicts", {"value": 7.9}, (6.0, 7.0, 7.5), C),
        ("higher than", {"than": OTHER}, (0.01, 0.1, 0.2), R),
        ("higher than", {"than": OTHER}, (-0.01, 0.1, 0.2), U),
        ("higher than", {"than": OTHER}, (-0.2, -0.1, 0.0), C),
        ("higher than", {"than": OTHER, "by": 0.05}, (-0.01, 0.01, 0.04), C),
        ("higher than", {"than": OTHER, "by": 0.05}, (0.01, 0.02, 0.04), C),
        ("higher than", {"than": OTHER, "by": 0.05}, (0.01, 0.04, 0.06), R),
        ("lower than", {"than": OTHER, "by": 0.05}, (-0.04, -0.02, -0.01), C),
        ("lower than", {"than": OTHER, "by": 0.05}, (-0.04, 0.0, 0.04), C),
        ("lower than", {"than": OTHER}, (-0.2, -0.1, -0.01), R),
        ("lower than", {"than": OTHER}, (-0.2, -0.1, 0.1), U),
        ("lower than", {"than": OTHER}, (0.0, 0.1, 0.2), C),
        ("as in", {"than": OTHER, "within": 0.1}, (-0.05, 0.0, 0.05), R),
        ("as in", {"than": OTHER, "within": 0.1}, (-0.15, 0.0, 0.05), U),
        ("as in", {"than": OTHER, "within": 0.1}, (0.11, 0.2, 0.3), C),
    ],
)
def test_a_rule_answers_from_the_whole_interval(rule, fields, interval, expected):
    assert judge(estimate(*interval), check(rule, **fields)) == (expected, "")


@pytest.mark.parametrize(
    ("allowed", "narrow", "wide", "elsewhere"),
    [
        ({"value": 0.3, "apart": 0.5}, (0.1, 0.3, 0.6), (0.1, 0.3, 0.61), (0.4, 0.7, 1.0)),
        ({"value": 8.0, "factor": 4.0}, (4.0, 8.0, 16.0), (4.0, 8.0, 16.1), (9.0, 20.0, 50.0)),
    ],
)
def test_an_interval_too_wide_to_predict_leaves_what_it_holds_undecided(allowed, narrow, wide, elsewhere):
    verdicts = [judge(estimate(*interval), check("predicts", **allowed)) for interval in (narrow, wide)]
    assert verdicts == [(R, ""), (U, "the interval is too wide to count as a prediction")]
    assert judge(estimate(*elsewhere), check("predicts", **allowed)) == (C, "")


def test_a_true_null_is_contradicted_once_enough_patients_are_treated():
    """The same 20 % in both arms: 60 patients each leave it open, 6000 each do not."""
    higher = check("higher than", than=OTHER, by=0.05)
    found = [judge(newcombe_difference(n // 5, n, n // 5, n), higher)[0] for n in (60, 6000)]
    assert found == [U, C]


def test_a_published_count_stands_for_its_exact_interval():
    """43 of 270: 11.8 to 20.8 %, as in the table of published arms."""
    assert published(check("agrees with", events=43, of=270)) == pytest.approx((0.118, 0.208), abs=5e-4)


def test_a_median_that_is_not_reached_is_above_everything_its_lower_limit_allows():
    median = estimate(14.0, None, None, why="not reached: 12 of 60 events")
    assert judge(median, check("above", value=12.0))[0] is R
    assert judge(median, check("above", value=20.0))[0] is U
    assert judge(median, check("below", value=12.0))[0] is C


def test_a_number_without_limits_decides_nothing():
    verdict, why = judge(estimate(None, 0.0, None), check("above", value=0.1))
    assert (verdict, why) == (U, "too few patients for an interval")


def test_what_is_undefined_stays_undecided_and_says_why():
    assert judge(estimate(None, None, None, why="nobody responded"), check("above", value=1.0)) == (
        U,
        "nobody responded",
    )


def test_a_limit_that_the_data_do_not_give_is_infinite():
    found = bounds(estimate(3.0, 5.0, None))
    assert (found.low, found.high) == (3.0, math.inf)


def test_a_difference_has_the_limits_of_newcombe_where_each_has_wilsons():
    """Newcombe's interval is squared and added from Wilson intervals; these are exact ones, so wider."""
    first, second = exact_interval(30, 60), exact_interval(15, 60)
    found, narrower = difference(first, second), newcombe_difference(30, 60, 15, 60)
    assert found.estimate == pytest.approx(narrower.estimate)
    assert found.low == pytest.approx(0.25 - math.hypot(0.5 - first.low, second.high - 0.25))
    assert found.high == pytest.approx(0.25 + math.hypot(first.high - 0.5, 0.25 - second.low))
    assert found.low < narrower.low < narrower.high < found.high


def test_a_difference_with_something_undefined_is_undefined():
    found = difference(estimate(0.1, 0.2, 0.3), estimate(None, None, None, why="nobody reached line 2"))
    assert (found.estimate, found.why) == (None, "nobody reached line 2")
    assert difference(estimate(1, 2, 3), estimate(9, None, None, why="not reached")).estimate is None


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([R, R], R),
        ([R, U], U),
        ([R, U, C], C),
        ([C, Verdict.FAILED], Verdict.FAILED),
        ([R, Verdict.NOT_RUN], Verdict.NOT_RUN),
        ([C, Verdict.NOT_RUN], C),
    ],
)
def test_a_claim_is_reproduced_only_when_every_check_is(verdicts, expected):
    assert together(verdicts) is expected
