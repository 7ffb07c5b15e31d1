"""Models of a user's own, built in Python, and mapping files for them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from trialkine.model.declarations import Define, Flow, Mechanism, Parameter, State
from trialkine.model.standalone import StandaloneModel
from trialkine.records import ParameterRecord

KIRSCHNER = "kirschner_panetta_by_hand"
"""A key that no catalogue of sources has, as a user's own file may name one."""


def record(name: str, value: float, unit: str) -> ParameterRecord:
    return ParameterRecord(name, value, unit, "fitted_in_source", KIRSCHNER, "Table 1")


def three_states() -> StandaloneModel:
    """Effector cells, tumour and IL-2 with the equations and numbers of Kirschner and Panetta (1998)."""
    numbers = {
        "c": (0.02, "1/day", "antigenicity"),
        "mu2": (0.03, "1/day", "death of effectors"),
        "p1": (0.1245, "1/day", "proliferation by IL"),
        "g1": (2e7, "", "IL at half of it"),
        "r2": (0.18, "1/day", "growth of the tumour"),
        "b": (1e-9, "1/cell", "one over the largest tumour"),
        "a": (1.0, "1/day", "killing"),
        "g2": (1e5, "cell", "tumour at half killing"),
        "p2": (5.0, "1/(cell*day)", "production of IL"),
        "g3": (1e3, "cell", "tumour at half of it"),
        "mu3": (10.0, "1/day", "loss of IL"),
        "T_0": (1e8, "cell", "tumour at the start"),
    }
    mechanism = Mechanism(
        name="kirschner_panetta",
        about="Effector cells, tumour cells and interleukin-2.",
        states={
            "E": State("cell", "effector cells", scale="g2"),
            "T": State("cell", "tumour cells", initial="T_0", scale="g2"),
            "IL": State("", "interleukin-2", scale="g1"),
        },
        parameters={name: Parameter(unit, about) for name, (_, unit, about) in numbers.items()},
        defines=(Define("killing", "1/day", "a * E / (g2 + T)", "killing of a tumour cell"),),
        flows=(
            Flow(sink="E", rate="c * T"),
            Flow(sink="E", rate="p1 * E * IL / (g1 + IL)"),
            Flow(source="E", rate="mu2 * E"),
            Flow(sink="T", rate="r2 * T * (1 - b * T)"),
            Flow(source="T", rate="killing * T"),
            Flow(sink="IL", rate="p2 * E * T / (g3 + T)"),
            Flow(source="IL", rate="mu3 * IL"),
        ),
    )
    records = {name: record(name, value, unit) for name, (value, unit, _) in numbers.items()}
    return StandaloneModel(
        "kirschner_panetta", "Kirschner and Panetta 1998", "Tumour-immune interaction.", (mechanism,), records
    )


def growth_inhibition() -> StandaloneModel:
    """A sum of diameters that grows, and shrinks while a drug is there; numbers made up for tests."""
    numbers = {
        "growth_rate": (0.004, "1/day"),
        "kill_rate": (0.0004, "L/(mg*day)"),
        "clearance": (2.0, "L/day"),
        "volume": (10.0, "L"),
        "baseline": (60.0, "mm"),
    }
    mechanism = Mechanism(
        name="growth_inhibition",
        about="A tumour grows and a drug kills it.",
        states={"D": State("mm", "sum of diameters", initial="baseline"), "amount": State("mg", "drug")},
        parameters={name: Parameter(unit, name) for name, (_, unit) in numbers.items()},
        defines=(Define("concentration", "mg/L", "amount / volume", "drug level"),),
        flows=(
            Flow(sink="D", rate="growth_rate * D"),
            Flow(source="D", rate="kill_rate * concentration * D"),
            Flow(source="amount", rate="clearance * concentration"),
        ),
    )
    records = {
        name: ParameterRecord(name, value, unit, "assumed", "growth_inhibition.xml", "parameter")
        for name, (value, unit) in numbers.items()
    }
    return StandaloneModel("growth_inhibition", "Growth inhibition", "Made up.", (mechanism,), records)


def with_define(name: str, unit: str, expression: str) -> StandaloneModel:
    """Growth inhibition with one more computed quantity."""
    base = growth_inhibition()
    (mechanism,) = base.parts
    assert isinstance(mechanism, Mechanism)
    more = replace(mechanism, defines=(*mechanism.defines, Define(name, unit, expression, name)))
    return replace(base, parts=(more,))


MODELS = {
    "three_states.xml": three_states,
    "growth_inhibition.xml": growth_inhibition,
    "with_burden.xml": lambda: with_define("burden", "mm", "D"),
    "with_radius.xml": lambda: with_define("radius", "mm", "D / 2"),
}


def load_sample(
    model: str, folder: Path, time_unit: str | None = None, case: str | None = None
) -> StandaloneModel:
    """In place of reading a file."""
    return MODELS[model]()


THREE_STATES = """\
schema: 1
model: three_states.xml
tumour:
  quantity: T
  cells_per_cm3: 1e8
doses:
  interleukin_2:
    into: IL
    unit: MIU
    per_unit: 1e7
    routes: [intravenous]
    bases: [flat]
    hold:
      - {quantity: IL, above: 1e9, end_cycle_after: 3}
    stop:
      - {toxicity: hypotension, grade: 4}
vary:
  c: {distribution: lognormal, sd: 0.5}
patients:
  tumour_at_start: {value: 2 cm**3, distribution: lognormal, sd: 0.5}
  plausible:
    - {quantity: burden, at_most: 8 cm**3, reason: tumour too large}
toxicity:
  hypotension: {quantity: IL, severe_at: 5e8, death: {like: melanoma}}
hazard:
  like: melanoma
symptoms: {}
correlations:
  - {between: [tumour_at_start, frailty], value: 0.3}
"""

GROWTH_INHIBITION = """\
schema: 1
model: growth_inhibition.xml
tumour:
  quantity: D
  lesions: [3, 2, 1]
doses:
  inhibitor:
    into: amount
    unit: mg
    routes: [oral]
vary:
  growth_rate: {distribution: lognormal, sd: 0.4}
  kill_rate: {distribution: lognormal, sd: 0.6}
patients:
  tumour_at_start: {value: 70 mm, distribution: lognormal, sd: 0.4}
hazard:
  values:
    disease_death_rate: {value: 0.002 1/day, where: made up}
"""

PROTOCOL = """\
schema: 1
title: A drug against none
own_model: model.mapping.yaml
arms_are: counterfactual
arms:
  - name: drug
    treatment:
      - agent: inhibitor
        dose: 100 mg
        route: oral
        schedule: daily, until progression
  - name: observation
    treatment: []
assessments:
  criteria: recist-1.1
  every: 8 weeks
enrolment: {patients: 20, per_month: 5}
follow_up: 12 months
"""
