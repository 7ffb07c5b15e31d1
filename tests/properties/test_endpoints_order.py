import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from trialkine.endpoints.assessment import assess
from trialkine.endpoints.progression import progressed
from trialkine.endpoints.registry import CRITERIA, find_criteria
from trialkine.endpoints.response import best_response
from trialkine.endpoints.scans import Scans

NAMES = st.sampled_from(sorted(CRITERIA))
LENGTH = st.one_of(st.just(0.0), st.floats(4.0, 150.0))


@st.composite
def trials(draw, missed=True):
    patients, visits, lesions = draw(st.integers(1, 4)), draw(st.integers(2, 5)), draw(st.integers(1, 7))
    length = st.one_of(LENGTH, st.just(np.nan)) if missed else LENGTH
    count = patients * visits * lesions
    diameters = np.array(draw(st.lists(length, min_size=count, max_size=count)))
    diameters = diameters.reshape(patients, visits, lesions)
    diameters[:, 0, 0] = draw(st.floats(10.0, 100.0))
    gaps = draw(st.lists(st.integers(7, 84), min_size=patients * visits, max_size=patients * visits))
    day = np.cumsum(np.array(gaps, dtype=float).reshape(patients, visits), axis=1)
    flags = draw(st.lists(st.integers(0, 9), min_size=patients * visits, max_size=patients * visits))
    return Scans(day - day[:, :1], diameters, np.array(flags).reshape(patients, visits) == 0)


@given(trials(missed=False), NAMES, st.data())
def test_enlarging_a_lesion_never_improves_the_response_of_that_visit(scans, name, data):
    criteria = find_criteria(name)
    patients, visits, lesions = scans.diameters_mm.shape
    where = tuple(data.draw(st.integers(low, n - 1)) for low, n in ((0, patients), (1, visits), (0, lesions)))
    larger = scans.diameters_mm.copy()
    larger[where] += data.draw(st.floats(0.0, 100.0))
    before = assess(scans, criteria).response
    after = assess(Scans(scans.day, larger, scans.new_lesion), criteria).response
    if before[where[:2]] != 0:  # an unmeasurable baseline is not evaluable either way
        assert after[where[:2]] <= before[where[:2]]
    assert (after[:, : where[1]] == before[:, : where[1]]).all()


@given(trials(), NAMES, st.randoms(use_true_random=False))
def test_order_of_patients_is_irrelevant(scans, name, random):
    order = list(range(len(scans.day)))
    random.shuffle(order)
    criteria = find_criteria(name)
    shuffled = Scans(scans.day[order], scans.diameters_mm[order], scans.new_lesion[order])
    one, two = assess(scans, criteria), assess(shuffled, criteria)
    assert (one.response[order] == two.response).all()
    best_one, best_two = best_response(one, 28.0, 42.0), best_response(two, 28.0, 42.0)
    assert (best_one.category[order] == best_two.category).all()


@given(trials(), NAMES, st.floats(1.0, 100.0))
def test_asking_for_confirmation_never_raises_the_response(scans, name, confirm_after):
    assessment = assess(scans, find_criteria(name))
    free = best_response(assessment, None, 42.0).category
    confirmed = best_response(assessment, confirm_after, 42.0).category
    longer = best_response(assessment, confirm_after + 7.0, 42.0).category
    assert (confirmed <= free).all()
    assert (longer <= confirmed).all()


@given(trials(), NAMES)
def test_progression_once_seen_does_not_move_when_more_visits_follow(scans, name):
    criteria = find_criteria(name)
    whole = progressed(scans, criteria)
    for seen in range(1, scans.day.shape[1] + 1):
        part = Scans(scans.day[:, :seen], scans.diameters_mm[:, :seen], scans.new_lesion[:, :seen])
        so_far = progressed(part, criteria)
        assert ((so_far == whole) | np.isnan(so_far)).all()


@given(trials(), NAMES)
def test_visits_that_did_not_happen_change_nothing(scans, name):
    criteria = find_criteria(name)
    gap = Scans(
        np.insert(scans.day, 1, np.nan, axis=1),
        np.insert(scans.diameters_mm, 1, np.nan, axis=1),
        np.insert(scans.new_lesion, 1, True, axis=1),
    )
    with_gap, without = assess(gap, criteria), assess(scans, criteria)
    assert (np.delete(with_gap.response, 1, axis=1) == without.response).all()
    assert (best_response(with_gap, 28.0, 42.0).category == best_response(without, 28.0, 42.0).category).all()
