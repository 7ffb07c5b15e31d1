"""Doses of a linear drug against its closed form: every response is a matrix exponential."""

import numpy as np
import pytest
from scipy.linalg import expm

from engine_samples import (
    BOLUS,
    DEPOT,
    IMPLANT,
    INFUSION,
    advance_through,
    compiled_drug,
    doses,
    final_states,
    parameters_of,
)
from trialkine.compiler.compiled import compile_model
from trialkine.errors import InputError
from trialkine.model.compose import compose
from trialkine.model.declarations import Agent, Flow, Mechanism, Parameter, Route, State
from trialkine.solver.accuracy import REFERENCE, Accuracy
from trialkine.solver.doses import DoseTable
from trialkine.solver.ensemble import Ensemble
from trialkine.solver.status import DoseFate, Status

STATES = ("depot", "central", "peripheral")
RATES = {"absorption_rate": 3.0, "elimination_rate": 2.0, "outward_rate": 1.2, "inward_rate": 0.7}
TIMES = {"lag": 0.1, "release_time": 0.5}
CLOSE = 1e-7  # of the largest amount: ten times the tolerance asked for, as error adds up over steps


def matrix(**changes):
    rate = {**RATES, **changes}
    a, e, out, back = (rate[f"{name}_rate"] for name in ("absorption", "elimination", "outward", "inward"))
    return np.array([[-a, 0, 0], [a, -e - out, back], [0, out, -back]])


def response(route, amount, since, duration=0.0, flows=None, lag=TIMES["lag"], release=TIMES["release_time"]):
    """What one dose leaves in depot, centre and periphery some time after it was given."""
    flows = matrix() if flows is None else flows
    since = since - (lag if route in (DEPOT, IMPLANT) else 0.0)
    duration = max(duration, release if route == IMPLANT else 0.0)
    if since < 0:
        return np.zeros(3)
    into = np.eye(3)[0 if route == DEPOT else 1] * amount
    if duration == 0.0:
        return expm(flows * since) @ into
    during = min(since, duration)
    built = np.linalg.solve(flows, (expm(flows * during) - np.eye(3)) @ into) / duration
    return expm(flows * (since - during)) @ built


def simulate(table, to, visits=(), accuracy=REFERENCE, **changes):
    compiled = compiled_drug()
    parameters = parameters_of(compiled.model, 1, **{**RATES, **TIMES, **changes})
    found = final_states(compiled, parameters, to, table, accuracy, visits)
    return np.array([found[name][0] for name in STATES])


def expected(table, to, **options):
    rows = zip(table.route, table.amount, table.time, table.duration, strict=True)
    return sum(response(r, a, to - t, d, **options) for r, a, t, d in rows)


SCHEDULES = {
    "one bolus": doses(BOLUS, [0.25], 100.0),
    "boluses at one moment": doses(BOLUS, [0.25, 0.25], [100.0, 50.0]),
    "a bolus at the start": doses(BOLUS, [0.0], 100.0),
    "one infusion": doses(INFUSION, [0.25], 100.0, duration=0.5),
    "a short infusion": doses(INFUSION, [0.25], 100.0, duration=1e-4),
    "infusions that overlap": doses(INFUSION, [0, 0.1, 0.2], [100.0, 70.0, 30.0], duration=[0.5, 0.9, 0.05]),
    "infusions that touch": doses(INFUSION, [0.0, 0.5], 100.0, duration=0.5),
    "an infusion that outlasts the target": doses(INFUSION, [0.9], 100.0, duration=10.0),
    "a depot after a lag": doses(DEPOT, [0.3], 100.0),
    "depots whose lag is running": doses(DEPOT, [0.91, 0.95, 0.99], 100.0),
    "an implant": doses(IMPLANT, [0.2], 100.0),
    "an implant that the protocol prolongs": doses(IMPLANT, [0.2], 100.0, duration=0.7),
    "everything": doses([BOLUS, INFUSION, DEPOT, IMPLANT], [0.1, 0.2, 0.2, 0.3], [100.0, 80.0, 60.0, 40.0],
                        duration=[0, 0.4, 0, 0]),
}  # fmt: skip


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("to", [1.0, 2.5])
def test_amounts_equal_the_closed_form(name, to):
    table = SCHEDULES[name]
    np.testing.assert_allclose(
        simulate(table, to), expected(table, to), atol=CLOSE * table.amount.sum(), rtol=0
    )


