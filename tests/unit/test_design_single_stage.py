import math

import pytest
from scipy.stats import binom, norm

from trialkine.design.single_stage import (
    fleming_design,
    fleming_rule,
    single_stage_designs,
    smallest_single_stage,
)
from trialkine.errors import InputError


@pytest.mark.parametrize(
    "question", [(0.05, 0.25, 0.05, 0.80), (0.10, 0.30, 0.05, 0.90), (0.60, 0.80, 0.10, 0.90)]
)
def test_the_exact_design_is_the_first_that_keeps_both_error_rates(question):
    p0, p1, alpha, power = question

    def serving(n):
        return [r for r in range(n) if binom.sf(r, n, p0) <= alpha and binom.sf(r, n, p1) >= power]

    n = next(n for n in range(1, 200) if serving(n))
    found = single_stage_designs(*question).exact[0]
    assert (found.n, found.r) == (n, serving(n)[0])
    assert found.type_one_error == pytest.approx(binom.sf(found.r, n, p0), rel=1e-12)
    assert found.power == pytest.approx(binom.sf(found.r, n, p1), rel=1e-12)


def test_an_error_rate_that_equals_its_limit_is_within_it():
    found = smallest_single_stage(0.1, 0.9, 0.01, 0.81, 10)  # both of two patients: 0.01 and 0.81
    assert (found.r, found.n) == (1, 2)


def test_a_later_design_of_the_list_need_not_have_the_next_number_of_patients():
    sizes = [one.n for one in single_stage_designs(0.6, 0.7, 0.1, 0.9, count=3).exact]
    assert sizes == [156, 157, 159]  # 158 has too little power


def test_flemings_limit_is_that_of_a_printed_example():
    # p0 = 0.2, 25 patients, alpha 0.05: reject from 9 responses
    # (https://static.medsci.cn/sci/sample_size_fleming.html)
    assert fleming_rule(25, 0.20, 0.05, 0.40).r == 8
    assert fleming_rule(15, 0.20, 0.05, 0.40).r == 6  # 3 + 1.645 * 1.549 = 5.55, to the nearest


def test_flemings_size_solves_both_normal_equations():
    p0, p1, alpha, power = 0.2, 0.4, 0.05, 0.9
    found = fleming_design(p0, p1, alpha, power)

    def limit_gap(n):
        above_null = n * p0 + norm.isf(alpha) * math.sqrt(n * p0 * (1 - p0))
        return n * p1 - norm.isf(1 - power) * math.sqrt(n * p1 * (1 - p1)) - above_null

    assert limit_gap(found.n) >= 0.0 > limit_gap(found.n - 1)


def test_a_fleming_design_that_misses_its_power_says_so_and_the_exact_one_is_larger():
    found = single_stage_designs(0.1, 0.3, 0.05, 0.8)
    assert found.fleming.power < 0.8 <= found.exact[0].power
    assert found.fleming.n < found.exact[0].n
    assert "misses its power" in str(found)
    assert "type I error" not in str(found).splitlines()[-1]


def test_rows_and_html_hold_every_design():
    found = single_stage_designs(0.1, 0.3, 0.05, 0.8, count=2)
    assert [row["design"] for row in found.rows()] == ["exact", "exact", "fleming"]
    assert found._repr_html_().count("<tr>") == 4


def test_a_power_that_no_design_of_the_allowed_size_reaches_is_refused():
    with pytest.raises(InputError, match="at most 24 patients"):
        single_stage_designs(0.1, 0.3, 0.05, 0.8, max_n=24)
    assert single_stage_designs(0.1, 0.3, 0.05, 0.8, max_n=25).exact[0].n == 25


@pytest.mark.parametrize("question", [(0.3, 0.1, 0.05, 0.8), (0.1, 0.3, 0.0, 0.8), (0.1, 0.3, 0.05, 1.0)])
def test_impossible_questions_are_refused(question):
    for design in (single_stage_designs, fleming_design):
        with pytest.raises(InputError, match="Write 0 < "):
            design(*question)


@pytest.mark.parametrize("wanted", [{"count": 0}, {"max_n": 0}, {"max_n": 3000}])
def test_counts_out_of_range_are_refused(wanted):
    with pytest.raises(InputError, match="out of range"):
        single_stage_designs(0.1, 0.3, 0.05, 0.8, **wanted)
