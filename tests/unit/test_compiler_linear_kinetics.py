"""Which states are propagated exactly, and that the propagation is exact."""

import numpy as np
import pytest
from scipy.linalg import expm

from engine_samples import INFUSION, compiled_full_model, doses, drug, final_states, numbers, parameters_of
from step_samples import one_step
from trialkine.compiler.compiled import compile_model
from trialkine.compiler.kernel_plan import make_plan
from trialkine.compiler.linear_kinetics import spectrum
from trialkine.model.compose import compose
from trialkine.solver.accuracy import Accuracy
from trialkine.solver.ensemble import Ensemble
from trialkine.solver.stepper import EXPLICIT, IMPLICIT

KERNELS = ["implicit_step", "explicit_step"]
ROUNDING = 1e-13


def exact_names(rates, parameters=()):
    model = compose(numbers(rates, parameters, starts=dict.fromkeys(rates, "1"), may_be_negative=True))
    plan = make_plan(model)
    return {model.state_names[row] for block in plan.blocks for row in block.rows}


@pytest.mark.parametrize(
    ("rates", "parameters", "exact"),
    [
        ({"x": "-k * x", "y": "k * x - y"}, ["k"], {"x", "y"}),
        ({"x": "-k * x", "y": "x * y"}, ["k"], {"x"}),  # its coefficient moves
        ({"x": "-k * x + y", "y": "-y * y"}, ["k"], set()),  # linear, but driven by what is not
        ({"x": "a - k * x"}, ["a", "k"], {"x"}),  # a constant inflow
        ({"x": "1"}, [], set()),  # nothing to gain without a loss
        ({"x": "-x + y", "y": "x - y - k * y"}, ["k"], {"x", "y"}),  # two that exchange
        ({"x": "-x + y", "y": "-y + z", "z": "-z + k * x"}, ["k"], set()),  # a circle may oscillate
        ({"x": "-x + y", "y": "-2 * y + x + z", "z": "-z + y"}, [], {"x", "y", "z"}),  # a chain of exchanges
        ({"x": "-max(x, 0)"}, [], set()),  # a kink
    ],
)
def test_states_are_exact_when_linear_closed_and_free_of_oscillation(rates, parameters, exact):
    assert exact_names(rates, parameters) == exact


def test_chains_of_up_to_two_equal_rates_are_exact_and_longer_ones_are_not():
    assert exact_names({"a": "-k * a", "b": "k * a - k * b"}, ["k"]) == {"a", "b"}
    assert exact_names({"a": "-k * a", "b": "k * a - k * b", "c": "k * b - k * c"}, ["k"]) == set()


def test_the_kinetics_of_the_agents_are_found_in_the_full_model():
    compiled = compiled_full_model()
    names, plan = compiled.model.state_names, compiled.plan
    blocks = [{names[row] for row in block.rows} for block in plan.blocks]
    assert {"aldesleukin_central", "aldesleukin_peripheral"} < next(
        b for b in blocks if "aldesleukin_depot" in b
    )
    assert {"temozolomide_gut", "temozolomide_plasma", "temozolomide_exposure"} in blocks


def test_the_spectrum_puts_the_coefficients_together_again():
    model = compose(drug())
    plan = make_plan(model)
    rng = np.random.default_rng(2)
    parameters = rng.uniform(0.5, 5.0, (50, len(model.parameter_names)))
    (block,) = plan.blocks
    found = spectrum(plan.flat.graph, plan.flat.rates, block, parameters, plan.nonnegative)
    size = block.size
    values = found[:, :size]
    forth = found[:, 4 * size : 4 * size + size**2].reshape(-1, size, size)
    back = found[:, 4 * size + size**2 :].reshape(-1, size, size)
    np.testing.assert_allclose(back @ forth, np.broadcast_to(np.eye(size), back.shape), atol=1e-10)
    again = back @ (values[:, :, None] * forth)
    assert np.all(np.einsum("pii->pi", again) < 0.0)


TWO = {"x": "-a * x + b * y", "y": "a * x - b * y - c * y"}


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("step", [1e-4, 0.1, 30.0])
def test_a_step_of_any_length_is_the_matrix_exponential(kernel, step):
    compiled = compile_model(compose(numbers(TWO, ["a", "b", "c"], starts=dict.fromkeys(TWO, "1"))))
    a, b, c = 3.0, 2.0, 0.5
    parameters = parameters_of(compiled.model, 1, a=a, b=b, c=c)
    new, error = one_step(compiled, [4.0, 1.0], compiled.columns(parameters), step, 1e-3, kernel)
    expected = expm(step * np.array([[-a, b], [a, -b - c]])) @ [4.0, 1.0]
    np.testing.assert_allclose(new, expected, rtol=1e-12, atol=1e-15)
    assert error <= 1.0  # nothing is left for the step control to see


