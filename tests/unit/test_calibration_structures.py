"""Structures side by side: their shares, later designs around them, profiles, and families left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from trialkine.calibration.emulator import Quadratic
from trialkine.calibration.ensemble_file import CalibratedEnsemble
from trialkine.calibration.later_designs import design_around, design_from_posteriors
from trialkine.calibration.left_out import drawn_again, left_out_members, weak_families
from trialkine.calibration.likelihood import Evidence, Likelihood
from trialkine.calibration.posterior import sample_posterior
from trialkine.calibration.profiles import profiles
from trialkine.calibration.quantities import Quantity
from trialkine.calibration.structures import StructurePosterior, shares_of
from trialkine.calibration.targets import Target
from trialkine.calibration.unknowns import unknowns_of
from trialkine.errors import InputError
from trialkine.population.ensemble import ParameterEnsemble

QUANTITIES = (
    Quantity("disease_death_rate", 0.002, "log", 0.5, "melanoma"),
    Quantity("recall_rate", 2.0, "log", 0.5),
    Quantity("licence", 0.3, "logit", 1.0, variant="il2_licensing"),
)
NAMED = (replace(QUANTITIES[0], name="melanoma:disease_death_rate"), *QUANTITIES[1:])


def posterior(structure: str, count: float) -> StructurePosterior:
    """Two families of which each knows the second quantity: survivors of 400, the more the larger it is."""
    quadratic = Quadratic(-1.0, np.array([0.0, 0.8, 0.0, 0.0]), np.zeros((4, 4)))
    target = Target("one", "first", "A", None, "os_rate_12m", "survival", "os", 0.0, count, 400)
    evidence = Evidence(
        (target, replace(target, trial="two", family="second", count=108.0)), (quadratic, quadratic),
        np.array([0, 1]), ("temozolomide", "temozolomide"), ("one", "two"), ("first", "second"),
        ("melanoma", "melanoma"), ({}, {}),
    )  # fmt: skip
    unknowns = unknowns_of(NAMED, ("melanoma",), ("temozolomide",), structure)
    likelihood = Likelihood(evidence, unknowns)
    found = sample_posterior(likelihood.log_posterior, np.zeros(len(unknowns)), steps=150, walkers=24, seed=1)
    return StructurePosterior(likelihood, found)


USUAL, VARIANT = posterior("", 200.0), posterior("il2_licensing", 200.0)
STRUCTURES = {"": USUAL, "il2_licensing": VARIANT}
RECALL = 1


def with_evidence(one: StructurePosterior, log_evidence: float) -> StructurePosterior:
    return StructurePosterior(one.likelihood, replace(one.posterior, log_evidence=log_evidence))


def test_structures_that_fit_alike_share_the_members() -> None:
    alike = {"": with_evidence(USUAL, -300.0), "il2_licensing": with_evidence(VARIANT, -309.0)}
    assert shares_of(alike) == {"": 0.5, "il2_licensing": 0.5}


def test_a_structure_far_behind_is_left_out() -> None:
    apart = {"": with_evidence(USUAL, -311.0), "il2_licensing": with_evidence(VARIANT, -300.0)}
    assert shares_of(apart) == {"": 0.0, "il2_licensing": 1.0}


def test_draws_are_spread_over_the_chains() -> None:
    drawn = USUAL.draws(50, 2)
    assert drawn.shape == (50, len(USUAL.likelihood.unknowns))
    assert len(np.unique(drawn[:, RECALL])) > 40
    np.testing.assert_array_equal(drawn, USUAL.draws(50, 2))


def test_a_later_design_lies_around_the_posterior_and_reaches_farther() -> None:
    design = design_from_posteriors(STRUCTURES, NAMED, 512, 3)
    assert design.shape == (512, len(NAMED) + 2)
    for sign, one in ((-1.0, USUAL), (1.0, VARIANT)):
        own = design[design[:, -1] == sign, RECALL]
        assert len(own) == 256
        draws = one.posterior.draws[:, RECALL]
        assert own.mean() == pytest.approx(draws.mean(), abs=0.15)
        assert own.std() / draws.std() == pytest.approx(1.5, abs=0.25)
    assert not design[design[:, -1] < 0.0, 2].any()  # the variant's own number


def test_a_design_around_an_ensemble_has_the_scores_of_its_members() -> None:
    names = (*(one.name for one in NAMED), "structure.il2_licensing")
    scores = np.array([[0.5, -1.0, 0.0], [0.7, -0.8, 0.4], [-0.5, 1.0, 0.3], [-0.7, 0.8, 0.1]])
    structure = np.array([0.0, 0.0, 1.0, 1.0])
    values = np.column_stack([*(one.value(scores[:, k]) for k, one in enumerate(NAMED)), structure])
    design = design_around(ParameterEnsemble(names, values, np.full(4, 0.25)), NAMED, 64, 5)
    usual, variant = design[design[:, -1] < 0.0], design[design[:, -1] > 0.0]
    assert set(usual[:, RECALL].round(9)) == {-1.05, -0.75}  # half as wide again around -0.9
    assert set(variant[:, RECALL].round(9)) == {1.05, 0.75}
    assert abs(design[:, -2].mean()) < 0.4
    assert design[:, -2].std() == pytest.approx(1.0, abs=0.3)


def test_an_ensemble_that_lacks_a_quantity_is_no_start() -> None:
    short = ParameterEnsemble(("recall_rate",), np.ones((2, 1)), np.full(2, 0.5))
    with pytest.raises(InputError, match=r"does not set melanoma:disease_death_rate, licence\. Calibrate"):
        design_around(short, NAMED, 8, 1)


def test_a_number_that_the_data_know_has_a_steep_profile_and_one_they_do_not_a_flat_one() -> None:
    (recall,) = profiles({"": USUAL}, [RECALL], 1)
    assert recall.name == "recall_rate"
    # Half of 400 and 108 of 400 survive, so the best value lies between: holding it low costs the first.
    assert recall.low > 2.0
    assert not recall.is_flat
    (unknown,) = profiles({"il2_licensing": VARIANT}, [2], 1)
    assert profiles({"": USUAL}, [2], 1) == ()  # the usual equations have no such number
    assert abs(unknown.low) < 0.1
    assert abs(unknown.high) < 0.1
    assert unknown.is_flat


def test_members_that_never_saw_a_family_are_drawn_toward_the_other() -> None:
    found = left_out_members(STRUCTURES, ["first", "second"], 200, 150, seed=2, jobs=1)
    names = USUAL.likelihood.unknowns.ensemble(np.zeros((1, len(USUAL.likelihood.unknowns)))).names
    assert {name: one.values.shape for name, one in found.items()} == {
        "first": (30, len(names)), "second": (30, len(names)),
    }  # fmt: skip
    place = names.index("recall_rate")
    recall = {name: np.log(one.values[:, place]).mean() for name, one in found.items()}
    assert recall["second"] > recall["first"] + 0.1
    assert found["first"].values[:, names.index("structure.il2_licensing")].sum() == 15
    assert 0.0 < found["first"].acceptance <= 1.0


def test_chains_without_a_family_end_where_a_posterior_that_never_had_it_does() -> None:
    evidence = USUAL.likelihood.evidence
    alone = replace(
        evidence, targets=evidence.targets[1:], quadratics=evidence.quadratics[1:], trial_of=np.array([0]),
        classes=evidence.classes[1:], trials=("two",), families=("second",), diseases=("melanoma",),
        facts=({},),
    )  # fmt: skip
    likelihood = Likelihood(alone, USUAL.likelihood.unknowns)
    own = sample_posterior(
        likelihood.log_posterior, np.zeros(len(USUAL.likelihood.unknowns)), steps=600, walkers=32, seed=3
    )
    found = left_out_members({"": USUAL}, ["first"], 600, 600, seed=4, jobs=1)["first"]
    scores = NAMED[RECALL].score(found.values[:, RECALL])
    expected = own.draws[:, RECALL]
    # 90 draws, of which a third are independent at least.
    assert scores.mean() == pytest.approx(expected.mean(), abs=4.0 * expected.std() / np.sqrt(30))
    assert scores.std() == pytest.approx(expected.std(), rel=0.5)


def test_a_later_start_is_drawn_again_by_the_weights_without_the_family() -> None:
    again = drawn_again(USUAL, "second", 1)[:, RECALL]
    whole = USUAL.posterior.draws[:, RECALL]
    assert again.mean() > whole.mean()  # the second family has fewer survivors


def test_only_families_that_tell_much_are_left_out_so() -> None:
    members = ParameterEnsemble(("a",), np.zeros((100, 1)), np.full(100, 0.01))
    telling = np.zeros((100, 2))
    telling[:, 1] = np.linspace(0.0, 20.0, 100)
    assert weak_families(CalibratedEnsemble(members, ("quiet", "loud"), telling, {})) == ("loud",)
