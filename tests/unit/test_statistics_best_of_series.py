"""The best of several small series, against sums and enumerations by hand."""

from itertools import product
from math import comb, inf

import pytest

from trialkine.errors import InputError
from trialkine.statistics.best_of_series import chance_in_best, chance_of_at_least, series_to_screen


def by_hand(successes: int, patients: int, rate: float) -> float:
    return sum(
        comb(patients, n) * rate**n * (1 - rate) ** (patients - n) for n in range(successes, patients + 1)
    )


def test_six_of_nine_with_the_odds_of_a_coin_are_130_of_512_outcomes() -> None:
    assert chance_of_at_least(6, 9, 0.5) == pytest.approx(130 / 512, rel=1e-12)


@pytest.mark.parametrize(
    ("successes", "patients", "rate"), [(6, 9, 0.125), (6, 9, 0.46), (0, 5, 0.3), (5, 5, 0.3)]
)
def test_the_chance_of_at_least_so_many_is_the_sum_of_its_outcomes(successes, patients, rate) -> None:
    found = chance_of_at_least(successes, patients, rate)
    assert found == pytest.approx(by_hand(successes, patients, rate), rel=1e-10)


def test_the_best_of_two_series_is_counted_over_all_pairs_of_them() -> None:
    """Each of two series of three patients is written out: 64 outcomes of weight 0.2 or 0.8 per patient."""
    total = 0.0
    for outcome in product((0, 1), repeat=6):
        weight = 0.2 ** sum(outcome) * 0.8 ** (6 - sum(outcome))
        if max(sum(outcome[:3]), sum(outcome[3:])) >= 2:
            total += weight
    assert chance_in_best(2, 3, 0.2, 2) == pytest.approx(total, rel=1e-12)


def test_one_series_is_its_own_best() -> None:
    assert chance_in_best(6, 9, 0.3, 1) == pytest.approx(chance_of_at_least(6, 9, 0.3), rel=1e-12)


@pytest.mark.parametrize("rate", [0.02, 0.125, 0.3, 0.46])
@pytest.mark.parametrize("chance", [0.05, 0.5, 0.95])
def test_the_series_to_screen_are_the_fewest_that_reach_the_chance(rate: float, chance: float) -> None:
    needed = series_to_screen(6, 9, rate, chance)
    assert chance_in_best(6, 9, rate, int(needed)) >= chance * (1 - 1e-12)
    if needed > 1:
        assert chance_in_best(6, 9, rate, int(needed) - 1) < chance


def test_what_is_certain_needs_one_series_and_what_cannot_be_no_number_of_them() -> None:
    assert series_to_screen(0, 9, 0.1) == 1.0
    assert series_to_screen(3, 9, 1.0) == 1.0
    assert chance_in_best(3, 9, 1.0, 4) == 1.0
    assert series_to_screen(1, 9, 0.0) == inf


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: chance_of_at_least(10, 9, 0.5), "10 of 9"),
        (lambda: chance_of_at_least(6, 9, 1.5), "1.5 is no rate"),
        (lambda: chance_in_best(6, 9, 0.5, 0), "best of 0 series"),
        (lambda: series_to_screen(6, 9, 0.5, 1.0), "1 is no chance"),
    ],
)
def test_impossible_numbers_are_refused(ask, words: str) -> None:
    with pytest.raises(InputError, match=words):
        ask()
