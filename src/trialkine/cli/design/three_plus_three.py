"""`trialkine design three-plus-three`: what the 3+3 rule does at true toxicity rates."""

from __future__ import annotations

from typing import Annotated

import typer

from trialkine.cli.design.dose_finding import (
    RATES_HELP,
    StartDose,
    characteristics_of,
    characteristics_record,
    characteristics_table,
)
from trialkine.cli.design.shared import DesignJson, checked_target, numbers_of, put_out
from trialkine.cli.options import Seed


def three_plus_three(
    true_rates: Annotated[
        str, typer.Option("--true-rates", metavar="RATES", help=RATES_HELP, show_default=False)
    ],
    start_dose: StartDose = 1,
    repetitions: Annotated[
        int | None,
        typer.Option(
            "--repetitions",
            metavar="R",
            help="Simulate so many trials instead of summing over every course; for many doses.",
            show_default=False,
        ),
    ] = None,
    seed: Seed = 1,
    json: DesignJson = None,
) -> None:
    """Give the operating characteristics of the 3+3 rule.

    The maximum tolerated dose is the highest with at most one toxicity in six patients. For example:
    trialkine design three-plus-three --true-rates 0.05,0.15,0.3,0.45
    """
    target = checked_target(json)

    from trialkine.design.three_plus_three import ThreePlusThree

    rule = ThreePlusThree(len(numbers_of("--true-rates", true_rates)))
    found = characteristics_of(rule, true_rates, start_dose, repetitions, seed)
    title = f"3+3 over {rule.doses} doses, from dose {start_dose}"
    put_out(characteristics_table(title, found), characteristics_record(found), target)
