import pytest

from trialkine.design.simon import simon_designs
from trialkine.errors import InputError


def test_rows_run_from_minimax_to_optimal_with_the_published_keys():
    rows = simon_designs(0.10, 0.30, 0.05, 0.80).rows()
    assert rows[0]["design"] == "minimax"
    assert rows[-1]["design"] == "optimal"
    assert {row["design"] for row in rows[1:-1]} == {"admissible"}
    assert list(rows[0]) == ["design", "r1", "n1", "r", "n", "en_p0", "pet_p0", "alpha", "power"]


def test_admissible_designs_trade_more_patients_for_fewer_expected():
    rows = simon_designs(0.20, 0.35, 0.05, 0.95).rows()
    sizes, expected = [row["n"] for row in rows], [row["en_p0"] for row in rows]
    assert sizes == sorted(sizes)
    assert expected == sorted(expected, reverse=True)
    slopes = [(e - d) / (m - n) for d, e, n, m in zip(expected, expected[1:], sizes, sizes[1:], strict=False)]
    assert slopes == sorted(slopes)  # convex: each further patient saves less


def test_a_design_that_is_both_is_reported_as_both():
    designs = simon_designs(0.01, 0.50, 0.10, 0.80)
    assert designs.optimal == designs.minimax
    assert designs.admissible == ()


@pytest.mark.parametrize("rates", [(0.3, 0.3), (0.4, 0.2), (0.0, 0.3), (0.2, 1.0)])
def test_rates_out_of_order_are_refused(rates):
    with pytest.raises(InputError, match="0 < p0 < p1 < 1"):
        simon_designs(*rates, 0.05, 0.80)


def test_a_question_too_fine_for_a_phase_two_trial_is_refused_with_advice():
    with pytest.raises(InputError, match="Widen p1 - p0"):
        simon_designs(0.50, 0.52, 0.05, 0.90)


@pytest.mark.parametrize("errors", [(0.05, 1.0), (0.0, 0.8), (0.8, 0.05)])
def test_impossible_errors_are_refused(errors):
    with pytest.raises(InputError, match="0 < alpha < power < 1"):
        simon_designs(0.1, 0.3, *errors)
