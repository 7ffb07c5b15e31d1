"""Dose finding by formula, by a rule written out plainly, and by simulation, against the sum over courses."""

import itertools

import numpy as np
import pytest
from scipy.stats import binom

from trialkine.design.boin import Boin
from trialkine.design.crm import PowerCrm
from trialkine.design.dose_finding_characteristics import exact_dose_finding, simulate_dose_finding
from trialkine.design.three_plus_three import ThreePlusThree

RATES = (0.08, 0.2, 0.35)


def plain_three_plus_three(cohorts, doses):
    """The rule as told: toxicities of each cohort at each dose in, the selected dose and patients out."""
    treated, toxic, dose = [0] * doses, [0] * doses, 0
    while True:
        treated[dose] += 3
        toxic[dose] += next(cohorts[dose])
        if toxic[dose] >= 2:
            if dose == 0:
                return None, treated
            dose -= 1
            if treated[dose] == 6:
                return dose, treated
        elif toxic[dose] == 1 and treated[dose] == 3:
            continue
        elif dose + 1 < doses and treated[dose + 1] == 0:
            dose += 1
        elif treated[dose] == 6:
            return dose, treated


def every_course(rates):
    """The two cohorts that a dose can have, at every dose, with the chance of each combination."""
    for counts in itertools.product(range(4), repeat=2 * len(rates)):
        pairs = [counts[2 * dose : 2 * dose + 2] for dose in range(len(rates))]
        chance = np.prod([binom.pmf(pair, 3, rate).prod() for pair, rate in zip(pairs, rates, strict=True)])
        yield chance, [iter(pair) for pair in pairs]


def test_three_plus_three_equals_the_plain_rule_over_every_course():
    selected, none, patients = np.zeros(3), 0.0, np.zeros(3)
    for chance, cohorts in every_course(RATES):
        dose, treated = plain_three_plus_three(cohorts, 3)
        patients += chance * np.asarray(treated)
        if dose is None:
            none += chance
        else:
            selected[dose] += chance
    found = exact_dose_finding(ThreePlusThree(3), RATES)
    assert found.selected == pytest.approx(selected, rel=1e-12)
    assert found.none_selected == pytest.approx(none, rel=1e-12)
    assert found.patients == pytest.approx(patients, rel=1e-12)
    assert sum(found.selected) + found.none_selected == pytest.approx(1.0)


def test_one_dose_of_three_plus_three_by_formula():
    """The only dose is selected with at most one toxicity in six, and not after two in three."""
    rate = 0.2
    kept = binom.pmf(0, 3, rate) * binom.cdf(1, 3, rate) + binom.pmf(1, 3, rate) * binom.pmf(0, 3, rate)
    found = exact_dose_finding(ThreePlusThree(1), [rate])
    assert found.selected[0] == pytest.approx(kept, rel=1e-12)
    assert found.patients[0] == pytest.approx(3 + 3 * binom.cdf(1, 3, rate), rel=1e-12)
    assert found.toxicities[0] == pytest.approx(rate * found.patients[0], rel=1e-12)


@pytest.mark.parametrize(
    "rule",
    [
        ThreePlusThree(3),
        Boin(3, 0.3, 15),
        Boin(3, 0.25, 14, cohort=4, enough_at_dose=8),
        PowerCrm(0.3, (0.1, 0.3, 0.5), 9, cohort=3),
    ],
)
def test_simulated_characteristics_are_the_exact_ones_within_their_luck(rule):
    trials = 3000
    exact = exact_dose_finding(rule, RATES)
    found = simulate_dose_finding(rule, RATES, trials, seed=5)
    assert found.selected == pytest.approx(exact.selected, abs=4 * 0.5 / np.sqrt(trials))
    assert found.none_selected == pytest.approx(exact.none_selected, abs=4 * 0.5 / np.sqrt(trials))
    # A dose has between none and 15 patients: the standard deviation is below 7.5.
    assert found.patients == pytest.approx(exact.patients, abs=4 * 7.5 / np.sqrt(trials))
    assert exact.toxicities == pytest.approx(np.array(RATES) * exact.patients, rel=1e-9)  # Wald's identity
