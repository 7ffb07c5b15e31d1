"""The counter-based generator Philox4x64-10, word by word: any counter of any key, without steps between.

Bit for bit that of numpy, whose generator is made for long runs of one key; here many keys give few numbers
each. Source: salmon_2011, the published round function and constants.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

Array = np.ndarray[Any, np.dtype[Any]]

LOW = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)
FIRST_FACTOR, SECOND_FACTOR = np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157)
FIRST_STEP, SECOND_STEP = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B)
ROUNDS = 10


@njit(cache=True, nogil=True)
def _high_word(a, b):  # type: ignore[no-untyped-def]
    """The upper 64 bits of a product of two words."""
    a_low, a_high, b_low, b_high = a & LOW, a >> HALF, b & LOW, b >> HALF
    low = a_low * b_low
    middle = a_high * b_low + (low >> HALF)
    other = a_low * b_high + (middle & LOW)
    return a_high * b_high + (middle >> HALF) + (other >> HALF)


@njit(cache=True, nogil=True)
def fill_words(keys, groups, numbers, block, words):  # type: ignore[no-untyped-def]
    """The words of counter (number, block, 0, 0) under the key of each row's group.

    Shapes: keys (group, 2), groups and numbers (row,), words (row, 4), which is written.
    """
    for row in range(numbers.size):
        c0, c1, c2, c3 = numbers[row], block, np.uint64(0), np.uint64(0)
        k0, k1 = keys[groups[row], 0], keys[groups[row], 1]
        for _ in range(ROUNDS):
            high0, low0 = _high_word(FIRST_FACTOR, c0), FIRST_FACTOR * c0
            high1, low1 = _high_word(SECOND_FACTOR, c2), SECOND_FACTOR * c2
            c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
            k0, k1 = k0 + FIRST_STEP, k1 + SECOND_STEP
        words[row, 0], words[row, 1], words[row, 2], words[row, 3] = c0, c1, c2, c3
