"""`trialkine design boin`: the decision table of the Bayesian optimal interval design, or what it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from trialkine.cli.design.dose_finding import (
    USUAL_REPETITIONS,
    Repetitions,
    StartDose,
    TargetRate,
    TrueRates,
    characteristics_of,
    characteristics_record,
    characteristics_table,
)
from trialkine.cli.design.shared import DesignJson, checked_target, numbers_of, put_out
from trialkine.cli.options import Seed, whole_number
from trialkine.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trialkine.design.shown_table import ShownTable

MOST_COHORTS, LARGEST_COHORT = 100, 20
LINES = {  # of the table, in the words of R's BOIN
    "escalate_at_most": "Escalate if # of DLT <=",
    "deescalate_at_least": "De-escalate if # of DLT >=",
    "eliminate_at_least": "Eliminate if # of DLT >=",
}


def boin(
    toxicity_target: TargetRate,
    cohorts: Annotated[int, typer.Option("--cohorts", metavar="N", help="Cohorts of the trial.")] = 10,
    cohort_size: Annotated[int, typer.Option("--cohort-size", metavar="N", help="Patients in a cohort.")] = 3,
    p_saf: Annotated[
        float | None,
        typer.Option(
            "--p-saf",
            metavar="RATE",
            help="Highest rate that is too low. Default: 0.6 times the target.",
            show_default=False,
        ),
    ] = None,
    p_tox: Annotated[
        float | None,
        typer.Option(
            "--p-tox",
            metavar="RATE",
            help="Lowest rate that is too high. Default: 1.4 times the target.",
            show_default=False,
        ),
    ] = None,
    cutoff_eli: Annotated[
        float,
        typer.Option(
            "--cutoff-eli",
            metavar="CHANCE",
            help="Eliminate a dose whose rate exceeds the target with a posterior chance above this.",
        ),
    ] = 0.95,
    every_patient: Annotated[
        bool, typer.Option("--every-patient", help="Show every number of patients, not whole cohorts alone.")
    ] = False,
    true_rates: TrueRates = None,
    start_dose: StartDose = 1,
    repetitions: Repetitions = USUAL_REPETITIONS,
    seed: Seed = 1,
    json: DesignJson = None,
) -> None:
    """Give the decision table of the Bayesian optimal interval design (BOIN).

    With --true-rates the operating characteristics instead. For example:
    trialkine design boin --target 0.3 --cohorts 10 --cohort-size 3
    """
    target = checked_target(json)
    whole_number("--cohorts", cohorts, 1, MOST_COHORTS)
    whole_number("--cohort-size", cohort_size, 1, LARGEST_COHORT)
    low = 0.6 * toxicity_target if p_saf is None else p_saf
    high = 1.4 * toxicity_target if p_tox is None else p_tox
    if not 0.0 < low < toxicity_target < high < 1.0:
        raise InputError(
            f"'--p-saf {low:g}', '--target {toxicity_target:g}' and '--p-tox {high:g}' do not fit. "
            "Write 0 < p-saf < target < p-tox < 1, such as 0.18, 0.3 and 0.42."
        )

    from trialkine.design.boin import Boin

    most = cohorts * cohort_size
    rule = Boin(
        dose_count=1 if true_rates is None else len(numbers_of("--true-rates", true_rates)),
        target=toxicity_target,
        most_patients=most,
        cohort=cohort_size,
        too_low=low / toxicity_target,
        too_high=high / toxicity_target,
        eliminate_above=cutoff_eli,
    )
    bounds = rule.bounds
    title = (
        f"BOIN for a target of {toxicity_target:g}: escalate at a rate of {bounds.escalate:.4f} or less, "
        f"de-escalate at {bounds.deescalate:.4f} or more"
    )
    record: dict[str, object] = {
        "target": toxicity_target,
        "lambda_e": bounds.escalate,
        "lambda_d": bounds.deescalate,
    }
    if true_rates is not None:
        found = characteristics_of(rule, true_rates, start_dose, repetitions, seed)
        put_out(characteristics_table(title, found), record | characteristics_record(found), target)
        return
    step = 1 if every_patient else cohort_size
    rows = [_carried_out(row) for row in rule.table(range(step, most + 1, step))]
    put_out(_table(title, rows), record | {"table": rows}, target)


def _carried_out(row: Mapping[str, int | None]) -> Mapping[str, int | None]:
    """The row as the trial goes: what eliminates a dose also leaves it. R's BOIN prints it so, too."""
    down, gone = row["deescalate_at_least"], row["eliminate_at_least"]
    return row if gone is None or down is None else {**row, "deescalate_at_least": min(down, gone)}


def _table(title: str, rows: Sequence[Mapping[str, int | None]]) -> ShownTable:
    """Numbers of patients side by side; NA where no number of toxicities does it."""
    from trialkine.design.shown_table import ShownTable

    lines = tuple(
        (words, *("NA" if row[name] is None else str(row[name]) for row in rows))
        for name, words in LINES.items()
    )
    return ShownTable(title, ("Patients treated at the dose", *(str(row["patients"]) for row in rows)), lines)
