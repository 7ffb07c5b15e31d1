"""From a single arm to its controlled trial, with the simulation replaced by a function, and once without."""

from dataclasses import replace

import numpy as np
import pytest

from confirmation_samples import BACKGROUND, SMALL, kill_rates, single_arm
from trialkine.agents.catalogue import agent_book
from trialkine.calibration.confirm import Plan, confirm, copy_of, reported_arm, shared_by
from trialkine.errors import InputError


@pytest.fixture(scope="module")
def trapped():
    return confirm(single_arm(background=BACKGROUND), plan=SMALL, simulate=kill_rates)


def test_with_background_the_drug_may_equal_it_because_its_own_ranges_cannot(trapped):
    assert trapped.able == 0.0
    assert trapped.copies == ("antiretrovirals",)
    ranges = {one.name: (one.low, one.high) for one in trapped.numbers}
    own = ranges["im862_as_antiretrovirals_kill_rate"]
    assert own == ranges["antiretrovirals_kill_rate"] == (0.005, 0.05)


def test_the_single_arm_misleads_where_a_background_explains_it(trapped):
    verdict = trapped.verdict
    assert verdict.is_trap
    assert verdict.naive is not None
    assert verdict.naive.success > 0.9
    assert verdict.after.success < 0.5
    assert verdict.after.bayes_factor is not None
    assert verdict.after.bayes_factor < 1.0  # both together would give more than 36 %


def test_an_inactive_drug_gains_nothing_and_an_active_one_responds_like_the_background(trapped):
    draws = trapped.draws
    gain = draws.treated - draws.control
    assert np.all(gain[~draws.is_active] == 0.0)
    assert np.all(gain[draws.is_active] > 0.0)
    active = draws.treated_alone[draws.is_active]
    background = draws.control[draws.is_active] / 0.9  # the share that has it
    assert np.mean(active) == pytest.approx(np.mean(background), rel=0.05)  # equipoise


def test_equipoise_is_the_priors_word(trapped):
    assert trapped.draws.prior[trapped.draws.is_active].sum() == pytest.approx(0.5)
    more = confirm(
        single_arm(background=BACKGROUND), plan=replace(SMALL, prior_active=0.9), simulate=kill_rates
    )
    assert more.verdict.after.success > trapped.verdict.after.success


def test_a_drug_that_works_without_background_is_confirmed():
    found = confirm(single_arm("antiretrovirals"), plan=SMALL, simulate=kill_rates)
    assert found.copies == ()
    assert found.verdict.naive is None
    assert found.verdict.after.success > 0.95
    assert not found.verdict.is_trap


def test_a_share_with_a_range_is_drawn_from_it():
    plan = replace(SMALL, share=(0.3, 0.8))
    drawn = confirm(single_arm(background=BACKGROUND), plan=plan, simulate=kill_rates)
    held = confirm(single_arm(background=BACKGROUND), plan=SMALL, simulate=kill_rates)
    share = 0.9 * drawn.draws.control / held.draws.control
    low, high = np.quantile(share, [0.05, 0.95])
    assert (low, high) == pytest.approx((0.3, 0.8), abs=0.03)


def test_a_drug_that_cannot_respond_without_background_is_refused():
    with pytest.raises(InputError, match="beyond the prior"):
        confirm(single_arm(), plan=replace(SMALL, patients=1000), simulate=kill_rates)


def test_the_later_trial_and_other_arms_of_the_file_do_not_matter(trapped):
    control = {"name": "Other", "treatment": []}
    protocol = single_arm(background=BACKGROUND)
    data = protocol.to_dict()
    both = type(protocol).from_dict(
        {
            **data,
            "arms": [*data["arms"], control],
            "arms_are": "randomised",
            "reported": [*data["reported"], {"arm": "Other", "n": 98, "responders": 21}],
        }
    )
    with pytest.raises(InputError, match="several arms"):
        confirm(both, plan=SMALL, simulate=kill_rates)
    found = confirm(both, "Only", SMALL, simulate=kill_rates)
    assert found.verdict.after == trapped.verdict.after


def test_what_is_not_reported_or_shared_is_refused():
    two = [
        *BACKGROUND,
        {
            "agent": "placebo",
            "dose": "1 mg",
            "route": "oral",
            "schedule": "daily, for 6 months",
            "share": 0.2,
        },
    ]
    protocol = single_arm(background=two)
    with pytest.raises(InputError, match=r"different shares of the patients: 0\.2, 0\.9"):
        shared_by(protocol.background)
    with pytest.raises(InputError, match="Write 'Only'"):
        reported_arm(protocol, "None such")
    silent = protocol.model_copy(update={"reported": None})
    with pytest.raises(InputError, match="No responders are reported"):
        reported_arm(silent, None)


@pytest.mark.parametrize("wrong", [{"prior_active": 1.0}, {"prior_active": 0.0}, {"share": (0.8, 0.3)}])
def test_impossible_plans_are_refused(wrong):
    with pytest.raises(InputError):
        Plan(**wrong)


def test_every_agent_of_the_package_can_be_copied_under_another_name():
    book = agent_book()
    for name, file in book.files.items():
        copy = copy_of(file, f"drug_as_{name}")
        assert copy.agent.name == f"drug_as_{name}"
        own = set(file.agent.mechanism.states) | set(file.agent.mechanism.parameters)
        assert not own & (set(copy.agent.mechanism.states) | set(copy.agent.mechanism.parameters))
        assert len(own) == len(copy.agent.mechanism.states) + len(copy.agent.mechanism.parameters)


def test_a_simulated_arm_with_a_working_drug_and_no_background_is_confirmed():
    plan = Plan(draws=64, patients=20, per_arm=60)
    found = confirm(single_arm("antiretrovirals", responders=12, n=44), plan=plan, jobs=1)
    verdict = found.verdict
    assert verdict.control.posterior.mean < 0.05
    assert verdict.after.success > 0.9
    assert verdict.after.success > verdict.before.success
