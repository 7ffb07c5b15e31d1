"""Growth, killing and extinction of the tumour."""

from __future__ import annotations

import numpy as np
import pytest
from mechanism_patients import Patient, build
from numpy.testing import assert_allclose

from trialkine.mechanisms.core import CORE
from trialkine.model.evaluate import derivative


@pytest.fixture(scope="module")
def patient() -> Patient:
    return Patient(build())


def test_the_clones_of_all_lesions_add_up_to_the_initial_burden(patient: Patient) -> None:
    assert_allclose(patient.read("burden"), patient.parameter("initial_burden"), rtol=1e-12)
    assert_allclose(patient.read("initial_clone_fraction").sum(), 1.0, rtol=1e-12)
    loss, resistant = 0.0052, 0.10  # the melanoma file's shares
    shares = [(1 - loss) * (1 - resistant), (1 - loss) * resistant, loss]
    assert_allclose(patient.read("initial_clone_fraction"), shares, rtol=1e-12)


def test_without_killing_every_clone_grows_at_the_logistic_rate() -> None:
    model = build().without("immune_kill", "natural_killer_kill")
    patient = Patient(model)
    rates = patient.rates()
    expected = patient.parameter("tumour_growth_rate") * (1 - 54.0 / 3000.0)
    for position, name in enumerate(model.state_names):
        if name.startswith("tumour["):
            assert_allclose(rates[name], expected * patient.start[0, position], rtol=1e-12)


def test_a_lower_burden_is_killed_at_a_higher_rate_by_the_same_cells(patient: Patient) -> None:
    rates = [
        (
            patient.read("effector_kill_rate", patient.at(tumour=volume, effector_cells=0.5))[0],
            patient.read("natural_killer_kill_rate", patient.at(tumour=volume)),
        )
        for volume in (1e-3, 1e-1, 1.0, 10.0)
    ]
    assert all(np.all(np.diff(column) < 0) for column in np.transpose(rates))


def test_at_very_low_burden_killing_approaches_its_limit(patient: Patient) -> None:
    cells = 1e6  # far above the half saturation, so that every tumour cell meets a killer
    rate = patient.read("effector_kill_rate", patient.at(tumour=0.0, effector_cells=cells))
    limit = 0.57 * patient.read("immune_freedom")
    assert_allclose(rate, limit, rtol=1e-5)  # the half saturation is 6e-7 of the killers


def test_clones_without_antigen_escape_t_cells_but_not_natural_killer_cells(patient: Patient) -> None:
    calm = patient.at(interferon_gamma=1.0)
    assert_allclose(patient.read("clone_susceptibility", calm), [1.0, 1.0, 0.02], rtol=1e-12)
    states = patient.at(effector_cells=0.0, memory_cells=0.0)
    rates = patient.rates(states)
    relative = [rates[f"tumour[1,{clone}]"] / patient.start[0, patient.model.state_names.index(
        f"tumour[1,{clone}]"
    )] for clone in ("sensitive", "antigen_loss")]  # fmt: skip
    killed = patient.read("natural_killer_kill_rate", states)
    assert_allclose(relative[0] - relative[1], killed, rtol=1e-9)  # killed once against twice


def test_interferon_at_most_triples_the_visibility_of_clones_without_antigen(patient: Patient) -> None:
    visible = patient.read("clone_susceptibility", patient.at(interferon_gamma=1e9))
    assert_allclose(visible, [1.0, 1.0, 0.06], rtol=1e-6)


def test_the_extinction_event_sets_a_clone_below_the_cure_threshold_to_zero(patient: Patient) -> None:
    (event,) = patient.model.events
    assert event.name == "extinction"
    assert event.when.text == "tumour < extinction_volume"
    assert event.resets["tumour"].text == "0"


def test_a_cured_patient_stays_cured_and_keeps_only_the_background_hazard(patient: Patient) -> None:
    later = patient.after(400.0, patient.at(tumour=0.0))
    rates = patient.rates(later)
    for position, name in enumerate(patient.model.state_names):
        if name.startswith("tumour["):
            assert later[0, position] == 0.0
    assert_allclose(rates["disease_hazard"], patient.parameter("background_death_rate"), rtol=1e-9)
    assert rates["new_lesion_hazard"] == 0.0
    assert patient.read("immune_control", later) == 0.0
    assert np.isfinite(later).all()


@pytest.mark.parametrize("disease", ["melanoma", "renal_cell"])
def test_the_typical_patient_is_not_controlled_by_the_immune_system_at_the_start(disease: str) -> None:
    patient = Patient(build(), disease)
    assert 0.0 < patient.read("immune_control") < 0.7
    assert patient.read("net_growth_rate") > 0.0


@pytest.mark.parametrize("disease", ["melanoma", "renal_cell"])
def test_nothing_jumps_when_an_untreated_patient_is_merely_followed(disease: str) -> None:
    patient = Patient(build(), disease)
    later = patient.after(7.0)
    slow = ["antigen", "antigen_presentation", "effector_cells", "memory_cells", "regulatory_t_cells"]
    slow += ["myeloid_suppressors", "vascular_support", "interferon_gamma", "tumour_necrosis_factor"]
    for name in slow:
        # within a week the tumour grows by 9 %, and nothing that follows it should move much more
        assert_allclose(patient.read(name, later), patient.read(name), rtol=0.2, err_msg=name)


@pytest.mark.parametrize("disease", ["melanoma", "renal_cell"])
@pytest.mark.parametrize(
    "name", [mechanism.name for mechanism in CORE] + ["aldesleukin", "temozolomide", "im862"]
)
def test_each_mechanism_can_be_switched_off_and_all_rates_stay_finite(name: str, disease: str) -> None:
    model = build(["aldesleukin", "temozolomide", "im862"]).without(name)
    patient = Patient(model, disease)
    for states in (patient.start, np.zeros_like(patient.start), 10.0 * patient.start + 1.0):
        assert np.isfinite(derivative(model, states, patient.parameters)).all()


def test_rates_stay_finite_without_tumour_and_without_immune_cells(patient: Patient) -> None:
    for states in (
        patient.at(tumour=0.0, effector_cells=0.0, memory_cells=0.0, antigen=0.0),
        patient.at(natural_killer_cells=0.0, regulatory_t_cells=0.0, myeloid_suppressors=0.0),
        np.zeros_like(patient.start),
    ):
        assert all(np.isfinite(list(patient.rates(states).values())))
