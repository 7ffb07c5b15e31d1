"""The composed melanoma model equals the model written out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from melanoma_by_hand import right_hand_side
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from trialkine.agents.catalogue import agent_records, catalogue
from trialkine.diseases import load_disease
from trialkine.evidence.parameter_files import in_unit
from trialkine.mechanisms.core import mechanisms_for
from trialkine.model.compose import compose
from trialkine.model.declarations import Parameter, State
from trialkine.model.evaluate import derivative, initial_states, state_scales
from trialkine.model.model import Model

Floats = NDArray[np.float64]
AGENTS = ("aldesleukin", "im862", "temozolomide")
PATIENTS = 200


@pytest.fixture(scope="module")
def model() -> Model:
    agents = [catalogue()[name] for name in AGENTS]
    return compose(mechanisms_for(agents), agents)


@pytest.fixture(scope="module")
def parameters(model: Model) -> Floats:
    """Parameters around their typical values; those that mark clones keep theirs."""
    records = {**load_disease("melanoma").records}
    for name in AGENTS:
        records |= agent_records(name, "melanoma")
    typical = []
    for name, parameter in model.parameters.items():
        record = in_unit(records[name], parameter.unit)
        values = (
            record.value if isinstance(record.value, float) else [record.value[m] for m in members(parameter)]
        )
        typical.append(np.atleast_1d(values))
    spread = np.random.default_rng(1).uniform(0.7, 1.4, (PATIENTS, sum(map(len, typical))))
    return np.concatenate(typical) * spread


@pytest.fixture(scope="module")
def states(model: Model, parameters: Floats) -> Floats:
    """States far from the start too: every one from zero to many times its size; cytokines from 1 up."""
    random = np.random.default_rng(2)
    start, scale = initial_states(model, parameters), state_scales(model, parameters)
    values = np.maximum(start, scale) * random.uniform(0.0, 4.0, start.shape)
    values[:5] = 0.0
    column = {name: position for position, name in enumerate(model.state_names)}
    for name in ("interferon_gamma", "tumour_necrosis_factor", "interleukin_10"):
        values[:, column[name]] += 1.0
    return values


def members(item: State | Parameter) -> tuple[str, ...]:
    """The members of a singly indexed parameter."""
    (index,) = item.index
    return index.members


def by_name(items: dict[str, State] | dict[str, Parameter], flat: Floats) -> dict[str, Floats]:
    """Flat columns as one array per name, with its index axes."""
    values, start = {}, 0
    for name, item in items.items():
        shape = tuple(len(axis.members) for axis in item.index)
        size = int(np.prod(shape, dtype=int))
        values[name] = flat[:, start : start + size].reshape(len(flat), *shape)
        start += size
    return values


def test_composed_melanoma_model_equals_the_equations_written_by_hand(
    model: Model, states: Floats, parameters: Floats
) -> None:
    composed = by_name(dict(model.states), derivative(model, states, parameters))
    by_hand = right_hand_side(
        by_name(dict(model.states), states), by_name(dict(model.parameters), parameters)
    )
    assert set(by_hand) == set(model.states)
    for name, expected in by_hand.items():
        # same arithmetic in another order; the absolute part covers gains that cancel losses
        size = np.abs(expected).max()
        assert_allclose(composed[name], expected, rtol=1e-12, atol=1e-13 * size, err_msg=name)


def test_both_ways_of_writing_the_model_differ_when_one_term_is_missing(
    model: Model, states: Floats, parameters: Floats
) -> None:
    without = model.without("natural_killer_kill")
    values = by_name(dict(model.states), states)
    kept = [model.parameter_names.index(name) for name in without.parameter_names]
    composed = by_name(dict(without.states), derivative(without, states, parameters[:, kept]))
    by_hand = right_hand_side(values, by_name(dict(model.parameters), parameters))
    assert not np.allclose(composed["tumour"], by_hand["tumour"], rtol=1e-6)
