"""The benchmark's 40-state model, out through Antimony's translator and in again: the same model."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from import_samples import parameters_of, sbml_of, simulate
from trialkine.compiler.compiled import compile_model
from trialkine.interchange.sbml_import import read_sbml
from trialkine.model.evaluate import derivative, initial_states
from trialkine.model.standalone import StandaloneModel
from trialkine.solver.accuracy import Accuracy
from trialkine.solver.ensemble import Ensemble

pytest.importorskip("antimony")

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
WEEKS = 2
DAYS = (0.5, 1.0, 2.5, 7.0, 10.2, 14.0)


@pytest.fixture(scope="module")
def benchmark() -> Any:
    sys.path.insert(0, str(BENCHMARKS))
    try:
        import equation_export
        import neutral_model
        import workloads
    finally:
        sys.path.remove(str(BENCHMARKS))
    return SimpleNamespace(**{**vars(neutral_model), **vars(workloads), **vars(equation_export)})


@pytest.fixture(scope="module")
def load(benchmark: Any) -> Any:
    return benchmark.workload("A", 1, WEEKS)


@pytest.fixture(scope="module")
def imported(benchmark: Any, load: Any, tmp_path_factory: pytest.TempPathFactory) -> StandaloneModel:
    """The first patient with the numbers and doses of two weeks, written as events."""
    equations = benchmark.Equations(benchmark.neutral_model())
    values = {f"k{i}": value for i, value in enumerate(equations.column_values(load.parameters)[0])}
    values |= {f"y{i}": value for i, value in enumerate(equations.start(load.parameters)[0])}
    text = re.sub(
        r"^  ([ky]\d+) = [\d.]+;", lambda found: f"  {found[1]} = {float(values[found[1]])!r};",
        benchmark.antimony_text(equations), flags=re.MULTILINE,
    )  # fmt: skip
    events = "\n".join(_events(benchmark, load, equations))
    path = tmp_path_factory.mktemp("neutral") / "neutral.xml"
    path.write_text(sbml_of(text.removesuffix("end\n") + f"{events}\nend\n"))
    return read_sbml(path)


def _events(benchmark: Any, load: Any, equations: Any) -> list[str]:
    (plan,) = benchmark.stops(load, equations.inputs)
    rows = []
    for time, target, amount in zip(plan.time, plan.target, plan.amount, strict=True):
        if np.isfinite(time):
            states = equations.states
            name = f"y{target}" if target < states else f"u{target - states}"
            rows.append(f"  at time >= {float(time)!r}: {name} = {name} + {float(amount)!r};")
    return rows


def test_its_doses_are_recognised(imported: StandaloneModel, load: Any) -> None:
    lasting = [dose.duration > 0 for dose in imported.doses]
    assert sum(lasting) == np.sum(load.doses.duration > 0)
    assert len(lasting) - sum(lasting) == np.sum(load.doses.duration == 0)
    # days near 14 and a quarter of an hour: the difference of two times loses four of sixteen digits
    assert_allclose([dose.amount for dose in imported.doses], load.doses.amount, rtol=1e-10)
    assert_allclose([dose.time for dose in imported.doses], load.doses.time, rtol=1e-12)


def test_its_derivative_is_that_of_the_native_model(
    benchmark: Any, load: Any, imported: StandaloneModel
) -> None:
    native = benchmark.neutral_model()
    states = np.random.default_rng(5).uniform(0.1, 3.0, (20, len(native.state_names)))
    expected = derivative(native, states, np.repeat(load.parameters, 20, axis=0))
    order = [imported.model.state_names.index(f"y{i}") for i in range(len(native.state_names))]
    placed = np.empty_like(states)
    placed[:, order] = states
    found = derivative(imported.model, placed, np.repeat(parameters_of(imported), 20, axis=0))[:, order]
    # same arithmetic, reordered; rates that nearly cancel lose digits against their largest term
    assert_allclose(found, expected, rtol=1e-12, atol=1e-12 * np.abs(expected).max())
    assert_allclose(
        initial_states(imported.model, parameters_of(imported))[0, order],
        initial_states(native, load.parameters)[0], rtol=1e-15,
    )  # fmt: skip


def test_its_trajectory_is_that_of_the_native_model(
    benchmark: Any, load: Any, imported: StandaloneModel
) -> None:
    native = benchmark.neutral_model()
    ensemble = Ensemble(compile_model(native), load.parameters, Accuracy(relative=1e-9))
    names = [f"y{i}" for i in range(len(native.state_names))]
    ours = simulate(imported, DAYS, names)
    begun, scale = -1.0, benchmark.Equations(native).scales(load.parameters)
    for row, day in enumerate(DAYS):
        table = benchmark.due(load.doses, np.nextafter(begun, np.inf), np.nextafter(day, np.inf))
        ensemble.advance(day, table, jobs=1)
        begun = day
        found = np.array([ours[name][row] for name in names])
        # 1e-6, ten times what the two tolerances leave after stiff infusions; floor: 1e-6 of a state's scale
        assert np.all(np.abs(found - ensemble.states[0]) <= 1e-6 * (np.abs(ensemble.states[0]) + scale))
