"""Visits as they accumulate, and as the endpoints read them."""

import numpy as np

from trialkine.trial.history import VisitHistory

BOTH = np.array([0, 1])


def one(value):
    return np.array([value])


def filled():
    """Patient 0 has visits on days 0, 10, 20, 30; patient 1 on day 5 alone. Every visit has all flags."""
    history = VisitHistory(2, 1, ("marker",))
    for day in (0.0, 10.0, 20.0, 30.0):
        history.add(
            one(0), one(day), one(0), "scheduled", diameters=one([day + 1.0]), new_lesion=one(True),
            symptoms=True, values=one([2 * day]),
        )  # fmt: skip
    history.add(one(1), one(5.0), one(0), "scheduled", diameters=one([6.0]))
    return history


def test_scans_begin_at_each_patients_baseline_and_are_padded():
    scans = filled().scans(BOTH, np.array([1, 0]))
    np.testing.assert_array_equal(scans.day, [[10.0, 20.0, 30.0, np.nan], [5.0, np.nan, np.nan, np.nan]])
    np.testing.assert_array_equal(scans.diameters_mm[0, :, 0], [11.0, 21.0, 31.0, np.nan])


def test_what_was_flagged_at_the_baseline_itself_does_not_count():
    scans = filled().scans(one(0), one(1))
    assert scans.new_lesion.tolist() == [[False, True, True]]
    assert scans.has_symptoms.tolist() == [[False, True, True]]


def test_visits_from_a_stated_number_on_are_left_out():
    scans = filled().scans(BOTH, np.array([0, 0]), np.array([2, 1]))
    np.testing.assert_array_equal(scans.day[:, :2], [[0.0, 10.0], [5.0, np.nan]])
    assert np.isnan(scans.day[:, 2:]).all()


def test_any_number_of_visits_is_kept():
    history = VisitHistory(2, 2, ("marker",))
    for visit in range(50):
        history.add(one(1), one(float(visit)), one(0), "scheduled", diameters=one([1.0 * visit, 2.0]),
                    values=one([3.0 * visit]))  # fmt: skip
    assert history.count.tolist() == [0, 50]
    np.testing.assert_array_equal(history.day[1, :50], np.arange(50.0))
    np.testing.assert_array_equal(history.values[1, :50, 0], 3.0 * np.arange(50.0))
    assert np.isnan(history.day[0]).all()


def test_a_visit_without_a_scan_measured_no_lesion():
    history = VisitHistory(1, 2, ())
    history.add(one(0), one(0.0), one(0), "missed")
    assert np.isnan(history.scans(one(0), one(0)).diameters_mm).all()
