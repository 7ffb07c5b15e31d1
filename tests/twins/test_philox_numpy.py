"""The generator of keyed numbers gives numpy's words, for any key and counter."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from trialkine.philox import fill_words
from trialkine.randomness import grouped_uniforms, uniforms

WORD = st.integers(0, 2**64 - 1)


def numpy_words(key, number, block):
    # numpy steps the counter before it uses it, so it starts one below
    counter = (number + block * 2**64 - 1) % 2**256
    return np.random.Philox(key=np.array(key, dtype=np.uint64), counter=counter).random_raw(4)


@settings(max_examples=200, deadline=None)
@given(WORD, WORD, st.integers(0, 2**63 - 1), st.integers(0, 1000))
def test_every_word_is_numpys(first, second, number, block):
    words = np.empty((1, 4), dtype=np.uint64)
    keys = np.array([[first, second]], dtype=np.uint64)
    fill_words(keys, np.array([0]), np.array([number], dtype=np.uint64), np.uint64(block), words)
    assert list(words[0]) == list(numpy_words([first, second], number, block))


def test_grouped_numbers_are_those_of_each_group_alone():
    purposes, groups = ("scan", "dose", "scan of another"), np.array([2, 0, 1, 0, 2])
    patients = [7, 7, 3, 900_000, 0]
    together = grouped_uniforms(11, purposes, groups, patients, 6)
    for row, (group, patient) in enumerate(zip(groups, patients, strict=True)):
        assert np.array_equal(together[row], uniforms(11, purposes[group], [patient], 6)[0])
