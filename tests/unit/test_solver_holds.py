"""Rules that hold a dose back: when, for how long, and what becomes of the rest of the cycle."""

from dataclasses import replace

import numpy as np
import pytest

from engine_samples import BOLUS, advance_through, compiled_drug, doses, drug, parameters_of
from trialkine.compiler.compiled import compile_model
from trialkine.model.compose import compose
from trialkine.model.declarations import Hold, Parameter
from trialkine.solver.ensemble import Ensemble
from trialkine.solver.status import DoseFate

NOT_DUE, HELD, GIVEN, DROPPED = DoseFate.NOT_DUE, DoseFate.HELD, DoseFate.GIVEN, DoseFate.DROPPED
STAYS = {"elimination_rate": 0.0, "outward_rate": 0.0, "inward_rate": 0.0}
"""What is given stays in the centre."""


def patients(count=1, *, hold_level=25.0, holds_to_end=2.0, **changes):
    compiled = compiled_drug(hold=True)
    values = {**STAYS, "hold_level": hold_level, "holds_to_end": holds_to_end, **changes}
    return Ensemble(compiled, parameters_of(compiled.model, count, **values))


def fates(table, to=100.0, visits=(), **options):
    ensemble = patients(int(table.patient.max()) + 1, **options)
    _, found = advance_through(ensemble, (*visits, to), table)
    assert not np.any(ensemble.status)
    return [DoseFate(fate) for fate in found], ensemble


def central(ensemble):
    return ensemble.observe("central")["central"].tolist()


def test_a_dose_is_held_while_the_condition_is_true_and_the_block_ends_after_so_many():
    """10 mg a day that stay: above 25 mg from the third dose on, two holds, then the block is over."""
    found, ensemble = fates(doses(BOLUS, np.arange(8.0), 10.0))
    assert found == [GIVEN, GIVEN, GIVEN, HELD, HELD, DROPPED, DROPPED, DROPPED]
    assert central(ensemble) == pytest.approx([30.0])


def test_a_level_that_equals_the_threshold_is_not_above_it():
    found, _ = fates(doses(BOLUS, np.arange(4.0), 10.0), hold_level=20.0, holds_to_end=9.0)
    assert found == [GIVEN, GIVEN, GIVEN, HELD]


def test_the_next_block_starts_afresh():
    block = [0] * 5 + [1] * 5
    found, _ = fates(doses(BOLUS, np.arange(10.0), 10.0, block=block))
    assert found == [GIVEN, GIVEN, GIVEN, HELD, HELD, HELD, HELD, DROPPED, DROPPED, DROPPED]


def test_holds_of_one_block_do_not_count_in_the_next():
    block = [0] * 4 + [1] * 3
    found, _ = fates(doses(BOLUS, np.arange(7.0), 10.0, block=block))
    assert found[3:] == [HELD, HELD, HELD, DROPPED]


def test_a_dose_given_in_between_starts_the_count_again():
    """30 mg with a half-life of half a day fall below 25 mg before the next day: never two holds in a row."""
    times = [0.0, 0.1, 2.0, 2.1, 4.0, 4.1]
    found, _ = fates(doses(BOLUS, times, 30.0), elimination_rate=2 * np.log(2.0))
    assert found == [GIVEN, HELD, GIVEN, HELD, GIVEN, HELD]


def test_a_hold_lasts_until_the_condition_is_false_again():
    times = [0.0, 0.1, 0.2, 0.3, 2.0]
    found, _ = fates(doses(BOLUS, times, 30.0), elimination_rate=2 * np.log(2.0), holds_to_end=9.0)
    # 30 exp(-1.386 t) passes 25 at t = 0.1315; the dose at 0.2 lifts it again, by 30 to 52.7
    assert found == [GIVEN, HELD, GIVEN, HELD, GIVEN]


