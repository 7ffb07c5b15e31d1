"""Numbers as the report prints them."""

from __future__ import annotations

import pytest

from trialkine.report.words import (
    count_cell,
    listed,
    metric_cell,
    metric_label,
    months_cell,
    p_value_words,
    percent_cell,
    plain_name,
    signed,
)
from trialkine.statistics.estimate import Estimate, undefined


def estimate(value: float | None, low: float | None, high: float | None, why: str = "") -> Estimate:
    return Estimate(value, low, high, 0.95, "some method", why=why)


def test_a_rate_is_printed_in_percent_with_its_interval() -> None:
    assert percent_cell(estimate(0.163, 0.118, 0.208)).in_a_line == "16.3 % (11.8 to 20.8)"


def test_a_median_beyond_the_data_says_not_reached_and_why() -> None:
    cell = months_cell(estimate(None, 5.25, None, "not reached: the curve ends at 62.0 %"))
    assert cell.in_a_line == "not reached (5.2 to not reached)"
    assert cell.remark == "the curve ends at 62.0 %"


def test_an_open_upper_limit_is_printed_as_not_reached() -> None:
    assert months_cell(estimate(12.0, 8.0, None)).in_a_line == "12.0 (8.0 to not reached)"


def test_what_has_no_value_says_why() -> None:
    cell = months_cell(undefined("no patients", "some method"))
    assert (cell.value, cell.interval, cell.remark) == ("undefined", "", "no patients")


def test_what_cannot_apply_is_a_dash_with_its_reason() -> None:
    cell = months_cell(undefined("nobody responded", "some method"))
    assert (cell.value, cell.interval, cell.remark) == ("–", "", "nobody responded")


def test_a_value_without_interval_keeps_its_reason() -> None:
    cell = count_cell(estimate(3.0, None, None, "one value has no spread"))
    assert (cell.value, cell.interval, cell.remark) == ("3.0", "", "one value has no spread")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("orr", "50.0 %"),
        ("cr_rate", "50.0 %"),
        ("os_rate_12m", "50.0 %"),
        ("biomarker_plasma_vegf_8w", "50.0 %"),
        ("os_median_months", "0.5"),
        ("doses_given_mean", "0.5"),
    ],
)
def test_each_metric_is_printed_in_its_own_unit(name: str, words: str) -> None:
    assert metric_cell(name, estimate(0.5, None, None)).value == words


def test_metric_names_become_labels() -> None:
    assert metric_label("pfs_rate_24w") == "Progression-free at 24 weeks"
    assert metric_label("os_rate_12m") == "Alive at 12 months"
    assert metric_label("biomarker_plasma_vegf_8w") == "Plasma VEGF at week 8, of baseline"
    assert metric_label("biomarker_plasma_vegf_1.08333d") == "Plasma VEGF after 26 hours, of baseline"
    assert metric_label("biomarker_plasma_vegf_9d") == "Plasma VEGF after 9 days, of baseline"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("regulatory_t_cells", "Regulatory T cells"),
        ("im862", "IM862"),
        ("interleukin_12", "Interleukin-12"),
        ("il2_concentration", "IL-2 concentration"),
    ],
)
def test_identifiers_become_the_names_that_readers_know(name: str, words: str) -> None:
    assert plain_name(name) == words


def test_p_values_have_two_digits_and_never_a_bare_zero() -> None:
    assert p_value_words(0.0312) == "p = 0.031"
    assert p_value_words(0.5) == "p = 0.50"
    assert p_value_words(1e-9) == "p < 0.0001"
    assert p_value_words(None, "no patients") == "no p-value: no patients"


def test_differences_carry_their_sign_and_zero_does_not() -> None:
    assert [signed(1.25), signed(-0.5), signed(-0.04)] == ["+1.2", "−0.5", "0.0"]


def test_lists_read_as_in_a_sentence() -> None:
    assert [listed([]), listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