@pytest.mark.parametrize("stepper", [IMPLICIT, EXPLICIT], ids=lambda stepper: stepper.kernel)
@pytest.mark.parametrize("nearness", [0.0, 1e-12, 1e-9, 1e-6, 1e-3])
def test_rates_that_are_equal_or_nearly_so_lose_less_than_a_millionth(stepper, nearness):
    """Two compartments in a row: moving equal rates apart by 6e-8 costs that, and rounding over it."""
    compiled = compile_model(compose(numbers(
        {"x": "-a * x", "y": "a * x - b * y"}, ["a", "b"], starts={"x": "1", "y": "0"}
    )))  # fmt: skip
    a, t = 1.5, 2.0
    b = a * (1.0 + nearness)
    parameters = parameters_of(compiled.model, 1, a=a, b=b)
    ensemble = Ensemble(compiled, parameters, Accuracy(relative=1e-9), stepper)
    ensemble.advance(t)
    gap = (b - a) * t
    grown = 1.0 if gap == 0.0 else -np.expm1(-gap) / gap
    expected = [np.exp(-a * t), a * t * np.exp(-a * t) * grown]
    np.testing.assert_allclose(ensemble.states[0], expected, rtol=5e-7)


def test_what_loses_nothing_grows_in_proportion_to_an_infusion():
    """A mode at rest: with an elimination of exactly zero, the two compartments keep all that came."""
    compiled = compile_model(compose(drug()))
    parameters = parameters_of(compiled.model, 1)
    names = compiled.model.parameter_names
    parameters[0, [names.index(name) for name in names if "elimination" in name]] = 0.0
    table = doses(INFUSION, [0.0], 24.0, duration=2.0)
    for day, amount in ((1.0, 12.0), (5.0, 24.0)):
        found = final_states(compiled, parameters, day, table)
        assert found["central"][0] + found["peripheral"][0] == pytest.approx(
            amount, rel=1e-7
        )  # of equal rates moved apart


def test_what_a_drug_drives_is_as_exact_by_either_stepper():
    """y' = x with x = exp(-k t): the integral of an exponential, with a rate of 200 a day."""
    rates = {"x": "-k * x", "y": "x * (1 + y - y)"}
    compiled = compile_model(compose(numbers(rates, ["k"], starts={"x": "1", "y": "0"})))
    parameters = parameters_of(compiled.model, 1, k=200.0)
    for stepper in (IMPLICIT, EXPLICIT):
        ensemble = Ensemble(compiled, parameters, Accuracy(relative=1e-8), stepper)
        ensemble.advance(1.0)
        assert ensemble.states[0, 1] == pytest.approx((1 - np.exp(-200.0)) / 200.0, rel=1e-6), stepper


@pytest.mark.parametrize("stepper", [IMPLICIT, EXPLICIT], ids=lambda stepper: stepper.kernel)
def test_a_rate_that_is_changed_on_the_way_holds_from_then_on(stepper):
    """exp(-1) to day 1 at a rate of 1, then exp(-3) at a rate of 3; the other patient goes on as before."""
    compiled = compile_model(compose(numbers({"x": "-k * x"}, ["k"], starts={"x": "1"})))
    ensemble = Ensemble(compiled, parameters_of(compiled.model, 2), Accuracy(), stepper)
    ensemble.advance(1.0)
    ensemble.change_parameter("k", np.array([0]), np.array([3.0]))
    ensemble.advance(2.0)
    np.testing.assert_allclose(ensemble.states[:, 0], [np.exp(-4.0), np.exp(-2.0)], rtol=ROUNDING)


def test_only_parameters_of_the_kinetics_renew_the_spectra():
    compiled = compiled_full_model()
    names = [compiled.model.parameter_names[place] for place in compiled.kinetic_parameters]
    assert "temozolomide_absorption_rate" in names
    assert "death_threshold" not in names


# -- patients whose kinetics have no usable spectrum ------------------------------------------------


def solved(rates, starts, stepper, days=2.0, may_be_negative=False, **values):
    """Everybody's states after some days at a tolerance of 1e-6, and the ensemble."""
    names = list(values)
    mechanism = numbers(rates, names, starts=starts, may_be_negative=may_be_negative)
    compiled = compile_model(compose(mechanism))
    patients = max(np.size(value) for value in values.values())
    ensemble = Ensemble(
        compiled, parameters_of(compiled.model, patients, **values), Accuracy(relative=1e-6), stepper
    )
    ensemble.advance(days)
    return ensemble.states, ensemble


CHAIN = {"a": "-k1 * a", "b": "k1 * a - k2 * b", "c": "k2 * b - k3 * c", "d": "k3 * c - k4 * d"}


@pytest.mark.parametrize("stepper", [IMPLICIT, EXPLICIT], ids=lambda stepper: stepper.kernel)
@pytest.mark.parametrize("apart", [0.0, 1e-9, 1e-7, 1e-6, 1e-5, 1e-4, 1e-2])
def test_chains_of_rates_that_happen_to_be_nearly_equal_are_right(stepper, apart):
    k = 1.5 * (1.0 + apart * np.arange(4))
    starts = {"a": "1", "b": "0", "c": "0", "d": "0"}
    states, ensemble = solved(CHAIN, starts, stepper, k1=k[0], k2=k[1], k3=k[2], k4=k[3])
    matrix = np.diag(-k) + np.diag(k[:3], -1)
    assert ensemble.status[0] == 0
    np.testing.assert_allclose(states[0], expm(2.0 * matrix) @ [1, 0, 0, 0], rtol=2e-5)


