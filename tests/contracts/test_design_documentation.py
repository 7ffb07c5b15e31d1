"""The page of designs: every command of it runs, prints what is shown, and none is left out."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from trialkine.cli.design import design
from trialkine.cli.main import main

PAGE = (Path(__file__).parents[2] / "docs" / "designs.md").read_text("utf-8")
IN_TABLE = re.findall(r"\| `trialkine (design [^`]+)` \|", PAGE)
SHOWN = re.findall(r"^    \$ trialkine (design .+)\n((?:    .+\n)+)", PAGE, flags=re.MULTILINE)


@pytest.mark.parametrize("command", IN_TABLE)
def test_every_command_of_the_table_runs(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(shlex.split(command)) == 0
    assert len(capsys.readouterr().out.splitlines()) > 3


@pytest.mark.parametrize(("command", "shown"), SHOWN)
def test_what_is_shown_is_what_is_printed(
    command: str, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(shlex.split(command)) == 0
    printed = capsys.readouterr().out.splitlines()
    assert [line[4:] for line in shown.splitlines() if line[4:] not in printed] == []


def test_every_design_command_has_a_row() -> None:
    there = {
        callback.__name__.replace("_", "-")
        for command in design.registered_commands
        if (callback := command.callback)
    }
    assert {command.split()[1] for command in IN_TABLE} == there
    assert len(SHOWN) >= 2


def test_every_option_that_stands_for_one_in_r_exists(capsys: pytest.CaptureFixture[str]) -> None:
    rows = PAGE.split("### For readers of R")[1].split("### From Python")[0]
    options = set(re.findall(r"`(--[a-z-]+)", rows))
    helps = ""
    for command in {command.split()[1] for command in IN_TABLE}:
        main(["design", command, "--help"])
        helps += capsys.readouterr().out
    assert {option for option in options if option not in helps} == set()
    assert len(options) > 10
