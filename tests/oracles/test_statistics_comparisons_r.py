"""Hazard ratios and paired differences against R 4.2.2, `survival` 3.5.3: `aml`, and twelve made-up pairs."""

import pytest

from trialkine.statistics.hazard_ratio import fit_two_groups, hazard_ratio, paired_hazard_ratio
from trialkine.statistics.paired_survival import paired_restricted_mean, paired_survival_difference

MAINTAINED = ([9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161], [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0])
NONMAINTAINED = ([5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45], [1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1])
# Pairs with ties within and between the groups, and with censoring in both.
FIRST = ([5, 8, 8, 12, 12, 20, 23, 30, 30, 35, 40, 40], [1, 1, 0, 1, 1, 1, 0, 1, 1, 0, 1, 0])
SECOND = ([5, 3, 12, 12, 8, 25, 23, 12, 40, 31, 20, 40], [1, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1])
PAIRS = 12
WIDENED = (PAIRS / (PAIRS - 1)) ** 0.5  # R divides the squared influences by n, a sample variance by n - 1


def test_hazard_ratio_of_independent_groups_equals_coxph():
    fit = fit_two_groups(*NONMAINTAINED, *MAINTAINED)
    assert fit.log_ratio == pytest.approx(0.915532575015, abs=1e-11)  # as printed
    assert fit.standard_error == pytest.approx(0.511934275172, abs=1e-11)
    found = hazard_ratio(*NONMAINTAINED, *MAINTAINED)
    assert found.low == pytest.approx(0.915907257436, abs=1e-11)
    assert found.high == pytest.approx(6.81349576606, abs=1e-10)


def test_how_much_patients_move_the_ratio_equals_the_score_residuals_of_coxph():
    fit = fit_two_groups(*NONMAINTAINED, *MAINTAINED)
    nonmaintained = [
        0.251510782259, 0.251510782259, 0.248716234214, 0.248716234214, 0.196434649081, -0.17013186776,
        0.05581542861, -0.00310241417571, -0.0496606578983, -0.190808329159, -0.404305579692, -0.481757538918,
    ]  # fmt: skip
    maintained = [
        -0.548409748334, -0.494237103453, 0.141951073523, -0.481688909634, -0.462166816928, 0.271386585795,
        -0.235968498398, -0.0730613769927, 0.643085690463, 0.643085690463, 0.643085690463,
    ]  # fmt: skip
    variance = fit.standard_error**2
    assert fit.influence_first / variance == pytest.approx(nonmaintained, abs=1e-11)
    assert fit.influence_second / variance == pytest.approx(maintained, abs=1e-11)


def test_hazard_ratio_of_pairs_equals_coxph_with_clusters():
    found = paired_hazard_ratio(*FIRST, *SECOND)
    assert found.estimate == pytest.approx(
        0.712794432177, abs=1e-10
    )  # R stops its iterations a little earlier
    assert found.low == pytest.approx(0.378989037116, rel=1e-8)
    assert found.high == pytest.approx(1.34060844182, rel=1e-8)
    # As if they were different patients, the interval would be wider.
    assert fit_two_groups(*FIRST, *SECOND).standard_error == pytest.approx(0.475291104993, abs=1e-9)


@pytest.mark.parametrize(
    ("day", "difference", "error"),
    [(20, 0.0925925925926, 0.176808126655), (31, 0.148148148148, 0.182949467189)],
)
def test_survival_of_pairs_equals_the_influences_of_survfit(day, difference, error):
    found = paired_survival_difference(*FIRST, *SECOND, day, level=0.6826894921370859)  # one standard error
    assert found.estimate == pytest.approx(difference, abs=1e-12)
    assert found.high - found.estimate == pytest.approx(error * WIDENED, rel=1e-10)


@pytest.mark.parametrize(
    ("until", "difference", "error"),
    [
        (15, 0.694444444444, 0.538279480206),
        (30, 3.19444444444, 2.37041284622),
        (39, 4.43518518519, 3.24067389212),
    ],
)
def test_restricted_means_of_pairs_equal_the_influences_of_survfit(until, difference, error):
    from scipy.special import stdtrit

    found = paired_restricted_mean(*FIRST, *SECOND, until)
    assert found.estimate == pytest.approx(difference, abs=1e-10)
    reach = stdtrit(PAIRS - 1, 0.975) * error * WIDENED
    assert found.high - found.estimate == pytest.approx(reach, rel=1e-10)
