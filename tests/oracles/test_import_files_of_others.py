"""Files that COPASI and libroadrunner wrote, read here and run as libroadrunner runs them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from import_samples import DATA, read_data, roadrunner_values, simulate

pytest.importorskip("libsbml")

FILES = {  # name: the file's units of time in a day, and symbols as libroadrunner calls them
    "copasi_two_compartment_drug.xml": (24.0, ("[D]", "[T]", "[E]", "exposure", "total_drug")),
    "copasi_two_compartment_drug_level2.xml": (24.0, ("[D]", "[T]", "[E]", "exposure", "total_drug")),
    "copasi_predator_prey.xml": (86400.0, ("[X]", "[Y]")),
    "roadrunner_sbml.xml": (1.0, ("[drug]", "[effect]", "cells", "growth", "ratio")),
    "roadrunner_current.xml": (1.0, ("[drug]", "[effect]", "cells", "growth", "ratio")),
}
TIMES = (0.0, 0.7, 1.2, 2.3, 5.0, 9.5, 14.0, 20.0)
"""None is the time T of a trigger `time > T`, where libroadrunner reports the state before the event."""


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_another_program_runs_as_libroadrunner_runs_it(name: str) -> None:
    pytest.importorskip("roadrunner")
    per_day, symbols = FILES[name]
    found = read_data(name)
    expected = roadrunner_values((DATA / name).read_text("utf-8"), TIMES, symbols)
    own = [symbol.strip("[]") for symbol in symbols]
    ours = simulate(found, [time / per_day for time in TIMES], own, time_factor=per_day)
    for symbol in symbols:
        size = np.max(np.abs(expected[symbol]))
        # 1e-6 of the value; the floor is 1e-9 of the largest value, where both solvers' own errors begin
        assert_allclose(
            ours[symbol.strip("[]")], expected[symbol], rtol=1e-6, atol=1e-9 * size, err_msg=symbol
        )


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_another_program_keeps_its_symbols(name: str) -> None:
    found = read_data(name)
    assert {symbol.strip("[]") for symbol in FILES[name][1]} <= set(found.model.observable_names)


def test_both_levels_that_copasi_writes_are_one_model() -> None:
    new, old = (read_data(f"copasi_two_compartment_drug{end}.xml") for end in ("", "_level2"))
    assert [(d.time, d.amount) for d in new.doses] == [(d.time, d.amount) for d in old.doses]
    assert new.model.state_names == old.model.state_names
    rates = [{n: [c.rate.text for c in m.model.rates[n]] for n in m.model.states} for m in (new, old)]
    assert rates[0] == rates[1]


def test_a_dose_over_the_size_of_its_compartment_stays_an_amount() -> None:
    found = read_data("copasi_two_compartment_drug.xml")
    first, second = found.doses
    assert (first.amount, second.amount) == (6.0, 2.0)
    assert found.model.routes[first.agent, first.route].amount.text == "dose / plasma"
    assert found.model.routes[second.agent, second.route].amount.text == "dose"
    assert (first.time * 24, second.time * 24) == (1.0, 9.5)
