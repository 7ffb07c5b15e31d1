"""The Rosenbrock method: its order conditions, its stability, and the order its kernel shows."""

from fractions import Fraction

import numpy as np
import pytest

from engine_samples import numbers
from rooted_trees import density, nodes, trees
from step_samples import global_error, one_step, problem
from trialkine.compiler.compiled import compile_model
from trialkine.compiler.rodas5p import GAMMA, ORDER, SLOPES, STAGES, TIMES, WEIGHTS, A, C
from trialkine.model.compose import compose

# -- order conditions ------------------------------------------------------------------------------


def classical_form():
    """alpha, Gamma and the weights (order 5, order 4) from the transformed coefficients."""
    a = np.array([[*row, *[0.0] * (STAGES - len(row))] for row in A])
    c = np.array([[*row, *[0.0] * (STAGES - len(row))] for row in C])
    gamma = np.linalg.inv(np.eye(STAGES) / GAMMA - c)
    last = a[-1].copy()
    embedded = last @ gamma
    last[-1] += 1.0
    return a @ gamma, gamma, last @ gamma, embedded


def weight(tree, alpha, beta):
    """The elementary weight of each stage: one branch is reached through beta, several through alpha."""
    if not tree:
        return np.ones(STAGES)
    matrix = beta if len(tree) == 1 else alpha
    return np.prod([matrix @ weight(branch, alpha, beta) for branch in tree], axis=0)


def test_there_are_as_many_trees_as_cayley_counted():
    assert [len(trees(order)) for order in range(1, 6)] == [1, 1, 2, 4, 9]


@pytest.mark.parametrize("tree", [tree for order in range(1, 6) for tree in trees(order)], ids=str)
def test_the_coefficients_satisfy_every_order_condition_up_to_five(tree):
    alpha, gamma, main, embedded = classical_form()
    exact = float(Fraction(1, density(tree)))
    assert main @ weight(tree, alpha, alpha + gamma) == pytest.approx(exact, abs=1e-13)
    if nodes(tree) < ORDER:
        assert embedded @ weight(tree, alpha, alpha + gamma) == pytest.approx(exact, abs=1e-13)


def test_the_embedded_method_is_not_of_order_five_too():
    """Else its difference would estimate nothing."""
    alpha, gamma, _, embedded = classical_form()
    defects = [embedded @ weight(tree, alpha, alpha + gamma) - 1 / density(tree) for tree in trees(5)]
    assert np.abs(defects).max() > 1e-4


def test_times_slopes_and_weights_are_those_of_the_classical_form():
    alpha, gamma, main, _ = classical_form()
    np.testing.assert_allclose(TIMES, alpha.sum(axis=1), rtol=0, atol=1e-12)
    np.testing.assert_allclose(SLOPES, gamma.sum(axis=1), rtol=0, atol=1e-12)
    np.testing.assert_allclose(WEIGHTS, main, rtol=0, atol=1e-12)


@pytest.mark.parametrize("which", ["main", "embedded"])
def test_infinitely_stiff_components_are_damped_to_zero_in_one_step(which):
    """R(infinity) = 1 - b B^-1 1 = 0, with B = alpha + Gamma: L-stability."""
    alpha, gamma, main, embedded = classical_form()
    weights = main if which == "main" else embedded
    assert 1.0 - weights @ np.linalg.solve(alpha + gamma, np.ones(STAGES)) == pytest.approx(0.0, abs=1e-9)


def test_the_whole_left_half_plane_is_stable():
    """|R(iy)| <= 1 on the imaginary axis: A-stability, as R has no pole on the left."""
    alpha, gamma, main, _ = classical_form()
    both = alpha + gamma
    for y in np.concatenate([np.linspace(0, 50, 501), 10.0 ** np.linspace(2, 6, 41)]):
        grown = 1.0 + 1j * y * (main @ np.linalg.solve(np.eye(STAGES) - 1j * y * both, np.ones(STAGES)))
        assert abs(grown) <= 1.0 + 1e-9, y


