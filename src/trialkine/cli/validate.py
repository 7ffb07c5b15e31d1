"""`trialkine validate`: predict published trials, and set the predictions beside what was reported."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialkine.cli.options import (
    LARGEST_SEED,
    STANDARD_OUTPUT,
    Jobs,
    Seed,
    json_option,
    json_target,
    whole_number,
    write_json,
)
from trialkine.cli.progress import shown_progress

if TYPE_CHECKING:
    from trialkine.validation.ledger import Ledger

MOST_TRIALS, MOST_PATIENTS = 10_000, 10_000
CATALOGUE = "the catalogue of the package"


def validate(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DIR]",
            help="Folder of published trials: protocol files with `reported` and `source`. "
            "Default: the catalogue of the package.",
            show_default=False,
        ),
    ] = None,
    leave_out: Annotated[
        bool,
        typer.Option(
            "--leave-out",
            help="Predict every trial that the ensemble has seen as if its family had not been.",
        ),
    ] = False,
    out: Annotated[
        Path,
        typer.Option("--out", metavar="DIR", help="Folder for the pages; older ones in it are replaced."),
    ] = Path("validation-run"),
    ensemble: Annotated[
        Path | None,
        typer.Option(
            "--ensemble",
            metavar="DIR",
            help="Folder of an ensemble that `trialkine calibrate` wrote. Default: that of the package.",
            show_default=False,
        ),
    ] = None,
    trials: Annotated[
        int, typer.Option("--trials", metavar="R", help="Simulated repetitions of every trial.")
    ] = 400,
    patients: Annotated[
        int,
        typer.Option(
            "--patients",
            metavar="N",
            help="Most patients simulated per arm; larger trials are predicted from these.",
        ),
    ] = 40,
    question: Annotated[
        str, typer.Option("--question", metavar="TEXT", help="The question of interest, for the review page.")
    ] = "",
    context_of_use: Annotated[
        str, typer.Option("--context-of-use", metavar="TEXT", help="The context of use, for the review page.")
    ] = "",
    influence: Annotated[
        str, typer.Option("--influence", metavar="GRADE", help="Model influence: low, medium or high.")
    ] = "not stated",
    consequence: Annotated[
        str,
        typer.Option("--consequence", metavar="GRADE", help="Decision consequence: low, medium or high."),
    ] = "not stated",
    seed: Seed = 0,
    jobs: Jobs = None,
    json: Annotated[str | None, json_option("the ledger as JSON")] = None,
) -> None:
    """Predict published trials and score the predictions.

    Which trials the ensemble has seen is read from its own record, whatever their files say.
    Each trial is simulated with every member of the ensemble, in its own size, with its criteria and visits.
    The ledger sets what was reported beside the predictive distribution, and beside pools of earlier trials
    that know no mechanism; context.html says what a credibility review asks for. What was simulated is
    kept in the folder, so that a stopped command goes on where it was. A file that cannot be read is listed
    with its faults and the others are predicted; the exit code is 1 then, and 2 when none can be.
    """
    whole_number("--trials", trials, 20, MOST_TRIALS)
    whole_number("--patients", patients, 5, MOST_PATIENTS)
    whole_number("--seed", seed, 0, LARGEST_SEED)
    workers = whole_number("--jobs", jobs, 1, 1024) if jobs is not None else os.cpu_count() or 1
    target = json_target(json) if json is not None else None

    from trialkine.calibration.ensemble_file import read_ensemble
    from trialkine.published_trials.catalogue import published_trials, read_what_is_sound
    from trialkine.validation.context import Stated
    from trialkine.validation.context_page import write_context
    from trialkine.validation.ledger_json import ledger_text
    from trialkine.validation.ledger_page import ledger_page
    from trialkine.validation.predict import Plan, predict

    stated = Stated(question, context_of_use, influence, consequence)
    catalogue = published_trials()
    chosen, faulty = (catalogue, {}) if folder is None else read_what_is_sound(folder)
    calibrated = read_ensemble(ensemble)
    out.mkdir(parents=True, exist_ok=True)
    with shown_progress(f"predicting {len(chosen)} published trials") as show:
        ledger = predict(
            chosen,
            catalogue,
            calibrated,
            Plan(trials, patients, seed),
            folder=out / "simulated",
            jobs=workers,
            leave_out=leave_out,
            unread=faulty,
            trials_of=CATALOGUE if folder is None else f"the folder '{folder.resolve().name}'",
            progress=lambda done, total, name: show(done / total, name),
        )
    text = ledger_text(ledger)
    (out / "ledger.html").write_text(ledger_page(ledger), "utf-8")
    (out / "ledger.json").write_text(text, "utf-8")
    write_context(ledger, out, stated=stated, protocols=chosen, members=calibrated.members)
    stream = sys.stderr if target == STANDARD_OUTPUT else sys.stdout
    for line in _in_words(ledger, out):
        print(line, file=stream)
    if target is not None:
        write_json(target, text)
    for message in faulty.values():
        print(message, file=sys.stderr)
    if ledger.left_out:
        raise typer.Exit(1)


def _in_words(ledger: Ledger, out: Path) -> list[str]:
    """What the terminal shows."""
    from trialkine.validation.ledger_answer import ledger_answer
    from trialkine.validation.predict import AGAIN, CLAIMED, DOUBTFUL, SEEN, TWICE

    lines = [*ledger_answer(ledger)]
    lines += [
        f"{key.capitalize()}: {ledger.about[key]}."
        for key in (SEEN, AGAIN, DOUBTFUL, CLAIMED, TWICE)
        if key in ledger.about
    ]
    lines += [f"Not predicted: {name}: {why}" for name, why in ledger.left_out]
    return [*lines, f"Ledger: {out / 'ledger.html'}; for a review: {out / 'context.html'}"]
