"""Grades of toxicity: the printed limits, which way is worse, and faults."""

from __future__ import annotations

import numpy as np
import pytest

from trialkine.errors import InputError
from trialkine.mechanisms.core import CORE, on_demand_mechanisms
from trialkine.toxicity import find_term, grade, terms
from trialkine.toxicity.terms import GRADES, grade_records
from trialkine.units import conversion

MECHANISMS = (*CORE, *on_demand_mechanisms().values())

# CTCAE version 5: a value inside each printed range of grades 1 to 4 (None: the term has no such grade).
PRINTED = {
    "fever": (1.5, 2.5, 3.5, None),  # 38.0-39.0, 39.0-40.0, over 40.0 degrees, over a normal 37.0
    "capillary_leak": (0.07, 0.15, 0.25, None),  # weight gain 5 to 10, 10 to 20, 20 % and more
    "creatinine": (1.4, 2.0, 4.0, 7.0),  # over 1.5, 3.0 and 6.0 times
    "bilirubin": (1.2, 2.0, 5.0, 12.0),  # over 1.0, 1.5, 3.0 and 10.0 times the upper limit of normal
    "platelets": (100.0, 60.0, 30.0, 20.0),  # below 75, 50, 25 per nL
    "neutrophils": (1.7, 1.2, 0.7, 0.3),  # below 1.5, 1.0, 0.5 per nL
    "lymphocytes": (0.9, 0.6, 0.3, 0.1),  # below 0.8, 0.5, 0.2 per nL
}


@pytest.mark.parametrize("name", PRINTED)
def test_values_inside_the_printed_ranges_have_the_printed_grades(name: str) -> None:
    for expected, value in zip(GRADES, PRINTED[name], strict=True):
        if value is not None:
            assert grade(name, np.array([value])) == [expected], value


@pytest.mark.parametrize("name", terms())
def test_a_value_at_a_limit_has_the_grade_below_it_and_one_beyond_has_the_grade(name: str) -> None:
    term = find_term(name)
    beyond = 1.001 if term.worse == "high" else 0.999
    for number, limit in enumerate(term.limits, start=1):
        assert grade(name, np.array([limit, beyond * limit])).tolist() == [number - 1, number]


@pytest.mark.parametrize("name", terms())
def test_limits_are_stricter_from_grade_to_grade(name: str) -> None:
    term = find_term(name)
    steps = np.diff(term.limits)
    assert len(term.limits) >= 3
    assert (steps > 0).all() if term.worse == "high" else (steps < 0).all()


def test_grades_keep_the_shape_and_what_was_not_measured_has_grade_zero() -> None:
    found = grade("platelets", np.array([[np.nan, 200.0], [10.0, 60.0]]))
    assert found.tolist() == [[0, 0], [4, 2]]


def test_an_unknown_toxicity_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(InputError, match="Did you mean 'platelets'"):
        grade("platelet", np.array([1.0]))


def test_every_grade_limit_belongs_to_a_toxicity() -> None:
    known = {f"{name}_grade_{number}" for name in terms() for number in GRADES}
    assert set(grade_records()) <= known


@pytest.mark.parametrize("name", terms())
def test_the_mechanism_that_owns_the_quantity_watches_it_in_the_unit_of_the_grades(name: str) -> None:
    term = find_term(name)
    owners = [mechanism for mechanism in MECHANISMS if term.quantity in mechanism.watched]
    assert len(owners) == 1
    units = {name: state.unit for name, state in owners[0].states.items()}
    units |= {define.name: define.unit for define in owners[0].defines}
    assert conversion(units[term.quantity], term.unit) == 1.0
    assert all(conversion(grade_records()[f"{name}_grade_{n}"].unit, term.unit) == 1.0 for n in (1, 2, 3))


@pytest.mark.parametrize("name", terms())
def test_every_driver_of_a_toxicity_is_a_total_of_some_mechanism(name: str) -> None:
    totals = {total.name for mechanism in MECHANISMS for total in mechanism.totals}
    assert set(find_term(name).drivers) <= totals
