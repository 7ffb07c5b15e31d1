"""Where the calibration simulates."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import logit
from scipy.stats import norm

from trialkine.calibration.design import (
    FARTHEST,
    as_ensemble,
    excluded_fraction,
    first_design,
    half_and_half,
    spread_scores,
    with_structures,
)
from trialkine.calibration.quantities import Quantity


def test_every_score_fills_its_prior_evenly() -> None:
    # In every dimension, each of 64 equally likely parts of the prior holds one of 64 points.
    scores = spread_scores(64, 9, 3)
    assert scores.shape == (64, 9)
    parts = np.sort(np.floor(64 * norm.cdf(scores)).astype(int), axis=0)
    far = 64 * norm.cdf(-FARTHEST)  # the outermost points are drawn in to FARTHEST
    assert far < 1.0
    np.testing.assert_array_equal(parts, np.repeat(np.arange(64)[:, None], 9, axis=1))


def test_no_score_lies_beyond_the_farthest() -> None:
    scores = spread_scores(1024, 3, 1)
    assert np.abs(scores).max() == FARTHEST


def test_scores_go_together_in_no_way() -> None:
    correlation = np.corrcoef(spread_scores(512, 6, 0).T) - np.eye(6)
    assert np.abs(correlation).max() < 3.0 / np.sqrt(512)  # what independent draws would hardly exceed


def test_fewer_points_are_the_first_of_many_and_another_seed_has_others() -> None:
    np.testing.assert_array_equal(spread_scores(96, 4, 7), spread_scores(128, 4, 7)[:96])
    np.testing.assert_array_equal(spread_scores(32, 4, 7), spread_scores(32, 4, 7))
    assert not np.any(spread_scores(32, 4, 7) == spread_scores(32, 4, 8))


def test_the_case_mix_has_its_score_on_the_log_odds() -> None:
    found = logit(excluded_fraction(np.array([-1.0, 0.0, 1.0])))
    np.testing.assert_allclose(found, [-2.2, -0.9, 0.4], rtol=1e-12)


def test_points_become_members_with_a_case_mix_and_a_structure_of_their_own() -> None:
    quantities = [
        Quantity("recall_rate", 2.0, "log", 0.5, centres={"il2_licensing": 0.2}),
        Quantity("melanoma:share", 0.2, "logit", 1.0),
    ]
    scores = np.array([[0.0, 0.0, 0.0, -1.0], [1.0, -1.0, 2.0, 1.0]])
    found = as_ensemble(scores, quantities)
    names = ("recall_rate", "melanoma:share", "trial.excluded_fraction", "structure.il2_licensing")
    assert found.names == names
    assert found.variants == ("il2_licensing",)
    np.testing.assert_allclose(found.weights, [0.5, 0.5])
    np.testing.assert_allclose(found.values[:, 0], [2.0, 0.2 * np.exp(0.5)])
    np.testing.assert_array_equal(found.values[:, 1], quantities[1].value(scores[:, 1]))
    np.testing.assert_array_equal(found.values[:, 2], excluded_fraction(scores[:, 2]))
    assert found.values[0] == pytest.approx([2.0, 0.2, 0.2890505, 0.0], rel=1e-6)  # 1 / (1 + exp(0.9))
    assert found.values[1, 3] == 1.0


def test_half_of_the_points_have_each_structure_in_no_order() -> None:
    found = half_and_half(512, 3)
    assert (found == 1.0).sum() == (found == -1.0).sum() == 256
    # Unlike every second point, which lies in one half of the first dimension.
    first = spread_scores(512, 1, 3)[:, 0]
    assert abs(np.corrcoef(first, found)[0, 1]) < 3.0 / np.sqrt(512)


def test_what_belongs_to_a_variant_lies_at_its_centre_where_the_variant_is_off() -> None:
    quantities = [
        Quantity("licence", 0.3, "logit", 1.0, variant="il2_licensing"),
        Quantity("rate", 1.0, "log", 1.0),
    ]
    structure = np.array([-1.0, 1.0])
    found = with_structures(np.full((2, 3), 0.7), structure, quantities)
    assert found.tolist() == [[0.0, 0.7, 0.7, -1.0], [0.7, 0.7, 0.7, 1.0]]
    design = first_design(64, quantities, 1)
    assert design.shape == (64, 4)
    assert not design[design[:, -1] < 0.0, 0].any()
    assert design[design[:, -1] > 0.0, 0].all()
