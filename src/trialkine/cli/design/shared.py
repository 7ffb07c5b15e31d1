"""What the sub-commands of `trialkine design` share: their options, and how an answer is put out."""

from __future__ import annotations

import json as json_module
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialkine.cli.options import STANDARD_OUTPUT, json_target, write_json
from trialkine.errors import InputError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from trialkine.design.shown_table import ShownTable

FIGURE_ENDINGS = (".svg", ".png", ".pdf")
DOTS_PER_INCH = 200

NullRate = Annotated[
    float,
    typer.Option("--p0", metavar="RATE", help="Response rate that is of no interest.", show_default=False),
]
HopedRate = Annotated[
    float, typer.Option("--p1", metavar="RATE", help="Response rate that is hoped for.", show_default=False)
]
Alpha = Annotated[
    float,
    typer.Option("--alpha", metavar="RISK", help="Most chance to call a treatment of rate p0 promising."),
]
Power = Annotated[
    float,
    typer.Option("--power", metavar="CHANCE", help="Least chance to call a treatment of rate p1 promising."),
]
MaxN = Annotated[
    int | None,
    typer.Option(
        "--max-n",
        metavar="N",
        help="Search no trial of more patients. Default: until no larger trial can be better.",
        show_default=False,
    ),
]
OneSidedAlpha = Annotated[
    float, typer.Option("--alpha", metavar="RISK", help="One-sided type I error, such as 0.025.")
]
WantedPower = Annotated[
    float, typer.Option("--power", metavar="CHANCE", help="Power at the planned effect, such as 0.8.")
]
AllocationRatio = Annotated[
    float,
    typer.Option("--allocation-ratio", metavar="RATIO", help="Treated patients per control patient."),
]
LEAST_RATIO, MOST_RATIO = 0.1, 10.0
DesignJson = Annotated[
    str | None,
    typer.Option(
        "--json",
        metavar="FILE",
        help="Also write the answer as JSON here; '-' is standard output.",
        show_default=False,
    ),
]
FigureFile = Annotated[
    str | None,
    typer.Option(
        "--figure", metavar="FILE", help="Also draw a figure here (.svg, .png or .pdf).", show_default=False
    ),
]


def checked_target(json: str | None) -> str | None:
    """Where the JSON goes, if that can be written to.

    Raises: InputError, when it is a folder or lies in none.
    """
    return None if json is None else json_target(json)


def treated_share(allocation_ratio: float) -> float:
    """The share of all patients who are treated.

    Raises: InputError, when the ratio is not from 0.1 to 10.
    """
    if not LEAST_RATIO <= allocation_ratio <= MOST_RATIO:
        raise InputError(
            f"'--allocation-ratio {allocation_ratio:g}' is out of range. Write the treated patients per "
            f"control patient, from {LEAST_RATIO:g} to {MOST_RATIO:g}."
        )
    return allocation_ratio / (1.0 + allocation_ratio)


def numbers_of(option: str, text: str) -> tuple[float, ...]:
    """Numbers with commas between them.

    Raises: InputError, when the text is anything else.
    """
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise InputError(
            f"'{option} {text}' is no list of numbers. Write them with commas between, such as 0.5,1."
        ) from None


def counts_of(text: str, form: str, such_as: str) -> tuple[int, int]:
    """Two counts with a stroke between them.

    Raises: InputError, when the text is anything else.
    """
    found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text)
    if found is None:
        raise InputError(f"'{text}' is not of the form {form}. Write {such_as}.")
    return int(found[1]), int(found[2])


def put_out(table: ShownTable, record: Mapping[str, object], target: str | None) -> None:
    """Prints a table, and writes the record as JSON; the table gives way when JSON takes standard output.

    Raises: InputError, when the file cannot be written.
    """
    if target is not None:
        write_json(target, json_module.dumps(record, indent=2, ensure_ascii=False) + "\n")
    print(table.text(), file=sys.stderr if target == STANDARD_OUTPUT else sys.stdout)


def figure_target(figure: str | None) -> Path | None:
    """Where a figure goes, if that can be written to in a known format.

    Raises: InputError, when it is a folder, lies in none or ends in another way.
    """
    if figure is None:
        return None
    if Path(figure).suffix.lower() not in FIGURE_ENDINGS:
        raise InputError(
            f"'--figure {figure}' is of no known kind. Name a file that ends in {', '.join(FIGURE_ENDINGS)}."
        )
    return Path(json_target(figure, "--figure"))


def save_figure(figure: Figure, target: Path, name: str) -> None:
    """Writes a figure in the format that its file's ending says.

    Raises: InputError, when the file cannot be written.
    """
    from trialkine.report.figures.style import house_style, svg_document

    if target.suffix.lower() == ".svg":
        write_json(str(target), svg_document(figure, name), "--figure")
        return
    try:
        with house_style():
            figure.savefig(target, dpi=DOTS_PER_INCH)
    except OSError as error:
        raise InputError(
            f"'{target}' cannot be written: {error.strerror or error}. Choose another file for '--figure'."
        ) from error
