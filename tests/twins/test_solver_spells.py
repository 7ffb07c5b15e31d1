"""Spells with and without doses, found for all patients at once, equal those found one patient at a time."""

import numpy as np
import pytest

from engine_samples import INFUSION, compiled_drug, doses, parameters_of
from trialkine.solver.accuracy import Accuracy
from trialkine.solver.ensemble import Ensemble
from trialkine.solver.spells import AFTERMATH_DAYS, QUIET_DAYS, DoseCourse
from trialkine.solver.stepper import EXPLICIT, IMPLICIT


def spell_of_one(now, target, passed, coming, infused):
    """The end of a patient's spell, and whether it is quiet; doses are (due, given) pairs."""
    until = max([infused, *(end for _, end in passed)], default=-np.inf) + AFTERMATH_DAYS
    if until <= now:
        due = min([target, *(time for time, _ in coming)])
        if due - now >= QUIET_DAYS:
            return due, True
    end = until
    for number, (time, given) in enumerate(coming):
        is_first_of_all = number == 0 and until <= now
        if not is_first_of_all and time - end >= QUIET_DAYS:
            break
        end = max(end, given + AFTERMATH_DAYS)
    if end <= now:  # less than a day without anything on its way, and no dose to come in it
        return target, False
    return (target if target - end < QUIET_DAYS else end), False


@pytest.mark.parametrize("seed", range(200))
def test_all_at_once_equals_one_at_a_time(seed):
    rng = np.random.default_rng(seed)
    patients = int(rng.integers(1, 6))
    counts = rng.integers(0, 8, patients)
    first = np.concatenate([[0], np.cumsum(counts)])
    times = np.concatenate([np.zeros(0), *(rng.uniform(10.0, 30.0, count) for count in counts)])
    times = np.round(times * rng.choice([1.0, 4.0]), int(rng.integers(0, 3)))
    ends = times + rng.choice([0.0, 0.01, 3.0], len(times))
    who = np.repeat(np.arange(patients), counts)
    order = np.lexsort((times, who))
    times, ends = times[order], ends[order]
    coming = first[:-1] + rng.integers(0, counts + 1)
    now = np.array([max([9.0, *times[first[i] : coming[i]]]) for i in range(patients)])
    targets = now + rng.uniform(0.0, 40.0, patients)
    infused = np.where(rng.random(patients) < 0.5, -np.inf, now + rng.uniform(-2.0, 2.0, patients))
    found = DoseCourse.of(first, times, ends).next_spells(np.arange(patients), now, targets, coming, infused)
    for i in range(patients):
        passed = list(zip(times[first[i] : coming[i]], ends[first[i] : coming[i]], strict=True))
        ahead = list(zip(times[coming[i] : first[i + 1]], ends[coming[i] : first[i + 1]], strict=True))
        expected = spell_of_one(now[i], targets[i], passed, ahead, infused[i])
        assert (found[0][i], bool(found[1][i])) == expected, i


@pytest.mark.parametrize("days", [0.01, 0.5, 0.999])
def test_less_than_a_day_without_doses_passes_too(days):
    """From the start, where nothing has been given; after a visit; and with all doses long past."""
    compiled = compiled_drug()
    ensemble = Ensemble(compiled, parameters_of(compiled.model, 2), Accuracy(), EXPLICIT)
    for table in (None, doses(INFUSION, [days + 0.1], 24.0, duration=0.25), None, None):
        target = ensemble.time.max() + (days if table is None else 20.0)
        ensemble.advance(target, table)
        np.testing.assert_array_equal(ensemble.time, target)


def test_a_course_with_gaps_is_given_whole_and_once():
    """Infusions on two days a month: all that came is in the body, whatever method took which spell."""
    compiled = compiled_drug()
    parameters = parameters_of(compiled.model, 1)
    names = compiled.model.parameter_names
    parameters[0, [i for i, name in enumerate(names) if name == "elimination_rate"]] = 0.0
    days = np.array([0.0, 1.0, 30.0, 31.0, 60.0, 61.0])
    table = doses(INFUSION, days, 24.0, duration=0.25)
    for stepper in (EXPLICIT, IMPLICIT):
        ensemble = Ensemble(compiled, parameters, Accuracy(), stepper)
        fates = ensemble.advance(90.0, table)
        assert list(fates) == [1] * 6
        assert ensemble.states[0].sum() == pytest.approx(6 * 24.0, rel=1e-12)
