"""Arguments that several commands share, and the checks that answer in a sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from trialkine.errors import InputError

STANDARD_OUTPUT = "-"
MOST_PATIENTS = 1_000_000
MOST_TRIALS = 100_000
LARGEST_SEED = 2**63 - 1

OutFolder = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="DIR",
        help="Folder for the results, which must be new or empty. Default: '<file name>-run' here.",
        show_default=False,
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        metavar="J",
        help="Workers at once. Default: one per processor core.",
        show_default=False,
    ),
]
Seed = Annotated[
    int,
    typer.Option("--seed", metavar="S", help="Same seed, same results, on any number of workers."),
]
ProtocolFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="The protocol file (YAML).", show_default=False)
]


def json_option(what: str) -> Any:
    """The option `--json` of a command that can write something as JSON, too."""
    return typer.Option(
        "--json", metavar="FILE", help=f"Also write {what} here; '-' is standard output.", show_default=False
    )


FindingsJson = Annotated[str | None, json_option("the findings as JSON")]
Case = Annotated[
    str | None,
    typer.Option(
        "--case",
        metavar="NAME",
        help="Another set of numbers of a published or native model. Default: its first.",
        show_default=False,
    ),
]


def whole_number(option: str, value: int, least: int, most: int) -> int:
    """The value itself, if it lies within its bounds.

    Raises: InputError, when it does not.
    """
    if not least <= value <= most:
        raise InputError(
            f"'{option} {value}' is out of range. Write a whole number from {least} to {most:,}."
        )
    return value


def json_target(target: str, option: str = "--json") -> str:
    """Where to write text, JSON unless another option says so, if that can be written to.

    Raises: InputError, when it is a folder or lies in none.
    """
    if target == STANDARD_OUTPUT:
        return target
    path = Path(target)
    if path.is_dir():
        raise InputError(f"'{option} {target}' is a folder. Name a file, or '-' for standard output.")
    if not path.absolute().parent.is_dir():
        raise InputError(f"'{option} {target}' lies in a folder that does not exist. Make the folder first.")
    return target


def write_json(target: str, text: str, option: str = "--json") -> None:
    """Writes text to a file, whole or not at all, or to standard output.

    A link is followed to its file; what is no file (a device, a pipe) is written to and never replaced.
    Raises: InputError, when the file cannot be written.
    """
    import sys

    if target == STANDARD_OUTPUT:
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    path = Path(target).resolve()
    part = path.with_name(f".{path.name}.part")
    try:
        if path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8")
            return
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        if part.is_file():
            part.unlink()
        raise InputError(
            f"'{target}' cannot be written: {error.strerror or error}. Choose another file for '{option}'."
        ) from error
