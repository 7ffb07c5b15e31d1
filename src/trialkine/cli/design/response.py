"""`trialkine design response`: two randomised arms compared by their response rates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from trialkine.cli.design.shared import (
    AllocationRatio,
    DesignJson,
    OneSidedAlpha,
    WantedPower,
    checked_target,
    put_out,
    treated_share,
)

if TYPE_CHECKING:
    from trialkine.design.two_proportions import AbstractResponseTest, ResponseTrialSize


def response(
    control_rate: Annotated[
        float,
        typer.Option(
            "--control-rate", metavar="RATE", help="Response rate of the control arm.", show_default=False
        ),
    ],
    treated_rate: Annotated[
        float,
        typer.Option(
            "--treated-rate", metavar="RATE", help="Response rate of the treated arm.", show_default=False
        ),
    ],
    alpha: OneSidedAlpha = 0.025,
    power: WantedPower = 0.80,
    allocation_ratio: AllocationRatio = 1.0,
    patients: Annotated[
        int | None,
        typer.Option(
            "--patients",
            metavar="N",
            help="Give the power of so many patients in all instead of searching their number.",
            show_default=False,
        ),
    ] = None,
    json: DesignJson = None,
) -> None:
    """Size a randomised comparison of two response rates, or give its power.

    Power and type I error are summed over every pair of counts, for Fisher's exact test and for the normal
    test with the pooled variance. For example:
    trialkine design response --control-rate 0.2 --treated-rate 0.4
    """
    target = checked_target(json)
    share = treated_share(allocation_ratio)

    from trialkine.design.shown_table import ShownTable
    from trialkine.design.two_proportions import (
        FisherExact,
        PooledNormal,
        ResponseTrialSize,
        largest_type_one_error,
        normal_response_size,
        response_power,
        response_sample_size,
    )

    def sized(test: AbstractResponseTest) -> ResponseTrialSize:
        if patients is None:
            return response_sample_size(test, control_rate, treated_rate, alpha, power, allocation_ratio)
        treated = round(patients * share)
        control = patients - treated
        reached = response_power(test, control_rate, treated_rate, control, treated, alpha)
        return ResponseTrialSize(control, treated, reached)

    tests = {"Fisher's exact test": FisherExact(), "Pooled normal test": PooledNormal()}
    rows: list[dict[str, object]] = []
    cells: list[tuple[str, ...]] = []
    for name, test in tests.items():
        size = sized(test)
        arms = size.patients_control, size.patients_treated
        error = largest_type_one_error(test, *arms, alpha)
        rows.append(
            {"test": name, "patients_control": arms[0], "patients_treated": arms[1], "patients": sum(arms)}
            | {"power": size.power, "largest_type_one_error": error}
        )
        cells.append((name, *map(str, (*arms, sum(arms))), f"{size.power:.4f}", f"{error:.4f}"))
    title = f"Response rate {treated_rate:g} against a control of {control_rate:g}: one-sided alpha {alpha:g}"
    notes = ["The type I error is the largest over all common response rates."]
    record: dict[str, object] = {"control_rate": control_rate, "treated_rate": treated_rate, "alpha": alpha}
    if patients is None:
        roughly = normal_response_size(control_rate, treated_rate, alpha, power, allocation_ratio)
        title += f", power {power:g}"
        notes += [
            "Power saws up and down with size: a somewhat larger trial may fall short of it again.",
            f"The normal approximation asks for {roughly:.1f} control and {allocation_ratio * roughly:.1f} "
            "treated patients.",
        ]
        record |= {"power": power, "normal_approximation_control": roughly}
    head = ("Test", "control", "treated", "in all", "power", "type I error")
    put_out(ShownTable(title, head, tuple(cells), tuple(notes)), record | {"tests": rows}, target)
