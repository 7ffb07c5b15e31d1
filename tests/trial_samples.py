"""A toy disease whose every moment is known beforehand, and trials conducted on it.

Lesions follow `volume * exp(early_slope * min(t, turn_day) + late_slope * positive(t - turn_day))`; deaths,
new lesions and symptoms come on days given as parameters; drugs stay in the body, so that the amount in it
counts the doses. What a trial should make of this can be worked out by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from trialkine.compiler.compiled import CompiledModel, compile_model
from trialkine.model.compose import compose
from trialkine.model.declarations import (
    Agent,
    Define,
    Flow,
    Hold,
    Index,
    Mechanism,
    Milestone,
    Parameter,
    Route,
    State,
)
from trialkine.solver.ensemble import Ensemble
from trialkine.trial import measurement
from trialkine.trial.agent_facts import KnownNames, facts_of
from trialkine.trial.checking import protocol_from_data
from trialkine.trial.conduct import ArmRecord, Conduct
from trialkine.trial.enrolled import Enrolled
from trialkine.trial.protocol import Protocol

Array = np.ndarray[Any, np.dtype[Any]]
LESION = Index("lesion", ("1", "2"))
NEVER = 1e6
WEEK = 7.0

DISEASE = Mechanism(
    name="toy_disease",
    about="Two lesions on a known course, and known days of everything else.",
    states={"clock": State("day", "time since the start")},
    parameters={
        "volume": Parameter("cm**3", "volume at the start", (LESION,)),
        "early_slope": Parameter("1/day", "relative growth before the turn", (LESION,)),
        "late_slope": Parameter("1/day", "relative growth after it", (LESION,)),
        "turn_day": Parameter("day", "when growth changes"),
        "marker_level": Parameter("pg/mL", "a marker in blood at the start"),
        "marker_slope": Parameter("pg/mL/day", "its rise"),
        "disease_death_day": Parameter("day", "death from the disease"),
        "treatment_death_day": Parameter("day", "death from treatment"),
        "symptom_day": Parameter("day", "symptoms"),
        "new_lesion_rate": Parameter("1/day", "hazard of new lesions"),
        "new_lesion_threshold": Parameter("", "hazard at which one appears"),
    },
    defines=(
        Define(
            "lesion_volume",
            "cm**3",
            "volume * exp(early_slope * min(clock, turn_day) + late_slope * positive(clock - turn_day))",
            "volume of each lesion",
        ),
        Define("plasma_vegf", "pg/mL", "marker_level + marker_slope * clock", "a marker in blood"),
        Define("lymphocyte_count", "pg/mL", "marker_level", "another marker in blood, which stays"),
    ),
    flows=(Flow("1", sink="clock"),),
    milestones=(
        Milestone("death", "clock > disease_death_day", "dies"),
        Milestone("treatment_death", "clock > treatment_death_day", "dies from treatment"),
        Milestone("new_lesion", "clock * new_lesion_rate > new_lesion_threshold", "a new lesion"),
        Milestone("symptomatic_progression", "clock > symptom_day", "symptoms"),
    ),
)


def toy_drug(name: str) -> Agent:
    """A drug that stays, whose doses are held from one day to another."""
    hold = f"(clock - {name}_hold_from) * ({name}_hold_until - clock) > 0 * {name}_hold_from**2"
    return Agent(
        Mechanism(
            name=name,
            about="A drug that is never lost.",
            states={f"{name}_amount": State("mg", "all that was given")},
            parameters={
                f"{name}_hold_from": Parameter("day", "doses are held from here"),
                f"{name}_hold_until": Parameter("day", "to here"),
                f"{name}_holds_to_end": Parameter("", "held doses after which the run ends"),
            },
        ),
        dose_unit="mg",
        dose_bases=("flat", "kg", "m2"),
        routes={
            "oral": Route(f"{name}_amount", "dose", "at once"),
            "intravenous": Route(f"{name}_amount", "dose", "as an infusion", infused=True),
        },
        holds=(Hold("window", hold, "held", f"{name}_holds_to_end"),),
    )


DRUGS = ("alpha", "beta", "gamma")
TYPICAL = {
    "volume": 10.0, "early_slope": 0.0, "late_slope": 0.0, "turn_day": 0.0, "marker_level": 100.0,
    "marker_slope": 1.0, "disease_death_day": NEVER, "treatment_death_day": NEVER, "symptom_day": NEVER,
    "new_lesion_rate": 0.0, "new_lesion_threshold": 1.0, "hold_from": NEVER, "hold_until": NEVER,
    "holds_to_end": 100.0,
}  # fmt: skip
KNOWN = KnownNames(
    agents={name: facts_of(toy_drug(name)) for name in DRUGS},
    diseases=("toy",),
    biomarkers=("plasma_vegf", "lymphocyte_count"),
)
WEEKLY = "weekly, cycles of 4 weeks, until progression"


@cache
def compiled_toy() -> CompiledModel:
    return compile_model(compose(DISEASE, *(toy_drug(name) for name in DRUGS)))


def line(
    agent: str = "alpha", schedule: str = WEEKLY, starts: str | None = None, **keys: Any
) -> dict[str, Any]:
    """One line of treatment as a protocol file says it."""
    start = {} if starts is None else {"starts": starts}
    return {"agent": agent, "dose": "1 mg", "route": "oral", "schedule": schedule, **start, **keys}


def toy_protocol(*arms: Sequence[Mapping[str, Any]], assessments: Mapping[str, Any] | None = None,
                 **keys: Any) -> Protocol:  # fmt: skip
    """A protocol whose arms `arm 1`, `arm 2` ... treat the same patients."""
    shared = {"arms_are": "counterfactual"} if len(arms) > 1 else {}
    return protocol_from_data(
        {
            "schema": 1,
            "title": "A toy trial",
            "disease": "toy",
            **shared,
            "arms": [{"name": f"arm {i + 1}", "treatment": list(lines)} for i, lines in enumerate(arms)],
            "assessments": {"criteria": "who-1979", "every": "8 weeks", **(assessments or {})},
            "enrolment": {"patients": 1, "per_month": 1},
            "follow_up": "12 months",
            **keys,
        },
        KNOWN,
    )


def toy_parameters(patients: int, **values: Any) -> Array:
    """Parameters of the toy disease by plain name, one value for all patients or one each.

    `alpha_hold_from` and the like name one drug; `volume` and the slopes may be given per lesion, last axis.
    """
    columns = []
    for flat in compiled_toy().model.parameter_names:
        name, _, member = flat.partition("[")
        plain = name.split("_", 1)[1] if name.split("_")[0] in DRUGS else name
        value = np.asarray(values.get(name, TYPICAL[plain]), dtype=float)
        if member and value.ndim and value.shape[-1] == len(LESION.members):
            value = value[..., LESION.members.index(member.rstrip("]"))]
        columns.append(np.broadcast_to(value, (patients,)))
    return np.stack(columns, axis=1).astype(float)


def toy_patients(
    patients: int = 1, *, cut_off: Any = 365.0, dropout: Any = np.inf, ids: Any = None, replicate: Any = 0,
    **parameters: Any,
) -> Enrolled:  # fmt: skip
    def every(value: Any, kind: type = float) -> Array:
        return np.broadcast_to(np.asarray(value, dtype=kind), (patients,)).copy()

    return Enrolled(
        ids=np.arange(patients) if ids is None else np.asarray(ids, dtype=np.int64),
        replicate=every(replicate, int),
        parameters=toy_parameters(patients, **parameters),
        covariates={
            "age": every(50.0),
            "is_male": every(1.0),
            "weight_kg": every(80.0),
            "body_surface_m2": every(2.0),
            "performance_status": every(0, int),
        },
        enrolled_day=every(0.0),
        cut_off=every(cut_off),
        dropout=every(dropout),
    )


def conducted(
    protocol: Protocol, enrolled: Enrolled, arm: int = 0, seed: int = 1, **keys: Any
) -> tuple[ArmRecord, Ensemble]:
    """One arm carried out, and the patients as it left them."""
    ensemble = Ensemble(compiled_toy(), enrolled.parameters)
    return Conduct(protocol, protocol.arms[arm], enrolled, ensemble, seed).run(1, **keys), ensemble


def doses_in_body(ensemble: Ensemble, agent: str) -> Array:
    """How many doses of 1 mg are in each patient."""
    return ensemble.observe(f"{agent}_amount")[f"{agent}_amount"]


def read_exactly(monkeypatch: Any) -> None:
    """Take all error out of readings."""
    known = measurement.constant
    exact = {"lesion_reading_sd", "reader_sd", "biomarker_reading_sd"}
    monkeypatch.setattr(measurement, "constant", lambda name: 0.0 if name in exact else known(name))


def visit_days(record: ArmRecord, patient: int = 0, kind: str | None = None) -> list[float]:
    """The days of a patient's visits, of one kind if said."""
    history = record.history
    days = history.day[patient, : history.count[patient]]
    kinds = np.array(["scheduled", "unscheduled", "missed"])[history.kind[patient, : history.count[patient]]]
    return [float(day) for day, its in zip(days, kinds, strict=True) if kind in (None, its)]
