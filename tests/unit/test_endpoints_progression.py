import numpy as np
import pytest

from endpoints_samples import MISSED, one_patient
from trialkine.endpoints.assessment import assess
from trialkine.endpoints.categories import Reason, reason_names
from trialkine.endpoints.overall_survival import overall_survival
from trialkine.endpoints.progression import (
    duration_of_response,
    first_progression,
    progressed,
    progression_free_survival,
    time_to_progression,
)
from trialkine.endpoints.response import best_response
from trialkine.endpoints.who import who_1979
from trialkine.errors import InputError

WHO = who_1979()
ALIVE = np.nan
STABLE = one_patient([0, 56, 112], [100.0, 100.0, 100.0])
GROWING = one_patient([0, 56, 112, 168], [100.0, 100.0, 130.0, 200.0])


def times(function, scans, *arguments):
    found = function(assess(scans, WHO), *arguments)
    return found.days[0], found.is_event[0]


def test_progression_is_dated_by_the_first_scan_that_shows_it():
    assert progressed(GROWING, WHO)[0] == 112
    assert np.isnan(progressed(STABLE, WHO)[0])
    assert reason_names(first_progression(assess(GROWING, WHO)).reason) == ["target growth"]
    assert first_progression(assess(STABLE, WHO)).reason[0] == Reason.none


def test_progression_after_missed_scans_is_not_dated_back():
    assert progressed(one_patient([0, 56, 112, 168], [100.0, MISSED, MISSED, 130.0]), WHO)[0] == 168


def test_death_censors_time_to_progression_and_ends_progression_free_survival():
    assert times(time_to_progression, STABLE, 130.0, 400.0) == (130, False)
    assert times(progression_free_survival, STABLE, 130.0, 400.0) == (130, True)


def test_progression_counts_in_both_whatever_happens_later():
    assert times(time_to_progression, GROWING, 130.0, 400.0) == (112, True)
    assert times(progression_free_survival, GROWING, 130.0, 400.0) == (112, True)


def test_without_an_event_time_ends_at_the_last_adequate_scan_and_not_at_the_end_of_follow_up():
    scans = one_patient([0, 56, 112], [100.0, 100.0, MISSED])
    for function in (time_to_progression, progression_free_survival):
        assert times(function, scans, ALIVE, 400.0) == (56, False)


def test_without_any_scan_time_is_censored_at_the_start():
    assert times(progression_free_survival, one_patient([-7], [100.0]), ALIVE, 400.0) == (0, False)


def test_what_comes_after_the_end_of_follow_up_was_not_seen():
    assert times(progression_free_survival, GROWING, 300.0, 100.0) == (56, False)
    assert times(time_to_progression, STABLE, 130.0, 120.0) == (112, False)


def test_a_later_line_is_timed_from_its_own_start():
    assert times(time_to_progression, GROWING, ALIVE, 400.0, 42.0) == (70, True)


def test_duration_runs_from_the_first_response_to_progression_or_death():
    responding = one_patient([0, 56, 112, 168, 224], [100.0, 50.0, 40.0, 40.0, 60.0])
    assessment = assess(responding, WHO)
    best = best_response(assessment, WHO.confirm_after, WHO.min_stable)
    ended = duration_of_response(assessment, best, ALIVE, 400.0)
    assert (ended.days[0], ended.is_event[0]) == (224 - 56, True)
    died = duration_of_response(assessment, best, 200.0, 400.0)
    assert (died.days[0], died.is_event[0]) == (200 - 56, True)
    ongoing = duration_of_response(assessment, best, ALIVE, 180.0)
    assert (ongoing.days[0], ongoing.is_event[0]) == (168 - 56, False)


def test_patients_without_a_response_have_no_duration():
    assessment = assess(GROWING, WHO)
    found = duration_of_response(assessment, best_response(assessment, 28.0, 42.0), 300.0, 400.0)
    assert np.isnan(found.days[0])
    assert not found.is_event[0]


def test_overall_survival_ends_at_death_or_at_the_end_of_follow_up():
    found = overall_survival(np.array([100.0, np.nan, 500.0]), np.array([400.0, 90.0, 400.0]))
    assert list(found.days) == [100, 90, 400]
    assert list(found.is_event) == [True, False, False]


def test_the_living_need_an_end_of_follow_up():
    with pytest.raises(InputError, match="data cut-off"):
        overall_survival(np.array([np.nan]), np.array([np.nan]))
