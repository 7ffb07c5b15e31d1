"""Vessels, toxicity, death, spread and symptoms."""

from __future__ import annotations

import math

import pytest
from mechanism_patients import Patient, build
from numpy.testing import assert_allclose


@pytest.fixture(scope="module")
def patient() -> Patient:
    return Patient(build(["aldesleukin", "im862"]), "renal_cell")


def test_untreated_vessels_are_at_rest_and_support_full_growth(patient: Patient) -> None:
    rates = patient.rates()
    for name in ("vascular_endothelial_growth_factor", "vascular_support", "angiogenic_escape"):
        assert rates[name] == pytest.approx(0.0, abs=1e-15)
    assert patient.read("vascular_growth_factor") == pytest.approx(1.0)


def test_growth_stops_when_support_falls_by_the_reserve_and_never_shrinks_faster_than_it_grew(
    patient: Patient,
) -> None:
    stasis = patient.at(vascular_support=1 / 2.75)
    assert patient.read("vascular_growth_factor", stasis) == pytest.approx(0.0, abs=1e-12)
    for support in (0.0, 1e-9, 1 / 2.75**2):
        assert patient.read("vascular_growth_factor", patient.at(vascular_support=support)) == pytest.approx(
            -1.0
        )


def test_losing_nearly_all_vegf_costs_most_support_and_losing_a_fifth_hardly_any(patient: Patient) -> None:
    # V (1 + K) / (V + K) with K = 0.36, by hand
    fifth = patient.read("vegf_effect", patient.at(vascular_endothelial_growth_factor=0.8))
    nearly = patient.read("vegf_effect", patient.at(vascular_endothelial_growth_factor=0.05))
    assert_allclose([fifth, nearly], [0.8 * 1.36 / 1.16, 0.05 * 1.36 / 0.41], rtol=1e-12)


def test_escape_rises_towards_what_is_missing_and_decays_when_vegf_returns(patient: Patient) -> None:
    rate = patient.parameter("angiogenic_escape_rate")
    low = patient.at(vascular_endothelial_growth_factor=0.05, angiogenic_escape=0.0)
    missing = 1 - 0.05 * 1.36 / 0.41
    assert_allclose(patient.rates(low)["angiogenic_escape"], rate * missing, rtol=1e-12)
    back = patient.at(vascular_endothelial_growth_factor=1.0, angiogenic_escape=0.5)
    assert_allclose(patient.rates(back)["angiogenic_escape"], -rate * 0.5, rtol=1e-12)


def test_im862_at_the_published_dose_lowers_vegf_by_a_fifth_and_hardly_slows_growth(patient: Patient) -> None:
    treated = patient.at(im862_exposure=1.0)
    assert_allclose(patient.read("vegf_production", treated), 0.8, rtol=1e-12)
    settled = patient.at(
        vascular_endothelial_growth_factor=0.8, vascular_support=0.8 * 1.36 / 1.16, im862_exposure=1.0
    )
    expected = 1 + math.log(0.8 * 1.36 / 1.16) / math.log(2.75)
    assert_allclose(patient.read("vascular_growth_factor", settled), expected, rtol=1e-12)
    assert 0.9 < expected < 1.0


def test_doses_are_held_above_the_patients_own_tolerance(patient: Patient) -> None:
    hold = patient.model.holds[0]
    assert hold.when.text == "hypotension > hypotension_tolerance"
    assert hold.end_cycle_after == "aldesleukin_holds_to_end_cycle"
    assert patient.parameter("aldesleukin_holds_to_end_cycle") == 3.0


def test_tumour_necrosis_factor_adds_to_hypotension_only_through_its_excess(patient: Patient) -> None:
    level = {"aldesleukin_central": 1e6}
    calm = patient.rates(patient.at(tumour_necrosis_factor=1.0, **level))["hypotension"]
    assert_allclose(
        calm, patient.read("il2_intermediate_affinity_occupancy", patient.at(**level)), rtol=1e-12
    )
    half = patient.rates(patient.at(tumour_necrosis_factor=11.0, **level))["hypotension"]
    assert_allclose(half / calm, 1.1, rtol=1e-12)  # half of the largest gain of 0.2


def test_death_from_treatment_needs_hypotension_and_grows_with_its_square(patient: Patient) -> None:
    tolerance = patient.parameter("hypotension_tolerance")
    at = [patient.rates(patient.at(hypotension=f * tolerance))["treatment_hazard"] for f in (0.0, 1.0, 2.0)]
    assert_allclose(at, [0.0, 0.002, 0.008], rtol=1e-12)


def test_the_hazard_of_death_is_the_stated_one_at_the_reference_burden(patient: Patient) -> None:
    states = patient.at(tumour=50.0 / 9.0)
    steep = 0.35
    floor = (0.01 / 50.0) ** steep
    expected = 1e-4 + 0.00137 * ((50.01 / 50.0) ** steep - floor)
    assert_allclose(patient.rates(states)["disease_hazard"], expected, rtol=1e-12)
    # restated so that the calibrated 0.0013 per day holds at the reference burden
    assert_allclose(expected - 1e-4, 0.0013, rtol=0.01)


def test_new_lesions_come_while_the_disease_grows_up_to_a_limit_and_never_while_it_shrinks() -> None:
    rates = {}
    for growth in (0.005, 0.01, 0.03, 0.06):
        model = build().without("immune_kill", "natural_killer_kill")
        patient = Patient(
            model, "melanoma", tumour_growth_rate=growth, largest_burden=1e12, initial_burden=50.0
        )
        rates[growth] = patient.rates()["new_lesion_hazard"] / 0.0055
        if growth == 0.03:
            shrinking = patient.rates(patient.at(vascular_support=0.0))["new_lesion_hazard"]
    # the small volume that keeps ratios finite is 0.02 % of 50 cm3
    assert_allclose(list(rates.values()), [0.5, 1.0, 3.0, 3.0], rtol=3e-4)
    assert shrinking == 0.0


@pytest.mark.parametrize(
    ("name", "when"),
    [
        ("death", "disease_hazard > death_threshold"),
        ("new_lesion", "new_lesion_hazard > new_lesion_threshold"),
        ("treatment_death", "treatment_hazard > treatment_death_threshold"),
        (
            "symptomatic_progression",
            "burden > symptomatic_burden_ratio * (initial_burden + symptom_free_burden)",
        ),
    ],
)
def test_the_trial_is_told_of_each_milestone(patient: Patient, name: str, when: str) -> None:
    found = {milestone.name: milestone.when.text for milestone in patient.model.milestones}
    assert found[name] == when
    assert len(found) == 4


@pytest.mark.parametrize(
    "name",
    [
        "lesion_volume",
        "burden",
        "plasma_vegf",
        "lymphocyte_count",
        "regulatory_t_cells",
        "soluble_il2_receptor",
        "weight_gain",
        "serum_albumin",
    ],
)
def test_the_trial_can_read_each_biomarker(patient: Patient, name: str) -> None:
    assert (patient.read(name) >= 0.0).all()
