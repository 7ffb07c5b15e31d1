"""Stimuli present only antigen that is there; adjuvants act on the presenting cells that meet a vaccine."""

from __future__ import annotations

import pytest
from mechanism_patients import Patient, build
from numpy.testing import assert_allclose, assert_array_equal

from trialkine.agents.catalogue import catalogue
from trialkine.mechanisms.core import mechanisms_for
from trialkine.model.compose import compose


def vaccinated_part(*agents: str) -> Patient:
    """The typical resected patient of whom only antigen and tumour-specific cells are modelled."""
    kept = ("antigen", "antigen_presentation", "effector_cells", "memory_cells", "injection_site")
    found = [catalogue()[name] for name in (*agents, "peptide_vaccine")]
    mechanisms = mechanisms_for(found)
    off = [mechanism.name for mechanism in mechanisms if mechanism.name not in kept]
    return Patient(compose(mechanisms, found, off=off), "resected_melanoma")


def test_a_stimulus_presents_nothing_where_there_is_no_antigen() -> None:
    one = Patient(build(["interferon_alfa"]))
    under = one.at(antigen=0.0, interferon_alfa_exposure=5.0)
    assert one.read("antigen_presentation_stimulus", under) > 0.0
    assert one.read("antigen_presentation_target", under) == 0.0


def test_half_of_a_stimulus_acts_at_the_recognition_limit() -> None:
    one = Patient(build(["interferon_alfa"]))

    def added(antigen: float) -> float:
        with_it = one.read(
            "antigen_presentation_target", one.at(antigen=antigen, interferon_alfa_exposure=0.1)
        )
        return float(with_it - one.read("antigen_presentation_target", one.at(antigen=antigen)))

    limit = one.parameter("antigen_recognition_limit")
    assert_allclose(added(limit) / added(100.0 * limit), 0.5 / (100.0 / 101.0), rtol=1e-9)


@pytest.mark.parametrize("disease", ["melanoma", "renal_cell"])
def test_nearly_all_of_a_stimulus_acts_in_metastatic_disease(disease: str) -> None:
    one = Patient(build(["interferon_alfa"]), disease)
    antigen = one.read("antigen")
    assert antigen / (antigen + one.parameter("antigen_recognition_limit")) > 0.95


def test_little_of_a_stimulus_acts_on_a_microscopic_remainder() -> None:
    one = Patient(build(["interferon_alfa"]), "resected_melanoma")
    under = one.at(interferon_alfa_exposure=1.0)
    reached = one.read("antigen_presentation_target", under) - one.read("antigen_presentation_target")
    assert reached < 0.2 * one.read("antigen_presentation_stimulus", under)


def test_the_antigen_of_a_vaccine_opens_the_way_for_a_stimulus() -> None:
    one = vaccinated_part()
    antigen = one.read("antigen", one.after(3.0, one.at(peptide_vaccine_depot=1.0)))
    assert antigen > one.parameter("antigen_recognition_limit")


def test_the_recognition_limit_changes_nothing_without_a_stimulus() -> None:
    rates = [
        Patient(build(["aldesleukin"]), antigen_recognition_limit=limit).rates() for limit in (1e-5, 1e-3)
    ]
    assert_array_equal(list(rates[0].values()), list(rates[1].values()))


def test_interleukin_12_under_the_skin_makes_more_of_a_vaccine_be_presented() -> None:
    one = vaccinated_part("interleukin_12")
    alone = one.after(1.0, one.at(peptide_vaccine_depot=1.0))
    given = one.at(peptide_vaccine_depot=1.0)
    dose = 0.03 * 70 * one.parameter("interleukin_12_bioavailability")  # 30 ng/kg, lee_2001_il12_peptides
    beside, elsewhere = given.copy(), given.copy()
    beside[0, one.model.state_names.index("interleukin_12_depot")] = dose
    elsewhere[0, one.model.state_names.index("interleukin_12_plasma")] = dose
    uptake = [float(one.read("peptide_vaccine_uptake", one.after(1.0, at))) for at in (beside, elsewhere)]
    plain = float(one.read("peptide_vaccine_uptake", alone))
    assert uptake[0] > 1.3 * plain
    assert plain <= uptake[1] < 1.05 * plain


def test_vaccination_doubles_tumour_specific_memory_in_the_typical_resected_patient() -> None:
    """Eight doses in 16 weeks; most patients of lee_2001_il12_peptides showed a response in blood."""
    one = vaccinated_part()
    place = one.model.state_names.index("peptide_vaccine_depot")
    now = one.start.copy()
    for _ in range(8):
        now[0, place] += 1.0
        now = one.after(14.0, now)
    rise = one.read("memory_cells", now) / one.read("memory_cells")
    assert 2.0 < rise < 6.0
    assert one.read("memory_cells", one.after(112.0)) < one.read("memory_cells")
