"""What has been printed about the criteria themselves."""

import numpy as np
import pytest

from endpoints_samples import one_patient
from trialkine.endpoints.progression import progressed
from trialkine.endpoints.recist import recist_1_1
from trialkine.endpoints.who import who_1979


def first_diameter(criteria, start=100.0):
    """The least growth in diameter of one sphere that is progression [%]."""
    for growth in np.arange(0.0, 40.0, 0.1):
        if not np.isnan(progressed(one_patient([0, 56], [start, start * (1 + growth / 100)]), criteria)[0]):
            return growth
    return None


def test_who_progression_of_a_sphere_comes_at_twelve_percent_in_diameter_and_recist_at_twenty():
    # Therasse et al. J Natl Cancer Inst 2000;92:205-216: +25 % in product is +12 % in diameter
    assert first_diameter(who_1979()) == pytest.approx(12, abs=0.5)
    assert first_diameter(recist_1_1()) == pytest.approx(20, abs=0.1)