@pytest.mark.parametrize("stepper", [IMPLICIT, EXPLICIT], ids=lambda stepper: stepper.kernel)
def test_a_drug_and_a_metabolite_of_the_same_kinetics_are_right(stepper):
    """Two exchanging pairs with the same eigenvalues, in 50 patients."""
    rates = {"p": "-a*p + b*q - c*p", "q": "a*p - b*q", "m": "c*p - a*m + b*n - c*m", "n": "a*m - b*n"}
    rng = np.random.default_rng(8)
    a, b, c = rng.lognormal(0.0, 0.7, (3, 50))
    states, ensemble = solved(rates, {"p": "1", "q": "0", "m": "0", "n": "0"}, stepper, a=a, b=b, c=c)
    assert not ensemble.status.any()
    for i in range(50):
        pair = np.array([[-a[i] - c[i], b[i]], [a[i], -b[i]]])
        whole = np.block([[pair, np.zeros((2, 2))], [np.diag([c[i], 0.0]), pair]])
        np.testing.assert_allclose(states[i], expm(2.0 * whole) @ [1, 0, 0, 0], rtol=2e-5, atol=1e-9)


@pytest.mark.parametrize("stepper", [IMPLICIT, EXPLICIT], ids=lambda stepper: stepper.kernel)
def test_two_states_that_oscillate_are_solved_by_a_stepper(stepper):
    rates = {"x": "-d * x + y", "y": "-d * y - x"}
    states, ensemble = solved(rates, {"x": "1", "y": "0"}, stepper, 3.0, may_be_negative=True, d=0.1)
    assert ensemble.status[0] == 0
    np.testing.assert_allclose(states[0], np.exp(-0.3) * np.array([np.cos(3.0), -np.sin(3.0)]), atol=1e-5)


@pytest.mark.parametrize("stepper", [IMPLICIT, EXPLICIT], ids=lambda stepper: stepper.kernel)
def test_a_drain_of_what_is_empty_is_never_silent(stepper):
    """A loss that does not depend on the amount: what it drives must not be wrong in silence."""
    _, ensemble = solved({"x": "-k * x - 1", "y": "-y * y + x"}, {"x": "1", "y": "1"}, stepper, 5.0, k=0.1)
    assert ensemble.status[0] != 0


def test_a_patient_without_a_usable_spectrum_leaves_the_others_their_bits():
    k = np.array([1.5, 1.2, 1.5])
    starts = {"a": "1", "b": "0", "c": "0", "d": "0"}
    together, ensemble = solved(CHAIN, starts, EXPLICIT, k1=k, k2=1.5, k3=np.array([1.5, 2.0, 3.5]), k4=1.5)
    alone, _ = solved(CHAIN, starts, EXPLICIT, k1=k[1:2], k2=1.5, k3=np.array([2.0]), k4=1.5)
    np.testing.assert_array_equal(together[1], alone[0])
    assert not ensemble.status.any()


def test_an_empty_block_is_empty_beside_a_neighbour_who_has_something():
    """Growth at 60 a day of nothing, next to a patient with something."""
    rates = {"x": "g * x", "y": "-slow * y * y + tiny * x"}
    values = {"slow": 1e-3, "tiny": 1e-30, "x0": np.array([0.0, 1e-9]), "g": np.array([60.0, 0.01])}
    both, _ = solved(rates, {"x": "x0", "y": "1"}, IMPLICIT, 60.0, **values)
    one, _ = solved(
        rates, {"x": "x0", "y": "1"}, IMPLICIT, 60.0, **(values | {"x0": np.zeros(1), "g": np.array([60.0])})
    )
    np.testing.assert_array_equal(both[0], one[0])


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_driver_that_comes_and_goes_between_the_stages_is_an_error_of_the_step(kernel):
    """Absorbed at 100, eliminated at 120 a day: no stage of a day sees the level, whose integral is 1/120."""
    rates = {"depot": "-ka * depot", "level": "ka * depot - ke * level", "driven": "level - slow * driven**2"}
    compiled = compile_model(compose(numbers(rates, ["ka", "ke", "slow"], starts=dict.fromkeys(rates, "1"))))
    columns = compiled.columns(parameters_of(compiled.model, 1, ka=100.0, ke=120.0, slow=1e-6))
    starts = {"depot": 1.0, "level": 0.0, "driven": 1.0}
    states = [starts[name] for name in compiled.model.state_names]
    new, error = one_step(compiled, states, columns, 1.0, 1e-4, kernel)
    driven = compiled.model.state_names.index("driven")
    assert abs(new[driven] - (1.0 + 1 / 120)) > 1e-3  # the step is wrong,
    assert error > 1.0  # and says so
