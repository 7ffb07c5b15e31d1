import pytest

from trialkine.design.two_stage import FirstStageRule, TwoStageRule, Verdict, judge, naive_estimate
from trialkine.errors import InputError
from trialkine.statistics.proportions import exact_interval

RULE = TwoStageRule(r1=1, n1=10, r=5, n=29)


def enrolled(first, second=0, patients=29):
    """Responses of `first` among the first ten and `second` among the others."""
    others = max(0, patients - 10)
    return (
        ([True] * first + [False] * 10)[: min(10, patients)] + [True] * second + [False] * (others - second)
    )


def test_one_response_in_the_first_ten_stops_the_trial():
    result = judge(RULE, enrolled(1, 9))
    assert result.verdict is Verdict.stopped
    assert (result.responses, result.patients) == (1, 10)


def test_five_responses_in_all_are_not_promising_and_six_are():
    assert judge(RULE, enrolled(2, 3)).verdict is Verdict.not_promising
    assert judge(RULE, enrolled(2, 4)).verdict is Verdict.promising


def test_patients_beyond_the_rule_do_not_change_its_verdict():
    assert judge(RULE, [*enrolled(2, 3), True, True]).verdict is Verdict.not_promising


def test_too_few_patients_leave_the_stage_open():
    assert judge(RULE, [True] * 9).verdict is Verdict.stage_one_incomplete
    assert judge(RULE, enrolled(2, 0, patients=20)).verdict is Verdict.continues


def test_first_stage_rule_stops_or_goes_on_and_never_judges_promise():
    rule = FirstStageRule(r1=0, n1=5)
    assert judge(rule, [False] * 5).verdict is Verdict.stopped
    assert judge(rule, [True] * 50).verdict is Verdict.continues


def test_enrolment_order_decides_who_is_in_the_first_stage():
    assert judge(RULE, [False] * 19 + [True] * 10).verdict is Verdict.stopped
    assert judge(RULE, [True] * 10 + [False] * 19).verdict is Verdict.promising


def test_naive_interval_is_the_exact_one_and_says_what_it_ignores():
    result = judge(RULE, enrolled(2, 4))
    interval, exact = naive_estimate(result.responses, result.patients), exact_interval(6, 29)
    assert (interval.low, interval.high) == (exact.low, exact.high)
    assert "naive" in interval.method


@pytest.mark.parametrize("numbers", [(-1, 5, 2, 9), (5, 5, 6, 9), (1, 9, 2, 9), (3, 5, 2, 9), (1, 5, 9, 9)])
def test_impossible_rules_are_refused_with_the_order_they_need(numbers):
    with pytest.raises(InputError, match="Write 0 <= r1 < n1 < n"):
        TwoStageRule(*numbers)
