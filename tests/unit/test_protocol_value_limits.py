"""Numbers that a parameter cannot be, and mechanisms that a trial cannot do without."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from protocol_samples import TRIAL_FILES
from study_samples import TEMOZOLOMIDE, study_protocol
from trialkine.agents.catalogue import agent_book
from trialkine.arm_models import arm_model
from trialkine.diseases import load_disease
from trialkine.errors import InputError, ProblemsError
from trialkine.population.parameters import parameter_population
from trialkine.records import ParameterRecord, Variability
from trialkine.trial.agent_facts import KnownNames, known_names
from trialkine.trial.checking import protocol_from_data, protocol_from_text, read_protocol
from trialkine.trial.protocol_parts import ModelChanges
from trialkine.trial.value_limits import ValueLimits, limits_of

CELLS = "tumour_infiltrating_lymphocytes"
TRIAL = """\
schema: 1
title: One drug
disease: melanoma
arms:
  - name: Drug
    treatment:
      - {agent: temozolomide, dose: 75 mg/m2, route: oral, schedule: daily}
      - {agent: tumour_infiltrating_lymphocytes, dose: 5e10 cells, schedule: once,
         route: intravenous over 1 h, starts: when tumour_infiltrating_lymphocytes is ready}
      - {agent: im862, dose: 20 mg, route: intranasal, schedule: daily, starts: on day 1}
    model: MODEL
assessments: {criteria: who-1979, every: 8 weeks}
enrolment: {patients: 4, per_month: 3}
follow_up: 6 months
"""
LINE_OF_MODEL = 11


@cache
def installed() -> KnownNames:
    return known_names()


def problems(model: str) -> list[tuple[int | None, str]]:
    try:
        protocol_from_text(TRIAL.replace("MODEL", model), installed())
    except ProblemsError as error:
        return [(problem.line, problem.message) for problem in error.problems]
    return []


def record(
    value: float, spread: str | None = None, low: float | None = None, high: float | None = None
) -> Any:
    variability = None if spread is None else Variability(spread, 0.5)  # type: ignore[arg-type]
    return ParameterRecord("a", value, "", "assumed", "assumption", "", low, high, variability)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (f"{CELLS}_signal_1_given: -1", f"'{CELLS}_signal_1_given' cannot be negative, as -1 is."),
        (f"{CELLS}_failure: 2", f"'{CELLS}_failure' cannot be 2: it is a share."),
        (f"{CELLS}_failure: -0.5", f"'{CELLS}_failure' cannot be -0.5: it is a share."),
        ("im862_bioavailability: 5", "'im862_bioavailability' cannot be 5: it is a share."),
        ("temozolomide_clearance: 0", "'temozolomide_clearance' cannot be 0: every patient has some"),
        ("temozolomide_clearance: -3 L/h", "'temozolomide_clearance' cannot be negative"),
        ("chemotherapy_resistant_fraction: 1", "'chemotherapy_resistant_fraction' cannot be 1: it differs"),
    ],
)
def test_an_impossible_number_is_refused_at_its_line(value: str, said: str) -> None:
    ((line, message),) = problems(f"{{values: {{{value}}}}}")
    assert line == LINE_OF_MODEL
    assert said in message
    assert "Write a number" in message


@pytest.mark.parametrize(
    "value",
    [
        f"{CELLS}_failure: 0",
        f"{CELLS}_failure: 1",
        "memory_lymphotoxicity: 0",
        "temozolomide_clearance: 1e-3 L/h",
        "chemotherapy_resistant_fraction: 0.9",
        "lesion_share: 3",  # a name that ends like a share; its record goes beyond 1
    ],
)
def test_a_possible_number_passes_however_unlikely(value: str) -> None:
    assert problems(f"{{values: {{{value}}}}}") == []


def test_the_lesions_cannot_be_switched_off() -> None:
    ((line, message),) = problems("{without: [regulatory_t_cells, tumour_growth]}")
    assert line == LINE_OF_MODEL
    assert message.startswith("'tumour_growth' cannot be switched off: a trial measures the lesion volumes")


def test_switching_all_mechanisms_off_is_refused_too() -> None:
    every = ", ".join(installed().mechanisms)
    assert any(
        "'tumour_growth' cannot be switched off" in message
        for _, message in problems(f"{{without: [{every}]}}")
    )


def test_what_lies_in_every_arm_is_checked_too() -> None:
    data = study_protocol({"drug": [TEMOZOLOMIDE]}, data_cut_off="4 months").to_dict()
    data["model"] = {"without": ["tumour_growth"], "values": {"killing_rate": -1}}
    with pytest.raises(ProblemsError) as refused:
        protocol_from_data(data, installed())
    assert len(refused.value.problems) == 2


@pytest.mark.parametrize("path", TRIAL_FILES, ids=lambda path: path.stem)
def test_the_numbers_of_the_examples_are_possible(path: Path) -> None:
    assert read_protocol(path, installed()).arms


@pytest.mark.parametrize(
    ("records", "limits"),
    [
        ([], ValueLimits()),
        ([record(-1.0)], ValueLimits()),
        ([record(1.0, low=-2.0, high=2.0)], ValueLimits()),
        ([record(1.0, "normal")], ValueLimits()),
        ([record(1.0)], ValueLimits(0.0)),
        ([record(1.0, "lognormal")], ValueLimits(0.0)),
        ([record(0.3, "logitnormal")], ValueLimits(0.0, 1.0, is_open=True)),
    ],
)
def test_limits_follow_from_all_records_of_a_parameter(records: list[Any], limits: ValueLimits) -> None:
    assert limits_of("a", "", records) == limits


def test_zero_is_refused_only_for_what_every_body_has_some_of() -> None:
    assert limits_of("a_clearance", "L/h", [record(1.0, "lognormal")]) == ValueLimits(0.0, has_zero=False)
    assert limits_of("a_clearance", "L/h", [record(1.0)]) == ValueLimits(0.0)
    assert limits_of("a_kill_rate", "1/day", [record(1.0, "lognormal")]) == ValueLimits(0.0)


def test_a_share_is_named_so_has_no_unit_and_never_exceeds_one() -> None:
    assert limits_of("a_share", "", [record(0.3)]).highest == 1.0
    assert limits_of("a_share", "1/day", [record(0.3)]).highest == float("inf")
    assert limits_of("a_share", "", [record(0.3, low=0.0, high=3.0)]).highest == float("inf")


def valued(**values: float) -> Any:
    return arm_model(
        load_disease("melanoma"), agent_book(), (), ModelChanges.model_validate({"values": values})
    )


def test_a_number_past_checking_is_refused_where_it_is_used() -> None:
    with pytest.raises(InputError, match="'killing_rate' cannot be negative"):
        valued(killing_rate=-1)


def test_a_lognormal_parameter_of_zero_is_zero_in_every_patient() -> None:
    found = valued(killing_rate=0).records["killing_rate"]
    drawn = parameter_population([found]).values(1, 0, np.arange(5))
    assert drawn["killing_rate"].tolist() == [0.0] * 5


def test_a_number_outside_the_plausible_range_says_so_in_its_record() -> None:
    name = "memory_high_affinity_weight"
    usual = load_disease("melanoma").records[name]
    assert (usual.low, usual.high) == (0.0, 0.2)
    assert valued(**{name: 0.5}).records[name].where.endswith("; outside the plausible 0 to 0.2")
    assert "outside" not in valued(**{name: 0.1}).records[name].where
