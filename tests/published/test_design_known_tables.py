"""Well-known tables: repeated tests, Pocock's and O'Brien and Fleming's constants, selection designs."""

import numpy as np
import pytest

from trialkine.design.boundary_crossing import crossing_probabilities
from trialkine.design.group_sequential import inflation_factor, obrien_fleming, pocock
from trialkine.design.selection import selection_design


@pytest.mark.parametrize(
    ("looks", "chance"), [(1, 0.050), (2, 0.083), (3, 0.107), (4, 0.126), (5, 0.142), (10, 0.193)]
)
def test_testing_again_and_again_at_five_per_cent(looks, chance):
    """Two-sided, evenly spaced looks. Source: armitage_mcpherson_rowe_1969."""
    bounds = np.full(looks, 1.959964)
    found = crossing_probabilities(np.arange(1, looks + 1) / looks, -bounds, bounds, drift=0.0)
    assert float((found.above + found.below).sum()) == pytest.approx(chance, abs=0.51e-3)  # as printed


@pytest.mark.parametrize(("looks", "constant"), [(2, 2.178), (3, 2.289), (4, 2.361), (5, 2.413)])
def test_pocock_constants(looks, constant):
    """Two-sided 5 %; one side alone differs in the fifth decimal. Source: pocock_1977."""
    found = pocock(np.arange(1, looks + 1) / looks, 0.025)
    assert found.efficacy[-1] == pytest.approx(constant, abs=0.6e-3)  # as printed, and the other side


@pytest.mark.parametrize(("looks", "constant"), [(2, 1.977), (3, 2.004), (4, 2.024), (5, 2.040)])
def test_obrien_fleming_constants(looks, constant):
    """The last bound, two-sided 5 %. Source: obrien_fleming_1979."""
    found = obrien_fleming(np.arange(1, looks + 1) / looks, 0.025)
    assert found.efficacy[-1] == pytest.approx(constant, abs=0.51e-3)


@pytest.mark.parametrize(
    ("design", "looks", "factor"),
    [(pocock, 2, 1.100), (pocock, 5, 1.207), (obrien_fleming, 2, 1.007), (obrien_fleming, 5, 1.026)],
)
def test_how_much_larger_the_largest_trial_becomes_at_ninety_per_cent_power(design, looks, factor):
    """The usual inflation factors. Source: pocock_1977, obrien_fleming_1979."""
    found = inflation_factor(design(np.arange(1, looks + 1) / looks, 0.025), 0.90)
    assert found == pytest.approx(factor, abs=0.6e-3)


@pytest.mark.parametrize(
    ("lowest", "sizes"),
    [
        (0.1, (21, 31, 37)),
        (0.2, (29, 44, 52)),
        (0.3, (35, 52, 62)),
        (0.4, (37, 55, 67)),
        (0.5, (36, 54, 65)),
        (0.6, (32, 49, 59)),
        (0.7, (26, 39, 47)),
        (0.8, (16, 24, 29)),
    ],
)
def test_patients_per_arm_that_select_a_lead_of_fifteen_points_nine_times_in_ten(lowest, sizes):
    """Two, three and four arms. Source: simon_wittes_ellenberg_1985."""
    found = tuple(selection_design(lowest, 0.15, arms, 0.90).patients_per_arm for arms in (2, 3, 4))
    assert found == sizes
