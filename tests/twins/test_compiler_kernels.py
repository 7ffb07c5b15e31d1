"""The generated kernels equal the numpy twin on the full disease models, in every lane."""

from dataclasses import replace

import numpy as np
import pytest

from engine_samples import (
    compiled_full_model,
    drawn_parameters,
    drug,
    evaluate_kernel,
    full_model,
    numbers,
    parameters_of,
)
from kernel_samples import ROUNDING, full_jacobian, random_states, turnover
from trialkine.compiler.compiled import compile_model
from trialkine.compiler.evaluate_graph import evaluate_nodes
from trialkine.compiler.target import host_target
from trialkine.model.compose import compose
from trialkine.model.evaluate import (
    Evaluation,
    derivative,
    jacobian,
    observe,
    state_scales,
)
from trialkine.solver.written_out import write_out

PATIENTS = 100
DISEASES = ["melanoma", "renal_cell"]


@pytest.mark.parametrize("disease", DISEASES)
def test_rates_equal_the_twin(disease):
    compiled, parameters = compiled_full_model(), drawn_parameters(disease, PATIENTS)
    states = random_states(parameters)
    (found,) = evaluate_kernel(compiled, "rates", states, parameters, compiled.plan.size)
    expected = derivative(compiled.model, states, parameters)
    assert np.isfinite(expected).all()
    allowed = ROUNDING * turnover(compiled.model, states, parameters)
    np.testing.assert_array_less(np.abs(found - expected), allowed + 1e-300)


@pytest.mark.parametrize("disease", DISEASES)
def test_the_jacobian_equals_the_complex_step_of_the_twin(disease):
    compiled, parameters = compiled_full_model(), drawn_parameters(disease, PATIENTS)
    states = random_states(parameters)
    plan = compiled.plan
    rates, slopes = evaluate_kernel(compiled, "slopes", states, parameters, plan.size, len(plan.pattern))
    (alone,) = evaluate_kernel(compiled, "rates", states, parameters, plan.size)
    np.testing.assert_allclose(rates, alone, rtol=ROUNDING, atol=ROUNDING * np.abs(alone).max())
    expected = jacobian(compiled.model, states, parameters)
    found = full_jacobian(plan, slopes)
    # a slope's rounding is relative to its row's turnover per size of the state it is a slope by
    per_state = turnover(compiled.model, states, parameters)[:, :, None] / np.maximum(
        states, state_scales(compiled.model, parameters))[:, None, :]  # fmt: skip
    allowed = 100 * ROUNDING * np.maximum(np.abs(expected).max(axis=2, keepdims=True), per_state)
    assert np.all(np.abs(found - expected) <= allowed)


@pytest.mark.parametrize("disease", DISEASES)
def test_conditions_and_resets_equal_the_twin(disease):
    compiled, parameters = compiled_full_model(), drawn_parameters(disease, PATIENTS)
    model, states = compiled.model, random_states(parameters)
    flat = compiled.plan.flat
    (margins,) = evaluate_kernel(compiled, "conditions", states, parameters, len(flat.margins))
    (resets,) = evaluate_kernel(compiled, "resets", states, parameters, len(flat.reset_values))
    evaluation = Evaluation(model, states, parameters)
    written = write_out(model)
    count = len(flat.events)
    assert tuple(event.name for event in flat.events) == written.events
    for number, condition in enumerate((*model.milestones, *model.holds)):
        expected = evaluation.margin(condition.when).reshape(-1)
        np.testing.assert_allclose(margins[:, count + number], expected, rtol=ROUNDING, atol=1e-9)
    for row in range(PATIENTS):
        y, p = states[row].tolist(), parameters[row].tolist()
        np.testing.assert_allclose(margins[row, :count], written.margins(y, p), rtol=ROUNDING, atol=ROUNDING)
        expected = [value for pairs in written.resets(y, p) for _, value in pairs]
        np.testing.assert_allclose(resets[row], expected, rtol=ROUNDING)
        places = [state for pairs in written.resets(y, p) for state, _ in pairs]
        assert places == [state for event in flat.events for state, _ in event.resets]


