"""The published models written once more in Antimony and run by libroadrunner give the same courses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from published_model_samples import course
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