def test_one_compartment_is_a_single_exponential():
    table = doses(BOLUS, [0.0], 80.0)
    found = simulate(table, 1.5, outward_rate=0.0, inward_rate=0.0)
    assert found[1] == pytest.approx(80.0 * np.exp(-2.0 * 1.5), rel=1e-6)
    assert found[0] == found[2] == 0.0


@pytest.mark.parametrize("name", SCHEDULES)
def test_visits_on_the_way_do_not_change_the_amounts(name):
    """Visits fall before, in and at the ends of infusions and lags."""
    table = SCHEDULES[name]
    found = simulate(table, 2.5, visits=(0.1, 0.25, 0.3, 0.75, 0.97))
    np.testing.assert_allclose(found, expected(table, 2.5), atol=CLOSE * table.amount.sum(), rtol=0)


def test_amounts_under_an_infusion_are_exact_in_its_course_and_at_its_end():
    table = doses(INFUSION, [0.2], 100.0, duration=0.6)
    compiled = compiled_drug()
    ensemble = Ensemble(compiled, parameters_of(compiled.model, 1, **RATES, **TIMES), REFERENCE)
    times = (0.2, 0.4, 0.8, 1.2)
    states, _ = advance_through(ensemble, times, table)
    order = [compiled.model.state_names.index(name) for name in STATES]
    for state, time in zip(states[:, 0, order], times, strict=True):
        np.testing.assert_allclose(state, expected(table, time), atol=CLOSE * 100.0, rtol=0)


def test_a_long_row_of_doses_keeps_its_accuracy():
    """Three times daily for 100 days; the error does not pile up, because the drug is eliminated."""
    times = np.arange(300) / 3
    table = doses(BOLUS, times, 20.0)
    np.testing.assert_allclose(simulate(table, 100.1), expected(table, 100.1), atol=CLOSE * 100.0, rtol=0)


def test_the_error_follows_the_tolerance_that_is_asked_for():
    table = SCHEDULES["everything"]
    exact = expected(table, 2.5)
    for relative in (1e-4, 1e-6, 1e-8):
        found = simulate(table, 2.5, accuracy=Accuracy(relative=relative))
        assert np.abs(found - exact).max() <= 10 * relative * table.amount.sum()


# -- when doses fall due ---------------------------------------------------------------------------


def fresh(patients=1, accuracy=REFERENCE, **changes):
    compiled = compiled_drug()
    return Ensemble(
        compiled, parameters_of(compiled.model, patients, **{**RATES, **TIMES, **changes}), accuracy
    )


def test_fates_say_which_doses_were_due():
    ensemble = fresh()
    table = doses(BOLUS, [0.0, 0.5, 1.0, 1.0 + 1e-9, 2.0], 10.0)
    fates = ensemble.advance(1.0, table)
    given, waiting = DoseFate.GIVEN, DoseFate.NOT_DUE
    assert fates.tolist() == [given, given, given, waiting, waiting]


def test_a_dose_at_the_target_is_given_in_that_call():
    ensemble = fresh()
    ensemble.advance(1.0, doses(BOLUS, [1.0], 10.0))
    assert ensemble.observe("central")["central"] == [10.0]


def test_a_target_that_is_the_present_moment_gives_the_doses_due_now():
    ensemble = fresh()
    ensemble.advance(1.0)
    assert ensemble.advance(1.0, doses(BOLUS, [1.0], 10.0)).tolist() == [DoseFate.GIVEN]
    assert ensemble.observe("central")["central"] == [10.0]


def test_nan_and_past_targets_leave_a_patient_where_he_is():
    ensemble = fresh(3)
    ensemble.advance([1.0, 2.0, 3.0])
    fates = ensemble.advance([np.nan, 1.0, 4.0], doses(BOLUS, [1.0, 2.0, 3.5], 5.0, patient=[0, 1, 2]))
    assert ensemble.time.tolist() == [1.0, 2.0, 4.0]
    assert fates.tolist() == [DoseFate.NOT_DUE, DoseFate.NOT_DUE, DoseFate.GIVEN]


