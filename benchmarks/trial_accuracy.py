"""Speed of the full melanoma model by either stepper, and what a tolerance does to tumour burden.

python benchmarks/trial_accuracy.py [--patients N] [--out DIR]

A year of high-dose interleukin-2 and daily temozolomide, dosed as workload A; beyond its patients, their
doses are used again. Decisions are frozen (no dose is held, no milestone ends a patient's year), so that
tolerances and steppers are compared on the same treatment.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from machine import describe_machine
from measure import LEAST_SECONDS, PERCENTILE
from trialkine.agents.catalogue import agent_book
from trialkine.arm_models import arm_model
from trialkine.compiler.compiled import CompiledModel, compile_model
from trialkine.diseases.disease import load_disease
from trialkine.population.sample import sample_patients
from trialkine.records import DAYS_PER_YEAR
from trialkine.solver.accuracy import REFERENCE, Accuracy
from trialkine.solver.doses import DoseTable
from trialkine.solver.ensemble import Ensemble
from trialkine.solver.pilot import PILOT_DAYS, PILOT_PATIENTS, choose_stepper
from trialkine.solver.status import Status
from trialkine.solver.stepper import EXPLICIT, IMPLICIT, Stepper
from workloads import ENSEMBLE, FLOOR, INFUSED, ORAL, due, workload

Array = np.ndarray[Any, np.dtype[Any]]

HERE = Path(__file__).parent
AGENTS = ("aldesleukin", "temozolomide")
ROUTES = (("aldesleukin", "intravenous"), ("temozolomide", "oral"))
INFUSED_PER_KG, ORAL_PER_M2 = 600_000.0, 75.0  # IU/kg, mg/m2
NEVER = ("death_threshold", "treatment_death_threshold", "new_lesion_threshold", "symptomatic_burden_ratio")
OUT_OF_REACH = 1e12
VISIT_DAYS = 56.0
DAYS = 364.0
PATIENTS = 256
STEPPERS = (EXPLICIT, IMPLICIT)


@dataclass(frozen=True)
class Case:
    """Patients of the full melanoma model with their doses."""

    compiled: CompiledModel
    parameters: Array
    doses: DoseTable


@dataclass(frozen=True)
class Solution:
    """Tumour burden at the visits, speed, work, failures, and how many the explicit stepper gave up.

    Shape: burden (patient, visit). Units: burden [cm**3].
    """

    burden: Array
    patient_years_per_second: float
    steps: float
    failed: int
    given_up: int


def melanoma_case(patients: int) -> Case:
    """Virtual patients and a year of doses."""
    own = arm_model(load_disease("melanoma"), agent_book(), AGENTS)
    model = own.model
    drawn = sample_patients(own.records, own.correlations, patients, 1)
    columns = {**drawn.parameters, **{name: np.full(patients, OUT_OF_REACH) for name in NEVER}}
    parameters = np.stack([columns[name] for name in model.parameter_names], axis=1)
    doses = repeated(workload("A", min(patients, ENSEMBLE)).doses, patients)
    amount = np.where(
        doses.route == INFUSED,
        INFUSED_PER_KG * drawn.covariates["weight_kg"][doses.patient],
        ORAL_PER_M2 * drawn.covariates["body_surface_m2"][doses.patient],
    )
    assert set(np.unique(doses.route)) == {INFUSED, ORAL}
    frozen = DoseTable.of(
        doses.patient, doses.time, doses.route, amount, duration=doses.duration, may_hold=False, routes=ROUTES
    )
    return Case(compile_model(model), parameters, frozen)


def repeated(doses: DoseTable, patients: int) -> DoseTable:
    """The doses of the first patients, given again to those after them, until there are `patients`."""
    known = int(doses.patient.max()) + 1
    rows = [np.flatnonzero(doses.patient == patient % known) for patient in range(patients)]
    who = np.repeat(np.arange(patients), [len(mine) for mine in rows])
    every = np.concatenate(rows)
    columns = (doses.time[every], doses.route[every], doses.amount[every])
    return DoseTable.of(who, *columns, duration=doses.duration[every], routes=doses.routes)


def solve(case: Case, accuracy: Accuracy, stepper: Stepper) -> Solution:
    """A year, from visit to visit, on one thread; the time includes starting the ensemble and reading it."""
    total, repeats = 0.0, 0
    while total < LEAST_SECONDS:
        begin = time.process_time()
        ensemble = Ensemble(case.compiled, case.parameters, accuracy, stepper)
        burden = [ensemble.observe("burden")["burden"]]
        before = 0.0
        for visit in [*np.arange(VISIT_DAYS, DAYS, VISIT_DAYS), DAYS]:
            ensemble.advance(visit, due(case.doses, before, visit), jobs=1)
            burden.append(ensemble.observe("burden")["burden"])
            before = visit
        total, repeats = total + time.process_time() - begin, repeats + 1
    return Solution(
        burden=np.stack(burden, axis=1),
        patient_years_per_second=repeats * ensemble.size * DAYS / DAYS_PER_YEAR / total,
        steps=float(ensemble.steps.sum(axis=1).mean()),
        failed=int(np.count_nonzero(ensemble.status != Status.OK)),
        given_up=int(np.count_nonzero(ensemble.is_stiff)),
    )


def chosen_stepper(case: Case, accuracy: Accuracy) -> Stepper:
    """The stepper that a pilot in the case's first patients chooses, as one does for every arm of a trial."""
    doses = due(case.doses, 0.0, PILOT_DAYS)
    few = DoseTable(
        *(getattr(doses, name)[doses.patient < PILOT_PATIENTS] for name in vars(doses) if name != "routes"),
        doses.routes,
    )
    return choose_stepper(case.compiled, case.parameters[:PILOT_PATIENTS], few, accuracy)


