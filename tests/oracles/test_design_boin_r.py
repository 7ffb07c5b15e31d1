"""The Bayesian optimal interval design against R BOIN 2.7.2."""

import pytest

from trialkine.design.boin import Boin, boin_bounds


@pytest.mark.parametrize(
    ("target", "escalate", "deescalate"),
    [
        (0.20, 0.1572423, 0.2384624),
        (0.25, 0.1968009, 0.2983922),
        (0.30, 0.2364907, 0.3585195),
        (0.33, 0.2603767, 0.3947159),
    ],
)
def test_bounds_equal_r(target, escalate, deescalate):
    bounds = boin_bounds(target)
    assert bounds.escalate == pytest.approx(escalate, abs=0.51e-7)  # as printed
    assert bounds.deescalate == pytest.approx(deescalate, abs=0.51e-7)


def test_the_table_for_a_target_of_thirty_per_cent_equals_r():
    rows = Boin(dose_count=5, target=0.30, most_patients=30).table(range(3, 31, 3))
    assert [row["patients"] for row in rows] == [3, 6, 9, 12, 15, 18, 21, 24, 27, 30]
    assert [row["escalate_at_most"] for row in rows] == [0, 1, 2, 2, 3, 4, 4, 5, 6, 7]
    assert [row["deescalate_at_least"] for row in rows] == [2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
    assert [row["eliminate_at_least"] for row in rows] == [3, 4, 5, 7, 8, 9, 10, 11, 12, 14]
