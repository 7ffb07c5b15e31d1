"""The explicit pair: its order conditions, the order its kernel shows, and what it cannot do."""

from fractions import Fraction

import numpy as np
import pytest

from rooted_trees import density, nodes, trees
from step_samples import global_error, one_step, problem
from trialkine.compiler.explicit_tableau import ERROR, ORDER, STAGES, TIMES, A

KERNEL = "explicit_step"


def tableau():
    """Coefficients, weights of order 5, and weights of order 4."""
    a = np.array([[*row, *[0.0] * (STAGES - len(row))] for row in A])
    main = a[-1].copy()
    return a, main, main - np.array(ERROR)


def weight(tree, a):
    if not tree:
        return np.ones(STAGES)
    return np.prod([a @ weight(branch, a) for branch in tree], axis=0)


@pytest.mark.parametrize("tree", [tree for order in range(1, 6) for tree in trees(order)], ids=str)
def test_every_order_condition_holds(tree):
    a, main, embedded = tableau()
    exact = float(Fraction(1, density(tree)))
    assert main @ weight(tree, a) == pytest.approx(exact, abs=1e-14)
    if nodes(tree) < ORDER:
        assert embedded @ weight(tree, a) == pytest.approx(exact, abs=1e-14)


def test_the_embedded_method_is_not_of_order_five_too():
    a, _, embedded = tableau()
    assert max(abs(embedded @ weight(tree, a) - 1 / density(tree)) for tree in trees(5)) > 1e-4


def test_each_stage_stands_where_its_coefficients_say():
    np.testing.assert_allclose(TIMES, tableau()[0].sum(axis=1), rtol=0, atol=1e-15)


@pytest.mark.parametrize(
    ("name", "fast", "steps"),
    [
        ("logistic growth", 1.0, (8, 16, 32)),
        ("a hyperbolic pair", 1.0, (32, 64, 128)),
        ("a stiff relaxation", 10.0, (64, 128, 256)),  # its fast part is linear but driven: not propagated
    ],
)
def test_halving_the_step_divides_the_error_by_thirty_two(name, fast, steps):
    errors = [global_error(name, count, fast, kernel=KERNEL) for count in steps]
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert orders[-1] == pytest.approx(ORDER, abs=0.3), (errors, orders)


def test_the_error_estimate_is_larger_than_the_error():
    compiled, columns, states, exact = problem("a hyperbolic pair", 1.0)
    new, estimate = one_step(compiled, states, columns, 0.1, 1.0, KERNEL)
    assert np.abs(new - exact(0.1, 1.0)).max() < estimate


def test_a_step_beyond_the_stability_limit_is_an_error():
    """The relaxation's rate times the step is 50; the method is stable up to 3.3."""
    compiled, columns, states, _ = problem("a stiff relaxation", 1000.0)
    states = states + np.array([1e-3, 0.0])
    assert one_step(compiled, states, columns, 0.05, 1e-4, KERNEL)[1] > 1.0
