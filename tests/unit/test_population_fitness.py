import numpy as np
import pytest
from scipy import stats

from population_samples import CORRELATIONS, RECORDS, record
from trialkine.errors import InputError
from trialkine.population.fitness import draw_fitness, fitness_of, performance_status, share_less_fit
from trialkine.population.packaged import packaged_records
from trialkine.population.parameters import parameter_population

SIZE = 50_000
PATIENTS = np.arange(SIZE)
POPULATION = parameter_population(RECORDS, CORRELATIONS)
FITNESS = fitness_of(packaged_records(), POPULATION)


def with_record(changed):
    return {**packaged_records(), changed.name: changed}


@pytest.mark.parametrize("burden_with_frailty", [-0.7, 0.0, 0.3, 0.9])
def test_fitness_is_standard_normal_whatever_the_correlations(burden_with_frailty):
    population = parameter_population(RECORDS, [("initial_burden", "frailty", burden_with_frailty)])
    fitness = draw_fitness(fitness_of(packaged_records(), population), population, 1, 0, PATIENTS)
    # Standard error of a variance of n normals is sqrt(2/n); 4 of them.
    assert abs(fitness.var() - 1.0) < 4.0 * np.sqrt(2.0 / SIZE)
    assert stats.kstest(fitness, "norm").pvalue > 1e-4


@pytest.mark.parametrize("name", ["initial_burden", "tumour_growth_rate", "frailty"])
def test_more_of_a_harmful_parameter_means_less_fitness(name):
    values = POPULATION.values(1, 0, PATIENTS)[name]
    fitness = draw_fitness(FITNESS, POPULATION, 1, 0, PATIENTS)
    assert stats.spearmanr(values, fitness).statistic < -0.3


def test_the_scale_is_the_square_root_of_the_variance_written_out():
    # Weights 0.6, 0.6, 0.5 and noise 0.6 of the packaged file; burden and frailty correlate by 0.3.
    assert FITNESS.scale**2 == pytest.approx(0.36 + 0.36 + 0.25 + 0.36 + 2 * 0.6 * 0.5 * 0.3, rel=1e-12)


def test_performance_status_has_the_stated_shares():
    fitness = draw_fitness(FITNESS, POPULATION, 1, 0, PATIENTS)
    found = np.bincount(performance_status(fitness, FITNESS.status_shares), minlength=5) / SIZE
    shares = np.array(FITNESS.status_shares)
    assert np.all(np.abs(found - shares) < 4.0 * np.sqrt(shares * (1 - shares) / SIZE))


def test_status_changes_exactly_at_the_normal_quantiles_of_the_shares():
    cuts = stats.norm.isf([0.35, 0.75, 0.93, 0.99])
    just_fitter, just_less_fit = cuts + 1e-9, cuts - 1e-9
    shares = (0.35, 0.40, 0.18, 0.06, 0.01)
    assert performance_status(just_fitter, shares).tolist() == [0, 1, 2, 3]
    assert performance_status(just_less_fit, shares).tolist() == [1, 2, 3, 4]


def test_the_fittest_and_the_least_fit_have_the_outermost_status():
    assert performance_status(np.array([40.0, -40.0]), FITNESS.status_shares).tolist() == [0, 4]


def test_leaving_out_the_worst_43_percent_gives_the_status_table_beside_which_the_shares_stand():
    # PMC2790652 table 1: 61, 38 and 1 % for status 0, 1 and 2, printed to whole percents.
    fitness = draw_fitness(FITNESS, POPULATION, 1, 0, PATIENTS)
    status = performance_status(fitness, FITNESS.status_shares)[share_less_fit(fitness) >= 0.43]
    found = np.bincount(status, minlength=3) / status.size
    assert np.all(np.abs(found[:3] - [0.61, 0.38, 0.01]) < 0.02)


def test_a_harmful_parameter_that_does_not_vary_has_no_part():
    fixed = {**RECORDS, "frailty": record("frailty", 1.0)}
    assert set(fitness_of(packaged_records(), parameter_population(fixed)).harm) == {
        "initial_burden",
        "tumour_growth_rate",
    }


def test_a_harmful_parameter_that_does_not_exist_is_refused_with_the_nearest_name():
    wrong = with_record(record("fitness_harm", {"frailtie": 0.5}))
    with pytest.raises(InputError, match="Did you mean 'frailty'"):
        fitness_of(wrong, POPULATION)


def test_fitness_that_cannot_vary_is_refused():
    constant = {
        **with_record(record("fitness_noise", 0.0)),
        "fitness_harm": record("fitness_harm", {"frailty": 0.0}),
    }
    with pytest.raises(InputError, match="'fitness_noise' above 0"):
        fitness_of(constant, POPULATION)


@pytest.mark.parametrize("shares", [{"0": 0.5, "1": 0.4}, {"0": 1.2, "1": -0.2}, {"1": 0.5, "2": 0.5}])
def test_shares_that_make_no_whole_are_refused(shares):
    with pytest.raises(InputError, match="add up to 1"):
        fitness_of(with_record(record("performance_status_share", shares)), POPULATION)