# -- the kernel ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "fast", "steps"),
    [
        ("logistic growth", 1.0, (4, 8, 16)),
        ("a hyperbolic pair", 1.0, (32, 64, 128)),
        ("a stiff relaxation", 10.0, (32, 64, 128)),
    ],
)
def test_halving_the_step_divides_the_error_by_thirty_two(name, fast, steps):
    errors = [global_error(name, count, fast) for count in steps]
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert orders[-1] == pytest.approx(ORDER, abs=0.3), (errors, orders)


@pytest.mark.parametrize("fast", [1e3, 1e5, 1e7])
def test_steps_a_thousand_times_longer_than_the_fastest_time_stay_accurate(fast):
    """Eight steps over two days: an explicit method would need a million."""
    assert global_error("a stiff relaxation", 8, fast) < 1e-6


@pytest.mark.parametrize(("name", "fast"), [("logistic growth", 1.0), ("a hyperbolic pair", 1.0)])
def test_the_error_estimate_of_one_step_falls_as_its_fifth_power(name, fast):
    """The embedded method is of order four, so its local error is of order five."""
    compiled, columns, states, _ = problem(name, fast)
    estimates = [one_step(compiled, states, columns, step, 1.0)[1] for step in (0.1, 0.05, 0.025)]
    orders = np.log2(np.array(estimates[:-1]) / estimates[1:])
    assert orders[-1] == pytest.approx(ORDER, abs=0.3), (estimates, orders)


@pytest.mark.parametrize("name", ["logistic growth", "a hyperbolic pair"])
def test_the_error_estimate_is_larger_than_the_error(name):
    compiled, columns, states, exact = problem(name, 1.0)
    new, estimate = one_step(compiled, states, columns, 0.1, 1.0)
    assert np.abs(new - exact(0.1, 1.0)).max() < estimate


def test_a_state_that_would_fall_below_its_floor_is_an_error_and_is_put_on_the_floor():
    """x' = -1 from 0.1: after a unit step the exact value is -0.9."""
    compiled = compile_model(compose(numbers({"x": "-1"}, starts={"x": "1"})))
    new, error = one_step(compiled, np.array([0.1]), compiled.columns(np.ones((1, 1))), 1.0, 1e-3)
    assert new == [0.0]
    assert error > 1.0


def test_what_is_not_a_number_in_any_state_is_an_error_that_is_not_a_number():
    compiled = compile_model(compose(numbers({"x": "log(x)", "y": "-y"}, starts={"x": "1", "y": "1"})))
    columns = compiled.columns(np.ones((1, 1)))
    for states in ([-1.0, 1.0], [np.nan, 1.0]):
        assert np.isnan(one_step(compiled, np.array(states), columns, 0.1, 1e-3)[1])


@pytest.mark.parametrize("seed", range(6))
def test_the_error_of_a_step_is_that_of_its_worst_state_wherever_it_stands(seed):
    """Seven states that do not touch each other, with tolerances from 1e-12 to 1e6."""
    rng = np.random.default_rng(seed)
    names = "abcdefg"
    rates = {name: f"{name} * (1 - {name})" for name in names}
    together = compile_model(compose(numbers(rates, starts=dict.fromkeys(names, "1"))))
    alone = compile_model(compose(numbers({"a": rates["a"]}, starts={"a": "1"})))
    columns = together.columns(np.ones((1, 1))), alone.columns(np.ones((1, 1)))
    states, absolute = rng.uniform(0.1, 0.9, 7), 10.0 ** rng.uniform(-12, 6, 7)
    _, worst = one_step(together, states, columns[0], 0.1, absolute)
    single = [one_step(alone, states[i : i + 1], columns[1], 0.1, absolute[i])[1] for i in range(7)]
    assert worst == pytest.approx(max(single), rel=1e-9)
