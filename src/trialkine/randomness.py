"""Keyed random numbers: a number depends on the seed, the purpose, the patient and the column alone.

There is no generator to carry about, so neither the order of calls nor the size of a batch nor the
number of workers can change a result. The numbers are words of the counter-based generator
Philox4x64-10: its key is a hash of seed and purpose, its counter is the patient's number and the
column. Adding columns leaves the earlier ones as they were.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from trialkine.errors import InputError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Words = NDArray[np.uint64]

WORDS_PER_COUNTER = 4


def uniforms(seed: int, purpose: str, patients: Integers | Sequence[int] | range, count: int = 1) -> Floats:
    """Uniform numbers strictly between 0 and 1.

    Shape: returns (patients, count).
    Raises: InputError, when a patient number is negative or not whole.
    """
    return grouped_uniforms(seed, (purpose,), None, patients, count)


def grouped_uniforms(
    seed: int,
    purposes: Sequence[str],
    groups: Integers | None,
    patients: Integers | Sequence[int] | range,
    count: int = 1,
) -> Floats:
    """Uniform numbers as `uniforms`, each patient's for the purpose of its group; None: all of the first.

    Shapes: purposes (group,), groups and patients (patient,), returns (patient, count).
    Raises: InputError, when a patient number is negative or not whole.
    """
    numbers = _patient_numbers(patients)
    keys = np.stack([generator_key(seed, purpose) for purpose in purposes])
    places = np.zeros(numbers.size, dtype=np.int64) if groups is None else groups.astype(np.int64)
    values = np.empty((numbers.size, count))
    for start in range(0, count, WORDS_PER_COUNTER):
        stop = min(start + WORDS_PER_COUNTER, count)
        words = _words(keys, places, numbers, start // WORDS_PER_COUNTER)
        values[:, start:stop] = _open_unit_interval(words[:, : stop - start])
    return values


def normal_quantiles(uniform: Floats) -> Floats:
    """Standard normal numbers at uniform ones."""
    return np.asarray(ndtri(uniform), dtype=np.float64)


def exponential_quantiles(uniform: Floats) -> Floats:
    """Exponential numbers of mean 1 at uniform ones."""
    return -np.log1p(-uniform)


def normals(seed: int, purpose: str, patients: Integers | Sequence[int] | range, count: int = 1) -> Floats:
    """Standard normal numbers: the quantiles of `uniforms` of the same arguments.

    Shape: returns (patients, count).
    """
    return normal_quantiles(uniforms(seed, purpose, patients, count))


def exponentials(
    seed: int, purpose: str, patients: Integers | Sequence[int] | range, count: int = 1
) -> Floats:
    """Exponential numbers of mean 1: the quantiles of `uniforms` of the same arguments.

    Shape: returns (patients, count).
    """
    return exponential_quantiles(uniforms(seed, purpose, patients, count))


def trial_purpose(replicate: int, purpose: str) -> str:
    """The purpose within one repetition of a trial, so that repetitions have different patients."""
    return f"trial {replicate}: {purpose}"


def generator_key(seed: int, purpose: str) -> Words:
    """The 128-bit Philox key of a seed and a purpose, as two words."""
    digest = blake2b(f"{seed:d}:{purpose}".encode(), digest_size=16, person=b"trialkine").digest()
    return np.frombuffer(digest, dtype="<u8").astype(np.uint64)


def _patient_numbers(patients: Integers | Sequence[int] | range) -> Integers:
    """Patient numbers as an array, checked."""
    if isinstance(patients, range):
        patients = np.arange(patients.start, patients.stop, patients.step)
    numbers = np.asarray(patients)
    if numbers.size == 0:
        return np.zeros(0, dtype=np.int64)
    if numbers.ndim != 1 or numbers.dtype.kind not in "iu" or numbers.min() < 0:
        raise InputError(
            f"Patient numbers {numbers!r} cannot key random numbers. "
            "Give whole numbers from 0 up, in one row."
        )
    return numbers.astype(np.int64)


def _words(keys: Words, groups: Integers, patients: Integers, block: int) -> Words:
    """The four words of one column block for every patient, under the key of its group.

    Shapes: keys (group, 2), groups and patients (patient,), returns (patient, 4).
    """
    from trialkine.philox import fill_words  # numba is loaded where numbers are drawn, not before

    words = np.empty((patients.size, WORDS_PER_COUNTER), dtype=np.uint64)
    fill_words(keys, groups, patients.astype(np.uint64), np.uint64(block), words)
    return words


def _open_unit_interval(words: Words) -> Floats:
    """Words to midpoints of 2**52 equal steps of the unit interval; 53 bits would round up to 1."""
    values: Floats = ((words >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52
    return values
