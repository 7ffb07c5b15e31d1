"""The toy disease with a product made to order and a drug whose cycles may be put off, and trials of them."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from trial_samples import DISEASE, NEVER, TYPICAL, toy_drug
from trialkine.compiler.compiled import CompiledModel, compile_model
from trialkine.model.compose import compose
from trialkine.model.declarations import Agent, Delay, Mechanism, Parameter, Product, Route, State
from trialkine.solver.ensemble import Ensemble
from trialkine.trial.agent_facts import KnownNames, facts_of
from trialkine.trial.checking import protocol_from_data
from trialkine.trial.conduct import ArmRecord, Conduct
from trialkine.trial.enrolled import Enrolled
from trialkine.trial.protocol import Protocol

GRAFT = Agent(
    Mechanism(
        name="graft",
        about="Cells made for one patient, which stay.",
        states={"graft_cells": State("Gcell", "all that was given")},
        parameters={
            "graft_made_in": Parameter("day", "time from the order to the release"),
            "graft_failure": Parameter("", "share that is never released"),
        },
    ),
    dose_unit="Gcell",
    dose_bases=("flat",),
    routes={"intravenous": Route("graft_cells", "dose", "as an infusion", infused=True)},
    product=Product("graft_made_in", "graft_failure"),
)
DELTA = Agent(
    Mechanism(
        name="delta",
        about="A drug that is never lost, whose cycles wait while a count is low.",
        states={"delta_amount": State("mg", "all that was given")},
        parameters={
            "delta_low_from": Parameter("day", "the count is low from here"),
            "delta_low_until": Parameter("day", "to here"),
            "delta_longest": Parameter("day", "longest wait"),
        },
    ),
    dose_unit="mg",
    dose_bases=("flat", "m2"),
    routes={"oral": Route("delta_amount", "dose", "at once")},
    delays=(
        Delay(
            "low count",
            "(clock - delta_low_from) * (delta_low_until - clock) > 0 * delta_low_from**2",
            "waits for the count",
            "delta_longest",
        ),
    ),
)
TYPICAL_CARE = {
    **TYPICAL,
    "graft_made_in": 30.0,
    "graft_failure": 0.0,
    "delta_low_from": NEVER,
    "delta_low_until": NEVER + 1.0,
    "delta_longest": 21.0,
}
AGENTS = (toy_drug("alpha"), DELTA, GRAFT)
KNOWN = KnownNames({agent.name: facts_of(agent) for agent in AGENTS}, ("toy",), ("plasma_vegf",))


@cache
def compiled_care() -> CompiledModel:
    return compile_model(compose(DISEASE, *AGENTS))


def graft_line(starts: str = "when graft is ready", **keys: Any) -> dict[str, Any]:
    """The product, given once."""
    return {"agent": "graft", "dose": "5e10 cells", "route": "intravenous over 1 h", "schedule": "once",
            "starts": starts, **keys}  # fmt: skip


def care_protocol(*arms: Any, assessments: Any = None, **keys: Any) -> Protocol:
    """A protocol whose arms treat the same patients."""
    data = {
        "schema": 1,
        "title": "A toy trial",
        "disease": "toy",
        **({"arms_are": "counterfactual"} if len(arms) > 1 else {}),
        "arms": [{"name": f"arm {i + 1}", "treatment": list(lines)} for i, lines in enumerate(arms)],
        "assessments": {"criteria": "who-1979", "every": "8 weeks", **(assessments or {})},
        "enrolment": {"patients": 1, "per_month": 1},
        "follow_up": "12 months",
        **keys,
    }
    return protocol_from_data(data, KNOWN)


def care_patients(
    patients: int = 1, *, cut_off: Any = 365.0, dropout: Any = np.inf, **values: Any
) -> Enrolled:
    """Patients of the toy disease, one value for all or one each."""

    def every(value: Any, kind: type = float) -> Any:
        return np.broadcast_to(np.asarray(value, dtype=kind), (patients,)).copy()

    columns = []
    for flat in compiled_care().model.parameter_names:
        name = flat.partition("[")[0]
        plain = name.removeprefix("alpha_")
        columns.append(every(values.get(name, TYPICAL_CARE.get(name, TYPICAL_CARE.get(plain)))))
    return Enrolled(
        ids=np.arange(patients),
        replicate=every(0, int),
        parameters=np.stack(columns, axis=1),
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


def cared_for(
    protocol: Protocol, enrolled: Enrolled, arm: int = 0, seed: int = 1
) -> tuple[ArmRecord, Ensemble]:
    """One arm carried out, and the patients as it left them."""
    ensemble = Ensemble(compiled_care(), enrolled.parameters)
    return Conduct(protocol, protocol.arms[arm], enrolled, ensemble, seed).run(1), ensemble
