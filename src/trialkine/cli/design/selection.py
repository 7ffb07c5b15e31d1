"""`trialkine design selection`: randomised phase II trials that choose the arm with the most responses."""

from __future__ import annotations

from typing import Annotated

import typer

from trialkine.cli.design.shared import DesignJson, checked_target, put_out


def selection(
    rate: Annotated[
        float,
        typer.Option(
            "--rate", metavar="RATE", help="Response rate of all arms but the best.", show_default=False
        ),
    ],
    difference: Annotated[
        float,
        typer.Option(
            "--difference", metavar="LEAD", help="How far the best arm truly leads.", show_default=False
        ),
    ],
    arms: Annotated[int, typer.Option("--arms", metavar="K", help="Arms to choose from.")] = 2,
    probability: Annotated[
        float,
        typer.Option("--probability", metavar="CHANCE", help="Least chance to choose the best arm."),
    ] = 0.90,
    patients_per_arm: Annotated[
        int | None,
        typer.Option(
            "--patients-per-arm",
            metavar="N",
            help="Give the chance of so many patients in each arm instead of searching their number.",
            show_default=False,
        ),
    ] = None,
    json: DesignJson = None,
) -> None:
    """Size a randomised selection design of Simon, Wittes and Ellenberg.

    The arm with the most responses is chosen, ties by lot. No hypothesis is tested. For example:
    trialkine design selection --rate 0.2 --difference 0.15 --arms 3
    """
    target = checked_target(json)

    from trialkine.design.selection import SelectionDesign, correct_selection, selection_design
    from trialkine.design.shown_table import ShownTable

    if patients_per_arm is None:
        found = selection_design(rate, difference, arms, probability)
    else:
        chance = correct_selection(rate, difference, arms, patients_per_arm)
        found = SelectionDesign(arms, patients_per_arm, rate, difference, chance)
    everybody = found.arms * found.patients_per_arm
    table = ShownTable(
        f"Selection of the best of {arms} arms that leads a response rate of {rate:g} by {difference:g}",
        ("Arms", "per arm", "in all", "correct selection"),
        ((str(arms), str(found.patients_per_arm), str(everybody), f"{found.correct_selection:.4f}"),),
        ("Ties are broken by lot. Without a true lead the choice is a lot, too: nothing is tested.",),
    )
    record = {
        "arms": arms,
        "rate": rate,
        "difference": difference,
        "patients_per_arm": found.patients_per_arm,
        "patients": everybody,
        "correct_selection": found.correct_selection,
    }
    put_out(table, record, target)
