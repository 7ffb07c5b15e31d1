"""What `trialkine match` says beside its tables: when weights mend the model and not the mix of patients."""

from __future__ import annotations

import io

import numpy as np

from trialkine.calibration.matching import Match, MatchedMargin
from trialkine.cli.match import print_match


def printed(before: float, after: float, patients: int = 400) -> str:
    """The text of a match with equal weights and one margin."""
    margin = MatchedMargin(None, "orr", "responders", "equal", 40, 0.05, after, before, after)
    weights = np.full(patients, 1.0 / patients)
    found = Match("A", np.zeros(patients, int), np.arange(patients), weights, (margin,), (), ())
    stream = io.StringIO()
    print_match(found, stream)
    return " ".join(stream.getvalue().split())


def test_a_margin_that_moved_far_says_suspect_the_model() -> None:
    # Odds of 1 and 1/4; and the same the other way round.
    assert "'orr' had to move by a factor of 4.0 in its odds: suspect the model" in printed(0.5, 0.2)
    assert "by a factor of 4.0 in its odds" in printed(0.2, 0.5)


def test_a_margin_that_moved_little_says_nothing() -> None:
    assert "suspect" not in printed(0.2, 0.4)  # odds of 1/4 and 2/3


def test_a_margin_that_vanished_is_told_and_no_fault() -> None:
    assert "suspect the model" in printed(0.2, 0.0)


def test_few_effective_patients_are_told() -> None:
    assert "An effective sample under 100 tells little" in printed(0.2, 0.2, patients=99)
    assert "tells little" not in printed(0.2, 0.2, patients=120)
