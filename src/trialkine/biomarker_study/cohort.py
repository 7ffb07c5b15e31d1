"""The patients of a study: what was true of them before treatment and early on, and how they fared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from trialkine.arm_models import ArmModel, disease_of, protocol_models
from trialkine.biomarker_study.catalogue import Marker
from trialkine.ensemble_members import member_changes, switched_variants
from trialkine.errors import InputError
from trialkine.model.evaluate import start_values
from trialkine.population.clinic import draw_clinic
from trialkine.population.ensemble import Changes, ParameterEnsemble
from trialkine.population.fitness import draw_fitness, fitness_of
from trialkine.population.packaged import packaged_records, with_replacements
from trialkine.population.parameters import parameter_population
from trialkine.study import run_protocol
from trialkine.trial.facts import trial_facts
from trialkine.trial.luck import Luck
from trialkine.trial.measurement import numbers_with, read_biomarker
from trialkine.trial.protocol import Protocol
from trialkine.trial.protocol_parts import Biomarker
from trialkine.trial.result import TrialResult
from trialkine.trial.words import Duration

Array = np.ndarray[Any, np.dtype[Any]]
Progress = Callable[[float, str], None]

RESPONSES = ("CR", "PR")
EXPONENTIAL = "exponential"  # the distribution of thresholds, which stand for luck
SAME_TIME = 1e-6  # days


@dataclass(frozen=True)
class ArmCohort:
    """The evaluable patients of one arm, in one order throughout.

    `baseline` and `early` hold true values by the marker's name; `early` is nan where nothing was drawn, and
    for those who had responded, progressed or left by then. `parameters` are the patient's own numbers that
    differ between patients, `lucky` the names of those that stand for luck. `places` counts everybody who was
    enrolled in the arm and repetition, the failed too: the same patient has the same place in every arm that
    treats the same patients.

    Units: death_days, early_day [day]; others the quantities' own. Shape: (patient,).
    """

    arm: str
    ids: Array
    places: Array
    trial: Array
    responded: Array
    death_days: Array
    died: Array
    baseline: Mapping[str, Array]
    early: Mapping[str, Array]
    early_day: float
    parameters: Mapping[str, Array]
    lucky: frozenset[str]

    def __len__(self) -> int:
        return len(self.ids)

    def select(self, rows: Array) -> ArmCohort:
        """Some of the patients, by a mask or by places."""

        def of(columns: Mapping[str, Array]) -> dict[str, Array]:
            return {name: column[rows] for name, column in columns.items()}

        return replace(
            self,
            ids=self.ids[rows],
            places=self.places[rows],
            trial=self.trial[rows],
            responded=self.responded[rows],
            death_days=self.death_days[rows],
            died=self.died[rows],
            baseline=of(self.baseline),
            early=of(self.early),
            parameters=of(self.parameters),
        )


def watched(protocol: Protocol, markers: Sequence[Marker], early: Duration, patients: int) -> Protocol:
    """The protocol with every marker measured at the start and once early on, enrolling as long as before."""
    drawn = {marker.name: Biomarker(at=(early,)) for marker in markers if not marker.is_recorded}
    stated = protocol.enrolment
    faster = max(1.0, patients / stated.patients) * stated.per_month
    changed = protocol.model_copy(
        update={
            "assessments": protocol.assessments.model_copy(update={"biomarkers": drawn, "subgroups": ()}),
            "enrolment": stated.model_copy(update={"per_month": faster}),
        }
    )
    if protocol.own is not None:
        changed = changed.with_own(protocol.own)
    return changed.with_book(protocol.agent_book)


def run_cohort(
    protocol: Protocol,
    markers: Sequence[Marker],
    early: Duration,
    *,
    patients: int,
    trials: int,
    seed: int,
    jobs: int | None,
    progress: Progress,
    ensemble: ParameterEnsemble | None,
) -> tuple[TrialResult, tuple[ArmCohort, ...]]:
    """Simulate the protocol, `patients` per arm and repetition, and gather what is known of everybody.

    Raises: InputError, when the early draw comes after the first scan, or nobody can respond;
    SimulationError, as `study.run_protocol`.
    """
    _check(protocol, early)
    changed = watched(protocol, markers, early, patients)
    result = run_protocol(
        changed, patients=patients, trials=trials, seed=seed, jobs=jobs, progress=progress, ensemble=ensemble
    )
    records = _Records(changed, markers, ensemble, trials, seed)
    return result, tuple(records.arm(result, number, early.days) for number in range(len(result.arms)))


def _check(protocol: Protocol, early: Duration) -> None:
    assessments = protocol.assessments
    if assessments.criteria == "relapse":
        raise InputError(
            "Under the criteria 'relapse' nobody responds, so that no marker of response can be looked for. "
            "Name a protocol with measurable disease."
        )
    first = assessments.first_at or assessments.every
    if early.days > first.days - SAME_TIME:
        raise InputError(
            f"The early draw at {early} does not come before the first scan at {first}, when response "
            "is read. Write an earlier one with '--early'."
        )


class _Records:
    """What the keyed draws say of patients, whom the trial's tables know by number only."""

    def __init__(
        self,
        protocol: Protocol,
        markers: Sequence[Marker],
        ensemble: ParameterEnsemble | None,
        trials: int,
        seed: int,
    ) -> None:
        self.protocol, self.markers, self.seed = protocol, markers, seed
        self.disease = disease_of(protocol)
        asked = (name for arm in (None, *protocol.arms) for name in protocol.model_of(arm).variants)
        switched = switched_variants(ensemble, self.disease, tuple(dict.fromkeys(asked)))
        self.everywhere, self.models = protocol_models(protocol, self.disease, switched)
        self.changes = member_changes(ensemble, self.disease, trial_facts(protocol), trials, seed, switched)
        own = {name: record for name, record in self.disease.records.items() if name in packaged_records()}
        self.clinic = with_replacements(own)

    def arm(self, result: TrialResult, number: int, early_day: float) -> ArmCohort:
        """Everything about one arm's evaluable patients."""
        everybody = result.patients.filter(pl.col("arm") == result.arms[number]).with_columns(
            (pl.col("patient").rank("ordinal").over("trial") - 1).alias("place")
        )
        table = everybody.filter(pl.col("status") == "ok").sort("trial", maintain_order=True)
        ids, trial = (table[name].to_numpy().astype(np.int64) for name in ("patient", "trial"))
        model = self.models[number]
        columns: dict[str, list[Array]] = {}
        start: dict[str, list[Array]] = {}
        for replicate, changes in enumerate(self.changes):
            who = ids[trial == replicate]
            drawn, before = self._of_repetition(model, changes, replicate, who)
            for name, column in drawn.items():
                columns.setdefault(name, []).append(column)
            for name, column in before.items():
                start.setdefault(name, []).append(column)
        parameters = {name: np.concatenate(parts) for name, parts in columns.items()}
        baseline = {name: np.concatenate(parts) for name, parts in start.items()}
        for name in ("age", "performance_status"):
            baseline[name] = table[name].to_numpy().astype(np.float64)
        here = [marker.name for marker in self.markers]
        return ArmCohort(
            arm=result.arms[number],
            ids=ids,
            places=table["place"].to_numpy().astype(np.int64),
            trial=trial,
            responded=table["best_response"].is_in(RESPONSES).to_numpy(),
            death_days=table["os_days"].to_numpy().astype(np.float64),
            died=table["os_event"].to_numpy().astype(bool),
            baseline={name: baseline[name] for name in here},
            early=self._early(result, number, table, early_day),
            early_day=early_day,
            parameters=parameters,
            lucky=self._lucky(model),
        )

    def _of_repetition(
        self, model: ArmModel, changes: Changes, replicate: int, ids: Array
    ) -> tuple[dict[str, Array], dict[str, Array]]:
        """The patients' own numbers that vary, and the true values of the markers before treatment."""
        own = model.with_changes(changes)
        population = parameter_population(own.records, own.correlations)
        names = own.model.parameter_names
        drawn = population.values(self.seed, replicate, ids, names)
        table = np.stack([drawn[name] for name in names], axis=1)
        quantities = [marker.name for marker in self.markers if not marker.is_recorded]
        found = start_values(own.model, quantities, table)
        before = {
            name: np.array(np.broadcast_to(found[name], ids.shape), dtype=np.float64) for name in quantities
        }
        before |= self._clinic(changes, replicate, ids)
        usual = parameter_population(model.records, model.correlations)
        return {name: drawn[name] for name in names if usual.members[name].is_varying}, before

    def _clinic(self, changes: Changes, replicate: int, ids: Array) -> dict[str, Array]:
        """What the clinic recorded; it follows fitness, as it did when patients were enrolled."""
        own = self.everywhere.with_changes(changes)
        population = parameter_population(own.records, own.correlations)
        fitness = draw_fitness(fitness_of(self.clinic, population), population, self.seed, replicate, ids)
        found = draw_clinic(self.clinic, self.seed, replicate, ids, fitness)
        return {name: np.asarray(column, dtype=np.float64) for name, column in found.items()}

    def _lucky(self, model: ArmModel) -> frozenset[str]:
        members = parameter_population(model.records, model.correlations).members
        return frozenset(
            name
            for name, member in members.items()
            if member.variability is not None and member.variability.distribution == EXPONENTIAL
        )

    def _early(self, result: TrialResult, number: int, table: pl.DataFrame, day: float) -> dict[str, Array]:
        """The true values at the early draw: what was read, with the reading's own error taken out again.

        The error of a reading is keyed, so that it is known. Its key counts the patient's visits.
        """
        names = [marker.name for marker in self.markers if not marker.is_recorded and marker.is_early]
        visits = (
            result.visits.filter(pl.col("arm") == result.arms[number])
            .with_columns(pl.int_range(pl.len()).over("trial", "patient").alias("visit"))
            .filter((pl.col("day") - day).abs() < SAME_TIME)
            .unique(["trial", "patient"], keep="first")
        )
        untouched = pl.min_horizontal("response_day", "progression_day", "os_days").fill_null(np.inf) > day
        rows = (
            table.select("trial", "patient", untouched.alias("is_free"))
            .with_row_index("row")
            .join(visits, on=["trial", "patient"], how="inner")
            .filter(pl.col("is_free"))
            .sort("visit", "row")
        )
        place, visit = rows["row"].to_numpy(), rows["visit"].to_numpy()
        luck = Luck(self.seed, table["patient"].to_numpy(), table["trial"].to_numpy())
        numbers = numbers_with({} if self.protocol.own is None else self.disease.records)
        found = {}
        for name in names:
            values = np.full(table.height, np.nan)
            read = rows[name].to_numpy().astype(np.float64)
            for count in np.unique(visit):
                mine = visit == count
                who = place[mine]
                error = read_biomarker(luck, name, int(count), who, np.ones(len(who)), numbers)
                values[who] = read[mine] / error
            found[name] = values
        return found
