"""`trialkine design crm`: the next dose by the continual reassessment method, or what the method does."""

from __future__ import annotations

import math
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
from trialkine.cli.design.shared import DesignJson, checked_target, counts_of, numbers_of, put_out
from trialkine.cli.options import Seed, whole_number
from trialkine.errors import InputError

if TYPE_CHECKING:
    from trialkine.design.crm import PowerCrm
    from trialkine.design.dose_finding import DoseTally
    from trialkine.design.shown_table import ShownTable

MOST_PATIENTS, MOST_DOSES = 1000, 50
USUAL_PATIENTS = 30


def crm(
    toxicity_target: TargetRate,
    skeleton: Annotated[
        str | None,
        typer.Option(
            "--skeleton",
            metavar="RATES",
            help="Guessed toxicity rate of each dose, rising, such as 0.05,0.12,0.25,0.4.",
            show_default=False,
        ),
    ] = None,
    doses: Annotated[
        int | None,
        typer.Option(
            "--doses",
            metavar="N",
            help="Instead of --skeleton: number of doses, for one of indifference intervals.",
            show_default=False,
        ),
    ] = None,
    prior_mtd: Annotated[
        int | None,
        typer.Option(
            "--prior-mtd",
            metavar="D",
            help="With --doses: the dose guessed to be the target's.",
            show_default=False,
        ),
    ] = None,
    half_width: Annotated[
        float,
        typer.Option("--half-width", metavar="RATE", help="With --doses: half an indifference interval."),
    ] = 0.05,
    data: Annotated[
        str | None,
        typer.Option(
            "--data",
            metavar="COUNTS",
            help="Toxicities/patients at each dose so far, such as 0/3,1/3; doses not given may be left out.",
            show_default=False,
        ),
    ] = None,
    patients: Annotated[
        int | None,
        typer.Option(
            "--patients",
            metavar="N",
            help=f"Patients of the whole trial. Default: {USUAL_PATIENTS} with --true-rates, else no end.",
            show_default=False,
        ),
    ] = None,
    cohort_size: Annotated[int, typer.Option("--cohort-size", metavar="N", help="Patients in a cohort.")] = 1,
    prior_sd: Annotated[
        float, typer.Option("--prior-sd", metavar="SD", help="Standard deviation of the model's parameter.")
    ] = math.sqrt(1.34),
    stop_above: Annotated[
        float,
        typer.Option(
            "--stop-above",
            metavar="CHANCE",
            help="Stop when the lowest dose's rate exceeds the target with a posterior chance above this.",
        ),
    ] = 0.95,
    true_rates: TrueRates = None,
    start_dose: StartDose = 1,
    repetitions: Repetitions = USUAL_REPETITIONS,
    seed: Seed = 1,
    json: DesignJson = None,
) -> None:
    """Give the next dose by the continual reassessment method: power model, normal prior.

    No untried dose is skipped. With --true-rates the operating characteristics instead. For example:
    trialkine design crm --target 0.25 --skeleton 0.05,0.1,0.25,0.4,0.6 --data 0/3,1/3
    """
    target = checked_target(json)
    whole_number("--cohort-size", cohort_size, 1, MOST_PATIENTS)
    if patients is not None:
        whole_number("--patients", patients, 1, MOST_PATIENTS)
    if data is not None and true_rates is not None:
        raise InputError(
            "'--data' asks for the next dose, '--true-rates' for whole trials. Give one of them."
        )
    rates = _skeleton(toxicity_target, skeleton, doses, prior_mtd, half_width)

    from trialkine.design.crm import PowerCrm
    from trialkine.design.dose_finding import nobody_treated

    start = whole_number("--start-dose", start_dose, 1, len(rates)) - 1
    tally = nobody_treated(len(rates), start) if data is None else _tally(data, len(rates))
    without_end = USUAL_PATIENTS if true_rates is not None else sum(tally.patients) + cohort_size
    rule = PowerCrm(
        toxicity_target,
        rates,
        patients or without_end,
        cohort=cohort_size,
        prior_sd=prior_sd,
        stop_above=stop_above,
    )
    if true_rates is not None:
        found = characteristics_of(rule, true_rates, start_dose, repetitions, seed)
        title = (
            f"CRM for a target of {rule.target:g}: {rule.most_patients} patients in cohorts of {rule.cohort}"
        )
        record: dict[str, object] = {"target": toxicity_target, "skeleton": rates}
        put_out(characteristics_table(title, found), record | characteristics_record(found), target)
        return
    put_out(*_recommendation(rule, tally), target)