def test_each_patient_gets_the_own_doses_in_any_order_of_rows():
    ensemble = fresh(3)
    table = doses(BOLUS, [0.5, 0.0, 0.25], [1.0, 2.0, 4.0], patient=[2, 0, 2])
    ensemble.advance(0.5, table)
    central = ensemble.observe("central")["central"]
    exact = [response(BOLUS, 2.0, 0.5)[1], 0.0, 1.0 + response(BOLUS, 4.0, 0.25)[1]]
    np.testing.assert_allclose(central, exact, atol=4 * CLOSE)


def test_each_patient_has_the_own_clock():
    ensemble = fresh(3)
    to = np.array([0.3, 1.0, 2.0])
    ensemble.advance(to, doses(BOLUS, [0.0] * 3, 10.0, patient=[0, 1, 2]))
    np.testing.assert_array_equal(ensemble.time, to)
    exact = [response(BOLUS, 10.0, t)[1] for t in to]
    np.testing.assert_allclose(ensemble.observe("central")["central"], exact, atol=10 * CLOSE)


def test_an_empty_table_is_no_dose():
    assert len(fresh().advance(1.0, DoseTable.empty())) == 0


def test_more_infusions_at_once_than_there_are_slots_end_in_a_status_for_that_patient_alone():
    ensemble = fresh(2)
    patient = np.array([0] * 9 + [1] * 8)
    table = doses(INFUSION, np.linspace(0, 0.1, 17), 1.0, patient=patient, duration=5.0)
    fates = ensemble.advance(1.0, table)
    assert ensemble.status.tolist() == [Status.TOO_MANY_INFUSIONS, Status.OK]
    assert np.all(fates[9:] == DoseFate.GIVEN)
    assert Status.TOO_MANY_INFUSIONS.advice.startswith("More infusions ran at once")


def test_infusions_that_are_over_make_room_for_others():
    times = np.arange(40) / 10
    table = doses(INFUSION, times, 1.0, duration=0.75)  # eight at a time at most
    np.testing.assert_allclose(simulate(table, 5.0), expected(table, 5.0), atol=40 * CLOSE)


# -- amounts ---------------------------------------------------------------------------------------


def absorbing(amount):
    """One state, without any loss, that a dose fills by the text `amount`."""
    body = Mechanism(
        "drug",
        "stays",
        states={"body": State("mg", "amount", initial="start")},
        parameters={
            "start": Parameter("mg", "start"),
            "share": Parameter("", "share"),
            "loss": Parameter("1/day", "none"),
        },
        flows=(Flow("loss * share * body", "body"),),
    )
    return compile_model(compose(Agent(body, "mg", {"oral": Route("body", amount, "by mouth")})))


def test_a_route_s_amount_is_scaled_by_the_patient_s_own_parameters():
    compiled = absorbing("share * dose")
    parameters = parameters_of(compiled.model, 2, start=0.0, loss=0.0, share=np.array([0.25, 0.5]))
    table = DoseTable.of([0, 1], [0.5, 0.5], [0, 0], [8.0, 8.0], routes=(("drug", "oral"),))
    assert final_states(compiled, parameters, 1.0, table)["body"].tolist() == [2.0, 4.0]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"time": [float("nan")]}, "no time"),
        ({"amount": [-1.0]}, "negative or not a number"),
        ({"amount": [float("inf")]}, "negative or not a number"),
        ({"duration": [float("inf")]}, "duration"),
        ({"route": [1]}, "no route"),
        ({"patient": [-1]}, "negative number"),
    ],
)
def test_a_dose_that_cannot_be_given_is_refused_by_its_row(changed, said):
    row = {"patient": [0], "time": [0.5], "route": [0], "amount": [1.0], "duration": 0.0, **changed}
    with pytest.raises(InputError, match=f"Dose 0 .*{said}"):
        DoseTable.of(**row, routes=(("drug", "oral"),))


def test_a_dose_before_the_clock_or_for_nobody_is_refused():
    compiled = compiled_drug()
    ensemble = Ensemble(compiled, parameters_of(compiled.model, 1, **RATES, **TIMES))
    ensemble.advance(2.0)
    with pytest.raises(InputError, match="before its patient's clock"):
        ensemble.advance(3.0, doses(BOLUS, [1.0], 10.0))
    with pytest.raises(InputError, match="Count from 0"):
        ensemble.advance(3.0, doses(BOLUS, [2.5], 10.0, patient=[1]))
