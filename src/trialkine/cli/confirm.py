"""`trialkine confirm`: from a published single arm, the probability that a controlled trial succeeds."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from trialkine.cli.options import (
    LARGEST_SEED,
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
from trialkine.errors import InputError

if TYPE_CHECKING:
    from trialkine.calibration.confirm import Confirmation
    from trialkine.calibration.confirmation import SingleArm
    from trialkine.report.tables import Table
    from trialkine.trial.protocol import Protocol

FEWEST_DRAWS, MOST_DRAWS = 32, 10_000
FEWEST_PATIENTS, MOST_PATIENTS = 20, 10_000
MOST_PER_ARM = 1000
WIDTH_WITHOUT_TERMINAL = 110
RANGE = re.compile(r"(0?\.\d+),(0?\.\d+)")
TWO_ARMS = re.compile(r"(\d{1,5})/(\d{1,5}),(\d{1,5})/(\d{1,5})")


def confirm(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="A published single arm: a protocol file with `reported` and `source`, or the name of a "
            "trial of the package, such as im862-kaposi-tulpule-2000.",
            show_default=False,
        ),
    ],
    arm: Annotated[
        str | None,
        typer.Option(
            "--arm",
            metavar="NAME",
            help="The arm, where responders of several are reported.",
            show_default=False,
        ),
    ] = None,
    per_arm: Annotated[
        int, typer.Option("--per-arm", metavar="N", help="Patients per arm of the controlled trial.")
    ] = 100,
    prior_active: Annotated[
        float,
        typer.Option(
            "--prior-active",
            metavar="P",
            help="Prior probability that the drug does what the background does, where its own stated "
            "ranges cannot have given the responses.",
        ),
    ] = 0.5,
    share: Annotated[
        str | None,
        typer.Option(
            "--share",
            metavar="LOW,HIGH",
            help="Central 90 % of the share on background treatment. Default: the share in the file.",
            show_default=False,
        ),
    ] = None,
    later: Annotated[
        str | None,
        typer.Option(
            "--later",
            metavar="R/N,R/N",
            help="Responders of a later trial on the drug and on placebo; shown, never used.",
            show_default=False,
        ),
    ] = None,
    draws: Annotated[int, typer.Option("--draws", metavar="D", help="Draws from the prior.")] = 192,
    patients: Annotated[
        int, typer.Option("--patients", metavar="N", help="Simulated patients behind each draw's rates.")
    ] = 100,
    seed: Seed = 0,
    out: OutFolder = None,
    jobs: Jobs = None,
    json: Annotated[str | None, json_option("confirm.json")] = None,
) -> None:
    """Tell how probably a placebo-controlled trial confirms a published single arm, and why.

    Numbers that nobody measured are drawn from their stated ranges and weighted by the responders that the
    single arm reported, with its background treatment in the model. The folder (default:
    '<file name>-confirm') holds confirm.html, confirm.json and figures. A warning says where the arm looks
    active and the trial is likelier to fail.
    """
    whole_number("--per-arm", per_arm, 5, MOST_PER_ARM)
    whole_number("--draws", draws, FEWEST_DRAWS, MOST_DRAWS)
    whole_number("--patients", patients, FEWEST_PATIENTS, MOST_PATIENTS)
    whole_number("--seed", seed, 0, LARGEST_SEED)
    if jobs is not None:
        whole_number("--jobs", jobs, 1, 1024)
    target = json_target(json) if json is not None else None

    from trialkine.calibration.confirm import Plan, reported_arm
    from trialkine.calibration.confirm import confirm as confirmed
    from trialkine.report.run_folder import check_output_folder

    plan = Plan(draws, patients, per_arm, prior_active, _range(share), seed)
    found_later = _two_arms(later)
    protocol = named_trial(file)
    reported_arm(protocol, arm)
    folder = out if out is not None else Path(f"{file.stem}-confirm")
    check_output_folder(folder)
    with shown_progress(f"Simulating {file.name}") as progress:
        found = confirmed(protocol, arm, plan, jobs=jobs, progress=progress)

    from trialkine.validation.confirmation_json import confirmation_text
    from trialkine.validation.confirmation_page import PAGE, write_confirmation

    write_confirmation(found, folder, found_later)
    stream = sys.stderr if target == STANDARD_OUTPUT else sys.stdout
    print_confirmation(found, found_later, stream)
    print(f"Page: {folder / PAGE}", file=stream)
    if target is not None:
        write_json(target, confirmation_text(found, found_later))


def named_trial(file: Path) -> Protocol:
    """The protocol of a file, or of a published trial of the package by its name.

    Raises: InputError or ProblemsError, when there is none, or the file has faults.
    """
    from trialkine.published_trials.catalogue import trial_files
    from trialkine.trial.protocol import Protocol
    from trialkine.trial.words import suggestion

    if file.suffix or len(file.parts) > 1 or file.exists():
        return Protocol.read(file)
    known = {path.stem: path for path in trial_files()}
    if file.name not in known:
        near = suggestion(file.name, known)
        hint = near if near.startswith("Did you mean") else "Name a file, or a trial of docs/ledger.md."
        raise InputError(f"No file and no published trial is named '{file.name}'. {hint}")
    return Protocol.read(known[file.name])


def print_confirmation(
    found: Confirmation, later: tuple[SingleArm, SingleArm] | None, stream: TextIO
) -> None:
    """Prints the warning, the answer, its reasons, and the two tables."""
    from rich.console import Console
    from rich.text import Text

    from trialkine.report.words import BANNER
    from trialkine.validation.confirmation_tables import later_words, responses_table, success_table
    from trialkine.validation.confirmation_words import headline, reasons, reasons_title, warning

    console = Console(file=stream, width=None if stream.isatty() else WIDTH_WITHOUT_TERMINAL, highlight=False)
    console.print()
    said = warning(found)
    if said is not None:
        console.print(Text(f"WARNING: {said}", style="bold"))
        console.print()
    console.print(Text(headline(found)))
    console.print()
    console.print(Text(f"{reasons_title(found)}:", style="bold"))
    for reason in reasons(found):
        console.print(Text(f"- {reason}"))
    for table in (success_table(found), responses_table(found)):
        console.print()
        _print_table(console, table)
    if later is not None:
        console.print()
        console.print(Text(later_words(*later)))
    console.print()
    console.print(Text(BANNER, style="bold"))


def _print_table(console: object, found: Table) -> None:
    from rich.console import Console
    from rich.table import Table as Shown
    from rich.text import Text

    assert isinstance(console, Console)
    table = Shown(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for place, heading in enumerate(found.columns):
        table.add_column(heading, justify="left" if place == 0 else "right")
    for row in found.rows:
        cells = (f"{cell.value} {cell.interval}".strip() for cell in row.cells)
        table.add_row(Text(row.head), *map(Text, cells))
    console.print(table)


def _range(text: str | None) -> tuple[float, float] | None:
    if text is None:
        return None
    found = RANGE.fullmatch(text.replace(" ", ""))
    if found is None:
        raise InputError(f"'--share {text}' is no range of fractions. Write two, such as '0.7,0.95'.")
    return float(found[1]), float(found[2])


def _two_arms(text: str | None) -> tuple[SingleArm, SingleArm] | None:
    from trialkine.calibration.confirmation import SingleArm

    if text is None:
        return None
    found = TWO_ARMS.fullmatch(text.replace(" ", ""))
    counts = [int(number) for number in found.groups()] if found else []
    if not counts or not (0 < counts[1] >= counts[0] and 0 < counts[3] >= counts[2]):
        raise InputError(
            f"'--later {text}' is no result of two arms. Write responders/patients on the drug and on "
            "placebo, such as '24/104,21/98'."
        )
    return SingleArm(counts[0], counts[1]), SingleArm(counts[2], counts[3])
