"""Every number of the biology has a record with unit, kind and source; and no record is left over."""

from __future__ import annotations

import pytest

from trialkine.agents.catalogue import agent_records, catalogue
from trialkine.diseases import disease_names, load_disease
from trialkine.diseases.disease import TRIAL_PARAMETERS
from trialkine.evidence.parameter_files import in_unit
from trialkine.evidence.sources import sources
from trialkine.mechanisms.core import CORE, variant_mechanisms
from trialkine.model.compose import compose
from trialkine.model.declarations import Mechanism, Parameter
from trialkine.records import KINDS, ParameterRecord


def every_mechanism() -> list[Mechanism]:
    return [*CORE, *variant_mechanisms().values(), *(agent.mechanism for agent in catalogue().values())]


def declared() -> dict[str, Parameter]:
    return {name: item for mechanism in every_mechanism() for name, item in mechanism.parameters.items()}


def every_record(disease: str) -> dict[str, ParameterRecord]:
    records = dict(load_disease(disease).records)
    for name in catalogue():
        records |= agent_records(name)
    return records


@pytest.mark.parametrize("disease", disease_names())
def test_every_parameter_has_a_record_and_every_record_a_parameter(disease: str) -> None:
    wanted = set(declared()) | set(TRIAL_PARAMETERS)
    assert set(every_record(disease)) == wanted


@pytest.mark.parametrize("disease", disease_names())
def test_no_number_stands_in_a_disease_and_in_an_agent_too(disease: str) -> None:
    for name in catalogue():
        assert not set(agent_records(name)) & set(load_disease(disease).records)


@pytest.mark.parametrize("disease", disease_names())
def test_every_record_fits_its_parameter(disease: str) -> None:
    records = every_record(disease)
    for name, parameter in declared().items():
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
        assert record.source in sources(), name
        assert record.where.strip(), name
        if record.kind == "assumed":
            assert record.low is not None, name
            assert record.high is not None, name


def test_only_what_is_assumed_or_defined_lacks_an_outside_source() -> None:
    allowed = {"assumption": {"assumed"}, "definition": {"derived"}, "starting_calibration": {"calibrated"}}
    for disease in disease_names():
        for name, record in every_record(disease).items():
            if record.source in allowed:
                assert record.kind in allowed[record.source], name


@pytest.mark.parametrize("disease", disease_names())
def test_every_varying_parameter_has_a_positive_spread(disease: str) -> None:
    for name, record in every_record(disease).items():
        spread = record.variability
        if spread is not None and spread.distribution != "exponential":
            assert 0.0 < spread.sd < 3.0, name


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
        assert set(mechanism.sources) <= set(sources()), mechanism.name


def test_every_mechanism_can_be_found_under_the_name_of_its_file() -> None:
    import importlib

    for mechanism in CORE:
        module = importlib.import_module(f"trialkine.mechanisms.{mechanism.name}")
        assert getattr(module, mechanism.name.upper()) is mechanism


def test_every_agent_is_composable_alone() -> None:
    for agent in catalogue().values():
        assert agent.name in compose(CORE, agent).agents
