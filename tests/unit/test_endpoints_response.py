import numpy as np
import pytest

from endpoints_samples import MISSED, one_patient
from trialkine.endpoints.assessment import assess
from trialkine.endpoints.categories import Response
from trialkine.endpoints.response import best_response
from trialkine.endpoints.who import who_1979
from trialkine.errors import InputError

WHO = who_1979()
FULL, PARTIAL, GROWN = 100.0, 50.0, 130.0


def best(days, diameters, confirm_after=28.0, start=0.0, **flags):
    return best_response(
        assess(one_patient(days, diameters, **flags), WHO), confirm_after, WHO.min_stable, start
    )


def test_a_response_seen_twice_four_weeks_apart_is_confirmed_and_dated_by_the_first():
    found = best([0, 56, 84], [FULL, PARTIAL, PARTIAL])
    assert found.category[0] == Response.PR
    assert (found.response_day[0], found.confirmed_day[0]) == (56, 84)


def test_a_response_seen_again_too_soon_waits_for_a_later_scan():
    assert best([0, 56, 83], [FULL, PARTIAL, PARTIAL]).category[0] == Response.SD
    found = best([0, 56, 83, 90], [FULL, PARTIAL, PARTIAL, PARTIAL])
    assert (found.response_day[0], found.confirmed_day[0]) == (56, 90)


def test_an_unconfirmed_response_is_stable_disease_and_a_response_where_none_need_be_confirmed():
    history = ([0, 56, 112], [FULL, PARTIAL, GROWN])
    assert best(*history).category[0] == Response.SD
    free = best(*history, confirm_after=None)
    assert free.category[0] == Response.PR
    assert free.response_day[0] == 56


def test_losing_the_response_in_between_starts_the_confirmation_again():
    # 50 -> 55 is no progression by WHO (+21 % in area) but area 0.3025 of baseline is still PR; 75 is not
    found = best([0, 56, 84, 112, 140], [FULL, 70.0, 75.0, 70.0, 70.0])
    assert found.response_day[0] == 112


def test_a_missed_scan_in_between_does_not_break_a_response():
    found = best([0, 56, 84, 112], [FULL, PARTIAL, MISSED, PARTIAL])
    assert found.category[0] == Response.PR
    assert found.response_day[0] == 56


def test_complete_response_keeps_the_day_of_the_partial_one_before_it():
    found = best([0, 56, 112, 168], [FULL, PARTIAL, 0.0, 0.0])
    assert found.category[0] == Response.CR
    assert (found.response_day[0], found.complete_day[0]) == (56, 112)


def test_a_complete_response_seen_once_confirms_the_partial_one():
    found = best([0, 56, 112], [FULL, PARTIAL, 0.0])
    assert found.category[0] == Response.PR
    assert np.isnan(found.complete_day[0])


def test_a_response_after_progression_does_not_count():
    assert best([0, 56, 112, 168], [FULL, GROWN, PARTIAL, PARTIAL]).category[0] == Response.PD


@pytest.mark.parametrize(("scan", "category"), [(41, Response.NE), (42, Response.SD)])
def test_stable_disease_needs_six_weeks(scan, category):
    assert best([0, scan], [FULL, FULL]).category[0] == category


def test_six_weeks_are_counted_from_the_start_and_not_from_the_baseline_scan():
    assert best([-14, 41], [FULL, FULL]).category[0] == Response.NE
    assert best([86, 141], [FULL, FULL], start=100.0).category[0] == Response.NE
    assert best([86, 142], [FULL, FULL], start=100.0).category[0] == Response.SD


def test_early_stable_disease_and_then_progression_is_progression():
    assert best([0, 28, 56], [FULL, FULL, GROWN]).category[0] == Response.PD


def test_no_scan_after_baseline_is_not_evaluable():
    assert best([0], [FULL]).category[0] == Response.NE
    assert best([0, 56], [FULL, MISSED]).category[0] == Response.NE


def test_a_confirmation_time_of_zero_is_refused():
    with pytest.raises(InputError, match="Leave it out"):
        best([0, 56], [FULL, PARTIAL], confirm_after=0.0)
