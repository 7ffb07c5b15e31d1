"""The published models written once more in Antimony: the same courses in libroadrunner, and the same rates
when Antimony's SBML is read in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from import_samples import parameters_of, sbml_of
from published_model_samples import course, numbers
from trialkine.interchange.sbml_import import read_sbml
from trialkine.model.evaluate import derivative, initial_states
from trialkine.published_models import published_model, published_model_names

TEXTS = Path(__file__).parents[1] / "data" / "antimony"
LETTERS = {
    "kuznetsov_1994": {"effector": "E", "tumour": "T"},
    "kirschner_panetta_1998": {"effector": "E", "tumour": "T", "interleukin_2": "IL"},
    "de_pillis_2006": {
        "tumour": "T",
        "natural_killer": "N",
        "cd8_t_cell": "L",
        "circulating_lymphocyte": "C",
        "drug": "M",
        "interleukin_2": "I",
    },
}
DAYS = np.arange(0.0, 101.0, 5.0)


@pytest.mark.parametrize("name", published_model_names())
def test_another_program_and_another_text_give_the_same_course(name):
    antimony, roadrunner = pytest.importorskip("antimony"), pytest.importorskip("roadrunner")
    antimony.clearPreviousLoads()
    assert antimony.loadAntimonyString((TEXTS / f"{name}.ant").read_text("utf-8")) >= 0, (
        antimony.getLastError()
    )
    runner = roadrunner.RoadRunner(antimony.getSBMLString(antimony.getMainModuleName()))
    runner.integrator.relative_tolerance = 1e-10
    runner.integrator.absolute_tolerance = 1e-8
    letters = LETTERS[name]
    theirs = runner.simulate(times=DAYS.tolist(), selections=list(letters.values()))
    mine = course(published_model(name), DAYS)
    for column, state in enumerate(letters):
        # Both solve to 1e-8 a step; growth over a hundred days spreads that a hundredfold. The floor is far
        # below a cell.
        np.testing.assert_allclose(mine[state], theirs[:, column], rtol=1e-6, atol=1e-4, err_msg=state)


@pytest.mark.parametrize("name", published_model_names())
def test_the_other_text_read_in_has_the_same_rates(name, tmp_path):
    pytest.importorskip("antimony")
    pytest.importorskip("libsbml")
    path = tmp_path / f"{name}.xml"
    path.write_text(sbml_of((TEXTS / f"{name}.ant").read_text("utf-8")))
    found, native = read_sbml(path), published_model(name)
    own, theirs = numbers(native)[None, :], parameters_of(found)
    columns = [found.model.state_names.index(LETTERS[name][state]) for state in native.model.state_names]
    start = initial_states(native.model, own)
    np.testing.assert_allclose(initial_states(found.model, theirs)[:, columns], start, rtol=1e-14)
    # from the start and far from it, every state above zero
    states = (start + 1.0) * np.exp(np.random.default_rng(7).uniform(-2.0, 4.0, (50, start.shape[1])))
    placed = np.empty_like(states)
    placed[:, columns] = states
    expected = derivative(native.model, states, np.repeat(own, 50, axis=0))
    rates = derivative(found.model, placed, np.repeat(theirs, 50, axis=0))[:, columns]
    # the same arithmetic, reordered; what nearly cancels loses digits against the largest rate of the state
    assert np.all(np.abs(rates - expected) <= 1e-12 * np.abs(expected) + 1e-14 * np.abs(expected).max(axis=0))
