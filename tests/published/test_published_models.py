"""Three published models: equations against the papers' by hand, steady states, and what the papers show."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from scipy.optimize import brentq

from published_model_samples import (
    KIRSCHNER_PANETTA,
    KUZNETSOV,
    PATIENT_9,
    PATIENT_10,
    course,
    de_pillis,
    kirschner_panetta,
    kuznetsov,
    numbers,
    slopes,
)
from trialkine.model.evaluate import derivative
from trialkine.model.standalone import PlannedDose
from trialkine.published_models import published_model

SAME_ARITHMETIC = (
    1e-12  # other order of operations; terms that cancel to a thousandth cost three digits of sixteen
)
CASES = (
    ("kuznetsov_1994", "", kuznetsov, ("effector", "tumour")),
    ("kirschner_panetta_1998", "", kirschner_panetta, ("effector", "tumour", "interleukin_2")),
    ("de_pillis_2006", "", partial(de_pillis, k=PATIENT_9), None),
    ("de_pillis_2006", "patient_10", partial(de_pillis, k=PATIENT_10), None),
)
DE_PILLIS_STATES = (
    "tumour",
    "natural_killer",
    "cd8_t_cell",
    "circulating_lymphocyte",
    "drug",
    "interleukin_2",
)


@pytest.mark.parametrize(("name", "case", "by_hand", "states"), CASES)
def test_the_file_has_the_equations_of_the_paper(name, case, by_hand, states):
    model = published_model(name, case)
    order = states or DE_PILLIS_STATES
    random = np.random.default_rng(1994)
    places = [list(model.model.states).index(state) for state in order]
    for _ in range(50):
        state = 10.0 ** random.uniform(0.0, 8.0, len(order))
        if "drug" in order:
            state[order.index("drug")] = random.uniform(0.0, 5.0)
        mine = np.empty(len(order))
        mine[places] = state
        rates = derivative(model.model, mine[None, :], numbers(model)[None, :])[0][places]
        np.testing.assert_allclose(rates, by_hand(state), rtol=SAME_ARITHMETIC)


# -- Kuznetsov and others 1994 -------------------------------------------------------------------------


# The paper's sigma to beta as a program of the University of Lyon states them; a million cells is one.
DIMENSIONLESS = {
    "s": 0.1181, "p": 1.131, "g": 20.19, "m": 0.00311, "d": 0.3743, "a": 1.636, "b": 2.0e-3, "n": 1.0,
}  # fmt: skip
FOUR_DIGITS = 1e-3  # each of them is rounded to three or four digits, delta and alpha on the way, too


def kuznetsov_steady_states(k=KUZNETSOV) -> list[tuple[float, float]]:
    """Effector and tumour cells where neither changes and the tumour is there: roots of a cubic."""
    poly = np.polynomial.polynomial
    effector = [k["a"] / k["n"], -k["a"] * k["b"] / k["n"]]
    gain = poly.polyadd(poly.polymul([k["s"]], [k["g"], 1.0]), poly.polymul([0.0, k["p"]], effector))
    loss = poly.polymul(poly.polymul([k["d"], k["m"]], effector), [k["g"], 1.0])
    tumours = np.real(poly.polyroots(poly.polysub(gain, loss)))
    return [(float(poly.polyval(tumour, effector)), float(tumour)) for tumour in sorted(tumours)]


def test_the_dimensionless_numbers_of_the_paper_follow_from_these():
    k, cells = KUZNETSOV, 1e6
    rate = k["n"] * cells
    mine = {
        "s": k["s"] / (rate * cells), "p": k["p"] / rate, "g": k["g"] / cells, "m": k["m"] / k["n"],
        "d": k["d"] / rate, "a": k["a"] / rate, "b": k["b"] * cells, "n": 1.0,
    }  # fmt: skip
    assert mine == pytest.approx(DIMENSIONLESS, rel=FOUR_DIGITS)


def test_a_dormant_tumour_a_saddle_and_a_large_tumour_are_the_steady_states_with_a_tumour():
    found = kuznetsov_steady_states()
    from_the_paper = 1e6 * np.array(kuznetsov_steady_states(DIMENSIONLESS))
    np.testing.assert_allclose(found, from_the_paper, rtol=2 * FOUR_DIGITS)  # two of them divided
    dormant, saddle, large = (
        np.linalg.eigvals(slopes(kuznetsov, np.array(state))).astype(complex) for state in found
    )
    assert np.all(dormant.real < 0.0)
    assert np.all(dormant.imag != 0.0)  # a spiral: oscillations that decay
    assert saddle.real.min() < 0.0 < saddle.real.max()
    assert np.all(large.real < 0.0)
    assert np.all(large.imag == 0.0)


def test_without_a_tumour_a_single_cell_can_grow():
    free = np.array([KUZNETSOV["s"] / KUZNETSOV["d"], 0.0])
    assert np.linalg.eigvals(slopes(kuznetsov, free)).real.max() > 0.0


def test_the_tumour_swings_into_dormancy_from_below_and_escapes_from_above():
    model = published_model("kuznetsov_1994")
    dormant, _, large = (tumour for _, tumour in kuznetsov_steady_states())
    times = np.arange(0.0, 2001.0, 5.0)
    swinging = course(model, times)["tumour"]
    middle = swinging[1:-1]
    peaks = middle[(middle > swinging[:-2]) & (middle > swinging[2:])]
    assert len(peaks) > 5
    assert np.all(np.diff(peaks) < 0.0)
    # The spiral shrinks by exp(-0.0055 day) from 9e7 cells: to a few thousand cells in 2000 days.
    assert swinging[-1] == pytest.approx(dormant, rel=1e-3)
    assert course(model, [2000.0], initial_tumour=1e8)["tumour"][0] == pytest.approx(large, rel=1e-6)


# -- Kirschner and Panetta 1998 ------------------------------------------------------------------------


def companions(tumour):
    """Effector cells and interleukin-2 at which a tumour does not change."""
    k = KIRSCHNER_PANETTA
    effector = k["r2"] * (1 - k["b"] * tumour) * (k["g2"] + tumour) / k["a"]
    return effector, k["p2"] * effector * tumour / (k["g3"] + tumour) / k["mu3"]


def antigenicity_of(tumour):
    """The antigenicity at which a tumour is a steady state."""
    k = KIRSCHNER_PANETTA
    effector, interleukin_2 = companions(tumour)
    return effector * (k["mu2"] - k["p1"] * interleukin_2 / (k["g1"] + interleukin_2)) / tumour


def growth_of_a_push(tumour: float) -> float:
    """The largest real part of the eigenvalues at a steady state, after the three rates' equations."""
    effector, interleukin_2 = companions(tumour)
    rates = partial(kirschner_panetta, k=KIRSCHNER_PANETTA | {"c": float(antigenicity_of(tumour))})
    return float(np.linalg.eigvals(slopes(rates, np.array([effector, tumour, interleukin_2]))).real.max())


