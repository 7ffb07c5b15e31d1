"""`trialkine export`: one patient of an arm, or a whole model, for other programs."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialkine.cli.named_model import named_model, names_a_model
from trialkine.cli.options import (
    LARGEST_SEED,
    MOST_PATIENTS,
    STANDARD_OUTPUT,
    Case,
    json_target,
    whole_number,
    write_json,
)
from trialkine.errors import InputError

if TYPE_CHECKING:
    from trialkine.arm_export import ExportedModel

FORMATS = ("sbml", "antimony")


def export(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="A protocol file (YAML), a model file (.toml, .xml) or the name of a published model.",
            show_default=False,
        ),
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
    seed: Annotated[
        int | None,
        typer.Option("--seed", metavar="S", help="The seed of that run. Default: 0.", show_default=False),
    ] = None,
    case: Case = None,
    out: Annotated[
        str,
        typer.Option("--out", metavar="FILE", help="Where to write; '-' is standard output."),
    ] = STANDARD_OUTPUT,
) -> None:
    """Write a model in a format that other programs read.

    Of a protocol it is one patient of one arm: the equations, the patient's numbers with their units, and the
    planned doses as events. What a trial decides, such as holding a dose, is not part of it; the notes say
    what is left out. Any other model is written whole, with its own numbers and doses.
    libroadrunner, COPASI and many other programs read SBML; Antimony is the same model for people to read.
    """
    _check_format(to)
    if seed is not None:
        whole_number("--seed", seed, 0, LARGEST_SEED)
    if patient is not None:
        whole_number("--patient", patient, 1, MOST_PATIENTS)
    target = json_target(out, "--out")
    exported = _exported(file, Choice(arm, patient, seed, case))
    text = exported.sbml
    if to == "antimony":
        from trialkine.interchange.antimony_text import antimony_text

        text = antimony_text(text)
    write_json(target, text, "--out")
    for note in exported.notes:
        print(note, file=sys.stderr)


@dataclass(frozen=True)
class Choice:
    """Which of the models in a file is meant, as far as anybody said so."""

    arm: str | None
    patient: int | None
    seed: int | None
    case: str | None


def _exported(file: Path, choice: Choice) -> ExportedModel:
    """What FILE stands for: the one place that knows what may be exported."""
    if names_a_model(file):
        return _whole_model(file, choice)
    from trialkine.arm_export import export_arm
    from trialkine.assay.checking import is_assay_file
    from trialkine.trial.own_model.reading import is_mapping_file
    from trialkine.trial.protocol import Protocol

    if is_assay_file(file):
        raise InputError(
            f"'{file}' describes an assay, which cannot be exported. Give the protocol file of a trial."
        )
    if is_mapping_file(file):
        raise InputError(
            f"'{file}' is a mapping file, which has no patients. Give the protocol that names it as "
            "'own_model', or the model file that it names."
        )
    if choice.case is not None:
        raise InputError(
            f"'--case {choice.case}' has no meaning for the protocol '{file}'. Leave it out: arms say what "
            "they are, and a mapping file may name a case."
        )
    return export_arm(Protocol.read(file), choice.arm, choice.patient, choice.seed or 0)


def _whole_model(file: Path, choice: Choice) -> ExportedModel:
    """A model with its own numbers and doses.

    Raises: InputError, when an arm or a patient of it is asked for.
    """
    given = {"--arm": choice.arm, "--patient": choice.patient, "--seed": choice.seed}
    for option, value in given.items():
        if value is not None:
            raise InputError(
                f"'{option} {value}' has no meaning: '{file}' is one model with numbers of its own, and only "
                "protocols have arms and patients. Leave it out."
            )
    from trialkine.arm_export import export_whole

    return export_whole(named_model(file, case=choice.case))


def _check_format(name: str) -> None:
    """Raises: InputError, when the format is not known."""
    if name not in FORMATS:
        near = get_close_matches(name, FORMATS, 1)
        hint = f"Did you mean '{near[0]}'?" if near else f"Write one of {', '.join(FORMATS)}."
        raise InputError(f"'--to {name}' is no format. {hint}")
