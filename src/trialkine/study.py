"""The one orchestrator: a protocol in, a finished trial out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any

import numpy as np

from trialkine.agents.catalogue import agent_book
from trialkine.arm_models import (
    ArmModel,
    arm_model,
    disease_of,
    equations_of,
    hash_of,
    models_of_arms,
    protocol_models,
    usual_records,
)
from trialkine.arm_pilot import arm_stepper
from trialkine.compiler.compiled import CompiledModel, compile_model
from trialkine.diseases.disease import TRIAL_PARAMETERS, Disease, load_disease
from trialkine.endpoints.registry import find_criteria
from trialkine.ensemble_members import member_changes, switched_variants
from trialkine.errors import InputError, SimulationError
from trialkine.model.evaluate import start_values
from trialkine.model.model import Model
from trialkine.population.case_mix import draw_excluded_fraction
from trialkine.population.eligibility import Eligibility
from trialkine.population.ensemble import Changes, ParameterEnsemble, with_changes
from trialkine.population.packaged import packaged_records, with_replacements
from trialkine.population.patients import Patients
from trialkine.population.plausibility import PlausibilityRule
from trialkine.population.sample import sample_patients
from trialkine.records import ParameterRecord
from trialkine.solver.accuracy import Accuracy
from trialkine.solver.ensemble import Ensemble, failures
from trialkine.solver.status import Status
from trialkine.trial.baseline_tables import baseline_table, screening_table
from trialkine.trial.conduct import ArmRecord, Conduct
from trialkine.trial.criteria_tables import criteria_tables
from trialkine.trial.eligible import entry_criteria
from trialkine.trial.enrolled import enrol
from trialkine.trial.facts import trial_facts
from trialkine.trial.measurement import measurement_of
from trialkine.trial.own_model.toxicity_signs import grades_of
from trialkine.trial.protocol import Protocol
from trialkine.trial.result import Accounting, TrialResult
from trialkine.trial.tables import arm_tables, join_tables

Array = np.ndarray[Any, np.dtype[Any]]
Progress = Callable[[float, str], None]

MOST_FAILED = 0.05  # a larger share of failed patients makes the result meaningless
ARMS_AT_ONCE = 2  # more would only hold more memory: the solver has the cores busy
MODEL_SHARE, ARMS_SHARE = 0.03, 0.92  # of the progress bar


def run_protocol(
    protocol: Protocol,
    *,
    patients: int | None = None,
    trials: int = 1,
    seed: int = 0,
    jobs: int | None = None,
    progress: Progress = lambda done, message: None,
    accuracy: Accuracy | None = None,
    ensemble: ParameterEnsemble | None = None,
) -> TrialResult:
    """Run a trial, or repeat it.

    `patients` replaces the protocol's number per arm; `trials` repeats the trial with new patients each
    time; `jobs` bounds the threads and never changes a result. With an `ensemble` each repetition is
    simulated with the next of its members, of those that have the structural variants the protocol asks for.

    Raises: SimulationError, when so many patients failed that the result would mislead.
    """
    _check_numbers(patients=(patients, 1), trials=(trials, 1), seed=(seed, 0), jobs=(jobs, 1))
    progress(0.0, "composing the model")
    disease = disease_of(protocol)
    asked_for = variants_asked_for(protocol)
    ensemble = ensemble.with_variants(asked_for) if ensemble is not None else None
    switched = switched_variants(ensemble, disease, asked_for)
    everywhere, models = protocol_models(protocol, disease, switched)
    compiled = _compile_all(models)
    progress(MODEL_SHARE, "drawing virtual patients")
    stated = patients or protocol.enrolment.patients
    sizes = tuple(arm.size(stated) for arm in protocol.arms)
    changes = member_changes(ensemble, disease, trial_facts(protocol), trials, seed, switched)
    mixes = _case_mixes(protocol, disease, changes, seed)
    groups = _patients(protocol, everywhere, disease, sizes, changes, mixes, seed)
    listener = _Listener(progress, len(protocol.arms))
    methods = [""] * len(protocol.arms)

    def conduct(number: int) -> ArmRecord:
        arm = protocol.arms[number]
        mine = [_of_arm(protocol, group, number, sizes) for group in groups]
        own = models[number]
        names = own.model.parameter_names
        enrolled = enrol(
            protocol, own.parameters(mine, seed, changes, everywhere), names, seed, arm.ratio or 1.0
        )
        stepper = arm_stepper(protocol, arm, own, compiled[own.model.hash], disease, accuracy)
        ensemble = Ensemble(compiled[own.model.hash], enrolled.parameters, accuracy, stepper)
        methods[number] = stepper.name
        trial = Conduct(protocol, arm, enrolled, ensemble, seed)
        return trial.run(jobs, lambda done: listener.hear(number, done, arm.name))

    arms = _conduct_all(conduct, len(protocol.arms), jobs, listener)
    failed = Counter[str]()
    for record in arms:
        failed.update(_accept_failures(record))
    progress(MODEL_SHARE + ARMS_SHARE, "scoring outcomes")
    criteria = find_criteria(protocol.assessments.criteria)
    confirm = protocol.assessments.confirm_after
    names, subgroups = tuple(arm.name for arm in protocol.arms), protocol.assessments.subgroups
    tables = join_tables([arm_tables(a, criteria, confirm.days if confirm else None) for a in arms])
    result = TrialResult(
        protocol=protocol,
        arms=names,
        replicates=trials,
        seed=seed,
        **tables,
        biomarkers={name: _unit(everywhere.model, name) for name in protocol.assessments.biomarkers},
        case_mix=mixes,
        accounting=Accounting(
            sum(group.drawn for group in groups), _sum(group.rejections for group in groups), dict(failed)
        ),
        parameters=all_records(disease, usual_records(models)),
        equations=equations_of(models, names),
        model_hash=hash_of(models),
        models=models_of_arms(models, names),
        citations=protocol.agent_book.sources,
        work={"steps": float(sum(record.steps.sum() for record in arms))},
        methods=dict(zip(names, methods, strict=True)),
        screening=screening_table(groups[0]),
        baseline=baseline_table(everywhere.model, subgroups, groups) if subgroups else None,
        ensemble="" if ensemble is None else ensemble.words,
        **criteria_tables(arms, protocol),
    )
    progress(1.0, "done")
    return result


def variants_asked_for(protocol: Protocol) -> tuple[str, ...]:
    """The variants that the protocol itself switches on, in any arm."""
    parts = (None, *protocol.arms)
    return tuple(dict.fromkeys(name for arm in parts for name in protocol.model_of(arm).variants))


def _conduct_all(
    conduct: Callable[[int], ArmRecord], count: int, jobs: int | None, listener: _Listener
) -> list[ArmRecord]:
    """Every arm's record, in order; arms run side by side, so that one decides while another is solved."""
    with ThreadPoolExecutor(min(count, jobs or ARMS_AT_ONCE)) as pool:
        try:
            return list(pool.map(conduct, range(count)))
        except BaseException:
            listener.is_stopped = True
            raise


