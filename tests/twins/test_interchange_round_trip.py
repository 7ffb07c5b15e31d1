"""A model that is exported and imported again is the model it was, and runs as it ran."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from engine_samples import drawn_parameters, full_model
from import_samples import parameters_of
from round_trip_samples import There, and_back, back, kirschner_panetta, melanoma, neutral, places
from trialkine.model.evaluate import derivative, initial_states
from trialkine.model.model import Model
from trialkine.model.standalone import PlannedDose, StandaloneModel

pytest.importorskip("libsbml")

DAYS = np.arange(0.9, 14.5, 1.2354).tolist()


@pytest.fixture(scope="module")
def came_back(tmp_path_factory: pytest.TempPathFactory) -> tuple[Model, np.ndarray, StandaloneModel]:
    """The full model, one patient's parameters, and both as they come back."""
    return full_model(), drawn_parameters("melanoma", 1), back(melanoma(), tmp_path_factory.mktemp("round"))


def test_it_begins_and_moves_as_before(came_back: tuple[Model, np.ndarray, StandaloneModel]) -> None:
    model, parameters, found = came_back
    order, own = places(model, found.model), parameters_of(found)
    start = initial_states(model, parameters)
    assert_allclose(initial_states(found.model, own)[:, order], start, rtol=1e-12)  # 15 digits in the file
    random = np.random.default_rng(3)
    states = np.abs(start) * random.uniform(0.5, 2.0, (20, start.shape[1])) + random.uniform(0, 1, (20, 1))
    placed = np.empty_like(states)
    placed[:, order] = states
    before = derivative(model, states, np.repeat(parameters, 20, axis=0))
    after = derivative(found.model, placed, np.repeat(own, 20, axis=0))[:, order]
    # 15 digits in the file; rates that nearly cancel lose some against the size of the state
    assert_allclose(after, before, rtol=1e-9, atol=1e-12 * np.abs(states).max())


def test_its_units_come_back(came_back: tuple[Model, np.ndarray, StandaloneModel]) -> None:
    model, _, found = came_back
    assert not any("pure number" in note for note in found.notes)
    assert found.model.states["aldesleukin_central"].unit == model.states["aldesleukin_central"].unit


def test_its_doses_come_back(came_back: tuple[Model, np.ndarray, StandaloneModel]) -> None:
    _, _, found = came_back
    lasting: Sequence[PlannedDose] = [dose for dose in found.doses if dose.duration]
    assert len(found.doses) == len(melanoma().doses)
    assert_allclose([dose.amount for dose in lasting], 100.0, rtol=1e-9)
    assert_allclose([dose.duration for dose in lasting], 0.25, rtol=1e-9)
    assert_allclose([dose.time for dose in found.doses], [dose.time for dose in melanoma().doses], rtol=1e-12)


def allowed(there: There, states: np.ndarray) -> np.ndarray:
    """A billionth of each state; below a billionth of its scale, of that. Shape: (time, state)."""
    return 1e-9 * (np.abs(states) + 1e-9 * there.scales)


@pytest.mark.parametrize("model", [kirschner_panetta, neutral, melanoma])
def test_it_runs_as_before(model: Callable[[], There], tmp_path: Path) -> None:
    # Measured: 0, 2e-12 and 8e-12. The same equations in another order round differently, and 15 digits are
    # in the file; the error of either solution at this accuracy is up to 2e-9, and is the same in both.
    before = model()
    after = and_back(before, tmp_path)
    order = places(before.model, after.model)
    states = before.states(DAYS)
    found = after.states(DAYS)[:, order]
    assert np.all(np.abs(found - states) <= allowed(before, states))
    assert len(after.doses) == len(before.doses) > 5


@pytest.mark.parametrize("model", [neutral, melanoma])
def test_the_drugs_that_are_propagated_exactly_are_the_same_ones(
    model: Callable[[], There], tmp_path: Path
) -> None:
    # Equal rates are moved 6e-8 apart there: with other blocks no trajectory would agree to 1e-9.
    before = model()
    after = and_back(before, tmp_path)
    assert sorted(map(sorted, before.exact)) == sorted(map(sorted, after.exact))
    assert len(before.exact) == 3


def test_a_ten_millionth_of_one_dose_is_seen() -> None:
    before = melanoma()
    first, *rest = before.doses
    more = PlannedDose(first.agent, first.route, first.time, first.amount * (1 + 1e-7), first.duration)
    states = before.states(DAYS)
    found = There(before.model, before.parameters, (more, *rest)).states(DAYS)
    assert np.any(np.abs(found - states) > allowed(before, states))