def _recommendation(rule: PowerCrm, tally: DoseTally) -> tuple[ShownTable, dict[str, object]]:
    from trialkine.design.shown_table import ShownTable

    decision, posterior = rule.next_dose(tally), rule.posterior(tally)
    rows = [
        {
            "dose": dose + 1,
            "skeleton": guess,
            "toxicities": tally.toxicities[dose],
            "patients": tally.patients[dose],
            "rate": float(posterior.rates[dose]),
            "mean_rate": float(posterior.mean_rates[dose]),
            "chance_above_target": float(posterior.excess[dose]),
        }
        for dose, guess in enumerate(rule.skeleton)
    ]
    cells = tuple(
        (
            f"{row['dose']}",
            f"{row['skeleton']:.4f}",
            f"{row['toxicities']}/{row['patients']}",
            *(f"{row[name]:.4f}" for name in ("rate", "mean_rate", "chance_above_target")),
        )
        for row in rows
    )
    selected = rule.selected_dose(tally)
    tolerated = None if selected is None else selected + 1
    if decision.dose is None:
        notes = [f"Stop. {decision.why}"]
        notes.append("No dose is selected." if tolerated is None else f"Dose {tolerated} is selected.")
    else:
        people = "1 patient" if decision.patients == 1 else f"{decision.patients} patients"
        notes = [f"Next: {people} at dose {decision.dose + 1}. {decision.why}"]
    head = ("Dose", "skeleton", "toxicities", "rate", "mean rate", "chance above target")
    record: dict[str, object] = {
        "target": rule.target,
        "doses": rows,
        "parameter": {"mean": posterior.exponent, "sd": posterior.exponent_sd},
        "next_dose": None if decision.dose is None else decision.dose + 1,
        "next_patients": decision.patients,
        "selected_dose": tolerated if decision.dose is None else None,
        "why": decision.why,
    }
    title = f"CRM for a target of {rule.target:g}: toxicity rates at the posterior mean of the parameter"
    return ShownTable(title, head, cells, tuple(notes)), record


def _skeleton(
    target: float, skeleton: str | None, doses: int | None, prior_mtd: int | None, half_width: float
) -> tuple[float, ...]:
    """The skeleton as given, or of indifference intervals.

    Raises: InputError, when both or neither are given, or numbers are impossible.
    """
    from trialkine.design.crm import indifference_skeleton

    if skeleton is not None and doses is None and prior_mtd is None:
        return numbers_of("--skeleton", skeleton)
    if skeleton is not None or doses is None or prior_mtd is None:
        raise InputError(
            "Give either '--skeleton 0.05,0.12,0.25' or '--doses 5 --prior-mtd 3', and not both."
        )
    whole_number("--doses", doses, 1, MOST_DOSES)
    whole_number("--prior-mtd", prior_mtd, 1, doses)
    return indifference_skeleton(target, half_width, prior_mtd - 1, doses)


def _tally(data: str, doses: int) -> DoseTally:
    """Counts per dose, none at those left out.

    Raises: InputError, when they are not of their form, too many or impossible.
    """
    from trialkine.design.dose_finding import DoseTally

    pairs = [counts_of(part, "toxicities/patients", "for example 0/3,1/6") for part in data.split(",")]
    if len(pairs) > doses:
        raise InputError(f"'--data' has counts for {len(pairs)} doses, the skeleton {doses}. Leave some out.")
    pairs += [(0, 0)] * (doses - len(pairs))
    toxicities, patients = zip(*pairs, strict=True)
    highest = max((dose for dose, treated in enumerate(patients) if treated), default=0)
    return DoseTally(patients, toxicities, highest)
