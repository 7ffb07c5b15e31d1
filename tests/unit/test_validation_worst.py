import math
from dataclasses import replace
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialkine.validation.ledger_words import metric_words
from trialkine.validation.worst import distance, sentence, worst_misses
from validation_rows import ROW, WIDE, in_months, row_of, scored

MONTHS = in_months({0.50: (8.0, 11.0), 0.80: (7.0, 12.0), 0.95: (6.2, 13.0)}, 9.1)
RESPONSE, SURVIVAL = metric_words("orr"), metric_words("os_median_months")
NOT_REACHED = in_months({0.50: (9.0, math.inf), 0.80: (8.0, math.inf), 0.95: (7.0, math.inf)}, math.inf)


def with_pit(pit):
    return replace(WIDE, pit=pit)


def test_misses_come_before_hits_and_the_least_likely_first():
    rows = [
        row_of("inside, unlikely", 0.20, predicted=with_pit(0.0)),
        row_of("outside, rare", 0.30, predicted=with_pit(0.99)),
        row_of("outside, rarest", 0.03, predicted=with_pit(0.001)),
        row_of("inside", 0.12),
        row_of("not scored", 0.90, predicted=with_pit(1.0), is_scored=False),
        row_of("not predicted", 0.90, predicted=None),
    ]
    found = worst_misses(rows)
    assert [miss.row.family for miss in found] == [
        "outside, rarest",
        "outside, rare",
        "inside, unlikely",
        "inside",
        "not scored",
    ]
    assert [miss.is_outside for miss in found[:3]] == [True, True, False]
    assert found[0].tail == pytest.approx(0.002)


def test_equal_tails_are_ordered_by_distance_on_either_side():
    rows = [row_of(str(value), value, predicted=with_pit(1.0)) for value in (0.30, 0.60, 0.40)]
    assert [miss.row.reported for miss in worst_misses(rows, most=2)] == [0.60, 0.40]


@given(st.lists(st.floats(0.0, 1.0), max_size=20))
def test_no_predicted_row_is_lost(values):
    rows = [row_of(str(place), value) for place, value in enumerate(values)]
    found = worst_misses(rows)
    assert sorted(miss.row.reported for miss in found) == sorted(values)
    outside = [miss.is_outside for miss in found]
    assert outside == sorted(outside, reverse=True)


def test_distance_counts_standard_deviations_of_the_side():
    deviation = NormalDist().inv_cdf(0.9)
    assert distance(0.18, WIDE) == pytest.approx(deviation)
    assert distance(0.08, WIDE) == pytest.approx(-deviation)
    assert distance(0.12 + 2 * 0.06, WIDE) == pytest.approx(2 * deviation)


def test_distance_is_zero_on_the_median_and_on_a_side_without_an_end():
    assert distance(0.125, replace(WIDE, tolerance=0.01)) == 0.0
    assert distance(30.0, replace(MONTHS, intervals={**MONTHS.intervals, 0.80: (7.0, math.inf)})) == 0.0
    assert distance(8.0, NOT_REACHED) == 0.0
    assert distance(5.0, NOT_REACHED) == -math.inf


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (row_of("a", 0.29), f"{RESPONSE} predicted too low: reported 29 %, predicted 12 % (5 to 21)."),
        (row_of("a", 0.026), f"{RESPONSE} predicted too high: reported 2.6 %, predicted 12 % (5 to 21)."),
        (row_of("a", 0.20), f"{RESPONSE} predicted low: reported 20 %, predicted 12 % (5 to 21)."),
        (row_of("a", 0.12), f"{RESPONSE} predicted right: reported 12 %, predicted 12 % (5 to 21)."),
        (
            row_of("a", 17.5, "os_median_months", predicted=MONTHS),
            f"{SURVIVAL} predicted too low: reported 17.5 months, predicted 9.1 months (6.2 to 13.0).",
        ),
        (
            row_of("a", 6.0, "os_median_months", predicted=NOT_REACHED),
            f"{SURVIVAL} predicted too high: reported 6.0 months, predicted not reached "
            "(7.0 to not reached).",
        ),
        (
            row_of("a", 20.0, "os_median_months", predicted=MONTHS, at_least=True),
            f"{SURVIVAL} predicted too low: reported at least 20.0 months, predicted 9.1 months "
            "(6.2 to 13.0).",
        ),
        (
            replace(ROW, predicted=None, why="nobody was simulated"),
            f"{RESPONSE} not predicted (nobody was simulated): reported 12 %.",
        ),
    ],
)
def test_a_sentence_gives_direction_and_size(row, expected):
    assert sentence(row) == expected


def test_lower_bounds_are_misses_only_where_they_are_beyond_the_prediction():
    beyond = row_of("beyond", 0.40, at_least=True, is_scored=False, predicted=scored(None, -4.0, None))
    met = row_of("met", 0.01, at_least=True, is_scored=False, predicted=scored(None, -0.1, None))
    (miss,) = worst_misses([beyond, met])
    assert miss.row.family == "beyond"
    assert miss.tail == pytest.approx(math.exp(-4.0))
