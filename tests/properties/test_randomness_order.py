import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from trialkine.randomness import normals, uniforms

patient_numbers = st.lists(
    st.one_of(st.integers(0, 40), st.integers(0, 5000), st.integers(0, 2**62)), min_size=1, max_size=40
)


@given(patients=patient_numbers, count=st.integers(1, 6), seed=st.integers(-(2**80), 2**80))
def test_a_batch_gives_each_patient_what_it_gets_alone(patients, count, seed):
    together = uniforms(seed, "scan", patients, count)
    alone = np.vstack([uniforms(seed, "scan", [patient], count) for patient in patients])
    assert np.array_equal(together, alone)


@given(patients=patient_numbers, order=st.randoms())
def test_the_order_of_patients_does_not_matter(patients, order):
    shuffled = list(range(len(patients)))
    order.shuffle(shuffled)
    numbers = np.array(patients)
    assert np.array_equal(normals(5, "age", numbers[shuffled], 2), normals(5, "age", numbers, 2)[shuffled])


@given(cut=st.integers(1, 999))
def test_splitting_a_run_of_patients_changes_no_number(cut):
    parts = [normals(5, "age", range(cut), 3), normals(5, "age", range(cut, 1000), 3)]
    assert np.array_equal(np.vstack(parts), normals(5, "age", range(1000), 3))
