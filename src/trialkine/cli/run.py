"""`trialkine run`: simulate the trial that a protocol file describes, and write its report."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialkine.cli.options import (
    LARGEST_SEED,
    MOST_PATIENTS,
    MOST_TRIALS,
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
    from trialkine.operating.run import OperatingCharacteristics
    from trialkine.trial.protocol import Protocol
    from trialkine.trial.result import TrialResult

FEWEST_WITH_ENSEMBLE = 20
VIRTUAL_FROM = 100  # trials; the design of fewer is judged in those alone that are simulated as a whole
WHOLE_TRIALS = 40  # simulated as a whole beside virtual ones: as many as 95 % predictive intervals need


def run(
    file: ProtocolFile,
    out: OutFolder = None,
    patients: Annotated[
        int | None,
        typer.Option(
            "--patients",
            metavar="N",
            help="Patients per arm, instead of the protocol's number.",
            show_default=False,
        ),
    ] = None,
    trials: Annotated[
        int,
        typer.Option(
            "--trials",
            metavar="R",
            help="How often to repeat the trial; more than 1 gives predictive intervals, 100 or more also "
            "what the protocol's design does in so many virtual trials.",
        ),
    ] = 1,
    pool: Annotated[
        int | None,
        typer.Option(
            "--pool",
            metavar="N",
            help="Patients simulated for virtual trials to draw from. Default: about 12,000.",
            show_default=False,
        ),
    ] = None,
    keep_pools: Annotated[
        Path | None,
        typer.Option(
            "--keep-pools",
            metavar="DIR",
            help="Folder in which pools are kept, and found again by a later command.",
            show_default=False,
        ),
    ] = None,
    seed: Seed = 0,
    ensemble: Annotated[
        bool,
        typer.Option(
            "--ensemble",
            help="Simulate every repetition with another member of the calibrated ensemble; needs --trials.",
        ),
    ] = False,
    jobs: Jobs = None,
    json: Annotated[str | None, json_option("the summary as JSON")] = None,
) -> None:
    """Simulate the trial in FILE and write a report.

    The results folder holds report.html (open it in a browser, no network needed), summary.json, the
    patients' data (adam/), every figure (figures/), the protocol as read and manifest.json. It appears
    only when it is complete: an interrupted run leaves nothing behind and starts over next time.
    """
    if patients is not None:
        whole_number("--patients", patients, 1, MOST_PATIENTS)
    whole_number("--trials", trials, 1, MOST_TRIALS)
    whole_number("--seed", seed, 0, LARGEST_SEED)
    if jobs is not None:
        whole_number("--jobs", jobs, 1, 1024)
    if ensemble and trials < FEWEST_WITH_ENSEMBLE:
        raise InputError(
            f"'--ensemble' with '--trials {trials}' shows too few of its members. "
            f"Write '--trials {FEWEST_WITH_ENSEMBLE}' or more."
        )
    if pool is not None:
        whole_number("--pool", pool, 1, MOST_PATIENTS)
    asked = "--pool" if pool is not None else "--keep-pools" if keep_pools is not None else ""
    if asked and trials < VIRTUAL_FROM:
        raise InputError(
            f"'{asked}' is for virtual trials, and '--trials {trials}' asks for none. "
            f"Write '--trials {VIRTUAL_FROM}' or more."
        )
    target = json_target(json) if json is not None else None

    from trialkine.assay.checking import is_assay_file
    from trialkine.report.run_folder import check_output_folder
    from trialkine.trial.protocol import Protocol
    from trialkine.trial.reading import read_text

    if is_assay_file(file):
        raise InputError(f"'{file}' describes an assay, not a trial. Use: trialkine assay {file}")
    protocol = Protocol.read(file)
    if asked and protocol.design is None:
        raise InputError(
            f"{file}: '{asked}' is for the virtual trials of a design, and the protocol has no `design` "
            "section. Add one, such as 'design: {simon: {p0: 0.10, p1: 0.30, alpha: 0.05, power: 0.80}}', "
            f"or leave '{asked}' out."
        )
    is_virtual = protocol.design is not None and trials >= VIRTUAL_FROM
    text = read_text(file)
    folder = out if out is not None else Path(f"{file.stem}-run")
    check_output_folder(folder)

    from trialkine.calibration.ensemble_file import read_ensemble
    from trialkine.study import run_protocol

    members = read_ensemble().members if ensemble else None
    operating = None
    if is_virtual:
        from trialkine.operating.run import operating_characteristics

        with shown_progress(f"Carrying out the design of {file.name}") as progress:
            operating = operating_characteristics(
                protocol if patients is None else _of_size(protocol, patients),
                trials=trials,
                pool=pool,
                seed=seed,
                jobs=jobs,
                progress=progress,
                ensemble=members,
                keep=keep_pools,
            )
    with shown_progress(f"Simulating {file.name}") as progress:
        result = run_protocol(
            protocol,
            patients=patients,
            trials=min(trials, WHOLE_TRIALS) if is_virtual else trials,
            seed=seed,
            jobs=jobs,
            progress=progress,
            ensemble=members,
        )
    command = _command(file, result, patients, trials, pool)
    _write(result, operating, folder, text, command, target)


def _of_size(protocol: Protocol, patients: int) -> Protocol:
    """The protocol with another number of patients per arm."""
    enrolment = protocol.enrolment.model_copy(update={"patients": patients})
    return protocol.model_copy(update={"enrolment": enrolment})


def _write(
    result: TrialResult,
    operating: OperatingCharacteristics | None,
    folder: Path,
    text: str,
    command: str,
    target: str | None,
) -> None:
    from trialkine.cli.outcome_table import print_outcomes
    from trialkine.report.outcomes import summarise
    from trialkine.report.run_folder import write_run_folder
    from trialkine.report.summary_json import summary_text

    summary = summarise(result, operating=operating)
    with shown_progress("Writing the report"):
        write_run_folder(result, folder, summary=summary, protocol_text=text, command=command)
    if target is not None:
        write_json(target, summary_text(result, summary))
    stream = sys.stderr if target == STANDARD_OUTPUT else sys.stdout
    print_outcomes(summary, stream)
    if operating is not None:
        from trialkine.cli.operating_table import print_characteristics

        print_characteristics(operating, stream)
    print(f"Report: {folder / 'report.html'}", file=stream)


def _command(file: Path, result: TrialResult, patients: int | None, trials: int, pool: int | None) -> str:
    """The command that gives this result again, without the options that cannot change it."""
    size = "" if patients is None else f" --patients {patients}"
    repeated = "" if trials == 1 else f" --trials {trials}"
    drawn = " --ensemble" if result.ensemble else ""
    pooled = "" if pool is None else f" --pool {pool}"
    return f"trialkine run {file.name}{size}{repeated}{drawn}{pooled} --seed {result.seed}"
