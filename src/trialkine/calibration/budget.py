"""How much a calibration can simulate in a given time.

What a patient costs was measured once and is written here, so that the sizes, and with them the ensemble,
depend on the budget alone and not on how fast a machine happens to be.
"""

from __future__ import annotations

from dataclasses import replace

from trialkine.calibration.run import Sizes

SECONDS_PER_PATIENT = 0.0015
"""Of one core, over all arms of the catalogue, patients' sampling and the trial's conduct included: 0.0009
on a busy machine whose vectors hold eight numbers; the rest is for slower ones."""
ARMS = 65
PATIENTS_AT_A_POINT = 24
SHARE_FOR_SIMULATION = 0.5
WAVES = 3
FEWEST_POINTS, MOST_POINTS = 96, 4096
POWERS = range(5, 13)


def sizes_within(hours: float, workers: int, members: int, waves: int = WAVES) -> Sizes:
    """Points of each design that a budget pays for, a power of two or half-way between two."""
    patients = hours * 3600.0 * workers * SHARE_FOR_SIMULATION / SECONDS_PER_PATIENT
    points = patients / (ARMS * PATIENTS_AT_A_POINT * waves)
    allowed = [size for power in POWERS for size in (2**power, 3 * 2**power // 2)]
    fitting = [size for size in sorted(allowed) if FEWEST_POINTS <= size <= min(points, MOST_POINTS)]
    return replace(Sizes(), points=max(fitting, default=FEWEST_POINTS), members=members, waves=waves)
