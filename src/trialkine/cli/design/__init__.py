"""`trialkine design`: designs of trials as plain numbers, one file per sub-command, without any model."""

from __future__ import annotations

import typer

from trialkine.cli.design.boin import boin
from trialkine.cli.design.crm import crm
from trialkine.cli.design.fleming import fleming
from trialkine.cli.design.gehan import gehan
from trialkine.cli.design.group_sequential import group_sequential
from trialkine.cli.design.inference import inference
from trialkine.cli.design.response import response
from trialkine.cli.design.selection import selection
from trialkine.cli.design.simon import simon
from trialkine.cli.design.survival import survival
from trialkine.cli.design.three_plus_three import three_plus_three

_COMMANDS = (
    simon,
    fleming,
    gehan,
    inference,
    selection,
    response,
    survival,
    group_sequential,
    three_plus_three,
    boin,
    crm,
)

design = typer.Typer(
    name="design",
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Search and judge designs of trials: sizes, stopping rules and error rates, at rates and curves "
    "that you state. No model of a disease is used.",
)

for _command in _COMMANDS:
    design.command()(_command)