def tumours_at(antigenicity: float) -> list[float]:
    """Every tumour that is a steady state, smallest first."""
    sizes = np.concatenate([np.geomspace(1.0, 9e8, 4000), 1e9 - np.geomspace(1e8, 1.0, 4000)])
    over = antigenicity_of(sizes) - antigenicity
    places = np.flatnonzero(np.sign(over[:-1]) != np.sign(over[1:]))
    return [brentq(lambda t: antigenicity_of(t) - antigenicity, sizes[i], sizes[i + 1]) for i in places]


def test_the_large_tumour_is_lost_where_the_paper_says():
    """8.55e-5: the digits of the paper as remembered; half a unit of the last digit.

    Without the saturation in interleukin-2, as in BIOMD0000000732, it would be 7.44e-5.
    """
    sizes = np.linspace(9.3e8, 9.9e8, 200_001)
    assert antigenicity_of(sizes).max() == pytest.approx(8.55e-5, abs=0.005e-5)


def test_swings_end_where_the_paper_says():
    """0.0325: the digits of the paper as remembered; half a unit of the last digit."""
    last = brentq(growth_of_a_push, 1e4, 4e4)
    assert antigenicity_of(last) == pytest.approx(0.0325, abs=0.00005)


def test_below_the_first_value_one_of_three_tumours_is_stable_and_it_is_the_largest():
    """caravagna_2010: three equilibria of which two are unstable, one near the carrying capacity."""
    found = tumours_at(5e-5)
    assert len(found) == 3
    assert [growth_of_a_push(tumour) < 0.0 for tumour in found] == [False, False, True]
    assert found[-1] > 0.95e9


@pytest.mark.parametrize(
    ("antigenicity", "is_stable"), [(1e-4, False), (0.01, False), (0.03, False), (0.04, True)]
)
def test_beyond_it_there_is_one_tumour_and_it_is_stable_when_antigenicity_is_large(antigenicity, is_stable):
    found = tumours_at(antigenicity)
    assert len(found) == 1
    assert (growth_of_a_push(found[0]) < 0.0) == is_stable


def test_the_small_tumour_at_an_antigenicity_of_0_033_is_about_60_000_cells_in_3_2_ml():
    """caravagna_2010, section 4: 'around 60,000' of a stochastic model in 3.2 mL; one digit."""
    (tumour,) = tumours_at(0.033)
    assert 3.2 * tumour == pytest.approx(60_000, abs=5_000)