def burden_errors(found: Solution, reference: Solution) -> Array:
    """Each patient's largest error of burden, relative to it plus a hundredth of the first.

    Shape: (patient,).
    """
    size = np.abs(reference.burden) + FLOOR * reference.burden[:, :1]
    return np.asarray(np.max(np.abs(found.burden - reference.burden) / size, axis=1))


def measure(case: Case, tolerances: Sequence[float]) -> list[dict[str, Any]]:
    """One record for each stepper and tolerance."""
    reference = solve(case, REFERENCE, IMPLICIT)
    records: list[dict[str, Any]] = []
    for stepper in STEPPERS:
        for relative in tolerances:
            accuracy = Accuracy(relative=relative)
            found = solve(case, accuracy, stepper)
            errors = burden_errors(found, reference)
            records.append(
                {
                    "stepper": stepper.name,
                    "relative": relative,
                    "is_default": relative == Accuracy().relative,
                    "is_chosen": chosen_stepper(case, accuracy) == stepper,
                    "patient_years_per_second": found.patient_years_per_second,
                    "steps": found.steps,
                    "failed": found.failed,
                    "given_up": found.given_up,
                    "median_error": float(np.median(errors)),
                    "p95_error": float(np.percentile(errors, PERCENTILE)),
                    "largest_error": float(errors.max()),
                }
            )
    return records


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--patients", type=int, default=PATIENTS)
    parser.add_argument("--out", type=Path, default=HERE / "results")
    given = parser.parse_args()
    about = describe_machine()
    case = melanoma_case(given.patients)
    default = Accuracy().relative
    records = measure(case, (10 * default, default, default / 10, default / 100))
    given.out.mkdir(parents=True, exist_ok=True)
    lines = [{"machine": about, "patients": len(case.parameters)}, *records]
    text = report(records, case, about)
    (given.out / "trial_accuracy.jsonl").write_text(
        "\n".join(map(json.dumps, lines)) + "\n", encoding="utf-8"
    )
    (given.out / "trial_accuracy.md").write_text(text, encoding="utf-8")
    print(text)


def report(records: list[dict[str, Any]], case: Case, about: dict[str, str]) -> str:
    """The table as markdown."""
    rows = [
        f"| {r['stepper']}{' (chosen)' if r['is_chosen'] else ''} "
        f"| {r['relative']:g}{' (default)' if r['is_default'] else ''} "
        f"| {r['patient_years_per_second']:,.0f} | {r['steps']:,.0f} "
        f"| {r['median_error']:.1e} | {r['p95_error']:.1e} | {r['largest_error']:.1e} "
        f"| {r['failed']} | {r['given_up']} |"
        for r in records
    ]
    factors = "; ".join(f"{stepper.name} by {stepper.tightening:g}" for stepper in STEPPERS)
    return "\n".join(
        [
            "# The full melanoma model at trial accuracy",
            "",
            "| stepper | tolerance | patient-years / s, one core | steps a year "
            "| burden error, median | 95 % | largest | failed | given up |",
            "|---|---|---|---|---|---|---|---|---|",
            *rows,
            "",
            f"{len(case.parameters)} patients, {len(case.compiled.model.state_names)} states, dosed as "
            f"workload A for {DAYS:g} days, read every {VISIT_DAYS:g}; starting the ensemble and reading it "
            "is part of the time, compiling is not. Errors are each patient's largest, against Rodas5P at a "
            f"tolerance of {REFERENCE.relative:g}. Each stepper multiplies the tolerance: {factors}. "
            "'Chosen' is the stepper that a pilot of counted work takes at that tolerance; 'given up' are "
            "patients whom the explicit stepper left to the implicit one.",
            "",
            *(f"- {name}: {value}" for name, value in about.items()),
            "",
        ]
    )


if __name__ == "__main__":
    main()
