"""`trialkine design simon`: Simon's two-stage designs."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from trialkine.cli.design.shared import (
    Alpha,
    DesignJson,
    FigureFile,
    HopedRate,
    MaxN,
    NullRate,
    Power,
    checked_target,
    figure_target,
    put_out,
    save_figure,
)
from trialkine.cli.options import STANDARD_OUTPUT


def simon(
    p0: NullRate,
    p1: HopedRate,
    alpha: Alpha = 0.05,
    power: Power = 0.80,
    max_n: MaxN = None,
    with_admissible: Annotated[
        bool,
        typer.Option(
            "--admissible",
            help="Show the admissible designs too, and for each design the weights of n, from qLo to qHi, "
            "for which it is best.",
        ),
    ] = False,
    figure: FigureFile = None,
    json: DesignJson = None,
) -> None:
    """Search Simon's two-stage designs: optimal, minimax and, if asked for, admissible.

    The columns are those of R's clinfun, then the exact type I error and power. The JSON holds every design,
    the admissible ones too.
    """
    target, drawing = checked_target(json), figure_target(figure)

    from trialkine.design.simon import simon_designs

    found = simon_designs(p0, p1, alpha, power, max_n=max_n)
    rows = [dict(row) for row in found.rows()]
    if with_admissible:
        for row, (low, high) in zip(rows, found.weights(), strict=True):
            row |= {"q_low": low, "q_high": high}
    put_out(found.table(with_admissible=with_admissible), {"designs": rows}, target)
    if drawing is not None:
        from trialkine.report.figures.two_stage_boundary import two_stage_boundary

        save_figure(two_stage_boundary(found, with_admissible=with_admissible), drawing, "two_stage_boundary")
        print(f"Figure: {drawing}", file=sys.stderr if target == STANDARD_OUTPUT else sys.stdout)
