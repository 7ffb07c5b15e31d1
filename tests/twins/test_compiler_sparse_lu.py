"""The planned elimination, carried out in plain Python and in the kernels, equals numpy's solver."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine_samples import compiled_full_model
from trialkine.compiler.sparse_lu import plan_elimination


def eliminate(plan, matrix, right):
    """Do what the plan says, one operation at a time."""
    held = {slot: matrix[row, column] for (row, column), slot in plan.slots.items()}
    for operation, entry, first, second in plan.factor:
        if operation == "invert":
            held[entry] = 1.0 / held[entry]
        elif operation == "scale":
            held[entry] *= held[first]
        else:
            held[entry] -= held[first] * held[second]
    solution = right.astype(float).copy()
    for row, entry, column in (*plan.forward, *plan.backward):
        if column < 0:
            solution[row] *= held[entry]
        else:
            solution[row] -= held[entry] * solution[column]
    return solution


def random_matrix(size, pattern, seed, dominance=4.0):
    """Entries on the pattern, with a diagonal that outweighs its row as that of a short step does."""
    rng = np.random.default_rng(seed)
    matrix = np.zeros((size, size))
    for row, column in pattern:
        matrix[row, column] = rng.normal()
    matrix[np.arange(size), np.arange(size)] += dominance * (1.0 + np.abs(matrix).sum(axis=1))
    return matrix, rng.normal(size=size)


@settings(max_examples=100, deadline=None)
@given(size=st.integers(1, 12), density=st.floats(0.0, 1.0), seed=st.integers(0, 2**31))
def test_elimination_solves_any_pattern(size, density, seed):
    rng = np.random.default_rng(seed)
    pattern = [(i, j) for i in range(size) for j in range(size) if rng.random() < density]
    matrix, right = random_matrix(size, pattern, seed)
    found = eliminate(plan_elimination(size, pattern), matrix, right)
    np.testing.assert_allclose(found, np.linalg.solve(matrix, right), rtol=1e-12, atol=1e-14)


def moved_pattern():
    """The number of states that a stepper moves in the full model, and how they act on one another."""
    plan = compiled_full_model().plan
    return len(plan.moved), [entry for entry, _ in plan.moved_slopes], plan.elimination


@pytest.mark.parametrize("seed", range(5))
def test_elimination_solves_the_full_model_s_pattern(seed):
    size, pattern, elimination = moved_pattern()
    matrix, right = random_matrix(size, pattern, seed)
    found = eliminate(elimination, matrix, right)
    np.testing.assert_allclose(found, np.linalg.solve(matrix, right), rtol=1e-12, atol=1e-14)


def test_elimination_solves_a_badly_scaled_matrix():
    """Rows and columns from 1e-8 to 1e8, as IU beside fractions: the backward error stays small."""
    size, pattern, elimination = moved_pattern()
    matrix, right = random_matrix(size, pattern, 3)
    sizes = 10.0 ** np.random.default_rng(4).uniform(-8, 8, size)
    scaled = matrix * sizes[:, None] / sizes[None, :]
    solution = eliminate(elimination, scaled, right * sizes)
    residual = np.abs(scaled @ solution - right * sizes)
    allowed = np.abs(scaled) @ np.abs(solution) + np.abs(right * sizes)
    assert np.all(residual <= 1e-13 * allowed)


def test_elimination_makes_little_fill_on_the_full_model():
    """Markowitz's order keeps the factors sparse: less than a third more entries than the matrix itself."""
    size, pattern, elimination = moved_pattern()
    entries = set(pattern) | {(i, i) for i in range(size)}
    assert len(elimination.slots) <= 4 / 3 * len(entries)
    assert len(elimination.slots) < size**2 / 3


def test_the_elimination_order_names_every_row_once():
    size, _, elimination = moved_pattern()
    assert sorted(elimination.order) == list(range(size))
