"""Located events and milestones against closed forms."""

import numpy as np
import pytest

from engine_samples import (
    advance_through,
    doses,
    drug,
    numbers,
    parameters_of,
)
from trialkine.compiler.compiled import compile_model
from trialkine.model.compose import compose
from trialkine.model.declarations import Event, Flow, Index, Mechanism, Milestone, Parameter, State
from trialkine.solver.accuracy import REFERENCE, Accuracy
from trialkine.solver.ensemble import Ensemble
from trialkine.solver.status import Status

WIDTH = REFERENCE.event_width
SOLVED = 1e-7  # ten times the tolerance of the states


def ensemble_of(rates, parameters=(), *, patients=1, accuracy=REFERENCE, values=None, **declared):
    compiled = compile_model(compose(numbers(rates, parameters, **declared)))
    return Ensemble(compiled, parameters_of(compiled.model, patients, **(values or {})), accuracy)


def milestone(when, name="reached"):
    return Milestone(name, when, "")


def event(when, name="crossed", **resets):
    return Event(name, when, resets, "")


# -- milestones ------------------------------------------------------------------------------------


def decaying(level, **options):
    return ensemble_of(
        {"x": "-x"}, ["level"], milestones=[milestone("x < level")], values={"level": level}, **options
    )


@pytest.mark.parametrize("level", [0.99, 0.5, 1e-2, 1e-4])
def test_a_milestone_is_located_where_an_exponential_crosses_its_level(level):
    ensemble = decaying(level)
    ensemble.advance(20.0)
    exact = np.log(1.0 / level)
    slack = SOLVED * (1.0 + 0.01 / level)  # the error of x over its slope, which is -x = -level
    assert exact - slack <= ensemble.time[0] <= exact + WIDTH + slack
    assert ensemble.milestone_times("reached")[0] == ensemble.time[0]
    assert ensemble.paused_by("reached").tolist() == [True]
    assert ensemble.observe("x")["x"][0] < level


@pytest.mark.parametrize("width", [1e-3, 1e-5, 1e-7])
def test_a_milestone_is_located_to_the_width_that_is_asked_for(width):
    ensemble = decaying(0.3, accuracy=Accuracy(relative=1e-9, event_width=width))
    ensemble.advance(20.0)
    assert -1e-8 <= ensemble.time[0] - np.log(1 / 0.3) <= width + 1e-8


def test_a_patient_continues_after_a_milestone_and_is_not_stopped_by_it_again():
    ensemble = decaying(0.5)
    ensemble.advance(20.0)
    reached = ensemble.time[0]
    ensemble.advance(3.0)
    assert ensemble.time[0] == 3.0
    assert ensemble.paused_by("reached").tolist() == [False]
    assert ensemble.milestone_times("reached")[0] == reached
    assert ensemble.observe("x")["x"][0] == pytest.approx(np.exp(-3.0), rel=1e-6)


def test_each_patient_is_paused_at_the_own_time():
    levels = np.array([0.9, 1e-9, 0.2, 0.5])
    ensemble = decaying(levels, patients=4)
    ensemble.advance(5.0)
    exact = np.minimum(np.log(1.0 / levels), 5.0)
    np.testing.assert_allclose(ensemble.time, exact, atol=1e-6)
    assert ensemble.paused_by("reached").tolist() == [True, False, True, True]
    assert np.isnan(ensemble.milestone_times("reached")).tolist() == [False, True, False, False]


def test_a_milestone_that_is_true_at_the_start_pauses_at_once():
    ensemble = decaying(2.0)
    ensemble.advance(5.0)
    assert ensemble.time[0] == ensemble.milestone_times("reached")[0] == 0.0
    ensemble.advance(5.0)
    assert ensemble.time[0] == 5.0


def test_a_milestone_that_becomes_true_again_pauses_again():
    """x turns round the unit circle: it rises above 0.5 once in each period, at t = pi/6 + 2 pi n."""
    ensemble = ensemble_of(
        {"x": "y", "y": "-x"}, ["half"], starts={"x": "0", "y": "1"}, may_be_negative=True,
        milestones=[milestone("x > half")], values={"half": 0.5},
    )  # fmt: skip
    found = []
    for _ in range(3):
        ensemble.advance(20.0)
        found.append(ensemble.time[0])
    np.testing.assert_allclose(found, np.pi / 6 + 2 * np.pi * np.arange(3), atol=1e-6)
    ensemble.advance(19.0)
    assert ensemble.time[0] == 19.0  # the fourth time is at 19.37


def test_two_milestones_at_one_moment_pause_one_after_the_other():
    both = [milestone("x < level", "first"), milestone("2 * x < 2 * level", "second")]
    ensemble = ensemble_of({"x": "-x"}, ["level"], milestones=both, values={"level": 0.5})
    ensemble.advance(2.0)
    assert ensemble.paused_by("first").tolist() == [True]
    at = ensemble.time[0]
    ensemble.advance(2.0)
    assert ensemble.paused_by("second").tolist() == [True]
    assert ensemble.time[0] == at
    ensemble.advance(2.0)
    assert ensemble.time[0] == 2.0


