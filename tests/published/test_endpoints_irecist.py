"""Situations from the iRECIST guideline and from its authors' answers at recist.eortc.org (seymour_2017)."""

import numpy as np
import pytest

from endpoints_samples import one_patient
from trialkine.endpoints.assessment import assess
from trialkine.endpoints.categories import Response, response_names
from trialkine.endpoints.irecist import irecist
from trialkine.endpoints.progression import first_progression, progressed
from trialkine.endpoints.recist import recist_1_1
from trialkine.endpoints.response import best_response
from trialkine.endpoints.scans import Scans


def calls(scans):
    return list(response_names(assess(scans, irecist()).response)[0][1:])


def test_growth_is_unconfirmed_until_the_sum_rises_by_five_millimetres_more():
    assert calls(one_patient([0, 56, 112], [100, 125, 129])) == ["UPD", "UPD"]
    assert calls(one_patient([0, 56, 112], [100, 125, 130])) == ["UPD", "PD"]


def test_growth_that_shrinks_again_is_taken_back_and_may_become_a_response():
    scans = one_patient([0, 56, 112, 168], [100, 130, 100, 60])
    assert calls(scans) == ["UPD", "SD", "PR"]
    assert np.isnan(progressed(scans, irecist())[0])
    assert np.isnan(first_progression(assess(scans, irecist())).day[0])
    assert best_response(assess(scans, irecist()), None, 42.0).category[0] == Response.PR
    assert best_response(assess(scans, recist_1_1()), None, 42.0).category[0] == Response.PD


def test_after_it_is_taken_back_progression_must_be_shown_and_confirmed_afresh():
    scans = one_patient([0, 56, 112, 168, 224], [100, 130, 100, 125, 131])
    assert calls(scans) == ["UPD", "SD", "UPD", "PD"]
    assert first_progression(assess(scans, irecist())).day[0] == 168
    assert progressed(scans, irecist())[0] == 224


def test_confirmed_progression_is_dated_by_the_visit_that_showed_it_first():
    scans = one_patient([0, 56, 112, 168], [100, 125, 127, 140])
    assert calls(scans) == ["UPD", "UPD", "PD"]
    assert first_progression(assess(scans, irecist())).day[0] == 56
    assert progressed(scans, irecist())[0] == 168


def test_a_scan_before_four_weeks_does_not_confirm():
    assert calls(one_patient([0, 56, 83, 112], [100, 125, 140, 140])) == ["UPD", "UPD", "PD"]


def test_one_more_new_lesion_confirms_and_the_same_one_does_not():
    day, sizes = np.array([[0.0, 56.0, 112.0]]), np.full((1, 3, 1), 50.0)
    flags = np.array([[False, True, True]])
    same = Scans(day, sizes, flags, new_lesion_count=np.array([[0, 1, 1]]))
    more = Scans(day, sizes, flags, new_lesion_count=np.array([[0, 1, 2]]))
    assert calls(same) == ["UPD", "UPD"]
    assert calls(more) == ["UPD", "PD"]


def test_a_new_lesion_does_not_enter_the_sum_and_a_later_better_category_takes_it_back():
    """Scenario B: a new lesion, then shrinkage of the targets to a partial response."""
    day = np.array([[0.0, 56.0, 112.0]])
    counts, flags = np.array([[0, 1, 1]]), np.array([[False, True, True]])
    shrinking = Scans(day, np.array([[[100.0], [100.0], [60.0]]]), flags, new_lesion_count=counts)
    assert calls(shrinking) == ["UPD", "PR"]


def test_a_response_before_a_new_lesion_does_not_take_it_back():
    """Scenario F: a partial response, then a new lesion, then nothing changes."""
    day = np.array([[0.0, 56.0, 112.0, 168.0]])
    sizes = np.array([[[100.0], [60.0], [60.0], [60.0]]])
    counts, flags = np.array([[0, 0, 1, 1]]), np.array([[False, False, True, True]])
    scans = Scans(day, sizes, flags, new_lesion_count=counts)
    assert calls(scans) == ["PR", "UPD", "UPD"]
    assert first_progression(assess(scans, irecist())).day[0] == 112  # never taken back, so it counts


def test_growth_confirms_a_new_lesion():
    day = np.array([[0.0, 56.0, 112.0]])
    counts, flags = np.array([[0, 1, 1]]), np.array([[False, True, True]])
    growing = Scans(day, np.array([[[100.0], [100.0], [125.0]]]), flags, new_lesion_count=counts)
    assert calls(growing) == ["UPD", "PD"]


@pytest.mark.parametrize(
    ("sums", "best"),
    [
        ((130, 100, 100), Response.SD),  # example 5: iUPD, iSD, iSD
        ((130, 140, 50), Response.PD),  # example 6: iUPD, iCPD, then anything
        ((130, 130, 140), Response.PD),  # example 7: iUPD, iUPD, iCPD
        ((130, 60, 60), Response.PR),  # example 3: iUPD, iPR, iPR
        ((130, 100, 60), Response.PR),  # example 4: iUPD, iSD, iPR
        ((130, 100, 0), Response.CR),  # example 2: iUPD, iSD, iCR
    ],
)
def test_best_responses_are_those_of_table_3(sums, best):
    scans = one_patient([0, 56, 112, 168], [100, *sums])
    assert best_response(assess(scans, irecist()), None, 42.0).category[0] == best


def test_progression_that_is_felt_counts_at_once():
    scans = one_patient([0, 40], [100, 100], symptoms=[40])
    assert calls(scans) == ["PD"]
    assert progressed(scans, irecist())[0] == 40
