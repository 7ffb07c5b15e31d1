"""`trialkine optimise`: search for the best of the strategies that a protocol describes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from trialkine.cli.options import (
    LARGEST_SEED,
    STANDARD_OUTPUT,
    FindingsJson,
    Jobs,
    Seed,
    json_target,
    whole_number,
    write_json,
)
from trialkine.cli.progress import shown_progress
from trialkine.errors import InputError

MOST_PATIENTS, MOST_MEMBERS, MOST_BUDGET = 10_000, 100_000, 10**9
FEWEST_MEMBERS = 8
PATIENTS, MEMBERS = 40, 100


def optimise(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="The protocol file (YAML) with a section 'optimise'.", show_default=False
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Folder for the results, which must be new or empty. Default: '<file name>-search' here.",
            show_default=False,
        ),
    ] = None,
    patients: Annotated[
        int, typer.Option("--patients", metavar="N", help="Virtual patients under each member.")
    ] = PATIENTS,
    members: Annotated[
        int, typer.Option("--members", metavar="M", help="Members of the calibrated ensemble to use.")
    ] = MEMBERS,
    budget: Annotated[
        int | None,
        typer.Option(
            "--budget",
            metavar="N",
            help="Most patients to simulate in all; the race stops before the round that would exceed it.",
            show_default=False,
        ),
    ] = None,
    seed: Seed = 0,
    ensemble: Annotated[
        Path | None,
        typer.Option(
            "--ensemble",
            metavar="DIR",
            help="Folder of an ensemble that `trialkine calibrate` wrote. Default: that of the package.",
            show_default=False,
        ),
    ] = None,
    jobs: Jobs = None,
    json: FindingsJson = None,
) -> None:
    """Search over doses, schedules, routes, sequences and gaps for the best within limits of toxicity.

    Every candidate treats the same virtual patients under the same members of the calibrated ensemble. A
    candidate that is clearly worse than the leader, or clearly beyond a limit, is not simulated further. The
    results folder holds optimisation.html, optimisation.json and the Pareto front as a figure.
    """
    whole_number("--patients", patients, 1, MOST_PATIENTS)
    whole_number("--members", members, FEWEST_MEMBERS, MOST_MEMBERS)
    whole_number("--seed", seed, 0, LARGEST_SEED)
    if budget is not None:
        whole_number("--budget", budget, 1, MOST_BUDGET)
    if jobs is not None:
        whole_number("--jobs", jobs, 1, 1024)
    target = json_target(json) if json is not None else None

    from trialkine.assay.checking import is_assay_file
    from trialkine.calibration.ensemble_file import read_ensemble
    from trialkine.optimisation import search
    from trialkine.optimisation.findings_json import findings_text
    from trialkine.optimisation.folder import PAGE, write_findings
    from trialkine.optimisation.words import answer, resting_words
    from trialkine.report.run_folder import check_output_folder
    from trialkine.trial.protocol import Protocol
    from trialkine.trial.reading import read_text

    if is_assay_file(file):
        raise InputError(f"'{file}' describes an assay, not a trial. Use: trialkine assay {file}")
    protocol = Protocol.read(file)
    search.search_of(protocol)
    text = read_text(file)
    folder = out if out is not None else Path(f"{file.stem}-search")
    check_output_folder(folder)
    chosen = read_ensemble(ensemble).members
    with shown_progress(f"Searching {file.name}") as progress:
        found = search.optimise(
            protocol,
            patients=patients,
            members=members,
            seed=seed,
            jobs=jobs,
            budget=budget,
            ensemble=chosen,
            progress=progress,
        )
    limit = "" if budget is None else f" --budget {budget}"
    command = f"trialkine optimise {file.name} --patients {patients} --members {members}{limit} --seed {seed}"
    write_findings(found, folder, text, command)
    stream = sys.stderr if target == STANDARD_OUTPUT else sys.stdout
    for sentence in (*answer(found), *resting_words(found)):
        print(sentence, file=stream)
    print(f"Report: {folder / PAGE}", file=stream)
    if target is not None:
        write_json(target, findings_text(found, command))
