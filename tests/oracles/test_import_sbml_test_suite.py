"""The SBML Test Suite's own cases: what is read gives the suite's results within the suite's tolerances.

Get the suite (github.com/sbmlteam/sbml-test-suite) and name its folder in SBML_TEST_SUITE; then
`pytest -m slow tests/oracles/test_import_sbml_test_suite.py`. It takes a few minutes.
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from import_samples import simulate
from trialkine.errors import InputError
from trialkine.interchange.sbml_import import read_sbml
from trialkine.model.standalone import StandaloneModel

pytestmark = pytest.mark.slow
libsbml = pytest.importorskip("libsbml")

FOLDER = Path(os.environ.get("SBML_TEST_SUITE", "")) / "cases" / "semantic"
Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Case:
    """One case: its newest file, what to compare, and within what."""

    file: Path
    variables: tuple[str, ...]
    as_amounts: frozenset[str]
    as_concentrations: frozenset[str]
    absolute: float
    relative: float
    results: Mapping[str, Array]


def case_in(folder: Path) -> Case:
    """A case of the suite."""
    name = folder.name
    lines = (folder / f"{name}-settings.txt").read_text("utf-8").splitlines()
    said = {key.strip(): value for key, _, value in (line.partition(":") for line in lines)}
    listed = {
        key: [word.strip() for word in said.get(key, "").split(",") if word.strip()]
        for key in ("variables", "amount", "concentration")
    }
    with (folder / f"{name}-results.csv").open() as opened:
        head, *rows = [row for row in csv.reader(opened) if row]
    columns = np.array([[float(value) for value in row] for row in rows]).T
    return Case(
        newest(folder), tuple(listed["variables"]), frozenset(listed["amount"]),
        frozenset(listed["concentration"]), float(said["absolute"]), float(said["relative"]),
        dict(zip(("time", *(word.strip() for word in head[1:])), columns, strict=True)),
    )  # fmt: skip


def newest(folder: Path) -> Path:
    """The file of the highest level and version."""
    return max(folder.glob(f"{folder.name}-sbml-l*.xml"))


def units_per_day(found: StandaloneModel) -> float:
    """How many of the file's units of time make a day."""
    by_name = {"seconds": 86400.0, "minutes": 1440.0, "hours": 24.0}
    said = [size for word, size in by_name.items() if any(f"counted in {word}," in n for n in found.notes)]
    return said[0] if said else 1.0


def values_of(case: Case, found: StandaloneModel) -> dict[str, Array]:
    """Each variable of a case at the times of its results, as the case wants it."""
    model = libsbml.readSBMLFromFile(str(case.file)).getModel()
    renamed = {note.split("'")[1]: note.split("'")[3] for note in found.notes if "is called" in note}
    times, per_day = case.results["time"], units_per_day(found)
    homes = {v: model.getSpecies(v).getCompartment() for v in case.variables if model.getSpecies(v)}
    wanted = {renamed.get(name, name) for name in (*case.variables, *homes.values())}
    seen = simulate(
        found, times / per_day, sorted(wanted & set(found.model.observable_names)), time_factor=per_day
    )

    def value(name: str) -> Array:
        own = renamed.get(name, name)
        if own in seen:
            return seen[own]
        constant = found.records[own].value if own in found.records else stated(model, name)
        return np.full(len(times), constant)

    result = {}
    for name in case.variables:
        result[name] = value(name)
        species = model.getSpecies(name)
        if species is None or model.getCompartment(homes[name]).getSpatialDimensions() == 0:
            continue
        is_amount = species.getHasOnlySubstanceUnits()
        if name in case.as_amounts and not is_amount:
            result[name] = result[name] * value(homes[name])
        if name in case.as_concentrations and is_amount:
            result[name] = result[name] / value(homes[name])
    return result


def stated(model: Any, name: str) -> float:
    """The value that the file gives a constant that the imported model leaves out."""
    element = model.getElementBySId(name)
    for reading in ("getValue", "getSize", "getStoichiometry"):
        if hasattr(element, reading):
            return float(getattr(element, reading)())
    if element.isSetInitialConcentration():
        return float(element.getInitialConcentration())
    amount, home = float(element.getInitialAmount()), model.getCompartment(element.getCompartment())
    if element.getHasOnlySubstanceUnits() or home.getSpatialDimensions() == 0:
        return amount
    return amount / float(home.getSize())


@pytest.mark.skipif(not FOLDER.is_dir(), reason="SBML_TEST_SUITE names no copy of the SBML Test Suite")
def test_every_case_that_is_read_gives_the_suites_results() -> None:
    folders = sorted(path for path in FOLDER.iterdir() if path.is_dir() and list(path.glob("*-sbml-l*.xml")))
    counts: Counter[str] = Counter()
    wrong = {}
    for folder in folders:
        try:
            found = read_sbml(newest(folder))
        except InputError:
            counts["refused"] += 1
            continue
        case = case_in(folder)
        values = values_of(case, found)
        for name, ours in values.items():
            expected = case.results[name]
            close = np.abs(ours - expected) <= case.absolute + case.relative * np.abs(expected)
            if not np.all(close | np.isnan(expected)):
                wrong[folder.name] = name
        counts["read"] += 1
    print(dict(counts), f"{len(wrong)} wrong")
    assert wrong == {}
    assert counts["read"] > 800  # of 1822 cases; the others hold what the documentation says is refused