def test_swings_get_smaller_and_shorter_as_antigenicity_grows():
    """caravagna_2010: period and amplitude of the limit cycle decrease towards the largest antigenicity."""
    model = published_model("kirschner_panetta_1998")
    times = np.arange(2000.0, 3001.0, 1.0)
    heights, periods = [], []
    for antigenicity in (0.02, 0.025, 0.03):
        tumour = course(model, times, antigenicity=antigenicity)["tumour"]
        peaks = [i for i in range(1, len(tumour) - 1) if tumour[i - 1] < tumour[i] > tumour[i + 1]]
        heights.append(tumour.max() / tumour.min())
        periods.append(np.diff(peaks).mean())
    assert heights == sorted(heights, reverse=True)
    assert heights[-1] > 10.0
    assert periods == sorted(periods, reverse=True)


def test_enough_infused_effector_cells_clear_the_tumour_and_interleukin_2_then_grows_without_end():
    """From the equations: a tumour-free state is stable above s1 = r2 g2 mu2 / a, and lost at
    s2 = mu2 mu3 g1 / (p1 - mu2), where interleukin-2 alone outgrows the death of effector cells."""
    k, model = KIRSCHNER_PANETTA, published_model("kirschner_panetta_1998")
    least = k["r2"] * k["g2"] * k["mu2"] / k["a"]
    assert least == pytest.approx(540.0)
    for share, is_cleared in ((0.9, False), (1.1, True)):
        infusion = share * least
        free = np.array([infusion / k["mu2"], 0.0, 0.0])
        rates = partial(kirschner_panetta, k=k | {"s1": infusion})
        assert (np.linalg.eigvals(slopes(rates, free)).real.max() < 0.0) == is_cleared
    most = k["mu2"] * k["mu3"] * k["g1"] / (k["p1"] - k["mu2"])
    assert most == pytest.approx(6.35e7, rel=1e-3)  # three digits
    for share, is_endless in ((0.9, False), (1.1, True)):
        given = {"interleukin_2_infusion": share * most, "initial_tumour": 0.0, "initial_effector": 1.0}
        later = course(model, [500.0, 1000.0], **given)["effector"]
        assert (later[1] > later[0]) == is_endless


# -- de Pillis, Gu and Radunskaya 2006 -----------------------------------------------------------------

GONE, GROWN = 1.0, 9e8  # less than a cell; nine tenths of the carrying capacity 1 / 1.02e-9


def drug(every: int) -> list[PlannedDose]:
    """Five a day over one day, nine times."""
    return [PlannedDose("chemotherapy", "infusion", float(every * k), 5.0, 1.0) for k in range(9)]


def cells_and_interleukin_2() -> list[PlannedDose]:
    """1e9 lymphocytes over day 7, then six pulses of interleukin-2 at 5e6 IU/L a day from day 8 to 11.85."""
    spans = ((8.0, 8.45), (8.7, 9.15), (9.4, 9.85), (10.1, 10.55), (10.8, 11.25), (11.5, 11.85))
    pulses = [PlannedDose("aldesleukin", "infusion", a, 5e6 * (b - a), b - a) for a, b in spans]
    return [PlannedDose("infiltrating_lymphocytes", "infusion", 7.0, 1e9, 1.0), *pulses]


# Programs that re-implement the paper say so of figures 7 to 9; the outcome of figure 10 is as remembered.
EXPERIMENTS = (
    ("figure 7: a healthy immune system clears a million cells", "healthy", 1e6, [], True),
    ("figure 7: a depleted one does not", "", 1e6, [], False),
    ("figure 8: the drug every 5 days clears 20 million cells", "", 2e7, drug(5), True),
    ("figure 8: every 10 days it does not", "", 2e7, drug(10), False),
    ("figure 9: lymphocytes and interleukin-2 clear a million", "", 1e6, cells_and_interleukin_2(), True),
    ("figure 9: but not 20 million", "", 2e7, cells_and_interleukin_2(), False),
    ("figure 10: both together do", "", 2e7, [*drug(10), *cells_and_interleukin_2()], True),
)


@pytest.mark.parametrize(("case", "cells", "doses", "is_cleared"), [one[1:] for one in EXPERIMENTS], ids=[
    one[0] for one in EXPERIMENTS
])  # fmt: skip
def test_patient_9_fares_as_the_paper_shows(case, cells, doses, is_cleared):
    model = published_model("de_pillis_2006", case)
    tumour = course(model, [120.0], doses, initial_tumour=cells)["tumour"][0]
    assert tumour < GONE if is_cleared else tumour > GROWN


def test_patient_10_is_cleared_by_none_of_these():
    """No statement of the paper was found; this records what its numbers for patient 10 give."""
    model = published_model("de_pillis_2006", "patient_10")
    for doses in (drug(5), cells_and_interleukin_2(), [*drug(10), *cells_and_interleukin_2()]):
        assert course(model, [120.0], doses, initial_tumour=2e7)["tumour"][0] > GROWN
