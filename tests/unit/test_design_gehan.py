import math

import pytest
from scipy.stats import binom, binomtest

from trialkine.design.gehan import gehan_design
from trialkine.errors import InputError


@pytest.mark.parametrize("p1", [0.05, 0.1, 0.2, 0.3, 0.5])
@pytest.mark.parametrize("error", [0.05, 0.10])
def test_stage_one_is_the_smallest_that_rarely_has_no_response(p1, error):
    found = gehan_design(p1, error)
    assert binom.pmf(0, found.n1, p1) <= error < binom.pmf(0, found.n1 - 1, p1)
    assert found.rejection_error == pytest.approx(binom.pmf(0, found.n1, p1), rel=1e-12)


def test_a_rate_of_one_fifth_takes_fourteen_patients_first():
    assert gehan_design(0.20, 0.05).n1 == 14  # 0.8^13 = 0.0550, 0.8^14 = 0.0440


@pytest.mark.parametrize("size", [0.05, 0.1])
def test_stage_two_is_the_smallest_with_the_standard_error_at_the_planned_rate(size):
    found = gehan_design(0.2, 0.05, size)
    for more, rate in list(zip(found.second, found.planned_rate, strict=True))[1:]:
        spread = math.sqrt(rate * (1.0 - rate))
        assert spread / math.sqrt(found.n1 + more) <= size * (1.0 + 1e-12)
        if more:
            assert spread / math.sqrt(found.n1 + more - 1) > size


def test_the_planned_rate_is_the_limit_of_stage_one_that_is_nearer_to_one_half():
    found = gehan_design(0.2, 0.05)
    for responses in range(1, found.n1 + 1):
        test = binomtest(responses, found.n1)
        # a two-sided level of one half leaves one quarter on each side
        low, high = test.proportion_ci(0.5, method="exact")
        expected = high if high < 0.5 else max(low, 0.5)
        assert found.planned_rate[responses] == pytest.approx(expected, rel=1e-9)


def test_no_response_ends_the_trial():
    found = gehan_design(0.2)
    assert found.second[0] == 0
    assert found.expected_patients(0.001) == pytest.approx(14.0, abs=0.02)


def test_expected_patients_weigh_every_number_of_responses():
    found = gehan_design(0.2)
    by_hand = sum(binom.pmf(x, 14, 0.3) * (14 + more) for x, more in enumerate(found.second))
    assert found.expected_patients(0.3) == pytest.approx(by_hand, rel=1e-12)


@pytest.mark.parametrize("wanted", [(0.0, 0.05, 0.1), (0.2, 1.0, 0.1), (0.2, 0.05, 0.6), (0.2, 0.05, 0.0)])
def test_impossible_wishes_are_refused(wanted):
    with pytest.raises(InputError, match="is not between 0 and"):
        gehan_design(*wanted)


def test_a_rate_too_small_to_notice_is_refused():
    with pytest.raises(InputError, match="more than 500 patients"):
        gehan_design(0.001)


def test_text_and_html_hold_a_row_for_every_number_of_responses():
    found = gehan_design(0.2)
    assert found._repr_html_().count("<tr>") == 16
    assert "14 patients first" in str(found)
