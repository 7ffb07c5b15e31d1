"""Designs against what R's clinfun prints in its own documentation, admissible weights included.

The printed numbers stand in the package's public repository (https://github.com/veseshan/clinfun):
reference/ph2simon, reference/twostage.admissible and articles/clinical-trial-functions. Single-stage rows
of 0.60 against 0.70 are printed by its `ph2single` in a public trial report. Nothing was run here.
"""

import pytest

from trialkine.design.simon import simon_designs
from trialkine.design.single_stage import single_stage_designs

# r1, n1, r, n, EN(p0), PET(p0), qLo, qHi; from minimax to optimal
PRINTED = {
    (0.05, 0.20, 0.10, 0.90): [
        (0, 18, 3, 32, 26.43900, 0.3972143, 0.640, 1.000),
        (0, 15, 3, 33, 24.66076, 0.4632912, 0.323, 0.640),
        (0, 13, 3, 35, 23.70647, 0.5133421, 0.097, 0.323),
        (0, 12, 3, 37, 23.49100, 0.5403601, 0.000, 0.097),
    ],
    (0.25, 0.45, 0.05, 0.90): [
        (6, 26, 17, 49, 37.14596, 0.5153932, 0.782, 1.000),
        (7, 26, 17, 50, 33.55630, 0.6851542, 0.129, 0.782),
        (6, 22, 19, 57, 32.52206, 0.6993697, 0.000, 0.129),
    ],
    (0.50, 0.70, 0.05, 0.90): [
        (14, 27, 32, 53, 36.11440, 0.6494460, 0.285, 1.000),
        (12, 23, 34, 57, 34.51987, 0.6611803, 0.112, 0.285),
        (13, 24, 36, 61, 34.01324, 0.7293719, 0.000, 0.112),
    ],
    (0.20, 0.40, 0.10, 0.90): [
        (3, 19, 10, 36, 28.26, 0.4551, 0.691, 1.000),
        (3, 17, 10, 37, 26.02, 0.5489, 0.000, 0.691),
    ],
    (0.20, 0.35, 0.05, 0.95): [
        (15, 68, 25, 95, 75.44, 0.7244, 0.582, 1.000),
        (11, 53, 26, 99, 69.88, 0.6330, 0.306, 0.582),
        (11, 51, 27, 104, 67.68, 0.6852, 0.109, 0.306),
        (11, 50, 28, 109, 67.07, 0.7107, 0.000, 0.109),
    ],
}


@pytest.mark.parametrize("question", PRINTED, ids=str)
def test_all_designs_and_their_weights_equal_the_printed_ones(question):
    found, printed = simon_designs(*question), PRINTED[question]
    designs = [design for _, design in found.named()]
    assert len(designs) == len(printed)
    for design, (low, high), line in zip(designs, found.weights(), printed, strict=True):
        rule = design.rule
        assert (rule.r1, rule.n1, rule.r, rule.n) == line[:4]
        # half a unit in the last printed place
        assert design.expected_patients == pytest.approx(line[4], abs=0.51e-2)
        assert design.early_stop_probability == pytest.approx(line[5], abs=0.51e-4)
        assert (low, high) == pytest.approx(line[6:], abs=0.51e-3)


def test_a_bound_of_one_hundred_patients_gives_what_clinfun_gives_with_its_own_and_says_so():
    found = simon_designs(0.20, 0.35, 0.05, 0.95, max_n=100)
    rule = found.optimal.rule
    assert (rule.r1, rule.n1, rule.r, rule.n) == (11, 53, 26, 99)
    assert found.weights()[0] == pytest.approx((0.582, 1.0), abs=0.51e-3)
    assert found.max_n == 100


# n, r, type I error, type II error
SINGLE_STAGE = {
    (0.40, 0.60, 0.10, 0.90): [
        (41, 20, 0.09651722, 0.09651722),
        (43, 21, 0.09132412, 0.09132412),
        (45, 22, 0.08645205, 0.08645205),
        (47, 23, 0.08187654, 0.08187654),
        (49, 24, 0.07757556, 0.07757556),
    ],
    (0.60, 0.70, 0.10, 0.90): [
        (156, 101, 0.09760318, 0.09061008),
        (157, 102, 0.08732618, 0.09991705),
        (159, 103, 0.09412761, 0.08987827),
        (160, 104, 0.08422045, 0.09903723),
        (162, 105, 0.09078748, 0.08914555),
    ],
}


@pytest.mark.parametrize("question", SINGLE_STAGE, ids=str)
def test_the_smallest_single_stage_designs_equal_the_printed_ones(question):
    found = single_stage_designs(*question, count=5).exact
    for design, (n, r, error, miss) in zip(found, SINGLE_STAGE[question], strict=True):
        assert (design.n, design.r) == (n, r)
        assert design.type_one_error == pytest.approx(error, abs=0.51e-8)  # as printed
        assert 1.0 - design.power == pytest.approx(miss, abs=0.51e-8)
