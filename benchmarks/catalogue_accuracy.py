"""What the default accuracy does to the trials of the catalogue: every arm, against a tight solution.

python benchmarks/catalogue_accuracy.py [--patients N] [--only NAME ...] [--out DIR]

Every example that is a trial is run twice in the same patients, with the same luck: at the accuracy of
trials and at that of the reference. Each arm's first patients are solved once more with their planned doses
and no decisions, by the stepper its trial chose and, for the reference, by the implicit one.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from arm_agreement import DIFFERS, LEVEL, PERCENTILE, SAME_DEATH, Agreement, compare_runs
from example_runs import example_files, is_assay
from frozen_courses import DAYS, VISIT_DAYS, FrozenArm, frozen_differences
from machine import describe_machine
from trialkine.arm_models import disease_of, protocol_models
from trialkine.records import DAYS_PER_MONTH
from trialkine.solver.accuracy import REFERENCE, Accuracy
from trialkine.solver.stepper import EXPLICIT, IMPLICIT
from trialkine.study import patients_of_arm, run_protocol
from trialkine.trial.protocol import Protocol
from trialkine.trial.result import TrialResult

Array = np.ndarray[Any, np.dtype[Any]]

HERE = Path(__file__).parent
PATIENTS, FROZEN_PATIENTS = 120, 32
SEED = 0
STEPPERS = {stepper.name: stepper for stepper in (EXPLICIT, IMPLICIT)}


@dataclass(frozen=True)
class Spread:
    """Relative differences of burden in short; nothing where there were no visits."""

    visits: int
    median: float | None = None
    p95: float | None = None
    largest: float | None = None

    @classmethod
    def of(cls, differences: Array) -> Spread:
        """The spread of some differences; one that is not a number counts as without bound."""
        if not len(differences):
            return cls(0)
        known = np.where(np.isfinite(differences), differences, np.inf)
        middle, high = (float(np.percentile(known, q, method="lower")) for q in (50, PERCENTILE))
        return cls(len(known), middle, high, float(known.max()))


@dataclass(frozen=True)
class ArmRecord:
    """One arm of one example: how its two runs agree, and its burden without decisions."""

    example: str
    arm: str
    stepper: str
    agreement: Agreement
    read: Spread
    frozen: Spread


def arm_records(
    example: str, runs: tuple[TrialResult, TrialResult], frozen: Sequence[Array]
) -> Iterable[ArmRecord]:
    """Every arm of one example."""
    for number, arm in enumerate(runs[0].arms):
        one, two = ((_of(run.patients, arm), _of(run.lesions, arm)) for run in runs)
        agreement = compare_runs((one[0], two[0]), (one[1], two[1]))
        stepper = runs[0].methods[arm]
        read, still = Spread.of(agreement.burden), Spread.of(frozen[number])
        yield ArmRecord(example, arm, stepper, agreement, read, still)


def _of(table: pl.DataFrame, arm: str) -> pl.DataFrame:
    return table.filter(pl.col("arm") == arm)


def frozen_arms(protocol: Protocol, methods: Sequence[str]) -> list[Array]:
    """Each arm's differences of burden with decisions frozen."""
    own = protocol_models(protocol, disease_of(protocol))[1]
    found = []
    for number, name in enumerate(methods):
        group = patients_of_arm(protocol, number, SEED)
        few = group.select(np.arange(min(FROZEN_PATIENTS, len(group))))
        course = FrozenArm(protocol, protocol.arms[number], own[number], few)
        trial = course.burden(Accuracy(), STEPPERS[name])
        found.append(frozen_differences(trial, course.burden(REFERENCE, IMPLICIT)))
    return found


def measure(files: Iterable[Path], patients: int) -> tuple[list[ArmRecord], dict[str, float]]:
    """Every arm of some examples, and the processor time of the runs at each accuracy [s]."""
    records: list[ArmRecord] = []
    seconds = {"trial": 0.0, "reference": 0.0}
    for file in files:
        protocol = Protocol.read(file)
        runs = []
        for name, accuracy in (("trial", Accuracy()), ("reference", REFERENCE)):
            begin = time.process_time()
            runs.append(run_protocol(protocol, patients=patients, seed=SEED, jobs=1, accuracy=accuracy))
            seconds[name] += time.process_time() - begin
        frozen = frozen_arms(protocol, [runs[0].methods[arm] for arm in runs[0].arms])
        records += arm_records(file.stem, (runs[0], runs[1]), frozen)
        print(f"{file.stem}: {len(runs[0].arms)} arms", flush=True)
    return records, seconds


def report(records: Sequence[ArmRecord], seconds: dict[str, float], about: dict[str, str]) -> str:
    """The page as markdown."""
    return "\n".join(
        [
            "# The catalogue at trial accuracy",
            "",
            f"Every arm of every trial among the examples, at tolerance {Accuracy().relative:g} and at "
            f"{REFERENCE.relative:g}: the same patients with the same luck, seed {SEED}. 'a / b' is 'at "
            "trial accuracy / at the reference'.",
            "",
            *totals(records, seconds),
            "",
            "## Decisions and outcomes",
            "",
            "'Discordant' are patients who respond at trial accuracy alone, and at the reference alone; "
            "'error of a rate' is the standard error that a rate in this many other patients would have. "
            f"Rates agree when they differ by no more than it and the exact McNemar test has p of at least "
            f"{LEVEL:g}. 'Other' counts patients whose best response, doses given, doses held, relative "
            f"dose intensity (lowered by reductions and waits) or day of death (by more than {SAME_DEATH:g} day) differ.",
            "",
            *outcome_rows(records),
            "",
            "## Burden",
            "",
            "'As read' is the relative difference of the lesions' summed volumes at all visits of both runs "
            "after the first, up to a patient's first that only one has; readings share their errors, and "
            "decisions may differ. 'Frozen' is burden with every planned dose given and no decisions, every "
            f"{VISIT_DAYS:g} days of {DAYS:g} in up to {FROZEN_PATIENTS} patients, against Rodas5P at "
            f"{REFERENCE.relative:g}, relative to burden plus a hundredth of the first.",
            "",
            *burden_rows(records),
            "",
            *(f"- {name}: {value}" for name, value in about.items()),
            "",
        ]
    )


