"""Single steps of the compiled kernels on problems with known solutions."""

import numpy as np

from engine_samples import aligned, call, numbers, to_lanes
from trialkine.compiler.compiled import compile_model
from trialkine.compiler.kernels_ir import workspace
from trialkine.model.compose import compose


def one_step(compiled, states, columns, step, absolute, kernel="implicit_step"):
    """The new states and the scaled error of one step of a kernel, in the first lane."""
    width, size = compiled.width, compiled.plan.size
    flat = compiled.plan.flat

    def lanes(row):
        return to_lanes(np.repeat(np.atleast_2d(row), width, axis=0), width)

    order = list(compiled.plan.order)
    new, verdict = aligned(size, width), aligned(3, width)
    conditions = max(1, len(flat.margins))
    tolerances = lanes(np.broadcast_to(absolute, size)[order])
    call(
        compiled, kernel, lanes(np.asarray(states)[order]), lanes(columns), lanes(step), tolerances,
        lanes(0.0), aligned(workspace(compiled.plan), width), new, verdict, aligned(conditions, width),
        aligned(conditions, width),
    )  # fmt: skip
    rows = new.reshape(size, width)[list(compiled.plan.place)]
    np.testing.assert_array_equal(rows, np.repeat(rows[:, :1], width, axis=1))
    return rows[:, 0].copy(), verdict[0]


PROBLEMS = {
    # name: rates, start, exact solution at t with every parameter in `fast`
    "logistic growth": ({"x": "x * (1 - x)"}, [0.1], lambda t, _: [1 / (1 + 9 * np.exp(-t))]),
    "a hyperbolic pair": (
        {"x": "x * y", "y": "-x * x"},
        [1.0, 0.0],
        lambda t, _: [1 / np.cosh(t), -np.tanh(t)],
    ),
    # x relaxes to y**2 at the rate `fast`: with x(0) = y(0)**2 / (1 - 2/fast) it stays on that slow solution
    "a stiff relaxation": (
        {"x": "-fast * (x - y**2)", "y": "-y"},
        None,
        lambda t, fast: [np.exp(-2 * t) / (1 - 2 / fast), np.exp(-t)],
    ),
}  # fmt: skip


def problem(name, fast):
    rates, start, exact = PROBLEMS[name]
    parameters = ["fast"] if any("fast" in text for text in rates.values()) else []
    mechanism = numbers(rates, parameters, starts=dict.fromkeys(rates, "1"), may_be_negative=True)
    compiled = compile_model(compose(mechanism))
    columns = compiled.columns(np.array([[fast, 1.0][-1 - len(parameters) :]]))
    return compiled, columns, np.array(exact(0.0, fast) if start is None else start), exact


def global_error(name, steps, fast=1.0, end=2.0, kernel="implicit_step"):
    compiled, columns, states, exact = problem(name, fast)
    for _ in range(steps):
        states, _ = one_step(compiled, states, columns, end / steps, 1.0, kernel)
    return np.abs(states - exact(end, fast)).max()
