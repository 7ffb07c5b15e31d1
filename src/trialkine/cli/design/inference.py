"""`trialkine design inference`: what a finished two-stage trial says about the response rate."""

from __future__ import annotations

from typing import Annotated

import typer

from trialkine.cli.design.shared import DesignJson, NullRate, checked_target, counts_of, put_out

SUCH_AS = "responses/patients, such as 1/10"


def inference(
    first: Annotated[
        str,
        typer.Argument(metavar="R1/N1", help="Stop with R1 responses or fewer in N1.", show_default=False),
    ],
    final: Annotated[
        str,
        typer.Argument(
            metavar="R/N", help="Promising with more than R responses in N in all.", show_default=False
        ),
    ],
    p0: NullRate,
    responses: Annotated[
        int,
        typer.Option(
            "--responses", metavar="X", help="Responses seen in the whole trial.", show_default=False
        ),
    ],
    patients: Annotated[
        int | None,
        typer.Option(
            "--patients",
            metavar="N",
            help="Patients of the whole trial, if stage two had other than its planned size.",
            show_default=False,
        ),
    ] = None,
    stage_one: Annotated[
        int | None,
        typer.Option(
            "--stage-one",
            metavar="X1",
            help="Responses seen in stage one; needed only with --patients.",
            show_default=False,
        ),
    ] = None,
    level: Annotated[float, typer.Option("--level", help="Level of the intervals.")] = 0.95,
    json: DesignJson = None,
) -> None:
    """Estimate the response rate after a two-stage trial, with a p-value and an exact interval.

    The estimates allow for the early look; the naive ones, which do not, stand beside them. For example:
    trialkine design inference 1/10 5/29 --p0 0.1 --responses 7
    """
    target = checked_target(json)
    r1, n1 = counts_of(first, "R1/N1", SUCH_AS)
    r, n = counts_of(final, "R/N", SUCH_AS)

    from trialkine.design.two_stage import TwoStageRule
    from trialkine.design.two_stage_inference import two_stage_inference

    found = two_stage_inference(
        TwoStageRule(r1, n1, r, n),
        p0,
        responses,
        patients=patients,
        responses_stage_one=stage_one,
        level=level,
    )
    put_out(found.table(), found.record(), target)
