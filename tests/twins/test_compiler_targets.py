"""Kernels for every processor the engine names equal the numpy twin, and each other.

What this processor cannot run is compiled and looked at, and its run is skipped by name.
"""

import struct
from dataclasses import replace

import llvmlite.binding as llvm
import numpy as np
import pytest

from engine_samples import (
    BOLUS,
    DEPOT,
    IMPLANT,
    INFUSION,
    advance_through,
    compiled_drug,
    doses,
    drawn_parameters,
    evaluate_kernel,
    full_model,
    numbers,
    parameters_of,
)
from kernel_samples import ROUNDING, full_jacobian, random_states, turnover
from trialkine.compiler.compiled import FUNCTIONS, compile_model, make_plan
from trialkine.compiler.kernels_ir import kernel_source
from trialkine.compiler.target import host_target, make_object, missing_features, named_target
from trialkine.model.compose import compose
from trialkine.model.evaluate import derivative, jacobian, state_scales
from trialkine.solver.accuracy import FLOOR, Accuracy
from trialkine.solver.doses import DoseTable
from trialkine.solver.ensemble import LINE, Ensemble

NAMED = ("avx512", "avx2", "sse2")
WIDE = "eight lanes on avx2"  # the width of AVX-512 with instructions that more processors run
ALL = (*NAMED, WIDE)
WITHIN = 1.0  # times the tolerance: rounding moves single steps; measured 4e-10 at 1e-3 and 0.005 at 1e-6
HOST = {name: True for name, is_there in llvm.get_host_cpu_features().items() if is_there}


def target_named(name):
    return replace(named_target("avx2"), width=8) if name == WIDE else named_target(name)


def runnable(name):
    """The target, where this processor runs it; else the test is skipped by name."""
    target = target_named(name)
    missing = missing_features(target, HOST)
    if missing:
        pytest.skip(f"'{name}' is compiled but not run here: this processor lacks {', '.join(missing)}")
    return target


# -- one evaluation --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ALL)
def test_rates_and_slopes_of_every_target_equal_the_twin(name):
    compiled, parameters = compile_model(full_model(), runnable(name)), drawn_parameters("melanoma", 20)
    model, plan, states = compiled.model, compiled.plan, random_states(parameters)
    rates, slopes = evaluate_kernel(compiled, "slopes", states, parameters, plan.size, len(plan.pattern))
    sizes = turnover(model, states, parameters)
    np.testing.assert_array_less(
        np.abs(rates - derivative(model, states, parameters)), ROUNDING * sizes + 1e-300
    )
    expected = jacobian(model, states, parameters)
    # a slope's rounding is relative to its row's turnover per size of the state it is a slope by
    per_state = sizes[:, :, None] / np.maximum(states, state_scales(model, parameters))[:, None, :]
    allowed = 100 * ROUNDING * np.maximum(np.abs(expected).max(axis=2, keepdims=True), per_state)
    assert np.all(np.abs(full_jacobian(plan, slopes) - expected) <= allowed)


POWERS = {
    "x": "x**a * exp(-y) - hill(x, b, a) + sqrt(x * y)",
    "y": "log(1 + x) / (b + y) - min(x, y) * max(x, a)",
}


@pytest.mark.parametrize("name", ALL)
def test_powers_exponentials_and_logarithms_of_every_target_equal_the_twin(name):
    model = compose(numbers(POWERS, ["a", "b"]))
    compiled = compile_model(model, runnable(name))
    rng = np.random.default_rng(6)
    states, parameters = rng.uniform(0.1, 3.0, (40, 2)), rng.uniform(0.5, 4.0, (40, 5))
    (found,) = evaluate_kernel(compiled, "rates", states, parameters, 2)
    expected = derivative(model, states, parameters)
    np.testing.assert_allclose(found, expected, rtol=ROUNDING, atol=10 * ROUNDING)  # terms up to ten cancel


# -- dosed ensembles -------------------------------------------------------------------------------


def small_course(target, relative):
    """Twenty patients on a drug by every route for three days."""
    compiled = compile_model(compiled_drug().model, target)
    rng = np.random.default_rng(2)
    parameters = parameters_of(
        compiled.model, 20, absorption_rate=4.0, elimination_rate=rng.lognormal(1.0, 0.5, 20), lag=0.03
    )
    times = np.tile(np.sort(rng.uniform(0, 3, 12)), 20)
    routes = rng.choice([BOLUS, INFUSION, DEPOT, IMPLANT], 240, p=[0.4, 0.2, 0.3, 0.1])
    table = doses(
        routes, times, 5.0, patient=np.repeat(np.arange(20), 12), duration=np.where(routes == 1, 0.1, 0.0)
    )
    return run(compiled, parameters, table, (0.7, 1.9, 3.3), relative)


