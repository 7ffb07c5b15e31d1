"""`trialkine biomarkers`: which quantities predict response and survival in the arms of a protocol."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from trialkine.cli.options import (
    LARGEST_SEED,
    STANDARD_OUTPUT,
    Jobs,
    OutFolder,
    ProtocolFile,
    Seed,
    json_option,
    json_target,
    whole_number,
    write_json,
)
from trialkine.cli.progress import shown_progress
from trialkine.errors import InputError

if TYPE_CHECKING:
    from trialkine.biomarker_study.run import BiomarkerStudy

FEWEST_PATIENTS, MOST_PATIENTS = 50, 20_000  # pairs of patients are counted
MOST_MEMBERS = 1000
USUAL_PATIENTS, USUAL_MEMBERS = 1600, 20


def biomarkers(
    file: ProtocolFile,
    out: OutFolder = None,
    patients: Annotated[
        int, typer.Option("--patients", metavar="N", help="Patients per arm, over all members.")
    ] = USUAL_PATIENTS,
    members: Annotated[
        int,
        typer.Option(
            "--members",
            metavar="M",
            help="Members of the calibrated ensemble that share the patients; 0: the usual parameter set.",
        ),
    ] = USUAL_MEMBERS,
    marker: Annotated[
        list[str] | None,
        typer.Option(
            "--marker",
            metavar="NAME",
            help="A further quantity of the model to look at; may be given again.",
            show_default=False,
        ),
    ] = None,
    early: Annotated[
        str | None,
        typer.Option(
            "--early",
            metavar="TIME",
            help="Time of the early draw. Default: the protocol's first, else '4 weeks'.",
            show_default=False,
        ),
    ] = None,
    seed: Seed = 0,
    jobs: Jobs = None,
    json: Annotated[str | None, json_option("biomarkers.json")] = None,
) -> None:
    """Find what predicts response and survival in the arms of FILE.

    Every marker is judged before treatment and as an early change, with the error of a real assay and
    without: area under the curve, survival, calibration, prognostic or predictive, where the variance comes
    from, and a trial that enrols by the best marker. The result is held against what the literature says
    cannot be predicted. The folder (default: '<file name>-biomarkers') holds biomarkers.html, biomarkers.json
    and every figure (figures/).
    """
    whole_number("--patients", patients, FEWEST_PATIENTS, MOST_PATIENTS)
    whole_number("--members", members, 0, MOST_MEMBERS)
    whole_number("--seed", seed, 0, LARGEST_SEED)
    if jobs is not None:
        whole_number("--jobs", jobs, 1, 1024)
    target = json_target(json) if json is not None else None

    from trialkine.assay.checking import is_assay_file
    from trialkine.report.run_folder import check_output_folder
    from trialkine.trial.protocol import Protocol
    from trialkine.trial.reading import read_text
    from trialkine.trial.words import parse_duration

    moment = None if early is None else parse_duration(early, "'--early'")
    if is_assay_file(file):
        raise InputError(f"'{file}' describes an assay, not a trial. Use: trialkine assay {file}")
    protocol = Protocol.read(file)
    text = read_text(file)
    folder = out if out is not None else Path(f"{file.stem}-biomarkers")
    check_output_folder(folder)

    from trialkine.biomarker_study.run import study_biomarkers
    from trialkine.calibration.ensemble_file import read_ensemble

    with shown_progress(f"Simulating {file.name}") as progress:
        study = study_biomarkers(
            protocol,
            markers=tuple(marker or ()),
            early=moment,
            patients=patients,
            members=members,
            seed=seed,
            jobs=jobs,
            progress=progress,
            ensemble=read_ensemble().members if members else None,
        )
    asked = "".join(f" --marker {name}" for name in marker or ())
    drawn = f" --early '{early}'" if early is not None else ""
    options = f"--patients {patients} --members {members}{asked}{drawn} --seed {seed}"
    command = f"trialkine biomarkers {file.name} {options}"
    _write(study, folder, text, command, target)


def _write(study: BiomarkerStudy, folder: Path, text: str, command: str, target: str | None) -> None:
    from trialkine.biomarker_study.folder import PAGE, write_study_folder
    from trialkine.biomarker_study.study_json import study_text

    with shown_progress("Writing the page"):
        write_study_folder(study, folder, protocol_text=text, command=command)
    if target is not None:
        write_json(target, study_text(study))
    stream = sys.stderr if target == STANDARD_OUTPUT else sys.stdout
    _print_findings(study, stream)
    print(f"Page: {folder / PAGE}", file=stream)


def _print_findings(study: BiomarkerStudy, stream: TextIO) -> None:
    from trialkine.biomarker_study import words
    from trialkine.report.words import BANNER

    print(file=stream)
    for arm, answer in words.answers(study):
        print(f"{arm}: {answer}", file=stream)
        print(words.needed_words(study, arm), file=stream)
    for sentence in (
        *words.interaction_words(study),
        *(words.enrichment_words(one) for one in study.enrichments),
        *(words.literature_words(one) for one in study.literature),
    ):
        print(sentence, file=stream)
    print(f"{words.CAUTION}\n{BANNER}\n", file=stream)