def test_doses_that_may_not_be_held_are_given_whatever_the_condition():
    may = [True, True, True, False, True, False]
    found, ensemble = fates(doses(BOLUS, np.arange(6.0), 10.0, may_hold=may), holds_to_end=9.0)
    assert found == [GIVEN, GIVEN, GIVEN, GIVEN, HELD, GIVEN]
    assert central(ensemble) == pytest.approx([50.0])


def test_the_second_dose_of_one_moment_sees_the_first():
    found, _ = fates(doses(BOLUS, [1.0, 1.0], 30.0))
    assert found == [GIVEN, HELD]


def test_each_patient_has_the_own_tolerance_count_and_limit():
    table = doses(BOLUS, np.tile(np.arange(6.0), 3), 10.0, patient=np.repeat([0, 1, 2], 6))
    found, _ = fates(table, hold_level=np.array([15.0, 35.0, 15.0]), holds_to_end=np.array([1.0, 2.0, 3.0]))
    assert found[:6] == [GIVEN, GIVEN, HELD, DROPPED, DROPPED, DROPPED]
    assert found[6:12] == [GIVEN, GIVEN, GIVEN, GIVEN, HELD, HELD]
    assert found[12:] == [GIVEN, GIVEN, HELD, HELD, HELD, DROPPED]


@pytest.mark.parametrize("visits", [(3.0,), (3.5,), (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0)])
def test_counts_and_ended_blocks_survive_a_visit(visits):
    table = doses(BOLUS, np.arange(8.0), 10.0)
    assert fates(table, visits=visits)[0] == fates(table)[0]


def test_a_copy_counts_for_itself():
    ensemble = patients()
    table = doses(BOLUS, np.arange(4.0), 10.0)
    ensemble.advance(3.0, table)  # one hold
    other = ensemble.copy()
    later = doses(BOLUS, [4.0, 5.0], 10.0)
    assert other.advance(5.0, later).tolist() == [HELD, DROPPED]
    assert ensemble.advance(5.0, later).tolist() == [HELD, DROPPED]
    assert other.advance(9.0, doses(BOLUS, [9.0], 10.0, block=7)).tolist() == [HELD]
    assert ensemble.advance(9.0, doses(BOLUS, [9.0], 10.0)).tolist() == [DROPPED]


def test_a_rule_without_a_limit_never_ends_a_block():
    agent = drug(hold=True)
    parameters = {name: p for name, p in agent.mechanism.parameters.items() if name != "holds_to_end"}
    rule = replace(agent.holds[0], end_cycle_after=None)
    endless = replace(agent, mechanism=replace(agent.mechanism, parameters=parameters), holds=(rule,))
    compiled = compile_model(compose(endless))
    values = parameters_of(compiled.model, 1, **STAYS, hold_level=25.0)
    found = Ensemble(compiled, values).advance(60.0, doses(BOLUS, np.arange(60.0), 10.0))
    assert found.tolist() == [GIVEN] * 3 + [HELD] * 57


def test_every_rule_of_an_agent_holds():
    agent = drug(hold=True)
    parameters = {**agent.mechanism.parameters, "low_level": Parameter("mg", "level")}
    rules = (*agent.holds, Hold("low", "peripheral > low_level", "", end_cycle_after=None))
    both = replace(agent, mechanism=replace(agent.mechanism, parameters=parameters), holds=rules)
    compiled = compile_model(compose(both))
    values = parameters_of(
        compiled.model, 1, **{**STAYS, "outward_rate": 5.0}, hold_level=1e9, low_level=5.0, holds_to_end=9.0
    )
    found = Ensemble(compiled, values).advance(4.0, doses(BOLUS, np.arange(4.0), 10.0))
    assert found.tolist() == [GIVEN, HELD, HELD, HELD]


def test_a_changed_limit_holds_from_then_on():
    ensemble = patients(holds_to_end=9.0)
    ensemble.advance(2.5, doses(BOLUS, np.arange(3.0), 10.0))
    ensemble.change_parameter("holds_to_end", np.array([0]), np.array([1.0]))
    assert ensemble.advance(5.0, doses(BOLUS, [3.0, 4.0], 10.0)).tolist() == [HELD, DROPPED]
