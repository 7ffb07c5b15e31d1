"""Mechanisms, agents and diseases are found by looking at their files."""

from __future__ import annotations

from pathlib import Path

import pytest

import trialkine.agents
import trialkine.mechanisms
from trialkine.agents.catalogue import catalogue
from trialkine.diseases import disease_names, load_disease
from trialkine.errors import InputError
from trialkine.mechanisms.core import CORE, mechanisms_for, variant, variant_mechanisms
from trialkine.model.compose import compose
from trialkine.population.packaged import packaged_records

NOT_MECHANISMS = {"__init__", "core", "indices"}


def test_every_file_of_the_room_is_in_the_core() -> None:
    folder = Path(trialkine.mechanisms.__path__[0])
    files = {path.stem for path in folder.glob("*.py")} - NOT_MECHANISMS
    assert {mechanism.name for mechanism in CORE} == files


def test_variants_are_not_in_the_core() -> None:
    assert set(variant_mechanisms()) == {"il2_licensing"}
    assert not {mechanism.name for mechanism in CORE} & set(variant_mechanisms())


def test_the_order_of_mechanisms_does_not_matter() -> None:
    agents = [catalogue()[name] for name in ("aldesleukin", "im862", "temozolomide")]
    parts = mechanisms_for(agents)
    assert compose(parts, agents).hash == compose(agents[::-1], parts[::-1]).hash


def test_an_unknown_variant_gets_the_nearest_name() -> None:
    with pytest.raises(
        InputError, match=r"No variant is named 'il2_licencing'. Did you mean 'il2_licensing'"
    ):
        variant("il2_licencing")


def test_every_agent_file_of_the_room_is_in_the_catalogue() -> None:
    folder = Path(trialkine.agents.__path__[0])
    assert set(catalogue()) == {path.stem for path in folder.glob("*.toml")}


@pytest.mark.parametrize(
    ("agent", "routes", "unit"),
    [
        ("aldesleukin", {"intravenous": True, "subcutaneous": False}, "IU"),
        ("temozolomide", {"oral": False}, "mg"),
        ("im862", {"intranasal": False}, "mg"),
    ],
)
def test_each_agent_knows_its_routes_and_dose_unit(agent: str, routes: dict[str, bool], unit: str) -> None:
    found = catalogue()[agent]
    assert found.dose_unit == unit
    assert {name: route.infused for name, route in found.routes.items()} == routes


def test_both_diseases_can_be_loaded_and_share_their_constants() -> None:
    assert {"melanoma", "renal_cell"} <= set(disease_names())
    melanoma, renal = (load_disease(name) for name in ("melanoma", "renal_cell"))
    assert melanoma.title == "Metastatic melanoma"
    assert set(melanoma.records) ^ set(renal.records) <= set(packaged_records())  # those have a usual value
    assert melanoma.records["killing_rate"] == renal.records["killing_rate"]
    assert melanoma.records["initial_burden"] != renal.records["initial_burden"]


def test_an_unknown_disease_gets_the_nearest_name() -> None:
    with pytest.raises(InputError, match=r"No disease is named 'melanom'. Did you mean 'melanoma'"):
        load_disease("melanom")
