"""A model that is exported and imported again is the model it was."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.testing import assert_allclose

from engine_samples import drawn_parameters, full_model
from import_samples import parameters_of
from trialkine.interchange.sbml_import import read_sbml
from trialkine.model.evaluate import derivative, initial_states
from trialkine.model.model import Model
from trialkine.model.standalone import PlannedDose, StandaloneModel

export = pytest.importorskip("trialkine.interchange.sbml_export", reason="the exporter is another change")
pytest.importorskip("libsbml")

DOSES = tuple(
    PlannedDose(agent, route, 1.0 + number / 3 + 0.01 * place, 100.0, 0.25 if route == "intravenous" else 0.0)
    for number in range(3)
    for place, (agent, route) in enumerate(
        [("aldesleukin", "intravenous"), ("im862", "intranasal"), ("temozolomide", "oral")]
    )
)


@pytest.fixture(scope="module")
def melanoma(tmp_path_factory: pytest.TempPathFactory) -> tuple[Model, np.ndarray, StandaloneModel]:
    """The full model, one patient's parameters, and both as they come back."""
    model, parameters = full_model(), drawn_parameters("melanoma", 1)
    path = tmp_path_factory.mktemp("round") / "melanoma.xml"
    doses = sorted(DOSES, key=lambda dose: dose.time)
    path.write_text(export.export_sbml(model, parameters[0], doses, name="melanoma"))
    return model, parameters, read_sbml(path)


def places(model: Model, found: Model) -> list[int]:
    """Where each state of the model is in the one that came back."""
    names = [re.sub(r"\W+", "_", name).strip("_") for name in model.state_names]
    assert sorted(names) == sorted(found.state_names)
    return [found.state_names.index(name) for name in names]


def test_it_begins_and_moves_as_before(melanoma: tuple[Model, np.ndarray, StandaloneModel]) -> None:
    model, parameters, found = melanoma
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


def test_its_units_come_back(melanoma: tuple[Model, np.ndarray, StandaloneModel]) -> None:
    model, _, found = melanoma
    assert not any("pure number" in note for note in found.notes)
    assert found.model.states["aldesleukin_central"].unit == model.states["aldesleukin_central"].unit


def test_its_doses_come_back(melanoma: tuple[Model, np.ndarray, StandaloneModel]) -> None:
    _, _, found = melanoma
    lasting: Sequence[PlannedDose] = [dose for dose in found.doses if dose.duration]
    assert len(found.doses) == len(DOSES)
    assert_allclose([dose.amount for dose in lasting], 100.0, rtol=1e-9)
    assert_allclose([dose.duration for dose in lasting], 0.25, rtol=1e-9)
    assert_allclose([dose.time for dose in found.doses], sorted(dose.time for dose in DOSES), rtol=1e-12)
