"""Stiff problems of the literature, whose solutions at the end are published to sixteen digits.

Equations, starts and end values: F. Mazzia and C. Magherini, Test Set for Initial Value Problem Solvers,
release 2.4, University of Bari and INdAM, 2008 (problems ROBER, VDPOL in scaled time, HIRES, OREGO).
"""

import re
from typing import NamedTuple

import numpy as np
import pytest

from engine_samples import numbers, parameters_of
from trialkine.compiler.compiled import compile_model
from trialkine.model.compose import compose
from trialkine.solver.accuracy import FLOOR, Accuracy
from trialkine.solver.ensemble import Ensemble
from trialkine.solver.status import Status

WITHIN = 10.0  # times the tolerance, over up to three thousand steps; measured at most 2.6


class Problem(NamedTuple):
    """Rates as printed, starts, the end, and the published values there."""

    rates: dict[str, str]
    starts: list[float]
    end: float
    published: list[float]
    may_be_negative: bool = False


PROBLEMS = {
    "Robertson's autocatalytic reaction over 1e11 time units": Problem(
        {"x": "-0.04*x + 1e4*y*z", "y": "0.04*x - 1e4*y*z - 3e7*y**2", "z": "3e7*y**2"},
        [1.0, 0.0, 0.0],
        1e11,
        [0.2083340149701255e-07, 0.8333360770334713e-13, 0.9999999791665050],
    ),
    "the relaxation oscillator of Van der Pol with mu = 1e6": Problem(
        {"x": "v", "v": "((1 - x**2)*v - x)*1e6"},
        [2.0, 0.0],
        2.0,
        [0.1706167732170483e01, -0.8928097010247975],
        may_be_negative=True,
    ),
    "high irradiance responses of phytochrome": Problem(
        {
            "a": "-1.71*a + 0.43*b + 8.32*c + 0.0007",
            "b": "1.71*a - 8.75*b",
            "c": "-10.03*c + 0.43*d + 0.035*e",
            "d": "8.32*b + 1.71*c - 1.12*d",
            "e": "-1.745*e + 0.43*f + 0.43*g",
            "f": "-280*f*h + 0.69*d + 1.71*e - 0.43*f + 0.69*g",
            "g": "280*f*h - 1.81*g",
            "h": "-280*f*h + 1.81*g",
        },
        [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0057],
        321.8122,
        [
            0.7371312573325668e-3, 0.1442485726316185e-3, 0.5888729740967575e-4, 0.1175651343283149e-2,
            0.2386356198831331e-2, 0.6238968252742796e-2, 0.2849998395185769e-2, 0.2850001604814231e-2,
        ],
    ),
    "the Oregonator": Problem(
        {
            "x": "77.27*(y + x*(1 - 8.375e-6*x - y))",
            "y": "(z - (1 + x)*y)/77.27",
            "z": "0.161*(x - z)",
        },
        [1.0, 2.0, 3.0],
        360.0,
        [0.1000814870318523e1, 0.1228178521549917e4, 0.1320554942846706e3],
    ),
}  # fmt: skip


def with_named_constants(rates):
    """The language has no numbers but 0, 1 and 2: every other becomes a parameter."""
    values = {}

    def name(found):
        text = found.group()
        if text in ("0", "1", "2"):
            return text
        return values.setdefault(float(text), f"constant_{len(values)}")

    texts = {state: re.sub(r"(?<![\w.])\d+\.?\d*(e-?\d+)?", name, rate) for state, rate in rates.items()}
    return texts, {constant: value for value, constant in values.items()}


def solved(problem, relative):
    """The ensemble of one patient at the end."""
    rates, constants = with_named_constants(problem.rates)
    starts = dict(zip((f"{state}_start" for state in rates), problem.starts, strict=True))
    compiled = compile_model(
        compose(numbers(rates, list(constants), may_be_negative=problem.may_be_negative))
    )
    ensemble = Ensemble(
        compiled, parameters_of(compiled.model, 1, **constants, **starts), Accuracy(relative=relative)
    )
    ensemble.advance(problem.end)
    return ensemble


@pytest.mark.parametrize("relative", [1e-3, 1e-6, 1e-8])
@pytest.mark.parametrize("name", PROBLEMS)
def test_stiff_problems_end_where_the_literature_has_them(name, relative):
    problem = PROBLEMS[name]
    ensemble = solved(problem, relative)
    assert ensemble.status[0] == Status.OK
    states = dict(zip(ensemble.model.state_names, ensemble.states[0], strict=True))
    found, published = np.array([states[state] for state in problem.rates]), np.array(problem.published)
    error = np.abs(found - published) / (np.abs(published) + FLOOR)
    assert error.max() <= WITHIN * relative


@pytest.mark.parametrize("name", PROBLEMS)
def test_stiff_problems_take_hundreds_of_steps_and_no_millions(name):
    """An explicit method would need 1e13 for the first; measured 47 to 377."""
    assert solved(PROBLEMS[name], 1e-3).steps.sum() < 500
