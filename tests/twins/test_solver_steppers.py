"""The two steppers agree within what the tolerance promises, with the decisions frozen.

Each follows the reference within `WITHIN` times the tolerance (`test_solver_reference.py`), so the two may
lie twice that apart. Error is |y - other| / (|other| + 0.01 scale), the measure the tolerance is stated in.
"""

import numpy as np
import pytest

from engine_samples import advance_through, compiled_full_model, drawn_parameters, of_patient
from stepper_samples import DAYS, compiled_response, response_doses, response_parameters
from trialkine.model.evaluate import state_scales
from trialkine.solver.accuracy import FLOOR, Accuracy
from trialkine.solver.doses import DoseTable
from trialkine.solver.ensemble import Ensemble
from trialkine.solver.reference import solve_reference
from trialkine.solver.status import DoseFate
from trialkine.solver.stepper import EXPLICIT, IMPLICIT

WITHIN = 10.0  # times the tolerance asked for: the control bounds each step's error, and steps add up
WITHIN_FOR_SUMS = 200.0  # an accumulated hazard forgets nothing, nor its errors
APART = 2.0  # two solutions, each within its bound of the exact one
HOUR = 1 / 24


def by_both(compiled, parameters, table, times, relative):
    """States at the times, fates, and the ensemble, for each stepper."""
    found = []
    for stepper in (EXPLICIT, IMPLICIT):
        ensemble = Ensemble(compiled, parameters, Accuracy(relative=relative), stepper)
        states, fates = advance_through(ensemble, times, table)
        assert not np.any(ensemble.status)
        assert not np.any(ensemble.is_stiff)  # else this would compare the implicit one with itself
        found.append((states, fates))
    return found


def distance(compiled, parameters, states, others):
    scales = state_scales(compiled.model, parameters)
    return np.abs(states - others) / (np.abs(others) + FLOOR * scales)


@pytest.mark.parametrize("relative", [1e-3, 1e-5, 1e-7])
def test_what_a_drug_drives_is_the_same_by_either_stepper(relative):
    patients, times = 12, (1.7, 3.3, DAYS)
    compiled, parameters = compiled_response(), response_parameters(patients)
    table = response_doses(patients, may_hold=False)
    (states, _), (others, _) = by_both(compiled, parameters, table, times, relative)
    assert not np.array_equal(states, others)  # two methods indeed
    assert distance(compiled, parameters, states, others).max() <= APART * WITHIN * relative


@pytest.mark.parametrize("relative", [1e-3, 1e-5])
def test_the_explicit_stepper_follows_the_readable_reference(relative):
    patients, times = 3, (1.7, DAYS)
    compiled, parameters = compiled_response(), response_parameters(patients)
    table = response_doses(patients)
    (states, fates), _ = by_both(compiled, parameters, table, times, relative)
    assert {DoseFate.HELD, DoseFate.GIVEN} <= set(fates)
    for patient in range(patients):
        mine = table.patient == patient
        reference, _ = solve_reference(
            compiled.model, parameters[patient], times, of_patient(table, patient), fates[mine]
        )
        found = distance(compiled, parameters[[patient]], states[:, patient], reference)
        assert found.max() <= WITHIN * relative


def interleukin_2_and_tablets(patients, days):
    """Infusions every 8 h, 14 times, from days 1 and 15, and daily tablets."""
    infusions = [first + 8 * HOUR * dose for first in (0.0, 14.0) for dose in range(14)]
    rows = [(time, 0, 4.5e7, 0.25 * HOUR) for time in infusions]
    rows += [(0.3 + day, 1, 130.0, 0.0) for day in range(int(days))]
    time, route, amount, duration = np.array(rows * patients).T
    routes = (("aldesleukin", "intravenous"), ("temozolomide", "oral"))
    who = np.repeat(np.arange(patients), len(rows))
    return DoseTable.of(who, time, route, amount, duration=duration, routes=routes)


@pytest.mark.parametrize("relative", [1e-3, 1e-5])
def test_the_melanoma_core_with_holds_is_the_same_by_either_stepper(relative):
    """Holds act; where both steppers decided alike, which is nearly everywhere, the states agree too."""
    patients, days = 20, 28.0
    compiled, parameters = compiled_full_model(), drawn_parameters("melanoma", patients)
    table = interleukin_2_and_tablets(patients, days)
    times = (6.95, 13.9, 20.95, days)
    (states, fates), (others, other_fates) = by_both(compiled, parameters, table, times, relative)
    assert np.count_nonzero(fates == DoseFate.HELD) > patients
    alike = np.array([np.array_equal(fates[table.patient == p], other_fates[table.patient == p])
                      for p in range(patients)])  # fmt: skip
    assert np.count_nonzero(~alike) <= 1  # a threshold that the two pass on either side of a dose
    bounds = np.array(
        [WITHIN_FOR_SUMS if n.endswith("_hazard") else WITHIN for n in compiled.model.state_names]
    )
    found = distance(compiled, parameters, states, others)[:, alike] / bounds
    assert found.max() <= APART * relative, found.max() / relative
