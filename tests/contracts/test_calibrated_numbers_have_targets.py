"""Every calibrated number of the package leads back to rows of the table of evidence."""

from __future__ import annotations

import re

import pytest

from number_tables import Number, numbers
from trialkine.calibration.ensemble_file import read_ensemble
from trialkine.calibration.quantities import calibrated_quantities
from trialkine.calibration.targets import targets_of
from trialkine.evidence.pharmacology import facts
from trialkine.evidence.sources import sources
from trialkine.published_trials.catalogue import evidence_rows, published_trials

ID = re.compile(r"\b[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+\b")
# Fitted to something else than a row or fact, as their own records say.
ELSEWHERE = {"hypotension_tolerance": "median doses of the first course, of the label"}


def calibrated() -> list[Number]:
    return [one for one in numbers() if one.beside.get("kind") == "calibrated" and one.is_the_value]


def targets(number: Number) -> set[str]:
    """The rows and facts to which a number was fitted: those it names, and those of its calibration."""
    source = sources()[number.beside["source"]]
    named = {*ID.findall(str(number.beside.get("where", ""))), *number.beside.get("facts", ())}
    known = {*evidence_rows(), *facts()}
    return (named | {row.strip() for row in source.rows.split(",") if row.strip()}) & known


@pytest.mark.parametrize("number", calibrated(), ids=lambda number: f"{number.file}: {number.parameter}")
def test_a_calibrated_number_leads_to_its_targets(number: Number) -> None:
    assert bool(targets(number)) != (number.parameter.split(".")[0] in ELSEWHERE)


def test_the_rows_of_a_calibration_exist() -> None:
    with_rows = [one for one in sources().values() if one.rows]
    assert {"starting_calibration", "licensing_calibration", "exposure_refit"} <= {
        one.key for one in with_rows
    }
    for one in with_rows:
        assert {row.strip() for row in one.rows.split(",")} <= set(evidence_rows())


def test_the_ensemble_was_fitted_to_rows_of_the_table_alone() -> None:
    trials = published_trials()
    for name in read_ensemble().record["trials"]:
        counted = {target.arm for target in targets_of(name, trials[name])}
        assert counted
        for entry in trials[name].reported or ():
            if entry.arm in counted and entry.selected is None:
                assert entry.rows
                assert set(entry.rows) <= set(evidence_rows())


def test_the_ensemble_sets_nothing_but_what_may_be_calibrated() -> None:
    known = {one.name for one in calibrated_quantities()}
    beside = ("trial.", "melanoma:trial.", "renal_cell:trial.", "structure.")
    assert {name for name in read_ensemble().members.names if not name.startswith(beside)} <= known
