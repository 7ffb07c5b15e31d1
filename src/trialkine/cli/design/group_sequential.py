"""`trialkine design group-sequential`: the bounds of a randomised trial that is looked at several times."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from trialkine.cli.design.shared import (
    AllocationRatio,
    DesignJson,
    OneSidedAlpha,
    WantedPower,
    checked_target,
    numbers_of,
    put_out,
    treated_share,
)
from trialkine.cli.options import whole_number
from trialkine.errors import InputError

if TYPE_CHECKING:
    from trialkine.design.alpha_spending import AbstractSpending
    from trialkine.design.group_sequential import GroupSequentialDesign
    from trialkine.design.shown_table import ShownTable

Shape = Literal["obrien-fleming", "pocock"]
WORDS = {"obrien-fleming": "O'Brien and Fleming", "pocock": "Pocock"}
MOST_LOOKS = 20
COLUMNS = {  # the heading and the form of each number of a look
    "information": ("information", ".4f"),
    "events": ("events", "whole"),
    "efficacy_z": ("efficacy z", ".4f"),
    "nominal_p": ("nominal p", ".5f"),
    "alpha_spent": ("alpha spent", ".5f"),
    "futility_z": ("futility z", ".4f"),
    "power": ("power", ".4f"),
}


def group_sequential(
    looks: Annotated[
        int | None,
        typer.Option(
            "--looks",
            metavar="K",
            help="Number of looks, evenly spaced, the last at the end.",
            show_default=False,
        ),
    ] = None,
    information: Annotated[
        str | None,
        typer.Option(
            "--information",
            metavar="RATES",
            help="Instead of --looks: the information rate of each look, such as 0.5,0.75,1.",
            show_default=False,
        ),
    ] = None,
    alpha: OneSidedAlpha = 0.025,
    power: WantedPower = 0.80,
    spending: Annotated[
        Shape | None,
        typer.Option(
            "--spending",
            help="Spend alpha by Lan and DeMets's function of that type. Default: obrien-fleming.",
            show_default=False,
        ),
    ] = None,
    shape: Annotated[
        Shape | None,
        typer.Option(
            "--shape", help="Instead of --spending: the classical bounds of that shape.", show_default=False
        ),
    ] = None,
    futility: Annotated[
        Shape | None,
        typer.Option(
            "--futility",
            help="Add bounds for futility, not binding, that spend 1 - power by that type of function.",
            show_default=False,
        ),
    ] = None,
    hazard_ratio: Annotated[
        float | None,
        typer.Option(
            "--hazard-ratio",
            metavar="HR",
            help="Also give the events of each look, for a log-rank test of this hazard ratio.",
            show_default=False,
        ),
    ] = None,
    allocation_ratio: AllocationRatio = 1.0,
    json: DesignJson = None,
) -> None:
    """Give the bounds of a group sequential design: z and nominal p of each look, alpha spent, power.

    All tests are one-sided. For example:
    trialkine design group-sequential --looks 3 --hazard-ratio 0.7
    """
    target = checked_target(json)
    share = treated_share(allocation_ratio)
    rates = _information(looks, information)
    design, bounds = _design(rates, alpha, spending, shape)

    from trialkine.design.futility import with_futility
    from trialkine.design.group_sequential import drift_for_power, inflation_factor, look_probabilities
    from trialkine.design.proportional_hazards import events_for_drift

    if futility is not None:
        design = with_futility(design, power, _spending(futility)).design
    drift, inflation = drift_for_power(design, power), inflation_factor(design, power)
    rows = _rows(design, drift)
    if hazard_ratio is not None:
        events = events_for_drift(hazard_ratio, drift, share)
        for row, rate in zip(rows, rates, strict=True):
            row["events"] = rate * events
    null, planned = (
        inflation * look_probabilities(design, mean).expected_information for mean in (0.0, drift)
    )
    record = {
        "alpha": alpha,
        "power": power,
        "bounds": bounds,
        "futility": None if futility is None else f"{WORDS[futility]} spending, not binding",
        "looks": rows,
        "inflation_factor": inflation,
        "average_sample_number": {"no_effect": null, "planned_effect": planned},
    }
    notes = (
        f"Inflation factor {inflation:.4f}: the most information, patients or events, over that of one look.",
        f"The average trial over that of one look: {null:.4f} without an effect, "
        f"{planned:.4f} at the planned one.",
    )
    title = f"{bounds}: one-sided alpha {alpha:g}, power {power:g}"
    put_out(_table(title, rows, notes), record, target)


def _information(looks: int | None, information: str | None) -> tuple[float, ...]:
    """The information rate of each look.

    Raises: InputError, when neither or both options are given, or the looks are too many.
    """
    if (looks is None) == (information is None):
        raise InputError("Give either '--looks 3' or '--information 0.5,0.75,1', and not both.")
    if information is not None:
        rates = numbers_of("--information", information)
        if len(rates) > MOST_LOOKS:
            raise InputError(f"{len(rates)} looks are too many. Give {MOST_LOOKS} or fewer.")
        return rates
    assert looks is not None
    whole_number("--looks", looks, 1, MOST_LOOKS)
    return tuple((look + 1) / looks for look in range(looks))


def _design(
    rates: tuple[float, ...], alpha: float, spending: Shape | None, shape: Shape | None
) -> tuple[GroupSequentialDesign, str]:
    """The bounds for efficacy, and their name.

    Raises: InputError, when both kinds are asked for or numbers are impossible.
    """
    from trialkine.design.group_sequential import alpha_spending_design, obrien_fleming, pocock

    if shape is not None and spending is not None:
        raise InputError("'--shape' and '--spending' are two ways to set the bounds. Give one of them.")
    if shape is not None:
        build = {"obrien-fleming": obrien_fleming, "pocock": pocock}[shape]
        return build(rates, alpha), f"{WORDS[shape]} bounds"
    name = spending or "obrien-fleming"
    return alpha_spending_design(rates, alpha, _spending(name)), f"{WORDS[name]} spending"


def _spending(name: Shape) -> AbstractSpending:
    from trialkine.design.alpha_spending import ObrienFlemingSpending, PocockSpending

    return PocockSpending() if name == "pocock" else ObrienFlemingSpending()


def _rows(design: GroupSequentialDesign, drift: float) -> list[dict[str, float | None]]:
    """What each look does; a bound that no trial can cross is None."""
    from trialkine.design.group_sequential import look_probabilities
    from trialkine.statistics.estimate import defined_or_none

    never = (-math.inf,) * len(design.information)
    ignored = look_probabilities(replace(design, futility=never), 0.0)
    columns = {
        "information": design.information,
        "efficacy_z": design.efficacy,
        "nominal_p": design.nominal_levels,
        "alpha_spent": tuple(accumulate(ignored.efficacy)),
        "power": tuple(accumulate(look_probabilities(design, drift).efficacy)),
    }
    if design.futility != never:
        columns["futility_z"] = design.futility
    lines = zip(*columns.values(), strict=True)
    return [dict(zip(columns, map(defined_or_none, line), strict=True)) for line in lines]


def _table(title: str, rows: list[dict[str, float | None]], notes: tuple[str, ...]) -> ShownTable:
    from trialkine.design.shown_table import ShownTable

    shown = [name for name in COLUMNS if name in rows[0]]
    cells = tuple(
        (str(look), *(_cell(row[name], COLUMNS[name][1]) for name in shown))
        for look, row in enumerate(rows, 1)
    )
    return ShownTable(title, ("Look", *(COLUMNS[name][0] for name in shown)), cells, notes)


def _cell(value: float | None, form: str) -> str:
    if value is None:
        return "none"
    return str(math.ceil(value - 1e-9)) if form == "whole" else format(value, form)
