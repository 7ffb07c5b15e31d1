"""The receptor map says what the founding texts state, and names only quantities that the model has."""

from __future__ import annotations

from pathlib import Path

import pytest

from trialkine.agents.catalogue import catalogue
from trialkine.errors import ProblemsError
from trialkine.evidence.parameter_files import in_unit
from trialkine.evidence.receptors import parse_receptors, receptor_map, receptor_page
from trialkine.mechanisms.core import mechanisms_for
from trialkine.model.compose import compose

PAGE = Path(__file__).parents[2] / "docs" / "receptors.md"
ENTRY = """
[chains.one]
title = "chain one"

[receptors.example]
title = "example receptor"
ligands = ["a ligand"]
chains = ["one"]
cells = ["T cells"]
signals = ["JAK1"]
modelled = false
why = "An example."
sources = ["assumption"]
"""


def test_six_interleukins_share_the_common_gamma_chain() -> None:
    shared = {f"interleukin-{number}" for number in (2, 4, 7, 9, 15, 21)}
    assert set(receptor_map().ligands_of("common_gamma")) == shared


def test_interleukins_12_and_23_share_p40_and_a_receptor_chain() -> None:
    found = receptor_map()
    assert set(found.ligands_with("p40")) == {"interleukin-12", "interleukin-23"}
    assert set(found.ligands_of("il12_beta_1")) == {"interleukin-12", "interleukin-23"}


def test_the_type_two_interleukin_4_receptor_is_made_with_interleukin_13_receptor_alpha_1() -> None:
    receptor = receptor_map().receptors["il4_type_2"]
    assert set(receptor.chains) == {"il4_alpha", "il13_alpha_1"}
    assert "TYK2" in receptor.signals
    assert set(receptor.ligands) == {"interleukin-4", "interleukin-13"}


def test_interleukin_13_alone_binds_interleukin_13_receptor_alpha_2() -> None:
    assert receptor_map().ligands_of("il13_alpha_2") == ("interleukin-13",)


def test_every_receptor_with_the_common_gamma_chain_signals_through_jak3() -> None:
    for receptor in receptor_map().receptors.values():
        assert ("common_gamma" in receptor.chains) == ("JAK3" in receptor.signals), receptor.key


def test_every_modelled_receptor_names_a_quantity_of_the_model() -> None:
    agents = [catalogue()[name] for name in ("interferon_alfa", "interleukin_12", "interleukin_21", "imp321")]
    known = set(compose(mechanisms_for(agents), agents).observable_names)
    for receptor in receptor_map().receptors.values():
        assert (receptor.quantity in known) == receptor.modelled, receptor.key


def test_the_models_half_saturations_are_the_affinities_of_the_map() -> None:
    from trialkine.diseases import load_disease

    records = load_disease("melanoma").records
    receptors = receptor_map().receptors
    trimer = in_unit(records["il2_high_affinity_half_saturation"], "IU/mL").value
    assert trimer == pytest.approx(receptors["il2_trimer"].affinity.value / 4.0, rel=0.01)  # type: ignore[union-attr]
    il21 = in_unit(records["il21_half_saturation"], "ng/mL").value
    assert il21 == pytest.approx(receptors["il21"].affinity.value * 15.4e-3, rel=0.03)  # type: ignore[union-attr]


def test_the_page_of_the_documentation_is_the_one_that_the_map_gives() -> None:
    assert PAGE.read_text("utf-8") == receptor_page(receptor_map())


def test_a_map_with_one_receptor_is_read() -> None:
    assert parse_receptors(ENTRY, "map.toml").receptors["example"].chains == ("one",)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('chains = ["one"]', 'chains = ["two"]'), "names the unknown chain 'two'"),
        (("modelled = false", "modelled = true"), "names no quantity of the model"),
        (("modelled = false", 'modelled = false\nquantity = "x"'), "is not modelled"),
        (('["assumption"]', '["nobody_2001"]'), "unknown source 'nobody_2001'"),
        (('why = "An example."', ""), "has no 'why'"),
        (
            ("[chains.one]", '[chains.three]\ntitle = "chain three"\n\n[chains.one]'),
            "'three' belongs to no receptor",
        ),
    ],
)
def test_a_faulty_map_is_refused_with_a_sentence(change: tuple[str, str], message: str) -> None:
    with pytest.raises(ProblemsError, match=message):
        parse_receptors(ENTRY.replace(*change), "map.toml")


@pytest.mark.parametrize(
    ("affinity", "said"),
    [
        ('value = 1.0, unit = "nM", source = "huard_1995"', "has an affinity without 'kind'. Add it."),
        (
            'value = 1.0, unit = "nM", kind = "measured", source = "huard_1995", facts = ["KD_NO"]',
            "names the unknown fact 'KD_NO'. The ids are in evidence/pharmacology.csv.",
        ),
    ],
)
def test_an_affinity_has_its_kind_and_facts_that_exist(affinity: str, said: str) -> None:
    with pytest.raises(ProblemsError) as caught:
        parse_receptors(f"{ENTRY}affinity = {{ {affinity} }}\n", "own.toml")
    assert str(caught.value) == f"own.toml: Receptor 'example' {said}"
