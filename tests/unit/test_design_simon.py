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


def test_weights_cover_all_of_zero_to_one_without_a_gap_and_pick_the_best_design():
    designs = simon_designs(0.20, 0.35, 0.05, 0.95)
    weights, named = designs.weights(), [design for _, design in designs.named()]
    assert (weights[0][1], weights[-1][0]) == (1.0, 0.0)
    assert [low for low, _ in weights[:-1]] == [high for _, high in weights[1:]]
    for place, (low, high) in enumerate(weights):
        for q in (low + 0.01 * (high - low), high - 0.01 * (high - low)):
            loss = [q * one.rule.n + (1.0 - q) * one.expected_patients for one in named]
            assert loss.index(min(loss)) == place


def test_a_largest_size_that_is_large_enough_changes_nothing_and_is_not_told():
    assert simon_designs(0.1, 0.3, 0.05, 0.8, max_n=60) == simon_designs(0.1, 0.3, 0.05, 0.8)


def test_a_largest_size_that_cuts_the_search_short_is_told():
    cut = simon_designs(0.1, 0.3, 0.05, 0.8, max_n=26)
    assert cut.max_n == 26
    assert cut.optimal.rule.n == 26
    assert "at most 26 patients" in str(cut)


@pytest.mark.parametrize("largest", [0, 1, 1001])
def test_a_largest_size_out_of_range_is_refused(largest):
    with pytest.raises(InputError, match="out of range"):
        simon_designs(0.1, 0.3, 0.05, 0.8, max_n=largest)


def test_a_largest_size_that_is_too_small_is_refused():
    with pytest.raises(InputError, match="at most 24 patients"):
        simon_designs(0.1, 0.3, 0.05, 0.8, max_n=24)


def test_print_shows_clinfuns_columns_and_html_the_same_cells():
    designs = simon_designs(0.1, 0.3, 0.05, 0.8)
    head = str(designs).splitlines()[2].split()
    assert head[:8] == ["r1", "n1", "r", "n", "EN(p0)", "PET(p0)", "qLo", "qHi"]
    html = designs._repr_html_()
    assert html.count("<tr>") == 1 + len(designs.named())
    for cell in ("15.01", "0.7361", "0.293"):
        assert cell in str(designs)
        assert f">{cell}<" in html
