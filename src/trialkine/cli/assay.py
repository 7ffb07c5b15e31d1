"""`trialkine assay`: simulate the ex vivo assay that a file describes, and write its report."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from trialkine.cli.options import (
    LARGEST_SEED,
    STANDARD_OUTPUT,
    OutFolder,
    Seed,
    json_option,
    json_target,
    whole_number,
    write_json,
)
from trialkine.cli.progress import shown_progress
from trialkine.errors import InputError, ProblemsError

if TYPE_CHECKING:
    from trialkine.assay.run import AssayResult
    from trialkine.assay.summary import AssaySummary

MOST_DONORS = 100_000


def assay(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The assay file (YAML).", show_default=False)],
    out: OutFolder = None,
    donors: Annotated[
        int | None,
        typer.Option(
            "--donors",
            metavar="N",
            help="Donors in each group, instead of the file's number.",
            show_default=False,
        ),
    ] = None,
    seed: Seed = 0,
    json: Annotated[str | None, json_option("the summary as JSON")] = None,
) -> None:
    """Simulate the ex vivo assay in FILE and write a report.

    Blood cells of donors or patients stand in wells with stimuli and blockers and are read after some
    hours. The results folder holds report.html, summary.json, the readings (data/), every figure
    (figures/), the file as read and manifest.json.
    """
    if donors is not None:
        whole_number("--donors", donors, 1, MOST_DONORS)
    whole_number("--seed", seed, 0, LARGEST_SEED)
    target = json_target(json) if json is not None else None

    from trialkine.assay.checking import is_assay_file, read_assay
    from trialkine.report.run_folder import check_output_folder
    from trialkine.trial.reading import read_text

    if not is_assay_file(file) and _is_protocol_file(file):
        raise InputError(f"'{file}' describes a trial, not an assay. Use: trialkine run {file}")
    protocol = read_assay(file)
    text = read_text(file)
    folder = out if out is not None else Path(f"{file.stem}-run")
    check_output_folder(folder)

    from trialkine.assay.run import run_assay

    with shown_progress(f"Simulating {file.name}") as progress:
        result = run_assay(protocol, donors=donors, seed=seed, progress=progress)
    size = "" if donors is None else f" --donors {donors}"
    _write(result, folder, text, f"trialkine assay {file.name}{size} --seed {seed}", target)


def _is_protocol_file(file: Path) -> bool:
    """Whether a file has the arms that only protocols have; a file that cannot be read has not."""
    from trialkine.trial.reading import read_text

    try:
        return re.search(r"^arms\s*:", read_text(file), flags=re.MULTILINE) is not None
    except ProblemsError:
        return False


def _write(result: AssayResult, folder: Path, text: str, command: str, target: str | None) -> None:
    from trialkine.assay.summary import summarise_assay
    from trialkine.report.assay.folder import write_assay_folder
    from trialkine.report.assay.summary_json import assay_summary_text

    summary = summarise_assay(result)
    with shown_progress("Writing the report"):
        write_assay_folder(result, folder, file_text=text, command=command, summary=summary)
    if target is not None:
        write_json(target, assay_summary_text(result, summary))
    stream = sys.stderr if target == STANDARD_OUTPUT else sys.stdout
    _print_findings(result, summary, stream)
    print(f"Report: {folder / 'report.html'}", file=stream)


def _print_findings(result: AssayResult, summary: AssaySummary, stream: TextIO) -> None:
    from trialkine.report.assay.answer import findings, remarks
    from trialkine.report.words import BANNER

    print(file=stream)
    for finding in findings(result, summary):
        print(f"{finding.well}: {finding.words}", file=stream)
    for sentence in remarks(result, summary):
        print(sentence, file=stream)
    print(f"{BANNER}\n", file=stream)
