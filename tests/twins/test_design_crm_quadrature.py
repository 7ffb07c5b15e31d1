"""The CRM's posterior against scipy's adaptive quadrature of prior times likelihood."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad

from trialkine.design.crm import PowerCrm
from trialkine.design.dose_finding import DoseTally

SKELETON = (0.05, 0.10, 0.20, 0.35, 0.50, 0.70)
TALLIES = [
    DoseTally((1, 0, 0, 0, 0, 0), (0, 0, 0, 0, 0, 0), 0),
    DoseTally((3, 0, 0, 0, 0, 0), (3, 0, 0, 0, 0, 0), 0),
    DoseTally((0, 3, 4, 3, 0, 0), (0, 0, 0, 2, 0, 0), 3),
    DoseTally((30, 60, 90, 60, 30, 30), (1, 5, 18, 22, 14, 20), 2),
]


def slow(tally, sd, target):
    def joint(a):
        rates = np.asarray(SKELETON) ** np.exp(a)
        toxic = np.asarray(tally.toxicities)
        spared = np.asarray(tally.patients) - toxic
        return float(np.prod(rates**toxic * (1 - rates) ** spared)) * np.exp(-0.5 * (a / sd) ** 2)

    grid = np.linspace(-4.0, 4.0, 4001)
    peak = grid[np.argmax([joint(a) for a in grid])]
    scale = joint(peak)
    breaks = [peak + step for step in (-4.0, -1.5, -0.3, 0.0, 0.3, 1.5, 4.0)]

    def integral(weight, low=-9.0, high=9.0):
        inside = [low, *(b for b in breaks if low < b < high), high]
        return sum(
            quad(lambda a: weight(a) * joint(a) / scale, left, right, epsabs=1e-12)[0]
            for left, right in pairwise(inside)
        )

    whole = integral(lambda a: 1.0)
    mean = integral(lambda a: a) / whole
    means = [integral(lambda a, s=s: s ** np.exp(a)) / whole for s in SKELETON]
    limits = [np.log(np.log(target) / np.log(s)) for s in SKELETON]
    return mean, means, [integral(lambda a: 1.0, high=limit) / whole for limit in limits]


@pytest.mark.parametrize("tally", TALLIES)
def test_posterior_equals_quadrature(tally):
    rule = PowerCrm(0.2, SKELETON, 30)
    mean, means, excess = slow(tally, rule.prior_sd, 0.2)
    found = rule.posterior(tally)
    assert found.exponent == pytest.approx(mean, abs=1e-8)
    assert found.rates == pytest.approx(np.asarray(SKELETON) ** np.exp(found.exponent), rel=1e-12)
    assert found.mean_rates == pytest.approx(means, abs=1e-8)
    assert found.excess == pytest.approx(excess, abs=1e-8)
