"""Who takes part in virtual trials: nobody twice, nobody forgotten, the same whoever asks."""

from __future__ import annotations

import numpy as np
import pytest

from trialkine.errors import InputError
from trialkine.operating.draws import arrival_days, drawn_patients, members_of


def usable(members: int = 3, patients: int = 25) -> np.ndarray:
    return np.ones((members, patients), dtype=bool)


def test_nobody_takes_part_twice_in_a_trial() -> None:
    drawn = drawn_patients(usable(), trials=40, size=10, seed=1, purpose="p")
    assert drawn.shape == (40, 10)
    assert all(len(set(row.tolist())) == 10 for row in drawn)


def test_the_trials_of_a_member_share_out_its_patients_before_anybody_comes_again() -> None:
    # 25 patients, 10 per trial: the first two trials of each member are disjoint, the third begins anew.
    drawn = drawn_patients(usable(members=3), trials=9, size=10, seed=1, purpose="p")
    for member in range(3):
        first, second, third = drawn[members_of(9, 3) == member]
        assert not set(first.tolist()) & set(second.tolist())
        assert set(third.tolist()) & (set(first.tolist()) | set(second.tolist()))


def test_every_patient_is_drawn_equally_often_when_trials_fill_the_pool() -> None:
    drawn = drawn_patients(usable(members=2, patients=20), trials=2 * 4 * 50, size=5, seed=2, purpose="p")
    for member in range(2):
        counts = np.bincount(drawn[members_of(len(drawn), 2) == member].ravel(), minlength=20)
        assert (counts == 50).all()


def test_a_patient_who_failed_is_never_drawn() -> None:
    is_usable = usable(members=1, patients=12)
    is_usable[0, [0, 5]] = False
    drawn = drawn_patients(is_usable, trials=30, size=5, seed=1, purpose="p")
    assert not {0, 5} & set(drawn.ravel().tolist())


def test_spare_patients_follow_a_trials_own_and_are_nobody_twice() -> None:
    own = drawn_patients(usable(), trials=9, size=10, seed=1, purpose="p")
    more = drawn_patients(usable(), trials=9, size=10, seed=1, purpose="p", spare=90)
    assert more.shape == (9, 25)  # all that a member has
    assert (more[:, :10] == own).all()
    assert (np.sort(more, axis=1) == np.arange(25)).all()


def test_more_trials_begin_with_the_same_trials() -> None:
    few, many = (drawn_patients(usable(), trials=count, size=10, seed=4, purpose="p") for count in (6, 60))
    assert (many[:6] == few).all()
    days = [arrival_days(count, 10, 0.1, seed=4, purpose="enrolment") for count in (6, 60)]
    assert (days[1][:6] == days[0]).all()


def test_a_trial_larger_than_the_pool_is_refused() -> None:
    with pytest.raises(InputError, match="needs 26 patients of an arm, and the pool has 25"):
        drawn_patients(usable(), trials=2, size=26, seed=1, purpose="p")


def test_patients_come_at_the_stated_rate() -> None:
    # The last of 21 patients comes after 20 gaps of 10 days: 200 on average, sd sqrt(20) * 10 = 45 per trial.
    days = arrival_days(4000, 21, 0.1, seed=3, purpose="enrolment")
    assert (np.diff(days, axis=1) >= 0.0).all()
    assert (days[:, 0] == 0.0).all()
    assert days[:, -1].mean() == pytest.approx(200.0, abs=4 * 44.8 / np.sqrt(4000))
