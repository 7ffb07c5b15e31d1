"""Every row of the founding texts is a claim, and every check names what its example has."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

from trialkine.claims.assays import assay_record
from trialkine.claims.catalogue import FILE, catalogue, parse_catalogue
from trialkine.claims.evaluate import Evaluation
from trialkine.claims.examples import example_file
from trialkine.claims.figures_in_words import expected_words
from trialkine.claims.markdown import claims_markdown
from trialkine.claims.readings import at_path
from trialkine.claims.record import Catalogue, Finding, Judged, Reading, Verdict
from trialkine.claims.rules import EQUALS
from trialkine.statistics.estimate import Estimate
from trialkine.trial.protocol import Protocol

IDS = (
    [f"A{n}" for n in range(1, 11)] + [f"B{n}" for n in range(1, 12)] + [f"C{n}" for n in range(1, 7)]
    + [f"D{n}" for n in range(1, 10)] + [f"E{n}" for n in range(1, 8)]
)  # fmt: skip
ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "claims.md"
ABOUTS = {check.about.replace("|", "\\|") for claim in catalogue().claims for check in claim.checks}


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


def page_of(found: Catalogue) -> str:
    """The page as the project writes it, of runs that were all left out: verdicts and figures are missing."""
    judged = tuple(
        Judged(
            claim,
            Verdict.NOT_RUN,
            tuple(Finding(check.about, "", expected_words(check), Verdict.NOT_RUN) for check in claim.checks),
        )
        for claim in found.claims
    )
    return claims_markdown(found, Evaluation(judged, found.runs_of(found.claims)), "0")


def listed(page: str) -> list[str]:
    """What a page lists whatever came of it: each claim, the words of each check, and each run's size."""
    lines = []
    for line in page.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)][1:-1]
        if match := re.match(r"### (\w+): ", line):
            lines.append(match.group(1))
        elif len(cells) == 4 and cells[0] in ABOUTS:
            lines.append(f"{cells[0]}: {cells[2]}")
        elif len(cells) == 4 and cells[1].startswith("`examples/"):
            lines.append(line)
    return lines


def test_the_page_of_claims_is_written_from_the_records_as_they_are() -> None:
    """Whoever changes a record writes the page anew: `trialkine claims --all --markdown docs/claims.md`."""
    assert f"Written from records with the digest {catalogue().digest}." in PAGE.read_text("utf-8")


def test_the_page_of_claims_lists_exactly_the_claims_checks_and_sizes_of_the_records() -> None:
    expected = listed(page_of(catalogue()))
    assert len(expected) == len(IDS) + len(catalogue().runs) + sum(len(c.checks) for c in catalogue().claims)
    assert [
        line for line in listed(PAGE.read_text("utf-8")) if not line.startswith("what became of ")
    ] == expected


def test_the_page_of_claims_leaves_no_claim_without_its_simulation() -> None:
    text = PAGE.read_text("utf-8")
    unfinished = rf"^### (\w+): (?:{Verdict.NOT_RUN.value}|{Verdict.FAILED.value})$"
    assert re.findall(unfinished, text, re.MULTILINE) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("patients = 500", "patients = 499"),
        ('about = "response to dacarbazine"', 'about = "answer to dacarbazine"'),
        ("within = 0.20", "within = 0.21"),
        ('standing = "free"', 'standing = "assumed"'),
    ],
)
def test_a_changed_record_changes_the_digest_that_the_page_states(before, after) -> None:
    text = (files("trialkine.claims") / FILE).read_text("utf-8")
    assert before in text
    assert parse_catalogue(f"# a comment\n{text}", FILE).digest == catalogue().digest
    assert parse_catalogue(text.replace(before, after, 1), FILE).digest != catalogue().digest


def test_texts_of_claims_are_in_our_own_words_and_short() -> None:
    """A founding text is cited, never copied: no claim is longer than three hundred characters."""
    assert [claim.id for claim in catalogue().claims if len(claim.text) > 300] == []
