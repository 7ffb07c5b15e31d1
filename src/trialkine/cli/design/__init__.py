"""`trialkine design`: designs of trials as plain numbers, one file per sub-command. Nothing is simulated."""

from __future__ import annotations

import typer

from trialkine.cli.design.fleming import fleming
from trialkine.cli.design.gehan import gehan
from trialkine.cli.design.inference import inference
from trialkine.cli.design.simon import simon

design = typer.Typer(
    name="design",
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Search and judge designs of trials: sizes, stopping rules and exact error rates. "
    "Nothing is simulated.",
)

for _command in (simon, fleming, gehan, inference):
    design.command()(_command)
