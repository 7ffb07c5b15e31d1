"""The unknowns in one order, and what each score means."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from trialkine.calibration.quantities import Quantity
from trialkine.calibration.targets import Group
from trialkine.calibration.unknowns import DISCREPANCY_GROUPS, Unknown, facts_matrix, unknowns_of

QUANTITIES = (Quantity("recall_rate", 2.0, "log", 0.5), Quantity("melanoma:share", 0.2, "logit", 1.0))
UNKNOWNS = unknowns_of(QUANTITIES, ("melanoma", "renal_cell"), ("temozolomide", "untreated"))


def test_a_number_from_its_score_is_plain_or_positive() -> None:
    scores = np.array([-1.0, 0.0, 2.0])
    np.testing.assert_allclose(Unknown("x", -0.9, 0.6).value(scores), [-1.5, -0.9, 0.3], rtol=1e-12)
    positive = Unknown("x", float(np.log(0.3)), 0.5, is_positive=True).value(scores)
    np.testing.assert_allclose(positive, 0.3 * np.exp([-0.5, 0.0, 1.0]), rtol=1e-12)


def test_there_is_an_unknown_for_each_disease_fact_group_and_class() -> None:
    assert UNKNOWNS.names == (
        "recall_rate", "melanoma:share",
        "melanoma:trial.case_mix.intercept", "melanoma:trial.hazard.decades",
        "renal_cell:trial.case_mix.intercept", "renal_cell:trial.hazard.decades",
        "trial.case_mix.high_dose", "trial.case_mix.one_centre", "trial.case_mix.pretreated",
        "trial.case_mix.untreated", "trial.case_mix.sd", "trial.hazard.sd",
        "trial.discrepancy.response", "trial.discrepancy.completeness", "trial.discrepancy.control",
        "trial.discrepancy.progression", "trial.discrepancy.survival",
        "trial.response_spread", "trial.response.temozolomide", "trial.response.untreated",
    )  # fmt: skip
    assert len(UNKNOWNS) == len(set(UNKNOWNS.names)) == 20


def test_spreads_are_positive_and_the_others_may_be_of_either_sign() -> None:
    low = UNKNOWNS.ensemble(np.full((1, len(UNKNOWNS)), -5.0))
    numbers = dict(zip(low.names, low.values[0], strict=True))
    spreads = [name for name in numbers if name.endswith((".sd", "_spread")) or "discrepancy" in name]
    assert len(spreads) == 8
    assert all(numbers[name] > 0.0 for name in spreads)
    others = [name for name in numbers if name.startswith("trial.") and name not in spreads]
    assert all(numbers[name] < 0.0 for name in others)


def test_the_prior_of_every_discrepancy_is_centred_on_that_of_its_group() -> None:
    usual, twice = (UNKNOWNS.ensemble(np.full((1, len(UNKNOWNS)), score)).values[0] for score in (0.0, 2.0))
    for group, centre in DISCREPANCY_GROUPS.items():
        place = UNKNOWNS.names.index(f"trial.discrepancy.{group}")
        assert usual[place] == pytest.approx(centre, rel=1e-12)
        assert twice[place] == pytest.approx(centre * np.e, rel=1e-12)  # a spread of 0.5 on the logarithm


def test_every_group_of_targets_has_a_discrepancy() -> None:
    assert set(DISCREPANCY_GROUPS) == set(get_args(Group))


def test_the_offset_of_a_class_is_its_score_times_the_spread_that_all_classes_share() -> None:
    scores = np.zeros((3, len(UNKNOWNS)))
    scores[:, UNKNOWNS.names.index("trial.response_spread")] = [0.0, 2.0, 2.0]
    scores[:, UNKNOWNS.names.index("trial.response.temozolomide")] = [1.0, 1.0, -2.0]
    spread = UNKNOWNS.other("trial.response_spread", scores)
    np.testing.assert_allclose(spread, 0.25 * np.exp([0.0, 1.0, 1.0]), rtol=1e-12)
    found = UNKNOWNS.other("trial.response.temozolomide", scores)
    np.testing.assert_allclose(found, spread * [1.0, 1.0, -2.0], rtol=1e-12)
    assert UNKNOWNS.typical("trial.response_spread") == pytest.approx(0.25, rel=1e-12)
    assert UNKNOWNS.typical("trial.response.temozolomide") == 0.0


def test_a_number_is_found_by_name_among_the_scores() -> None:
    scores = np.zeros((3, len(UNKNOWNS)))
    place = UNKNOWNS.names.index("trial.case_mix.pretreated")
    scores[:, place] = [-1.0, 0.0, 2.0]
    np.testing.assert_allclose(UNKNOWNS.other("trial.case_mix.pretreated", scores), [-0.5, 0.0, 1.0])
    np.testing.assert_array_equal(UNKNOWNS.other("trial.case_mix.untreated", scores), np.zeros(3))


def test_only_numbers_beside_those_of_the_population_are_others() -> None:
    assert UNKNOWNS.has("trial.hazard.sd")
    assert not UNKNOWNS.has("recall_rate")
    assert not UNKNOWNS.has("trial.discrepancy.toxicity")


def test_draws_become_members_in_the_same_order() -> None:
    scores = np.random.default_rng(1).standard_normal((4, len(UNKNOWNS)))
    found = UNKNOWNS.ensemble(scores)
    assert found.names == (*UNKNOWNS.names, "structure.il2_licensing")
    assert not found.values[:, -1].any()
    assert replace(UNKNOWNS, structure="il2_licensing").ensemble(scores).values[:, -1].all()
    np.testing.assert_allclose(found.weights, np.full(4, 0.25))
    np.testing.assert_array_equal(found.values[:, 1], QUANTITIES[1].value(scores[:, 1]))
    for place in range(2, len(UNKNOWNS)):
        np.testing.assert_array_equal(found.values[:, place], UNKNOWNS.other(found.names[place], scores))


def test_facts_become_rows_in_which_the_unknown_is_zero() -> None:
    facts = [{"high_dose": 1.0, "fit": 1.0}, {"untreated": 1.0, "high_dose": 0.5}]
    assert facts_matrix(facts, ("high_dose", "untreated")).tolist() == [[1.0, 0.0], [0.5, 1.0]]


@pytest.mark.parametrize("classes", [(), ("temozolomide",)])
def test_every_class_of_agents_has_one_offset(classes: tuple[str, ...]) -> None:
    names = unknowns_of(QUANTITIES, ("melanoma",), classes).names
    assert [name for name in names if name.startswith("trial.response.")] == [
        f"trial.response.{one}" for one in classes
    ]