class _Listener:
    """Joins the progress of arms that run side by side into one, and stops them when nobody waits."""

    def __init__(self, progress: Progress, arms: int) -> None:
        self.progress = progress
        self.done = [0.0] * arms
        self.is_stopped = False
        self.lock = Lock()

    def hear(self, number: int, done: float, name: str) -> None:
        """One arm has got so far."""
        if self.is_stopped:
            raise KeyboardInterrupt
        with self.lock:
            self.done[number] = done
            share = sum(self.done) / len(self.done)
            self.progress(MODEL_SHARE + share * ARMS_SHARE, name)


def _compile_all(models: Iterable[ArmModel]) -> dict[str, CompiledModel]:
    """Every distinct model, compiled once, by its hash."""
    compiled: dict[str, CompiledModel] = {}
    for entry in models:
        if entry.model.hash not in compiled:
            compiled[entry.model.hash] = compile_model(entry.model)
    return compiled


def _case_mixes(
    protocol: Protocol, disease: Disease, changes: Sequence[Changes], seed: int
) -> tuple[float, ...]:
    """The excluded fraction of each repetition: as stated, else the rule's centre, or drawn from it."""
    stated = protocol.eligibility.excluded_fraction
    name = TRIAL_PARAMETERS[0]
    rule = disease.records[name]
    if stated is not None:
        return (stated,) * len(changes)
    if len(changes) == 1 or rule.variability is None:  # one run stands for the typical trial
        return tuple(_centre(with_changes({name: rule}, one)[name]) for one in changes)
    return tuple(
        draw_excluded_fraction(with_changes({name: rule}, one)[name], seed, replicate)
        for replicate, one in enumerate(changes)
    )


def _centre(rule: ParameterRecord) -> float:
    assert isinstance(rule.value, float)
    return rule.value


def _check_numbers(**numbers: tuple[int | None, int]) -> None:
    """Raises: InputError, when a number is no whole number or too small."""
    for name, (number, least) in numbers.items():
        if number is None:
            continue
        if isinstance(number, bool) or not isinstance(number, (int, np.integer)) or number < least:
            raise InputError(f"{name} = {number!r} is not possible. Give a whole number of at least {least}.")


def _patients(
    protocol: Protocol,
    model: ArmModel,
    disease: Disease,
    sizes: tuple[int, ...],
    changes: Sequence[Changes],
    mixes: tuple[float, ...],
    seed: int,
) -> list[Patients]:
    """The patients of every repetition, those of all arms together."""
    total = sizes[0] if protocol.is_counterfactual else sum(sizes)
    clinic = with_replacements(_own_covariates(disease))
    groups = []
    for replicate, (mix, changed) in enumerate(zip(mixes, changes, strict=True)):
        criteria = entry_criteria(protocol.eligibility, mix, clinic)
        own = model.with_changes(changed)
        groups.append(_sample(own, disease, total, seed, criteria, replicate))
    return groups


