"""Any text of the language means the same in every evaluator: AST, graph, and plain Python."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine_samples import numbers
from trialkine.compiler.compiled import make_plan
from trialkine.compiler.evaluate_graph import evaluate_nodes
from trialkine.model.compose import compose
from trialkine.model.evaluate import derivative, jacobian
from trialkine.solver.written_out import write_out

ROUNDING = 1e-12  # some tens of operations at 1e-16, each on numbers no larger than the magnitude below

leaves = st.sampled_from(["x", "y", "z", "a", "b", "1", "2"])
sums = st.tuples(leaves, leaves).map(lambda pair: f"({pair[0]} + {pair[1]})")
divisors = st.one_of(leaves, sums, sums.map(lambda s: f"(1 + {s}**2)"))  # never near zero


def operations(inner):
    """One operation more around smaller texts."""
    return st.one_of(
        st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(inner, divisors).map(lambda t: f"({t[0]} / {t[1]})"),
        inner.map(lambda text: f"(-{text})"),
        inner.map(lambda text: f"{text}**2"),
        inner.map(lambda text: f"positive({text})"),
        st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(lambda t: f"{t[0]}({t[1]}, {t[2]})"),
        st.tuples(divisors, divisors, leaves).map(lambda t: f"hill({t[0]}, {t[1]}, {t[2]})"),
        st.tuples(divisors, leaves).map(lambda t: f"{t[0]}**{t[1]}"),
        leaves.map(lambda leaf: f"exp(-{leaf})"),
        divisors.map(lambda text: f"log(1 + {text})"),
        divisors.map(lambda text: f"sqrt({text})"),
    )


texts = st.recursive(leaves, operations, max_leaves=12)
values = st.lists(st.floats(0.5, 2.0), min_size=5, max_size=5)


def models_of(text):
    """The text as a rate, and its magnitude: the same text with every minus a plus."""
    both = {"x": text, "y": text.replace("-", "+ ").replace("(+ ", "(0 + "), "z": "0 * a * b * x * y"}
    return compose(numbers(both, ["a", "b"], starts=dict.fromkeys("xyz", "0"), may_be_negative=True))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=texts, numbers_drawn=values)
def test_graph_and_plain_python_give_the_value_of_the_text(text, numbers_drawn):
    model = models_of(text)
    states, parameters = np.array([numbers_drawn[:3]]), np.array([[*numbers_drawn[3:], 1.0]])
    expected = derivative(model, states, parameters)
    magnitude = 1.0 + abs(expected[0, 1])
    flat = make_plan(model).flat
    graph = evaluate_nodes(flat.graph, flat.rates, parameters, states)
    written = np.array([write_out(model).rates(states[0].tolist(), parameters[0].tolist())])
    assert np.all(np.abs(graph - expected) <= ROUNDING * magnitude), text
    assert np.all(np.abs(written - expected) <= ROUNDING * magnitude), text


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=texts, numbers_drawn=values)
def test_the_slopes_of_the_graph_are_those_of_the_complex_step(text, numbers_drawn):
    """The complex step has no truncation error; slopes are larger than values by the powers in the text."""
    model = models_of(text)
    states, parameters = np.array([numbers_drawn[:3]]), np.array([[*numbers_drawn[3:], 1.0]])
    expected = jacobian(model, states, parameters)[0]
    magnitude = 1.0 + abs(derivative(model, states, parameters)[0, 1]) + np.abs(expected).max()
    plan = make_plan(model)
    slopes = evaluate_nodes(plan.flat.graph, plan.slopes, parameters, states)[0]
    found = np.zeros_like(expected)
    for (row, column), slope in zip(plan.pattern, slopes, strict=True):
        found[row, column] = slope
    assert np.all(np.abs(found - expected) <= 10 * ROUNDING * magnitude), text
