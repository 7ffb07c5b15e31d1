import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from population_samples import CORRELATIONS, RECORDS
from trialkine.population.covariates import draw_age, draw_body
from trialkine.population.eligibility import Eligibility
from trialkine.population.packaged import packaged_records
from trialkine.population.parameters import parameter_population
from trialkine.population.sample import sample_patients

POPULATION = parameter_population(RECORDS, CORRELATIONS)
SIZE = 2000
WHOLE = POPULATION.values(9, 2, np.arange(SIZE))
WHOLE_BODY = draw_body(packaged_records(), 9, 2, np.arange(SIZE))
WHOLE_AGE = draw_age(packaged_records(), 9, 2, np.arange(SIZE))

some_patients = st.lists(st.integers(0, SIZE - 1), min_size=1, max_size=70)


@given(patients=some_patients)
def test_any_batch_in_any_order_gives_each_patient_the_same_values_to_the_bit(patients):
    chosen = np.array(patients)
    for name, column in POPULATION.values(9, 2, chosen).items():
        assert np.array_equal(column, WHOLE[name][chosen]), name
    for name, column in draw_body(packaged_records(), 9, 2, chosen).items():
        assert np.array_equal(column, WHOLE_BODY[name][chosen]), name
    assert np.array_equal(draw_age(packaged_records(), 9, 2, chosen), WHOLE_AGE[chosen])


@settings(max_examples=30, deadline=None)
@given(
    statuses=st.sets(st.integers(0, 2), min_size=1),
    lower=st.integers(20, 50),
    width=st.integers(15, 60),
    excluded=st.floats(0.0, 0.2),
    seed=st.integers(0, 2**64),
)
def test_nobody_ineligible_is_ever_enrolled(statuses, lower, width, excluded, seed):
    criteria = Eligibility(tuple(statuses), (lower, lower + width), excluded)
    patients = sample_patients(RECORDS, CORRELATIONS, 25, seed, criteria=criteria)
    assert set(patients.covariates["performance_status"]) <= statuses
    years = np.floor(patients.covariates["age"])
    assert lower <= years.min()
    assert years.max() <= lower + width
    assert len(patients) == 25
    assert np.all(np.diff(patients.id) > 0)
