"""What the dose finding sub-commands of `trialkine design` share: true rates, trials, their table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from trialkine.cli.design.shared import numbers_of
from trialkine.cli.options import LARGEST_SEED, MOST_TRIALS, whole_number

if TYPE_CHECKING:
    from trialkine.design.dose_finding import AbstractDoseRule
    from trialkine.design.dose_finding_characteristics import DoseFindingCharacteristics
    from trialkine.design.shown_table import ShownTable

USUAL_REPETITIONS = 2000
RATES_HELP = "True toxicity rate of each dose, the lowest first, such as 0.05,0.15,0.3."

TargetRate = Annotated[
    float, typer.Option("--target", metavar="RATE", help="Target toxicity rate.", show_default=False)
]
TrueRates = Annotated[
    str | None,
    typer.Option(
        "--true-rates",
        metavar="RATES",
        help=f"Give the operating characteristics instead. {RATES_HELP}",
        show_default=False,
    ),
]
StartDose = Annotated[int, typer.Option("--start-dose", metavar="D", help="First dose, counted from 1.")]
Repetitions = Annotated[int, typer.Option("--repetitions", metavar="R", help="Trials to simulate.")]


def characteristics_of(
    rule: AbstractDoseRule, true_rates: str, start_dose: int, repetitions: int | None, seed: int
) -> DoseFindingCharacteristics:
    """What the rule does at true rates: simulated, or summed over every course without repetitions.

    Raises: InputError, when the rates, the first dose, the repetitions or the seed are impossible.
    """
    from trialkine.design.dose_finding_characteristics import exact_dose_finding, simulate_dose_finding

    rates = numbers_of("--true-rates", true_rates)
    start = whole_number("--start-dose", start_dose, 1, rule.doses) - 1
    whole_number("--seed", seed, 0, LARGEST_SEED)
    if repetitions is None:
        return exact_dose_finding(rule, rates, start)
    whole_number("--repetitions", repetitions, 1, MOST_TRIALS)
    return simulate_dose_finding(rule, rates, repetitions, seed, start)


def characteristics_table(title: str, found: DoseFindingCharacteristics) -> ShownTable:
    """How often each dose is selected, and the patients and toxicities at it, on average."""
    from trialkine.design.shown_table import ShownTable

    rows = tuple(
        (str(dose), f"{rate:g}", f"{100 * selected:.1f} %", f"{treated:.2f}", f"{toxic:.2f}")
        for dose, (rate, selected, treated, toxic) in enumerate(
            zip(found.toxicity_rates, found.selected, found.patients, found.toxicities, strict=True), 1
        )
    )
    if found.repetitions is None:
        how = "Summed over every course that a trial can take."
    else:
        most = 50.0 / found.repetitions**0.5
        how = f"{found.repetitions} simulated trials; standard error of a share {most:.1f} points at most."
    notes = (
        f"No dose is selected in {100 * found.none_selected:.1f} %. A trial has {found.trial_size:.2f} "
        f"patients on average, {sum(found.toxicities):.2f} of them with a toxicity.",
        how,
    )
    return ShownTable(title, ("Dose", "true rate", "selected", "patients", "toxicities"), rows, notes)


def characteristics_record(found: DoseFindingCharacteristics) -> dict[str, object]:
    """The characteristics as plain values, for JSON."""
    columns = zip(found.toxicity_rates, found.selected, found.patients, found.toxicities, strict=True)
    return {
        "doses": [
            {"dose": dose, "true_rate": rate, "selected": selected, "patients": treated, "toxicities": toxic}
            for dose, (rate, selected, treated, toxic) in enumerate(columns, 1)
        ],
        "none_selected": found.none_selected,
        "trial_size": found.trial_size,
        "repetitions": found.repetitions,
    }
