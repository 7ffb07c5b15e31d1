"""Seeds are fixed, so these hold or do not; each limit had about 1 chance in 10,000 of a bad seed."""

import numpy as np
import pytest
from scipy import stats

from trialkine.randomness import exponentials, normals, trial_purpose, uniforms

SIZE = 100_000
LEAST_P_VALUE = 1e-4
STANDARD_ERRORS = 4.0


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize(
    ("draw", "distribution"), [(uniforms, "uniform"), (normals, "norm"), (exponentials, "expon")]
)
def test_numbers_follow_their_distribution(draw, distribution, seed):
    assert stats.kstest(draw(seed, "moments", range(SIZE))[:, 0], distribution).pvalue > LEAST_P_VALUE


def test_normals_have_the_moments_of_a_normal():
    values = normals(11, "moments", range(SIZE))[:, 0]
    # Standard errors of mean, variance, skewness and kurtosis of n normals: sqrt of 1, 2, 6 and 24, over n.
    found = [values.mean(), values.var() - 1.0, stats.skew(values), stats.kurtosis(values)]
    errors = np.sqrt(np.array([1.0, 2.0, 6.0, 24.0]) / SIZE)
    assert np.all(np.abs(found) < STANDARD_ERRORS * errors)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((1, "age"), (1, "sex")),
        ((1, "age"), (2, "age")),
        ((1, trial_purpose(0, "age")), (1, trial_purpose(1, "age"))),
        ((1, "parameter lesion_access[1]"), (1, "parameter lesion_access[2]")),
    ],
)
def test_other_purposes_and_seeds_are_independent(first, second):
    a, b = (normals(*key, range(SIZE))[:, 0] for key in (first, second))
    assert abs(np.corrcoef(a, b)[0, 1]) < STANDARD_ERRORS / np.sqrt(SIZE)
    # The squares too: independent, not only uncorrelated.
    assert abs(np.corrcoef(a**2, b**2)[0, 1]) < STANDARD_ERRORS / np.sqrt(SIZE)


def test_columns_and_neighbouring_patients_are_independent():
    values = normals(3, "scan", range(SIZE), 6)
    neighbours = np.column_stack([values[:-1], values[1:]])
    correlations = np.corrcoef(neighbours, rowvar=False)[np.triu_indices(12, k=1)]
    # 66 pairs at 4 standard errors: 1 chance in 240 that a good generator fails, with the seed fixed here.
    assert np.max(np.abs(correlations)) < STANDARD_ERRORS / np.sqrt(SIZE)