def melanoma_course(target, relative):
    """Twenty patients of the melanoma core on two courses of interleukin-2, every dose of it given."""
    compiled, parameters = compile_model(full_model(), target), drawn_parameters("melanoma", 20)
    times = [first + dose / 3 for first in (0.0, 14.0) for dose in range(14)]
    table = DoseTable.of(
        np.repeat(np.arange(20), len(times)), np.tile(times, 20), 0, 4.5e7, duration=1 / 96,
        may_hold=False, routes=(("aldesleukin", "intravenous"),),
    )  # fmt: skip
    return run(compiled, parameters, table, (7.0, 28.0), relative)


def run(compiled, parameters, table, visits, relative):
    """States at the visits in units of what an error is measured by, steps, and fates."""
    ensemble = Ensemble(compiled, parameters, Accuracy(relative=relative))
    states, fates = advance_through(ensemble, visits, table)
    assert not np.any(ensemble.status)
    return states, FLOOR * state_scales(compiled.model, parameters), ensemble.steps.copy(), fates


COURSES = {"a drug": small_course, "melanoma": melanoma_course}


@pytest.mark.parametrize("relative", [1e-3, 1e-6])
@pytest.mark.parametrize("course", COURSES)
@pytest.mark.parametrize("name", ALL)
def test_courses_of_every_target_agree_far_within_the_tolerance(name, course, relative):
    states, floor, steps, fates = COURSES[course](runnable(name), relative)
    others, _, other_steps, other_fates = COURSES[course](named_target("sse2"), relative)
    difference = np.abs(states - others) / (np.abs(others) + floor)
    assert difference.max() <= WITHIN * relative
    np.testing.assert_array_equal(fates, other_fates)
    # a step at the edge of its tolerance may be taken by one and refused by the other
    np.testing.assert_allclose(steps.sum(axis=1), other_steps.sum(axis=1), rtol=0.05)


@pytest.mark.parametrize("course", COURSES)
def test_only_fused_multiply_add_changes_the_bits_of_a_course(course):
    """Not the width of vectors, nor which of the processors with the same instructions it is."""
    fused = [target_named("avx2"), target_named(WIDE), host_target()]
    separate = [
        named_target("sse2"),
        replace(named_target("avx2"), cpu="sandybridge", features="+sse2,+avx", fused=False),
    ]
    for group in (fused, separate):
        if any(missing_features(target, HOST) for target in group) or not HOST.get("fma"):
            pytest.skip("this processor has no AVX2 and fused multiply-add to compare with")
        first, *others = [COURSES[course](target, 1e-3)[0] for target in group]
        for other in others:
            np.testing.assert_array_equal(other, first)


# -- what cannot be run everywhere -----------------------------------------------------------------

REGISTERS = {"avx512": "zmm", "avx2": "ymm", "sse2": "xmm"}


@pytest.mark.parametrize("name", NAMED)
def test_every_named_target_is_compiled_on_any_64_bit_x86_processor(name):
    """An ELF, Mach-O or COFF file with code in it, from the whole melanoma model."""
    if "sse2" not in HOST:
        pytest.skip("the named targets are those of 64-bit x86 processors")
    target = named_target(name)
    code = make_object(kernel_source(make_plan(full_model()), target.width, target.fused), target)
    read = llvm.ObjectFileRef.from_data(code)
    assert sum(section.size() for section in read.sections() if section.is_text()) > 20_000
    for function in FUNCTIONS:
        assert function.encode() in code


@pytest.mark.parametrize("name", NAMED)
def test_the_instructions_of_a_target_are_those_of_its_name(name):
    """Read from the assembly text: registers as wide as the vectors, and fused multiply-add or none."""
    if "sse2" not in HOST:
        pytest.skip("the named targets are those of 64-bit x86 processors")
    target = named_target(name)
    source = kernel_source(make_plan(compose(numbers(POWERS, ["a", "b"]))), target.width, target.fused)
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=target.cpu, features=target.features, opt=2
    )
    text = machine.emit_assembly(llvm.parse_assembly(source))
    for register in ("zmm", "ymm"):
        assert (f"%{register}" in text) == (REGISTERS[name] == register)
    assert ("vfmadd" in text) == target.fused
    assert ("vaddpd" in text) == (name != "sse2")


@pytest.mark.parametrize("name", ALL)
def test_buffers_are_aligned_for_the_widest_vectors(name):
    """A vector of eight doubles must start at a multiple of 64 bytes, or the processor refuses it."""
    width = target_named(name).width
    assert LINE % (width * struct.calcsize("d")) == 0