def test_a_curve_that_only_touches_its_level_reaches_no_milestone():
    """x = 1 - (t - 1)^2 has its top at exactly 1."""
    ensemble = ensemble_of(
        {"x": "2 * (1 - t)", "t": "1"}, starts={"x": "0", "t": "0"}, may_be_negative=True,
        milestones=[milestone("x > 1 + level")], values={"level": 1e-9}, parameters=["level"],
    )  # fmt: skip
    ensemble.advance(2.0)
    assert ensemble.time[0] == 2.0


def test_a_milestone_between_two_visits_does_not_depend_on_them():
    alone, visited = decaying(0.3), decaying(0.3)
    alone.advance(9.0)
    for visit in (0.5, 1.1, 1.2, 9.0):
        visited.advance(visit)
    assert visited.time[0] == pytest.approx(alone.time[0], abs=2 * WIDTH + SOLVED)


# -- resets ----------------------------------------------------------------------------------------


def test_an_event_resets_at_the_located_time_and_arms_itself_again():
    """A sawtooth: x rises by 1 a day and falls to 0 at 1; n counts the falls."""
    ensemble = ensemble_of(
        {"x": "1", "n": "0 * n"}, starts={"x": "0", "n": "0"}, events=[event("x > 1", x="0", n="n + 1")]
    )
    ensemble.advance(7.25)
    assert ensemble.observe("n")["n"][0] == 7.0
    assert ensemble.observe("x")["x"][0] == pytest.approx(0.25, abs=7 * WIDTH + SOLVED)


def test_an_event_that_leaves_its_own_condition_true_happens_once():
    ensemble = ensemble_of(
        {"x": "1", "n": "0 * n"}, starts={"x": "0", "n": "0"}, events=[event("x > 1", n="n + 1")]
    )
    ensemble.advance(3.0)
    assert ensemble.observe("n")["n"][0] == 1.0


def test_an_event_that_is_true_at_the_start_resets_before_anything_else():
    ensemble = ensemble_of({"x": "-x"}, ["low"], events=[event("x < low", x="0")], values={"low": 5.0})
    ensemble.advance(0.0)
    assert ensemble.observe("x")["x"][0] == 0.0


def test_a_state_that_dies_out_stays_at_exactly_zero():
    ensemble = ensemble_of({"x": "-x"}, ["low"], events=[event("x < low", x="0")], values={"low": 0.1})
    ensemble.advance(np.log(10.0) - 1e-3)
    assert ensemble.observe("x")["x"][0] > 0.1
    ensemble.advance(np.log(10.0) + 1e-3)
    assert ensemble.observe("x")["x"][0] == 0.0
    ensemble.advance(50.0)
    assert ensemble.observe("x")["x"][0] == 0.0


def test_events_at_one_moment_all_happen_in_the_order_of_their_declaration():
    """Both conditions turn true together; the second reads what the first has set."""
    ensemble = ensemble_of(
        {"x": "1", "a": "0 * a", "b": "0 * b"}, starts=dict.fromkeys("xab", "0"),
        events=[event("x > 1", "first", a="2"), event("2 * x > 2", "second", b="a + 1")],
    )  # fmt: skip
    ensemble.advance(1.5)
    assert (ensemble.observe("a")["a"][0], ensemble.observe("b")["b"][0]) == (2.0, 3.0)


def test_one_event_may_set_off_another():
    ensemble = ensemble_of(
        {"x": "1", "a": "0 * a", "b": "0 * b"}, starts=dict.fromkeys("xab", "0"),
        events=[event("a > 1", "second", b="2"), event("x > 1", "first", a="2")],
    )  # fmt: skip
    ensemble.advance(1.5)
    assert ensemble.observe("b")["b"][0] == 2.0


def test_the_earlier_of_two_close_events_happens_first():
    """x passes 1 a thousandth of a day before y would; its reset moves y away, so y's event never comes."""
    ensemble = ensemble_of(
        {"x": "1", "y": "1", "n": "0 * n"}, ["later"], starts={"x": "later", "y": "0", "n": "0"},
        events=[event("y > 1", "second", n="n + 1"), event("x > 1", "first", y="0")], values={"later": 1e-3},
    )  # fmt: skip
    ensemble.advance(1.5)
    assert ensemble.observe("n")["n"][0] == 0.0
    assert ensemble.observe("y")["y"][0] == pytest.approx(0.5 + 1e-3, abs=1e-6)


def test_an_event_under_an_infusion_is_located_and_the_infusion_goes_on():
    """10 mg in a day into a body that loses nothing: 4 mg after 0.4 days, when z is set."""
    watcher = Mechanism(
        "watcher", "", states={"seen": State("mg", "level at the event")},
        parameters={"level": Parameter("mg", "")},
        events=(Event("passed", "central > level", {"seen": "central"}, ""),),
    )  # fmt: skip
    compiled = compile_model(compose(drug(), watcher))
    stays = {"elimination_rate": 0.0, "outward_rate": 0.0, "inward_rate": 0.0, "level": 4.0}
    ensemble = Ensemble(compiled, parameters_of(compiled.model, 1, **stays), REFERENCE)
    ensemble.advance(3.0, doses(1, [0.0], 10.0, duration=1.0))
    assert ensemble.observe("seen")["seen"][0] == pytest.approx(4.0, abs=10 * WIDTH + SOLVED)
    assert ensemble.observe("central")["central"][0] == pytest.approx(10.0, rel=1e-9)


