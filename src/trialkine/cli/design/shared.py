"""What the sub-commands of `trialkine design` share: their options, and how an answer is put out."""

from __future__ import annotations

import json as json_module
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
