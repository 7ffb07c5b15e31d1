"""Antiangiogenic agents, controls and background treatment in a typical patient."""

from __future__ import annotations

import numpy as np
import pytest
from mechanism_patients import Patient, build


@pytest.fixture(scope="module")
def renal() -> Patient:
    return Patient(build(["bevacizumab", "im862"]), "renal_cell")


def test_half_of_the_vegf_is_free_at_the_level_of_half_binding(renal: Patient) -> None:
    level = renal.parameter("bevacizumab_half_binding") * renal.parameter("bevacizumab_central_volume")
    free = [renal.read("vegf_production", renal.at(bevacizumab_central=x * level)) for x in (0, 1, 3)]
    assert free == pytest.approx([1.0, 0.5, 0.25])


def test_ten_mg_per_kg_stop_growth_three_slow_it_and_im862_hardly_touches_it(renal: Patient) -> None:
    """Sustained levels: the mean at each dose every other week, and IM862 at its published dose."""

    def growth(**held: float) -> float:
        vegf = renal.read("vegf_production", renal.at(**held))
        settled = renal.at(vascular_endothelial_growth_factor=vegf)
        support = renal.read("vegf_effect", settled)  # vessels follow within weeks
        return float(renal.read("vascular_growth_factor", renal.at(vascular_support=support)))

    volume, clearance = (
        renal.parameter("bevacizumab_central_volume"),
        renal.parameter("bevacizumab_clearance"),
    )
    ten, three = (growth(bevacizumab_central=dose * 70 / 14 / clearance * volume) for dose in (10, 3))
    assert ten < 0.0 < three + 0.3 < 1.0
    assert growth(im862_exposure=1.0) > 0.9


def test_other_factors_slowly_replace_vegf_that_is_bound(renal: Patient) -> None:
    starved = renal.at(vascular_endothelial_growth_factor=0.05)
    assert renal.rates(starved)["angiogenic_escape"] > 0.0 == renal.rates()["angiogenic_escape"]


def test_nothing_in_the_body_notices_a_placebo() -> None:
    patient = Patient(build(["placebo"]), "renal_cell")
    with_it = patient.rates(patient.at(placebo_body=1000.0))
    assert with_it.pop("placebo_body") < 0.0
    without = patient.rates()
    assert with_it == {name: without[name] for name in with_it}


def test_medroxyprogesterone_changes_growth_only_where_a_protocol_says_so() -> None:
    model = build(["medroxyprogesterone"])
    for effect, slower in ((0.0, 0.0), (0.2, 0.1)):
        patient = Patient(model, "renal_cell", medroxyprogesterone_growth_effect=effect)
        amount = patient.parameter("medroxyprogesterone_reference_amount")
        usual = patient.read("proliferation_rate")
        treated = patient.read("proliferation_rate", patient.at(medroxyprogesterone_body=amount))
        assert np.allclose(treated, (1.0 - slower) * usual, rtol=1e-12)


def test_antiretrovirals_leave_a_tumour_alone_that_is_not_related_to_aids() -> None:
    patient = Patient(build(["antiretrovirals"]))
    recovered = patient.at(antiretrovirals_recovery=1.0)
    assert patient.read("cytotoxic_kill", recovered) == 0.0


def test_antiretrovirals_take_months_to_rebuild_what_kills_an_aids_related_tumour() -> None:
    patient = Patient(build(["antiretrovirals"]), antiretrovirals_kill_rate=0.02)
    steady = patient.parameter("antiretrovirals_daily_dose") / patient.parameter(
        "antiretrovirals_elimination_rate"
    )
    treated = patient.at(antiretrovirals_body=steady)
    per_day = patient.rates(treated)["antiretrovirals_recovery"]
    assert per_day == pytest.approx(patient.parameter("antiretrovirals_recovery_rate"), rel=1e-9)
    killing = patient.read("cytotoxic_kill", patient.at(antiretrovirals_recovery=0.5))
    assert killing == pytest.approx(0.01, rel=1e-9)
