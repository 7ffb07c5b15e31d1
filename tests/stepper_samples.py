"""A small dosed model for both steppers: exact kinetics drive a response, and one rate may be stiff."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from engine_samples import BOLUS, DEPOT, INFUSION, doses, drug, parameters_of
from trialkine.compiler.compiled import CompiledModel, compile_model
from trialkine.model.compose import compose
from trialkine.model.declarations import Flow, Mechanism, Parameter, State
from trialkine.solver.doses import DoseTable

Array = np.ndarray[Any, np.dtype[Any]]

STIFF = 1e5  # times the usual rate of one a day: an explicit step may be 3e-5 day
DAYS = 6.0


def response() -> Mechanism:
    """An effect that the drug stimulates, not linear in itself, and a state that follows it."""
    number, rate = Parameter("", "a pure number"), Parameter("1/day", "a rate")
    return Mechanism(
        name="response",
        about="an effect and what follows it",
        states={name: State("", name, initial="1") for name in ("effect", "follower")},
        parameters={
            "turnover_rate": rate,
            "following_rate": rate,
            "strength": number,
            "half_effect": Parameter("mg", "amount of half the effect"),
        },
        flows=(
            Flow("turnover_rate * (1 + strength * central / (half_effect + central))", sink="effect"),
            Flow("turnover_rate * effect * effect", "effect"),
            Flow("following_rate * effect * effect", sink="follower"),
            Flow("following_rate * follower", "follower"),
        ),
        watched=("effect", "follower", "central"),
    )


@cache
def compiled_response() -> CompiledModel:
    """The drug with its hold, and what it drives."""
    return compile_model(compose(drug(hold=True), response()))


def response_parameters(patients: int, **values: float | Array) -> Array:
    """Patients who differ; doses of about 20 mg lift some of them over the level that holds the next."""
    rng = np.random.default_rng(5)
    drawn: dict[str, float | Array] = {
        "elimination_rate": rng.uniform(1.0, 4.0, patients),
        "outward_rate": rng.uniform(1.0, 3.0, patients),
        "strength": rng.uniform(2.0, 8.0, patients),
        "half_effect": 10.0,
        "hold_level": 15.0,
        "holds_to_end": 3.0,
        "lag": 0.05,
        "following_rate": 1.0,
        **values,
    }
    return parameters_of(compiled_response().model, patients, **drawn)


def response_doses(patients: int, **columns: Any) -> DoseTable:
    """Twelve doses a patient by several routes, at each patient's own times."""
    rng = np.random.default_rng(6)
    count = 12
    time = np.sort(rng.uniform(0.0, DAYS - 0.5, (patients, count)), axis=1)
    route = rng.choice([BOLUS, INFUSION, DEPOT], (patients, count))
    duration = np.where(route == INFUSION, 0.1, 0.0)
    return doses(
        route.ravel(), time.ravel(), rng.uniform(10.0, 30.0, route.size),
        patient=np.repeat(np.arange(patients), count), duration=duration.ravel(), **columns,
    )  # fmt: skip
