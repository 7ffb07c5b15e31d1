from itertools import pairwise

import numpy as np
import pytest

from trialkine.design import dose_finding_characteristics
from trialkine.design.boin import Boin, boin_bounds, is_eliminated
from trialkine.design.crm import PowerCrm, indifference_skeleton
from trialkine.design.dose_finding import DoseTally, Move, nobody_treated
from trialkine.design.dose_finding_characteristics import exact_dose_finding, simulate_dose_finding
from trialkine.design.isotonic_toxicity import isotonic_rates, nearest_dose
from trialkine.design.three_plus_three import ThreePlusThree
from trialkine.errors import InputError

RULES = [ThreePlusThree(4), Boin(4, 0.3, 24), PowerCrm(0.3, (0.1, 0.2, 0.3, 0.5), 24, cohort=3)]
SKELETON = (0.05, 0.12, 0.25, 0.40)


def tally(patients, toxicities, current):
    return DoseTally(tuple(patients), tuple(toxicities), current)


@pytest.mark.parametrize("rule", RULES)
def test_a_trial_begins_at_its_first_dose(rule):
    decision = rule.next_dose(nobody_treated(4))
    assert (decision.move, decision.dose, decision.patients) == (Move.begin, 0, 3)
    assert rule.selected_dose(nobody_treated(4)) in (None, *range(0))


