"""`trialkine design gehan`: Gehan's two-stage design."""

from __future__ import annotations

from typing import Annotated

import typer

from trialkine.cli.design.shared import DesignJson, HopedRate, checked_target, put_out


def gehan(
    p1: HopedRate,
    error: Annotated[
        float,
        typer.Option("--error", metavar="RISK", help="Most chance to stop although the rate is p1."),
    ] = 0.05,
    standard_error: Annotated[
        float,
        typer.Option("--standard-error", metavar="SIZE", help="Standard error of the final response rate."),
    ] = 0.10,
    json: DesignJson = None,
) -> None:
    """Give Gehan's two-stage design: stop without any response, else measure the rate well enough."""
    target = checked_target(json)

    from trialkine.design.gehan import gehan_design

    found = gehan_design(p1, error, standard_error)
    put_out(found.table(), found.record(), target)
