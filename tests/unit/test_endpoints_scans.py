import numpy as np
import pytest

from endpoints_samples import MISSED, one_patient
from trialkine.endpoints.progression import progressed
from trialkine.endpoints.scans import Scans, rebaseline, sum_of_diameters, sum_of_products
from trialkine.endpoints.who import who_1979
from trialkine.errors import InputError


def test_sums_are_over_the_lesions_of_the_baseline():
    scans = one_patient([0, 56, 112], [[30.0, 40.0, 0.0], [30.0, MISSED, 9.0], [0.0, 40.0, 9.0]])
    assert sum_of_diameters(scans)[0] == pytest.approx([70.0, np.nan, 40.0], nan_ok=True)
    assert sum_of_products(scans)[0] == pytest.approx([2500.0, np.nan, 1600.0], nan_ok=True)


def test_a_new_baseline_forgets_the_progression_that_ended_the_line_before():
    scans = one_patient([0, 56, 112, 168], [100.0, 130.0, 130.0, 150.0], new=[56])
    moved = rebaseline(scans, np.array([1]))
    assert moved.day[0] == pytest.approx([56, 112, 168, np.nan], nan_ok=True)
    assert progressed(scans, who_1979())[0] == 56
    assert progressed(moved, who_1979())[0] == 168  # (150 / 130) ** 2 is +33 %


def test_each_patient_may_have_another_baseline():
    scans = Scans(
        np.tile([0.0, 56.0, 112.0], (2, 1)),
        np.array([[[10.0], [20.0], [30.0]], [[40.0], [50.0], [60.0]]]),
        np.zeros((2, 3), dtype=bool),
    )
    assert list(rebaseline(scans, np.array([0, 2])).diameters_mm[:, 0, 0]) == [10.0, 60.0]


def test_visits_out_of_order_are_refused_with_the_patient():
    with pytest.raises(InputError, match="patient row 0"):
        one_patient([0, 112, 56], [1.0, 1.0, 1.0])


def test_missing_visits_do_not_disturb_the_order():
    one_patient([0, np.nan, 56], [1.0, MISSED, 1.0])
    with pytest.raises(InputError, match="patient row 0"):
        one_patient([0, 112, np.nan, 56], [1.0, 1.0, MISSED, 1.0])


def test_shapes_that_do_not_agree_are_refused():
    with pytest.raises(InputError, match="visit, lesion"):
        Scans(np.zeros((2, 3)), np.zeros((2, 4, 1)), np.zeros((2, 3), dtype=bool))
    with pytest.raises(InputError, match="Flags of shape"):
        Scans(np.zeros((2, 3)), np.zeros((2, 3, 1)), np.zeros((2, 2), dtype=bool))
