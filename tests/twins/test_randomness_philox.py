"""The generator written out in plain Python holds the vectorised one to its word.

Source of the algorithm: Salmon and others, Parallel random numbers: as easy as 1, 2, 3 (SC11, 2011).
"""

import pytest

from trialkine.randomness import generator_key, uniforms

WORD = 2**64
MULTIPLIERS = (0xD2E7470EE14C6C93, 0xCA5A826395121157)
KEY_STEPS = (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B)
ROUNDS = 10


def philox(counter, key):
    for _ in range(ROUNDS):
        high_0, low_0 = divmod(MULTIPLIERS[0] * counter[0], WORD)
        high_1, low_1 = divmod(MULTIPLIERS[1] * counter[2], WORD)
        counter = (high_1 ^ counter[1] ^ key[0], low_1, high_0 ^ counter[3] ^ key[1], low_0)
        key = tuple((word + step) % WORD for word, step in zip(key, KEY_STEPS, strict=True))
    return counter


@pytest.mark.parametrize("patient", [0, 1, 255, 256, 10**6, 2**62])
@pytest.mark.parametrize("column", [0, 1, 3, 4, 7, 41])
def test_a_number_is_the_philox_word_of_its_patient_and_column(patient, column):
    key = tuple(int(word) for word in generator_key(20, "new lesion"))
    word = philox((patient, column // 4, 0, 0), key)[column % 4]
    expected = ((word >> 12) + 0.5) / 2**52
    assert uniforms(20, "new lesion", [patient], column + 1)[0, column] == expected
