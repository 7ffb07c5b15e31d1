import numpy as np
import pytest

from endpoints_samples import MISSED, one_patient
from trialkine.endpoints.assessment import assess
from trialkine.endpoints.categories import Reason, response_names
from trialkine.endpoints.recist import recist_1_1
from trialkine.endpoints.scans import Scans
from trialkine.endpoints.who import who_1979

WHO, RECIST = who_1979(), recist_1_1()


def names(scans, criteria):
    return list(response_names(assess(scans, criteria).response)[0])


def second_visit(criteria, baseline, later, **flags):
    return names(one_patient([0, 56], [baseline, later], **flags), criteria)[1]


@pytest.mark.parametrize(
    ("later", "who", "recist"),
    [
        (100 * np.sqrt(0.50), "PR", "SD"),  # exactly -50 % in area, -29.3 % in length
        (100 * np.sqrt(0.51), "SD", "SD"),
        (70.0, "PR", "PR"),  # exactly -30 % in length
        (70.1, "PR", "SD"),
        (100 * np.sqrt(1.25), "PD", "SD"),  # exactly +25 % in area, +11.8 % in length
        (111.8, "SD", "SD"),
        (120.0, "PD", "PD"),
        (119.9, "PD", "SD"),
        (0.0, "CR", "CR"),
    ],
)
def test_one_lesion_of_100_mm_is_judged_by_area_or_by_length(later, who, recist):
    assert second_visit(WHO, 100.0, later) == who
    assert second_visit(RECIST, 100.0, later) == recist


@pytest.mark.parametrize("baseline", np.arange(1.0, 200.0))
def test_a_threshold_met_exactly_counts_whatever_the_size(baseline):
    assert second_visit(RECIST, baseline, 7 * baseline / 10) == "PR"
    if baseline >= 25:  # from there on 20 % is at least 5 mm
        assert second_visit(RECIST, baseline, 12 * baseline / 10) == "PD"


def test_small_growth_in_millimetres_is_not_progression_by_recist():
    assert second_visit(RECIST, 20.0, 24.9) == "SD"  # +24.5 %, but 4.9 mm
    assert second_visit(RECIST, 20.0, 25.0) == "PD"


def test_progression_is_against_the_smallest_sum_and_response_against_baseline():
    scans = one_patient([0, 56, 112, 168], [100.0, 50.0, 58.0, 60.0])
    assert names(scans, RECIST) == ["NE", "PR", "PR", "PD"]
    assert names(scans, WHO) == ["NE", "PR", "PD", "PD"]


def test_lesions_are_added_before_they_are_compared():
    # lengths 60 + 40: area 5200; later 30 + 42: length 72 (-28 %), area 2664 (-48.8 %)
    scans = one_patient([0, 56], [[60.0, 40.0], [30.0, 42.0]])
    assert names(scans, RECIST)[1] == "SD"
    assert names(scans, WHO)[1] == "SD"


def test_recist_measures_the_five_largest_and_who_all():
    baseline = [10.0, 50.0, 50.0, 50.0, 50.0, 50.0]
    later = [60.0, 50.0, 50.0, 50.0, 50.0, 50.0]
    assert second_visit(RECIST, baseline, later) == "SD"
    assert second_visit(WHO, baseline, later) == "PD"


def test_complete_response_needs_the_other_lesions_gone_too():
    baseline = [10.0, 50.0, 50.0, 50.0, 50.0, 50.0]
    assert second_visit(RECIST, baseline, [10.0, 0.0, 0.0, 0.0, 0.0, 0.0]) == "PR"
    assert second_visit(RECIST, baseline, [0.0] * 6) == "CR"


@pytest.mark.parametrize("criteria", [WHO, RECIST])
def test_a_new_lesion_is_progression_even_when_all_others_disappear(criteria):
    assert second_visit(criteria, 50.0, 0.0, new=[56]) == "PD"


@pytest.mark.parametrize("criteria", [WHO, RECIST])
def test_a_lesion_unseen_at_baseline_is_new_when_seen(criteria):
    scans = one_patient([0, 56], [[50.0, 0.0], [20.0, 5.0]])
    found = assess(scans, criteria)
    assert names(scans, criteria)[1] == "PD"
    assert found.reason[0, 1] == Reason.new_lesion


@pytest.mark.parametrize("criteria", [WHO, RECIST])
def test_a_lesion_that_returns_after_complete_response_is_progression_however_small(criteria):
    assert names(one_patient([0, 56, 112], [50.0, 0.0, 4.0]), criteria) == ["NE", "CR", "PD"]


@pytest.mark.parametrize("criteria", [WHO, RECIST])
def test_a_lesion_that_returns_while_others_persist_only_adds_to_the_sum(criteria):
    scans = one_patient([0, 56, 112], [[50.0, 20.0], [30.0, 0.0], [30.0, 4.0]])
    assert names(scans, criteria) == ["NE", "PR", "PR"]


@pytest.mark.parametrize("criteria", [WHO, RECIST])
def test_symptoms_are_progression_without_a_scan(criteria):
    scans = one_patient([0, 30], [50.0, MISSED], symptoms=[30])
    assert names(scans, criteria)[1] == "PD"
    assert assess(scans, criteria).reason[0, 1] == Reason.symptoms


@pytest.mark.parametrize("criteria", [WHO, RECIST])
def test_a_missed_target_leaves_only_progression_to_be_seen(criteria):
    scans = one_patient([0, 56, 112], [[50.0, 50.0], [MISSED, 10.0], [MISSED, 150.0]])
    assert names(scans, criteria) == ["NE", "NE", "PD"]


def test_an_incomplete_sum_is_never_the_nadir():
    scans = one_patient([0, 56, 112], [[50.0, 50.0], [MISSED, 10.0], [50.0, 50.0]])
    assert names(scans, RECIST) == ["NE", "NE", "SD"]


def test_growth_is_named_before_a_new_lesion_and_that_before_symptoms():
    everything = one_patient([0, 56], [50.0, 90.0], new=[56], symptoms=[56])
    assert assess(everything, WHO).reason[0, 1] == Reason.target_growth
    two = one_patient([0, 56], [50.0, 50.0], new=[56], symptoms=[56])
    assert assess(two, WHO).reason[0, 1] == Reason.new_lesion


def test_visits_that_did_not_happen_are_not_evaluable_whatever_stands_there():
    day = np.array([[0.0, np.nan, 112.0]])
    flags = np.array([[False, True, False]])
    scans = Scans(day, np.array([[[50.0], [0.0], [50.0]]]), flags, flags)
    assert names(scans, WHO) == ["NE", "NE", "SD"]


def test_a_patient_without_measurable_disease_can_only_progress():
    assert names(one_patient([0, 56, 112], [0.0, 0.0, 6.0]), WHO) == ["NE", "NE", "PD"]
    assert names(one_patient([0, 56], [MISSED, 10.0]), RECIST) == ["NE", "NE"]