def totals(records: Sequence[ArmRecord], seconds: dict[str, float]) -> list[str]:
    """The whole catalogue in a few lines."""
    each = [record.agreement for record in records]
    patients = sum(one.patients for one in each)
    moved = [sum(one.discordant[side] for one in each) for side in (0, 1)]
    differing = sum(one.verdict == DIFFERS for one in each)
    chosen = {name: sum(record.stepper == name for record in records) for name in STEPPERS}
    counts = {
        "best response": sum(one.other_best_response for one in each),
        "number of doses given": sum(one.other_doses_given for one in each),
        "number of doses held": sum(one.other_doses_held for one in each),
        "relative dose intensity": sum(one.other_dose_intensity for one in each),
        "day of death": sum(one.other_death_day for one in each),
        "any of these": sum(one.other_course for one in each),
    }
    given = [sum(one.doses_given[side] for one in each) for side in (0, 1)]
    read = Spread.of(np.concatenate([one.burden for one in each]))
    return [
        f"- {len(records)} arms, {patients:,} courses; "
        + ", ".join(f"{name} in {count} arms" for name, count in chosen.items()),
        f"- responders at trial accuracy alone {moved[0]}, at the reference alone {moved[1]}; arms whose "
        f"rates differ by more than the Monte-Carlo error: {differing}",
        "- courses that differ in " + ", ".join(f"{name} {count}" for name, count in counts.items()),
        f"- doses given {given[0]:,} / {given[1]:,}",
        f"- burden as read at {read.visits:,} visits: median {_small(read.median)}, 95 % {_small(read.p95)}, "
        f"largest {_small(read.largest)}",
        f"- largest of the arms' 95th percentiles with decisions frozen: "
        f"{_small(max((r.frozen.p95 for r in records if r.frozen.p95 is not None), default=None))}",
        f"- processor time {seconds['trial']:.0f} s / {seconds['reference']:.0f} s",
    ]


def outcome_rows(records: Iterable[ArmRecord]) -> list[str]:
    """The table of decisions and outcomes."""
    rows = [
        "| example | arm | stepper | patients | responders | discordant | error of a rate | McNemar p "
        "| other best response | doses given | other | doses held | other | other dose intensity | median survival [months] "
        "| other death day | any other | rates |",
        "|" + "---|" * 18,
    ]
    for record in records:
        one = record.agreement
        months = " / ".join(_months(days) for days in one.median_survival)
        rows.append(
            f"| {record.example} | {record.arm} | {record.stepper} | {one.patients} "
            f"| {_pair(one.responders)} | {_pair(one.discordant)} | {100 * one.standard_error:.1f} % "
            f"| {one.p_value:.2f} "
            f"| {one.other_best_response} | {_pair(one.doses_given)} | {one.other_doses_given} "
            f"| {_pair(one.doses_held)} | {one.other_doses_held} "
            f"| {one.other_dose_intensity} | {months} | {one.other_death_day} "
            f"| {one.other_course} | {one.verdict} |"
        )
    return rows


def burden_rows(records: Iterable[ArmRecord]) -> list[str]:
    """The table of burden."""
    rows = [
        "| example | arm | visits | as read, median | 95 % | largest | frozen, median | 95 % | largest |",
        "|" + "---|" * 9,
    ]
    for record in records:
        cells = [
            _small(value) for spread in (record.read, record.frozen)
            for value in (spread.median, spread.p95, spread.largest)
        ]  # fmt: skip
        rows.append(f"| {record.example} | {record.arm} | {record.read.visits} | {' | '.join(cells)} |")
    return rows


def as_json(record: ArmRecord) -> dict[str, Any]:
    """One arm as a line of JSON, without the single differences."""
    agreement = {name: value for name, value in asdict(record.agreement).items() if name != "burden"}
    known = {"p_value": record.agreement.p_value, "verdict": record.agreement.verdict}
    return {**asdict(record), "agreement": agreement | known}


def _pair(values: tuple[int, int]) -> str:
    return f"{values[0]:,} / {values[1]:,}"


def _months(days: float | None) -> str:
    return "not reached" if days is None else f"{days / DAYS_PER_MONTH:.2f}"


def _small(value: float | None) -> str:
    return "-" if value is None else f"{value:.1e}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--patients", type=int, default=PATIENTS, help="in each arm")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="some examples, by the name of their file")
    parser.add_argument("--out", type=Path, default=HERE / "results")
    given = parser.parse_args()
    about = describe_machine()
    files = [file for file in example_files() if not is_assay(file)]
    chosen = [file for file in files if given.only is None or file.stem in given.only]
    records, seconds = measure(chosen, given.patients)
    given.out.mkdir(parents=True, exist_ok=True)
    lines = [{"machine": about, "patients": given.patients, "seconds": seconds}, *map(as_json, records)]
    (given.out / "catalogue_accuracy.jsonl").write_text(
        "\n".join(map(json.dumps, lines)) + "\n", encoding="utf-8"
    )
    text = report(records, seconds, about)
    (given.out / "catalogue_accuracy.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
