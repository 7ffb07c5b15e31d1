"""The packaged published trials read, agree with the table of evidence, and account for every row of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from trialkine.published_trials.catalogue import (
    catalogue_faults,
    evidence_rows,
    not_modelled,
    published_trials,
    trial_files,
)
from trialkine.trial.protocol import Protocol


def rows_used() -> set[str]:
    return {row for trial in published_trials().values() for arm in trial.reported or () for row in arm.rows}


def test_there_are_trials_in_files_of_the_package() -> None:
    assert trial_files()
    assert {path.parent.name for path in trial_files()} == {"published_trials"}


@pytest.mark.parametrize("path", trial_files(), ids=lambda path: path.stem)
def test_every_file_reads_and_reports_something(path: Path) -> None:
    assert Protocol.read(path).reported


def test_every_file_is_found_under_its_name() -> None:
    assert list(published_trials()) == [path.stem for path in trial_files()]


def test_the_catalogue_has_no_fault() -> None:
    assert catalogue_faults(published_trials()) == []


def test_every_row_of_evidence_is_used_or_left_out_with_a_reason() -> None:
    assert rows_used() | set(not_modelled()) == set(evidence_rows())
    assert rows_used() & set(not_modelled()) == set()
    assert all(reason.strip() for reason in not_modelled().values())


def test_every_file_names_what_it_assumes() -> None:
    silent = [
        name for name, trial in published_trials().items() if not (trial.source and trial.source.assumed)
    ]
    assert silent == []


def test_what_is_fitted_to_comes_from_the_table_alone() -> None:
    for trial in published_trials().values():
        assert trial.source is not None
        if trial.source.use == "calibration":
            assert all(set(arm.rows) & set(evidence_rows()) for arm in trial.reported or ())
