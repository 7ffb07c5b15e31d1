import pytest

from trialkine.errors import InputError
from trialkine.statistics.proportions import exact_interval, mcnemar, paired_difference


def test_no_response_has_the_closed_form_upper_limit():
    found = exact_interval(0, 25)
    assert found.low == 0.0
    assert found.high == pytest.approx(1 - 0.025 ** (1 / 25))


def test_nobody_treated_has_no_rate():
    found = exact_interval(0, 0)
    assert found.estimate is None
    assert found.why == "no patients"


def test_more_responses_than_patients_are_refused():
    with pytest.raises(InputError, match="4 of 3"):
        exact_interval(4, 3)


def test_mcnemar_counts_only_patients_who_differ():
    # 5 against 0 discordant: two-sided p = 2 / 2**5
    first = [True] * 5 + [True] * 10 + [False] * 20
    second = [False] * 5 + [True] * 10 + [False] * 20
    assert mcnemar(first, second).p_value == pytest.approx(2 / 2**5)


def test_equal_outcomes_differ_by_nothing():
    same = [True, False, True]
    assert mcnemar(same, same).p_value == 1.0
    found = paired_difference(same, same)
    assert found.estimate == 0.0
    assert found.low == pytest.approx(-found.high)


def test_swapping_the_arms_turns_the_difference_round():
    one, two = [True, True, False, False, True], [False, True, False, True, False]
    there, back = paired_difference(one, two), paired_difference(two, one)
    assert (there.estimate, there.low, there.high) == pytest.approx((-back.estimate, -back.high, -back.low))


def test_unequal_numbers_of_patients_are_not_pairs():
    with pytest.raises(InputError, match="same patients"):
        mcnemar([True], [True, False])
