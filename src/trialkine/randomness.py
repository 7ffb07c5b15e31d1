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
COUNTER_BITS = 256
COLUMN_BLOCK = 1 << 64
# A span of patients this many times their number is generated whole and picked from.
DENSE_SPAN = 4
# Skipping this many unused patients costs less than starting another generator.
LONGEST_GAP = 256


def uniforms(seed: int, purpose: str, patients: Integers | Sequence[int] | range, count: int = 1) -> Floats:
    """Uniform numbers strictly between 0 and 1.

    Shape: returns (patients, count).
    Raises: InputError, when a patient number is negative or not whole.
    """
    numbers = _patient_numbers(patients)
    key = generator_key(seed, purpose)
    values = np.empty((numbers.size, count))
    for start in range(0, count, WORDS_PER_COUNTER):
        stop = min(start + WORDS_PER_COUNTER, count)
        words = _words(key, numbers, start // WORDS_PER_COUNTER, stop - start)
        values[:, start:stop] = _open_unit_interval(words)
    return values


def normals(seed: int, purpose: str, patients: Integers | Sequence[int] | range, count: int = 1) -> Floats:
    """Standard normal numbers: the quantiles of `uniforms` of the same arguments.

    Shape: returns (patients, count).
    """
    return np.asarray(ndtri(uniforms(seed, purpose, patients, count)), dtype=np.float64)


def exponentials(
    seed: int, purpose: str, patients: Integers | Sequence[int] | range, count: int = 1
) -> Floats:
    """Exponential numbers of mean 1: the quantiles of `uniforms` of the same arguments.

    Shape: returns (patients, count).
    """
    return -np.log1p(-uniforms(seed, purpose, patients, count))


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


def _words(key: Words, patients: Integers, block: int, width: int) -> Words:
    """The first `width` words of one column block for every patient, in the order given."""
    if patients.size == 0:
        return np.zeros((0, width), dtype=np.uint64)
    first, span = int(patients.min()), int(np.ptp(patients)) + 1
    if span <= DENSE_SPAN * patients.size:
        return _run(key, first, span, block)[:, :width][patients - first]
    known, position = np.unique(patients, return_inverse=True)
    breaks = np.flatnonzero(np.diff(known) > LONGEST_GAP) + 1
    parts = []
    for stretch in np.split(known, breaks):
        start, end = int(stretch[0]), int(stretch[-1])
        parts.append(_run(key, start, end - start + 1, block)[:, :width][stretch - start])
    words: Words = np.concatenate(parts)[position]
    return words


def _run(key: Words, first: int, number: int, block: int) -> Words:
    """The four words of one column block for `number` consecutive patients from `first`."""
    # numpy steps the counter before it uses it, so it starts one below.
    counter = (first + block * COLUMN_BLOCK - 1) % (1 << COUNTER_BITS)
    generator = np.random.Philox(key=key, counter=counter)
    return generator.random_raw(number * WORDS_PER_COUNTER).reshape(number, WORDS_PER_COUNTER)


def _open_unit_interval(words: Words) -> Floats:
    """Words to midpoints of 2**52 equal steps of the unit interval; 53 bits would round up to 1."""
    values: Floats = ((words >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52
    return values
