"""Sampled parameters match their records. Fixed seeds; limits of 4 standard errors."""

from itertools import pairwise

import numpy as np
import pytest
from scipy import stats
from scipy.special import logit

from population_samples import CORRELATIONS, RECORDS
from trialkine.population.eligibility import Eligibility
from trialkine.population.parameters import parameter_population
from trialkine.population.sample import sample_patients

SIZE = 40_000
VALUES = parameter_population(RECORDS, CORRELATIONS).values(3, 0, np.arange(SIZE))
TO_NORMAL = {"lognormal": np.log, "logitnormal": logit, "normal": np.asarray}


def normal_scores(name, value, variability):
    to_normal = TO_NORMAL[variability.distribution]
    return (to_normal(VALUES[name]) - to_normal(value)) / variability.sd


VARYING = [
    (flat_name, member.value, member.variability)
    for flat_name, member in parameter_population(RECORDS).members.items()
    if member.is_varying and member.variability.distribution in TO_NORMAL
]


@pytest.mark.parametrize(("name", "value", "variability"), VARYING)
def test_median_and_spread_are_those_of_the_record(name, value, variability):
    scores = normal_scores(name, value, variability)
    # Standard errors: of a median 1.2533/sqrt(n), of a standard deviation 1/sqrt(2n).
    assert abs(np.median(scores)) < 4.0 * 1.2533 / np.sqrt(SIZE)
    assert abs(scores.std() - 1.0) < 4.0 / np.sqrt(2 * SIZE)


def test_an_exponential_has_the_mean_of_its_record():
    assert stats.kstest(VALUES["death_threshold"], "expon").pvalue > 1e-4


def test_pairs_correlate_as_stated_on_the_normal_scale_and_no_others_do():
    names = [name for name, _, _ in VARYING]
    found = np.corrcoef([normal_scores(*entry) for entry in VARYING])
    expected = np.eye(len(names))
    for first, second, value in CORRELATIONS:
        i, j = names.index(first), names.index(second)
        expected[i, j] = expected[j, i] = value
    np.testing.assert_allclose(found, expected, atol=4.0 / np.sqrt(SIZE))


@pytest.mark.parametrize("excluded", [0.1, 0.35, 0.64, 0.9])
def test_the_excluded_fraction_of_the_whole_population_is_turned_away(excluded):
    patients = sample_patients(
        RECORDS, CORRELATIONS, 4000, 5, criteria=Eligibility(excluded_fraction=excluded)
    )
    # Draws until 4000 successes: the share accepted has relative standard error sqrt(q/n).
    kept = len(patients) / patients.drawn
    assert abs(kept / (1 - excluded) - 1.0) < 4.0 * np.sqrt(excluded / 4000)


def test_a_stricter_case_mix_gives_fitter_patients_with_less_disease():
    cuts = (0.0, 0.2, 0.4, 0.6, 0.8)
    samples = [
        sample_patients(RECORDS, CORRELATIONS, 3000, 5, criteria=Eligibility(excluded_fraction=cut))
        for cut in cuts
    ]
    for worse, better in pairwise(samples):
        assert better.covariates["fitness"].mean() > worse.covariates["fitness"].mean()
        assert better.covariates["performance_status"].mean() < worse.covariates["performance_status"].mean()
        for harmful in ("initial_burden", "tumour_growth_rate", "frailty"):
            assert np.median(better.parameters[harmful]) < np.median(worse.parameters[harmful])


def test_the_mean_fitness_of_the_selected_is_that_of_a_cut_normal():
    patients = sample_patients(RECORDS, CORRELATIONS, 4000, 5, criteria=Eligibility(excluded_fraction=0.64))
    twin = stats.truncnorm(stats.norm.ppf(0.64), np.inf)
    assert abs(patients.covariates["fitness"].mean() - twin.mean()) < 4.0 * twin.std() / np.sqrt(4000)
