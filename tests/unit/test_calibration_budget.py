"""What a calibration can simulate in a given time."""

from __future__ import annotations

import pytest

from trialkine.calibration.budget import (
    ARMS,
    FEWEST_POINTS,
    MOST_POINTS,
    PATIENTS_AT_A_POINT,
    SECONDS_PER_PATIENT,
    SHARE_FOR_SIMULATION,
    WAVES,
    sizes_within,
)

SECONDS_PER_POINT = SECONDS_PER_PATIENT * ARMS * PATIENTS_AT_A_POINT * WAVES


@pytest.mark.parametrize("hours", [1.0, 2.0, 3.3, 5.0, 8.0, 12.0])
def test_the_simulation_takes_its_share_of_the_time_and_half_as_much_at_least(hours: float) -> None:
    given = hours * 3600.0 * SHARE_FOR_SIMULATION
    takes = sizes_within(hours, 1, 200).points * SECONDS_PER_POINT
    assert given / 2.0 < takes <= given


@pytest.mark.parametrize("points", [96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072])
def test_points_are_a_power_of_two_or_half_way_between_two(points: int) -> None:
    paid = points * SECONDS_PER_POINT / SHARE_FOR_SIMULATION / 3600.0
    assert sizes_within(paid * 1.001, 1, 200).points == points
    assert sizes_within(paid * 1.3, 1, 200).points == points


def test_workers_count_like_hours() -> None:
    assert sizes_within(1.0, 4, 200) == sizes_within(2.0, 2, 200) == sizes_within(4.0, 1, 200)


def test_there_is_a_least_and_a_most() -> None:
    assert sizes_within(0.0, 1, 200).points == FEWEST_POINTS
    assert sizes_within(0.01, 1, 200).points == FEWEST_POINTS
    assert sizes_within(1e6, 64, 200).points == MOST_POINTS


def test_more_time_never_gives_fewer_points() -> None:
    points = [sizes_within(hours / 4.0, 2, 200).points for hours in range(1, 120)]
    assert points == sorted(points)


def test_the_number_of_members_is_as_asked_for() -> None:
    sizes = sizes_within(2.0, 2, 150)
    assert (sizes.members, sizes.waves, sizes.patients) == (150, WAVES, PATIENTS_AT_A_POINT)
