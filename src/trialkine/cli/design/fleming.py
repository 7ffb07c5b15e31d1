"""`trialkine design fleming`: designs without an early look."""

from __future__ import annotations

from typing import Annotated

import typer

from trialkine.cli.design.shared import (
    Alpha,
    DesignJson,
    HopedRate,
    MaxN,
    NullRate,
    Power,
    checked_target,
    put_out,
)


def fleming(
    p0: NullRate,
    p1: HopedRate,
    alpha: Alpha = 0.05,
    power: Power = 0.80,
    max_n: MaxN = None,
    count: Annotated[
        int, typer.Option("--count", metavar="N", help="How many exact designs, the smallest first.")
    ] = 1,
    json: DesignJson = None,
) -> None:
    """Give Fleming's single-stage design and the exact one of A'Hern.

    Fleming's rests on the normal approximation and may miss either error rate; both rates shown are exact.
    """
    target = checked_target(json)

    from trialkine.design.single_stage import LARGEST, single_stage_designs

    found = single_stage_designs(p0, p1, alpha, power, count=count, max_n=LARGEST if max_n is None else max_n)
    put_out(found.table(), {"designs": found.rows()}, target)
