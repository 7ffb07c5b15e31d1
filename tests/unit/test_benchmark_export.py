"""The benchmark gives its peers the equations of the composed model, in every language alike."""

import math
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from trialkine.model.evaluate import derivative

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def benchmark():
    sys.path.insert(0, str(BENCHMARKS))
    try:
        import equation_export
        import neutral_model
        import workloads
    finally:
        sys.path.remove(str(BENCHMARKS))
    return SimpleNamespace(**{**vars(neutral_model), **vars(workloads), **vars(equation_export)})


@pytest.fixture(scope="module")
def equations(benchmark):
    return benchmark.Equations(benchmark.neutral_model())


@pytest.fixture(scope="module")
def patients(benchmark):
    return benchmark.workload("A", 3, 4)


@pytest.fixture(scope="module")
def points(equations, patients):
    random = np.random.default_rng(2)
    states = random.uniform(0.1, 3.0, (patients.patients, equations.states))
    inputs = random.uniform(0.0, 90.0, (patients.patients, len(equations.inputs)))
    return states, inputs


@pytest.fixture(scope="module")
def expected(equations, patients, points):
    """The rates straight from the equation texts, infusions added."""
    states, inputs = points
    rates = derivative(equations.model, states, patients.parameters)
    rates[:, list(equations.inputs)] += inputs
    return rates


def test_exported_python_computes_the_rates_of_the_equation_texts(
    benchmark, equations, patients, points, expected
):
    space = {}
    exec(benchmark.python_source(equations), space)
    columns = equations.column_values(patients.parameters)
    found = np.empty_like(expected)
    for patient, (states, inputs) in enumerate(zip(*points, strict=True)):
        space["rates"](states, columns[patient], inputs, found[patient])
    # same arithmetic, reordered; rates that nearly cancel lose digits against their terms
    assert_allclose(found, expected, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("language", ["c_source", "antimony_text"])
def test_exported_text_computes_the_rates_of_the_equation_texts(
    benchmark, equations, patients, points, expected, language
):
    """Both texts are Python too, once declarations are taken off."""
    columns = equations.column_values(patients.parameters)
    for patient, (states, inputs) in enumerate(zip(*points, strict=True)):
        arrays = {"y": states, "k": columns[patient], "u": inputs, "dy": np.empty(equations.states)}
        space = {"pow": math.pow, **arrays}
        for name, values in list(arrays.items()):
            space |= {f"{name}{number}": value for number, value in enumerate(values)}
        found = _rates_of(getattr(benchmark, language)(equations), space)
        assert_allclose(found, expected[patient], rtol=1e-11, atol=1e-11)


def _rates_of(text, space):
    rates = {}
    for line in text.splitlines():
        statement = line.strip().removeprefix("const double ").rstrip(";")
        rate = re.fullmatch(r"(?:dy\[(\d+)\]|y(\d+)') = (.*)", statement)
        shared = re.fullmatch(r"(s\d+) :?= (.*)", statement)
        if rate:
            rates[int(rate[1] or rate[2])] = eval(rate[3], space)
        elif shared:
            space[shared[1]] = eval(shared[2], space)
    return np.array([rates[number] for number in sorted(rates)])


def test_stops_give_exactly_the_amounts_of_the_dose_table(benchmark, equations, patients):
    for patient, plan in enumerate(benchmark.stops(patients, equations.inputs)):
        is_rate = plan.target >= equations.states
        infused = -np.sum(plan.amount[is_rate] * plan.time[is_rate])  # a rate on at t, off at t + duration
        at_once = np.sum(plan.amount[~is_rate])
        mine = patients.doses.patient == patient
        # the rate times a difference of days near 30 loses digits
        assert_allclose(infused + at_once, patients.doses.amount[mine].sum(), rtol=1e-9)
        assert_allclose(plan.amount[is_rate].sum(), 0.0, atol=1e-9)


def test_a_smaller_workload_is_the_beginning_of_a_larger_one(benchmark, patients):
    larger = benchmark.workload("A", 5, 8)
    assert np.array_equal(larger.parameters[:3], patients.parameters)
    rows = (larger.doses.patient < 3) & (larger.doses.time < patients.outputs[-1])
    assert np.array_equal(larger.doses.time[rows], patients.doses.time)


def test_an_operation_that_cannot_be_written_is_named(benchmark):
    words = benchmark.Words(str, str, str, str, "{0} ** {1}")
    with pytest.raises(NotImplementedError, match="'exp'"):
        words.operation("exp", ["1.0"])
