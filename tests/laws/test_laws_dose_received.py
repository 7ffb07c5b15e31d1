"""Responders received more doses because they responded, not the other way round."""

from __future__ import annotations

import numpy as np

from laws.trials import Arm, auc_interval, column, gain, has, responded, trial
from trialkine.statistics.proportions import newcombe_difference
from trialkine.trial.result import TrialResult

IL2 = "HD IL-2"
ONE = {"schedule": "every 8 h, up to 14 doses, on days 1 and 15"}
END_OF_COURSE = 20.0  # days


def courses() -> TrialResult:
    """Up to three courses while not progressing, one course, and one that is given whatever happens."""
    return trial(
        "burden-and-suppression",
        {
            "as long as of use": IL2,
            "one course": Arm(IL2, lines=(ONE,)),
            "one course, in full": Arm(IL2, lines=({**ONE, "hold": "never"},)),
        },
        200,
        "10 months",
    )


def doses(result: TrialResult, arm: str) -> np.ndarray:
    """Doses each patient received."""
    return column(result, arm, "doses_given").astype(float)


def test_responders_received_more_doses() -> None:
    """Row NCI409_MIXED: complete responses went with the doses received."""
    result, arm = courses(), "as long as of use"
    assert auc_interval(doses(result, arm), responded(result, arm))[1] > 0.5


def test_what_more_planned_doses_gain_is_far_less_than_what_doses_received_suggest() -> None:
    """The same patients with one course or up to three: dose received is confounded by response."""
    result, arm = courses(), "as long as of use"
    received, answer = doses(result, arm), responded(result, arm)
    many = received > np.median(received)
    seen = newcombe_difference(
        int(answer[many].sum()), int(many.sum()), int(answer[~many].sum()), int((~many).sum())
    )
    assert has(gain(result, arm, "one course"))[2] < has(seen)[1]


def test_doses_received_tell_nothing_where_no_progression_toxicity_or_death_stops_them() -> None:
    """Carried by rules of treatment: renewal while not progressing, and doses held (`hypotension`)."""
    result, arm = courses(), "one course, in full"
    lived = column(result, arm, "os_days") > END_OF_COURSE
    _, low, high = auc_interval(doses(result, arm)[lived], responded(result, arm)[lived])
    assert low <= 0.5 <= high
