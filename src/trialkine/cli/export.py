"""`trialkine export`: one patient of an arm as a model for other programs."""

from __future__ import annotations

import sys
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialkine.cli.options import (
    LARGEST_SEED,
    MOST_PATIENTS,
    STANDARD_OUTPUT,
    json_target,
    whole_number,
    write_json,
)
from trialkine.errors import InputError

if TYPE_CHECKING:
    from trialkine.arm_export import ExportedArm

FORMATS = ("sbml", "antimony")


def export(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The protocol file (YAML).", show_default=False)
    ],
    to: Annotated[str, typer.Option("--to", metavar="FORMAT", help="sbml or antimony.")] = "sbml",
    arm: Annotated[
        str | None,
        typer.Option("--arm", metavar="NAME", help="The arm. Default: the first.", show_default=False),
    ] = None,
    patient: Annotated[
        int | None,
        typer.Option(
            "--patient",
            metavar="N",
            help="The N-th patient whom a run enrols in the arm. Default: the typical patient.",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="The seed of that run.")] = 0,
    out: Annotated[
        str,
        typer.Option("--out", metavar="FILE", help="Where to write; '-' is standard output."),
    ] = STANDARD_OUTPUT,
) -> None:
    """Write the model of one patient in a format that other programs read.

    The file holds the arm's equations, the patient's numbers with their units, and the planned doses as
    events. What a trial decides, such as holding a dose, is not part of it; its notes say what is left out.
    libroadrunner, COPASI and many other programs read SBML; Antimony is the same model for people to read.
    """
    _check_format(to)
    whole_number("--seed", seed, 0, LARGEST_SEED)
    if patient is not None:
        whole_number("--patient", patient, 1, MOST_PATIENTS)
    target = json_target(out, "--out")
    exported = _exported(file, arm, patient, seed)
    text = exported.sbml
    if to == "antimony":
        from trialkine.interchange.antimony_text import antimony_text

        text = antimony_text(text)
    write_json(target, text, "--out")
    for note in exported.notes:
        print(note, file=sys.stderr)


def _exported(file: Path, arm: str | None, patient: int | None, seed: int) -> ExportedArm:
    """What FILE stands for: the one place that knows what may be exported."""
    from trialkine.arm_export import export_arm
    from trialkine.assay.checking import is_assay_file
    from trialkine.trial.protocol import Protocol

    if is_assay_file(file):
        raise InputError(
            f"'{file}' describes an assay, which cannot be exported. Give the protocol file of a trial."
        )
    return export_arm(Protocol.read(file), arm, patient, seed)


def _check_format(name: str) -> None:
    """Raises: InputError, when the format is not known."""
    if name not in FORMATS:
        near = get_close_matches(name, FORMATS, 1)
        hint = f"Did you mean '{near[0]}'?" if near else f"Write one of {', '.join(FORMATS)}."
        raise InputError(f"'--to {name}' is no format. {hint}")
