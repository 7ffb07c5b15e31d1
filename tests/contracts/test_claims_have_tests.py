"""Every row of the founding texts is a claim, and every check names what its example has."""

import re
from pathlib import Path

import pytest

from trialkine.claims.assays import assay_record
from trialkine.claims.catalogue import catalogue
from trialkine.claims.examples import example_file
from trialkine.claims.readings import at_path
from trialkine.claims.record import Reading
from trialkine.claims.rules import EQUALS
from trialkine.statistics.estimate import Estimate
from trialkine.trial.protocol import Protocol

IDS = (
    [f"A{n}" for n in range(1, 11)] + [f"B{n}" for n in range(1, 12)] + [f"C{n}" for n in range(1, 7)]
    + [f"D{n}" for n in range(1, 10)] + [f"E{n}" for n in range(1, 8)]
)  # fmt: skip
ROOT = Path(__file__).parents[2]


def readings() -> list[tuple[str, Reading]]:
    """Every reading of a simulated trial, with the claim it belongs to."""
    found = catalogue()
    return [
        (claim.id, reading)
        for claim in found.claims
        for check in claim.checks
        if check.rule != EQUALS
        for reading in (check.reading, check.than)
        if reading is not None and reading.run and not found.runs[reading.run].is_assay
    ]


def test_every_claim_of_the_founding_texts_has_its_record() -> None:
    assert [claim.id for claim in catalogue().claims] == IDS


@pytest.mark.parametrize("run", catalogue().runs.values(), ids=lambda run: run.name)
def test_the_example_of_every_run_is_there_and_reads_without_a_fault(run) -> None:
    file = example_file(run.example)
    if run.is_assay:
        from trialkine.assay.checking import read_assay

        assert read_assay(file).title
    else:
        assert Protocol.read(file).title


def test_every_reading_names_an_arm_a_line_and_a_biomarker_of_its_example() -> None:
    protocols = {
        run.name: Protocol.read(example_file(run.example))
        for run in catalogue().runs.values()
        if not run.is_assay
    }
    faults = []
    for claim, reading in readings():
        arms = {arm.name: arm for arm in protocols[reading.run].arms}
        if reading.path:
            continue
        if not reading.arm and len(arms) == 1:
            continue
        if reading.arm not in arms:
            faults.append(f"{claim}: no arm '{reading.arm}' in '{reading.run}'")
        elif reading.line is not None and reading.line > len(arms[reading.arm].treatment):
            faults.append(f"{claim}: no line {reading.line} in '{reading.arm}'")
        planned = protocols[reading.run].assessments.biomarkers
        biomarker = re.fullmatch(r"biomarker_(.+)_(\d+)w", reading.metric)
        if biomarker and biomarker.group(1) not in planned:
            faults.append(f"{claim}: '{biomarker.group(1)}' is not measured in '{reading.run}'")
    assert faults == []


def test_every_reading_of_an_assay_names_a_number_that_it_gives() -> None:
    found = catalogue()
    records = {
        run.name: assay_record(example_file(run.example), 3, 0) for run in found.runs.values() if run.is_assay
    }
    asked = [
        reading
        for claim in found.claims
        for check in claim.checks
        for reading in (check.reading, check.than)
        if reading is not None and reading.run in records
    ]
    assert asked
    for reading in asked:
        assert isinstance(at_path(records[reading.run], reading.path), Estimate), reading.path


def test_the_documentation_holds_every_claim() -> None:
    text = (ROOT / "docs" / "claims.md").read_text("utf-8")
    assert [name for name in IDS if f"### {name}: " not in text] == []


def test_texts_of_claims_are_in_our_own_words_and_short() -> None:
    """A founding text is cited, never copied: no claim is longer than three hundred characters."""
    assert [claim.id for claim in catalogue().claims if len(claim.text) > 300] == []