@pytest.mark.parametrize("rule", RULES)
def test_a_harmless_drug_ends_at_the_highest_dose_and_a_poison_at_none(rule):
    harmless = exact_dose_finding(rule, [0.0] * 4)
    assert harmless.selected == (0.0, 0.0, 0.0, 1.0)
    poison = exact_dose_finding(rule, [1.0] * 4)
    assert poison.none_selected == pytest.approx(1.0)
    assert poison.patients == (3.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize("rule", RULES)
def test_no_untried_dose_is_skipped(rule):
    seen = nobody_treated(4)
    while (decision := rule.next_dose(seen)).dose is not None:
        tried = [dose for dose, treated in enumerate(seen.patients) if treated]
        assert decision.dose <= max(tried, default=-1) + 1
        seen = seen.after(decision.dose, decision.patients, 0)


@pytest.mark.parametrize("rule", RULES)
def test_a_tally_of_other_doses_is_refused(rule):
    for ask in (rule.next_dose, rule.selected_dose):
        with pytest.raises(InputError, match="Give the same"):
            ask(nobody_treated(5))


@pytest.mark.parametrize(
    ("patients", "toxicities", "current", "move", "dose"),
    [
        ((3, 0, 0), (0, 0, 0), 0, Move.escalate, 1),
        ((3, 0, 0), (1, 0, 0), 0, Move.stay, 0),
        ((6, 0, 0), (1, 0, 0), 0, Move.escalate, 1),
        ((3, 3, 0), (0, 2, 0), 1, Move.deescalate, 0),
        ((6, 6, 0), (1, 2, 0), 1, Move.stop, None),
        ((6, 3, 0), (0, 2, 0), 0, Move.stop, None),
        ((3, 0, 0), (2, 0, 0), 0, Move.stop, None),
        ((3, 3, 3), (0, 0, 0), 2, Move.stay, 2),
        ((3, 3, 6), (0, 0, 1), 2, Move.stop, None),
    ],
)
def test_three_plus_three_as_told(patients, toxicities, current, move, dose):
    decision = ThreePlusThree(3).next_dose(tally(patients, toxicities, current))
    assert (decision.move, decision.dose) == (move, dose)
    assert decision.patients == (3 if dose is not None else 0)


def test_three_plus_three_selects_below_what_is_too_toxic():
    rule = ThreePlusThree(3)
    assert rule.selected_dose(tally((6, 6, 0), (1, 2, 0), 1)) == 0
    assert rule.selected_dose(tally((6, 3, 0), (2, 2, 0), 0)) is None
    assert rule.selected_dose(tally((3, 3, 6), (0, 0, 1), 2)) == 2
    with pytest.raises(InputError, match="Cohorts of three"):
        rule.next_dose(tally((4, 0, 0), (0, 0, 0), 0))


@pytest.mark.parametrize(
    ("patients", "toxicities", "current", "dose"),
    [
        ((3, 0, 0), (0, 0, 0), 0, 1),
        ((3, 0, 0), (1, 0, 0), 0, 0),
        ((3, 3, 0), (0, 2, 0), 1, 0),
        ((3, 3, 0), (0, 3, 0), 1, 0),
        ((6, 3, 0), (0, 3, 0), 0, 0),  # dose 2 is eliminated: no way up
        ((3, 3, 3), (0, 0, 0), 2, 2),
        ((3, 0, 0), (2, 0, 0), 0, 0),  # nowhere to go down to, not yet eliminated
        ((3, 0, 0), (3, 0, 0), 0, None),
    ],
)
def test_boin_moves_by_its_bounds(patients, toxicities, current, dose):
    assert Boin(3, 0.3, 30).next_dose(tally(patients, toxicities, current)).dose == dose


def test_boin_ends_with_its_patients_or_with_enough_at_a_dose():
    assert Boin(2, 0.3, 10).next_dose(tally((3, 6), (0, 2), 1)).patients == 1
    assert Boin(2, 0.3, 9).next_dose(tally((3, 6), (0, 2), 1)).move is Move.stop
    assert Boin(2, 0.3, 30, enough_at_dose=6).next_dose(tally((3, 6), (0, 2), 1)).move is Move.stop


def test_elimination_is_the_beta_posterior():
    # Beta(4, 1) lies above 0.3 with chance 1 - 0.3^4.
    assert is_eliminated(3, 3, 0.3, above=0.9918)
    assert not is_eliminated(3, 3, 0.3, above=0.9920)
    assert not is_eliminated(2, 2, 0.3)


def test_boin_selects_the_isotonic_dose_nearest_the_target_among_those_left():
    rule = Boin(5, 0.3, 30)
    assert rule.selected_dose(tally((3, 3, 15, 9, 0), (0, 0, 4, 4, 0), 3)) == 2  # 0.27 against 0.44
    assert rule.selected_dose(tally((3, 3, 6, 0, 0), (0, 0, 5, 0, 0), 1)) == 1  # dose 3 eliminated
    assert rule.selected_dose(tally((6, 0, 0, 0, 0), (5, 0, 0, 0, 0), 0)) is None


def test_isotonic_rates_pool_doses_whose_toxicity_falls():
    rates = isotonic_rates(tally((10, 10, 0, 10), (3, 1, 0, 5), 0))
    assert rates[0] == rates[1]
    assert np.isnan(rates[2])
    assert rates[3] == pytest.approx(5.05 / 10.1)
    first, second = (count / 10.1 for count in (3.05, 1.05))
    weights = [1 / (p * (1 - p)) for p in (first, second)]
    assert rates[0] == pytest.approx(np.average([first, second], weights=weights))


def test_the_nearest_dose_of_equal_rates_is_the_highest_safe_one():
    assert nearest_dose([0.1, 0.2, 0.2, 0.2], 0.3) == 3
    assert nearest_dose([0.4, 0.4, 0.5], 0.3) == 0
    assert nearest_dose([np.nan, 0.9, np.nan], 0.3) == 1
    assert nearest_dose([np.nan, np.nan], 0.3) is None


def test_crm_goes_down_after_toxicities_and_stops_when_the_lowest_dose_is_too_toxic():
    rule = PowerCrm(0.25, SKELETON, 30)
    assert rule.next_dose(tally((3, 3, 0, 0), (0, 2, 0, 0), 1)).dose == 0
    assert rule.next_dose(tally((6, 0, 0, 0), (6, 0, 0, 0), 0)).move is Move.stop
    assert rule.selected_dose(tally((6, 0, 0, 0), (6, 0, 0, 0), 0)) is None
    assert rule.next_dose(tally((15, 15, 0, 0), (0, 3, 0, 0), 1)).move is Move.stop


def test_crm_never_selects_a_dose_that_nobody_received():
    rule = PowerCrm(0.25, SKELETON, 6)
    assert rule.next_dose(tally((3, 0, 0, 0), (0, 0, 0, 0), 0)).dose == 1
    assert rule.selected_dose(tally((6, 0, 0, 0), (0, 0, 0, 0), 0)) == 0


def test_crm_with_many_patients_finds_the_rate_of_its_dose():
    found = PowerCrm(0.25, SKELETON, 9999).posterior(tally((0, 0, 4000, 0), (0, 0, 1200, 0), 2))
    assert found.rates[2] == pytest.approx(0.3, abs=1e-3)
    assert found.excess[3] == pytest.approx(1.0)
    assert found.excess[0] == pytest.approx(0.0, abs=1e-9)


def test_a_skeleton_gives_neighbours_the_two_ends_of_the_interval_at_once():
    target, half = 0.25, 0.05
    skeleton = indifference_skeleton(target, half, prior_dose=2, doses=5)
    assert skeleton[2] == target
    for lower, upper in pairwise(skeleton):
        power = np.log(target + half) / np.log(upper)
        assert upper**power == pytest.approx(target + half)
        assert lower**power == pytest.approx(target - half)


def test_simulations_depend_on_their_seed_alone():
    rule = RULES[1]
    first, again, other = (simulate_dose_finding(rule, SKELETON, 200, seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_the_same_patients_meet_every_rule():
    """A patient tolerates a safe curve whenever he tolerates a more toxic one."""
    safe, toxic = (
        simulate_dose_finding(ThreePlusThree(1), [rate], 500, seed=3).toxicities[0] for rate in (0.2, 0.21)
    )
    assert 0.0 <= toxic - safe < 0.2


@pytest.mark.parametrize(
    "arguments",
    [((1, 2), (0,), 0), ((1,), (2,), 0), ((1, 1), (0, 0), 2), ((), (), 0), ((-1,), (0,), 0)],
)
def test_impossible_tallies_are_refused(arguments):
    with pytest.raises(InputError):
        DoseTally(*arguments)


def test_impossible_rules_are_refused():
    for build in (
        lambda: ThreePlusThree(0),
        lambda: Boin(0, 0.3, 30),
        lambda: Boin(3, 0.8, 30),  # 1.4 times the target is beyond 1
        lambda: Boin(3, 0.3, 30, eliminate_above=1.0),
        lambda: Boin(3, 0.3, 30, enough_at_dose=0),
        lambda: boin_bounds(0.3, too_low=1.1),
        lambda: PowerCrm(0.3, (0.2, 0.2), 30),
        lambda: PowerCrm(0.3, (), 30),
        lambda: PowerCrm(1.3, SKELETON, 30),
        lambda: PowerCrm(0.3, SKELETON, 0),
        lambda: PowerCrm(0.3, SKELETON, 30, enough_at_dose=0),
        lambda: indifference_skeleton(0.2, 0.2, 1, 3),
        lambda: indifference_skeleton(0.2, 0.05, 3, 3),
    ):
        with pytest.raises(InputError):
            build()


def test_impossible_questions_are_refused(monkeypatch):
    with pytest.raises(InputError, match="one per dose"):
        simulate_dose_finding(RULES[0], [0.1], 10, 1)
    with pytest.raises(InputError, match="never fall"):
        exact_dose_finding(RULES[0], [0.3, 0.2, 0.1, 0.1])
    with pytest.raises(InputError, match="repetitions"):
        simulate_dose_finding(RULES[0], [0.1] * 4, 0, 1)
    monkeypatch.setattr(dose_finding_characteristics, "_MOST_TALLIES", 50)
    with pytest.raises(InputError, match="Simulate it"):
        exact_dose_finding(Boin(6, 0.3, 60, cohort=1), [0.05, 0.1, 0.2, 0.3, 0.4, 0.5])
