"""`trialkine design survival`: events, patients and power of two randomised arms compared by survival."""

from __future__ import annotations

import math
from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

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
from trialkine.cli.options import LARGEST_SEED, MOST_PATIENTS, MOST_TRIALS, Seed, whole_number
from trialkine.cli.progress import shown_progress
from trialkine.errors import InputError

if TYPE_CHECKING:
    from trialkine.cli.design.survival_sizes import Comparison, SizedTest
    from trialkine.design.shown_table import ShownTable
    from trialkine.design.survival_tests import AbstractSurvivalTest


class TestName(StrEnum):
    """The tests that may be asked for; an enumeration, since the option may be repeated."""

    LOG_RANK = "log-rank"
    WEIGHTED_LOG_RANK = "weighted-log-rank"
    MAX_COMBO = "max-combo"
    RMST = "rmst"


def survival(
    hazard_ratio: Annotated[
        float,
        typer.Option(
            "--hazard-ratio",
            metavar="HR",
            help="Planned hazard ratio of treatment to control, below 1.",
            show_default=False,
        ),
    ],
    median: Annotated[
        float | None,
        typer.Option(
            "--median",
            metavar="TIME",
            help="Median time to the event in the control arm.",
            show_default=False,
        ),
    ] = None,
    accrual: Annotated[
        float | None,
        typer.Option(
            "--accrual", metavar="TIME", help="How long patients enter, evenly.", show_default=False
        ),
    ] = None,
    follow_up: Annotated[
        float | None,
        typer.Option(
            "--follow-up", metavar="TIME", help="From the last entry to the analysis.", show_default=False
        ),
    ] = None,
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
    dropout_rate: Annotated[
        float,
        typer.Option("--dropout-rate", metavar="SHARE", help="Share of patients lost by --dropout-time."),
    ] = 0.0,
    dropout_time: Annotated[
        float, typer.Option("--dropout-time", metavar="TIME", help="When that share is lost.")
    ] = 12.0,
    delay: Annotated[
        float | None,
        typer.Option(
            "--delay",
            metavar="TIME",
            help="The effect begins so long after entry; before, the arms do not differ. Simulated.",
            show_default=False,
        ),
    ] = None,
    test: Annotated[
        list[TestName] | None,
        typer.Option(
            "--test",
            metavar="TEST",
            help="log-rank (the default), weighted-log-rank, max-combo or rmst; may be repeated. All but the "
            "log-rank test are simulated.",
            show_default=False,
        ),
    ] = None,
    weight: Annotated[
        str | None,
        typer.Option(
            "--weight",
            metavar="RHO,GAMMA",
            help="Fleming and Harrington's exponents of weighted-log-rank; 0,1 weighs late events most.",
            show_default=False,
        ),
    ] = None,
    tau: Annotated[
        float | None,
        typer.Option(
            "--tau", metavar="TIME", help="Up to when rmst takes the mean survival time.", show_default=False
        ),
    ] = None,
    repetitions: Annotated[
        int, typer.Option("--repetitions", metavar="R", help="Trials to simulate for each size tried.")
    ] = 1000,
    seed: Seed = 1,
    json: DesignJson = None,
) -> None:
    """Size a randomised comparison of survival, or give its power.

    All times are in one unit. Without --median the answer is the number of events alone (Schoenfeld). For
    example: trialkine design survival --hazard-ratio 0.7 --median 12 --accrual 24 --follow-up 12
    """
    target = checked_target(json)
    share = treated_share(allocation_ratio)
    whole_number("--repetitions", repetitions, 1, MOST_TRIALS)
    whole_number("--seed", seed, 0, LARGEST_SEED - 1)
    if patients is not None:
        whole_number("--patients", patients, 4, MOST_PATIENTS)
    if hazard_ratio >= 1.0:
        raise InputError(
            f"A hazard ratio of {hazard_ratio:g} is no benefit. "
            "Write that of treatment to control, below 1, such as 0.7."
        )
    tests = _tests(test or [TestName.LOG_RANK], weight, tau)
    if None in (median, accrual, follow_up):
        if (median, accrual, follow_up, patients, delay, test) != (None,) * 6:
            raise InputError("Patients and power need all of '--median', '--accrual' and '--follow-up'.")
        put_out(*_events_alone(hazard_ratio, alpha, power, share), target)
        return
    assert median is not None and accrual is not None and follow_up is not None  # noqa: PT018

    from trialkine.cli.design.survival_sizes import Comparison
    from trialkine.design.accrual import AccrualPlan

    plan = AccrualPlan(accrual, follow_up, _dropout_hazard(dropout_rate, dropout_time), share)
    asked = Comparison(hazard_ratio, median, plan, alpha, power, delay)
    for option, time in (("--delay", delay), ("--tau", tau)):
        if time is not None and not 0.0 < time < asked.duration:
            raise InputError(
                f"'{option} {time:g}' does not lie within the trial, which ends at {asked.duration:g}. "
                "Write a shorter time above 0, or follow longer."
            )
    is_simulated = delay is not None or test not in (None, [TestName.LOG_RANK])
    if is_simulated:
        with shown_progress("Simulating trials"):
            sized = asked.by_simulation(tests, patients, repetitions, seed)
    else:
        sized = [asked.by_formula(patients)]
    put_out(*_answer(asked, sized, patients, repetitions if is_simulated else None), target)


