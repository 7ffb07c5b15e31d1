"""`trialkine match`: weight virtual patients so that they are like those of one arm of a published trial."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from trialkine.cli.options import (
    LARGEST_SEED,
    MOST_PATIENTS,
    STANDARD_OUTPUT,
    Jobs,
    OutFolder,
    Seed,
    json_option,
    json_target,
    whole_number,
    write_json,
)
from trialkine.cli.progress import shown_progress

if TYPE_CHECKING:
    from rich.console import Console

    from trialkine.calibration.matching import ArmOutcome, Match, MatchedMargin

FEWEST_PATIENTS = 20
FEW_EFFECTIVE, MUCH, SMALLEST_SHARE = 100, 3.0, 1e-4  # what is said in words beside the weights
USUAL_PATIENTS = 4000
WIDTH_WITHOUT_TERMINAL = 120
WEIGHTS, RECORD = "weights.csv", "match.json"
BOUNDS = {"at least": "≥ ", "at most": "≤ ", "equal": ""}


def match(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="The protocol file (YAML), with `reported` and `source`.", show_default=False
        ),
    ],
    arm: Annotated[
        str,
        typer.Option(
            "--arm", metavar="NAME", help="The arm whose reported numbers are met.", show_default=False
        ),
    ],
    patients: Annotated[
        int, typer.Option("--patients", metavar="N", help="Patients of the pool that is weighted.")
    ] = USUAL_PATIENTS,
    seed: Seed = 0,
    out: OutFolder = None,
    jobs: Jobs = None,
    json: Annotated[str | None, json_option("match.json")] = None,
) -> None:
    """Weight virtual patients so that they show what was reported of one arm.

    A pool of patients is treated in every arm of the protocol, the same patients in each. Weights, as equal
    as can be, give the chosen arm its reported responses and survival; then every arm is told with equal
    weights and with these. The folder (default: '<file name>-match') holds weights.csv and match.json.
    A number that no weights of the pool can meet is left out, and told. Weights that rest on few patients are
    refused: they mend a case mix, not a model.
    """
    whole_number("--patients", patients, FEWEST_PATIENTS, MOST_PATIENTS)
    whole_number("--seed", seed, 0, LARGEST_SEED)
    if jobs is not None:
        whole_number("--jobs", jobs, 1, 1024)
    target = json_target(json) if json is not None else None

    from trialkine.report.run_folder import check_output_folder, write_whole
    from trialkine.trial.protocol import Protocol

    protocol = Protocol.read(file)
    folder = out if out is not None else Path(f"{file.stem}-match")
    check_output_folder(folder)

    from trialkine.calibration.matching import check_reported, match_arm, usual_ensemble

    check_reported(protocol, arm)
    members = usual_ensemble(protocol)
    with shown_progress(f"Simulating a pool for {file.name}") as progress:
        found = match_arm(
            protocol, arm, patients=patients, seed=seed, jobs=jobs, ensemble=members, progress=progress
        )
    about = {
        "protocol": protocol.title,
        "seed": seed,
        "ensemble": None if members is None else {"title": members.title, "hash": members.hash},
    }
    text = match_text(found, about)

    def fill(part: Path) -> None:
        (part / WEIGHTS).write_text(weights_text(found), "utf-8", newline="\n")
        (part / RECORD).write_text(text, "utf-8", newline="\n")

    write_whole(folder, fill)
    stream = sys.stderr if target == STANDARD_OUTPUT else sys.stdout
    print_match(found, stream)
    print(f"Weights: {folder / WEIGHTS}; all numbers: {folder / RECORD}", file=stream)
    if target is not None:
        write_json(target, text)


def weights_text(found: Match) -> str:
    """The weights as CSV: the repetition of the trial, the patient in it, and the weight."""
    rows = zip(found.trial.tolist(), found.patient.tolist(), found.weights.tolist(), strict=True)
    return "trial,patient,weight\n" + "".join(
        f"{trial},{patient},{weight:.9g}\n" for trial, patient, weight in rows
    )


def match_text(found: Match, about: dict[str, object]) -> str:
    """What was found, without the weights, as JSON."""
    import json
    from dataclasses import asdict

    record = {
        **about,
        "arm": found.arm,
        "patients": len(found.weights),
        "effective_sample_size": found.effective_size,
        "margins": [asdict(margin) for margin in found.margins],
        "outcomes": [asdict(outcome) for outcome in found.outcomes],
        "not_matched": list(found.not_matched),
        "left_out": [asdict(one) for one in found.left_out],
    }
    return json.dumps(record, indent=2, ensure_ascii=False) + "\n"


def print_match(found: Match, stream: TextIO) -> None:
    """Prints the margins, the effective sample size, and every arm's outcomes."""
    from rich.console import Console
    from rich.text import Text

    from trialkine.report.words import BANNER

    console = Console(file=stream, width=None if stream.isatty() else WIDTH_WITHOUT_TERMINAL, highlight=False)
    console.print()
    _print_table(console, ("Margin", "Reported", "Before", "After"), map(_margin_row, found.margins))
    patients, size = len(found.weights), found.effective_size
    console.print()
    console.print(
        Text(
            f"Effective sample size: {size:,.0f} of {patients:,} patients ({size / patients:.0%}). "
            "Before: equal weights; after: these."
        )
    )
    if size < FEW_EFFECTIVE:
        console.print(
            Text(f"An effective sample under {FEW_EFFECTIVE} tells little: simulate more patients.")
        )
    for margin in found.margins:
        factor = _factor_of_odds(margin)
        if factor > MUCH:
            console.print(
                Text(
                    f"'{margin.metric}' had to move by a factor of {factor:.1f} in its odds: suspect the "
                    "model, or the protocol, rather than the mix of patients."
                )
            )
    for one in found.left_out:
        console.print(
            Text(
                f"Left out: '{one.name}', reported {_percent(one.reported)}: {one.why}. "
                "Suspect the model, or the protocol."
            )
        )
    if found.not_matched:
        console.print(Text(f"Reported, but not matched: {', '.join(found.not_matched)}."))
    console.print()
    _print_table(console, ("Arm", "Outcome", "Before", "After"), map(_outcome_row, found.outcomes))
    console.print()
    console.print(Text(BANNER, style="bold"))


def _print_table(console: Console, headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="left" if place == 0 or heading == "Outcome" else "right")
    for row in rows:
        table.add_row(*map(Text, row))
    console.print(table)


def _factor_of_odds(margin: MatchedMargin) -> float:
    """By how much the weights moved the odds of a margin, up or down."""
    before, after = (
        min(max(share, SMALLEST_SHARE), 1.0 - SMALLEST_SHARE) for share in (margin.before, margin.after)
    )
    ratio = after / (1.0 - after) / (before / (1.0 - before))
    return max(ratio, 1.0 / ratio)


def _margin_row(margin: MatchedMargin) -> tuple[str, ...]:
    name = f"{margin.line}: {margin.metric}" if margin.line else margin.metric
    reported = f"{BOUNDS[margin.sense]}{_percent(margin.reported)}"
    return f"{name}: {margin.about}", reported, _percent(margin.before), _percent(margin.after)


def _outcome_row(outcome: ArmOutcome) -> tuple[str, ...]:
    before, after = (_cell(outcome.metric, value) for value in (outcome.before, outcome.after))
    return outcome.arm, outcome.metric, before, after


def _percent(share: float) -> str:
    return f"{100.0 * share:.1f} %"


def _cell(metric: str, value: float | None) -> str:
    if value is None:
        return "not reached" if metric.endswith("_months") else "beyond follow-up"
    return f"{value:.1f} months" if metric.endswith("_months") else _percent(value)