def test_watched_quantities_equal_the_twin():
    compiled, parameters = compiled_full_model(), drawn_parameters("melanoma", PATIENTS)
    names, states = compiled.model.watched, random_states(parameters)
    assert "lymphocyte_count" in names
    (found,) = evaluate_kernel(compiled, "watch", states, parameters, len(names))
    expected = observe(compiled.model, names, states, parameters)
    np.testing.assert_allclose(found, np.stack([expected[name] for name in names], axis=1), rtol=ROUNDING)


def test_plain_python_equals_the_twin_on_the_full_model():
    model, parameters = full_model(), drawn_parameters("melanoma", 20)
    states = random_states(parameters)
    written = write_out(model)
    found = [written.rates(y.tolist(), p.tolist()) for y, p in zip(states, parameters, strict=True)]
    np.testing.assert_allclose(found, derivative(model, states, parameters), rtol=ROUNDING, atol=1e-300)


def test_columns_fixed_per_patient_are_the_values_of_their_nodes():
    compiled, parameters = compiled_full_model(), drawn_parameters("melanoma", 20)
    expected = evaluate_nodes(compiled.plan.flat.graph, compiled.plan.columns, parameters)
    found = compiled.columns(parameters)
    assert found.shape[1] == compiled.plan.column_count
    np.testing.assert_array_equal(found[:, : expected.shape[1]], expected)


def test_every_width_of_vector_gives_the_same_bits():
    """Lanes do not share anything, so a kernel for other vectors computes the same numbers."""
    model = compose(numbers(
        {
            "x": "x**a * exp(-y) - hill(x, b, a) + sqrt(x * y)",
            "y": "log(1 + x) / (b + y) - min(x, y) * max(x, a)",
        },
        ["a", "b"],
    ))  # fmt: skip
    rng = np.random.default_rng(5)
    states, parameters = rng.uniform(0.1, 3.0, (16, 2)), rng.uniform(0.5, 2.0, (16, 5))
    results = []
    for width in (2, 4, 8):
        compiled = compile_model(model, replace(host_target(), width=width))
        results.append(evaluate_kernel(compiled, "slopes", states, parameters, 2, len(compiled.plan.pattern)))
    for other in results[1:]:
        np.testing.assert_array_equal(other[0], results[0][0])
        np.testing.assert_array_equal(other[1], results[0][1])


def test_without_fused_multiply_add_the_kernels_differ_by_rounding_only():
    model = compose(numbers({"x": "x**a * exp(-x) - hill(x, b, a)"}, ["a", "b"]))
    states, parameters = np.linspace(0.1, 3.0, 32)[:, None], np.full((32, 4), 1.5)
    both = [
        evaluate_kernel(
            compile_model(model, replace(host_target(), fused=fused)), "rates", states, parameters, 1
        )[0]
        for fused in (True, False)
    ]
    np.testing.assert_allclose(both[0], both[1], rtol=0, atol=1e-13)


def test_the_slope_of_a_square_root_that_is_clamped_at_zero_is_zero_below_zero():
    model = compose(numbers({"x": "sqrt(x - a)"}, ["a"]))
    compiled = compile_model(model)
    states, parameters = np.array([[0.5], [5.0]]), parameters_of(model, 2, a=1.0)
    rates, slopes = evaluate_kernel(compiled, "slopes", states, parameters, 1, 1)
    np.testing.assert_allclose(rates[:, 0], [0.0, 2.0], rtol=1e-15)
    np.testing.assert_allclose(slopes[:, 0], [0.0, 0.25], rtol=1e-15)


def test_only_dosed_states_take_infusions():
    flat = compile_model(compose(drug())).plan.flat
    assert flat.dosed_states == (1, 0)  # routes in the order of their states' names: central, depot


def test_events_of_an_indexed_condition_have_one_name_for_each_member():
    names = [event.name for event in compiled_full_model().plan.flat.events]
    assert len(set(names)) == len(names) == 9  # three clones in each of three lesions
