"""Who comes when, and who is lost."""

import numpy as np
import pytest

from trial_samples import line, toy_protocol
from trialkine.population.patients import Patients
from trialkine.records import DAYS_PER_MONTH, DAYS_PER_YEAR
from trialkine.trial.enrolled import arrivals, enrol

MANY = 20_000


def protocol_with(per_month=3.0, dropout=0.0, **keys):
    enrolment = {"patients": 5, "per_month": per_month, "dropout_per_year": dropout}
    return toy_protocol([line()], enrolment=enrolment, **keys)


def people(size, first=0):
    ids = np.arange(first, first + size, dtype=np.int64)
    return Patients(ids, {"x": ids * 1.0}, {"age": ids * 0.0}, size, {})


def test_patients_arrive_at_the_stated_rate_from_day_0():
    days = arrivals(protocol_with(3.0), MANY, 1, 0)
    gaps = np.diff(days)
    mean = DAYS_PER_MONTH / 3.0
    assert days[0] == 0.0
    # A Poisson stream: gaps are exponential, so their standard deviation is their mean.
    assert gaps.mean() == pytest.approx(mean, rel=4 / np.sqrt(MANY))
    assert gaps.std() == pytest.approx(mean, rel=4 * np.sqrt(2 / MANY))


def test_more_patients_do_not_move_those_who_came_before():
    protocol = protocol_with()
    np.testing.assert_array_equal(arrivals(protocol, 50, 1, 0)[:20], arrivals(protocol, 20, 1, 0))


def test_an_arm_with_twice_the_ratio_enrols_twice_as_fast():
    protocol = protocol_with()
    np.testing.assert_allclose(arrivals(protocol, 9, 1, 0, 2.0), arrivals(protocol, 9, 1, 0) / 2, rtol=1e-14)


def test_follow_up_counts_from_the_last_patient_and_cut_off_from_the_first():
    last = enrol(protocol_with(), [people(30)], ("x",), 1)
    np.testing.assert_allclose(last.cut_off + last.enrolled_day, last.enrolled_day[-1] + 12 * DAYS_PER_MONTH)
    first = enrol(protocol_with(follow_up=None, data_cut_off="60 months"), [people(30)], ("x",), 1)
    np.testing.assert_allclose(first.cut_off + first.enrolled_day, 60 * DAYS_PER_MONTH)


def test_repetitions_have_their_own_calendar_and_patients():
    both = enrol(protocol_with(dropout=0.2), [people(10), people(10, first=4)], ("x",), 1)
    assert both.replicate.tolist() == [0] * 10 + [1] * 10
    assert both.ids.tolist() == [*range(10), *range(4, 14)]
    assert both.parameters[:, 0].tolist() == both.ids.tolist()
    assert not np.isin(both.enrolled_day[1:10], both.enrolled_day[11:]).any()
    assert not np.isin(both.dropout[:10], both.dropout[10:]).any()


def test_the_stated_fraction_is_lost_within_a_year():
    lost = enrol(protocol_with(dropout=0.3), [people(MANY)], ("x",), 1).dropout
    spread = 4 * np.sqrt(0.3 * 0.7 / MANY)
    assert np.mean(lost < DAYS_PER_YEAR) == pytest.approx(0.3, abs=spread)
    # A constant rate: the same fraction of those who are left goes in the second year.
    later = lost[lost >= DAYS_PER_YEAR]
    assert np.mean(later < 2 * DAYS_PER_YEAR) == pytest.approx(0.3, abs=4 * np.sqrt(0.21 / len(later)))


def test_nobody_is_lost_where_the_protocol_says_none():
    assert np.isinf(enrol(protocol_with(), [people(5)], ("x",), 1).dropout).all()