def _own_covariates(disease: Disease) -> dict[str, ParameterRecord]:
    """The disease's own records of bodies, fitness and the clinic, which replace the packaged ones."""
    return {name: record for name, record in disease.records.items() if name in packaged_records()}


def _sample(
    everywhere: ArmModel,
    disease: Disease,
    size: int,
    seed: int,
    eligible: Eligibility,
    replicate: int,
) -> Patients:
    rules = [
        PlausibilityRule(bound.quantity, bound.reason, bound.at_most, bound.at_least)
        for bound in disease.plausibility
    ]
    model = everywhere.model

    def evaluate(names: Any, columns: Mapping[str, Array]) -> Mapping[str, Array]:
        parameters = np.stack([columns[name] for name in model.parameter_names], axis=1)
        return start_values(model, names, parameters)

    return sample_patients(
        everywhere.records,
        everywhere.correlations,
        size,
        seed,
        criteria=eligible,
        plausibility=rules,
        evaluate=evaluate,
        replicate=replicate,
        covariates=_own_covariates(disease),
        keeps_log=replicate == 0,  # the report shows the screening of the first
    )


def _of_arm(protocol: Protocol, group: Patients, number: int, sizes: tuple[int, ...]) -> Patients:
    """The patients of one arm: all of them when arms are counterfactual, else those who fall to it.

    Places alternate between the arms, in proportion to their ratios.
    """
    if protocol.is_counterfactual or len(protocol.arms) == 1:
        return group
    ranks = [
        (np.arange(size) + 1) / (arm.ratio or 1.0) for arm, size in zip(protocol.arms, sizes, strict=True)
    ]
    arms = np.repeat(np.arange(len(sizes)), sizes)
    order = np.lexsort((arms, np.concatenate(ranks)))
    return group.select(np.flatnonzero(arms[order] == number))


def patients_of_arm(protocol: Protocol, number: int, seed: int) -> Patients:
    """The patients whom a run of the protocol enrols in one arm, with their parameters of its model.

    Raises: InputError and CompositionError, as `arm_models.protocol_models`.
    """
    disease = load_disease(protocol.disease)
    everywhere, models = protocol_models(protocol, disease)
    sizes = tuple(arm.size(protocol.enrolment.patients) for arm in protocol.arms)
    changes: tuple[Changes, ...] = ({},)
    mixes = _case_mixes(protocol, disease, changes, seed)
    (group,) = _patients(protocol, everywhere, disease, sizes, changes, mixes, seed)
    return models[number].parameters([_of_arm(protocol, group, number, sizes)], seed)[0]


def draw_ensemble(disease_name: str, agents: Iterable[str], size: int, seed: int) -> Ensemble:
    """Virtual patients of a disease under the core model with some agents, at their first day.

    Raises: InputError, when the disease or an agent is not known.
    """
    disease = load_disease(disease_name)
    own = arm_model(disease, agent_book(), agents)
    group = _sample(own, disease, size, seed, Eligibility(), 0)
    columns = [group.parameters[name] for name in own.model.parameter_names]
    return Ensemble(compile_model(own.model), np.stack(columns, axis=1))


def all_records(disease: Disease, records: Mapping[str, ParameterRecord]) -> tuple[ParameterRecord, ...]:
    """Every number a result rests on: model, bodies, fitness, case mix, observation, toxicity grades."""
    of_trials = (disease.records[name] for name in TRIAL_PARAMETERS)
    return (
        *records.values(), *with_replacements(_own_covariates(disease)).values(), *of_trials,
        *measurement_of(disease.records).values(), *grades_of(disease).values(),
    )  # fmt: skip


def _accept_failures(record: ArmRecord) -> Mapping[str, int]:
    """How many patients of an arm failed, by reason.

    Raises: SimulationError, when they are too many.
    """
    failed, total = failures(record.status), len(record.status)
    count = sum(failed.values())
    if count > MOST_FAILED * total:
        reasons = ", ".join(f"{name} {number}" for name, number in failed.items())
        commonest = max(failed, key=lambda name: failed[name])
        raise SimulationError(
            f"{count} of {total} simulated patients of arm '{record.arm.name}' failed ({reasons}), more than "
            f"{MOST_FAILED:.0%}: the result would mislead. {Status[commonest.upper()].advice} "
            "Check the parameters, or report this with the protocol and seed."
        )
    return failed


def _unit(model: Model, name: str) -> str:
    return model.states[name].unit if name in model.states else model.quantities[name].unit


def _sum(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total = Counter[str]()
    for count in counts:
        total.update(count)
    return dict(total)
