"""The lowest and highest values of watched quantities, and when they were reached."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.linalg import expm

from engine_samples import BOLUS, DEPOT, INFUSION, advance_through, doses, drug, numbers, parameters_of
from trialkine.compiler.compiled import compile_model
from trialkine.errors import CompositionError, InputError
from trialkine.model.compose import compose
from trialkine.model.declarations import Define, Event, Flow, Index, Mechanism, Milestone, Parameter, State
from trialkine.solver.accuracy import Accuracy
from trialkine.solver.ensemble import Ensemble
from trialkine.solver.stepper import EXPLICIT, IMPLICIT

STAYS = {"elimination_rate": 0.0, "outward_rate": 0.0, "inward_rate": 0.0}
WATCHER = Mechanism(
    name="watcher",
    about="watches the centre and twice the centre",
    defines=(Define("doubled", "mg", "2 * central", "twice the centre"),),
    watched=("central", "doubled"),
)


def watched_drug(patients=1, **values):
    compiled = compile_model(compose(drug(), WATCHER))
    return Ensemble(compiled, parameters_of(compiled.model, patients, **{**STAYS, **values}))


def watched_numbers(rates, *watched, **options):
    compiled = compile_model(compose(numbers(rates, **options), Mechanism("watcher", "", watched=watched)))
    starts = dict.fromkeys(compiled.model.parameter_names, 1.0)
    return Ensemble(compiled, parameters_of(compiled.model, 1, **starts), Accuracy(relative=1e-6))


def all_of(extremes, patient=0):
    columns = (extremes.lowest, extremes.lowest_day, extremes.highest, extremes.highest_day)
    return [float(column[patient]) for column in columns]


def test_before_any_time_has_passed_the_extremes_are_the_start():
    ensemble = watched_numbers({"x": "-x"}, "x")
    assert all_of(ensemble.extremes("x")) == [1.0, 0.0, 1.0, 0.0]


def test_a_peak_right_after_a_bolus_is_seen_though_it_falls_at_once():
    ensemble = watched_drug(elimination_rate=5.0)
    ensemble.advance(10.0, doses(BOLUS, [2.0, 6.0], [30.0, 10.0]))
    lowest, lowest_day, highest, highest_day = all_of(ensemble.extremes("central"))
    assert (lowest, lowest_day, highest, highest_day) == (0.0, 0.0, 30.0, 2.0)


def test_an_infusion_peaks_where_it_ends():
    """The amount at the end of an infusion of 24 mg over half a day against a loss of 3 a day."""
    ensemble = watched_drug(elimination_rate=3.0)
    ensemble.advance(4.0, doses(INFUSION, [1.0], [24.0], duration=[0.5]))
    *_, highest, highest_day = all_of(ensemble.extremes("central"))
    assert highest == pytest.approx(24.0 / 0.5 / 3.0 * (1 - np.exp(-1.5)), rel=2e-3)  # the tolerance, twice
    assert highest_day == 1.5


def test_a_defined_quantity_is_watched_as_well_as_a_state():
    ensemble = watched_drug()
    ensemble.advance(3.0, doses(BOLUS, [1.0, 2.0], [10.0, 5.0]))
    assert all_of(ensemble.extremes("doubled")) == [0.0, 0.0, 30.0, 2.0]


def test_a_reset_by_an_event_counts():
    """x rises by one a day and is set back to minus one when it passes two; it starts at one."""
    event = Event("full", "x > 2", {"x": "-1"}, "")
    ensemble = watched_numbers({"x": "1"}, "x", events=[event], may_be_negative=True)
    ensemble.advance(1.5)
    lowest, lowest_day, highest, highest_day = all_of(ensemble.extremes("x"))
    assert lowest == -1.0
    assert lowest_day == pytest.approx(1.0, abs=1e-5)
    assert (highest, highest_day) == (pytest.approx(2.0, abs=1e-5), lowest_day)


def test_cleared_extremes_begin_again_with_the_present_value_in_the_patients_named():
    ensemble = watched_drug(3, elimination_rate=1.0)
    ensemble.advance(2.0, doses(BOLUS, [0.0] * 3, [8.0, 16.0, 32.0], patient=np.arange(3)))
    present = ensemble.observe("central")["central"]
    ensemble.clear_extremes(np.array([2, 0]))
    found = ensemble.extremes("central")
    np.testing.assert_array_equal(found.highest, [present[0], 16.0, present[2]])
    np.testing.assert_array_equal(found.highest_day, [2.0, 0.0, 2.0])
    np.testing.assert_array_equal(found.lowest, [present[0], 0.0, present[2]])
    ensemble.advance(3.0)
    later = ensemble.extremes("central")
    np.testing.assert_array_equal(later.highest, found.highest)
    np.testing.assert_array_equal(
        later.lowest, [*np.diag([1.0, 0.0, 1.0]) @ ensemble.observe("central")["central"]]
    )


def test_a_copy_keeps_its_own_extremes():
    ensemble = watched_drug()
    other = ensemble.copy()
    other.advance(1.0, doses(BOLUS, [0.5], [9.0]))
    assert other.extremes("central").highest.tolist() == [9.0]
    assert ensemble.extremes("central").highest.tolist() == [0.0]


def test_a_milestone_that_pauses_the_patient_leaves_the_extremes_running():
    pause = Milestone("half", "1 - x > x", "")
    ensemble = watched_numbers({"x": "-x"}, "x", milestones=[pause])
    advance_through(ensemble, (3.0,))
    lowest, lowest_day, highest, _ = all_of(ensemble.extremes("x"))
    assert (lowest, lowest_day, highest) == (pytest.approx(np.exp(-3.0), rel=1e-4), 3.0, 1.0)


def test_a_change_of_a_parameter_counts_from_the_next_advance():
    watcher = Mechanism(
        "watcher", "", parameters={"factor": Parameter("", "factor")},
        defines=(Define("scaled", "mg", "factor * central", "scaled"),), watched=("scaled",),
    )  # fmt: skip
    compiled = compile_model(compose(drug(), watcher))
    ensemble = Ensemble(compiled, parameters_of(compiled.model, 1, **STAYS))
    ensemble.advance(1.0, doses(BOLUS, [0.5], [4.0]))
    ensemble.change_parameter("factor", np.array([0]), np.array([3.0]))
    ensemble.advance(2.0)
    assert all_of(ensemble.extremes("scaled"))[2:] == [12.0, 1.0]


def test_a_patient_whose_value_is_no_number_has_no_extremes():
    compiled = compile_model(
        compose(drug(), WATCHER, numbers({"x": "-x"}), Mechanism("w", "", watched=("x",)))
    )
    start = np.array([np.nan, 2.0])
    ensemble = Ensemble(compiled, parameters_of(compiled.model, 2, x_start=start))
    ensemble.advance(1.0)
    np.testing.assert_array_equal(np.isnan(ensemble.extremes("x").lowest), [True, False])
    assert ensemble.extremes("x").highest[1] == 2.0


def test_asking_for_what_nobody_watches_says_what_is_watched():
    with pytest.raises(InputError, match=r"does not watch 'depot'. It watches central, doubled;"):
        watched_drug().extremes("depot")


# -- in the model ----------------------------------------------------------------------------------


def test_watching_is_part_of_what_the_model_is_called():
    assert compose(drug(), WATCHER).hash != compose(drug(), Mechanism("watcher", WATCHER.about)).hash


def test_two_mechanisms_may_watch_the_same_quantity():
    other = Mechanism("another", "", watched=("depot", "central"))
    assert compose(drug(), WATCHER, other).watched == ("depot", "central", "doubled")


def test_a_mechanism_that_is_off_watches_nothing():
    assert compose(drug(), WATCHER).without("watcher").watched == ()


def test_a_watched_name_must_exist_and_the_nearest_is_named():
    with pytest.raises(
        CompositionError, match=r"'watcher' watches .* No quantity named 'centrl'. .* 'central'"
    ):
        compose(drug(), Mechanism("watcher", "", watched=("centrl",)))


def test_an_indexed_quantity_cannot_be_watched():
    lesion = Index("lesion", ("1", "2"))
    masses = Mechanism(
        "masses", "", states={"mass": State("g", "mass", index=(lesion,))},
        parameters={"growth": Parameter("g/day", "growth")}, flows=(Flow("growth", sink="mass"),),
        watched=("mass",),
    )  # fmt: skip
    with pytest.raises(
        CompositionError, match=r"watches 'mass', which has a value for each lesion\. Define its sum"
    ):
        compose(masses)


def test_watching_changes_no_bit_of_the_trajectory():
    """But for linear kinetics, which stay with the stepper when they are watched."""
    plain = numbers({"x": "-x * x", "y": "x - y * y"}, starts={"x": "2", "y": "0"})
    ends = []
    for mechanism in (plain, replace(plain, watched=("x", "y"))):
        ensemble = Ensemble(compile_model(compose(mechanism)), np.ones((1, 1)))
        ensemble.advance(7.0)
        ends.append(ensemble.states.copy())
    np.testing.assert_array_equal(ends[0], ends[1])


@pytest.mark.parametrize("stepper", [IMPLICIT, EXPLICIT], ids=lambda stepper: stepper.kernel)
def test_a_peak_of_a_drug_that_nothing_reads_is_seen_between_long_steps(stepper):
    """Absorption at 20 and elimination at 15 a day: the peak comes within an hour and a half of the dose."""
    compiled = compile_model(compose(drug(), WATCHER))
    rates = {"absorption_rate": 20.0, "elimination_rate": 15.0, "outward_rate": 0.5, "inward_rate": 2.0}
    parameters = parameters_of(compiled.model, 1, lag=0.0, **rates)
    ensemble = Ensemble(compiled, parameters, Accuracy(relative=1e-4), stepper)
    ensemble.advance(20.0, doses(DEPOT, [10.0], 10.0))
    matrix = np.array([[-20.0, 0.0, 0.0], [20.0, -15.5, 2.0], [0.0, 0.5, -2.0]])
    course = [(expm(matrix * t) @ [10.0, 0.0, 0.0])[1] for t in np.linspace(0.0, 0.3, 3001)]
    found = ensemble.extremes("central")
    assert found.highest[0] == pytest.approx(max(course), rel=0.01)
    assert found.highest_day[0] == pytest.approx(10.0 + 0.3 * np.argmax(course) / 3000, abs=0.01)


def test_a_turn_between_long_steps_is_that_of_the_parabola_through_their_ends():
    """A slow dip: logistic recovery after a decline; the lowest value is known to a thousandth."""
    mechanism = numbers(
        {"x": "y * x", "y": "k * (1 - y * y)"},
        ["k"],
        starts={"x": "1", "y": "-(1 / 2)"},
        may_be_negative=True,
    )
    compiled = compile_model(compose(replace(mechanism, watched=("x",))))
    ensemble = Ensemble(compiled, parameters_of(compiled.model, 1, k=0.2), Accuracy(), IMPLICIT)
    ensemble.advance(12.0)
    turn = np.arctanh(0.5) / 0.2  # where y = tanh(k t - artanh 1/2) passes zero
    lowest = (np.cosh(0.0) / np.cosh(np.arctanh(0.5))) ** (1 / 0.2)
    found = ensemble.extremes("x")
    assert found.lowest[0] == pytest.approx(lowest, rel=2e-3)
    assert found.lowest_day[0] == pytest.approx(turn, abs=0.1)
