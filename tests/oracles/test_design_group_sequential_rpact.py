"""Group sequential bounds against R rpact 3.3.4, crossings against the Python package gsdesign 0.1.5."""

import pytest

from trialkine.design.alpha_spending import ObrienFlemingSpending, PocockSpending
from trialkine.design.boundary_crossing import crossing_probabilities
from trialkine.design.group_sequential import alpha_spending_design, obrien_fleming, pocock
from trialkine.design.proportional_hazards import schoenfeld_events

THIRDS = (1 / 3, 2 / 3, 1.0)
AS_PRINTED = 0.51e-6  # half a unit in the last decimal
DESIGNS = {
    "O'Brien-Fleming": (obrien_fleming(THIRDS, 0.025), (3.471091, 2.454432, 2.004036)),
    "Pocock": (pocock(THIRDS, 0.025), (2.289478, 2.289478, 2.289478)),
    "spending as O'Brien-Fleming": (
        alpha_spending_design(THIRDS, 0.025, ObrienFlemingSpending()),
        (3.710303, 2.511427, 1.993047),
    ),
    "spending as Pocock": (
        alpha_spending_design(THIRDS, 0.025, PocockSpending()),
        (2.279428, 2.294911, 2.295940),
    ),
    "spending as O'Brien-Fleming, two looks": (
        alpha_spending_design((0.5, 1.0), 0.025, ObrienFlemingSpending()),
        (2.962588, 1.968596),
    ),
}


@pytest.mark.parametrize("name", DESIGNS)
def test_bounds_equal_rpact(name):
    design, expected = DESIGNS[name]
    assert design.efficacy == pytest.approx(expected, abs=AS_PRINTED)


def test_events_for_a_hazard_ratio_equal_rpact():
    assert schoenfeld_events(0.7, alpha=0.025, power=0.80) == pytest.approx(246.787, abs=0.51e-3)


def test_crossings_of_uneven_looks_with_drift_equal_gsdesign():
    # With 64 points to a standard deviation its own probabilities sum to 1 within 2e-9.
    found = crossing_probabilities(
        (0.2, 0.45, 0.7, 1.0), (-1.0, -0.2, 0.8, 1.9), (3.2, 2.6, 2.3, 1.9), drift=2.5
    )
    above = (0.018672787202650084, 0.1627206674461305, 0.2507135111713709, 0.29021593435317955)
    below = (0.017086094634262663, 0.02369636116088776, 0.07105932482285243, 0.16583532102019782)
    assert found.above == pytest.approx(above, abs=5e-9)
    assert found.below == pytest.approx(below, abs=5e-9)
