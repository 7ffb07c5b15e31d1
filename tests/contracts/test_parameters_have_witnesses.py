"""Every number of the biology has a record with unit, kind and source; and no record is left over."""

from __future__ import annotations

import pytest

from trialkine.agents.catalogue import agent_book, catalogue
from trialkine.diseases import disease_names, load_disease
from trialkine.diseases.disease import TRIAL_PARAMETERS
from trialkine.evidence.parameter_files import in_unit
from trialkine.evidence.sources import sources
from trialkine.mechanisms.core import (
    CORE,
    mechanisms_for,
    on_demand_mechanisms,
    variant_mechanisms,
    variant_numbers,
)
from trialkine.model.compose import compose
from trialkine.model.declarations import Mechanism, Parameter
from trialkine.population.packaged import packaged_records
from trialkine.published_models.catalogue import published_model_file, published_model_names
from trialkine.records import KINDS, ParameterRecord


def every_mechanism() -> list[Mechanism]:
    agents = (agent.mechanism for agent in catalogue().values())
    return [*CORE, *on_demand_mechanisms().values(), *variant_mechanisms().values(), *agents]


def declared() -> dict[str, Parameter]:
    return {name: item for mechanism in every_mechanism() for name, item in mechanism.parameters.items()}


def every_record(disease: str) -> dict[str, ParameterRecord]:
    """The numbers of a disease, and those that agents and variants have in it."""
    found = load_disease(disease)
    records = dict(found.records)
    for file in agent_book().files.values():
        records |= file.numbers.records_in(found.lineage)
    for name in variant_mechanisms():
        own = variant_numbers(name).records_in(found.lineage)
        records |= {key: own[key] for key in own if key not in records}
    return records


def elsewhere(disease: str) -> set[str]:
    """The parameters of agents and variants whose numbers are known in other diseases only."""
    numbers = [file.numbers for file in agent_book().files.values()]
    numbers += [variant_numbers(name) for name in variant_mechanisms()]
    every = {key for one in numbers for records in one.in_disease.values() for key in records}
    return every - set(every_record(disease))


@pytest.mark.parametrize("disease", disease_names())
def test_every_parameter_has_a_record_and_every_record_a_parameter(disease: str) -> None:
    wanted = set(declared()) | set(TRIAL_PARAMETERS)
    of_patients = set(every_record(disease)) - set(packaged_records())
    assert of_patients == wanted - elsewhere(disease)


@pytest.mark.parametrize("disease", disease_names())
def test_no_number_stands_in_a_disease_and_in_an_agent_too(disease: str) -> None:
    for name in catalogue():
        mine = agent_book().files[name].numbers
        found = load_disease(disease)
        assert not set(mine.records_in(found.lineage)) & set(found.records)


@pytest.mark.parametrize("disease", disease_names())
def test_every_record_fits_its_parameter(disease: str) -> None:
    records = every_record(disease)
    for name, parameter in declared().items():
        if name in elsewhere(disease):
            continue
        record = in_unit(records[name], parameter.unit)  # raises when the units measure different things
        if parameter.index:
            (index,) = parameter.index
            assert tuple(record.value) == index.members, name
        else:
            assert isinstance(record.value, float), name


@pytest.mark.parametrize("disease", disease_names())
def test_every_record_has_kind_source_and_place_and_a_range_when_assumed(disease: str) -> None:
    for name, record in every_record(disease).items():
        assert record.kind in KINDS, name
        assert record.source in agent_book().sources, name
        assert record.where.strip(), name
        if record.kind == "assumed":
            assert record.low is not None, name
            assert record.high is not None, name


def test_only_what_is_assumed_or_defined_lacks_an_outside_source() -> None:
    allowed = {
        "assumption": {"assumed"},
        "definition": {"derived"},
        "starting_calibration": {"calibrated"},
        "licensing_calibration": {"calibrated"},
    }
    for disease in disease_names():
        for name, record in every_record(disease).items():
            if record.source in allowed:
                assert record.kind in allowed[record.source], name


@pytest.mark.parametrize("disease", disease_names())
def test_every_varying_parameter_has_a_positive_spread(disease: str) -> None:
    for name, record in every_record(disease).items():
        spread = record.variability
        if spread is not None and spread.distribution != "exponential":
            # a remainder that nobody can see spans many powers of ten
            is_wide = load_disease(disease).is_adjuvant and name == "initial_burden"
            is_in_units = spread.distribution == "normal"
            assert 0.0 < spread.sd < (5.0 if is_wide else 20.0 if is_in_units else 3.0), name


@pytest.mark.parametrize("disease", disease_names())
def test_correlations_and_plausibility_rules_name_what_exists(disease: str) -> None:
    found = load_disease(disease)
    model = compose(CORE)
    for correlation in found.correlations:
        for name in correlation.between:
            assert found.records[name].variability is not None, name
    assert found.plausibility
    for rule in found.plausibility:
        assert rule.quantity in model.observable_names


def test_every_mechanism_names_sources_that_exist() -> None:
    for mechanism in every_mechanism():
        assert set(mechanism.sources) <= set(agent_book().sources), mechanism.name


def test_every_mechanism_can_be_found_under_the_name_of_its_file() -> None:
    import importlib

    for mechanism in CORE:
        module = importlib.import_module(f"trialkine.mechanisms.{mechanism.name}")
        assert getattr(module, mechanism.name.upper()) is mechanism


def test_every_agent_is_composable_alone() -> None:
    for agent in catalogue().values():
        assert agent.name in compose(mechanisms_for([agent]), agent).agents


@pytest.mark.parametrize("name", published_model_names())
def test_every_number_of_a_published_model_has_a_witness(name: str) -> None:
    file = published_model_file(name)
    known = {*sources(), *file.sources}
    for case in ("", *file.cases):
        model = file.standalone(case)
        assert set(model.records) == set(model.model.parameters)
        for parameter, record in model.records.items():
            assert record.kind in KINDS, parameter
            assert record.source in known, parameter
            assert record.where.strip(), parameter
            assert record.unit == model.model.parameters[parameter].unit, parameter
            if record.kind == "assumed":
                assert record.low is not None, parameter
                assert record.high is not None, parameter
            if record.source in ("assumption", "definition"):
                assert record.kind == {"assumption": "assumed", "definition": "derived"}[record.source], (
                    parameter
                )
