"""Which numbers of agents are drawn, and from what."""

import numpy as np
import pytest

from trialkine.calibration.uncertain_numbers import uncertain_numbers
from trialkine.records import ParameterRecord, Variability

TAILS = np.array([-1.6448536, 1.6448536])


def _record(name, low, high, unit="1/day", kind="assumed", source="assumption", **more):
    return ParameterRecord(name, more.pop("value", 1.0), unit, kind, source, low=low, high=high, **more)


def test_the_range_is_the_central_ninety_percent_and_the_value_is_not_used():
    records = [
        _record("rate", 0.005, 0.05, value=0.012),
        _record("fraction", 0.02, 0.4, unit=""),
        _record("ratio", 0.2, 5.0, unit=""),
    ]
    (rate, fraction, ratio), held = uncertain_numbers(records)
    assert not held
    assert rate.quantity.value(TAILS) == pytest.approx([0.005, 0.05])
    assert rate.quantity.value(np.zeros(1))[0] == pytest.approx(np.sqrt(0.005 * 0.05))
    assert fraction.quantity.value(TAILS) == pytest.approx([0.02, 0.4])
    assert fraction.quantity.scale == "logit"
    assert ratio.quantity.value(TAILS) == pytest.approx([0.2, 5.0])
    assert ratio.quantity.scale == "log"


def test_a_logit_normal_number_stays_a_fraction():
    spread = Variability("logitnormal", 0.5)
    (one,), _ = uncertain_numbers([_record("fall", 0.1, 1.0, unit="", value=0.4, variability=spread)])
    drawn = one.quantity.value(np.linspace(-2.3, 2.3, 9))
    assert np.all((drawn > 0.0) & (drawn < 1.0))


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (_record("a", None, None), "no range"),
        (_record("b", 0.0, 0.01), "above zero"),
        (_record("c", 0.1, 0.2, value={"1": 0.1, "2": 0.2}), "per member"),
        (_record("d", 0.1, 0.2, source="protocol"), "protocol"),
    ],
)
def test_what_cannot_be_drawn_is_held_and_named(record, why):
    drawn, (held,) = uncertain_numbers([record])
    assert not drawn
    assert why in held.why


@pytest.mark.parametrize("kind", ["measured", "fitted_in_source", "derived"])
def test_what_was_measured_is_not_drawn(kind):
    assert uncertain_numbers([_record("known", 0.1, 0.2, kind=kind)]) == ((), ())
