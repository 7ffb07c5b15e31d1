"""Immune cells, their signals and their brakes."""

from __future__ import annotations

import numpy as np
import pytest
from mechanism_patients import Patient, build
from numpy.testing import assert_allclose

from trialkine.mechanisms.core import variant
from trialkine.model.declarations import Add, Mechanism, Parameter

GIVEN_IL2 = Mechanism(
    name="given_il2",
    about="A constant level of interleukin-2.",
    parameters={"given_level": Parameter("IU/mL", "level")},
    adds=(Add("il2_concentration", "given_level"),),
)


def patient_at_level(level: float) -> Patient:
    """A typical patient with a constant level of interleukin-2 [IU/mL]."""
    import mechanism_patients

    model = build(variants=[GIVEN_IL2])
    plain = Patient(build())
    patient = object.__new__(mechanism_patients.Patient)
    patient.model = model
    by_name = dict(zip(plain.model.parameter_names, plain.parameters[0], strict=True)) | {
        "given_level": level
    }
    patient.parameters = np.array([[by_name[name] for name in model.parameter_names]])
    patient.start = plain.start
    assert model.state_names == plain.model.state_names
    return patient


@pytest.fixture(scope="module")
def patient() -> Patient:
    return Patient(build())


def test_receptors_are_half_occupied_at_their_own_level() -> None:
    assert_allclose(patient_at_level(2.5).read("il2_high_affinity_occupancy"), 0.5, rtol=1e-12)
    assert_allclose(patient_at_level(359.0).read("il2_intermediate_affinity_occupancy"), 0.5, rtol=1e-12)


def test_low_levels_reach_regulatory_cells_and_high_levels_everybody() -> None:
    low, high = patient_at_level(20.0).rates(), patient_at_level(2000.0).rates()
    none = patient_at_level(0.0).rates()
    gained = {name: low[name] - none[name] for name in none}
    # at 20 IU/mL the trimer is 8/9 occupied and the dimer 1/19
    assert gained["regulatory_t_cells"] > 0.8 * (high["regulatory_t_cells"] - none["regulatory_t_cells"])
    assert gained["memory_cells"] < 0.2 * (high["memory_cells"] - none["memory_cells"])


def test_the_full_signal_is_one_and_no_signal_is_none() -> None:
    for name in ("effector_il2_signal", "memory_il2_signal"):
        assert patient_at_level(0.0).read(name) == 0.0
    assert_allclose(patient_at_level(1e9).read("effector_il2_signal"), 1.0, rtol=1e-5)


def test_either_suppressor_halves_freedom_at_its_half_effect(patient: Patient) -> None:
    alone = patient.at(
        regulatory_t_cells=patient.parameter("regulatory_half_effect"), myeloid_suppressors=0.0
    )
    assert_allclose(patient.read("immune_freedom", alone), 0.5, rtol=1e-12)
    alone = patient.at(
        regulatory_t_cells=0.0, myeloid_suppressors=patient.parameter("suppressor_half_effect")
    )
    assert_allclose(patient.read("immune_freedom", alone), 0.5, rtol=1e-12)


@pytest.mark.parametrize("name", ["regulatory_t_cells", "myeloid_suppressors"])
def test_suppressive_cells_start_where_the_burden_holds_them(patient: Patient, name: str) -> None:
    assert_allclose(patient.rates()[name], 0.0, atol=1e-15)


def test_regulatory_cells_fall_when_the_tumour_is_gone(patient: Patient) -> None:
    cured = patient.after(300.0, patient.at(tumour=0.0))
    # half of the set-point 2.2 does not depend on burden
    assert_allclose(patient.read("regulatory_t_cells", cured), 1.1, rtol=1e-4)


def test_effectors_that_turn_into_memory_are_neither_lost_nor_doubled(patient: Patient) -> None:
    few, more = patient.rates(patient.at(effector_cells=1.0)), patient.rates(patient.at(effector_cells=2.0))
    silent = patient.model.without("antigen_presentation")
    plain = Patient(silent)
    few, more = plain.rates(plain.at(effector_cells=1.0)), plain.rates(plain.at(effector_cells=2.0))
    lost = few["effector_cells"] - more["effector_cells"]
    gained = more["memory_cells"] - few["memory_cells"]
    assert_allclose(gained, 0.028, rtol=1e-9)
    assert_allclose(lost - gained, 0.178, rtol=1e-9)


