import subprocess
import sys

import numpy as np
import pytest

from trialkine.errors import InputError
from trialkine.randomness import (
    _open_unit_interval,
    exponentials,
    normals,
    trial_purpose,
    uniforms,
)

OTHER_PROCESS = (
    "from trialkine.randomness import normals;print(normals(7, 'growth', [3, 99, 12_000], 6).tobytes().hex())"
)


def numbers_from_another_process(hash_seed: str) -> str:
    finished = subprocess.run(
        [sys.executable, "-c", OTHER_PROCESS],
        env={"PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    return finished.stdout.strip()


def test_two_processes_draw_the_same_numbers():
    here = normals(7, "growth", [3, 99, 12_000], 6).tobytes().hex()
    assert numbers_from_another_process("1") == here
    assert numbers_from_another_process("2") == here


def test_extreme_words_stay_strictly_inside_the_unit_interval():
    extremes = _open_unit_interval(np.array([0, 2**64 - 1], dtype=np.uint64))
    assert extremes[0] > 0.0
    assert extremes[1] < 1.0


def test_extreme_uniforms_are_mirror_images():
    low, high = _open_unit_interval(np.array([0, 2**64 - 1], dtype=np.uint64))
    assert low == 1.0 - high


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 9])
def test_asking_for_more_columns_leaves_the_earlier_ones_as_they_were(count):
    assert np.array_equal(
        uniforms(1, "scan", range(50), count), uniforms(1, "scan", range(50), 12)[:, :count]
    )


def test_seed_purpose_and_patient_each_change_the_number():
    values = [
        uniforms(seed, purpose, [patient])[0, 0]
        for seed in (0, 1, -1, 2**70)
        for purpose in ("age", "sex")
        for patient in (0, 1, 2**40)
    ]
    assert len(set(values)) == len(values)


def test_seed_and_purpose_cannot_run_into_each_other():
    assert uniforms(1, "2:age", [0])[0, 0] != uniforms(12, ":age", [0])[0, 0]
    assert uniforms(1, trial_purpose(1, "age"), [0]) != uniforms(1, trial_purpose(11, "age"), [0])


def test_exponentials_and_uniforms_of_the_same_key_agree_by_the_distribution_function():
    u, x = uniforms(4, "death", range(1000)), exponentials(4, "death", range(1000))
    # One rounding each in log1p and expm1.
    np.testing.assert_allclose(-np.expm1(-x), u, rtol=1e-14)


def test_no_patients_give_no_numbers():
    assert uniforms(1, "age", [], 3).shape == (0, 3)
    assert uniforms(1, "age", range(5), 0).shape == (5, 0)


@pytest.mark.parametrize("patients", [[-1, 2], [0.5], [[1, 2], [3, 4]]])
def test_patient_numbers_that_are_no_numbers_are_refused(patients):
    with pytest.raises(InputError, match="whole numbers from 0 up"):
        uniforms(1, "age", patients)


def test_the_global_generator_is_neither_read_nor_moved():
    np.random.seed(0)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first = uniforms(3, "age", range(100))
    assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002
    np.random.seed(1)  # noqa: NPY002
    assert np.array_equal(first, uniforms(3, "age", range(100)))
