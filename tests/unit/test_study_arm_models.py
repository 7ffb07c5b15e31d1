"""Each arm has its own equations and numbers, and the patients stay the same."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from study_samples import IL2, TEMOZOLOMIDE, study_protocol
from trialkine.agents.catalogue import agent_book
from trialkine.arm_models import ArmModel, arm_model, models_of_arms, usual_records
from trialkine.diseases import load_disease
from trialkine.errors import InputError
from trialkine.mechanisms.core import on_demand_mechanisms, variant_numbers
from trialkine.population.sample import sample_patients
from trialkine.study import run_protocol
from trialkine.trial.protocol import Protocol
from trialkine.trial.protocol_parts import ModelChanges

MELANOMA = load_disease("melanoma")


@cache
def model_with(*agents: str, without: tuple[str, ...] = (), variants: tuple[str, ...] = ()) -> ArmModel:
    changes = ModelChanges(without=without, variants=variants)
    return arm_model(MELANOMA, agent_book(), agents, changes)


def valued(**values: float | str) -> ArmModel:
    return arm_model(MELANOMA, agent_book(), (), ModelChanges.model_validate({"values": values}))


def parts(entry: ArmModel) -> set[str]:
    return {part.name for part in entry.model.parts}


def protocol_with(**models: dict[str, object]) -> Protocol:
    data = study_protocol({name: [TEMOZOLOMIDE] for name in models}, data_cut_off="4 months").to_dict()
    for arm in data["arms"]:
        arm["model"] = models[arm["name"]]
    return Protocol.from_dict(data)


def test_a_mechanism_on_demand_joins_only_where_an_agent_acts_on_it() -> None:
    on_demand = set(on_demand_mechanisms())
    assert on_demand
    assert not parts(model_with()) & on_demand
    assert {"neutrophils", "platelets"} <= parts(model_with("temozolomide"))


def test_a_biomarker_brings_its_mechanism_into_every_arm() -> None:
    entry = arm_model(MELANOMA, agent_book(), (), ModelChanges(), ["platelet_count"])
    assert "platelets" in parts(entry)
    assert "platelet_count" in entry.model.observable_names


def test_a_mechanism_that_is_off_leaves_the_equations_of_the_others() -> None:
    entry = model_with("temozolomide", without=("regulatory_t_cells",))
    assert entry.model.off == ("regulatory_t_cells",)
    assert "regulatory_t_cells" not in entry.model.states
    assert "tumour" in entry.model.states


def test_a_mechanism_to_be_left_out_of_an_arm_that_has_none_is_no_fault() -> None:
    assert model_with(without=("platelets",)).model.hash == model_with().model.hash


def test_a_variant_brings_its_own_numbers_and_only_while_it_is_on() -> None:
    usual, licensed = model_with(), model_with(variants=("il2_licensing",))
    assert "il2_licence" in licensed.model.states
    assert "resting_licence" not in usual.records
    for name, record in variant_numbers("il2_licensing").records_in(["melanoma"]).items():
        assert licensed.records[name].value == record.value
    changed = ("memory_lymphotoxicity", "initial_memory_pool", "homeostatic_proliferation_rate")
    assert all(licensed.records[name].value != usual.records[name].value for name in changed)


def test_a_variant_without_numbers_in_a_disease_says_so() -> None:
    other = replace(MELANOMA, name="other", lineage=("other",))
    with pytest.raises(InputError, match=r"No number is known for 'resting_licence' in the disease 'other'"):
        arm_model(other, agent_book(), (), ModelChanges(variants=("il2_licensing",)))


def test_a_stated_value_is_the_median_and_the_spread_stays() -> None:
    usual, changed = model_with().records["initial_memory_pool"], valued(initial_memory_pool="3e7 cell")
    record = changed.records["initial_memory_pool"]
    assert record.value == pytest.approx(0.03)  # Gcell
    assert record.variability == usual.variability
    assert (record.kind, record.source) == ("assumed", "protocol")
    assert record.where == "instead of 0.0147 Gcell (calibrated, starting_calibration)"


def test_every_patient_keeps_the_own_deviation_from_another_median() -> None:
    usual, changed = model_with(), valued(initial_memory_pool=0.03)
    drawn = sample_patients(usual.records, usual.correlations, 20, 5)
    (again,), (other,) = usual.parameters([drawn], 5), changed.parameters([drawn], 5)
    np.testing.assert_array_equal(again.id, drawn.id)
    for name, column in drawn.parameters.items():
        np.testing.assert_array_equal(again.parameters[name], column)
    ratio = other.parameters["initial_memory_pool"] / drawn.parameters["initial_memory_pool"]
    np.testing.assert_allclose(ratio, 0.03 / usual.records["initial_memory_pool"].value, rtol=1e-12)
    assert np.ptp(drawn.parameters["initial_memory_pool"]) > 0


def test_a_number_without_a_unit_is_in_the_units_of_the_equations_and_holds_for_every_member() -> None:
    record = valued(lesion_access=0.5).records["lesion_access"]
    assert record.value == {"1": 0.5, "2": 0.5, "3": 0.5}


def test_a_value_in_the_unit_of_something_else_is_refused() -> None:
    with pytest.raises(InputError, match=r"Parameter 'killing_rate': 'mg' cannot be turned into '1/day'"):
        valued(killing_rate="1 mg")


def test_arms_differ_in_their_own_numbers_and_not_in_their_patients() -> None:
    halved = 0.205  # half of the usual 0.41 1/day
    result = run_protocol(
        protocol_with(usual={}, half={"values": {"memory_lymphotoxicity": halved}}),
        patients=8,
        seed=3,
        jobs=1,
    )
    first, second = result.models
    assert (first.arms, second.arms) == (("usual",), ("half",))
    assert first.model_hash == second.model_hash == result.model_hash
    assert first.own_parameters == ()
    assert [(one.name, one.value) for one in second.own_parameters] == [("memory_lymphotoxicity", halved)]
    ages = result.patients.pivot(on="arm", index="patient", values="age")
    np.testing.assert_array_equal(ages["usual"], ages["half"])
    usual = next(one for one in result.parameters if one.name == "memory_lymphotoxicity")
    assert usual.source == "starting_calibration"


def test_an_arm_without_a_brake_has_other_equations_and_no_worse_outcomes() -> None:
    result = run_protocol(
        protocol_with(usual={}, free={"without": ["regulatory_t_cells"]}), patients=12, seed=3, jobs=1
    )
    assert len({entry.model_hash for entry in result.models}) == 2
    assert "## usual\n" in result.equations
    assert "# regulatory_t_cells (off)" in result.equations
    usual, free = (result.visits.filter(arm=name) for name in ("usual", "free"))
    paired = usual.join(free, on=["patient", "day"])
    assert paired["sld_mm"].to_list() != paired["sld_mm_right"].to_list()
    assert paired["sld_mm_right"].sum() < paired["sld_mm"].sum()


def test_a_protocols_own_changes_hold_in_every_arm() -> None:
    data = study_protocol({"a": [TEMOZOLOMIDE], "b": [IL2]}).to_dict()
    data["model"] = {"variants": ["il2_licensing"]}
    data["arms"][1]["model"] = {"values": {"licensing_rate": 0.6}}
    protocol = Protocol.from_dict(data)
    models = [
        arm_model(MELANOMA, agent_book(), protocol.agents_of(arm), protocol.model_of(arm))
        for arm in protocol.arms
    ]
    assert all("il2_licence" in entry.model.states for entry in models)
    assert [entry.records["licensing_rate"].value for entry in models] == [0.41, 0.6]
    assert usual_records(models)["licensing_rate"].value == 0.41
    assert [entry.arms for entry in models_of_arms(models, ("a", "b"))] == [("a",), ("b",)]
