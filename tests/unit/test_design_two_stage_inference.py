import pytest

from trialkine.design.two_stage import TwoStageRule, operating_characteristics
from trialkine.design.two_stage_inference import needed_in_stage_two, two_stage_inference
from trialkine.errors import InputError
from trialkine.statistics.proportions import exact_interval

RULE = TwoStageRule(1, 10, 5, 29)


def test_the_fewest_promising_responses_have_the_type_one_error_as_p_value():
    found = two_stage_inference(RULE, 0.1, 6)
    planned = operating_characteristics(RULE, 0.1).promising_probability
    assert found.p_value == pytest.approx(planned, rel=1e-12)
    assert found.is_promising
    assert not two_stage_inference(RULE, 0.1, 5).is_promising


def test_a_trial_that_stopped_is_read_as_one_stage():
    found, exact = two_stage_inference(RULE, 0.1, 1, level=0.9), exact_interval(1, 10, 0.9)
    assert (found.umvue, found.outcome.patients) == (0.1, 10)
    assert (found.interval.low, found.interval.high) == pytest.approx((exact.low, exact.high), abs=1e-9)


def test_no_and_only_responses_have_the_ends_as_limits():
    none, all_of_them = two_stage_inference(RULE, 0.1, 0), two_stage_inference(RULE, 0.1, 29)
    assert (none.interval.low, none.median, none.p_value) == (0.0, 0.0, 1.0)
    assert all_of_them.interval.high == 1.0
    assert all_of_them.umvue == 1.0


def test_the_naive_estimate_is_labelled_and_lower_than_the_unbiased_one():
    found = two_stage_inference(RULE, 0.1, 7)
    assert "naive" in found.naive.method
    assert found.naive.estimate == 7 / 29 < found.umvue
    assert "ignores the stages" in str(found)


def test_what_stage_two_needs_keeps_the_chance_after_the_same_stage_one():
    rule = TwoStageRule(6, 19, 16, 39)  # 7 responses in stage one, 10 of 20 needed: 0.0480 at 0.3
    # of 23: 11 have 0.0546, 12 have 0.0214
    assert needed_in_stage_two(rule, 0.3, 7, 20) == 10
    assert needed_in_stage_two(rule, 0.3, 7, 23) == 12
    assert needed_in_stage_two(rule, 0.3, 17, 23) == 0
    assert needed_in_stage_two(rule, 0.3, 7, 2) is None


def test_a_changed_stage_two_is_judged_by_what_it_needs():
    def found(total):
        return two_stage_inference(
            TwoStageRule(6, 19, 16, 39), 0.3, total, patients=42, responses_stage_one=7
        )

    assert found(19).is_promising
    assert not found(18).is_promising  # the planned 17 in all are not enough of 42
    assert "12 or more responses" in str(found(18))


def test_stage_one_alone_beyond_r_comes_with_a_warning():
    def said(first):
        return str(two_stage_inference(RULE, 0.1, 8, patients=31, responses_stage_one=first))

    assert "Rely on the unbiased estimate" in said(6)
    assert "Rely on the unbiased estimate" not in said(5)


@pytest.mark.parametrize(
    ("responses", "wanted", "said"),
    [
        (30, {}, "impossible"),
        (-1, {}, "impossible"),
        (7, {"patients": 31}, "responses of stage one"),
        (7, {"patients": 10}, "more than 10 patients"),
        (1, {"patients": 29}, "stops after 10 patients"),
        (1, {"responses_stage_one": 0}, "stops after 10 patients"),
        (7, {"responses_stage_one": 1}, "do not fit"),
        (7, {"responses_stage_one": 8}, "do not fit"),
        (9, {"patients": 12, "responses_stage_one": 5}, "do not fit"),
    ],
)
def test_counts_that_the_rule_cannot_lead_to_are_refused(responses, wanted, said):
    with pytest.raises(InputError, match=said):
        two_stage_inference(RULE, 0.1, responses, **wanted)


@pytest.mark.parametrize(("p0", "level"), [(0.0, 0.9), (1.0, 0.9), (0.1, 1.0), (0.1, 0.0)])
def test_rates_and_levels_must_be_fractions(p0, level):
    with pytest.raises(InputError, match="between 0 and 1"):
        two_stage_inference(RULE, p0, 7, level=level)


@pytest.mark.parametrize(("first", "second"), [(1, 10), (11, 10), (3, 0)])
def test_a_stage_two_that_cannot_be_is_refused(first, second):
    with pytest.raises(InputError, match="not by the rule"):
        needed_in_stage_two(RULE, 0.1, first, second)


def test_html_holds_the_three_estimates_and_the_verdict():
    found = two_stage_inference(RULE, 0.1, 7)._repr_html_()
    assert found.count("<tr>") == 4
    assert "Verdict: promising" in found