def _events_alone(
    hazard_ratio: float, alpha: float, power: float, share: float
) -> tuple[ShownTable, dict[str, object]]:
    from trialkine.design.proportional_hazards import schoenfeld_events
    from trialkine.design.shown_table import ShownTable

    events = schoenfeld_events(hazard_ratio, alpha, power, share)
    title = f"Log-rank test of a hazard ratio of {hazard_ratio:g}: one-sided alpha {alpha:g}, power {power:g}"
    row = (f"{hazard_ratio:g}", f"{events:.3f}", str(math.ceil(events)))
    note = "Give --median, --accrual and --follow-up for the patients."
    table = ShownTable(title, ("Hazard ratio", "events", "rounded up"), (row,), (note,))
    return table, {"hazard_ratio": hazard_ratio, "alpha": alpha, "power": power, "events_needed": events}


def _answer(
    asked: Comparison, sized: list[SizedTest], patients: int | None, repetitions: int | None
) -> tuple[ShownTable, dict[str, object]]:
    from trialkine.design.shown_table import ShownTable

    late = "" if asked.delay is None else f" that begins after {asked.delay:g}"
    wanted = "" if patients is not None else f", power {asked.power:g}"
    title = f"Hazard ratio of {asked.hazard_ratio:g}{late}: one-sided alpha {asked.alpha:g}{wanted}"
    head = ["Test", "control", "treated", "in all", "events", "power"]
    rows = []
    for found in sized:
        counts = found.patients_control, found.patients_treated, found.patients
        row = (found.test, *map(str, counts), f"{found.expected_events:.1f}", f"{found.power:.4f}")
        if found.power_low is not None:
            row += (f"{found.power_low:.4f} to {found.power_high:.4f}",)
        rows.append(row)
    notes = [f"Events are those expected at the analysis, at {asked.duration:g}."]
    record: dict[str, object] = {
        "hazard_ratio": asked.hazard_ratio,
        "delay": asked.delay,
        "alpha": asked.alpha,
        "power": asked.power if patients is None else None,
        "duration": asked.duration,
        "tests": [asdict(found) | {"patients": found.patients} for found in sized],
        "repetitions": repetitions,
    }
    if repetitions is None:
        events = asked.events_needed
        record["events_needed"] = events
        notes.insert(
            0, f"A power of {asked.power:g} needs {math.ceil(events)} events ({events:.3f}, Schoenfeld)."
        )
        if patients is not None:
            when = record["time_of_needed_events"] = asked.time_of_needed_events(patients)
            notes.append(
                "So many patients never have them."
                if when is None
                else f"So many patients have had them by {when:.1f}."
            )
    else:
        head.append("95 % interval")
        notes.append(f"Power in {repetitions} simulated trials, analysed on that day.")
        if patients is None:
            notes.append("Sizes were found in other trials, to about one part in fifty.")
    return ShownTable(title, tuple(head), tuple(rows), tuple(notes)), record


def _tests(names: list[TestName], weight: str | None, tau: float | None) -> list[AbstractSurvivalTest]:
    """The tests asked for.

    Raises: InputError, when --weight or --tau is missing, of no use or not of its form.
    """
    from trialkine.design.survival_tests import MaxComboTest, RestrictedMeanTest, WeightedLogrankTest
    from trialkine.statistics.weighted_logrank import FlemingHarrington

    for name, option, value, such_as in (
        (TestName.WEIGHTED_LOG_RANK, "--weight", weight, "0,1"),
        (TestName.RMST, "--tau", tau, "24"),
    ):
        if (name in names) != (value is not None):
            raise InputError(
                f"'--test {name}' and '{option}' belong together. Write both, such as '{option} {such_as}', "
                "or neither."
            )
    tests: list[AbstractSurvivalTest] = []
    for name in dict.fromkeys(names):
        if name is TestName.WEIGHTED_LOG_RANK:
            exponents = numbers_of("--weight", str(weight))
            if len(exponents) != 2:
                raise InputError(f"'--weight {weight}' is not rho and gamma. Write two numbers, such as 0,1.")
            tests.append(WeightedLogrankTest(FlemingHarrington(*exponents)))
        elif name is TestName.RMST:
            assert tau is not None
            tests.append(RestrictedMeanTest(tau))
        else:
            tests.append(MaxComboTest() if name is TestName.MAX_COMBO else WeightedLogrankTest())
    return tests


def _dropout_hazard(rate: float, time: float) -> float:
    """The constant hazard that loses a share of the patients by a time.

    Raises: InputError, when the share or the time is impossible.
    """
    if not (0.0 <= rate < 1.0 and 0.0 < time < math.inf):
        raise InputError(
            f"'--dropout-rate {rate:g}' by '--dropout-time {time:g}' is impossible. "
            "Write a share from 0 to below 1 and a positive time."
        )
    return -math.log1p(-rate) / time