def test_a_dose_that_jumps_over_a_level_sets_off_the_event_at_its_own_time():
    stop = Mechanism(
        "stop",
        "",
        parameters={"level": Parameter("mg", "")},
        milestones=(Milestone("high", "central > level", ""),),
    )
    compiled = compile_model(compose(drug(), stop))
    ensemble = Ensemble(compiled, parameters_of(compiled.model, 1, level=4.0))
    ensemble.advance(3.0, doses(0, [0.7], 10.0))
    assert ensemble.time[0] == 0.7
    assert ensemble.observe("central")["central"][0] == pytest.approx(10.0)


LESION = Index("lesion", ("1", "2", "3"))


def shrinking(*events):
    mechanism = Mechanism(
        "lesions", "", states={"size": State("mg", "", index=(LESION,), initial="start")},
        parameters={
            "start": Parameter("mg", "", (LESION,)),
            "rate": Parameter("1/day", "", (LESION,)),
            "least": Parameter("mg", ""),
        },
        flows=(Flow("rate * size", "size"),), events=events,
    )  # fmt: skip
    compiled = compile_model(compose(mechanism))
    values = {"least": 0.1} | {f"rate[{i}]": float(i) for i in range(1, 4)}
    return Ensemble(compiled, parameters_of(compiled.model, 1, **values), REFERENCE)


def test_an_indexed_event_resets_the_member_that_met_it_alone():
    """exp(-i t) falls below 0.1 at log(10)/i: on day 1 lesion 3 is gone, on day 2 lesion 2 too."""
    ensemble = shrinking(Event("gone", "size < least", {"size": "0"}, ""))
    states, _ = advance_through(ensemble, (1.0, 2.0, 2.5))
    np.testing.assert_allclose(states[0, 0], [np.exp(-1), np.exp(-2), 0.0], atol=SOLVED)
    np.testing.assert_allclose(states[1, 0], [np.exp(-2), 0.0, 0.0], atol=SOLVED)
    np.testing.assert_array_equal(states[2, 0], [0.0, 0.0, 0.0])


def test_an_event_of_the_whole_may_reset_every_member():
    """The sum of exp(-i t) falls below 0.5 at t = 1.0986... where its polynomial in exp(-t) equals 0.5."""
    ensemble = shrinking(
        Event("cleared", "sum(size, lesion) < 2 * 2 * least + least", {"size": "size / 2"}, "")
    )
    when = -np.log(next(r.real for r in np.roots([1, 1, 1, -0.5]) if abs(r.imag) < 1e-9))
    ensemble.advance(2.0)
    exact = np.exp(-np.arange(1, 4) * 2.0) / 2
    assert when < 2.0
    np.testing.assert_allclose(ensemble.states[0], exact, atol=10 * SOLVED)


# -- pathologies -----------------------------------------------------------------------------------


def test_events_without_end_run_out_of_steps():
    """Every billionth of a day x is set back by a billionth."""
    ensemble = ensemble_of(
        {"x": "1"}, ["back"], starts={"x": "0"}, events=[event("x > 1", x="1 - back")],
        values={"back": 1e-9}, accuracy=Accuracy(most_steps=5000),
    )  # fmt: skip
    ensemble.advance(2.0)
    assert ensemble.status[0] == Status.TOO_MANY_STEPS


@pytest.mark.parametrize("names", [("up", "down"), ("down", "up")])
def test_events_that_undo_each_other_at_one_moment_come_to_an_end(names):
    """Each makes the other's condition true, for ever: the patient fails and nothing hangs."""
    both = {"up": event("x < 1", "up", x="2"), "down": event("x > 1", "down", x="0")}
    rules = [both[name] for name in names]
    ensemble = ensemble_of({"x": "1"}, events=rules, accuracy=Accuracy(most_steps=5000))
    ensemble.advance(1.0)
    assert ensemble.status[0] == Status.TOO_MANY_STEPS


def test_an_event_sets_off_another_whatever_the_order_of_their_declaration():
    """At the first, x falls to zero, which is below the second's level: so x jumps to two levels."""
    fall, jump = event("x > 2 * level", "fall", x="0"), event("x < level", "jump", x="level + level / 2")
    ends = []
    for rules in ([fall, jump], [jump, fall]):
        ensemble = ensemble_of(
            {"x": "1"}, ["level"], starts={"x": "level"}, events=rules, values={"level": 3.0}
        )
        ensemble.advance(3.5)  # from 3 to 6 by day 3, to 0 and at once to 4.5, then half a day more
        ends.append(ensemble.states[0, 0])
    assert ends == pytest.approx([5.0, 5.0], abs=1e-6)