@pytest.mark.parametrize(
    ("state", "effect", "silent"),
    [
        ("interferon_gamma", "interferon_gamma_effect", 0.0),
        ("tumour_necrosis_factor", "tumour_necrosis_factor_effect", 0.0),
        ("interleukin_10", "interleukin_10_brake", 1.0),
    ],
)
def test_a_cytokine_at_its_constitutive_level_does_nothing(
    patient: Patient, state: str, effect: str, silent: float
) -> None:
    assert patient.read(effect, patient.at(**{state: 1.0})) == silent
    assert patient.read(effect, patient.at(**{state: 3.0})) > silent


def test_cytokines_never_fall_below_their_constitutive_level(patient: Patient) -> None:
    empty = patient.at(tumour=0.0, effector_cells=0.0, antigen_presentation=0.0, antigen=0.0)
    rates = patient.rates(empty * 1.0)
    for name in ("tumour_necrosis_factor", "interleukin_10"):
        at_one = patient.rates(patient.at(antigen_presentation=0.0, **{name: 1.0}))
        assert at_one[name] >= 0.0
    assert np.isfinite(list(rates.values())).all()


def test_lymphopenia_is_what_is_missing_and_never_negative(patient: Patient) -> None:
    assert patient.read("lymphopenia", patient.at(lymphocyte_pool=0.4)) == pytest.approx(0.6)
    assert patient.read("lymphopenia", patient.at(lymphocyte_pool=2.0)) == 0.0


def test_lymphocytes_leave_blood_under_high_levels_and_return_afterwards() -> None:
    under = patient_at_level(169.0)  # the dimer is 0.32 occupied, the mean of high doses
    day_one = under.after(1.0)
    remaining = under.read("lymphocyte_count", day_one) / under.read("lymphocyte_count")
    assert 0.05 < remaining < 0.2  # 93 % were cleared within a day in pmid_7842405
    after = Patient(build())
    back = after.after(3.0, day_one)
    assert after.read("lymphocyte_count", back) > 0.9 * after.read("lymphocyte_count")


def test_natural_killer_activation_never_exceeds_one() -> None:
    assert patient_at_level(1e9).read("natural_killer_activation_target") == 1.0


def test_low_doses_expand_natural_killer_cells_as_measured() -> None:
    # 154 to 530 % above the start after 6 to 8 weeks (low_dose_il2_nk_1996), at levels of a few IU/mL
    after = patient_at_level(10.0)
    fold = after.read("natural_killer_cells", after.after(49.0))
    assert 2.5 < fold < 6.3


def test_licensing_with_a_full_licence_changes_nothing() -> None:
    plain = Patient(build(["aldesleukin", "temozolomide"]))
    licensed = Patient(
        build(["aldesleukin", "temozolomide"], [variant("il2_licensing")]), resting_licence=1.0
    )
    states = plain.at(lymphocyte_pool=0.3, aldesleukin_central=1e7, temozolomide_exposure=0.5)
    licensed_states = licensed.at(lymphocyte_pool=0.3, aldesleukin_central=1e7, temozolomide_exposure=0.5)
    rates, with_licence = plain.rates(states), licensed.rates(licensed_states)
    assert with_licence.pop("il2_licence") == 0.0
    assert with_licence == rates


def test_licensing_makes_recall_wait_for_interleukin_2() -> None:
    licensed = Patient(build(["aldesleukin"], [variant("il2_licensing")]), resting_licence=0.25)
    assert_allclose(licensed.read("recall_flux") / Patient(build()).read("recall_flux"), 0.25, rtol=1e-12)
    assert licensed.rates()["il2_licence"] == pytest.approx(0.0, abs=1e-18)
    assert licensed.rates(licensed.at(aldesleukin_central=1e7))["il2_licence"] > 0.0


def test_no_patient_starts_with_more_memory_cells_than_there_is_room_for() -> None:
    crowded = Patient(build(), "renal_cell", initial_memory_pool=1000.0)
    assert crowded.read("memory_cells") == crowded.parameter("largest_memory_pool")
    assert crowded.read("effector_cells") < crowded.parameter("largest_effector_pool")
